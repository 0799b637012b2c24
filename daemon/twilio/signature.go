package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// Signed is a webhook request as Twilio signed it.
type Signed struct {
	// URL is the address Twilio called, byte for byte: the configured public address and the request target as it came on the
	// wire. Never made from the Host header, which anybody sets, nor from a parsed address, whose escapes may differ.
	URL       string
	Signature string     // the header X-Twilio-Signature
	Form      url.Values // of a form body, decoded and not trimmed; nil without one
	JSON      []byte     // the raw body when it is JSON; nil otherwise
}

// Valid tells whether one of the auth tokens signed the request. Two tokens are valid while they are being rotated. No time is in
// the signature, so a request can be replayed: whoever takes it must know its message by name.
//
// The algorithm is that of twilio.com/docs/usage/webhooks/webhooks-security: base64 of HMAC-SHA1 over the address followed by
// each parameter's name and values, sorted by name and then by value, repeated ones once. A JSON body is not part of it; its
// SHA-256 stands in the query as bodySHA256. Twilio signs with and without the port, whatever the address has, so each way is tried.
func (s Signed) Valid(tokens ...string) bool {
	got, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || len(got) != sha1.Size || s.JSON != nil && !s.bodyMatches() {
		return false
	}
	params := s.params()
	ok := 0
	for _, token := range tokens {
		if token == "" {
			continue
		}
		for _, u := range ports(s.URL) {
			for _, u := range [...]string{u, strings.ReplaceAll(u, "'", "%27")} {
				ok |= subtle.ConstantTimeCompare(sum(token, u, params), got)
			}
		}
	}
	return ok == 1
}

// Signature gives the header X-Twilio-Signature of a form posted to address, as Twilio makes it.
func Signature(token, address string, form url.Values) string {
	return base64.StdEncoding.EncodeToString(sum(token, address, Signed{Form: form}.params()))
}

func sum(token, address string, params []byte) []byte {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	mac.Write(params)
	return mac.Sum(nil)
}

func (s Signed) bodyMatches() bool {
	_, query, _ := strings.Cut(s.URL, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(s.JSON)
	want := hex.EncodeToString(digest[:])
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(values.Get("bodySHA256"))), []byte(want)) == 1
}

func (s Signed) params() []byte {
	names := make([]string, 0, len(s.Form))
	for name := range s.Form {
		names = append(names, name)
	}
	slices.Sort(names)
	var b []byte
	for _, name := range names {
		values := slices.Clone(s.Form[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b = append(append(b, name...), v...)
		}
	}
	return b
}

// ports gives the address as it is, without a port, and with the scheme's own one.
func ports(address string) []string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return []string{address}
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, target := rest[:end], rest[end:]
	user, host := "", authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, host = authority[:at+1], authority[at+1:]
	}
	bare := host
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		bare = host[:colon]
	}
	port := ":443"
	if scheme == "http" {
		port = ":80"
	}
	all := []string{address}
	for _, h := range []string{bare, bare + port} {
		if a := scheme + "://" + user + h + target; !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

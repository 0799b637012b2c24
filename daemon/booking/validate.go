package booking

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The sizes of text that people and pages give us, in bytes.
const (
	maxName = 100
	maxText = 500
	maxURL  = 2000
	maxList = 500 // entries of a list a person keeps: services, ZIP codes, origins
)

// textFault tells what is wrong with a text that is to be kept: not UTF-8, or longer than max bytes.
func textFault(field, s string, max int) error {
	switch {
	case len(s) > max:
		return Refuse(Invalid, "too_long", field, "it has "+strconv.Itoa(len(s))+" bytes", "at most "+strconv.Itoa(max)+" bytes are kept")
	case !utf8.ValidString(s):
		return Refuse(Invalid, "invalid_utf8", field, "it is not valid UTF-8", "send the text encoded as UTF-8")
	}
	return nil
}

// nameFault is [textFault] for a one-line text that must be there.
func nameFault(field, s string, max int) error {
	if err := textFault(field, s, max); err != nil {
		return err
	}
	if strings.TrimSpace(s) == "" {
		return Refuse(Invalid, "missing", field, "it is empty", "give it a text")
	}
	if strings.ContainsFunc(s, isControl) {
		return Refuse(Invalid, "control_character", field, "it holds a control character or a line break", "write it on one line")
	}
	return nil
}

// isControl tells C0 and C1 control characters.
func isControl(r rune) bool { return r < 0x20 || 0x7f <= r && r <= 0x9f }

// zoneFault tells that a time zone is not known.
func zoneFault(field, name string) error {
	if _, err := LoadZone(name); err != nil {
		return Refuse(Invalid, "unknown_timezone", field, err.Error(), "use an IANA name such as America/New_York")
	}
	return nil
}

// normalPhone puts a phone number of the business into E.164; empty stays empty.
func normalPhone(field string, p *string) error {
	if strings.TrimSpace(*p) == "" {
		*p = ""
		return nil
	}
	got, problem := ParsePhone(*p)
	if problem != "" {
		return Refuse(Invalid, string(PhoneInvalid), field, "this is not a complete phone number", "for example +16145550123")
	}
	*p = string(got)
	return nil
}

// siteURL reads an absolute web address without credentials; http only where nobody can listen in: on this machine.
func siteURL(field, s string) (*url.URL, error) {
	if err := textFault(field, s, maxURL); err != nil {
		return nil, err
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, Refuse(Invalid, "invalid_url", field, "this is not an absolute web address", "for example https://book.example.com/")
	case u.User != nil:
		return nil, Refuse(Invalid, "invalid_url", field, "the address holds a user name or a password", "take it out")
	case u.Scheme == "http" && !thisMachine(u.Hostname()):
		return nil, Refuse(Invalid, "https_required", field, "http is only for this machine (localhost)", "use https")
	}
	return u, nil
}

// thisMachine tells the names and addresses of the loopback: RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291.
func thisMachine(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "::1" {
		return true
	}
	var n int
	for part := range strings.SplitSeq(host, ".") {
		v, err := strconv.ParseUint(part, 10, 8)
		if err != nil || n == 0 && v != 127 {
			return false
		}
		n++
	}
	return n == 4
}

// plainID tells the IDs that people choose: lower case letters, digits, dash and underscore, beginning with letter or digit.
func plainID(s string, max int) bool {
	if s == "" || len(s) > max {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || i > 0 && (c == '-' || c == '_')) {
			return false
		}
	}
	return true
}

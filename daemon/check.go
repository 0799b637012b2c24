package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wrong says that a key's value cannot be used, where it comes from, and what would be right.
func (c *Config) wrong(key string, format string, a ...any) error {
	from := c.origin[key]
	if from == "" {
		from = "default"
	}
	return misuse("%s (%s): %s", key, from, fmt.Sprintf(format, a...))
}

// check holds every value against its meaning and brings some into one form.
func (c *Config) check() (warnings []string, err error) {
	steps := []func() (string, error){
		c.checkListen, c.checkPublicURL, c.checkProxies, c.checkDir, c.checkCarrier, c.checkTwilio, c.checkLLM, c.checkLog,
	}
	for _, step := range steps {
		warning, err := step()
		if err != nil {
			return nil, err
		}
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	return warnings, nil
}

func (c *Config) checkListen() (string, error) {
	v := c.Server.Listen
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return "", c.wrong("server.listen", `%q is not an address; write host:port such as "127.0.0.1:8080", or ":8080" for every interface`, v)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", c.wrong("server.listen", "%q is not a port; use a number from 1 to 65535 (0 picks a free one)", port)
	}
	if strings.ContainsAny(host, "/ ") {
		return "", c.wrong("server.listen", `%q is not a host; leave out "http://" and paths`, host)
	}
	return "", nil
}

// checkPublicURL wants an origin: links, cookies and signatures are made from it, and a path would be lost in half of them.
func (c *Config) checkPublicURL() (string, error) {
	u, err := url.Parse(c.Server.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", c.wrong("server.public_url", `%q is not an address that customers can open; write it whole, such as "https://text.example.com"`, c.Server.PublicURL)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", c.wrong("server.public_url", "%q has more than scheme and host; use %q and let the proxy pass the whole site on", u.Redacted(), u.Scheme+"://"+u.Host)
	}
	c.Server.PublicURL = u.Scheme + "://" + u.Host
	if _, port, _ := net.SplitHostPort(c.Server.Listen); loopback(u.Hostname()) && u.Port() != port && port != "0" && c.origin["server.public_url"] == "" {
		return fmt.Sprintf("server.public_url is still %s, yet the daemon listens on %s: links in texts will lead nowhere; set it", c.Server.PublicURL, c.Server.Listen), nil
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "server.public_url begins with http: links in texts will not be private; put TLS in front and use https", nil
	}
	return "", nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c *Config) checkProxies() (string, error) {
	for _, s := range c.Server.TrustedProxies {
		if _, err := netip.ParsePrefix(s); err == nil {
			continue
		}
		if ip, err := netip.ParseAddr(s); err == nil {
			return "", c.wrong("server.trusted_proxies", `%q is one address, not a range; write "%s/%d"`, s, s, ip.BitLen())
		}
		return "", c.wrong("server.trusted_proxies", `%q is not a range of addresses; write a CIDR such as "10.0.0.0/8"`, s)
	}
	return "", nil
}

func (c *Config) checkDir() (string, error) {
	if strings.TrimSpace(c.Storage.Dir) == "" {
		return "", c.wrong("storage.dir", `it is empty; name the data directory, such as "data"`)
	}
	return "", nil
}

func (c *Config) checkCarrier() (string, error) {
	switch c.Carrier.Driver {
	case "simulator", "twilio":
	default:
		return "", c.wrong("carrier.driver", `there is no carrier %q; use "simulator" or "twilio"`, c.Carrier.Driver)
	}
	if v := c.Carrier.SettleAfter.Std(); v < 100*time.Millisecond || v > 10*time.Minute {
		return "", c.wrong("carrier.settle_after", `%s is out of bounds; use a duration from "100ms" to "10m", normally "60s"`, c.Carrier.SettleAfter)
	}
	return "", nil
}

// accountSID is what the name of a Twilio account looks like.
var accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)

// profileSID is what the name of a profile in Twilio's Trust Hub looks like.
var profileSID = regexp.MustCompile(`^BU[0-9a-fA-F]{32}$`)

func (c *Config) checkTwilio() (string, error) {
	t := c.Twilio
	if t.AuthToken != "" && t.AuthTokenFile != "" {
		return "", c.wrong("twilio.auth_token_file", "twilio.auth_token is set too; keep one of the two")
	}
	if t.AuthTokenPrevious != "" && t.AuthTokenPreviousFile != "" {
		return "", c.wrong("twilio.auth_token_previous_file", "twilio.auth_token_previous is set too; keep one of the two")
	}
	if err := c.origined("twilio.base_url", t.BaseURL); err != nil {
		return "", err
	}
	if t.SegmentsPerSecond < 0 || t.SegmentsPerSecond > 1000 {
		return "", c.wrong("twilio.segments_per_second", "%g is not within 0 to 1000; 0 is no limit of our own", t.SegmentsPerSecond)
	}
	if t.PrimaryProfile != "" && !profileSID.MatchString(t.PrimaryProfile) {
		return "", c.wrong("twilio.primary_profile", `it is no SID of a business profile; copy it from the Twilio console, "BU" and 32 hex digits`)
	}
	if _, err := mail.ParseAddress(t.RegistrationEmail); t.RegistrationEmail != "" && err != nil {
		return "", c.wrong("twilio.registration_email", "it is no e-mail address; write it like office@example.com")
	}
	if c.Carrier.Driver != "twilio" {
		if t.AccountSID != "" || t.AuthToken != "" || t.AuthTokenFile != "" {
			return `keys under twilio are set, but carrier.driver is "simulator": nothing is really sent`, nil
		}
		return "", nil
	}
	switch {
	case !accountSID.MatchString(t.AccountSID):
		return "", c.wrong("twilio.account_sid", `it is no SID of an account; copy it from the Twilio console, "AC" and 32 hex digits`)
	case t.AuthToken == "" && t.AuthTokenFile == "":
		return "", c.wrong("twilio.auth_token", `carrier.driver "twilio" needs it; set it, or name a file that holds it in twilio.auth_token_file`)
	}
	if u, err := url.Parse(c.Server.PublicURL); err == nil && (loopback(u.Hostname()) || t.BaseURL == "" && u.Scheme != "https") {
		return fmt.Sprintf("server.public_url is %s, which Twilio cannot call or customers should not: no report and no answer will come; set the https address of this daemon", c.Server.PublicURL), nil
	}
	return "", nil
}

// twilioTokens gives the auth token, and after it the one before while they are rotated.
func (c *Config) twilioTokens() (tokens []string, err error) {
	for _, t := range []struct{ key, value, file string }{
		{"twilio.auth_token_file", c.Twilio.AuthToken, c.Twilio.AuthTokenFile},
		{"twilio.auth_token_previous_file", c.Twilio.AuthTokenPrevious, c.Twilio.AuthTokenPreviousFile},
	} {
		if t.file != "" {
			b, err := os.ReadFile(t.file)
			if err != nil {
				return nil, c.wrong(t.key, "%v; name a file that this user may read", err)
			}
			if t.value = strings.TrimSpace(string(b)); t.value == "" {
				return nil, c.wrong(t.key, "%s is empty; put the token into it", t.file)
			}
		}
		if t.value != "" {
			tokens = append(tokens, t.value)
		}
	}
	return tokens, nil
}

func (c *Config) checkLLM() (string, error) {
	l := c.LLM
	if l.APIKey != "" && l.APIKeyFile != "" {
		return "", c.wrong("llm.api_key_file", "llm.api_key is set too; keep one of the two")
	}
	if err := c.origined("llm.base_url", l.BaseURL); err != nil {
		return "", err
	}
	if l.Timeout <= 0 {
		return "", c.wrong("llm.timeout", `%s is no time to answer; use a duration such as "20s"`, l.Timeout)
	}
	if l.BaseURL != "" || l.Model != "" {
		return "keys under llm are set, but this version has no agent yet; they are not used", nil
	}
	return "", nil
}

// origined wants a whole http address, or nothing.
func (c *Config) origined(key, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return c.wrong(key, `%q is not an address; write it whole, such as "http://127.0.0.1:11434/v1"`, v)
	}
	return nil
}

func (c *Config) checkLog() (string, error) {
	if levels := []string{"debug", "info", "warn", "error"}; !slices.Contains(levels, c.Log.Level) {
		return "", c.wrong("log.level", "there is no level %q; use one of %s", c.Log.Level, strings.Join(levels, ", "))
	}
	if formats := []string{"text", "json"}; !slices.Contains(formats, c.Log.Format) {
		return "", c.wrong("log.format", `there is no format %q; use "text" for people or "json" for machines`, c.Log.Format)
	}
	return "", nil
}

// encryptionKey reads the key of the store; nil when none is set.
func (c *Config) encryptionKey() (key []byte, warning string, err error) {
	file := c.Storage.EncryptionKeyFile
	if file == "" {
		return nil, "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, "", c.wrong("storage.encryption_key_file", "%v; name a file that this user may read, or make one with: openssl rand -hex 32", err)
	}
	if key = parseKey(strings.TrimSpace(string(b))); key == nil {
		return nil, "", c.wrong("storage.encryption_key_file", "%s does not hold 16, 24 or 32 bytes in hex or base64; make a new key with: openssl rand -hex 32", file)
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		warning = fmt.Sprintf("storage.encryption_key_file %s can be read by others (mode %04o); chmod 600 it", file, info.Mode().Perm())
	}
	return key, warning, nil
}

// parseKey reads 16, 24 or 32 bytes. Hex is tried first: a key in base64 that happens to have hex digits only, at one of
// these lengths, does not occur by chance.
func parseKey(s string) []byte {
	decoders := []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	}
	for _, decode := range decoders {
		if b, err := decode(s); err == nil && slices.Contains([]int{16, 24, 32}, len(b)) {
			return b
		}
	}
	return nil
}

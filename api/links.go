package api

import (
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// followLink leads to the scheduler's own address with the token in its query. It changes nothing, so that the robots which
// preview links spend nothing; and it leads nowhere but to the address that staff registered, whatever the request says.
func (c *call) followLink() (any, error) {
	token := c.f.Params("token")
	if !tokenLike(token) {
		return c.gone(token)
	}
	target := ""
	err := c.view(func(s *storage.Snapshot) error {
		account, v, err := s.LinkedSession(token)
		if err != nil || v == nil {
			return err
		}
		sched, err := s.Scheduler(account, v.Scheduler)
		if err == nil && sched != nil {
			target = landing(*sched, token)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if target == "" {
		return c.gone(token)
	}
	return raw{status: http.StatusFound, kind: fiber.MIMETextHTMLCharsetUTF8, headers: map[string]string{fiber.HeaderLocation: target}}, nil
}

// landing puts the token into the query of the scheduler's address; what else stands there stays as it is.
func landing(s booking.Scheduler, token string) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	if q := u.Query(); q.Has("rebook") {
		q.Del("rebook")
		u.RawQuery = q.Encode()
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "rebook=" + token
	return u.String()
}

// tokenLike tells what can be a token: base32 as crypto/rand.Text makes it, with room for other alphabets.
func tokenLike(s string) bool {
	if len(s) < 16 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

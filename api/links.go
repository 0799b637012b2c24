package api

import (
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// gonePage is what a person sees whose link leads nowhere any more.
const gonePage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>This link has ended</title></head>
<body>
<h1>This link has ended</h1>
<p>Links in our texts work for seven days, until the booking is made. We are sorry for the detour.</p>
<p>You can still book: please open our website, or answer the text you got from us.</p>
</body>
</html>
`

// followLink leads to the scheduler's own address with the token in its query. It changes nothing, so that the robots which
// preview links spend nothing; and it leads nowhere but to the address that staff registered, whatever the request says.
func (c *call) followLink() (any, error) {
	token := c.f.Params("token")
	if !tokenLike(token) {
		return gone(), nil
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
		return gone(), nil
	}
	return raw{status: http.StatusFound, kind: fiber.MIMETextHTMLCharsetUTF8, headers: map[string]string{fiber.HeaderLocation: target}}, nil
}

func gone() raw {
	return raw{status: http.StatusNotFound, kind: fiber.MIMETextHTMLCharsetUTF8, body: []byte(gonePage)}
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

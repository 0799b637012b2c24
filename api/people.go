package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

type evidenceQuery struct {
	Format string `query:"format" enum:"json,html" description:"html, a page to be printed, is also given to whoever accepts text/html."`
}

// phone gives the number that the request is about, from the path or from ?phone=.
func (c *call) phone() (booking.Phone, error) {
	typed := c.f.Query("phone")
	if v, err := url.PathUnescape(c.f.Params("phone")); err == nil && v != "" {
		typed = v
	}
	if strings.HasPrefix(typed, " ") { // a "+" that was not escaped in the address
		typed = "+" + strings.TrimSpace(typed)
	}
	return wire.Phone("phone", typed)
}

func (c *call) getEvidence() (any, error) {
	asPage := strings.Contains(c.f.Get(fiber.HeaderAccept), "text/html")
	switch c.f.Query("format") {
	case "":
	case "json":
		asPage = false
	case "html":
		asPage = true
	default:
		return nil, booking.Refuse(booking.Invalid, "unknown_format", "format", "there is no such format", "json or html")
	}
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	file, err := engine.Evidence(c.ctx, c.reader, c.who.Account, phone)
	if err != nil {
		return nil, err
	}
	out, err := wire.FromEvidence(file)
	if err != nil || !asPage {
		return out, err
	}
	page, err := evidencePage(out)
	return raw{status: http.StatusOK, kind: fiber.MIMETextHTMLCharsetUTF8, body: page}, err
}

func (c *call) erasePerson() (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.Erase(c.ctx, c.who.Account, phone, c.identity())
	if err != nil {
		return nil, err
	}
	return wire.FromErasure(v), nil
}

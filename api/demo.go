package api

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Demo are the addresses that the demo's page leads to.
type Demo struct {
	Book string // the hosted booking page
	Shop string // a form on another origin that only embeds the widget
}

var (
	demoPage  = template.Must(template.ParseFS(assetFiles, "assets/demo.html"))
	phonePage = template.Must(template.ParseFS(assetFiles, "assets/phone.html"))
)

// demo refuses the demo's pages elsewhere: they show everybody's texts to whoever asks, so they must never stand beside real
// customers, not even with the simulator.
func (c *call) demo() (*Demo, error) {
	if c.o.Demo == nil || c.o.Simulator == nil {
		return nil, booking.Refuse(booking.NotFound, "no_demo", "", "this daemon is no demo", "start one with rebook demo; GET /v1/simulator/messages has the simulator's texts")
	}
	return c.o.Demo, nil
}

type demoView struct{ Demo }

// Asset gives the address of a file the page is made of.
func (demoView) Asset(name string) string { return versioned("/assets/"+name, name) }

func (c *call) showDemo(page *template.Template) (any, error) {
	d, err := c.demo()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, demoView{Demo: *d}); err != nil {
		return nil, err
	}
	frames := "'self'"
	if shop := originOf(d.Shop); originLike.MatchString(shop) {
		frames += " " + shop
	}
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-src " +
		frames + "; frame-ancestors 'self'"
	return raw{status: http.StatusOK, kind: fiber.MIMETextHTMLCharsetUTF8, body: b.Bytes(), headers: map[string]string{fiber.HeaderContentSecurityPolicy: policy}}, nil
}

// getDemo shows the booking page with a phone beside it.
func (c *call) getDemo() (any, error) { return c.showDemo(demoPage) }

// getPhone shows a phone with the texts of the simulator.
func (c *call) getPhone() (any, error) { return c.showDemo(phonePage) }

func (c *call) getPhoneTexts() (any, error) {
	if _, err := c.demo(); err != nil {
		return nil, err
	}
	return c.listMessages()
}

// postPhoneText plays the customer who answers. Pages of other sites cannot: their browsers say where they come from.
func (c *call) postPhoneText() (any, error) {
	if _, err := c.demo(); err != nil {
		return nil, err
	}
	if origin := c.f.Get(fiber.HeaderOrigin); origin != "" && !strings.EqualFold(origin, "http://"+c.f.Get(fiber.HeaderHost)) && origin != c.origin {
		return nil, booking.Refuse(booking.Forbidden, "origin_not_allowed", "Origin", "the demo's phone is used from its own page only", "open /simulator/phone")
	}
	return c.receiveText()
}

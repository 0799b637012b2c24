package api

import (
	"net/http"
	"net/url"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/twilio"
)

// carrierPath begins the paths that carriers call.
const carrierPath = "/webhooks/"

// nothingToSay is the TwiML that sends no reply: answers go out by themselves, so that they have a status and survive a crash.
const nothingToSay = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// receiveInbound takes a customer's text. It is answered when it is on disk; any other answer makes Twilio try again.
func (c *call) receiveInbound() (any, error) {
	form, err := c.signed()
	if err != nil {
		return nil, err
	}
	in, err := twilio.ParseInbound(form, c.now())
	if err != nil {
		return nil, err
	}
	if err := c.engine.Deliver(c.ctx, in); err != nil {
		return nil, err
	}
	return raw{status: http.StatusOK, kind: "text/xml", body: []byte(nothingToSay)}, nil
}

// receiveStatus takes the report about a text.
func (c *call) receiveStatus() (any, error) {
	form, err := c.signed()
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(string(c.f.Request().URI().QueryString()))
	if err != nil {
		return nil, badSignature()
	}
	u, err := twilio.ParseStatus(query, form)
	if err != nil {
		return nil, err
	}
	return nil, c.engine.Status(c.ctx, u)
}

// receiveRegistration takes Twilio's word that a profile was decided.
func (c *call) receiveRegistration() (any, error) {
	if _, err := c.signed(); err != nil {
		return nil, err
	}
	return nil, c.engine.FilingTold(c.ctx)
}

// signed gives the form of a request that Twilio signed. What is signed is our public address and the request's target as it
// came on the wire, never what the Host header says.
func (c *call) signed() (url.Values, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err == nil {
		s := twilio.Signed{URL: c.o.PublicURL + string(c.f.Request().Header.RequestURI()), Signature: c.f.Get("X-Twilio-Signature"), Form: form}
		if s.Valid(c.o.TwilioTokens...) {
			return form, nil
		}
	}
	if err := c.limits.failures.take(c.address(), c.now()); err != nil {
		return nil, err
	}
	return nil, badSignature()
}

func badSignature() error {
	return booking.Refuse(booking.Forbidden, "bad_signature", "X-Twilio-Signature", "Twilio did not sign this request",
		"set twilio.auth_token to the token of the account that owns the number, and server.public_url to the address that Twilio calls; rebook doctor checks both")
}

package twilio

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// StatusPath, InboundPath and RegistrationPath are where Twilio's webhooks arrive, below the public address.
const (
	StatusPath       = "/webhooks/twilio/status"
	InboundPath      = "/webhooks/twilio/inbound"
	RegistrationPath = "/webhooks/twilio/registration"
)

// retries asks Twilio to repeat a webhook that met a dead daemon; without it an answer 5xx is not repeated. It stands in the
// address's fragment, which is never sent nor signed (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
const retries = "#rc=5&rp=ct,rt,5xx"

// Bounds of ValidityPeriod, in seconds (twilio.com/docs/messaging/api/message-resource).
const (
	minValidity = 5
	maxValidity = 36_000
)

// StatusCallback is the address that gets the reports about an attempt. It carries our name of the attempt, so that the first
// report ties the two together even when the answer to the request was lost.
func StatusCallback(publicURL string, t booking.Text) string {
	q := url.Values{"account": {string(t.Account)}, "attempt": {string(t.Attempt)}}
	return publicURL + StatusPath + "?" + q.Encode() + retries
}

// Send hands a text over and gives Twilio's name of it. A *booking.CarrierError is Twilio's answer that it did not take the text;
// any other error leaves that open, because Twilio knows no idempotency key for texts.
func (c *Client) Send(ctx context.Context, t booking.Text) (sid string, err error) {
	p := (&api.CreateMessageParams{}).SetTo(string(t.To)).SetBody(t.Body).SetStatusCallback(StatusCallback(c.o.PublicURL, t)).SetSmartEncoded(true)
	if t.MessagingService != "" {
		p.SetMessagingServiceSid(t.MessagingService)
	} else {
		p.SetFrom(string(t.From))
	}
	if !t.ValidUntil.IsZero() {
		p.SetValidityPeriod(min(max(int(t.ValidUntil.Sub(c.o.Now())/time.Second), minValidity), maxValidity))
	}
	m, err := c.service(ctx).CreateMessage(p)
	if err != nil {
		return "", err
	}
	if m.Sid == nil || *m.Sid == "" {
		return "", fmt.Errorf("twilio: an answer without a SID")
	}
	return *m.Sid, nil
}

// pageSize is the most texts of one page of a list.
const pageSize = 1000

// maxPages bounds a search: nobody gets more texts in an hour.
const maxPages = 20

// Find asks whether Twilio has a text like t, created at since or later; nil when its list has none, which may be late. Texts
// are listed by number, since the list can be filtered by the day of sending alone, which a text that waits does not have
// yet; with a messaging service From is the number that Twilio picked. A text may be listed twice. One without any date is
// believed when no dated one fits: the link in a body makes it unique.
func (c *Client) Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error) {
	var found, undated *booking.CarrierMessage
	err := c.list(ctx, (&api.ListMessageParams{}).SetTo(string(t.To)), func(m message) bool {
		switch fits := m.direction == "outbound-api" && m.To == t.To && m.Body == t.Body; {
		case fits && m.At.IsZero():
			undated = new(m.CarrierMessage)
		case fits && !m.At.Before(since.Truncate(time.Second)) && (found == nil || m.At.Before(found.At)):
			found = new(m.CarrierMessage)
		}
		return m.At.IsZero() || !m.At.Before(since.Add(-time.Hour)) // the list runs from the newest
	})
	if err != nil {
		return nil, err
	}
	return cmp.Or(found, undated), nil
}

// message is a text of Twilio's list.
type message struct {
	booking.CarrierMessage
	direction string
	media     int
}

// list reads texts page by page, the newest first, until see says that it has seen enough. A text that is listed twice, since
// new ones push it to the next page, is seen once.
func (c *Client) list(ctx context.Context, p *api.ListMessageParams, see func(message) bool) error {
	var seen []string
	token, number := "", ""
	for range maxPages {
		page, err := c.service(ctx).PageMessage(p.SetPageSize(pageSize), token, number)
		if err != nil {
			return err
		}
		for _, v := range page.Messages {
			m := read(v)
			if slices.Contains(seen, m.SID) {
				continue
			}
			seen = append(seen, m.SID)
			if !see(m) {
				return nil
			}
		}
		more := text(page.NextPageUri)
		next, err := url.Parse(more)
		if err != nil || more == "" {
			return err
		}
		token, number = next.Query().Get("PageToken"), next.Query().Get("Page")
	}
	return fmt.Errorf("twilio: more than %d texts in the list", maxPages*pageSize)
}

func read(v api.ApiV2010Message) message {
	m := message{CarrierMessage: booking.CarrierMessage{SID: text(v.Sid), From: booking.Phone(text(v.From)), To: booking.Phone(text(v.To)),
		Body: text(v.Body), Status: text(v.Status)}, direction: text(v.Direction)}
	if v.ErrorCode != nil {
		m.ErrorCode = *v.ErrorCode
	}
	m.media, _ = strconv.Atoi(text(v.NumMedia))
	for _, date := range []*string{v.DateCreated, v.DateSent} { // either may be missing
		if at, err := time.Parse(time.RFC1123Z, text(date)); err == nil {
			m.At = at.UTC()
			break
		}
	}
	return m
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Wrote lists the texts from one of our numbers, to one phone or to all of them when to is empty, that were sent through the API or by
// people in Twilio's console at since or later, oldest first. Twilio's own answers to keywords are not among them, and neither is a text
// that its list shows without any date yet.
func (c *Client) Wrote(ctx context.Context, from, to booking.Phone, since time.Time) (sent []booking.CarrierMessage, err error) {
	p := (&api.ListMessageParams{}).SetFrom(string(from))
	if to != "" {
		p.SetTo(string(to))
	}
	err = c.list(ctx, p, func(m message) bool {
		if m.direction == "outbound-api" && !m.At.Before(since.Truncate(time.Second)) {
			sent = append(sent, m.CarrierMessage)
		}
		return m.At.IsZero() || !m.At.Before(since.Add(-time.Minute))
	})
	slices.Reverse(sent)
	return sent, err
}

// Received lists the texts that customers sent to one of our numbers at since or later, oldest first: what came in while no
// daemon answered Twilio's webhooks. One without any date is given too, as of now: whoever takes it knows its SID or not.
func (c *Client) Received(ctx context.Context, to booking.Phone, since time.Time) ([]booking.Inbound, error) {
	var in []booking.Inbound
	var media []int
	p := (&api.ListMessageParams{}).SetTo(string(to)).SetDateSentAfter(since.UTC().Truncate(24 * time.Hour))
	err := c.list(ctx, p, func(m message) bool {
		at := m.At
		if at.IsZero() {
			at = c.o.Now()
		}
		if m.direction == "inbound" && !at.Before(since.Truncate(time.Second)) {
			if m.media > 0 {
				media = append(media, len(in))
			}
			in = append(in, booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: at})
		}
		return !at.Before(since.Add(-time.Hour))
	})
	if err != nil {
		return nil, err
	}
	for _, i := range media {
		if err := c.media(ctx, &in[i]); err != nil {
			return nil, err
		}
	}
	slices.Reverse(in)
	return in, nil
}

// media fills in the files of a text.
func (c *Client) media(ctx context.Context, in *booking.Inbound) error {
	page, err := c.service(ctx).PageMedia(in.SID, (&api.ListMediaParams{}).SetPageSize(maxMedia), "", "")
	if err != nil {
		return err
	}
	for _, v := range page.MediaList {
		in.Media = append(in.Media, "https://api.twilio.com"+strings.TrimSuffix(text(v.Uri), ".json"))
		in.Types = append(in.Types, text(v.ContentType))
	}
	return nil
}

package twilio

import (
	"context"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
)

// Account is the Twilio account that the credentials open.
type Account struct {
	Name   string
	Status string    // active, suspended, closed
	Trial  bool      // texts go to verified numbers only
	Clock  time.Time // what time it is at Twilio, to the second; zero: not told
}

// Number is one of the account's numbers at Twilio.
type Number struct {
	SID    string
	Number booking.Phone
	SMS    bool
	App    string // the application that takes its texts instead of URL; empty: none
	URL    string // where inbound texts go
	Method string
}

// MessagingService is a pool of numbers with one campaign.
type MessagingService struct {
	SID, Name  string
	URL        string // where inbound texts go, unless OnNumber
	Method     string
	OnNumber   bool // inbound texts go to the number's own address
	Registered bool // a campaign of US A2P 10DLC
	Numbers    []booking.Phone
	Campaign   string // its status; empty: there is none
}

// InboundURL is the address to configure at Twilio for inbound texts. Its fragment asks for retries: see retries.
func InboundURL(publicURL string) string { return publicURL + InboundPath + retries }

// Leads tells whether a configured address is the one for inbound texts, with or without the wish for retries, and whether it has that.
func Leads(configured, publicURL string) (there, asks bool) {
	bare, fragment, _ := strings.Cut(configured, "#")
	return bare == publicURL+InboundPath, strings.Contains(fragment, "5xx") || strings.Contains(fragment, "rp=all")
}

// Account asks what the credentials open.
func (c *Client) Account(ctx context.Context) (a Account, err error) {
	h := c.handler(ctx)
	v, err := api.NewApiService(h).FetchAccount(c.o.AccountSID)
	if err != nil {
		return a, err
	}
	return Account{Name: text(v.FriendlyName), Status: text(v.Status), Trial: text(v.Type) == "Trial", Clock: h.Client.(*bound).clock}, nil
}

// Numbers lists the account's numbers, at most a thousand: a business has few.
func (c *Client) Numbers(ctx context.Context) (all []Number, err error) {
	page, err := c.service(ctx).PageIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPageSize(pageSize), "", "")
	if err != nil {
		return nil, err
	}
	for _, v := range page.IncomingPhoneNumbers {
		all = append(all, Number{SID: text(v.Sid), Number: booking.Phone(text(v.PhoneNumber)), SMS: v.Capabilities != nil && v.Capabilities.Sms,
			App: text(v.SmsApplicationSid), URL: text(v.SmsUrl), Method: text(v.SmsMethod)})
	}
	return all, nil
}

// PointNumber has a number's inbound texts sent to us.
func (c *Client) PointNumber(ctx context.Context, sid string) error {
	p := (&api.UpdateIncomingPhoneNumberParams{}).SetSmsUrl(InboundURL(c.o.PublicURL)).SetSmsMethod("POST")
	_, err := c.service(ctx).UpdateIncomingPhoneNumber(sid, p)
	return err
}

// MessagingService reads a service, the numbers of its pool and its campaign.
func (c *Client) MessagingService(ctx context.Context, sid string) (s MessagingService, err error) {
	m := messaging.NewApiService(c.handler(ctx))
	v, err := m.FetchService(sid)
	if err != nil {
		return s, err
	}
	s = MessagingService{SID: text(v.Sid), Name: text(v.FriendlyName), URL: text(v.InboundRequestUrl), Method: text(v.InboundMethod),
		OnNumber: v.UseInboundWebhookOnNumber != nil && *v.UseInboundWebhookOnNumber, Registered: v.UsAppToPersonRegistered != nil && *v.UsAppToPersonRegistered}
	pool, err := m.PagePhoneNumber(sid, (&messaging.ListPhoneNumberParams{}).SetPageSize(pageSize), "", "")
	if err != nil {
		return s, err
	}
	for _, n := range pool.PhoneNumbers {
		s.Numbers = append(s.Numbers, booking.Phone(text(n.PhoneNumber)))
	}
	campaigns, err := m.PageUsAppToPerson(sid, (&messaging.ListUsAppToPersonParams{}).SetPageSize(1), "", "")
	if err != nil {
		return s, err
	}
	if len(campaigns.Compliance) > 0 {
		s.Campaign = text(campaigns.Compliance[0].CampaignStatus)
	}
	return s, nil
}

// PointService has the inbound texts of a messaging service's numbers sent to us.
func (c *Client) PointService(ctx context.Context, sid string) error {
	p := (&messaging.UpdateServiceParams{}).SetInboundRequestUrl(InboundURL(c.o.PublicURL)).SetInboundMethod("POST").SetUseInboundWebhookOnNumber(false)
	_, err := messaging.NewApiService(c.handler(ctx)).UpdateService(sid, p)
	return err
}

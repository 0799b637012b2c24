package simulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// filed is a brand or a campaign that was filed here. Stored: never rename a tag.
type filed struct {
	SID  string    `json:"sid"`
	Kind string    `json:"kind"` // brand, campaign
	Tag  string    `json:"tag"`
	At   time.Time `json:"at"` // filed last
}

// registry is the carrier's memory of what was filed, and of what was decided in this process.
type registry struct {
	of      map[string]filed
	decided map[filed]booking.Filed
}

func newRegistry() registry {
	return registry{of: map[string]filed{}, decided: map[filed]booking.Filed{}}
}

// replay takes up a record of the file.
func (c *Carrier) replay(r record) {
	if r.Filed != nil {
		c.registry.of[r.Filed.SID] = *r.Filed
		return
	}
	c.book.replay(r)
}

// decideAfter is how long a review takes.
const decideAfter = 250 * time.Millisecond

// nameOf makes the name of what a step of a registration makes: always the same for the same registration.
func nameOf(c booking.Call) string {
	prefix := map[booking.Step]string{booking.StepBrand: "BN", booking.StepCampaign: "CM", booking.StepService: "MG", booking.StepAddress: "AD",
		booking.StepDocument: "RD", booking.StepCompany: "IT", booking.StepRepresentative: "IT", booking.StepTrustInfo: "IT"}[c.Step]
	if prefix == "" {
		prefix = "BU"
	}
	return madeUp(prefix, c.Tag, string(c.Step))
}

func madeUp(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return prefix + hex.EncodeToString(sum[:16])
}

// File plays one call of a registration. Brands and campaigns are on disk when it answers; their review ends as
// [Faults].Registration says.
func (c *Carrier) File(ctx context.Context, call booking.Call) (booking.Filed, error) {
	if err := ctx.Err(); err != nil {
		return booking.Filed{}, err
	}
	switch call.Step {
	case booking.StepBrand, booking.StepCampaign:
		f := filed{SID: nameOf(call), Kind: string(call.Step), Tag: call.Tag, At: c.o.Now().UTC()}
		err := c.keep(ctx, record{Filed: &f}, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.registry.of[f.SID] = f
		})
		return booking.Filed{SID: f.SID}, err
	case booking.StepBrandReview:
		return c.review(call.Objects[booking.StepBrand], brandFaults), nil
	case booking.StepCampaignReview:
		return c.review(call.Objects[booking.StepCampaign], campaignFaults), nil
	case booking.StepNumbers:
		numbers, err := c.Numbers(ctx)
		return booking.Filed{Numbers: numbers}, err
	case booking.StepUseCases:
		return booking.Filed{Codes: booking.UseCases}, nil
	}
	return booking.Filed{SID: nameOf(call)}, nil
}

// What a rejecting review says: the reasons that are met most.
var (
	brandFaults = []booking.CarrierFault{{Code: 30795, Fields: []string{"business_registration_number", "business_name"},
		Text: "The tax ID and the legal name could not be matched."}}
	campaignFaults = []booking.CarrierFault{
		{Code: 30908, Fields: []string{"PRIVACY_POLICY_URL"}, Text: "The privacy policy does not say that mobile data is not shared."},
		{Code: 30896, Fields: []string{"MESSAGE_FLOW"}, Text: "The opt-in could not be verified."},
	}
)

// review tells what became of something filed. What was decided once stays decided until it is filed again.
func (c *Carrier) review(sid string, faults []booking.CarrierFault) booking.Filed {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.registry.of[sid]
	if !ok { // adopted: it stands elsewhere
		return booking.Filed{}
	}
	if was, ok := c.registry.decided[f]; ok {
		return was
	}
	if wait := decideAfter - c.o.Now().Sub(f.At); wait > 0 {
		return booking.Filed{Verdict: booking.FilingPending, Wait: wait, Note: "the simulated review"}
	}
	got := booking.Filed{}
	if c.faults.Registration == "reject" {
		got = booking.Filed{Verdict: booking.FilingRejected, Why: faults}
	}
	c.registry.decided[f] = got
	return got
}

// FindFiled tells whether a call was carried out.
func (c *Carrier) FindFiled(ctx context.Context, call booking.Call) (sid string, there bool, err error) {
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	if !call.Paid {
		return nameOf(call), true, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.registry.of[nameOf(call)]
	return f.SID, ok && !f.At.Before(call.Begun.Truncate(time.Second)), nil
}

// Standing plays a messaging service whose campaign was approved long ago.
func (c *Carrier) Standing(ctx context.Context, service string) (booking.Standing, error) {
	if !strings.HasPrefix(service, "MG") {
		return booking.Standing{}, &booking.CarrierError{Code: 20404, HTTPStatus: 404, Message: "The requested resource was not found"}
	}
	numbers, err := c.Numbers(ctx)
	s := booking.Standing{Service: service, Brand: madeUp("BN", service), Campaign: madeUp("QE", service), UseCase: "LOW_VOLUME", Sender: "campaign", Numbers: numbers}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.Registration == "reject" {
		s.Verdict, s.Why = booking.FilingRejected, campaignFaults
	}
	return s, err
}

// Services plays an account with one messaging service.
func (c *Carrier) Services(ctx context.Context) ([]booking.Standing, error) {
	s, err := c.Standing(ctx, madeUp("MG", "simulated"))
	return []booking.Standing{s}, err
}

// Numbers plays an account with two numbers, of which one can text.
func (c *Carrier) Numbers(ctx context.Context) ([]booking.CarrierNumber, error) {
	return []booking.CarrierNumber{
		{SID: madeUp("PN", "1"), Number: "+16145550123", Label: "Simulated number", SMS: true},
		{SID: madeUp("PN", "2"), Number: "+16145550124", Label: "Simulated number, voice only"},
	}, ctx.Err()
}

// Confirm plays the text to a sole proprietor, who always answers.
func (c *Carrier) Confirm(ctx context.Context, _ string) error { return ctx.Err() }

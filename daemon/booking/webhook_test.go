package booking

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNewsOfASession(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	session := func(state FollowUpState, left bool) *Session {
		s := Session{FollowUp: FollowUp{State: state}}
		if left {
			s.AbandonedAt = at
		}
		return &s
	}
	for _, c := range []struct {
		old, now *Session
		want     NewsKind
	}{
		{nil, session(FollowUpNone, false), ""},
		{nil, session(FollowUpDue, true), NewsAbandoned},
		{session(FollowUpNone, false), session(FollowUpDue, true), NewsAbandoned},
		{session(FollowUpDue, true), session(FollowUpDue, true), ""},
		{session(FollowUpDue, true), session(FollowUpNone, false), ""},
		{session(FollowUpDue, true), session(FollowUpWaiting, true), ""},
		{session(FollowUpWaiting, true), session(FollowUpClaimed, true), ""},
		{session(FollowUpClaimed, true), session(FollowUpDue, true), ""},
		{session(FollowUpClaimed, true), session(FollowUpSent, true), NewsSent},
		{session(FollowUpUnknown, true), session(FollowUpSent, true), NewsSent},
		{session(FollowUpSent, true), session(FollowUpSent, true), ""},
		{session(FollowUpClaimed, true), session(FollowUpUnknown, true), ""},
		{session(FollowUpWaiting, true), session(FollowUpWithheld, true), NewsWithheld},
		{session(FollowUpSent, true), session(FollowUpWithheld, true), NewsWithheld},
		{session(FollowUpWithheld, true), session(FollowUpWithheld, true), ""},
		{session(FollowUpWithheld, true), session(FollowUpDue, true), ""}, // a person's resend is no new leaving
		{nil, session(FollowUpWithheld, false), ""},                       // booked at once: no text was planned
		{session(FollowUpNone, false), session(FollowUpWithheld, false), ""},
	} {
		got, ok := NewsOf(c.old, *c.now)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("from %+v to %+v: got %q, want %q", c.old, c.now.FollowUp, got, c.want)
		}
	}
}

func TestRetriesFollowTheSpecificationAndAreSpread(t *testing.T) {
	want := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	var whole time.Duration
	for i, base := range want {
		var all []time.Duration
		for n := range 200 {
			wait, more := RetryDelivery(fmt.Sprint("delivery ", n), i+1, 0)
			if !more || wait < base || wait > base+base/10 {
				t.Fatalf("after %d tries: %v, %v; want %v to a tenth more", i+1, wait, more, base)
			}
			all = append(all, wait)
		}
		slices.Sort(all)
		if spread := all[190] - all[10]; spread < base/20 {
			t.Errorf("after %d tries 200 deliveries come back within %v; they should be spread over a tenth of %v", i+1, spread, base)
		}
		whole += base
	}
	if whole < 70*time.Hour || whole > 80*time.Hour {
		t.Errorf("the round takes %v, want about three days", whole)
	}
	for _, tries := range []int{-1, 0, len(want) + 1, 1000} {
		if wait, more := RetryDelivery("x", tries, time.Hour); more || wait != 0 {
			t.Errorf("after %d tries: %v, %v; want no more", tries, wait, more)
		}
	}
}

func TestADeliveryEndsAndRemembersTwentyTries(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	d := NewDelivery(now, "d", "w", NewsBooked, []byte("{}"))
	rounds, tries := 0, 0
	for rounds < 3 {
		if due, ok := d.Due("a"); !ok || due.Kind != KindDeliver || due.At.Before(now) {
			t.Fatalf("pending and due %+v, %v", due, ok)
		}
		now = d.DueAt
		tries++
		d.Tried(now, Try{At: now, Status: 500, Error: "it answers with 500"}, 0)
		if d.State == DeliveryFailed {
			rounds++
			if _, ok := d.Due("a"); ok || d.SettledAt != now {
				t.Errorf("failed, and yet %+v", d)
			}
			d.Again(now)
		}
	}
	if tries != 30 || len(d.Attempts) != 20 || !d.Attempts[19].At.Equal(now) || !d.KeptUntil.Equal(now.Add(DeliveryLife)) {
		t.Errorf("%d tries, %d kept, until %v", tries, len(d.Attempts), d.KeptUntil)
	}
	d.Tried(now, Try{At: now, Status: 299}, time.Hour)
	if d.State != DeliveryDelivered || !d.DueAt.IsZero() {
		t.Errorf("taken: %+v", d)
	}
	ping := NewDelivery(now, "p", "w", NewsPing, nil)
	if ping.Tried(now, Try{Error: "no answer"}, 0); ping.State != DeliveryFailed {
		t.Errorf("a ping is tried again: %+v", ping)
	}
	for status, good := range map[int]bool{0: false, 199: false, 200: true, 204: true, 301: false, 400: false, 500: false} {
		if (Try{Status: status}).Good() != good {
			t.Errorf("status %d: good should be %v", status, good)
		}
	}
}

func TestAWebhookIsValidatedAndItsEventsPutInOrder(t *testing.T) {
	w := Webhook{URL: "https://x.example/", Events: []NewsKind{NewsRegistration, NewsAbandoned, NewsRegistration}}
	if err := ValidateWebhook(&w); err != nil || !slices.Equal(w.Events, []NewsKind{NewsAbandoned, NewsRegistration}) {
		t.Errorf("got %v, %v", w.Events, err)
	}
	for want, bad := range map[string]Webhook{
		"missing":       {},
		"unknown_event": {Events: []NewsKind{NewsPing}},
		"too_long":      {URL: strings.Repeat("x", maxURL+1), Events: NewsKinds},
		"invalid_utf8":  {Description: "\xff", Events: NewsKinds},
	} {
		if err, ok := ValidateWebhook(&bad).(*Error); !ok || err.Code != want {
			t.Errorf("%+v: got %v, want %s", bad, err, want)
		}
	}
	off := Webhook{Events: NewsKinds}
	on := Webhook{Events: []NewsKind{NewsBooked}, Enabled: true}
	if off.Wants(NewsBooked) || !on.Wants(NewsBooked) || on.Wants(NewsSent) {
		t.Error("a webhook wants what it did not ask for, or not what it did")
	}
}

func TestPayloadsHaveTheFormOfTheSpecification(t *testing.T) {
	zone := time.FixedZone("", -4*3600)
	at := time.Date(2026, 3, 10, 10, 0, 0, 0, zone)
	for want, n := range map[string]News{
		`{"type":"person.opted_out","timestamp":"2026-03-10T14:00:00Z","data":{"phone":"+16145550142","source":"text","at":"2026-03-10T14:00:00Z"}}`: {
			NewsOptedOut, at, OfOptOut(OptOut{Phone: "+16145550142", Source: "text", Text: "STOP", At: at})},
		`{"type":"booking.created","timestamp":"2026-03-10T14:00:00Z","data":{"booking":"b","source":"phone","customer":{"email":"a@x.example"},"service":"<AC> & co","value_cents":100,"at":"2026-03-10T14:00:00Z"}}`: {
			NewsBooked, at, OfBooking(Booking{ID: "b", Source: SourcePhone, Email: "a@x.example", Address: "1 main st", Service: "<AC> & co", ValueCents: 100, At: at})},
		`{"type":"booking.created","timestamp":"2026-03-10T14:00:00Z","data":{"booking":"b","source":"phone","customer":{"first_name":"Ada","last_name":"Berg"},"window":"w","start":"2026-03-10T15:00:00Z","end":"2026-03-10T16:00:00Z","at":"2026-03-10T14:00:00Z"}}`: { // known by address alone
			NewsBooked, at, OfBooking(Booking{ID: "b", Source: SourcePhone, Address: "1 main st", At: at, Window: "w", Start: at.Add(time.Hour), End: at.Add(2 * time.Hour),
				Customer: Customer{FirstName: "Ada", LastName: "Berg", Address: Address{Line1: "1 Main St", PostalCode: "43215"}}})},
		`{"type":"registration.changed","timestamp":"2026-03-10T14:00:00Z","data":{"status":"approved","was":"in_review"}}`: {
			NewsRegistration, at, RegistrationNews{RegistrationApproved, RegistrationInReview}},
		`{"type":"session.abandoned","timestamp":"2026-03-10T14:00:00Z","data":{"session":"s","client_id":"c","scheduler":"web","status":"abandoned","customer":{"phone":"+16145550142"},"started_at":"2026-03-10T14:00:00Z","abandoned_at":"2026-03-10T14:00:00Z","follow_up":{"state":"due","due_at":"2026-03-10T14:00:00Z"}}}`: {
			NewsAbandoned, at, OfSession(Session{ID: "s", ClientID: "c", Scheduler: "web", Status: StatusAbandoned, Phone: "+16145550142", StartedAt: at,
				AbandonedAt: at, Consent: Consent{IP: "192.0.2.1"}, FollowUp: FollowUp{State: FollowUpDue, DueAt: at}})},
	} {
		if got, err := n.Payload(); err != nil || string(got) != want {
			t.Errorf("\n got %s, %v\nwant %s", got, err, want)
		}
	}
}

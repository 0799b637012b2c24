package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
	"github.com/rebookhq/rebook/storage"
)

func (w *world) alarmCodes() (codes []string) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all, err := engine.Alarms(s, account)
		for _, a := range all {
			codes = append(codes, a.Code)
		}
		return err
	}))
	return codes
}

func (w *world) number(n string) (got *booking.PhoneNumber) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		got, err = s.Number(account, booking.Phone(n))
		return err
	}))
	return got
}

// What the preflight shows reviewers is what customers get: the samples are the real templates, rendered.
func TestThePreflightUsesTheRealTextsAndPages(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	bubble(t, func(t *testing.T) {
		pages := map[string]string{
			"https://www.brightwater.example":         "Brightwater Home Services",
			"https://www.brightwater.example/privacy": "We share mobile numbers with our partners.",
			"https://www.brightwater.example/terms":   "SMS program. Message frequency varies. Message and data rates may apply. Reply STOP, HELP. (614) 555-0100.",
		}
		w := newWorld(t, simulated, func(o *engine.Options) {
			o.Simulator = true
			o.Fetch = func(_ context.Context, url string) booking.Page {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, url)
				return booking.Page{URL: url, Status: 200, Text: pages[url]}
			}
		})
		defer w.close()
		unregistered(w)
		w.draft(brightwater())
		items, b, err := w.e.Preflight(t.Context(), account)
		w.must(err)
		if len(items) != 2 || items[0].Code != "30908" || items[0].Severity != booking.SeverityError || items[1].Code != "30892" || items[1].Severity != booking.SeverityWarning {
			t.Errorf("%+v", items)
		}
		if len(b.Samples) != 2 || !strings.Contains(b.Samples[0], "Brightwater Home Services is not finished") || !strings.Contains(b.Samples[0], "https://book.example.com/l/") ||
			!*b.HasEmbeddedLinks || *b.HasEmbeddedPhone || !strings.Contains(b.MessageFlow, "https://brightwater.example/book") || !strings.Contains(b.MessageFlow, "Text me about this booking") {
			t.Errorf("proposed: %+v", b)
		}
		if _, err := w.e.Submit(t.Context(), account); !errors.Is(err, &booking.Error{Code: "preflight_failed"}) {
			t.Errorf("submitted: %v", err)
		}
		pages["https://www.brightwater.example/privacy"] = "Mobile information is never shared with third parties for marketing."
		_, err = w.e.Submit(t.Context(), account)
		w.must(err)
	})
	if len(asked) < 9 {
		t.Errorf("looked at %v", asked)
	}
}

// A number that vanishes or loses SMS is an alarm by the next day, and by a sync at once; one that comes back ends it.
func TestANumberThatVanishesOrLosesSMSIsAnAlarm(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		if a := w.alarmCodes(); len(a) != 0 {
			t.Fatalf("approved, and alarms %v", a)
		}
		if n := w.number("+16145550123"); n.CarrierSID == "" || !n.DefaultOutbound || n.Label == "" {
			t.Errorf("synced: %+v", n)
		}
		r.Change("number", "+16145550123", func(t *twiliotest.Thing) { t.Form.Set("SMS", "false") })
		w.pass(25 * time.Hour)
		if a := w.alarmCodes(); !slices.Equal(a, []string{"phone_number_without_sms"}) {
			t.Errorf("without SMS: %v", a)
		}
		r.Drop("number", "+16145550123")
		_, err := w.e.SyncNumbers(w.t.Context(), account)
		w.must(err)
		if a := w.alarmCodes(); !slices.Equal(a, []string{"phone_number_gone"}) {
			t.Errorf("gone: %v", a)
		}
		r.AddNumber("+16145550123", true)
		_, err = w.e.SyncNumbers(w.t.Context(), account)
		w.must(err)
		w.pass(time.Minute)
		if a := w.alarmCodes(); len(a) != 0 {
			t.Errorf("back again: %v", a)
		}
	})
}

// Numbers bought later go into the messaging service by themselves, and many are taken in pieces.
func TestNumbersThatComeLaterJoinTheMessagingService(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		for i := range 7 {
			r.AddNumber("+1614555020"+string(rune('0'+i)), true)
		}
		_, err := w.e.SyncNumbers(w.t.Context(), account)
		w.must(err)
		w.pass(time.Minute)
		if n := len(r.Things("pool")); n != 8 {
			t.Errorf("%d numbers in the service", n)
		}
		clean(w.t, r, 1, 1)
	})
}

// What the carrier suspends is noticed within a day, and no text goes out on it.
func TestASuspendedCampaignIsNoticed(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		r.RejectCampaign = func(int) []map[string]any {
			return []map[string]any{{"error_code": 30884, "description": "complaints"}}
		}
		w.pass(25 * time.Hour)
		if f := w.filing(); f.Status != booking.RegistrationRejected || f.Rejections[0].Code != "30884" {
			t.Errorf("%s %+v", f.Status, f.Rejections)
		}
		if a := w.alarmCodes(); !slices.Equal(a, []string{"registration_missing"}) {
			t.Errorf("alarms %v", a)
		}
	})
}

func TestWhatIsApprovedAtTwilioIsAdopted(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		mg := w.filing().Objects[booking.StepService]

		// The same Twilio account, another Rebook.
		w.must(w.store.Update(w.t.Context(), func(tx *storage.Tx) error {
			return tx.PutFiling(account, booking.Filing{Status: booking.RegistrationDraft})
		}))
		unregistered(w)
		all, err := w.e.Services(w.t.Context())
		w.must(err)
		if len(all) != 1 || all[0].Service != mg || all[0].Sender != "campaign" || all[0].Verdict != booking.FilingDone || len(all[0].Numbers) != 1 {
			t.Fatalf("%+v", all)
		}
		if _, err := w.e.Adopt(w.t.Context(), account, "MG"+strings.Repeat("f", 32)); !errors.Is(err, &booking.Error{Code: "unknown_at_carrier"}) {
			t.Errorf("an unknown service: %v", err)
		}
		f, err := w.e.Adopt(w.t.Context(), account, mg)
		w.must(err)
		if f.Status != booking.RegistrationApproved || !f.Adopted || f.Campaign != "LOW_VOLUME" {
			t.Errorf("%+v", f)
		}
		w.pass(25 * time.Hour)
		if f := w.filing(); f.Status != booking.RegistrationApproved {
			t.Errorf("a day later: %+v", f)
		}
		if p := r.Paid("brand") + r.Paid("campaign"); p != 2 {
			t.Errorf("adopting cost something: %d", p)
		}
	})
}

func TestAVerifiedTollFreeNumberIsAdopted(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		mg := w.filing().Objects[booking.StepService]
		r.Change("campaign", "", func(t *twiliotest.Thing) { t.Parent = "none" })
		r.TollFree("+16145550123", "IN_REVIEW")
		w.must(w.store.Update(w.t.Context(), func(tx *storage.Tx) error {
			return tx.PutFiling(account, booking.Filing{Status: booking.RegistrationDraft})
		}))
		unregistered(w)
		if _, err := w.e.Adopt(w.t.Context(), account, mg); !errors.Is(err, &booking.Error{Code: "not_approved"}) {
			t.Errorf("a verification under review: %v", err)
		}
		r.TollFree("+16145550123", "TWILIO_APPROVED")
		f, err := w.e.Adopt(w.t.Context(), account, mg)
		w.must(err)
		if n := w.number("+16145550123"); f.Status != booking.RegistrationApproved || n.TollFree != "approved" {
			t.Errorf("%+v, %+v", f, n)
		}
	})
}

// Wrong credentials are nobody's rejection: the registration waits, the alarm says why, and a refresh takes it up.
func TestWrongCredentialsHoldARegistration(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) {}, func(w *world, r *twiliotest.Registry) {
		good := r.AuthToken
		r.AuthToken = "another"
		w.submit(brightwater())
		w.pass(time.Hour)
		f := w.filing()
		if f.Status != booking.RegistrationSubmitted || f.Hold == nil || strings.Contains(f.Hold.Message, good) {
			t.Fatalf("%+v", f)
		}
		if !slices.Contains(w.alarmCodes(), "registration_held") {
			t.Errorf("alarms %v", w.alarmCodes())
		}
		r.AuthToken = good
		_, err := w.e.RefreshFiling(w.t.Context(), account)
		w.must(err)
		w.pass(10 * time.Minute)
		if f := w.filing(); f.Status != booking.RegistrationApproved {
			t.Errorf("%+v", f)
		}
	})
}

// A change and its line in the audit log are one transaction, whatever becomes of the commit; secrets are not in it.
func TestTheAuditLogHoldsEveryChangeOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		who := engine.WithActor(t.Context(), engine.Doing{Account: account, Who: storage.Actor{Kind: "key", ID: "k"}, Action: "a change"})
		_, err := w.e.EditAccount(who, account, func(a *booking.Account) error { a.Name = "Otherwater"; return nil })
		w.must(err)
		_, err = w.e.CreateKey(who, account, "crm", booking.RoleOffice, "a-secret-of-more-than-16")
		w.must(err)
		_, err = w.e.CreateUser(who, account, storage.User{Email: "ada@x.example", Role: booking.RoleCSR}, "four words in a row")
		w.must(err)
		_, err = w.e.EditAccount(who, account, func(a *booking.Account) error { return errors.New("no") })
		if err == nil {
			t.Error("a change that fails")
		}
		_, err = w.e.EditAccount(t.Context(), account, func(a *booking.Account) error { a.Name = "Nobodys"; return nil })
		w.must(err)
		var all []storage.Audit
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
			all, _, err = s.Audits(account, "", 100)
			return err
		}))
		if len(all) != 3 {
			t.Fatalf("%d entries: %+v", len(all), all)
		}
		for _, a := range all {
			for _, c := range a.Changes {
				if text := string(c.Before) + string(c.After); strings.Contains(text, "argon2id") || strings.Contains(text, "a-secret") {
					t.Errorf("a secret: %s", text)
				}
				if c.Kind == "account" && (string(c.Before) != `{"name":"Brightwater Home Services"}` || string(c.After) != `{"name":"Otherwater"}`) {
					t.Errorf("account: %s to %s", c.Before, c.After)
				}
			}
		}
	})
}

package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

// brightwater is a business that reviewers have nothing against.
func brightwater() booking.Business {
	return booking.Business{
		EIN: "31-1234567", LegalName: "Brightwater Home Services LLC", BusinessType: "llc", Industry: "construction", CompanyType: "private",
		Website: "https://www.brightwater.example", Address: booking.Address{Line1: "12 Elm Street", City: "Columbus", State: "oh", PostalCode: "43017"},
		Representative: booking.Representative{FirstName: "Jo", LastName: "Miller", Email: "jo@brightwater.example", Phone: "(614) 555-0101", Title: "Owner", Position: "ceo"},
		PrivacyURL:     "https://www.brightwater.example/privacy", TermsURL: "https://www.brightwater.example/terms",
		SupportEmail: "help@brightwater.example", SupportPhone: "(614) 555-0100",
	}
}

// unregistered is a seed whose account has not registered yet.
func unregistered(w *world) {
	w.t.Helper()
	_, err := w.e.SetRegistration(w.t.Context(), account, booking.Registration{Status: booking.RegistrationDraft})
	w.must(err)
}

func (w *world) filing() (f booking.Filing) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		f, err = s.Filing(account)
		return err
	}))
	return f
}

func (w *world) draft(b booking.Business) {
	w.t.Helper()
	_, err := w.e.EditFiling(w.t.Context(), account, func(d *booking.Business) error { *d = b.Clone(); return nil })
	w.must(err)
}

func simulated(o *engine.Options) { o.Registrar = o.Carrier.(*simulator.Carrier) }

func TestARegistrationIsApprovedWithinTwoSecondsByTheSimulator(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, simulated)
		defer w.close()
		unregistered(w)
		w.draft(brightwater())
		began := time.Now()
		f, err := w.e.Submit(t.Context(), account)
		w.must(err)
		if f.Status != booking.RegistrationSubmitted || f.Submitted == nil || f.Submitted.BusinessType != "Limited Liability Corporation" {
			t.Errorf("after submit: %+v", f)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		f = w.filing()
		if f.Status != booking.RegistrationApproved || f.DecidedAt.Sub(began) > 2*time.Second {
			t.Fatalf("2 s later: %+v", f)
		}
		for _, s := range []booking.Step{booking.StepProfileSubmit, booking.StepTrustSubmit, booking.StepBrand, booking.StepService, booking.StepCampaign} {
			if !slices.Contains(f.Done, s) {
				t.Errorf("step %s is not done: %v", s, f.Done)
			}
		}
	})
}

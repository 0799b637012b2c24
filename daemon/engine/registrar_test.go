package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
	"github.com/rebookhq/rebook/storage"
)

// fragile is the wire to Twilio of a process that dies around its nth call, or whose nth answer is lost.
type fragile struct {
	engine.Registrar
	mu     sync.Mutex
	n      int
	at     int          // the call around which it happens, from 1; 0: never
	step   booking.Step // or the first call of this step
	before bool         // nothing leaves; else the answer is lost
	store  *mortal
	steps  []booking.Step
}

func (f *fragile) File(ctx context.Context, c booking.Call) (booking.Filed, error) {
	f.mu.Lock()
	f.n++
	hit := f.n == f.at || f.step != "" && c.Step == f.step && !slices.Contains(f.steps, c.Step)
	f.steps = append(f.steps, c.Step)
	f.mu.Unlock()
	if f.store != nil && f.store.isDead() {
		return booking.Filed{}, errors.New("the process is dead")
	}
	if hit && f.before {
		if f.store != nil {
			f.store.kill()
		}
		return booking.Filed{}, errors.New("the process is dead")
	}
	got, err := f.Registrar.File(ctx, c)
	if hit {
		if f.store != nil {
			f.store.kill()
		}
		return booking.Filed{}, errors.New("the answer was lost")
	}
	return got, err
}

func registrarOver(r *twiliotest.Registry, o twilio.RegistrarOptions) *twilio.Registrar {
	return twilio.NewRegistrar(twilio.New(twilio.Options{AccountSID: r.AccountSID, AuthToken: r.AuthToken, PublicURL: "https://book.example.com",
		Version: "test", Transport: r, Now: time.Now}), o)
}

// registering runs a scene in which the house registers at Twilio.
func registering(t *testing.T, edit func(*twiliotest.Registry, *twilio.RegistrarOptions), scene func(w *world, r *twiliotest.Registry)) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		r := twiliotest.NewRegistry(time.Now)
		o := twilio.RegistrarOptions{}
		if edit != nil {
			edit(r, &o)
		}
		w := newWorld(t, func(eo *engine.Options) { eo.Registrar = registrarOver(r, o) })
		defer w.close()
		unregistered(w)
		scene(w, r)
	})
}

func (w *world) submit(b booking.Business) {
	w.t.Helper()
	w.draft(b)
	_, err := w.e.Submit(w.t.Context(), account)
	if found, ok := errors.AsType[*booking.PreflightFailed](err); ok {
		w.t.Fatalf("preflight: %+v", found.Items)
	}
	w.must(err)
}

func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func clean(t *testing.T, r *twiliotest.Registry, brands, campaigns int) {
	t.Helper()
	for _, f := range r.Faults() {
		t.Errorf("Twilio would not have taken it: %s", f)
	}
	if b, c := r.Paid("brand"), r.Paid("campaign"); b != brands || c != campaigns {
		t.Errorf("paid for %d brands and %d campaigns, want %d and %d", b, c, brands, campaigns)
	}
}

func TestARegistrationAtTwilioFromDraftToApproved(t *testing.T) {
	registering(t, nil, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(45 * time.Second)
		if f := w.filing(); f.Status != booking.RegistrationInReview {
			t.Errorf("after 45 s: %s, waiting for %s", f.Status, f.Note)
		}
		w.pass(10 * time.Minute)
		f := w.filing()
		if f.Status != booking.RegistrationApproved || f.Objects[booking.StepService] == "" {
			t.Fatalf("after ten minutes: %+v\n%v", f, r.Faults())
		}
		clean(t, r, 1, 1)
		if pool := r.Things("pool"); len(pool) != 1 {
			t.Errorf("%d numbers in the messaging service, want the one that can text", len(pool))
		}
		for _, e := range r.Things("EndUsers") {
			if strings.Contains(e.Form.Get("Attributes"), "stock") {
				t.Errorf("a private company's stock details were sent: %s", e.Form)
			}
		}
		if brand := r.Things("brand")[0]; brand.Form.Get("SkipAutomaticSecVet") != "true" || brand.Form.Get("BrandType") != "STANDARD" || brand.Form.Has("Mock") {
			t.Errorf("a low-volume brand was filed as %v", brand.Form)
		}
		calls := len(r.Calls())
		w.pass(23 * time.Hour)
		if n := len(r.Calls()); n != calls {
			t.Errorf("%d calls in the day after the approval", n-calls)
		}
	})
}

func TestPublicCompaniesMocksAndDirectCustomers(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, o *twilio.RegistrarOptions) { r.Direct, o.Mock = true, true }, func(w *world, r *twiliotest.Registry) {
		b := brightwater()
		b.CompanyType, b.StockExchange, b.StockTicker, b.BrandType = "public", "nyse", "brw", booking.BrandStandard
		w.submit(b)
		w.pass(10 * time.Minute)
		if f := w.filing(); f.Status != booking.RegistrationApproved {
			t.Fatalf("%+v\n%v", f, r.Faults())
		}
		clean(t, r, 1, 1)
		if n := len(r.Things("CustomerProfiles")); n != 1 {
			t.Errorf("%d profiles: a business that registers itself needs only its own", n)
		}
		brand := r.Things("brand")[0].Form
		if brand.Get("Mock") != "true" || brand.Has("SkipAutomaticSecVet") {
			t.Errorf("brand %v", brand)
		}
		info := r.Things("EndUsers")[1].Form.Get("Attributes")
		for _, want := range []string{`"company_type":"public"`, `"stock_exchange":"NYSE"`, `"stock_ticker":"BRW"`, `"brand_contact_email":"jo@brightwater.example"`} {
			if !strings.Contains(info, want) {
				t.Errorf("%s lacks %s", info, want)
			}
		}
	})
}

func TestASoleProprietorIsApprovedWhenTheOwnerSaysYes(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) { r.Identity = "UNVERIFIED" }, func(w *world, r *twiliotest.Registry) {
		b := brightwater()
		b.EIN, b.LegalName, b.BusinessType, b.CompanyType, b.BrandType = "", "Jo Miller", "", "", booking.BrandSoleProprietor
		w.submit(b)
		w.pass(10 * time.Minute)
		f := w.filing()
		if f.Status != booking.RegistrationInReview || !strings.Contains(f.Note, "YES") {
			t.Fatalf("before the owner answered: %s, waiting for %q\n%v", f.Status, f.Note, r.Faults())
		}
		w.must(w.e.ConfirmOwner(w.t.Context(), account))
		r.Identity = "VERIFIED"
		_, err := w.e.RefreshFiling(w.t.Context(), account)
		w.must(err)
		w.pass(10 * time.Minute)
		if f := w.filing(); f.Status != booking.RegistrationApproved || f.Campaign != "SOLE_PROPRIETOR" {
			t.Errorf("%+v\n%v", f, r.Faults())
		}
		clean(t, r, 1, 1)
	})
}

// A rejected brand is mended and filed again for free, three times; a rejected campaign is edited, not made anew.
func TestRejectionsAreMendedWithoutPayingTwice(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) {
		r.RejectBrand = func(n int) []map[string]any {
			if n < 2 {
				return []map[string]any{{"error_code": 30795, "fields": []string{"business_name"}, "description": "no match"}}
			}
			return nil
		}
		r.RejectCampaign = func(n int) []map[string]any {
			if n < 2 {
				return []map[string]any{{"error_code": 30908, "fields": []string{"PRIVACY_POLICY_URL"}, "description": "not found"}}
			}
			return nil
		}
	}, func(w *world, r *twiliotest.Registry) {
		for i, want := range []struct{ code, field string }{{"30795", "legal_name"}, {"30908", "privacy_url"}} {
			w.submit(brightwater())
			w.pass(10 * time.Minute)
			f := w.filing()
			if f.Status != booking.RegistrationRejected || len(f.Rejections) != 1 || f.Rejections[0].Code != want.code || f.Rejections[0].Field != want.field || f.Rejections[0].Fix == "" {
				t.Fatalf("round %d: %s %+v\n%v", i, f.Status, f.Rejections, r.Faults())
			}
		}
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		if f := w.filing(); f.Status != booking.RegistrationApproved || f.Updates != 1 {
			t.Errorf("%+v", f)
		}
		clean(t, r, 1, 1)
	})
}

func TestABrandIsUpdatedThreeTimesAndNoMore(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) {
		r.RejectBrand = func(int) []map[string]any { return []map[string]any{{"error_code": 30799, "description": "no"}} }
	}, func(w *world, r *twiliotest.Registry) {
		for range 1 + booking.MaxUpdates {
			w.submit(brightwater())
			w.pass(10 * time.Minute)
		}
		if f := w.filing(); f.Status != booking.RegistrationRejected || f.Updates != booking.MaxUpdates {
			t.Errorf("%s after %d updates", f.Status, f.Updates)
		}
		if _, err := w.e.Submit(w.t.Context(), account); !errors.Is(err, &booking.Error{Code: "updates_used_up"}) {
			t.Errorf("a fifth submission: %v", err)
		}
		clean(t, r, 1, 0)
	})
}

func TestWhatTwiliosCheckFindsMissingIsARejection(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) { r.Lacks = "business_registration_number" }, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(time.Minute)
		f := w.filing()
		if f.Status != booking.RegistrationRejected || len(f.Rejections) != 1 || f.Rejections[0].Field != "ein" {
			t.Errorf("%s %+v", f.Status, f.Rejections)
		}
		clean(t, r, 0, 0)
		r.Lacks = ""
		w.submit(brightwater())
		w.pass(10 * time.Minute)
		if f := w.filing(); f.Status != booking.RegistrationApproved {
			t.Errorf("mended: %+v\n%v", f, r.Faults())
		}
		clean(t, r, 1, 1)
	})
}

// The whole sequence, killed and restarted around each single call: whatever the moment, nothing is made twice and nothing paid
// twice. A paid call that never left is in doubt and waits for a person.
func TestKilledAroundEveryCallNothingIsPaidTwice(t *testing.T) {
	t.Parallel()
	var calls int
	bubble(t, func(t *testing.T) { _, _, calls = registered(t, &fragile{}, true) })
	if calls < 25 {
		t.Fatalf("only %d calls of a registration", calls)
	}
	for n := 1; n <= calls; n++ {
		for _, before := range []bool{true, false} {
			for _, dies := range []bool{true, false} {
				t.Run(fmt.Sprintf("call %d of %d, before %v, dies %v", n, calls, before, dies), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						wire := &fragile{at: n, before: before}
						f, r, _ := registered(t, wire, dies)
						step := wire.steps[n-1]
						paid := step == booking.StepBrand || step == booking.StepCampaign
						switch {
						case paid && before:
							if f.Hold == nil || f.Hold.Code != "registration_unknown" {
								t.Errorf("%s never left: %+v", step, f)
							}
						case f.Status != booking.RegistrationApproved:
							t.Errorf("%s: %+v", step, f)
						}
						for _, fault := range r.Faults() {
							t.Errorf("%s: %s", step, fault)
						}
						if r.Paid("brand") > 1 || r.Paid("campaign") > 1 {
							t.Errorf("%s: paid twice", step)
						}
					})
				})
			}
		}
	}
}

// registered runs one registration over a wire that breaks once, in a process that dies with it or not, and gives where it stands
// an hour later.
func registered(t *testing.T, wire *fragile, dies bool) (booking.Filing, *twiliotest.Registry, int) {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{KV: kv, left: -1}
	r := twiliotest.NewRegistry(time.Now)
	registrar := registrarOver(r, twilio.RegistrarOptions{})
	wire.Registrar = registrar
	if dies {
		wire.store = m
	}
	w := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) { o.Registrar, o.Log = wire, nil })
	unregistered(w)
	w.submit(brightwater())
	w.pass(20 * time.Minute)
	w.e.Stop(context.Background())
	w.store = storage.New(kv, time.Now)
	w.options.Store, w.options.Registrar = w.store, registrar
	w.renew(w.options)
	w.must(w.e.Start(w.t.Context()))
	w.pass(time.Hour)
	f := w.filing()
	w.close()
	return f, r, len(wire.steps)
}

func TestALostPaidCallIsRepeatedByAPersonOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := twiliotest.NewRegistry(time.Now)
		wire := &fragile{Registrar: registrarOver(r, twilio.RegistrarOptions{})}
		w := newWorld(t, func(o *engine.Options) { o.Registrar, o.Log = wire, nil })
		defer w.close()
		unregistered(w)
		wire.step, wire.before = booking.StepBrand, true
		w.submit(brightwater())
		w.pass(24 * time.Hour)
		f := w.filing()
		if f.Hold == nil || r.Paid("brand") != 0 {
			t.Fatalf("%+v, %v", f, wire.steps)
		}
		var codes []string
		w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
			all, err := engine.Alarms(s, account)
			for _, a := range all {
				codes = append(codes, a.Code)
			}
			return err
		}))
		if !slices.Contains(codes, "registration_unknown") {
			t.Errorf("alarms %v", codes)
		}
		_, err := w.e.RepeatFiling(w.t.Context(), account)
		w.must(err)
		w.pass(time.Hour)
		if f := w.filing(); f.Status != booking.RegistrationApproved {
			t.Errorf("repeated: %+v", f)
		}
		clean(t, r, 1, 1)
	})
}

// A callback that a profile was decided has us ask at once, once; what it says itself is not believed.
func TestTheCarriersWordOfADecisionIsAskedAbout(t *testing.T) {
	registering(t, func(r *twiliotest.Registry, _ *twilio.RegistrarOptions) { r.Review = time.Hour }, func(w *world, r *twiliotest.Registry) {
		w.submit(brightwater())
		w.pass(20 * time.Minute)
		if profile := r.Things("CustomerProfiles")[1]; profile.Form.Get("StatusCallback") != "https://book.example.com"+twilio.RegistrationPath {
			t.Errorf("the profile was filed as %v", profile.Form)
		}
		calls, due := len(r.Calls()), w.filing().DueAt
		if !due.After(time.Now()) {
			t.Fatalf("due at %s, nothing waits", due)
		}
		w.must(w.e.FilingTold(w.t.Context()))
		w.pass(time.Second)
		if n, f := len(r.Calls())-calls, w.filing(); n != 1 || f.Status != booking.RegistrationInReview {
			t.Errorf("%d calls after the word, status %s", n, f.Status)
		}
		clean(t, r, 1, 0)
	})
}

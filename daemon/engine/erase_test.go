package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

const erasedMail = "Erased.Person@example.com"

// marks are what nothing may hold that knows nothing of the person. The e-mail address stands as typed and as it is matched.
var marks = []string{phone(1), phone(1)[2:], "Zebediah", erasedMail, "erased.person@example.com", "77 Gone Street", "gate code 4711", "only in this text"}

// lives plays a person's whole life with us: sessions with text, without, and without a number; texts both ways; a STOP when
// stops; bookings by hand and by the page; a note; webhooks; an Idempotency-Key.
func (w *world) lives(stops bool) (seat string) {
	w.t.Helper()
	who := func(ev *booking.Event) {
		filled(phone(1))(ev)
		ev.Customer.FirstName, ev.Customer.Email, ev.Customer.Address.Line1 = "Zebediah", erasedMail, "77 Gone Street"
		ev.Customer.Address.PostalCode = "43215"
	}
	text := func(sid, body string) {
		w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: sid, From: booking.Phone(phone(1)), To: sender, Body: body, At: time.Now()}))
	}
	w.open(2)
	w.event("mailonly", booking.EventStarted, who, func(ev *booking.Event) { ev.Customer.Phone, ev.Consent = "", nil })
	first := left(w, "c1", phone(1), who)
	time.Sleep(time.Hour)
	synctest.Wait()
	if len(w.texts(phone(1))) != 1 {
		w.t.Fatalf("%d texts to the person", len(w.texts(phone(1))))
	}
	text("SM1", "what was only in this text?")
	_, err := w.e.Handle(w.t.Context(), account, first, engine.Handled{By: "csr", Note: "gate code 4711"})
	w.must(err)
	b, err := w.e.Book(engine.WithOnce(w.t.Context(), "once", "asked"), account, booking.NewBooking{Source: booking.SourcePhone, Scheduler: scheduler,
		Window: wednesday, Note: "gate code 4711", ExternalID: "job-7",
		Customer: booking.Customer{FirstName: "Zebediah", Phone: phone(1), Email: erasedMail}})
	w.must(err)
	left(w, "c2", phone(1), who)
	w.event("c3", booking.EventStarted, who)
	if stops {
		text("SM2", "STOP")
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	return b.ID
}

func (w *world) erased(p string) booking.Erasure {
	w.t.Helper()
	v, err := w.e.Erase(w.t.Context(), account, booking.Phone(p), "acme/k/key")
	w.must(err)
	return v
}

// nothingOf fails where the store or the carrier knows anything of the person.
func (w *world) nothingOf(when string) {
	w.t.Helper()
	all := w.backup().Bytes()
	for _, m := range marks {
		if i := bytes.Index(all, []byte(m)); i >= 0 {
			w.t.Errorf("%s: the store holds %q: …%q…", when, m, all[max(0, i-200):min(len(all), i+60)])
		}
	}
	if n := len(w.texts(phone(1))); n != 0 {
		w.t.Errorf("%s: the simulator knows %d texts", when, n)
	}
	w.whole()
}

func TestAnErasedPersonIsNowhereAndTheirStopIsHonoured(t *testing.T) {
	for _, stops := range []bool{false, true} {
		t.Run(fmt.Sprint("stops ", stops), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, _, _ := hooked(t)
				defer w.close()
				other := left(w, "other", phone(2))
				seat := w.lives(stops)
				all := w.backup().Bytes()
				for _, m := range marks { // each mark is there before, or the test looks for nothing
					if !bytes.Contains(all, []byte(m)) {
						t.Errorf("%q was never in the store", m)
					}
				}
				v := w.erased(phone(1))
				if !v.Done() || v.Phone != "" {
					t.Errorf("the erasure: %+v", v)
				}
				synctest.Wait()
				w.nothingOf("erased")
				if b := w.booking(seat); b.Window != wednesday || b.ValueCents != 0 || b.At.IsZero() || !b.Stands() {
					t.Errorf("the booking that stays: %+v", b)
				}
				if got := w.seated()[wednesday]; len(got) != 1 || got[0] != seat {
					t.Errorf("seats: %v", got)
				}
				if s := w.session(other); s.Phone != booking.Phone(phone(2)) {
					t.Errorf("somebody else lost something: %+v", s)
				}
				if again := w.erased(phone(1)); again.ID != v.ID || !again.Done() {
					t.Errorf("asked again: %+v", again)
				}
				_, err := w.e.Erase(t.Context(), account, booking.Phone(phone(50)), "")
				if !errors.Is(err, &booking.Error{Code: "unknown_person"}) {
					t.Errorf("a person nobody knows: %v", err)
				}

				time.Sleep(2 * time.Hour) // the person is back and ticks again
				back := left(w, "back", phone(1))
				time.Sleep(time.Hour)
				synctest.Wait()
				s := w.session(back)
				if stops != (s.FollowUp.WithheldBy == booking.CheckOptedOut) || (len(w.texts(phone(1))) == 0) != stops {
					t.Errorf("back after a STOP %v: %d texts, %+v", stops, len(w.texts(phone(1))), s.FollowUp)
				}
				w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM9", From: booking.Phone(phone(1)), To: sender, Body: "START", At: time.Now()}))
				if w.optOut(phone(1)) != nil {
					t.Error("START did not lift the opt-out of an erased person")
				}
				if v := w.erased(phone(1)); !v.Done() {
					t.Errorf("erased a second time: %+v", v)
				}
				w.nothingOf("erased a second time")
			})
		})
	}
}

// A person with more sessions than one round takes, and more of a trace than one transaction.
func TestAnErasureOfSomebodyWithManySessions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		for i := range 430 {
			who := filled(phone(1))
			if i%2 == 1 {
				who = func(ev *booking.Event) { ev.Customer = booking.Customer{FirstName: "Zebediah", Email: erasedMail} }
			}
			w.event(fmt.Sprint("c", i), booking.EventStarted, who, func(ev *booking.Event) { ev.Customer.Email = erasedMail })
		}
		id := left(w, "last", phone(1))
		for i := range 200 {
			w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error {
				return tx.AddTrace(account, w.session(id), []booking.Finding{{At: time.Now().Add(time.Duration(i) * time.Millisecond), Message: "Zebediah"}}, time.Hour)
			}))
		}
		if v := w.erased(phone(1)); !v.Done() {
			t.Errorf("the erasure: %+v", v)
		}
		w.nothingOf("erased")
	})
}

func TestAnErasureForgetsNoCap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.Frequency.Max = 1 })
		for i := range 2 {
			id := left(w, fmt.Sprint("c", i), phone(1))
			time.Sleep(time.Hour)
			synctest.Wait()
			if s := w.session(id); (s.FollowUp.State == booking.FollowUpSent) != (i == 0) {
				t.Errorf("session %d: %+v", i, s.FollowUp)
			}
			w.erased(phone(1))
		}
		w.whole()
	})
}

// A text that is being handed to the carrier at this moment is forgotten too, when the call is over.
func TestAnErasureWhileATextIsOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		list := storage.NewErasedList(t.TempDir())
		w := newWorld(t, func(o *engine.Options) { o.Erased = list })
		defer w.close()
		slow := &slowCarrier{Carrier: w.options.Carrier, forget: w.carrier.Forget, takes: 5 * time.Second}
		w.swap(slow)
		left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + 2*time.Second)
		v := w.erased(phone(1))
		if v.Done() {
			t.Error("it was told to be done while the carrier was being called")
		}
		if lines, torn, err := list.All(); len(lines) != 1 || torn != 0 || err != nil || lines[0].ID != v.ID {
			t.Errorf("acknowledged, and the list says %+v, %d torn, %v", lines, torn, err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if slow.sent != 1 {
			t.Errorf("%d texts were handed over", slow.sent)
		}
		if v := w.erased(phone(1)); !v.Done() {
			t.Errorf("afterwards: %+v", v)
		}
		w.nothingOf("afterwards")
	})
}

// Whatever commit an erasure dies at, the next process ends it.
func TestAnErasureThatDiesGoesOn(t *testing.T) {
	commits := 0
	for cut := 0; cut <= commits; cut++ { // at 0 it lives, and its commits are counted
		for _, after := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
				kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				m := &mortal{KV: kv, left: -1, after: after}
				w := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) { o.Log, o.Courier = nil, &courier{} })
				w.hook("https://crm.example/", booking.NewsKinds...)
				w.lives(true)
				m.mu.Lock()
				m.count, m.left = 0, cut
				if cut == 0 {
					m.left = -1
				}
				m.mu.Unlock()
				v, err := w.e.Erase(t.Context(), account, booking.Phone(phone(1)), "")
				begun := err == nil || v.ID != ""
				if cut == 0 {
					commits = m.count
				}
				w.tolerant = true
				w.e.Stop(t.Context())

				w.store = storage.New(kv, time.Now)
				w.options.Store = w.store
				w.renew(w.options)
				w.must(w.e.Start(t.Context()))
				defer w.close()
				if !begun { // it was refused, and asked for again
					w.erased(phone(1))
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				w.nothingOf(fmt.Sprintf("dead at commit %d, on the disk %v", cut, after))
				if w.optOut(phone(1)) == nil {
					t.Errorf("dead at commit %d, on the disk %v: the STOP was forgotten", cut, after)
				}
			})
		}
	}
	if commits < 15 {
		t.Errorf("only %d commits; the person left too little", commits)
	}
}

func TestAnErasureOverAFaultyStore(t *testing.T) {
	for seed := range uint64(5) {
		bubble(t, func(t *testing.T) {
			f := storagetest.NewFaulty(seed)
			w := over(t, f)
			defer w.close()
			w.lives(true)
			f.Set(storagetest.Invisible)
			w.erased(phone(1))
			time.Sleep(time.Minute)
			synctest.Wait()
			f.Set(storagetest.Faults{})
			w.nothingOf(fmt.Sprint("seed ", seed))
			if w.optOut(phone(1)) == nil {
				t.Error("the STOP was forgotten")
			}
		})
	}
}

// A backup that is older than an erasure, and than the STOP before it, brings nobody back.
func TestARestoreErasesAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		dir := t.TempDir()
		list := storage.NewErasedList(dir)
		w := newWorld(t, func(o *engine.Options) { o.Erased = list })
		w.lives(false)
		early := w.backup()
		w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM3", From: booking.Phone(phone(1)), To: sender, Body: "STOP", At: time.Now()}))
		w.erased(phone(1))
		left(w, "other", phone(2))
		_, err := w.e.OptOut(t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(3)), Source: "staff"})
		w.must(err)
		w.erased(phone(3)) // known to no backup
		w.close()
		if b, err := os.ReadFile(filepath.Join(dir, storage.ErasedFile)); err != nil || bytes.Contains(b, []byte(phone(1)[2:])) {
			t.Errorf("the list: %s, %v", b, err)
		}

		o := storage.Options{Dir: dir, Small: true, Now: time.Now}
		_, err = storage.Restore(t.Context(), early, o, false)
		w.must(err)
		store, err := storage.Open(o)
		w.must(err)
		time.Sleep(time.Second)
		w = newWorldOver(t, store, func(o *engine.Options) { o.Erased = list })
		defer w.close()
		w.nothingOf("restored")
		for _, n := range []int{1, 3} {
			if w.optOut(phone(n)) == nil {
				t.Errorf("the STOP of %s, which no backup knows, is forgotten", phone(n))
			}
		}
		if v := w.erased(phone(1)); v.By != "restore" || !v.Done() {
			t.Errorf("the erasure after the restore: %+v", v)
		}
		w.swap(w.options.Carrier) // the next start has nothing to do
		w.nothingOf("started again")
	})
}

// An erasure that cannot be done is told of, and done as soon as it can be.
func TestAnErasureIsNeverGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, func(o *engine.Options) { o.Log = nil })
		defer w.close()
		var mended atomic.Bool
		broken := &slowCarrier{Carrier: w.options.Carrier}
		broken.forget = func(ctx context.Context, p booking.Phone) error {
			if mended.Load() {
				return w.carrier.Forget(ctx, p)
			}
			return errors.New("the disk is gone")
		}
		w.swap(broken)
		left(w, "c1", phone(1))
		if v := w.erased(phone(1)); v.Done() {
			t.Error("it was told to be done")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if w.alarm("erasure_stuck") == nil {
			t.Error("nobody is told")
		}
		w.whole()
		mended.Store(true)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if w.alarm("erasure_stuck") != nil {
			t.Error("the alarm stands")
		}
		w.nothingOf("in the end")
	})
}

func TestAListOfAnotherStoreRaisesAnAlarm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		list := storage.NewErasedList(t.TempDir())
		w := newWorld(t, func(o *engine.Options) { o.Erased = list })
		left(w, "c1", phone(1))
		w.erased(phone(1))
		w.close()
		w = newWorld(t, func(o *engine.Options) { o.Erased = list })
		defer w.close()
		if w.alarm("erasures_unknown") == nil {
			t.Error("nobody is told")
		}
	})
}

// slowCarrier takes its time with every text.
type slowCarrier struct {
	engine.Carrier
	forget func(context.Context, booking.Phone) error
	takes  time.Duration
	sent   int
}

func (c *slowCarrier) Send(ctx context.Context, t booking.Text) (string, error) {
	time.Sleep(c.takes)
	c.sent++
	return c.Carrier.Send(ctx, t)
}

func (c *slowCarrier) Forget(ctx context.Context, p booking.Phone) error { return c.forget(ctx, p) }

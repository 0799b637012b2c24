package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// clockedCarrier takes every text at once and notes when.
type clockedCarrier struct {
	noCarrier
	mu   sync.Mutex
	took map[booking.Phone]time.Time
	all  *sync.WaitGroup // of the texts that are waited for; nil: none
}

func (c *clockedCarrier) Send(ctx context.Context, t booking.Text) (string, error) {
	c.mu.Lock()
	c.took[t.To] = time.Now()
	if c.all != nil {
		c.all.Done()
	}
	c.mu.Unlock()
	return c.noCarrier.Send(ctx, t)
}

// benchTalk is a house with the default agent, many windows, and n customers whom the agent texted first.
func benchTalk(b *testing.B, disk bool, n int) (*engine.Engine, *clockedCarrier, []booking.Phone) {
	b.Helper()
	o := storage.Options{Now: time.Now, InMemory: !disk}
	if disk {
		o.Dir = b.TempDir()
	}
	store, err := storage.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	c := &clockedCarrier{took: map[booking.Phone]time.Time{}}
	e := engine.New(engine.Options{Store: store, Carrier: c, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true, Scripts: inBox(nil)})
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	s := seed()
	s.Account.Settings.ReplyWait = 0
	s.Schedulers[0].FollowUp.Mode = booking.AIAgent
	_, err = e.FirstStart(b.Context(), s)
	must(err)
	must(e.Start(b.Context()))
	b.Cleanup(func() {
		if err := e.Stop(context.Background()); err != nil {
			b.Error(err)
		}
		store.Close()
	})
	first := time.Now().Truncate(24 * time.Hour).Add(36 * time.Hour)
	var windows []booking.Window
	for i := range 40 {
		at := first.AddDate(0, 0, i/4).Add(time.Duration(i%4) * 2 * time.Hour)
		windows = append(windows, booking.Window{ID: fmt.Sprint("w", i), Start: at, End: at.Add(2 * time.Hour), Capacity: 3, Open: 3})
	}
	_, err = e.PutWindows(b.Context(), account, scheduler, windows)
	must(err)
	var phones []booking.Phone
	for i := range n {
		p := booking.Phone(fmt.Sprintf("+1614%03d%04d", 200+i/10_000, i%10_000))
		ev := booking.Event{Kind: booking.EventStarted, Scheduler: scheduler, ClientID: fmt.Sprint("c", i)}
		filled(string(p))(&ev)
		ev.Customer.Address = booking.Address{Line1: "12 Oak St", PostalCode: "43215"}
		got, err := e.Track(b.Context(), account, ev)
		must(err)
		at := time.Now().Add(-time.Minute)
		must(e.Recall(b.Context(), account, engine.Past{
			Thread: &booking.Thread{Phone: p, Number: sender, Session: got.Session, Scheduler: scheduler, Mode: booking.AIAgent, Owner: booking.OwnerAgent,
				State: booking.ThreadOpen, BeganAt: at, LastAt: at},
			Messages: []booking.ThreadMessage{{From: sender, To: p, Author: booking.AuthorAgent, At: at,
				Body: "This is the automated assistant of Brightwater. You started booking AC repair online. Which day suits you? Reply STOP to opt out."}},
		}))
		phones = append(phones, p)
	}
	return e, c, phones
}

// percentiles reports how long turns took.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[min(len(took)-1, len(took)*p/100)].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}

// A whole turn of the agent without a model, from the customer's text to the call of the carrier: taking the text in, two runs of the script
// around an ask for windows, the firewall, the claim, the mark, and the motor's way from one to the next. Left out are reply_wait, the carrier, and
// the way to the worker process that runs scripts.
func BenchmarkAgentTurn(b *testing.B) {
	for _, disk := range []bool{false, true} {
		b.Run(map[bool]string{false: "memory", true: "disk"}[disk], func(b *testing.B) {
			const turns = 5 // of one thread
			e, c, phones := benchTalk(b, disk, 200)
			var took []time.Duration
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				p := phones[n/turns%len(phones)]
				in := booking.Inbound{SID: fmt.Sprintf("SM%032d", n), From: p, To: sender, Body: fmt.Sprintf("what do you have on Friday? (%d)", n), At: time.Now()}
				n++
				var answer sync.WaitGroup
				answer.Add(1)
				c.mu.Lock()
				c.all = &answer
				c.mu.Unlock()
				began := time.Now()
				if err := e.Receive(b.Context(), account, in); err != nil {
					b.Fatal(err)
				}
				answer.Wait()
				took = append(took, c.took[p].Sub(began))
			}
			percentiles(b, took)
		})
	}
}

// A thousand customers who text at the same moment, on disk: from the first text in to the last answer out.
func BenchmarkThousandThreads(b *testing.B) {
	const threads = 1000
	e, c, phones := benchTalk(b, true, threads)
	var took []time.Duration
	round := 0
	b.ReportAllocs()
	for b.Loop() {
		var all sync.WaitGroup
		all.Add(threads)
		c.mu.Lock()
		c.all = &all
		c.mu.Unlock()
		in := make([]time.Time, threads)
		for i, p := range phones {
			go func() {
				in[i] = time.Now()
				err := e.Receive(b.Context(), account, booking.Inbound{SID: fmt.Sprintf("SM%016d%016d", round, i), From: p, To: sender,
					Body: "what do you have on Friday?", At: in[i]})
				if err != nil {
					b.Error(err)
				}
			}()
		}
		all.Wait()
		c.mu.Lock()
		for i, p := range phones {
			took = append(took, c.took[p].Sub(in[i]))
		}
		c.mu.Unlock()
		round++
	}
	percentiles(b, took)
	b.ReportMetric(float64(threads*b.N)/b.Elapsed().Seconds(), "turns/s")
}

package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// conversation is a booking by text that is played on a store that dies, with another process over what is left.
type conversation struct {
	*world
	kv      storage.KV
	store   *mortal
	wire    *mortalCarrier
	down    time.Duration // between the death and the next process
	commits int           // from the customer's first text to the end
	died    bool
}

// booksByText is a customer who takes a window and confirms it.
var booksByText = []string{"tomorrow morning works", "yes", "thanks!"}

// converse plays a customer's texts. The process dies as m and wire say, once, and the next one begins down
// later; a text that it did not acknowledge is delivered again, as carriers do.
func converse(t *testing.T, m *mortal, wire *mortalCarrier, down time.Duration, texts ...string) *conversation {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	cut, before, after := m.left, wire.before, wire.after
	m.KV, m.left = kv, -1 // up to the first text nobody dies
	wire.before, wire.after, wire.store = false, false, m
	c := &conversation{kv: kv, store: m, wire: wire, down: down}
	c.world = newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) {
		wire.Carrier = o.Carrier
		o.Carrier, o.Log = wire, nil
	})
	c.talks()
	c.tolerant = true // callbacks of a dead process reach nobody
	m.mu.Lock()
	m.count, m.left = 0, cut
	m.mu.Unlock()
	wire.before, wire.after = before, after
	for _, text := range texts {
		c.hears(text)
	}
	c.passes(2 * time.Hour)
	return c
}

// hears plays one text of the customer and lets a minute pass.
func (c *conversation) hears(text string) {
	c.t.Helper()
	m, err := c.carrier.Receive(c.t.Context(), booking.Phone(phone(1)), sender, text, nil)
	c.must(err)
	in := booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}
	acked := c.e.Receive(c.t.Context(), account, in) == nil
	c.passes(time.Minute)
	if !acked {
		c.must(c.e.Receive(c.t.Context(), account, in))
	}
	c.passes(time.Minute)
	c.store.mu.Lock()
	c.commits = c.store.count
	c.store.mu.Unlock()
}

// passes lets time pass; a process that died meanwhile is followed by the next.
func (c *conversation) passes(d time.Duration) {
	c.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	if !c.died && c.store.isDead() {
		c.rises()
	}
}

// rises begins a new process over what the dead one left.
func (c *conversation) rises() {
	c.t.Helper()
	c.died = true
	_ = c.e.Stop(c.t.Context())
	time.Sleep(c.down)
	o := c.options
	c.world.store = storage.New(c.kv, time.Now)
	o.Store, o.Carrier = c.world.store, c.carrier
	c.e = engine.New(o)
	c.must(c.e.Start(c.t.Context()))
}

// told counts the texts to the customer that hold the words.
func (c *conversation) told(words string) (n int) {
	for _, m := range c.texts(phone(1)) {
		if strings.Contains(m.Body, words) {
			n++
		}
	}
	return n
}

// judge is what holds whenever the process died: one booking, no text twice, and what never left is seen by a person.
func (c *conversation) judge() {
	c.t.Helper()
	all := c.bookings()
	if len(all) != 1 || all[0].Window != "w1" || !all[0].Stands() {
		c.t.Errorf("bookings %+v", all)
	}
	seen := map[string]bool{}
	for _, m := range c.texts(phone(1)) {
		if seen[m.Body] {
			c.t.Errorf("sent twice: %s", m.Body)
		}
		seen[m.Body] = true
	}
	const want = 4 // the offer, the question, the confirmation, and an answer to the thanks
	if told := c.told("You're booked: Wed Mar 11, 8 AM-10 AM"); told > 1 || (len(seen) != want) != c.alarmed("thread_task") {
		c.t.Errorf("%d texts, the booking told %d times, a person is told of a missing text: %v", len(seen), told, c.alarmed("thread_task"))
	}
	if v := c.thread(); v.Pending() || v.Turn != "" || v.Owner != booking.OwnerAgent {
		c.t.Errorf("a turn was lost: %+v", v)
	}
	c.whole()
}

func (w *world) alarmed(code string) bool {
	w.t.Helper()
	for _, x := range w.alarms() {
		if x.Code == code {
			return true
		}
	}
	return false
}

// A process may die at every commit of a conversation that books, and be away for a moment or for longer than an answer keeps: one booking,
// no lost turn, no second text.
func TestKilledAtAnyCommitOfABookingConversation(t *testing.T) {
	t.Parallel()
	var commits int
	bubble(t, func(t *testing.T) {
		c := converse(t, &mortal{left: -1}, &mortalCarrier{}, 0, booksByText...)
		defer c.close()
		c.judge()
		if c.died || c.alarmed("thread_task") {
			t.Fatal("a text is missing without a crash")
		}
		commits = c.commits
	})
	if commits < 15 {
		t.Fatalf("only %d commits; three texts in, asks and three texts out are more", commits)
	}
	for n := 1; n <= commits; n++ {
		for _, after := range []bool{false, true} {
			for _, down := range []time.Duration{time.Second, time.Hour} {
				t.Run(fmt.Sprintf("commit %d of %d, on disk %v, down %v", n, commits, after, down), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						c := converse(t, &mortal{left: n, after: after}, &mortalCarrier{}, down, booksByText...)
						defer c.close()
						if !c.died && n < commits*3/4 { // the last ones are the carrier's reports, in any order
							t.Fatal("the process lives")
						}
						c.judge()
					})
				})
			}
		}
	}
}

// Around the carrier's call: what the carrier has is settled, what it has not is seen by a person, and neither is sent again.
func TestKilledAroundTheCallOfAnAnswer(t *testing.T) {
	for name, wire := range map[string]*mortalCarrier{"before": {before: true}, "after": {after: true}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := converse(t, &mortal{left: -1}, wire, time.Second, booksByText...)
				defer c.close()
				c.judge()
			})
		})
	}
}

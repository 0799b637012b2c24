package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// mortal is the store as a process sees it that dies at a chosen commit: either just before it, or when it is on disk and
// nobody has heard of it. A dead process reaches nothing.
type mortal struct {
	storage.KV
	mu    sync.Mutex
	left  int  // commits until death; negative: immortal
	after bool // the last commit reaches the disk
	dead  bool
	count int
}

func (m *mortal) Update(ctx context.Context, fn func(storage.Putter) error) error {
	m.mu.Lock()
	if m.dead {
		m.mu.Unlock()
		return storage.ErrDown
	}
	m.count++
	m.left--
	m.dead = m.left == 0
	dies := m.dead
	m.mu.Unlock()
	if dies && !m.after {
		return storage.ErrDown
	}
	err := m.KV.Update(ctx, fn)
	if dies {
		return storage.ErrDown
	}
	return err
}

func (m *mortal) View(ctx context.Context, fn func(storage.Getter) error) error {
	if m.isDead() {
		return storage.ErrDown
	}
	return m.KV.View(ctx, fn)
}

func (m *mortal) isDead() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.dead }
func (m *mortal) kill()        { m.mu.Lock(); defer m.mu.Unlock(); m.dead = true }

// mortalCarrier is the wire of the process that dies: around the call when it is told to.
type mortalCarrier struct {
	engine.Carrier
	store  *mortal
	before bool // dies before the text leaves
	after  bool // dies when the carrier has it
}

func (c *mortalCarrier) Send(ctx context.Context, t booking.Text) (string, error) {
	if c.before {
		c.store.kill()
	}
	if c.store.isDead() {
		return "", errors.New("the process is dead")
	}
	sid, err := c.Carrier.Send(ctx, t)
	if c.after {
		c.store.kill()
		return "", errors.New("the process is dead")
	}
	return sid, err
}

// life runs one session up to its text on a store that dies as told, then starts a new process over what is left, lets an
// hour pass, and gives what the carrier has and where the session stands. prepare is done before the story begins.
func life(t *testing.T, m *mortal, wire *mortalCarrier, prepare ...func(*world)) (texts int, s booking.Session, commits int) {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	m.KV = kv
	cut := m.left
	m.left = -1 // the first start is not part of the story
	after := &world{t: t}
	first := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) {
		wire.Carrier, wire.store = o.Carrier, m
		o.Carrier, o.Log = wire, nil
	})
	for _, f := range prepare {
		f(first)
	}
	synctest.Wait()
	// Callbacks of a dead process reach nobody; those that come later reach the next.
	first.tolerant = true
	m.mu.Lock()
	m.count, m.left = 0, cut
	m.mu.Unlock()
	ev := booking.Event{Kind: booking.EventStarted, Scheduler: scheduler, ClientID: "c1"}
	filled(phone(1))(&ev)
	ctx := t.Context()
	first.e.Track(ctx, account, ev)
	_, err = first.e.Track(ctx, account, booking.Event{Kind: booking.EventAbandoned, Scheduler: scheduler, ClientID: "c1"})
	acked := err == nil
	time.Sleep(20 * time.Minute)
	synctest.Wait()
	commits = m.count
	first.e.Stop(ctx)

	after.store, after.carrier = storage.New(kv, time.Now), first.carrier
	o := first.options
	o.Store, o.Carrier = after.store, first.carrier
	after.e = engine.New(o)
	first.e = after.e // callbacks from here on
	if err := after.e.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if !acked { // the page was not answered and reports again
		if _, err := after.e.Track(ctx, account, ev); err != nil {
			t.Fatal(err)
		}
		if _, err := after.e.Track(ctx, account, booking.Event{Kind: booking.EventAbandoned, Scheduler: scheduler, ClientID: "c1"}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	got, err := after.e.Track(ctx, account, booking.Event{Kind: booking.EventHeartbeat, Scheduler: scheduler, ClientID: "c1"})
	if err != nil {
		t.Fatal(err)
	}
	s = after.session(got.Session)
	texts = len(after.texts(phone(1)))
	if n := after.counted(phone(1)); n != 1 {
		t.Errorf("%d texts count against the person's cap; only the one that was tried does", n)
	}
	after.close()
	return texts, s, commits
}

// counted gives how many texts count against a person's cap.
func (w *world) counted(number string) int {
	w.t.Helper()
	n := 0
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		p, err := s.Person(account, booking.Phone(number))
		n = len(p.Started)
		return err
	}))
	return n
}

// The plan of the crash test is the sentence in the package comment: kill at each line.
func TestKilledAtAnyCommitStillExactlyOneText(t *testing.T) {
	var commits int
	bubble(t, func(t *testing.T) {
		var texts int
		if texts, _, commits = life(t, &mortal{left: -1}, &mortalCarrier{}); texts != 1 {
			t.Fatalf("without a crash: %d texts", texts)
		}
	})
	if commits < 5 {
		t.Fatalf("only %d commits from the first event to the settled text; claim, begun and settle are three of them", commits)
	}
	for n := 1; n <= commits; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d of %d, on disk %v", n, commits, after), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					texts, s, _ := life(t, &mortal{left: n, after: after}, &mortalCarrier{})
					unknown := texts == 0 && s.FollowUp.State == booking.FollowUpUnknown
					if texts != 1 && !unknown {
						t.Errorf("%d texts, follow-up %+v", texts, s.FollowUp)
					}
					if texts == 1 && s.FollowUp.State != booking.FollowUpSent {
						t.Errorf("the text is out, yet the follow-up is %+v", s.FollowUp)
					}
				})
			})
		}
	}
}

func TestKilledAroundTheCarriersCallNeverTwoTexts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		texts, s, _ := life(t, &mortal{left: -1}, &mortalCarrier{before: true})
		if texts != 0 || s.FollowUp.State != booking.FollowUpUnknown {
			t.Errorf("died before the carrier had it: %d texts, %+v; want none and unknown", texts, s.FollowUp)
		}
	})
	bubble(t, func(t *testing.T) {
		texts, s, _ := life(t, &mortal{left: -1}, &mortalCarrier{after: true})
		if texts != 1 || s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("died when the carrier had it: %d texts, %+v; want one and sent", texts, s.FollowUp)
		}
	})
}

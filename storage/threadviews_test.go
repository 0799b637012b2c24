package storage

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ninetyDays is how long the threads of these tests are kept.
const ninetyDays = 90 * 24 * time.Hour

// scanned gives the phones of a view as a look at every thread finds them.
func scanned(t *testing.T, v *Snapshot, stands func(booking.Thread) bool, order func(a, b booking.Thread) int) (phones []booking.Phone) {
	t.Helper()
	var all []booking.Thread
	for cursor := ""; ; {
		page, next, err := v.Threads("acme", cursor, 50)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if cursor = next; next == "" {
			break
		}
	}
	all = slices.DeleteFunc(all, func(x booking.Thread) bool { return !stands(x) })
	slices.SortFunc(all, func(a, b booking.Thread) int {
		return cmp.Or(order(a, b), strings.Compare(string(a.Phone), string(b.Phone)))
	})
	for _, x := range all {
		phones = append(phones, x.Phone)
	}
	return phones
}

// paged gives the phones of a view, read in small pages.
func paged(t *testing.T, v *Snapshot, w ThreadView) (phones []booking.Phone) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := v.ThreadsIn("acme", w, cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			phones = append(phones, x.Phone)
		}
		if cursor = next; next == "" {
			return phones
		}
	}
}

// sameViews compares every view with a look at every thread.
func sameViews(t *testing.T, s *Store, people []string) {
	t.Helper()
	danger := func(x booking.Thread) int {
		if x.Emergency() {
			return 0
		}
		return 1
	}
	longest := func(a, b booking.Thread) int {
		return cmp.Or(danger(a)-danger(b), a.WaitsSince().Compare(b.WaitsSince()))
	}
	newest := func(a, b booking.Thread) int { return b.LastAt.Compare(a.LastAt) }
	view(t, s, func(v *Snapshot) error {
		check := func(name string, w ThreadView, stands func(booking.Thread) bool, order func(a, b booking.Thread) int) {
			t.Helper()
			got, want := paged(t, v, w), scanned(t, v, stands, order)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: the view gives %v, the threads say %v", name, got, want)
			}
			if n, more, err := v.CountThreads("acme", w, 5); err != nil || n != min(5, len(want)) || more != (len(want) > 5) {
				t.Fatalf("%s: counted %d, more %v, %v, of %d", name, n, more, err, len(want))
			}
		}
		check("waiting", ThreadsWaiting, booking.Thread.Waits, longest)
		check("in danger", ThreadsInDanger, func(x booking.Thread) bool { return x.Waits() && x.Emergency() }, longest)
		check("alerted", ThreadsAlerted, func(x booking.Thread) bool { return !x.AlertAt.IsZero() }, func(a, b booking.Thread) int { return cmp.Or(danger(a)-danger(b), a.AlertAt.Compare(b.AlertAt)) })
		check("unread", ThreadsUnread, func(x booking.Thread) bool { return x.Unread > 0 }, func(a, b booking.Thread) int { return b.InboundAt.Compare(a.InboundAt) })
		check("talking", ThreadsTalking, booking.Thread.Talks, newest)
		for _, by := range people {
			check("of "+by, ThreadsOf(by), func(x booking.Thread) bool { return x.Held() && x.By == by }, newest)
		}
		return nil
	})
}

// Whatever happens to threads, in whatever order, the views say what a look at every thread says.
func TestTheViewsOfThreadsFollowEveryChange(t *testing.T) {
	people := []string{"Ada", "Bob"}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := &clock{noon}
		s := memStore(t, c)
		fillSample(t, s)
		change := func(v *booking.Thread) {
			switch r.IntN(9) {
			case 0, 1, 2:
				v.Hear(booking.ThreadMessage{ID: uuid(100 + r.IntN(800)), At: c.t, To: "+13125550100", Body: "hm"}, time.Second, r.IntN(3) > 0)
			case 3:
				v.Wrote(booking.ThreadMessage{Author: booking.AuthorAgent, At: c.t})
			case 4:
				v.HandOff([]string{"asked for a person", booking.EmergencyReason(booking.EmergencyGas, "smell")}[r.IntN(2)])
				v.Alert(c.t)
			case 5:
				v.TakeOver(c.t, people[r.IntN(2)])
			case 6:
				v.Release("note")
			case 7:
				v.Close()
			case 8:
				v.Mode = []booking.Mode{booking.AIAgent, booking.PrefilledLink}[r.IntN(2)]
			}
		}
		for step := range 300 {
			c.t = c.t.Add(time.Duration(r.IntN(90)) * time.Second)
			p := booking.Phone(fmt.Sprintf("+1312555%04d", 200+r.IntN(25)))
			update(t, s, func(tx *Tx) error {
				old, err := tx.Thread("acme", p)
				switch {
				case err != nil:
					return err
				case old == nil:
					v := booking.Thread{Phone: p, Owner: booking.OwnerAgent, State: booking.ThreadOpen, Mode: booking.AIAgent, BeganAt: c.t, LastAt: c.t}
					change(&v)
					return tx.PutThread("acme", nil, v, ninetyDays)
				case r.IntN(30) == 0:
					return tx.EraseThread("acme", *old)
				}
				v := *old
				change(&v)
				if r.IntN(3) == 0 { // two changes in one transaction
					if err := tx.PutThread("acme", old, v, ninetyDays); err != nil {
						return err
					}
					old = new(v)
					change(&v)
				}
				return tx.PutThread("acme", old, v, ninetyDays)
			})
			if step%10 == 0 {
				sameViews(t, s, people)
			}
		}
		sameViews(t, s, people)
		for _, f := range verify(t, s).Findings {
			t.Errorf("seed %d: %s: %s", seed, f.Key, f.Message)
		}
		c.t = c.t.Add(ninetyDays)
		sameViews(t, s, people) // they age with their threads
	}
}

// strip makes a store as a version without views left it: some threads waiting, none listed.
func strip(t *testing.T, s *Store, n int) {
	t.Helper()
	for i := range n {
		update(t, s, func(tx *Tx) error {
			v := booking.Thread{Phone: booking.Phone(fmt.Sprintf("+1312556%04d", i)), Owner: booking.OwnerHuman, State: booking.ThreadHandedOff, Unread: 1,
				BeganAt: noon, LastAt: noon.Add(time.Duration(i) * time.Second), InboundAt: noon.Add(time.Duration(i) * time.Second)}
			return tx.PutThread("acme", nil, v, ninetyDays)
		})
	}
	for more := true; more; {
		update(t, s, func(tx *Tx) error {
			prefix := ThreadView(nil).prefix("acme")
			rows, err := tx.g.Scan(prefix, prefix, MaxWrites)
			for _, r := range rows {
				err = errors.Join(err, tx.p.Delete(r.Key))
			}
			more = len(rows) == MaxWrites
			return err
		})
	}
}

// A store that a version without views has written gets them when it is opened, and again after that version had it once more.
func TestAnOldStoreGetsItsViewsAtTheStart(t *testing.T) {
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now}
	reopen := func(do func(s *Store)) {
		t.Helper()
		s, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		do(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	whole := func(s *Store) {
		t.Helper()
		sameViews(t, s, []string{"office"})
		view(t, s, func(v *Snapshot) error {
			if n, _, err := v.CountThreads("acme", ThreadsWaiting, 1000); err != nil || n != 250 {
				t.Errorf("%d threads wait, %v", n, err)
			}
			return nil
		})
		for _, f := range verify(t, s).Findings {
			t.Errorf("%s: %s", f.Key, f.Message)
		}
	}
	reopen(func(s *Store) {
		fillSample(t, s)
		strip(t, s, 249) // and the sample's one
		update(t, s, func(tx *Tx) error { return tx.p.Delete(globalKey("m/threadviews")) })
	})
	reopen(whole)
	start := func(tx *Tx) error { _, err := tx.NextEpoch(); return err }
	reopen(func(s *Store) { update(t, s, start); whole(s) })
	reopen(func(s *Store) { // an older version starts, and takes one thread out and another in
		update(t, s, func(tx *Tx) error { return tx.put(globalKey("m/epoch"), 99, time.Time{}) })
		update(t, s, func(tx *Tx) error {
			gone, err := tx.Thread("acme", "+13125560000")
			if err != nil {
				return err
			}
			come := booking.Thread{Phone: "+13125569999", Owner: booking.OwnerHuman, State: booking.ThreadOpen, Unread: 2, BeganAt: noon, LastAt: noon, InboundAt: noon}
			answered := *gone
			answered.TakeOver(noon, "Ada")
			return errors.Join(tx.put(accountKey("acme", "thread", string(gone.Phone)), answered, noon.Add(ninetyDays)),
				tx.put(accountKey("acme", "thread", string(come.Phone)), come, noon.Add(ninetyDays)), tx.mark(threadListKey("acme", come), noon.Add(ninetyDays)))
		})
	})
	reopen(whole)
	reopen(func(s *Store) { update(t, s, start); whole(s) })
}

// A backup that was made before there were views restores whole.
func TestABackupWithoutViewsRestoresWithThem(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "schema-1-before-threadviews.bin"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now}
	if _, err := Restore(t.Context(), bytes.NewReader(file), o, false); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, o)
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
	view(t, s, func(v *Snapshot) error {
		for name, w := range map[string]ThreadView{"unread": ThreadsUnread, "talking": ThreadsTalking} {
			if got := paged(t, v, w); !slices.Equal(got, []booking.Phone{"+13125550142"}) {
				t.Errorf("%s: %v", name, got)
			}
		}
		return nil
	})
}

package storage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const retention = 90 * 24 * time.Hour

// sessionRows gives the keys under an account's session families that can be seen now.
func sessionRows(t *testing.T, s *Store) (families []string) {
	t.Helper()
	for k := range dump(t, s) {
		for _, f := range []string{"session", "client", "status", "phone", "email"} {
			if strings.HasPrefix(k, "a/acme/"+f+"/") {
				families = append(families, f)
			}
		}
	}
	slices.Sort(families)
	return families
}

// Regression: index and client rows used to keep the expiry of the first write, so a session that lived on could no longer
// be found, and its page's next event made a second one.
func TestRowsOfASessionExpireTogether(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	all := []string{"client", "email", "phone", "session", "status"}
	v := sampleSession(1)
	update(t, s, func(tx *Tx) error { return tx.PutSession("acme", nil, v, retention) })
	heard := v.SeenAt
	for step := range 1400 {
		c.t = c.t.Add(7 * time.Hour)
		if step < 900 { // heard of for far longer than the retention
			heard = c.t
			update(t, s, func(tx *Tx) error {
				old, err := tx.Session("acme", v.ID)
				if err != nil {
					return err
				}
				next := old
				next.SeenAt = heard
				if step%100 == 0 {
					next.Status = booking.Statuses[step/100%len(booking.Statuses)]
				}
				return tx.PutSession("acme", &old, next, retention)
			})
		}
		rows := sessionRows(t, s)
		if len(rows) != 0 && !slices.Equal(rows, all) {
			t.Fatalf("step %d: some rows outlive the others: %v", step, rows)
		}
		if c.t.Before(heard.Add(retention)) && len(rows) == 0 {
			t.Fatalf("step %d: gone before its time", step)
		}
		if c.t.After(heard.Add(retention+slack(retention)+time.Millisecond)) && len(rows) > 0 {
			t.Fatalf("step %d: still there after retention and slack", step)
		}
	}
}

// counting counts the writes of a transaction.
type counting struct {
	Putter
	puts int
}

func (c *counting) Put(k, v []byte, e time.Time) error { c.puts++; return c.Putter.Put(k, v, e) }

func TestAHeartbeatWritesTheSessionOnly(t *testing.T) {
	s := memStore(t, &clock{noon})
	v := sampleSession(1)
	update(t, s, func(tx *Tx) error { return tx.PutSession("acme", nil, v, retention) })
	update(t, s, func(tx *Tx) error {
		n := &counting{Putter: tx.p}
		tx.p = n
		old, err := tx.Session("acme", v.ID)
		next := old
		next.SeenAt = next.SeenAt.Add(10 * time.Second)
		err = errors.Join(err, tx.PutSession("acme", &old, next, retention))
		if n.puts != 1 {
			t.Errorf("%d rows written, want 1", n.puts)
		}
		return err
	})
}

func TestAShorterRetentionReachesEveryRow(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	v := sampleSession(1)
	update(t, s, func(tx *Tx) error { return tx.PutSession("acme", nil, v, retention) })
	update(t, s, func(tx *Tx) error {
		old, err := tx.Session("acme", v.ID)
		return errors.Join(err, tx.PutSession("acme", &old, old, 8*time.Hour))
	})
	c.t = v.DueAt.Add(8 * time.Hour)
	if rows := sessionRows(t, s); len(rows) != 5 {
		t.Errorf("too early: %v", rows)
	}
	c.t = v.DueAt.Add(9*time.Hour + time.Millisecond)
	if rows := sessionRows(t, s); len(rows) != 0 {
		t.Errorf("too late: %v", rows)
	}
}

// Regression: retention counted from the last event alone, so a session whose follow-up waited longer than that, or whose
// events came late, was gone when its due-key came.
func TestASessionIsThereWhenItsDueKeyComes(t *testing.T) {
	const day = 24 * time.Hour
	for _, x := range []struct {
		what      string
		seen, due time.Duration // from now
		wait      time.Duration // put off until then after the first write; 0: not
		retention time.Duration
	}{
		{"waits from the start", time.Minute, 47 * time.Hour, 0, day},
		{"put off later", time.Minute, 16 * time.Minute, 47 * time.Hour, day},
		{"an old event", -29 * day, 16 * time.Minute, 0, day},
		{"an old event, put off later", -29 * day, 16 * time.Minute, 47 * time.Hour, 28 * day},
		{"an old event and nothing due", -29 * day, 0, 0, day},
	} {
		c := &clock{noon}
		s := memStore(t, c)
		v := sampleSession(1)
		v.SeenAt = noon.Add(x.seen)
		v.Disarm()
		if x.due > 0 {
			v.Arm(booking.KindFollowUp, noon.Add(x.due))
		}
		trail := []booking.Finding{{At: noon, Check: booking.CheckHours, Result: booking.Wait}}
		update(t, s, func(tx *Tx) error {
			return errors.Join(tx.PutAccount(sampleAccount()), tx.PutSession("acme", nil, v, x.retention))
		})
		update(t, s, func(tx *Tx) error {
			old, err := tx.Session("acme", v.ID)
			next := old
			if x.wait > 0 {
				next.PutOff(booking.CheckHours, noon.Add(x.wait))
			}
			return errors.Join(err, tx.AddTrace("acme", next, trail, x.retention), tx.PutSession("acme", &old, next, x.retention))
		})
		last := noon.Add(max(0, x.seen, x.due, x.wait))
		for _, at := range []time.Time{last, last.Add(x.retention - time.Millisecond)} {
			c.t = at
			if rows := sessionRows(t, s); len(rows) != 5 {
				t.Errorf("%s: left after %v: %v", x.what, at.Sub(noon), rows)
			}
			view(t, s, func(v *Snapshot) error {
				got, err := v.Trace("acme", booking.SessionID(uuid(1)))
				if len(got) != 1 {
					t.Errorf("%s: trace after %v: %v", x.what, at.Sub(noon), got)
				}
				return err
			})
			for _, f := range verify(t, s).Findings {
				t.Errorf("%s: after %v: %s: %s", x.what, at.Sub(noon), f.Key, f.Message)
			}
		}
		c.t = last.Add(x.retention + slack(x.retention) + time.Millisecond)
		if rows := sessionRows(t, s); len(rows) != 0 {
			t.Errorf("%s: still there after retention and slack: %v", x.what, rows)
		}
	}
}

func TestATraceIsWholeAndItsNewestIsNeverMissing(t *testing.T) {
	s := memStore(t, &clock{noon})
	v := sampleSession(1)
	written := 0
	for _, n := range []int{0, 1, 100, 101, 500, 501, 2000, 2150} {
		for written < n {
			update(t, s, func(tx *Tx) error {
				for range min(MaxWrites, n-written) {
					at := noon.Add(time.Duration(written) * time.Second)
					if err := tx.AddTrace("acme", v, []booking.Finding{{At: at, Fact: "a"}, {At: at, Fact: "b"}}, retention); err != nil {
						return err
					}
					written++
				}
				return nil
			})
		}
		view(t, s, func(snap *Snapshot) error {
			got, err := snap.Trace("acme", v.ID)
			first := max(0, n-2000)
			if len(got) != 2*(n-first) {
				t.Errorf("%d batches: got %d findings, want %d", n, len(got), 2*(n-first))
				return err
			}
			for i, f := range got {
				if !f.At.Equal(noon.Add(time.Duration(first+i/2)*time.Second)) || f.Fact != []string{"a", "b"}[i%2] {
					t.Errorf("%d batches: finding %d is %+v", n, i, f)
					break
				}
			}
			return err
		})
	}
}

func TestSessionIndexesAndDueKeyFollowTheSession(t *testing.T) {
	s := memStore(t, &clock{noon})
	a, b := sampleSession(1), sampleSession(2)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutAccount(sampleAccount()), tx.PutSession("acme", nil, a, retention), tx.PutSession("acme", nil, b, retention))
	})
	update(t, s, func(tx *Tx) error {
		old, err := tx.Session("acme", a.ID)
		next := old
		next.Status, next.Phone, next.Email = booking.StatusTexted, "+13125550999", ""
		next.Arm(booking.KindLapse, noon.Add(time.Hour))
		return errors.Join(err, tx.PutSession("acme", &old, next, retention))
	})
	ids := func(items []booking.Session, _ string, err error) string {
		if err != nil {
			t.Error(err)
		}
		var all []string
		for _, v := range items {
			all = append(all, strings.TrimLeft(string(v.ID[len(v.ID)-12:]), "0"))
		}
		return strings.Join(all, " ")
	}
	view(t, s, func(v *Snapshot) error {
		for _, x := range []struct{ what, got, want string }{
			{"abandoned", ids(v.SessionsByStatus("acme", booking.StatusAbandoned, "", 10)), "2"},
			{"texted", ids(v.SessionsByStatus("acme", booking.StatusTexted, "", 10)), "1"},
			{"old phone", ids(v.SessionsByPhone("acme", "+13125550142", "", 10)), "2"},
			{"new phone", ids(v.SessionsByPhone("acme", "+13125550999", "", 10)), "1"},
			{"e-mail", ids(v.SessionsByEmail("acme", "ada@example.com", "", 10)), "2"},
			{"all", ids(v.Sessions("acme", "", 10)), "1 2"},
		} {
			if x.got != x.want {
				t.Errorf("%s: got sessions %q, want %q", x.what, x.got, x.want)
			}
		}
		due, bad, _, err := v.DueBefore(Shard("acme"), nil, noon.Add(24*time.Hour), 10)
		if err != nil || len(bad) > 0 || len(due) != 2 || due[0].Ref != string(b.ID) || due[1].Kind != booking.KindLapse {
			t.Errorf("due: got %+v, %q, %v", due, bad, err)
		}
		id, err := v.SessionOf("acme", "web", "page/1")
		if id != a.ID {
			t.Errorf("page leads to %q", id)
		}
		return err
	})
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
	update(t, s, func(tx *Tx) error {
		old, err := tx.Session("acme", a.ID)
		next := old
		next.Disarm()
		armed, err2 := tx.Armed(booking.Due{Account: "acme", At: noon.Add(time.Hour), Kind: booking.KindLapse, Ref: string(a.ID)})
		if !armed {
			t.Errorf("the due-key is not armed")
		}
		return errors.Join(err, err2, tx.PutSession("acme", &old, next, retention))
	})
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
}

// What a page or customer makes up can be long and hold any character without touching anybody else's rows.
func TestStrangeClientIDsAndEmailsStayApart(t *testing.T) {
	s := memStore(t, &clock{noon})
	odd := []string{"a", "a/b", "a/", "/", "\x00", strings.Repeat("x", 4000), "ü", "a/" + uuid(1)}
	update(t, s, func(tx *Tx) error {
		for i, name := range odd {
			v := sampleSession(i)
			v.ClientID, v.Email = name, name
			if err := tx.PutSession("acme", nil, v, retention); err != nil {
				return fmt.Errorf("%.10q: %w", name, err)
			}
		}
		return nil
	})
	view(t, s, func(v *Snapshot) error {
		for i, name := range odd {
			id, err := v.SessionOf("acme", "web", name)
			items, _, err2 := v.SessionsByEmail("acme", name, "", 10)
			if string(id) != uuid(i) || len(items) != 1 || items[0].ID != id {
				t.Errorf("%.10q: got session %q, %d by e-mail, %v, %v", name, id, len(items), err, err2)
			}
		}
		return nil
	})
}

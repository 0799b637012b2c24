package storage

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestPagesOfAListMeetWithoutGapOrOverlap(t *testing.T) {
	s := memStore(t, &clock{noon})
	for i := range 25 {
		update(t, s, func(tx *Tx) error {
			v := sampleSession(i)
			b := sampleBooking(i)
			return errors.Join(tx.PutSession("acme", nil, v, retention), tx.PutBooking("acme", b))
		})
	}
	var sessions, byStatus, bookings []string
	view(t, s, func(v *Snapshot) error {
		for cursor, more := "", true; more; more = cursor != "" {
			items, next, err := v.Sessions("acme", cursor, 7)
			if err != nil {
				return err
			}
			for _, x := range items {
				sessions = append(sessions, string(x.ID))
			}
			cursor = next
		}
		for cursor, more := "", true; more; more = cursor != "" {
			items, next, err := v.SessionsByStatus("acme", booking.StatusAbandoned, cursor, 5)
			if err != nil {
				return err
			}
			for _, x := range items {
				byStatus = append(byStatus, string(x.ID))
			}
			cursor = next
		}
		for cursor, more := "", true; more; more = cursor != "" {
			items, next, err := v.Bookings("acme", cursor, 25)
			if err != nil {
				return err
			}
			for _, x := range items {
				bookings = append(bookings, x.ID)
			}
			cursor = next
		}
		return nil
	})
	for what, got := range map[string][]string{"sessions": sessions, "by status": byStatus, "bookings": bookings} {
		if len(got) != 25 || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != 25 {
			t.Errorf("%s: got %v", what, got)
		}
	}
}

func TestDueKeysComeInOrderAndPages(t *testing.T) {
	s := memStore(t, &clock{noon})
	shard := Shard("acme")
	update(t, s, func(tx *Tx) error {
		for i := range 20 {
			d := booking.Due{Account: "acme", At: noon.Add(time.Duration(19-i) * time.Second), Kind: booking.KindWake, Ref: uuid(i)}
			if err := tx.Arm(d); err != nil {
				return err
			}
		}
		damaged := append(shardPrefix("d", shard), ms(noon.Add(500*time.Millisecond))...)
		return tx.p.Put(append(damaged, "/acme/x/y"...), nil, time.Time{})
	})
	var got []booking.Due
	var damaged [][]byte
	view(t, s, func(v *Snapshot) error {
		for from, more := DueCursor(nil), true; more; more = from != nil {
			due, bad, next, err := v.DueBefore(shard, from, noon.Add(10*time.Second), 3)
			if err != nil {
				return err
			}
			got, damaged, from = append(got, due...), append(damaged, bad...), next
		}
		return nil
	})
	if len(got) != 10 || len(damaged) != 1 || !slices.IsSortedFunc(got, func(a, b booking.Due) int { return a.At.Compare(b.At) }) {
		t.Errorf("got %d due and %d damaged: %v", len(got), len(damaged), got)
	}
	view(t, s, func(v *Snapshot) error {
		due, _, _, err := v.DueBefore(shard, DueFrom(shard, noon.Add(9*time.Second)), noon.Add(11*time.Second), 10)
		if len(due) != 2 {
			t.Errorf("from 9 s to 11 s: got %v", due)
		}
		return err
	})
}

func TestADueKeyIsNeverEarly(t *testing.T) {
	at := noon.Add(1500 * time.Nanosecond)
	d, err := parseDue(dueKey(booking.Due{Account: "acme", At: at, Kind: booking.KindLapse, Ref: "x"}))
	if err != nil || d.At.Before(at) || d.At.Sub(at) > time.Millisecond {
		t.Errorf("due at %v, armed for %v, %v", d.At, at, err)
	}
}

func TestAttemptsKeepTheirInFlightRowAndDueKey(t *testing.T) {
	s := memStore(t, &clock{noon})
	v := sampleAttempt(3)
	flights := func() (n int) {
		view(t, s, func(snap *Snapshot) error {
			items, _, err := snap.InFlights(nil, 10)
			for _, f := range items {
				if f != (InFlight{"acme", v.ID, 1}) {
					t.Errorf("in flight: %+v", f)
				}
			}
			n = len(items)
			return err
		})
		return n
	}
	update(t, s, func(tx *Tx) error { return errors.Join(tx.PutAccount(sampleAccount()), tx.PutAttempt(nil, v)) })
	if flights() != 1 {
		t.Errorf("a begun attempt is not in flight")
	}
	update(t, s, func(tx *Tx) error {
		old, err := tx.Attempt("acme", v.ID)
		next := *old
		next.State, next.DueAt = booking.AttemptSent, time.Time{}
		return errors.Join(err, tx.PutAttempt(old, next))
	})
	if flights() != 0 {
		t.Errorf("a sent attempt is in flight")
	}
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
}

func TestABookingThatChangesIsNoLongerRecognisedByWhatItWas(t *testing.T) {
	s := memStore(t, &clock{noon})
	b := sampleBooking(5)
	update(t, s, func(tx *Tx) error { return errors.Join(tx.PutAccount(sampleAccount()), tx.PutBooking("acme", b)) })
	moved := b
	moved.Phone, moved.Email = "+13125550777", ""
	update(t, s, func(tx *Tx) error { return tx.PutBooking("acme", moved) })
	view(t, s, func(v *Snapshot) error {
		was, err := v.BookingsOf("acme", b.Phone, b.Email, "")
		is, err2 := v.BookingsOf("acme", moved.Phone, "", moved.Address)
		if len(was) != 0 || len(is) != 1 || is[0] != moved {
			t.Errorf("by its old marks: %v, by its new ones: %v", was, is)
		}
		return errors.Join(err, err2)
	})
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
}

func TestADeletedSchedulersKeyOpensNothing(t *testing.T) {
	s := memStore(t, &clock{noon})
	fillSample(t, s)
	update(t, s, func(tx *Tx) error { return tx.DeleteScheduler("acme", "web") })
	view(t, s, func(v *Snapshot) error {
		c, err := v.Credential("pk_web")
		w, err2 := v.Windows("acme", "web")
		if c != nil || len(w) != 0 {
			t.Errorf("left: credential %v, windows %v", c, w)
		}
		return errors.Join(err, err2)
	})
}

func TestAnAlarmKeepsItsTimeAndIsWrittenOnce(t *testing.T) {
	s := memStore(t, &clock{noon})
	raise := func(at time.Time, message string) (puts int) {
		update(t, s, func(tx *Tx) error {
			n := &counting{Putter: tx.p}
			tx.p = n
			defer func() { puts = n.puts }()
			return tx.PutAlarm("acme", Alarm{Code: "carrier", Message: message, Fix: "Mend it.", Since: at})
		})
		return puts
	}
	if n := raise(noon, "one"); n != 1 {
		t.Errorf("new alarm: %d writes", n)
	}
	if n := raise(noon.Add(time.Hour), "one"); n != 0 {
		t.Errorf("same alarm: %d writes", n)
	}
	if n := raise(noon.Add(time.Hour), "two"); n != 1 {
		t.Errorf("changed alarm: %d writes", n)
	}
	view(t, s, func(v *Snapshot) error {
		items, _, err := v.Alarms("acme", "", 10)
		if len(items) != 1 || !items[0].Since.Equal(noon) || items[0].Message != "two" {
			t.Errorf("got %+v", items)
		}
		return err
	})
}

func TestKeysOfCredentialsHoldNoSecret(t *testing.T) {
	s := memStore(t, &clock{noon})
	fillSample(t, s)
	for k, v := range dump(t, s) {
		if strings.Contains(k, "secret") || strings.Contains(v, `"secret"`) || strings.Contains(k, "ada@") || strings.Contains(k, "idem") {
			t.Errorf("%q: %q", k, v)
		}
	}
	update(t, s, func(tx *Tx) error {
		k, err := tx.APIKey("acme", "key1")
		return errors.Join(err, tx.DeleteAPIKey("acme", *k))
	})
	view(t, s, func(v *Snapshot) error {
		c, err := v.Credential("secret")
		if c != nil {
			t.Errorf("a deleted key still opens %v", c)
		}
		return err
	})
}

func TestEpochsCountUpAndMarksAreKept(t *testing.T) {
	s := memStore(t, &clock{noon})
	for want := uint64(1); want <= 3; want++ {
		update(t, s, func(tx *Tx) error {
			got, err := tx.NextEpoch()
			if got != want {
				t.Errorf("epoch %d, want %d", got, want)
			}
			return err
		})
	}
	for _, shard := range []byte{0, '/', 255} {
		update(t, s, func(tx *Tx) error { return tx.PutMark(shard, noon.Add(time.Duration(shard)*time.Second)) })
	}
	view(t, s, func(v *Snapshot) error {
		for _, shard := range []byte{0, '/', 255} {
			if got, err := v.Mark(shard); err != nil || !got.Equal(noon.Add(time.Duration(shard)*time.Second)) {
				t.Errorf("mark of shard %d: got %v, %v", shard, got, err)
			}
		}
		if got, err := v.Mark(1); err != nil || !got.IsZero() {
			t.Errorf("no mark: got %v, %v", got, err)
		}
		return nil
	})
}

func TestADecodedRowIsGivenAgainOnlyWhileItsBytesAreTheSame(t *testing.T) {
	s := memStore(t, &clock{noon})
	for _, name := range []string{"first", "second", "first"} {
		update(t, s, func(tx *Tx) error {
			if err := tx.PutScheduler("acme", booking.Scheduler{ID: "web", Name: name}); err != nil {
				return err
			}
			own, err := tx.Scheduler("acme", "web") // not committed yet, and perhaps never
			if own == nil || own.Name != name {
				t.Errorf("in its own transaction: %+v, want %q", own, name)
			}
			return err
		})
		for range 2 {
			view(t, s, func(v *Snapshot) error {
				got, err := v.Scheduler("acme", "web")
				if got == nil || got.Name != name {
					t.Errorf("got %+v, want %q", got, name)
				}
				return err
			})
		}
	}
}

func TestAValueCostsAByteACharacter(t *testing.T) {
	s := memStore(t, &clock{noon})
	const text = `<b>"R & D"</b>`
	update(t, s, func(tx *Tx) error { return tx.PutFacts("acme", []booking.Fact{{ID: "f", Text: text}}) })
	raw := dump(t, s)[string(accountKey("acme", "facts"))]
	if !strings.HasPrefix(raw, "\x01[{") || !strings.HasSuffix(raw, "}]") || !strings.Contains(raw, `<b>\"R & D\"</b>`) {
		t.Errorf("stored as %q", raw)
	}
	view(t, s, func(v *Snapshot) error {
		f, err := v.Facts("acme")
		if len(f) != 1 || f[0].Text != text {
			t.Errorf("got %+v", f)
		}
		return err
	})
}

// Errors reach logs and alarms, so they name no phone number in clear.
func TestErrorsMaskPhoneNumbers(t *testing.T) {
	const phone, clear, masked = "+13125550142", "3125550", "+1…42"
	s := memStore(t, &clock{noon})
	key := accountKey("acme", "optout", phone)
	said := func(what string, err error) {
		t.Helper()
		if err == nil || strings.Contains(err.Error(), clear) || !strings.Contains(err.Error(), masked) {
			t.Errorf("%s: got error %v, want one that names %s", what, err, masked)
		}
	}
	for what, val := range map[string]string{
		"a newer format": "\x02{}", "half a value": "\x01{", "a bad time": "\x01" + `{"phone":"` + phone + `","at":"` + phone + `","number":1}`,
	} {
		update(t, s, func(tx *Tx) error {
			return errors.Join(tx.p.Put(key, []byte(val), time.Time{}), tx.p.Put(accountKey("acme", "number", phone), []byte(val), time.Time{}))
		})
		view(t, s, func(v *Snapshot) error {
			_, err := v.OptOut("acme", phone)
			said(what+", read", err)
			_, _, err = v.OptOuts("acme", "", 10)
			said(what+", listed", err)
			_, err = v.Number("acme", phone)
			said(what+", read once", err)
			return nil
		})
		for _, f := range verify(t, s).Findings {
			if strings.Contains(f.Key+f.Message, clear) {
				t.Errorf("%s, verified: %s: %s", what, f.Key, f.Message)
			}
		}
	}
	said("beyond a limit", s.Update(t.Context(), func(tx *Tx) error {
		said("too large", tx.p.Put(key, make([]byte, MaxValue+1), time.Time{}))
		said("not to be encoded", tx.put(key, func() {}, time.Time{}))
		_, _, err := list[booking.OptOut](tx.g, key, "", -1)
		said("a list without a limit", err)
		return nil
	}))
	_, err := parseDue([]byte("d/" + phone))
	said("a damaged due-key", err)
	if got := showKey([]byte("a/acme/phone/" + phone + "/\x00+49301234567")); got != `"a/acme/phone/+1…42/\x00+4…67"` {
		t.Errorf("shown as %s", got)
	}
}

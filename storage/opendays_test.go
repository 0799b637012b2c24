package storage

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// A report of open days is that of the sessions as they are now, whatever was counted before: sessions come, change and are erased.
func TestOpenDaysForgetWhatChanged(t *testing.T) {
	c := &clock{time.Date(2026, 3, 10, 16, 0, 0, 0, time.UTC)}
	s := memStore(t, c)
	update(t, s, func(tx *Tx) error {
		return tx.PutAccount(booking.Account{ID: "acme", Name: "Acme", Timezone: "America/New_York", Settings: booking.DefaultSettings()})
	})
	rng := rand.New(rand.NewPCG(3, 4))
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	period := booking.Period{From: "2026-03-01", To: "2026-03-10"}
	var all []booking.Session
	counted := 0
	for round := range 60 {
		update(t, s, func(tx *Tx) error {
			switch v := anySession(rng, s.now().Add(-time.Duration(rng.IntN(9*24))*time.Hour), round); {
			case round%5 == 3:
				v := all[rng.IntN(len(all))]
				old, err := tx.Session("acme", v.ID)
				if err != nil {
					return err
				}
				next := old
				next.CompletedAt, next.ValueCents = s.now(), 100
				return tx.PutSession("acme", &old, next, 90*24*time.Hour)
			case round%11 == 10:
				i := rng.IntN(len(all))
				old, err := tx.Session("acme", all[i].ID)
				all = append(all[:i], all[i+1:]...)
				if err != nil {
					return err
				}
				return tx.EraseSession("acme", old)
			default:
				all = append(all, v)
				return tx.PutSession("acme", nil, v, 90*24*time.Hour)
			}
		})
		view(t, s, func(v *Snapshot) error {
			for range 2 { // the second is remembered
				got, err := v.Funnel(t.Context(), "acme", period, booking.GroupDay)
				if err != nil {
					return err
				}
				fresh := *v
				fresh.open = nil
				want, err := fresh.Funnel(t.Context(), "acme", period, booking.GroupDay)
				if err != nil {
					return err
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("round %d: %+v, want %+v", round, got.Total, want.Total)
				}
			}
			return nil
		})
		if n := len(s.open.counted); n < counted {
			t.Errorf("what was counted is forgotten: %d, were %d", n, counted)
		} else {
			counted = n
		}
		c.t = c.t.Add(time.Second)
	}
	if counted < 5 {
		t.Errorf("only %d days are remembered", counted)
	}
	// A snapshot that was taken before a change gives nothing to those after it.
	day := booking.Day("2026-03-10")
	span := openSpan{"acme", day.Start(loc).UnixMilli(), day.Add(1).Start(loc).UnixMilli(), loc.String()}
	before := s.open.now()
	s.open.touch([]sessionDay{{"acme", span.from / msPerDay}})
	s.open.put(span, countedDay{before, s.now(), booking.NewTally()})
	if s.open.get(span, s.now()) != nil {
		t.Error("a count of before the change is given after it")
	}
	s.open.put(span, countedDay{s.open.now(), s.now(), booking.NewTally()})
	if s.open.get(span, s.now()) == nil || s.open.get(span, s.now().Add(openDayLife+time.Second)) != nil {
		t.Error("a count lasts as long as nothing changes, but not for ever")
	}
}

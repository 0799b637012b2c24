package storage

import (
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Poison is due work that failed again and again and was set aside, so that it cannot hold up the rest.
type Poison struct {
	Kind  booking.Kind `json:"kind"`
	Ref   string       `json:"ref"`
	Error string       `json:"error"`
	At    time.Time    `json:"at"`
}

// PutPoison sets due work aside.
func (t *Tx) PutPoison(a booking.AccountID, v Poison) error {
	return t.put(accountKey(a, "poison", v.Kind.String(), v.Ref), v, time.Time{})
}

// Poisons lists what was set aside.
func (s *Snapshot) Poisons(a booking.AccountID, cursor string, limit int) ([]Poison, string, error) {
	return list[Poison](s.g, sub(a, "poison"), cursor, limit)
}

// DeletePoison takes an entry off the list.
func (t *Tx) DeletePoison(a booking.AccountID, v Poison) error {
	return t.p.Delete(accountKey(a, "poison", v.Kind.String(), v.Ref))
}

// Alarm is something that keeps a text from going out until a person mends it.
type Alarm struct {
	Code    string    `json:"code"`
	Ref     string    `json:"ref,omitempty"`
	Message string    `json:"message"`
	Fix     string    `json:"fix"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until,omitzero"` // it ends by itself; zero: a person or an event ends it
}

// PutAlarm raises an alarm; one of the same code and ref stands already and keeps its time.
func (t *Tx) PutAlarm(a booking.AccountID, v Alarm) error {
	old, err := find[Alarm](t.g, accountKey(a, "alarm", v.Code, v.Ref))
	if err != nil {
		return err
	}
	if old != nil {
		v.Since = old.Since
		same := *old
		if later := v.Until.Sub(old.Until); later >= 0 && later < time.Hour {
			same.Until = v.Until
		}
		if v == same {
			return nil // raised by every text that has to wait: no write each time
		}
	}
	return t.put(accountKey(a, "alarm", v.Code, v.Ref), v, v.Until)
}

// Alarm reads an alarm; nil when it does not stand.
func (s *Snapshot) Alarm(a booking.AccountID, code, ref string) (*Alarm, error) {
	return find[Alarm](s.g, accountKey(a, "alarm", code, ref))
}

// DeleteAlarm ends an alarm.
func (t *Tx) DeleteAlarm(a booking.AccountID, code, ref string) error {
	return t.p.Delete(accountKey(a, "alarm", code, ref))
}

// AfterAlarms is the cursor behind all alarms of a code.
func AfterAlarms(code string) string { return code + "/\x7f" }

// AlarmCodes tells how many alarms of each code stand. It reads keys alone.
func (s *Snapshot) AlarmCodes(a booking.AccountID) (map[string]int, error) {
	n := map[string]int{}
	prefix := sub(a, "alarm")
	for from := prefix; ; {
		rows, err := s.g.Scan(prefix, from, 500)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			code, _, _ := strings.Cut(string(r.Key[len(prefix):]), "/")
			n[code]++
		}
		if len(rows) < 500 {
			return n, nil
		}
		from = append(rows[499].Key, 0)
	}
}

// Alarms lists what stands.
func (s *Snapshot) Alarms(a booking.AccountID, cursor string, limit int) ([]Alarm, string, error) {
	return list[Alarm](s.g, sub(a, "alarm"), cursor, limit)
}

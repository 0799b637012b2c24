package storage

import (
	"bytes"
	"encoding/json"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Named is a row that was searched for, with the rest of its key after the family.
type Named[T any] struct {
	Name  string
	Value T
}

// Words are what a row is searched for: each as it stands in a value.
type Words [][]byte

// WordsOf makes the words of texts; empty ones are left out, since every row would hold them.
func WordsOf(texts ...string) Words {
	var w Words
	for _, t := range texts {
		if t == "" {
			continue
		}
		b := bytes.NewBuffer(nil)
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		if e.Encode(t) != nil { // a string always can be
			continue
		}
		w = append(w, bytes.Trim(bytes.TrimSpace(b.Bytes()), `"`))
	}
	return w
}

// In tells whether the bytes hold one of the words.
func (w Words) In(b []byte) bool {
	for _, word := range w {
		if bytes.Contains(b, word) {
			return true
		}
	}
	return false
}

// search looks through a page of rows for those that hold one of the words; only these are decoded, so that a family of a million
// rows is gone through in seconds. There is no index of texts by person: evidence and erasure are rare, and a row more would
// cost every text. next is where to go on; empty at the end.
func search[T any](g Getter, prefix []byte, words Words, cursor string, limit int) (found []Named[T], next string, err error) {
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"\x00"...)
	}
	rows, err := g.Scan(prefix, from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, r := range rows {
		if words != nil && !words.In(r.Value) {
			continue
		}
		v := Named[T]{Name: string(r.Key[len(prefix):])}
		if err := decode(r.Key, r.Value, &v.Value); err != nil {
			return nil, "", err
		}
		found = append(found, v)
	}
	if len(rows) == limit {
		next = string(rows[limit-1].Key[len(prefix):])
	}
	return found, next, nil
}

// SearchAttempts looks through a page of attempts.
func (s *Snapshot) SearchAttempts(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Attempt], string, error) {
	return search[booking.Attempt](s.g, sub(a, "attempt"), w, cursor, limit)
}

// SearchInbound looks through a page of received texts.
func (s *Snapshot) SearchInbound(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Inbound], string, error) {
	return search[booking.Inbound](s.g, sub(a, "inbound"), w, cursor, limit)
}

// SearchBookings looks through a page of bookings.
func (s *Snapshot) SearchBookings(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Booking], string, error) {
	return search[booking.Booking](s.g, sub(a, "booking"), w, cursor, limit)
}

// SearchDeliveries looks through a page of what is sent to webhooks.
func (s *Snapshot) SearchDeliveries(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Delivery], string, error) {
	return search[booking.Delivery](s.g, sub(a, "delivery"), w, cursor, limit)
}

// SearchOnce looks through a page of remembered outcomes. They are kept encoded, so all are decoded.
func (s *Snapshot) SearchOnce(a booking.AccountID, w Words, cursor string, limit int) (found []Named[Once], next string, err error) {
	all, next, err := search[Once](s.g, sub(a, "once"), nil, cursor, limit)
	for _, o := range all {
		if w.In(o.Value.Result) {
			found = append(found, o)
		}
	}
	return found, next, err
}

// SearchAlarms looks through a page of alarms.
func (s *Snapshot) SearchAlarms(a booking.AccountID, w Words, cursor string, limit int) ([]Named[Alarm], string, error) {
	return search[Alarm](s.g, sub(a, "alarm"), w, cursor, limit)
}

// SearchPoison looks through a page of what was set aside.
func (s *Snapshot) SearchPoison(a booking.AccountID, w Words, cursor string, limit int) ([]Named[Poison], string, error) {
	return search[Poison](s.g, sub(a, "poison"), w, cursor, limit)
}

// EraseSession removes a session with its indexes and its due-key.
func (t *Tx) EraseSession(a booking.AccountID, v booking.Session) error {
	t.touch(a, v.ID)
	id := string(v.ID)
	if d, ok := v.Due(a); ok {
		if err := t.Disarm(d); err != nil {
			return err
		}
	}
	for _, x := range indexes(v) {
		if x.value == "" {
			continue
		}
		if err := t.p.Delete(accountKey(a, x.family, x.value, id)); err != nil {
			return err
		}
	}
	if err := t.p.Delete(clientKey(a, v.Scheduler, v.ClientID)); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "session", id))
}

// EraseUnder removes up to limit rows of a family under a name, and tells whether there are more: the trace of a session, the
// ledger of a number.
func (t *Tx) EraseUnder(a booking.AccountID, family, name string, limit int) (more bool, err error) {
	prefix := sub(a, family, name)
	rows, err := t.g.Scan(prefix, prefix, limit)
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		if err := t.p.Delete(r.Key); err != nil {
			return false, err
		}
	}
	return len(rows) == limit, nil
}

// EraseRow removes a row of a family by the rest of its key, as a search gives it. Only for rows that nothing else points at.
func (t *Tx) EraseRow(a booking.AccountID, family, name string) error {
	return t.p.Delete(accountKey(a, family, name))
}

// EraseDelivery removes a delivery with its due-key and its row in the list of its webhook.
func (t *Tx) EraseDelivery(a booking.AccountID, v booking.Delivery) error {
	if d, ok := v.Due(a); ok {
		if err := t.Disarm(d); err != nil {
			return err
		}
	}
	if err := t.p.Delete(hookListKey(a, v.Webhook, v.ID)); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "delivery", v.ID))
}

// SearchAnnouncements looks through a page of the news whose deliveries are not planned yet.
func (s *Snapshot) SearchAnnouncements(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Announcement], string, error) {
	return search[booking.Announcement](s.g, sub(a, "announcement"), w, cursor, limit)
}

// EraseLink removes what a token leads to.
func (t *Tx) EraseLink(token string) error { return t.p.Delete(globalKey("l", digest(token))) }

// SearchTurns looks through a page of what scripts were asked and answered.
func (s *Snapshot) SearchTurns(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.Turn], string, error) {
	return search[booking.Turn](s.g, sub(a, "turn"), w, cursor, limit)
}

// SearchAudit looks through a page of the audit log.
func (s *Snapshot) SearchAudit(a booking.AccountID, w Words, cursor string, limit int) ([]Named[Audit], string, error) {
	return search[Audit](s.g, sub(a, "audit"), w, cursor, limit)
}

// EraseTurn removes a turn with its due-key.
func (t *Tx) EraseTurn(a booking.AccountID, v booking.Turn) error {
	if d, ok := v.Due(a); ok {
		if err := t.Disarm(d); err != nil {
			return err
		}
	}
	return t.p.Delete(accountKey(a, "turn", v.ID))
}

// EraseThread removes a thread with its due-key, its place in the list and its rows in the views, not its messages.
func (t *Tx) EraseThread(a booking.AccountID, v booking.Thread) error {
	if d, ok := v.Due(a); ok {
		if err := t.Disarm(d); err != nil {
			return err
		}
	}
	if err := t.p.Delete(threadListKey(a, v)); err != nil {
		return err
	}
	if err := t.deleteThreadViews(a, v); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "thread", string(v.Phone)))
}

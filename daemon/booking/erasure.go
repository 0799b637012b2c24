package booking

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Erasure is the work of removing one person from an account, and what remains to prove it. While it is under way it holds the
// number; afterwards only a salted hash.
type Erasure struct {
	ID      string    `json:"id"` // UUIDv7
	Account AccountID `json:"account"`
	Hash    string    `json:"hash"`             // see [PersonHash]
	Phone   Phone     `json:"phone,omitempty"`  // empty when it is done
	Emails  []string  `json:"emails,omitempty"` // addresses that were found, by which sessions without a number are; empty when it is done
	By      string    `json:"by,omitempty"`     // who asked for it; "restore": it was done before the backup was restored
	At      time.Time `json:"at"`
	DoneAt  time.Time `json:"done_at,omitzero"`
	DueAt   time.Time `json:"due_at,omitzero"` // of its due-key; zero: done
}

// Done tells whether nothing of the person is left.
func (e Erasure) Done() bool { return !e.DoneAt.IsZero() }

// Due gives the erasure's entry of the due index; ok is false when it has none.
func (e Erasure) Due() (d Due, ok bool) {
	return Due{Account: e.Account, At: e.DueAt, Kind: KindErase, Ref: e.ID}, !e.DueAt.IsZero()
}

// Erased is all that stays of an erased person, under the hash of the number: that texts were refused, that the number takes
// none, and when texts went to it, so that no cap and no opt-out is forgotten together with the person.
type Erased struct {
	Erasure  string      `json:"erasure"`
	At       time.Time   `json:"at"`
	OptedOut time.Time   `json:"opted_out_at,omitzero"` // zero: not opted out
	Unticked time.Time   `json:"unticked_at,omitzero"`
	Bad      *BadPhone   `json:"bad,omitempty"`
	Started  []time.Time `json:"started,omitempty"`
}

// sourceOfErased is the source of an opt-out whose words were erased.
const sourceOfErased = "erased"

// OptOut gives the opt-out that outlives the person; nil when there is none.
func (e Erased) OptOut(p Phone) *OptOut {
	if e.OptedOut.IsZero() {
		return nil
	}
	return &OptOut{Phone: p, Source: sourceOfErased, At: e.OptedOut}
}

// Person gives what is known of an erased person who comes back.
func (e Erased) Person(p Phone) Person {
	v := Person{Phone: p, Unticked: e.Unticked, Bad: e.Bad}
	for _, at := range e.Started {
		v.Started = append(v.Started, Started{At: at})
	}
	return v
}

// Remember takes up what must outlive the person. What was kept of an earlier erasure stays.
func (e *Erased) Remember(p Person, o *OptOut) {
	if o != nil {
		e.OptedOut = o.At
	}
	e.Unticked, e.Bad, e.Started = p.Unticked, p.Bad, nil
	for _, s := range p.Started {
		e.Started = append(e.Started, s.At)
	}
}

// PersonHash is the name under which an erased person is kept: HMAC-SHA-256 of account and number under the store's salt. Whoever
// has store and salt can try all numbers, so it hides the person from those who do not, and from chance.
func PersonHash(salt []byte, a AccountID, p Phone) string {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(a))
	m.Write([]byte{0})
	m.Write([]byte(p))
	return hex.EncodeToString(m.Sum(nil))
}

// Anonymous gives the attempt without its person: what reports count stays, and one whose end is open is settled as unknown, or as
// released where nothing reached the carrier.
func (a Attempt) Anonymous(now time.Time) Attempt {
	switch a.State {
	case AttemptClaimed:
		a.State, a.SettledAt = AttemptReleased, now
	case AttemptBegun:
		a.State, a.SettledAt = AttemptUnknown, now
	}
	a.To, a.Thread, a.Body, a.Session, a.SID, a.DueAt = "", "", "", "", "", time.Time{}
	return a
}

// Anonymous gives the booking without its person: time, place, service and money stay, for reports and for the place it takes.
func (b Booking) Anonymous() Booking {
	b.Session, b.Phone, b.Email, b.Address, b.Customer, b.Note, b.ExternalID = "", "", "", "", Customer{}, "", ""
	return b
}

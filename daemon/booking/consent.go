package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// ConsentKind is what a person said about texts. Stored and part of the API: never rename.
type ConsentKind string

// The kinds of what is in a person's ledger.
const (
	ConsentGranted  ConsentKind = "granted"  // ticked the box under the words shown
	ConsentRevoked  ConsentKind = "revoked"  // took a tick back, or opted out
	ConsentRestored ConsentKind = "restored" // lifted an opt-out: START, or their word to the office
)

// SourceOfPage is the source of a record that a booking page brought; the others are those of [OptOut].
const SourceOfPage = "page"

// ConsentRecord is one line of a person's ledger. Lines are only added: what a person may be texted follows from the last ones,
// and all of them are evidence. Reference: twilio-compliance.md 5.3 (time, form, exact words, address, and the revocation).
type ConsentRecord struct {
	Phone     Phone       `json:"phone"`
	At        time.Time   `json:"at"`
	Kind      ConsentKind `json:"kind"`
	Source    string      `json:"source"`            // page, text, carrier, staff, api
	Text      string      `json:"text,omitempty"`    // the words shown, or the customer's own
	Version   string      `json:"version,omitempty"` // of the words shown: see [WordingVersion]
	Session   SessionID   `json:"session,omitempty"`
	Page      string      `json:"page,omitempty"`
	IP        string      `json:"ip,omitempty"`
	UserAgent string      `json:"user_agent,omitempty"`
}

// Ref tells the record from others of the same moment; the same record told twice has the same one.
func (r ConsentRecord) Ref() string { return string(r.Kind) + string(r.Session) }

// WordingVersion names the words of a consent box: the first 12 hexadecimal digits of their SHA-256. Equal words have equal
// versions, so it can be shown when the words were changed; empty for no words.
func WordingVersion(text string) string {
	if text == "" {
		return ""
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:6])
}

// Ticked gives what the change of a session adds to its person's ledger, old being nil for a new one: a tick, a tick under other
// words, one that was taken back, or all of it for a number that was corrected. A box that nobody touched says nothing.
func Ticked(old *Session, s Session) (r ConsentRecord, ok bool) {
	if old == nil {
		old = &Session{}
	}
	was, is := old.Consent, s.Consent
	back := was.SMS && !is.SMS && old.Phone == s.Phone
	same := old.Phone == s.Phone && was.SMS == is.SMS && was.Text == is.Text
	if s.Phone == "" || same || !is.SMS && !back {
		return r, false
	}
	kind := ConsentGranted
	if back {
		kind = ConsentRevoked
	}
	return ConsentRecord{Phone: s.Phone, At: is.At, Kind: kind, Source: SourceOfPage, Text: is.Text, Version: WordingVersion(is.Text),
		Session: s.ID, Page: is.Page, IP: is.IP, UserAgent: is.UserAgent}, true
}

// Record gives what an opt-out adds to the person's ledger.
func (o OptOut) Record() ConsentRecord {
	return ConsentRecord{Phone: o.Phone, At: o.At, Kind: ConsentRevoked, Source: o.Source, Text: o.Text}
}

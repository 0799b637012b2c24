package booking

import "time"

// EvidenceFile is all that an account knows of what it may send to a person and what it sent, in the order in which it happened.
type EvidenceFile struct {
	Account  Account
	Phone    Phone
	At       time.Time // when it was put together
	OptedOut *OptOut   // now; nil: not
	Entries  []EvidenceEntry
	Cut      bool // there are more entries than are told: the newest are
}

// EvidenceKind says what an entry is about. Part of the API.
type EvidenceKind string

// The kinds of entries.
const (
	EvidenceConsent  EvidenceKind = "consent"  // ticked the box
	EvidenceRevoked  EvidenceKind = "revoked"  // opted out, or took a tick back
	EvidenceRestored EvidenceKind = "restored" // lifted the opt-out
	EvidenceText     EvidenceKind = "text"     // we texted
	EvidenceInbound  EvidenceKind = "inbound"  // they texted
	EvidenceNoText   EvidenceKind = "no_text"  // a session whose text was withheld
	EvidenceHandled  EvidenceKind = "handled"  // the office took a session
	EvidenceBooking  EvidenceKind = "booking"
)

// EvidenceEntry is one thing that happened. Empty fields do not belong to its kind, or are not known.
type EvidenceEntry struct {
	At        time.Time
	Kind      EvidenceKind
	ID        string // of the attempt, the booking, or the carrier's of a received text
	Session   SessionID
	Source    string // where a consent, a revocation or a booking came from
	Text      string // the words shown, the text's, the note's
	Version   string // of the words shown
	Page      string
	IP        string
	UserAgent string
	From, To  Phone
	State     string // of a text, of a booking
	Status    string // the carrier's last word on a text
	ErrorCode int
	SettledAt time.Time
	By        string
	Trace     []Finding
}

// EvidenceOf gives the entry of a line of the ledger.
func EvidenceOf(r ConsentRecord) EvidenceEntry {
	kind := map[ConsentKind]EvidenceKind{ConsentGranted: EvidenceConsent, ConsentRevoked: EvidenceRevoked, ConsentRestored: EvidenceRestored}[r.Kind]
	return EvidenceEntry{At: r.At, Kind: kind, Session: r.Session, Source: r.Source, Text: r.Text, Version: r.Version, Page: r.Page,
		IP: r.IP, UserAgent: r.UserAgent}
}

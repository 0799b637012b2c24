package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// EvidenceFile is all that is known of what may be sent to a person and what was sent, in the order in which it happened.
type EvidenceFile struct {
	Account     string          `json:"account"`
	Business    string          `json:"business"`
	Timezone    string          `json:"timezone" description:"Of the business: the page tells times in it."`
	Phone       string          `json:"phone"`
	GeneratedAt time.Time       `json:"generated_at"`
	OptedOut    *OptOut         `json:"opted_out,omitempty" description:"As it stands now; absent: not opted out."`
	Entries     []EvidenceEntry `json:"entries" nullable:"false"`
	Cut         bool            `json:"cut,omitempty" description:"There are more than 10,000 entries; the newest are told."`
	Digest      string          `json:"digest" description:"SHA-256 of entries as they stand here, without spaces between: to show that a copy was not changed."`
}

// EvidenceEntry is one thing that happened. What does not belong to its kind is absent.
type EvidenceEntry struct {
	At        time.Time `json:"at"`
	Kind      string    `json:"kind" enum:"consent,revoked,restored,text,inbound,no_text,handled,booking"`
	ID        string    `json:"id,omitempty" description:"Of the text, of the booking, or the carrier's of a received text."`
	Session   string    `json:"session,omitempty"`
	Source    string    `json:"source,omitempty" description:"Where a consent, a revocation or a booking came from."`
	Text      string    `json:"text,omitempty" description:"The words shown, of the text, of the note, or the service."`
	Version   string    `json:"version,omitempty" description:"Of the words shown: the beginning of their SHA-256."`
	Page      string    `json:"page,omitempty"`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to,omitempty"`
	State     string    `json:"state,omitempty" description:"Of a text or a booking; of no_text the check that withheld it."`
	Status    string    `json:"status,omitempty" description:"The carrier's last word on the text."`
	ErrorCode int       `json:"error_code,omitempty"`
	SettledAt time.Time `json:"settled_at,omitzero"`
	By        string    `json:"by,omitempty"`
	Trace     []Finding `json:"trace,omitempty" description:"The checks of its session, as long as they are kept."`
}

// FromEvidence shows an evidence file.
func FromEvidence(f booking.EvidenceFile) (EvidenceFile, error) {
	out := EvidenceFile{Account: string(f.Account.ID), Business: f.Account.Name, Timezone: f.Account.Timezone, Phone: string(f.Phone),
		GeneratedAt: utc(f.At), Cut: f.Cut, Entries: make([]EvidenceEntry, len(f.Entries))}
	if f.OptedOut != nil {
		o := FromOptOut(*f.OptedOut)
		out.OptedOut = &o
	}
	for i, e := range f.Entries {
		v := EvidenceEntry{At: utc(e.At), Kind: string(e.Kind), ID: e.ID, Session: string(e.Session), Source: e.Source, Text: e.Text,
			Version: e.Version, Page: e.Page, IP: e.IP, UserAgent: e.UserAgent, From: string(e.From), To: string(e.To), State: e.State,
			Status: e.Status, ErrorCode: e.ErrorCode, SettledAt: utc(e.SettledAt), By: e.By}
		for _, x := range e.Trace {
			v.Trace = append(v.Trace, FromFinding(x))
		}
		out.Entries[i] = v
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // as the answer is written
	if err := enc.Encode(out.Entries); err != nil {
		return out, err
	}
	sum := sha256.Sum256(bytes.TrimSpace(b.Bytes()))
	out.Digest = "sha256:" + hex.EncodeToString(sum[:])
	return out, nil
}

// Erasure is the work of removing a person.
type Erasure struct {
	ID     string    `json:"id"`
	State  string    `json:"state" enum:"running,done" description:"running: it goes on by itself, also after a crash; ask again with the same DELETE."`
	At     time.Time `json:"at"`
	DoneAt time.Time `json:"done_at,omitzero"`
}

// FromErasure shows an erasure. It does not repeat the number.
func FromErasure(e booking.Erasure) Erasure {
	out := Erasure{ID: e.ID, State: "running", At: utc(e.At), DoneAt: utc(e.DoneAt)}
	if e.Done() {
		out.State = "done"
	}
	return out
}

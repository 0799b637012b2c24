package booking

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"time"
)

// CanaryState says where a canary stands. Part of the API and stored: never rename.
type CanaryState string

// The states of a canary. All but the first are final.
const (
	CanaryRunning  CanaryState = "running"
	CanaryPromoted CanaryState = "promoted" // its version takes everybody
	CanaryEnded    CanaryState = "ended"    // a person ended it, or made another version the one in use
	CanaryReturned CanaryState = "returned" // it failed, or drove people away: the version in use has everybody again
)

// Canary tries a version of a script on a share of the persons, while the version in use goes on for the others: a canary with
// a few percent, an A/B test with half. A script has one at most; the row keeps the last.
type Canary struct {
	ID        string        `json:"id"` // a UUIDv7
	Script    string        `json:"script"`
	Stable    int           `json:"stable"`  // the version in use
	Version   int           `json:"version"` // the version that is tried
	Percent   int           `json:"percent"` // of the persons drawn from now on, 1 to 99
	Salt      string        `json:"salt"`    // of the draw: see [Canary.Draws]
	State     CanaryState   `json:"state"`
	By        string        `json:"by,omitempty"`
	Note      string        `json:"note,omitempty"`
	StartedAt time.Time     `json:"started_at"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
	Reason    string        `json:"reason,omitempty"`     // why it ended, in a sentence
	Faults    []ScriptFault `json:"faults,omitempty"`     // the latest failed runs of the version that is tried
	InARow    int           `json:"in_a_row,omitempty"`   // of these since its last good run
	Counted   []string      `json:"counted,omitempty"`    // the failed runs that were counted last, of either version
	Failed    CanaryFaults  `json:"failed_runs,omitzero"` // all of them
}

// maxRemembered is how many failed runs are remembered, so that none counts twice: more than can be under way at once.
const maxRemembered = 32

// Counts remembers a failed run. It tells whether the run was not counted before.
func (c *Canary) Counts(run string) bool {
	if slices.Contains(c.Counted, run) {
		return false
	}
	c.Counted = append(slices.Clone(c.Counted[max(0, len(c.Counted)-maxRemembered+1):]), run)
	return true
}

// CanaryFaults counts failed runs of both versions while a canary runs.
type CanaryFaults struct {
	Stable int `json:"stable,omitempty"`
	Canary int `json:"canary,omitempty"`
}

// Running tells whether the canary draws persons; nil does not.
func (c *Canary) Running() bool { return c != nil && c.State == CanaryRunning }

// End ends a running canary.
func (c *Canary) End(state CanaryState, now time.Time, reason string) {
	c.State, c.EndedAt, c.Reason = state, now, reason
}

// Lot is what was drawn for a person in a canary. Its Trial holds the side (Control: the version in use), the percentage and
// the time of the draw, and the person's booking within [RecoveredWithin]. A person is drawn once in a canary, in the transaction
// that claims the first text, and keeps the lot whatever becomes of the percentage. Nobody who was drawn is taken out of the
// figures by what happened afterwards: the versions are compared by intention to treat, like the control group.
type Lot struct {
	Canary string `json:"canary"` // its ID; empty: nothing was drawn
	Script string `json:"script"`
	Trial
	Delivered bool `json:"delivered,omitempty"` // the carrier says that the text arrived
}

// Drawn tells whether there is a lot.
func (l Lot) Drawn() bool { return l.Canary != "" }

// VersionFor gives the version of a canary that stands on the lot.
func (l Lot) VersionFor(c *Canary) int {
	if l.Control {
		return c.Stable
	}
	return c.Version
}

// Draws tells whether the number is on the side of the version that is tried. The number's place among 10,000 is the HMAC-SHA-256
// of the number under the canary's own salt (RFC 2104), so that it stays over restarts and sessions, that nobody can choose a
// number for it, and that another canary sorts people anew. Whoever is below the percentage is in: a higher percentage adds
// people and takes nobody out.
func (c *Canary) Draws(p Phone) bool {
	m := hmac.New(sha256.New, []byte(c.Salt))
	m.Write([]byte(p))
	return binary.BigEndian.Uint64(m.Sum(nil))%10_000 < uint64(c.Percent)*100
}

// LotOf gives the person's lot: the one that the person has, or the one that would be drawn now.
func (c *Canary) LotOf(p Person, phone Phone, now time.Time) Lot {
	if l, ok := p.Lot(c.ID); ok {
		return l
	}
	return Lot{Canary: c.ID, Script: c.Script, Trial: Trial{Control: !c.Draws(phone), Percent: c.Percent, At: now}}
}

// maxLots bounds the lots a person's row keeps: the oldest goes, whose canary is long over.
const maxLots = 10

// Lot gives the person's lot in a canary.
func (p *Person) Lot(canary string) (Lot, bool) {
	for _, l := range p.Lots {
		if l.Canary == canary {
			return l, true
		}
	}
	return Lot{}, false
}

// Enrol makes a draw count: the person keeps the lot, and the session is the one by which the person is measured.
func (s *Session) Enrol(p *Person, l Lot, now time.Time) {
	l.At = now
	p.Lots = append(slices.Clone(p.Lots), l)
	if n := len(p.Lots) - maxLots; n > 0 {
		p.Lots = p.Lots[n:]
	}
	s.Lot = l
}

// Fault counts a failed run of the version that is tried and tells whether the canary must end: after [MaxScriptFaults] in a row
// however far apart, since it gets few texts, or as many within [FaultWindow] whatever went well between them. The same id
// counts once.
func (c *Canary) Fault(id string, now time.Time) (enough bool) {
	kept := c.Faults[:0:0]
	for _, f := range c.Faults {
		if f.ID == id {
			return false
		}
		if now.Sub(f.At) < FaultWindow {
			kept = append(kept, f)
		}
	}
	c.Faults = append(kept, ScriptFault{ID: id, At: now})
	c.InARow++
	c.Failed.Canary++
	return len(c.Faults) >= MaxScriptFaults || c.InARow >= MaxScriptFaults
}

// NewCanary is what a person asks for: the version to try on a percentage of the persons.
type NewCanary struct {
	Version int
	Percent int
	By      string
	Note    string
}

// ValidateCanary tells whether a canary can be asked for; ValidateSides whether its versions can stand beside each other.
func ValidateCanary(n NewCanary) error {
	if n.Percent < 1 || n.Percent > 99 {
		return Refuse(Invalid, "out_of_range", "percent", "it is not a share of the persons", "a whole number from 1 to 99; promote the canary to give its version to everybody")
	}
	if len(n.Note) > MaxScriptNote {
		return Refuse(Invalid, "too_long", "note", "it is too long", "at most "+strconv.Itoa(MaxScriptNote)+" bytes are kept")
	}
	return nil
}

// ValidateSides tells whether a version can be tried beside the one in use.
func ValidateSides(stable *ScriptVersion, tried ScriptVersion) error {
	switch {
	case stable == nil:
		return Refuse(Conflict, "no_version_in_use", "version", "no version of the script "+tried.Script+" is in use, so there is nothing to try it beside",
			"activate a version first")
	case stable.Version == tried.Version:
		return Refuse(Invalid, "canary_same_version", "version", "version "+strconv.Itoa(tried.Version)+" is the one in use", "choose another version to try beside it")
	case tried.Kind == ScriptModule:
		return Refuse(Invalid, "canary_of_module", "version", "a module is loaded by other scripts and writes no text itself", "try a version of a script that loads it")
	case stable.Kind != tried.Kind:
		return Refuse(Invalid, "wrong_kind", "version", "version "+strconv.Itoa(tried.Version)+" is of the kind "+string(tried.Kind)+", and the version in use is of the kind "+string(stable.Kind),
			"choose a version of the same kind")
	}
	return nil
}

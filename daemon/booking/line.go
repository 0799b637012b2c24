package booking

import (
	"time"

	"github.com/nyaruka/phonenumbers"
)

// LineType says what kind of line a number is. Stored: never rename a value or a tag.
type LineType struct {
	Kind LineKind  `json:"kind"`
	At   time.Time `json:"at,omitzero"` // when it was looked up; zero: by the numbering plan
}

// LineKind is a kind of line.
type LineKind string

// The kinds that matter.
const (
	LineUnknown  LineKind = ""
	LineMobile   LineKind = "mobile"
	LineLandline LineKind = "landline"
	LineVoIP     LineKind = "voip" // takes texts as a rule
)

// LookupLife is how long what a lookup said is believed: numbers are ported.
const LookupLife = 90 * 24 * time.Hour

// Fresh tells whether a lookup still counts.
func (l *LineType) Fresh(now time.Time) bool { return l != nil && now.Sub(l.At) < LookupLife }

// PlannedLine tells the kind of a line by libphonenumber's metadata. In North America numbers of mobiles and landlines are not
// told apart by the plan, so it knows little there.
func PlannedLine(p Phone) LineKind {
	n, err := phonenumbers.Parse(string(p), "US")
	if err != nil {
		return LineUnknown
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE:
		return LineMobile
	case phonenumbers.FIXED_LINE:
		return LineLandline
	case phonenumbers.VOIP:
		return LineVoIP
	}
	return LineUnknown
}

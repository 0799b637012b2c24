package booking

import (
	"maps"
	"slices"
	"time"
)

// Filing is an account's registration for texting with everything behind its status: the draft, the copy that was submitted,
// what was rejected, and how far the carrier's calls have come.
type Filing struct {
	Status      RegistrationStatus `json:"status"`
	Draft       Business           `json:"draft,omitzero"`
	Submitted   *Business          `json:"submitted,omitempty"` // as it was submitted last; nil: never
	SubmittedAt time.Time          `json:"submitted_at,omitzero"`
	DecidedAt   time.Time          `json:"decided_at,omitzero"`
	Rejections  []Rejection        `json:"rejections,omitempty"`
	Adopted     bool               `json:"adopted,omitempty"`  // it was approved at the carrier before it came here
	Campaign    string             `json:"campaign,omitempty"` // the use case that stands at the carrier: it cannot be changed there

	Tag     string          `json:"tag,omitempty"`     // names what is ours at the carrier
	Objects map[Step]string `json:"objects,omitempty"` // the carrier's name of what a step made
	Done    []Step          `json:"done,omitempty"`    // of this submission
	Numbers []string        `json:"numbers,omitempty"` // the carrier's names of numbers in the messaging service
	Updates int             `json:"updates,omitempty"` // free updates of the brand used, of [MaxUpdates]

	Begun *BegunStep `json:"begun,omitempty"` // a call that is about to be made, or was
	Since time.Time  `json:"since,omitzero"`  // waiting for the carrier's decision since
	Tries int        `json:"tries,omitempty"` // of the present step
	Hold  *Hold      `json:"hold,omitempty"`  // nothing goes on until a person acts
	Note  string     `json:"note,omitempty"`  // what is waited for
	Rev   uint64     `json:"rev,omitempty"`   // counts the turns of the motor
	Ref   string     `json:"ref,omitempty"`   // of its due-key
	DueAt time.Time  `json:"due_at,omitzero"` // zero: nothing to do
}

// BegunStep is the intent of a call, written before it is made.
type BegunStep struct {
	Step  Step      `json:"step"`
	At    time.Time `json:"at"`
	Asked int       `json:"asked,omitempty"` // times the carrier was asked about it, and did not have it
}

// Hold is why a registration waits for a person.
type Hold struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// Rejection is one reason why a registration was rejected, tied to the field to mend.
type Rejection struct {
	Code   string `json:"code"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
	Fix    string `json:"fix"`
}

// MaxUpdates is how often a failed brand may be mended by oneself and for free; then the carrier's support must help (Twilio
// errors 21724, 60724).
const MaxUpdates = 3

// Clone gives a copy that shares nothing that changes with f.
func (f Filing) Clone() Filing {
	f.Draft, f.Rejections, f.Done, f.Numbers = f.Draft.Clone(), slices.Clone(f.Rejections), slices.Clone(f.Done), slices.Clone(f.Numbers)
	f.Objects = maps.Clone(f.Objects)
	if f.Begun != nil {
		f.Begun = new(*f.Begun)
	}
	return f
}

// moves has every change of status there is; [Filing.move] makes no other.
var moves = map[RegistrationStatus][]RegistrationStatus{
	RegistrationDraft:     {RegistrationSubmitted, RegistrationApproved}, // submit; adopt
	RegistrationSubmitted: {RegistrationInReview, RegistrationRejected},  // brand filed; profile refused
	RegistrationInReview:  {RegistrationApproved, RegistrationRejected},  // decided
	RegistrationRejected:  {RegistrationSubmitted, RegistrationApproved}, // mended; adopt, or mended at the carrier
	RegistrationApproved:  {RegistrationRejected, RegistrationApproved},  // suspended; adopt another
}

// May tells whether the status may follow.
func (s RegistrationStatus) May(next RegistrationStatus) bool { return slices.Contains(moves[s], next) }

func (f *Filing) move(next RegistrationStatus) bool {
	if f.Status == next {
		return true
	}
	if !f.Status.May(next) {
		return false
	}
	f.Status = next
	return true
}

// Editable tells whether the particulars may be changed.
func (f *Filing) Editable() bool {
	return f.Status == RegistrationDraft || f.Status == RegistrationRejected
}

// Locked is the refusal of a change of what was submitted.
func (f *Filing) Locked() error {
	return Refuse(Conflict, "registration_locked", "", "the registration is "+string(f.Status)+", and what was submitted cannot be changed",
		"wait for the decision; a rejected registration can be mended and submitted again")
}

// Submit locks what the draft says and begins the round of calls. tag names it at the carrier.
func (f *Filing) Submit(now time.Time, b Business, tag string) error {
	if !f.Editable() {
		return f.Locked()
	}
	if f.Objects[StepBrand] != "" && f.has(StepBrandRejected) && f.Updates >= MaxUpdates {
		return Refuse(Conflict, "updates_used_up", "", "the brand was updated three times, which is all that can be done without the carrier's support",
			"ask Twilio's support to update the brand, then adopt it")
	}
	f.move(RegistrationSubmitted)
	f.Submitted, f.SubmittedAt, f.DecidedAt = new(b.Clone()), now, time.Time{}
	f.Draft = b.Clone()
	if f.Tag == "" {
		f.Tag = tag
	}
	if f.Objects == nil {
		f.Objects = map[Step]string{}
	}
	campaign := f.has(StepCampaignRejected)
	f.Rejections, f.Begun, f.Hold, f.Tries, f.Adopted, f.Note = nil, nil, nil, 0, false, ""
	f.Done = nil
	if campaign { // the brand stands approved; only the campaign is mended
		f.Done = slices.Clone(brandSteps)
		if f.Campaign != b.UseCase {
			f.Done = append(f.Done, StepCampaignChanged)
		}
	}
	return nil
}

func (f *Filing) has(s Step) bool { return slices.Contains(f.Done, s) }

// Reject ends the round with reasons.
func (f *Filing) Reject(now time.Time, why []Rejection) {
	if f.move(RegistrationRejected) {
		f.Rejections, f.DecidedAt, f.Begun, f.Since, f.DueAt, f.Note, f.Tries, f.Hold = why, now, nil, time.Time{}, time.Time{}, "", 0, nil
	}
}

// Approve ends the round well. The carrier is still asked once a day whether it stands.
func (f *Filing) Approve(now time.Time) {
	if f.move(RegistrationApproved) {
		f.Rejections, f.DecidedAt, f.Begun, f.Since, f.Note, f.Tries, f.Hold = nil, now, nil, time.Time{}, "", 0, nil
		f.DueAt = now.Add(watchEvery)
	}
}

// watchEvery is how often an approved registration is looked at: carriers suspend some, and numbers go.
const watchEvery = 24 * time.Hour

// PollAfter is the wait between two looks at something that has been under review for so long. A decision of the brand comes
// within minutes as a rule, one of the campaign within 10 to 15 days.
func PollAfter(waited time.Duration) time.Duration {
	switch {
	case waited < 10*time.Minute:
		return 30 * time.Second
	case waited < 2*time.Hour:
		return 10 * time.Minute
	case waited < 21*24*time.Hour:
		return time.Hour
	}
	return 24 * time.Hour
}

// RetryRegister is the wait before a call that the carrier did not take is made again.
func RetryRegister(tries int) time.Duration {
	return min(30*time.Second<<min(max(tries-1, 0), 10), time.Hour)
}

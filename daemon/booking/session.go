package booking

import (
	"maps"
	"time"
)

// Status is where a session stands, as people see it. Stored in an index and part of the API: never rename.
type Status string

// The statuses of a session.
const (
	StatusActive    Status = "active"    // somebody is on the page
	StatusAbandoned Status = "abandoned" // left; the follow-up is due later
	StatusWaiting   Status = "waiting"   // due, but something makes it wait
	StatusTexted    Status = "texted"    // the follow-up went out, or may have (unknown)
	StatusTalking   Status = "talking"   // the customer answered
	StatusRecovered Status = "recovered" // booked after the text
	StatusCompleted Status = "completed" // booked without a text
	StatusWithheld  Status = "withheld"  // a check stopped the text
	StatusExpired   Status = "expired"   // the time for a text passed
)

// Statuses lists every status, in the order of a session's life.
var Statuses = []Status{StatusActive, StatusAbandoned, StatusWaiting, StatusTexted, StatusTalking, StatusRecovered,
	StatusCompleted, StatusWithheld, StatusExpired}

// FollowUpState is where the one text of a session stands. Part of the API and stored: never rename.
type FollowUpState string

// The states of a follow-up.
const (
	FollowUpNone     FollowUpState = "none"
	FollowUpDue      FollowUpState = "due"
	FollowUpWaiting  FollowUpState = "waiting"
	FollowUpClaimed  FollowUpState = "claimed"
	FollowUpSent     FollowUpState = "sent"
	FollowUpWithheld FollowUpState = "withheld"
	FollowUpUnknown  FollowUpState = "unknown"
)

// FollowUp is the one text of a session.
type FollowUp struct {
	State      FollowUpState `json:"state"`
	DueAt      time.Time     `json:"due_at,omitzero"` // when it is planned to go out
	SentAt     time.Time     `json:"sent_at,omitzero"`
	WithheldBy Check         `json:"withheld_by,omitempty"` // the check that stopped it or put it off
	Attempt    AttemptID     `json:"attempt,omitempty"`     // the latest
	Resend     bool          `json:"resend,omitempty"`      // a person decided to send again after an unknown or refused send
	Retries    int           `json:"retries,omitempty"`     // times the carrier wanted the text later
	Template   string        `json:"template,omitempty"`    // the script that wrote it
	Spent      bool          `json:"spent,omitempty"`       // a text went out, may have, or was refused: none is planned by itself any more
	Turn       string        `json:"turn,omitempty"`        // of the script that is writing it and asked for something
}

// spent tells whether the session's one text is used up: then coming and going plans nothing, for ever.
func (f FollowUp) spent() bool {
	return f.Spent || f.Resend || !f.SentAt.IsZero() ||
		f.State == FollowUpClaimed || f.State == FollowUpSent || f.State == FollowUpUnknown
}

// heldOut tells whether the text was withheld for the control group.
func (f FollowUp) heldOut() bool { return f.State == FollowUpWithheld && f.WithheldBy == CheckHoldout }

// Session is one visitor's attempt to book.
type Session struct {
	ID            SessionID         `json:"id"`
	Scheduler     SchedulerID       `json:"scheduler"`
	ClientID      string            `json:"client_id"`
	Rev           uint64            `json:"rev"` // grows with every write
	Status        Status            `json:"status"`
	Customer      Customer          `json:"customer,omitzero"`
	Phone         Phone             `json:"phone,omitempty"` // empty: none, or not a number that can be texted
	Email         string            `json:"email,omitempty"` // lower case, for matching
	Service       string            `json:"service,omitempty"`
	Preferred     string            `json:"preferred,omitempty"`
	Step          string            `json:"step,omitempty"`
	PageURL       string            `json:"page_url,omitempty"`
	Timezone      string            `json:"timezone,omitempty"` // the browser's
	Locale        string            `json:"locale,omitempty"`
	Consent       Consent           `json:"consent,omitzero"`
	Fields        map[string]string `json:"fields,omitempty"`
	ValueCents    int               `json:"value_cents,omitempty"`
	StartedAt     time.Time         `json:"started_at"`
	SeenAt        time.Time         `json:"seen_at"`               // the last moment anything was heard
	PresentAt     time.Time         `json:"present_at,omitzero"`   // the last moment somebody was on the page
	SaidAt        time.Time         `json:"said_at,omitzero"`      // the last moment anything was typed, by the event's time
	AbandonedAt   time.Time         `json:"abandoned_at,omitzero"` // zero: not abandoned
	CompletedAt   time.Time         `json:"completed_at,omitzero"` // zero: not completed
	HandledAt     time.Time         `json:"handled_at,omitzero"`   // staff took it
	HandledBy     string            `json:"handled_by,omitempty"`
	HandledNote   string            `json:"handled_note,omitempty"`
	HandledBooked bool              `json:"handled_booked,omitempty"` // staff said that it was booked
	FollowUp      FollowUp          `json:"follow_up"`
	ClickedAt     time.Time         `json:"clicked_at,omitzero"`  // when the link of its text was first redeemed by a page
	Clicks        int               `json:"clicks,omitempty"`     // how often
	LastClick     string            `json:"last_click,omitempty"` // names the newest click, so that none counts twice
	RepliedAt     time.Time         `json:"replied_at,omitzero"`  // the customer answered the text
	Booked        BookedBy          `json:"booked,omitzero"`      // the booking its person has, in this session or another way
	Trial         Trial             `json:"trial,omitzero"`       // the measurement against the control group
	Lot           Lot               `json:"lot,omitzero"`         // the comparison of two versions of the script, where this session drew its person
	DueKind       Kind              `json:"due_kind,omitempty"`   // of the one due-key this session has
	DueAt         time.Time         `json:"due_at,omitzero"`      // zero: it has none
}

// RecoveredWithin: a booking this soon after the text counts as won back.
const RecoveredWithin = 7 * 24 * time.Hour

// Clone gives a copy that shares nothing with s.
func (s *Session) Clone() Session {
	c := *s
	c.Fields = maps.Clone(s.Fields)
	return c
}

// Due gives the session's entry of the due index; ok is false when it has none.
func (s *Session) Due(account AccountID) (d Due, ok bool) {
	return Due{Account: account, At: s.DueAt, Kind: s.DueKind, Ref: string(s.ID)}, !s.DueAt.IsZero()
}

// Arm sets the session's one due-key.
func (s *Session) Arm(kind Kind, at time.Time) { s.DueKind, s.DueAt = kind, at }

// Disarm takes the due-key away: nothing more will happen by itself.
func (s *Session) Disarm() { s.DueKind, s.DueAt = 0, time.Time{} }

// Apply folds an event into the session. It bears repeated and reordered events: the session is left when a report of
// leaving is not older than the last sign of somebody on the page, whatever arrived first, and it was left at the first
// such report, which goes before what was taken from silence. Coming back takes the plan away. A session gets one text ever: once a text was claimed, nothing is planned
// by itself any more. Once completed or handled, it stays so.
//
// abandonAfter is the account's setting, delay the scheduler's. The event must have passed [ValidateEvent].
func (s *Session) Apply(ev Event, abandonAfter, delay time.Duration) {
	s.learn(ev)
	if ev.At.After(s.SeenAt) {
		s.SeenAt = ev.At
	}
	present := ev.Kind != EventAbandoned && ev.Kind != EventCompleted && ev.At.After(s.PresentAt)
	if present {
		s.PresentAt = ev.At
	}
	switch {
	case ev.Kind == EventCompleted:
		s.complete(ev.At)
	case s.Done(), s.FollowUp.spent(), !s.HandledAt.IsZero():
		// It only learns.
	case ev.Kind == EventAbandoned:
		guessed := s.AbandonedAt.Equal(s.PresentAt) // from silence; the page knows better
		if !ev.At.Before(s.PresentAt) && (s.AbandonedAt.IsZero() || s.FollowUp.State == FollowUpDue && (guessed || ev.At.Before(s.AbandonedAt))) {
			s.Abandon(ev.At, delay)
		}
	case present && ev.At.After(s.AbandonedAt):
		if !s.AbandonedAt.IsZero() && s.SeenAt.After(ev.At) { // late news of coming back, older than the last leaving
			s.Abandon(s.SeenAt, delay)
		} else {
			s.open(s.SeenAt.Add(abandonAfter))
		}
	}
	s.Status = s.status()
}

// Abandon marks the session left at that moment and plans the follow-up.
func (s *Session) Abandon(at time.Time, delay time.Duration) {
	if s.Done() || s.FollowUp.spent() || !s.HandledAt.IsZero() {
		if s.DueKind == KindLapse {
			s.Disarm()
		}
		return
	}
	s.AbandonedAt = at
	s.FollowUp = FollowUp{State: FollowUpDue, DueAt: at.Add(delay)}
	s.Arm(KindFollowUp, s.FollowUp.DueAt)
	s.Status = s.status()
}

// open makes the session one with somebody on the page, who falls silent at lapse. Its lapse due-key may fire early: the
// motor looks and arms again, so that a heartbeat need not move it.
func (s *Session) open(lapse time.Time) {
	s.AbandonedAt = time.Time{}
	s.FollowUp = FollowUp{State: FollowUpNone}
	if s.DueKind != KindLapse {
		s.Arm(KindLapse, lapse)
	}
}

// complete ends the session with a booking made on the page. Told several times, the earliest moment counts. What was claimed,
// sent or unknown stays as it is: it may be what won the customer back. So does a text withheld for the control group: what
// its people do by themselves is what the others are compared with.
func (s *Session) complete(at time.Time) {
	if !s.Done() || at.Before(s.CompletedAt) {
		s.CompletedAt = at
	}
	switch s.FollowUp.State {
	case FollowUpClaimed, FollowUpSent, FollowUpUnknown:
	default:
		if !s.FollowUp.heldOut() {
			s.FollowUp.State, s.FollowUp.WithheldBy, s.FollowUp.Resend = FollowUpWithheld, CheckCompleted, false
		}
	}
	s.Disarm()
}

// Handle records that staff took the session by phone. What was claimed, sent or unknown stays as it is, and so does a
// completed booking.
func (s *Session) Handle(at time.Time, by, note string) {
	s.HandledAt, s.HandledBy, s.HandledNote = at, by, note
	switch s.FollowUp.State {
	case FollowUpClaimed, FollowUpSent, FollowUpUnknown:
	default:
		if !s.Done() && !s.FollowUp.heldOut() {
			s.Withhold(CheckHandled)
		}
	}
	s.Status = s.status()
}

// Withhold ends the follow-up: check stopped it. A text that had been claimed or was out is spent all the same.
func (s *Session) Withhold(check Check) {
	s.FollowUp.Spent = s.FollowUp.spent() || check == CheckCarrier
	s.FollowUp.State, s.FollowUp.WithheldBy, s.FollowUp.Resend, s.FollowUp.Turn = FollowUpWithheld, check, false, ""
	s.Disarm()
	s.Status = s.status()
}

// PutOff lets the follow-up wait until at: check put it off, and its script writes afresh then. A text that the carrier wants later is not spent, since it
// never processed it; if the customer came back to the page meanwhile, the plan goes instead.
func (s *Session) PutOff(check Check, at time.Time) {
	if s.ended() {
		return
	}
	s.FollowUp.State, s.FollowUp.WithheldBy, s.FollowUp.DueAt, s.FollowUp.Turn = FollowUpWaiting, check, at, ""
	if s.returned() {
		s.open(s.SeenAt)
	} else {
		s.Arm(KindFollowUp, at)
	}
	s.Status = s.status()
}

// Claim ties the follow-up to an attempt that is about to be sent.
func (s *Session) Claim(a AttemptID) {
	s.FollowUp.State, s.FollowUp.WithheldBy, s.FollowUp.Attempt, s.FollowUp.Turn = FollowUpClaimed, "", a, ""
	s.Disarm()
	s.Status = s.status()
}

// Release undoes a claim that never reached the carrier: the follow-up is decided afresh at that moment, unless the booking
// was completed, staff took it, or the customer came back meanwhile.
func (s *Session) Release(at time.Time) {
	if s.ended() {
		return
	}
	s.FollowUp.State = FollowUpDue
	if s.returned() {
		s.open(s.SeenAt)
	} else {
		s.Arm(KindFollowUp, at)
	}
	s.Status = s.status()
}

// ended withholds the follow-up of a session that was completed or handled meanwhile.
func (s *Session) ended() bool {
	switch {
	case s.Done():
		s.Withhold(CheckCompleted)
	case !s.HandledAt.IsZero():
		s.Withhold(CheckHandled)
	default:
		return false
	}
	return true
}

// returned tells whether somebody was on the page after the session was left, while a claim kept the plan in place.
func (s *Session) returned() bool {
	return !s.FollowUp.spent() && s.PresentAt.After(s.AbandonedAt)
}

// Sent records that the carrier took the text at that moment. A decision to send again that was not carried out yet is void.
func (s *Session) Sent(at time.Time) {
	s.FollowUp.State, s.FollowUp.SentAt, s.FollowUp.WithheldBy = FollowUpSent, at, ""
	s.FollowUp.Spent, s.FollowUp.Resend = true, false
	s.Disarm()
	s.Status = s.status()
}

// Unknown records that nobody can say whether the text went out.
func (s *Session) Unknown() {
	s.FollowUp.State, s.FollowUp.Spent, s.FollowUp.Resend = FollowUpUnknown, true, false
	s.Disarm()
	s.Status = s.status()
}

// SendAgain is a person's decision to send once more after an unknown or refused send. A session that was completed or
// handled meanwhile stays withheld.
func (s *Session) SendAgain(now time.Time) {
	if s.ended() {
		return
	}
	s.FollowUp.State, s.FollowUp.Resend, s.FollowUp.DueAt, s.FollowUp.WithheldBy = FollowUpDue, true, now, ""
	s.Arm(KindFollowUp, now)
	s.Status = s.status()
}

// Reply records that the customer answered the text. The first answer counts.
func (s *Session) Reply(at time.Time) {
	if s.RepliedAt.IsZero() || at.Before(s.RepliedAt) {
		s.RepliedAt = at
	}
	s.Status = s.status()
}

// Done tells whether the session ended in a booking on its page.
func (s *Session) Done() bool { return !s.CompletedAt.IsZero() }

// status derives what people see from what is known. The attribution of the booking goes with it: a send that is settled, or
// refused, after the booking came in changes what the text has won.
func (s *Session) status() Status {
	if s.Booked.Booking != "" {
		s.Booked.Attribution = attribute(s.FollowUp, s.Booked)
	}
	switch {
	case s.recovered():
		return StatusRecovered
	case s.Done():
		return StatusCompleted
	}
	switch s.FollowUp.State {
	case FollowUpSent, FollowUpUnknown:
		if !s.RepliedAt.IsZero() {
			return StatusTalking
		}
		return StatusTexted
	case FollowUpWithheld:
		if s.FollowUp.WithheldBy == CheckTooLate {
			return StatusExpired
		}
		return StatusWithheld
	case FollowUpWaiting:
		return StatusWaiting
	case FollowUpDue, FollowUpClaimed:
		return StatusAbandoned
	}
	return StatusActive
}

// recovered tells whether the booking followed a text that went out, within [RecoveredWithin]. A text the carrier could not
// deliver, or one of which nobody knows, won nobody back.
func (s *Session) recovered() bool {
	if s.Booked.Booking != "" {
		return s.HasBooked() && (s.Booked.Attribution == AttributedDirect || s.Booked.Attribution == AttributedAssisted)
	}
	after := s.CompletedAt.Sub(s.FollowUp.SentAt)
	return s.Done() && s.FollowUp.State == FollowUpSent && after >= 0 && after <= RecoveredWithin
}

// Qualifies tells whether the session could get a text at all: a number, consent, and nobody finished or took it.
func (s *Session) Qualifies(requireConsent bool) bool {
	return s.Phone != "" && (s.Consent.SMS || !requireConsent) && !s.Done() && s.HandledAt.IsZero()
}

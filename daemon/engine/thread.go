package engine

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// threadSeen is how many of a thread's newest messages the house looks at.
const threadSeen = 60

// thread loads the thread with a phone, or begins one with the person's latest session. old is nil for a new one.
func (t *txn) thread(account booking.Account, p booking.Phone) (v booking.Thread, old *booking.Thread, err error) {
	if old, err = t.Thread(account.ID, p); err != nil {
		return v, nil, err
	}
	if old != nil {
		v = *old
		return v, old, t.joinSession(account.ID, &v)
	}
	v = booking.Thread{Phone: p, Owner: booking.OwnerHuman, State: booking.ThreadOpen, BeganAt: t.Now, LastAt: t.Now}
	return v, nil, t.joinSession(account.ID, &v)
}

// joinSession ties a thread to the session whose text went out last, else to the person's newest. One that a person holds stays with
// them; one that is over by silence begins anew.
func (t *txn) joinSession(a booking.AccountID, v *booking.Thread) error {
	p, err := t.Person(a, v.Phone)
	if err != nil {
		return err
	}
	id := booking.SessionID("")
	if n := len(p.Started); n > 0 {
		id = p.Started[n-1].Session
	}
	if id == "" && v.Session == "" {
		all, _, err := t.SessionsByPhone(a, v.Phone, firstID(t.Now.Add(-rivalSpan)), newsSearched)
		if err != nil || len(all) == 0 {
			return err
		}
		id = all[len(all)-1].ID
	}
	if id == "" || id == v.Session {
		return nil
	}
	s, err := t.Session(a, id)
	if storage.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	sched, err := t.Scheduler(a, s.Scheduler)
	if err != nil || sched == nil {
		return err
	}
	fresh := v.Session == ""
	if v.State == booking.ThreadHandedOff && !v.InHand(t.Now) {
		v.State, v.Owner, v.By, v.Reason, v.Note = booking.ThreadOpen, booking.OwnerHuman, "", "", ""
	}
	v.Session, v.Scheduler, v.Mode = id, sched.ID, sched.FollowUp.Mode
	if v.Mode == booking.AIAgent && v.State != booking.ThreadHandedOff && (fresh || v.Reason == "") {
		v.Owner = booking.OwnerAgent
	}
	return nil
}

// putThread writes a thread. Work is never due in the past.
func (t *txn) putThread(account booking.Account, old *booking.Thread, v booking.Thread) error {
	v.ArmNudge(account.Settings)
	if !v.DueAt.IsZero() && v.DueAt.Before(t.Now) {
		v.DueAt = t.Now
	}
	if d, ok := v.Due(account.ID); ok {
		t.hints = append(t.hints, d)
	}
	return errors.Join(t.lookOut(account.ID, old, v), t.PutThread(account.ID, old, v, account.Settings.Retention.Std()))
}

func (t *txn) putMessage(account booking.Account, p booking.Phone, m booking.ThreadMessage) error {
	return t.PutThreadMessage(account.ID, p, m, account.Settings.Retention.Std())
}

// hear takes a customer's text into its thread: an emergency is answered at once, everything else is armed for the agent. id is for
// an attempt, msg for the message.
func (t *txn) hear(e *Engine, a booking.AccountID, in booking.Inbound, id booking.AttemptID, msg string) error {
	account, err := t.Account(a)
	if err != nil {
		return err
	}
	if account.Settings.OnCallPhone != "" && in.From == account.Settings.OnCallPhone {
		return t.acknowledge(e, account, in)
	}
	v, old, err := t.thread(account, in.From)
	if err != nil {
		return err
	}
	before, err := t.ThreadMessages(a, in.From, threadSeen)
	if err != nil {
		return err
	}
	body, _ := booking.Redact(in.Body)
	m := booking.ThreadMessage{ID: msg, From: in.From, To: in.To, Body: body, Author: booking.AuthorCustomer, At: in.At,
		Media: len(in.Media), MediaTypes: in.Types, SID: in.SID}
	if err := t.putMessage(account, in.From, m); err != nil {
		return err
	}
	stop, err := t.Snapshot.OptOut(a, in.From)
	if err != nil {
		return err
	}
	told := booking.Understand(in)
	burst := burstOf(v, before, body)
	em, danger := booking.MatchEmergency(body)
	if !danger && len(burst) > len(body) {
		em, danger = booking.MatchEmergency(burst)
	}
	answer := !told.Stops && !told.Starts && !told.Helps && stop == nil && !booking.Echo(body, before)
	v.Hear(m, account.Settings.ReplyWait.Std(), answer && !danger)
	switch {
	case told.Stops:
		v.Close()
		err = t.askedToCall(account, &v, in)
	case danger:
		err = t.danger(e, account, &v, in, em, stop != nil, id)
	case answer && v.Owner == booking.OwnerHuman && !v.AlertAt.IsZero() && t.Now.Sub(v.AlertAt) >= booking.AlertAgain:
		err = t.alert(e, account, &v, "the customer is still waiting: "+clipped(body))
	case answer && v.Owner == booking.OwnerAgent && booking.MatchReluctance(body):
		err = t.handOff(e, account, &v, "the customer does not like our texts: "+clipped(body))
	}
	return errors.Join(err, t.putThread(account, old, v))
}

// burstOf gives the customer's texts that wait for an answer, with one more, a line each.
func burstOf(v booking.Thread, before []booking.ThreadMessage, body string) string {
	var lines []string
	for _, m := range before {
		if m.Inbound() && m.ID > v.Answered && m.Body != "" {
			lines = append(lines, m.Body)
		}
	}
	return strings.Join(append(lines, body), "\n")
}

// danger answers an emergency with safety words, before any script and whoever has the thread, and alerts a person. Nothing is sold
// in the thread until a person looked.
func (t *txn) danger(e *Engine, account booking.Account, v *booking.Thread, in booking.Inbound, em booking.Emergency, silent bool, id booking.AttemptID) error {
	reason := booking.EmergencyReason(em.Kind, clipped(em.Phrase))
	again := t.Now.Sub(v.SafetyAt) < safetyPause
	v.HandOff(reason)
	if silent || again {
		return t.alert(e, account, v, reason)
	}
	v.SafetyAt = t.Now
	text := booking.SafetyText(em.Kind, cmp.Or(booking.Language(in.Body), v.Lang), account.EmergencyPhone)
	return errors.Join(t.alert(e, account, v, reason),
		t.write(e, account, v, id, booking.AttemptSafety, booking.AuthorSystem, "", text))
}

// askedToCall has a person look when somebody who wants no texts wants something else.
func (t *txn) askedToCall(account booking.Account, v *booking.Thread, in booking.Inbound) error {
	t.did(Deed{Do: "opt_out", Phone: in.From})
	booked, err := bookingHeld(&t.Snapshot, account.ID, in.From)
	if err != nil {
		return err
	}
	word, _ := booking.MatchKeyword(in.Body)
	intents := booking.MatchIntents(in.Body)
	switch {
	case booked != nil && strings.Contains(strings.ToLower(in.Body), "cancel"):
		return t.task(account, v, "The customer texted "+clipped(in.Body)+", which opts out, and has a booking: call and ask whether the visit is meant.")
	case word == "" && (strings.Contains(strings.ToLower(in.Body), "report") || slices.ContainsFunc(intents, func(i booking.Intent) bool {
		return i == booking.IntentCallMe || i == booking.IntentLegal || i == booking.IntentComplaint || i == booking.IntentHuman
	})):
		return t.task(account, v, "The customer wants no texts, and said: "+clipped(in.Body))
	}
	return nil
}

// write claims a text in a thread, to be sent at once, and puts it into the thread.
func (t *txn) write(e *Engine, account booking.Account, v *booking.Thread, id booking.AttemptID, kind booking.AttemptKind, author booking.ThreadAuthor, by, body string) error {
	return t.writeUntil(e, account, v, id, kind, author, by, body, t.Now.Add(account.Settings.ReplyWindow.Std()))
}

// writeUntil is write for a text that may not be delivered later than until.
func (t *txn) writeUntil(e *Engine, account booking.Account, v *booking.Thread, id booking.AttemptID, kind booking.AttemptKind, author booking.ThreadAuthor, by, body string, until time.Time) error {
	reg, err := t.Registration(account.ID)
	if err != nil {
		return err
	}
	from := v.Number
	if from == "" {
		sched, err := t.Scheduler(account.ID, v.Scheduler)
		if err != nil {
			return err
		}
		n, err := outbound(&t.Snapshot, account.ID, sched)
		if err != nil {
			return err
		}
		if n != nil {
			from = n.Number
		}
	}
	if reg.Status != booking.RegistrationApproved || from == "" {
		return nil // it could not be sent; alarms of their own tell of it
	}
	segments, _, _ := booking.Segments(body)
	a := booking.Attempt{ID: id, Kind: kind, Account: account.ID, Session: v.Session, Scheduler: v.Scheduler, Thread: v.Phone, To: v.Phone, From: from,
		MessagingService: reg.MessagingService, Body: body, Segments: segments, ValidUntil: until,
		State: booking.AttemptClaimed, Epoch: e.epoch, ClaimedAt: t.Now, DueAt: t.Now}
	if kind == booking.AttemptReply {
		a.Template = by
	}
	m := booking.ThreadMessage{ID: string(id), From: from, To: v.Phone, Body: body, Author: author, By: by, At: t.Now, Attempt: id}
	v.Wrote(m)
	return errors.Join(t.putAttempt(nil, a), t.putMessage(account, v.Phone, m))
}

// followUpWent begins the thread of a follow-up that the carrier took.
func (t *txn) followUpWent(account booking.Account, a booking.Attempt) error {
	t.did(Deed{Do: "send", Phone: a.To})
	sched, err := t.Scheduler(a.Account, a.Scheduler)
	if err != nil {
		return err
	}
	mode := booking.PrefilledLink
	if sched != nil {
		mode = sched.FollowUp.Mode
	}
	if a.BegunAt.IsZero() {
		a.BegunAt = t.Now
	}
	return t.beginThread(account, a, mode)
}

// beginThread puts a follow-up that went out into the thread of its person.
func (t *txn) beginThread(account booking.Account, a booking.Attempt, mode booking.Mode) error {
	if a.To == "" { // its person was erased meanwhile
		return nil
	}
	v, old, err := t.thread(account, a.To)
	if err != nil {
		return err
	}
	author := booking.AuthorSystem
	if mode == booking.AIAgent {
		author = booking.AuthorAgent
	}
	offered, err := t.offeredIn(account, v, a.Body)
	if err != nil {
		return err
	}
	m := booking.ThreadMessage{ID: string(a.ID), From: a.From, To: a.To, Body: a.Body, Author: author, By: a.Template, At: a.BegunAt,
		Attempt: a.ID, Offered: offered}
	if v.Number == "" {
		v.Number = a.From
	}
	if v.State == booking.ThreadClosed {
		v.State = booking.ThreadOpen
	}
	v.Wrote(m)
	return errors.Join(t.putMessage(account, a.To, m), t.putThread(account, old, v))
}

// offeredIn gives the IDs of the windows that a text of ours names.
func (t *txn) offeredIn(account booking.Account, v booking.Thread, body string) ([]string, error) {
	_, loc, err := zoneOf(&t.Snapshot, account, v.Scheduler)
	if err != nil || !booking.NamesTimes(body, t.Now, loc) {
		return nil, err
	}
	known, _, err := windowsOf(&t.Snapshot, account, v.Scheduler)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, w := range booking.OfferedIn(body, t.Now, loc, known) {
		if w.ID != "" {
			ids = append(ids, w.ID)
		}
	}
	return ids, nil
}

// bookingHeld gives the booking a person has: the newest that stands and is not over; nil when there is none.
func bookingHeld(s *storage.Snapshot, a booking.AccountID, p booking.Phone) (*booking.Booking, error) {
	all, err := s.BookingsOf(a, p, "", "")
	if err != nil {
		return nil, err
	}
	for _, known := range slices.Backward(all) {
		b, err := s.Booking(a, known.ID)
		if err != nil {
			return nil, err
		}
		if b != nil && ahead(*b, s.Now) {
			return b, nil
		}
	}
	return nil, nil
}

// cancelledOf gives the windows of the person's bookings that were cancelled in the last week.
func cancelledOf(s *storage.Snapshot, a booking.AccountID, p booking.Phone) (done []booking.Done, err error) {
	all, err := s.BookingsOf(a, p, "", "")
	if err != nil {
		return nil, err
	}
	for _, known := range all {
		b, err := s.Booking(a, known.ID)
		if err != nil {
			return nil, err
		}
		if b != nil && b.Status == booking.BookingCancelled && s.Now.Sub(b.CancelledAt) < booking.RecoveredWithin {
			done = append(done, booking.Done{Did: booking.DidCancel, Start: b.Start, End: b.End})
		}
	}
	return done, nil
}

// clipped keeps the beginning of a customer's words for a person's eyes.
func clipped(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

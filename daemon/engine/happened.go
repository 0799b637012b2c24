package engine

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Happened is all that is known of a session or a conversation, as far as a rehearsal of it needs it.
type Happened struct {
	At           time.Time // when the live part begins: the customer's texts whose answer is tested, or the leaving of the page
	Account      booking.Account
	Registration booking.Registration
	Number       *booking.PhoneNumber // nil: the account has none to send from
	Own          []booking.Phone      // numbers of the business, which are nobody's personal data
	Scheduler    booking.Scheduler
	Script       string // that writes for the scheduler
	Facts        []booking.Fact
	Windows      []booking.Window // those of At
	Session      booking.Session
	Person       booking.Person
	OptOut       *booking.OptOut
	Bookings     []booking.Booking // of the person
	Thread       *booking.Thread   // nil: a session alone
	Messages     []Delivered       // of the thread, oldest first
	Text         string            // of the session's follow-up; empty: none was written
	Live, Until  int               // the live texts are Messages[Live:Until], what came of them stands behind
}

// threadRecalled is how many of a thread's newest messages a test is made of.
const threadRecalled = 60

// recallThread gathers a conversation up to a customer's text, whose ID is message; empty: the last.
func recallThread(s *storage.Snapshot, a booking.AccountID, p booking.Phone, message string) (h Happened, err error) {
	v, all, err := ReadThread(s, a, p, threadRecalled)
	if err != nil {
		return h, err
	}
	h.Thread, h.Messages = &v, all
	last := -1
	for i, m := range all {
		if m.Inbound() && (message == "" || m.ID == message) {
			last = i
		}
	}
	if last < 0 {
		return h, booking.Refuse(booking.Invalid, "nothing_to_test", "message", "there is no such text of the customer in this thread",
			"leave message out for the last one, or name one of the newest 60 messages that the customer wrote")
	}
	h.Live, h.Until = last, last+1
	for h.Live > 0 && all[h.Live-1].Inbound() {
		h.Live--
	}
	for h.Until < len(all) && all[h.Until].Inbound() {
		h.Until++
	}
	h.At = all[h.Live].At
	if h.Session, err = s.Session(a, v.Session); storage.IsNotFound(err) {
		h.Session, err = booking.Session{Phone: p, Scheduler: v.Scheduler, Customer: booking.Customer{Phone: string(p)}}, nil
	}
	if err != nil {
		return h, err
	}
	return h, h.around(s, a)
}

// recallSession gathers a session that was left.
func recallSession(s *storage.Snapshot, a booking.AccountID, id booking.SessionID) (h Happened, err error) {
	if h.Session, err = s.Session(a, id); storage.IsNotFound(err) {
		return h, unknownSession(id)
	}
	if err != nil {
		return h, err
	}
	if h.At = h.Session.AbandonedAt; h.At.IsZero() {
		return h, booking.Refuse(booking.Invalid, "nothing_to_test", "session", "nobody has left this session, so nothing was decided about it",
			"choose one that was abandoned")
	}
	if h.Session.FollowUp.WithheldBy == booking.CheckHoldout {
		return h, booking.Refuse(booking.Invalid, "nothing_to_test", "session", "the text of this session was withheld for the control group, which is drawn by chance",
			"choose another session")
	}
	if id := h.Session.FollowUp.Attempt; id != "" {
		sent, err := s.Attempt(a, id)
		if err != nil {
			return h, err
		}
		if sent != nil {
			h.Text = sent.Body
		}
	}
	return h, h.around(s, a)
}

// around reads what stood around it.
func (h *Happened) around(s *storage.Snapshot, a booking.AccountID) error {
	f, err := gather(s, a, h.Session)
	if err != nil {
		return err
	}
	h.Account, h.Registration, h.Number, h.Person, h.OptOut, h.Bookings = f.Account, f.Registration, f.Number, f.Person, f.OptOut, f.Bookings
	h.Scheduler = booking.Scheduler{ID: h.Session.Scheduler, Name: "Website", FollowUp: booking.FollowUpSet{Enabled: true, Mode: booking.PrefilledLink, Delay: booking.DefaultDelay}}
	if f.Scheduler != nil {
		h.Scheduler = *f.Scheduler
		then := *s
		then.Now = h.At
		if h.Windows, err = Availability(&then, a, f.Scheduler.ID, "", offeredDays); err != nil {
			return err
		}
	}
	h.Script = scriptOf(&h.Scheduler)
	if h.Facts, err = s.Facts(a); err != nil {
		return err
	}
	numbers, err := s.Numbers(a)
	for _, n := range numbers {
		h.Own = append(h.Own, n.Number)
	}
	for _, typed := range []string{h.Account.OfficePhone, h.Account.EmergencyPhone, string(h.Account.Settings.OnCallPhone)} {
		if p, problem := booking.ParsePhone(typed); problem == "" {
			h.Own = append(h.Own, p)
		}
	}
	return err
}

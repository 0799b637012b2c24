package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// outage gives the code with which an ask fails because what it needs does not answer; empty when it does.
func (e *Engine) outage(ask string) string {
	if e.o.Outage == nil {
		return ""
	}
	return e.o.Outage(ask)
}

// asking gives the turn with one more ask: the turn that is there, or a new one that holds all that the script was given.
func (w *talk) asking(ask box.Ask) booking.Turn {
	turn := booking.Turn{ID: string(w.attempt), Session: w.facts.Thread.Session, Thread: w.facts.Thread.Phone, Upto: w.upto, Event: eventText,
		Entry: string(box.EntryReply), Script: pinOf(w.program.main), Modules: w.program.pins(), Ctx: w.ctx, Token: w.token,
		Began: w.now, Deadline: w.now.Add(booking.TurnWithin)}
	if w.turn != nil {
		turn = *w.turn
	}
	turn.Pending = &booking.TurnAsk{Name: ask.Name, Args: ask.Args}
	return turn
}

// recordTalkAsk writes down what the agent asks for and has the motor carry it out. It gives errAsked when it is on disk.
func (e *Engine) recordTalkAsk(ctx context.Context, w *talk, turn booking.Turn) error {
	a := w.account().ID
	err := e.update(ctx, func(t *txn) error {
		old, err := t.Thread(a, turn.Thread)
		if err != nil || old == nil {
			return err
		}
		now, err := t.Turn(a, turn.ID)
		if err != nil {
			return err
		}
		if now != nil && (w.turn == nil || len(now.Answers) > len(w.turn.Answers) || now.Pending != nil) {
			return nil // this transaction's own earlier, unknown commit
		}
		if old.Owner != booking.OwnerAgent || old.Answered >= w.upto || old.Last > w.upto && len(turn.Done) == 0 {
			return errAgain
		}
		turn.DueAt = t.Now
		v := *old
		v.Turn, v.DueAt = turn.ID, turn.Deadline
		return errors.Join(t.putTurn(a, now, turn), t.putThread(w.account(), old, v))
	})
	if err == nil {
		err = errAsked
	}
	return err
}

// wakeThread lets a thread go on whose ask was answered. Newer texts of the customer move it: they are waited for, unless something
// was done that must be told.
func (t *txn) wakeThread(a booking.AccountID, turn booking.Turn) error {
	account, err := t.Account(a)
	if err != nil {
		return err
	}
	old, err := t.Thread(a, turn.Thread)
	if err != nil || old == nil || old.Turn != turn.ID || old.Owner != booking.OwnerAgent || old.Last > turn.Upto && len(turn.Done) == 0 {
		return err
	}
	v := *old
	v.DueAt = t.Now
	return t.putThread(account, old, v)
}

// carryOutInThread does what an agent asked for in a thread. What changes something is done in the transaction that writes the
// answer, so it is done once, or not at all and the answer says why.
func (e *Engine) carryOutInThread(ctx context.Context, d booking.Due, asked booking.Turn) error {
	ask := *asked.Pending
	var result json.RawMessage
	code := e.outage(ask.Name)
	changes := false
	var used booking.ModelUse
	var err error
	switch {
	case code != "":
	case ask.Name == "windows":
		result, code, err = e.windowsInThread(ctx, d.Account, asked)
	case ask.Name == "model":
		result, used, code, err = e.askModel(ctx, d.Account, asked)
	case slices.Contains([]string{"book", "reschedule", "cancel", "waitlist"}, ask.Name):
		changes = true
	default:
		code = "unknown_ask"
	}
	if err != nil {
		return err
	}
	give := func(act func(t *txn, account booking.Account, turn *booking.Turn) (json.RawMessage, error)) error {
		return e.update(ctx, func(t *txn) error {
			turn, err := t.Turn(d.Account, d.Ref)
			if err != nil || turn == nil || turn.Pending == nil || len(turn.Answers) != len(asked.Answers) {
				return err
			}
			account, err := t.Account(d.Account)
			if err != nil {
				return err
			}
			result, code := result, code
			if act != nil {
				if result, err = act(t, account, turn); err != nil {
					return err
				}
			} else if changes {
				t.failedTo(turn, code)
			}
			if ask.Name == "model" {
				t.did(Deed{Do: "ask_model", Phone: turn.Thread})
				if err := errors.Join(t.countModel(account, turn.Thread, used), t.tellOfModel(account.ID, e.o.Model)); err != nil {
					return err
				}
			}
			return t.answer(d.Account, *turn, result, code)
		})
	}
	if !changes {
		return give(nil)
	}
	err = give(func(t *txn, account booking.Account, turn *booking.Turn) (json.RawMessage, error) {
		return t.carryOut(account, turn)
	})
	if bad, refused := errors.AsType[*booking.Error](err); refused { // nothing was written
		code = bad.Code
		return give(nil)
	}
	return err
}

// failedTo notes that a booking call failed.
func (t *txn) failedTo(turn *booking.Turn, code string) {
	var args bookArgs
	if turn.Pending.Name == "book" && readArgs(turn.Pending.Args, &args) == nil {
		t.did(Deed{Do: "book_failed", Phone: turn.Thread, Window: args.Window, Note: code})
	}
}

func (e *Engine) windowsInThread(ctx context.Context, a booking.AccountID, asked booking.Turn) (result json.RawMessage, code string, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v, err := s.Thread(a, asked.Thread)
		if err != nil {
			return err
		}
		if v == nil {
			code = "gone"
			return nil
		}
		account, err := s.Account(a)
		if err != nil {
			return err
		}
		result, code, err = askWindows(s, account, booking.Session{Scheduler: v.Scheduler}, asked.Pending.Args)
		return err
	})
	return result, code, err
}

// bookArgs are the arguments of the asks that change something.
type bookArgs struct {
	Window  string `json:"window"`
	Booking string `json:"booking"`
	Service string `json:"service"`
	Note    string `json:"note"`
	Address struct {
		Line1      string `json:"line1"`
		City       string `json:"city"`
		PostalCode string `json:"postal_code"`
	} `json:"address"`
}

// carryOut does what the agent asked for. A *booking.Error says why it cannot be; nothing is written then.
func (t *txn) carryOut(account booking.Account, turn *booking.Turn) (json.RawMessage, error) {
	v, err := t.Thread(account.ID, turn.Thread)
	if err != nil {
		return nil, err
	}
	stop, err := t.OptOut(account.ID, turn.Thread)
	if err != nil {
		return nil, err
	}
	if v == nil || v.Turn != turn.ID || v.Owner != booking.OwnerAgent || stop != nil {
		return nil, refusedAsk("gone", "the thread is not the agent's any more")
	}
	var args bookArgs
	if err := readArgs(turn.Pending.Args, &args); err != nil {
		return nil, refusedAsk("invalid_args", err.Error())
	}
	var b booking.Booking
	did := booking.Did(turn.Pending.Name)
	switch did {
	case booking.DidBook:
		b, err = t.bookFor(account, *v, args)
	case booking.DidMove, booking.DidCancel:
		b, err = t.changeFor(account, *v, args, did)
	case booking.DidWaitlist:
		return t.waitFor(account, v, turn, args)
	}
	if err != nil {
		return nil, err
	}
	turn.Done = append(slices.Clip(turn.Done), booking.Done{Did: did, Start: b.Start, End: b.End})
	t.did(Deed{Do: string(did), Phone: v.Phone, Window: b.Window, Service: b.Service, Note: b.Note})
	out := scripts.Booking{ID: b.ID, Service: b.Service}
	if !b.Start.IsZero() {
		_, loc, err := zoneOf(&t.Snapshot, account, v.Scheduler)
		if err != nil {
			return nil, err
		}
		w := scripts.Named(booking.Window{ID: b.Window, Start: b.Start, End: b.End}, loc, false)
		w.Open = nil
		out.Window = &w
	}
	return json.Marshal(out)
}

func refusedAsk(code, message string) error {
	return booking.Refuse(booking.Conflict, code, "", message, "see the codes of ask in the scripts' manual")
}

// bookFor books a window for the customer of a thread, after service, area and surcharge were looked at.
func (t *txn) bookFor(account booking.Account, v booking.Thread, args bookArgs) (b booking.Booking, err error) {
	if args.Window == "" || v.Session == "" {
		return b, refusedAsk("invalid_args", "book needs a window, and a thread with a session")
	}
	s, _, err := t.session(account.ID, v.Session)
	if err != nil {
		return b, err
	}
	sched, err := t.Scheduler(account.ID, v.Scheduler)
	if err != nil {
		return b, err
	}
	if sched == nil {
		return b, refusedAsk("not_available", "the scheduler was deleted")
	}
	said := cmp.Or(args.Service, s.Service)
	service, err := sched.ListedService(said)
	if err != nil {
		if service = booking.MatchService(said, sched.Services); service == "" {
			return b, refusedAsk("unknown_service", "the business does not list the service "+strconv.Quote(clipped(said)))
		}
	}
	address := s.Customer.Address
	if args.Address.Line1 != "" {
		address = booking.Address{Line1: args.Address.Line1, City: args.Address.City, State: address.State, PostalCode: cmp.Or(args.Address.PostalCode, address.PostalCode)}
	} else if args.Address.PostalCode != "" {
		address.PostalCode = args.Address.PostalCode
	}
	zip, _, _ := strings.Cut(address.PostalCode, "-")
	switch {
	case address.Line1 == "" || zip == "" && len(sched.ServiceZips) > 0:
		return b, refusedAsk("address_missing", "nobody knows where to come to")
	case len(sched.ServiceZips) > 0 && !slices.Contains(sched.ServiceZips, zip):
		return b, refusedAsk("out_of_area", "the ZIP code "+zip+" is not served")
	}
	if err := t.surchargeSaid(account, v, sched, args.Window); err != nil {
		return b, err
	}
	has, err := bookingHeld(&t.Snapshot, account.ID, v.Phone)
	if err != nil {
		return b, err
	}
	if has != nil && has.Window != "" && has.Window != args.Window {
		return b, refusedAsk("already_booked", "the customer has a booking; reschedule moves it")
	}
	n := booking.NewBooking{Source: booking.SourceAgent, Session: v.Session, Window: args.Window, Service: service, Note: args.Note, At: t.Now,
		Customer: booking.Customer{Phone: string(v.Phone), Address: address}}
	if err := booking.ValidateBooking(t.Now, &n); err != nil {
		return b, err
	}
	b, _, err = t.book(account.ID, n, string(v.Session))
	return b, err
}

// surchargeSaid holds a booking until one of our texts has named the window's surcharge.
func (t *txn) surchargeSaid(account booking.Account, v booking.Thread, sched *booking.Scheduler, window string) error {
	explicit, err := t.Windows(account.ID, sched.ID)
	if err != nil {
		return err
	}
	w, err := booking.FindWindow(t.Now, *sched, sched.Zone(account), explicit, window)
	if err != nil || w.SurchargeCents == 0 {
		return err
	}
	all, err := t.ThreadMessages(account.ID, v.Phone, threadSeen)
	if err != nil {
		return err
	}
	amount := strconv.Itoa(w.SurchargeCents / 100)
	for _, m := range all {
		if !m.Inbound() && slices.Contains(strings.FieldsFunc(m.Body, func(r rune) bool { return r < '0' || r > '9' }), amount) {
			return nil
		}
	}
	return refusedAsk("surcharge_not_said", "the window has a surcharge of $"+amount+" that no text has named")
}

// changeFor moves or cancels the booking of a thread's customer, and nobody else's.
func (t *txn) changeFor(account booking.Account, v booking.Thread, args bookArgs, did booking.Did) (b booking.Booking, err error) {
	has, err := bookingHeld(&t.Snapshot, account.ID, v.Phone)
	if err != nil {
		return b, err
	}
	if args.Booking != "" && (has == nil || has.ID != args.Booking) {
		if has, err = t.Booking(account.ID, args.Booking); err != nil {
			return b, err
		}
	}
	if has == nil || has.Phone != v.Phone || !has.Stands() {
		return b, refusedAsk("no_booking", "the customer has no such booking")
	}
	if did == booking.DidCancel {
		cancelled := booking.BookingCancelled
		return t.changeBooking(account.ID, has.ID, booking.BookingChange{Status: &cancelled})
	}
	if args.Window == "" {
		return b, refusedAsk("invalid_args", "reschedule needs a window")
	}
	sched, err := t.Scheduler(account.ID, has.Scheduler)
	if err != nil {
		return b, err
	}
	if sched != nil {
		if err := t.surchargeSaid(account, v, sched, args.Window); err != nil {
			return b, err
		}
	}
	return t.changeBooking(account.ID, has.ID, booking.BookingChange{Window: &args.Window})
}

// waitFor puts the customer onto the waiting list: the office calls when something opens.
func (t *txn) waitFor(account booking.Account, v *booking.Thread, turn *booking.Turn, args bookArgs) (json.RawMessage, error) {
	turn.Done = append(slices.Clip(turn.Done), booking.Done{Did: booking.DidWaitlist})
	t.did(Deed{Do: "waitlist", Phone: v.Phone, Service: args.Service, Note: args.Note})
	what := strings.TrimSpace("wants to be told when something opens. " + clipped(args.Service) + " " + clipped(args.Note))
	x := alarm(alarmWaitlist, string(v.Phone), "Thread with "+v.Phone.Mask()+": the customer "+what, "call when a window opens", t.Now)
	x.Until = t.Now.Add(taskLife)
	return json.RawMessage("{}"), t.PutAlarm(account.ID, x)
}

const alarmWaitlist = "waitlist" // ref: the phone

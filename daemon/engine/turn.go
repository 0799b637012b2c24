package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// A script that asks for something ends its run. The ask is written down with all that the script was given, a due-key is
// armed for it, and the motor carries it out; the answer is written in the same transaction that wakes the session, and
// the script is run again from its beginning with all answers so far. Whoever dies in between leaves a due-key behind: that
// of the ask, or that of the session.

// eventStart is the event of a session's first text.
const eventStart = "start"

// resume takes up the turn that the session's script began; false when there is none to take up, and the text is written
// afresh. errAsked says that it still waits for an answer.
func (w *writing) resume(s *storage.Snapshot, a booking.AccountID, now time.Time) (bool, error) {
	turn, err := s.Turn(a, w.facts.Session.FollowUp.Turn)
	if err != nil || turn == nil || turn.Script.Name != w.name || box.Entry(turn.Entry) != w.entry {
		return false, err
	}
	loc, err := booking.LoadZone(w.facts.Scheduler.Zone(w.facts.Account))
	if err != nil {
		loc = time.UTC
	}
	if turn.Stale(now, loc) {
		return false, nil
	}
	p, err := pinnedProgram(s, a, *turn)
	if errors.Is(err, errPinned) || drawnOtherwise(w.facts.Person, turn.Lot) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if over, err := withdrawn(s, a, *turn); err != nil || over {
		return false, err
	}
	w.lot = turn.Lot
	w.program, w.turn, w.ctx, w.token = p, turn, turn.Ctx, turn.Token
	if turn.Pending != nil {
		return true, errAsked
	}
	return true, nil
}

// askNow is for a follow-up that comes upon an ask that is not answered yet. Before the deadline it was woken by something else,
// and the ask has its own due-key; afterwards, when the daemon was down meanwhile, the ask is carried out at once.
func (e *Engine) askNow(ctx context.Context, w *writing) error {
	if w.turn == nil || w.turn.Pending == nil || w.now.Before(w.turn.Deadline) {
		return errAsked
	}
	d, _ := w.turn.Due(w.facts.Account.ID)
	if err := e.fireAsk(ctx, d); err != nil {
		return err
	}
	return errAgain
}

func answersOf(t booking.Turn) []box.Answer {
	all := make([]box.Answer, len(t.Answers))
	for i, a := range t.Answers {
		all[i] = box.Answer{Ask: box.Ask{Name: a.Name, Args: a.Args}, Result: a.Result, Code: a.Code}
	}
	return all
}

// asking gives the turn with one more ask: the turn that is there, or a new one that holds all that the script was given.
func (w *writing) asking(ask box.Ask) booking.Turn {
	turn := booking.Turn{ID: newID(w.now), Session: w.facts.Session.ID, Event: eventStart, Entry: string(w.entry), Script: pinOf(w.program.main),
		Modules: w.program.pins(), Lot: w.lot, Ctx: w.ctx, Token: w.token, Began: w.now, Deadline: w.now.Add(booking.TurnWithin)}
	if w.turn != nil {
		turn = *w.turn
	}
	turn.Pending = &booking.TurnAsk{Name: ask.Name, Args: ask.Args}
	return turn
}

// recordAsk writes down what the script asks for and has the motor carry it out. It gives errAsked when it is on disk.
func (e *Engine) recordAsk(ctx context.Context, w *writing, turn booking.Turn) error {
	a := w.facts.Account.ID
	err := e.update(ctx, func(t *txn) error {
		s, old, err := t.session(a, turn.Session)
		if err != nil {
			return err
		}
		if s.FollowUp.Turn == turn.ID && s.Rev == w.facts.Session.Rev+1 {
			return nil // this transaction's own earlier, unknown commit
		}
		if s.Rev != w.facts.Session.Rev {
			return errAgain
		}
		turn.DueAt = t.Now
		if err := t.putTurn(a, w.turn, turn); err != nil {
			return err
		}
		s.FollowUp.Turn = turn.ID
		s.Arm(booking.KindFollowUp, turn.Deadline)
		return t.putSession(w.facts.Account, old, s)
	})
	if err == nil {
		err = errAsked
	}
	return err
}

func (t *txn) putTurn(a booking.AccountID, old *booking.Turn, v booking.Turn) error {
	if d, ok := v.Due(a); ok {
		t.hints = append(t.hints, d)
	}
	return t.PutTurn(a, old, v)
}

// fireAsk carries out what a script asked for. What only reads is read first, outside the
// transaction that writes the answer and wakes who waits for it: the transaction may run again, and windows are many rows.
func (e *Engine) fireAsk(ctx context.Context, d booking.Due) error {
	var asked *booking.Turn
	var result json.RawMessage
	var code string
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if asked, err = s.Turn(d.Account, d.Ref); err != nil {
			return err
		}
		if asked == nil {
			return errGone
		}
		if asked.Pending == nil { // answered by an earlier run
			return nil
		}
		if asked.Thread != "" {
			return nil
		}
		sess, err := s.Session(d.Account, asked.Session)
		if storage.IsNotFound(err) {
			code = "gone"
			return nil
		}
		if err != nil {
			return err
		}
		account, err := s.Account(d.Account)
		if err != nil {
			return err
		}
		if code = e.outage(asked.Pending.Name); code == "" {
			result, code, err = carryOut(s, account, sess, *asked.Pending)
		}
		return err
	})
	if err != nil || asked.Pending == nil {
		return err
	}
	if asked.Thread != "" {
		return e.carryOutInThread(ctx, d, *asked)
	}
	return e.update(ctx, func(t *txn) error {
		turn, err := t.Turn(d.Account, d.Ref)
		if err != nil || turn == nil || turn.Pending == nil || len(turn.Answers) != len(asked.Answers) {
			return err
		}
		return t.answer(d.Account, *turn, result, code)
	})
}

// answer gives the pending ask of a turn its answer and wakes the session that waits for it.
func (t *txn) answer(a booking.AccountID, turn booking.Turn, result json.RawMessage, code string) error {
	old := turn
	turn.Answer(result, code)
	if err := t.putTurn(a, &old, turn); err != nil {
		return err
	}
	if turn.Thread != "" {
		return t.wakeThread(a, turn)
	}
	s, was, err := t.session(a, turn.Session)
	if errors.Is(err, &booking.Error{Code: "unknown_session"}) {
		return nil
	}
	if err != nil || s.FollowUp.Turn != turn.ID || s.DueKind != booking.KindFollowUp {
		return err // the customer came back, or it was withheld meanwhile
	}
	account, err := t.Account(a)
	if err != nil {
		return err
	}
	s.Arm(booking.KindFollowUp, t.Now)
	return t.putSession(account, was, s)
}

// carryOut does what a script asks for. It reads the store only. Its
// code says why there is no result; its error is the house's.
func carryOut(v *storage.Snapshot, account booking.Account, s booking.Session, ask booking.TurnAsk) (result json.RawMessage, code string, err error) {
	switch ask.Name {
	case "windows":
		return askWindows(v, account, s, ask.Args)
	case "book", "reschedule", "cancel", "waitlist", "model":
		return nil, "not_available", nil // nobody has answered yet: the first text changes nothing
	}
	return nil, "unknown_ask", nil
}

// windowsArgs are the arguments of the ask for windows.
type windowsArgs struct {
	Service string  `json:"service"`
	From    string  `json:"from"` // RFC 3339 or a date
	Days    float64 `json:"days"` // Lua has no whole numbers
}

func readWindowsArgs(raw json.RawMessage) (args windowsArgs, err error) {
	return args, readArgs(raw, &args)
}

// readArgs reads the arguments of an ask, strictly. An empty table of Lua is both a list and a map.
func readArgs(raw json.RawMessage, to any) error {
	if len(raw) == 0 || string(raw) == "[]" || string(raw) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

// askWindows gives the windows that can be booked and have a place: {service, from, days}, without days for two weeks.
func askWindows(v *storage.Snapshot, account booking.Account, s booking.Session, raw json.RawMessage) (json.RawMessage, string, error) {
	args, err := readWindowsArgs(raw)
	if err != nil {
		return nil, "invalid_args", nil
	}
	sched, err := v.Scheduler(account.ID, s.Scheduler)
	if err != nil || sched == nil {
		return nil, "not_available", err
	}
	days := int(args.Days)
	if days <= 0 {
		days = offeredDays
	}
	open, err := offer(v, account.ID, *sched, sched.Zone(account), args.From, days)
	if _, refused := errors.AsType[*booking.Error](err); refused {
		return nil, "invalid_args", nil
	}
	if err != nil {
		return nil, "", err
	}
	b, err := json.Marshal(open)
	return b, "", err
}

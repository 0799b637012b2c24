package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Forgetter is a carrier that keeps a record of its own on this machine and can take a person out of it: the simulator.
type Forgetter interface {
	Forget(ctx context.Context, p booking.Phone) error
}

// How an erasure goes on: so long while its caller waits, then by the motor; so many sessions in one round, and rows in one
// transaction.
const (
	eraseWait     = 3 * time.Second
	eraseAfter    = 15 * time.Second // the motor takes over; later than any caller waits
	eraseSessions = 200
	eraseRows     = 80
	erasePage     = 2000 // rows looked through at once
)

// Erase removes a person from the account: sessions with traces, links and indexes, texts both ways, the ledger, what webhooks
// were told, and the number's own row; bookings stay without their person. What stays is named by [booking.Erased]. It is told
// when the intent is on the disk, in the store and in the list beside it: what a small person left is gone then, of a large
// one the rest follows, also after a crash. Repeated, it gives the erasure there was; a person of whom nothing is known is
// refused.
func (e *Engine) Erase(ctx context.Context, a booking.AccountID, p booking.Phone, by string) (booking.Erasure, error) {
	fresh := booking.Erasure{ID: newID(e.now()), Account: a, Phone: p, By: by, At: e.now()}
	var v booking.Erasure
	err := e.update(ctx, func(t *txn) error {
		salt, err := t.Salt()
		if err != nil {
			return err
		}
		fresh.Hash = booking.PersonHash(salt, a, p)
		was, err := t.erasureOf(a, fresh.Hash)
		if err != nil {
			return err
		}
		known, err := Known(&t.Snapshot, a, p)
		switch {
		case err != nil:
			return err
		case was != nil && (!known || !was.Done()):
			v = *was
			return nil
		case !known:
			return unknownPerson()
		}
		v = fresh
		v.DueAt = t.Now.Add(eraseAfter)
		return t.putErasure(nil, v)
	})
	if err != nil || v.Done() {
		return v, err
	}
	e.log.Info("a person is being erased", "erasure", v.ID, "by", by)
	ctx, cancel := context.WithTimeout(ctx, eraseWait)
	defer cancel()
	if err := e.remember(ctx, v); err != nil {
		return v, err
	}
	done, err := e.erase(ctx, v)
	if err != nil {
		e.log.Warn("an erasure goes on later", "erasure", v.ID, "err", err)
		return v, nil
	}
	return done, nil
}

func unknownPerson() error {
	return booking.Refuse(booking.NotFound, "unknown_person", "phone", "nothing is known of this number", "the number in E.164, for example +16145550123")
}

// erasureOf finds the erasure of a number; nil when there was none.
func (t *txn) erasureOf(a booking.AccountID, hash string) (*booking.Erasure, error) {
	kept, err := t.ErasedAs(a, hash)
	if err != nil || kept == nil {
		return nil, err
	}
	return t.Erasure(a, kept.Erasure)
}

// putErasure writes an erasure, keeps what must outlive the person, and arms what goes on with it.
func (t *txn) putErasure(old *booking.Erasure, v booking.Erasure) error {
	if err := t.keepErased(v); err != nil {
		return err
	}
	if d, ok := v.Due(); ok {
		t.hints = append(t.hints, d)
	}
	return t.PutErasure(old, v)
}

// keepErased keeps what must outlive the person. Person and opt-out are read as they are now, so it may be called again.
func (t *txn) keepErased(v booking.Erasure) error {
	kept, err := t.ErasedAs(v.Account, v.Hash)
	if err != nil {
		return err
	}
	if kept == nil {
		kept = &booking.Erased{}
	}
	kept.Erasure, kept.At = v.ID, v.At
	if v.Phone != "" {
		p, err := t.Person(v.Account, v.Phone)
		if err != nil {
			return err
		}
		stop, err := t.Snapshot.OptOut(v.Account, v.Phone)
		if err != nil {
			return err
		}
		kept.Remember(p, stop)
	}
	return t.PutErased(v.Account, v.Hash, *kept)
}

// Known tells whether anything is known of a number.
func Known(s *storage.Snapshot, a booking.AccountID, p booking.Phone) (bool, error) {
	person, err := s.KnownPerson(a, p)
	if err != nil || person != nil {
		return person != nil, err
	}
	stop, err := s.KnownOptOut(a, p)
	if err != nil || stop != nil {
		return stop != nil, err
	}
	sessions, _, err := s.SessionsByPhone(a, p, "", 1)
	if err != nil || len(sessions) > 0 {
		return len(sessions) > 0, err
	}
	said, _, err := s.Consents(a, p, "", 1)
	if err != nil || len(said) > 0 {
		return len(said) > 0, err
	}
	booked, err := s.BookingsOf(a, p, "", "")
	return len(booked) > 0, err
}

// remember puts the erasure on the list beside the store, so that no backup brings the person back.
func (e *Engine) remember(ctx context.Context, v booking.Erasure) error {
	if e.o.Erased == nil {
		return nil
	}
	line := storage.ErasedLine{ID: v.ID, Account: v.Account, Hash: v.Hash, At: v.At}
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		salt, err := s.Salt()
		if err != nil {
			return err
		}
		line.Salt = storage.SaltName(salt)
		stop, err := s.OptOut(v.Account, v.Phone)
		if stop != nil {
			line.OptedOut = stop.At
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.o.Erased.Add(line)
}

// fireErase goes on with an erasure that was not finished.
func (e *Engine) fireErase(ctx context.Context, d booking.Due) error {
	var v *booking.Erasure
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		v, err = s.Erasure(d.Account, d.Ref)
		return err
	})
	switch {
	case err != nil:
		return err
	case v == nil:
		return errGone
	case v.Done():
		return nil
	}
	if v.DueAt.After(e.now()) {
		e.motor.hint(booking.Due{Account: d.Account, At: v.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	if err := e.remember(ctx, *v); err != nil {
		return err
	}
	_, err = e.erase(ctx, *v)
	return err
}

// erase removes what there is, page by page, each in a transaction that may run again: it begins anew after a crash, and finds
// what is left. Sessions go last in each round, since everything else is found by them.
func (e *Engine) erase(ctx context.Context, v booking.Erasure) (booking.Erasure, error) {
	underway := false
	for more := true; more; {
		p, err := e.person(ctx, v)
		if err != nil {
			return v, err
		}
		if v, err = e.keepEmails(ctx, v, p.emails); err != nil {
			return v, err
		}
		began, err := e.eraseRound(ctx, v, p)
		if err != nil {
			return v, err
		}
		more, underway = p.more, underway || began
	}
	if f, ok := e.o.Carrier.(Forgetter); ok {
		if err := f.Forget(ctx, v.Phone); err != nil {
			return v, err
		}
	}
	if underway {
		return v, errUnderway
	}
	if err := e.eraseUnder(ctx, v.Account, "consent", string(v.Phone)); err != nil {
		return v, err
	}
	if err := e.remember(ctx, v); err != nil { // a STOP may have come meanwhile
		return v, err
	}
	return e.endErasure(ctx, v)
}

// errUnderway says that the carrier has a text of the person at this very moment: the erasure is looked through once more when that
// call is over.
var errUnderway = errors.New("a text to the person is on its way to the carrier")

// endErasure takes the person's own rows away and the number out of the erasure. What came in since the rounds belongs to the person
// who is back, and is found by nothing that went.
func (e *Engine) endErasure(ctx context.Context, v booking.Erasure) (booking.Erasure, error) {
	var done booking.Erasure
	err := e.update(ctx, func(t *txn) error {
		now, err := t.Erasure(v.Account, v.ID)
		if err != nil {
			return err
		}
		if now == nil {
			return errGone
		}
		done = *now
		if now.Done() { // by somebody else, or by this transaction's own earlier, unknown commit
			return nil
		}
		if err := t.keepErased(*now); err != nil {
			return err
		}
		if err := errors.Join(t.EraseRow(v.Account, "person", string(v.Phone)), t.EraseRow(v.Account, "optout", string(v.Phone))); err != nil {
			return err
		}
		err = errors.Join(t.endAlarm(v.Account, alarmErasure, v.ID), t.DeletePoison(v.Account, storage.Poison{Kind: booking.KindErase, Ref: v.ID}))
		if err != nil {
			return err
		}
		done.Phone, done.Emails, done.DoneAt, done.DueAt = "", nil, t.Now, time.Time{}
		return t.PutErasure(now, done)
	})
	if err == nil {
		e.log.Info("a person was erased", "erasure", v.ID)
	}
	return done, err
}

// stuckAfter is how long an erasure waits that failed again and again. It is never given up: somebody has a right to it.
const stuckAfter = time.Hour

const alarmErasure = "erasure_stuck"

// erasureStuck tells people of an erasure that fails again and again, and has it tried once more later.
func (t *txn) erasureStuck(d booking.Due, cause error) error {
	now, err := t.Erasure(d.Account, d.Ref)
	if err != nil || now == nil || now.Done() {
		return err
	}
	later := *now
	later.DueAt = t.Now.Add(stuckAfter)
	return errors.Join(t.putErasure(now, later),
		t.PutAlarm(d.Account, alarm(alarmErasure, d.Ref, "A person cannot be erased: "+cause.Error(), "mend the cause; it is tried again every hour", t.Now)))
}

// traces is what a person is found by.
type traces struct {
	phone    booking.Phone
	emails   []string
	sessions []booking.Session
	more     bool // there are more sessions than one round takes
}

// words are what rows that are about the person hold.
func (p traces) words() storage.Words {
	texts := append([]string{string(p.phone)}, p.emails...)
	for _, s := range p.sessions {
		texts = append(texts, string(s.ID))
		if s.Customer.Email != s.Email {
			texts = append(texts, s.Customer.Email)
		}
	}
	return storage.WordsOf(texts...)
}

func (p traces) has(id booking.SessionID) bool {
	return id != "" && slices.ContainsFunc(p.sessions, func(s booking.Session) bool { return s.ID == id })
}

// person gathers the sessions of a number, and those under its e-mail addresses that have no number of their own.
func (e *Engine) person(ctx context.Context, v booking.Erasure) (p traces, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		p = traces{phone: v.Phone, emails: slices.Clone(v.Emails)}
		sessions, next, err := s.SessionsByPhone(v.Account, v.Phone, "", eraseSessions)
		if err != nil {
			return err
		}
		p.sessions, p.more = sessions, next != ""
		booked, err := s.BookingsOf(v.Account, v.Phone, "", "")
		if err != nil {
			return err
		}
		for _, b := range booked {
			p.email(b.Email)
		}
		for _, o := range sessions {
			p.email(o.Email)
		}
		for _, address := range p.emails {
			if err := p.withoutNumber(s, v.Account, address); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// withoutNumber adds the sessions of an e-mail address that have no number, as many as one round takes.
func (p *traces) withoutNumber(s *storage.Snapshot, a booking.AccountID, address string) error {
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := s.SessionsByEmail(a, address, cursor, eraseSessions)
		if err != nil {
			return err
		}
		for _, o := range page {
			if o.Phone == "" {
				p.sessions = append(p.sessions, o)
			}
		}
		if cursor = next; len(p.sessions) >= 2*eraseSessions {
			p.more = p.more || next != ""
			return nil
		}
	}
	return nil
}

// keepEmails writes addresses down before what they were found by goes, so that a crash loses none.
func (e *Engine) keepEmails(ctx context.Context, v booking.Erasure, emails []string) (booking.Erasure, error) {
	if len(emails) == len(v.Emails) {
		return v, nil
	}
	err := e.update(ctx, func(t *txn) error {
		now, err := t.Erasure(v.Account, v.ID)
		if err != nil {
			return err
		}
		if now == nil || now.Done() {
			return errGone
		}
		v = *now
		v.Emails = emails
		return t.PutErasure(now, v)
	})
	return v, err
}

func (p *traces) email(address string) {
	if address != "" && !slices.Contains(p.emails, address) {
		p.emails = append(p.emails, address)
	}
}

// eraseRound removes the sessions that were gathered and everything that is about them or the number. It tells whether the carrier
// was being called for the person.
func (e *Engine) eraseRound(ctx context.Context, v booking.Erasure, p traces) (began bool, err error) {
	a, words := v.Account, p.words()
	for _, step := range []func() error{
		func() error { began, err = e.eraseAttempts(ctx, a, p, words); return err },
		func() error { return e.eraseBookings(ctx, a, p, words) },
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchInbound, func(t *txn, n storage.Named[booking.Inbound]) error {
				if n.Value.From != p.phone {
					return nil
				}
				return t.EraseRow(a, "inbound", n.Name)
			})
		},
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchDeliveries, func(t *txn, n storage.Named[booking.Delivery]) error {
				now, err := t.Delivery(a, n.Name)
				if err != nil || now == nil {
					return err
				}
				return t.EraseDelivery(a, *now)
			})
		},
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchOnce, eraseRow[storage.Once](a, "once"))
		},
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchAlarms, eraseRow[storage.Alarm](a, "alarm"))
		},
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchPoison, eraseRow[storage.Poison](a, "poison"))
		},
		func() error { return e.eraseSessions(ctx, a, p) },
	} {
		if err := step(); err != nil {
			return began, err
		}
	}
	return began, nil
}

func eraseRow[T any](a booking.AccountID, family string) func(*txn, storage.Named[T]) error {
	return func(t *txn, n storage.Named[T]) error { return t.EraseRow(a, family, n.Name) }
}

// eraseFound goes through a family and changes what is about the person, some rows in one transaction.
func eraseFound[T any](ctx context.Context, e *Engine, a booking.AccountID, words storage.Words,
	search func(*storage.Snapshot, booking.AccountID, storage.Words, string, int) ([]storage.Named[T], string, error),
	change func(*txn, storage.Named[T]) error) error {
	for cursor, more := "", true; more; {
		var found []storage.Named[T]
		err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			found, cursor, err = search(s, a, words, cursor, erasePage)
			return err
		})
		if err != nil {
			return err
		}
		more = cursor != ""
		for batch := range slices.Chunk(found, eraseRows/8) { // a row may stand in several indexes
			err := e.update(ctx, func(t *txn) error {
				for _, n := range batch {
					if err := change(t, n); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// linkToken finds the tokens of links in a text.
var linkToken = regexp.MustCompile(`/l/([A-Za-z0-9_-]{16,64})`)

// eraseAttempts takes the person out of texts that were sent or were to be, and makes their links lead nowhere.
func (e *Engine) eraseAttempts(ctx context.Context, a booking.AccountID, p traces, words storage.Words) (began bool, err error) {
	err = eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchAttempts, func(t *txn, n storage.Named[booking.Attempt]) error {
		now, err := t.Attempt(a, booking.AttemptID(n.Name))
		if err != nil || now == nil || now.To != p.phone && !p.has(now.Session) {
			return err
		}
		for _, link := range linkToken.FindAllStringSubmatch(now.Body, 2) {
			if err := t.EraseLink(link[1]); err != nil {
				return err
			}
		}
		began = began || now.State == booking.AttemptBegun
		return t.putAttempt(now, now.Anonymous(t.Now))
	})
	return began, err
}

// eraseBookings takes the person out of bookings: those of the number, of its sessions, and those under its e-mail addresses that
// have no number of their own.
func (e *Engine) eraseBookings(ctx context.Context, a booking.AccountID, p traces, words storage.Words) error {
	return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchBookings, func(t *txn, n storage.Named[booking.Booking]) error {
		now, err := t.Booking(a, n.Name)
		if err != nil || now == nil {
			return err
		}
		if now.Phone != p.phone && !p.has(now.Session) && (now.Phone != "" || !slices.Contains(p.emails, now.Email)) {
			return nil
		}
		return t.PutBooking(a, now.Anonymous())
	})
}

// eraseSessions removes the sessions with their traces.
func (e *Engine) eraseSessions(ctx context.Context, a booking.AccountID, p traces) error {
	for _, s := range p.sessions {
		if err := e.eraseUnder(ctx, a, "trace", string(s.ID)); err != nil {
			return err
		}
		err := e.update(ctx, func(t *txn) error {
			now, err := t.Session(a, s.ID)
			if storage.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			return t.EraseSession(a, now)
		})
		if err != nil {
			return err
		}
		if err := e.eraseUnder(ctx, a, "trace", string(s.ID)); err != nil { // what was said between the two
			return err
		}
	}
	return nil
}

// eraseUnder removes all rows of a family under a name.
func (e *Engine) eraseUnder(ctx context.Context, a booking.AccountID, family, name string) error {
	for more := true; more; {
		err := e.update(ctx, func(t *txn) (err error) {
			more, err = t.EraseUnder(a, family, name, eraseRows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// newSalt makes the secret that names of erased persons rest on.
func newSalt() []byte {
	salt := make([]byte, 32)
	rand.Read(salt)
	return salt
}

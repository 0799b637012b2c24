package engine

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

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
		func() error { // before the deliveries, which are made of them
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchAnnouncements, func(t *txn, n storage.Named[booking.Announcement]) error {
				return errors.Join(t.Disarm(n.Value.Due(a)), t.DeleteAnnouncement(a, n.Name))
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
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchAudit, eraseRow[storage.Audit](a, "audit"))
		},
		func() error {
			return eraseFound(ctx, e, a, words, (*storage.Snapshot).SearchTurns, func(t *txn, n storage.Named[booking.Turn]) error {
				now, err := t.Turn(a, n.Name)
				if err != nil || now == nil {
					return err
				}
				return errors.Join(t.EraseLink(now.Token), t.EraseTurn(a, *now))
			})
		},
		func() error { return e.eraseThread(ctx, a, p.phone) },
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

// eraseThread removes the conversation with a number. A text that comes in meanwhile begins a new one: the person is back.
func (e *Engine) eraseThread(ctx context.Context, a booking.AccountID, p booking.Phone) error {
	err := e.update(ctx, func(t *txn) error {
		now, err := t.Thread(a, p)
		if err != nil || now == nil {
			return err
		}
		return t.EraseThread(a, *now)
	})
	if err != nil {
		return err
	}
	return e.eraseUnder(ctx, a, "threadmsg", string(p))
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

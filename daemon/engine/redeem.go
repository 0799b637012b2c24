package engine

import (
	"context"

	"github.com/rebookhq/rebook/daemon/booking"
)

// errLinkEnded is the one answer for every link that leads nowhere, so that nobody learns which tokens there were, and
// nobody who finds an old text learns what became of its booking.
var errLinkEnded = booking.Refuse(booking.Gone, "link_ended", "token", "this link leads nowhere any more",
	"let the customer fill in the form afresh")

// Redeem gives the session behind a link to the page that its customer opened, and counts the click in the same
// transaction. Scheduler "" means any of the account. A link that leads nowhere is refused as link_ended.
func (e *Engine) Redeem(ctx context.Context, a booking.AccountID, id booking.SchedulerID, token string) (booking.Session, error) {
	click := newID(e.now())
	return apply(ctx, e, a, func(t *txn) (booking.Session, error) {
		of, was, err := t.LinkedSession(token)
		if err != nil {
			return booking.Session{}, err
		}
		if was == nil || of != a || id != "" && was.Scheduler != id {
			return booking.Session{}, errLinkEnded
		}
		account, err := t.Account(a)
		if err != nil {
			return booking.Session{}, err
		}
		s := was.Clone()
		s.Click(t.Now, click)
		return s, t.putSession(account, was, s)
	})
}

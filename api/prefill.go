package api

import (
	"errors"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// redeem gives a page what the customer had typed, and counts the click. Tries that fail count as wrong keys do: tokens cannot
// be guessed, and nobody shall try at our cost.
func (c *call) redeem() (any, error) {
	token := c.f.Params("token")
	if !tokenLike(token) {
		token = "" // leads nowhere, and is told so in the same words
	}
	v, err := c.engine.Redeem(c.ctx, c.who.Account, c.who.Scheduler, token)
	if errors.Is(err, &booking.Error{Code: "link_ended"}) {
		if err := c.limits.failures.take(c.address(), c.now()); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return wire.FromVisit(v), nil
}

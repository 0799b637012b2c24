package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Reports tell what came of the texts.
type Reports struct{ service }

// Period is the days of a report, in the account's zone ("2026-03-10"), or RFC 3339 times on them; the zero value: the last 30
// days.
type Period struct {
	From string `query:"from"`
	To   string `query:"to"` // the last day, included
}

// FunnelQuery says what the funnel is made of.
type FunnelQuery struct {
	Period
	Group string `query:"group"` // day, week, month, scheduler, step, hour, template or source; "": no groups
}

// Funnel counts sessions on their way from the page to the booking.
func (r Reports) Funnel(ctx context.Context, q FunnelQuery) (wire.Funnel, error) {
	return ask[wire.Funnel](ctx, r.service, get("/v1/reports/funnel").asking(q))
}

// Withheld counts texts that did not go out, by check and day.
func (r Reports) Withheld(ctx context.Context, q Period) (wire.Withheld, error) {
	return ask[wire.Withheld](ctx, r.service, get("/v1/reports/withheld").asking(q))
}

package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Sessions are the visitors' attempts to book.
type Sessions struct{ service }

// SessionQuery says which sessions are wanted; the zero value: all.
type SessionQuery struct {
	Status string `query:"status"` // one of booking.Statuses
	Q      string `query:"q"`      // a phone number, an e-mail address, or the ID of a session, ours or the page's; whole
	Page
}

// Report says what happened on a booking page. It gives our ID of the session, and what of the event was taken with a
// reservation.
func (s Sessions) Report(ctx context.Context, ev wire.Event) (wire.Tracked, error) {
	return ask[wire.Tracked](ctx, s.service, post(ev, "/v1/session-events"))
}

// List gives one page of sessions, oldest first.
func (s Sessions) List(ctx context.Context, q SessionQuery) (wire.List[wire.Session], error) {
	return ask[wire.List[wire.Session]](ctx, s.service, get("/v1/sessions").asking(q))
}

// All goes through all pages of sessions, oldest first.
func (s Sessions) All(ctx context.Context, q SessionQuery) iter.Seq2[wire.Session, error] {
	return each[wire.Session](ctx, s.service, get("/v1/sessions").asking(q))
}

// Get gives the session with our ID.
func (s Sessions) Get(ctx context.Context, id string) (wire.Session, error) {
	return ask[wire.Session](ctx, s.service, get("/v1/sessions/{id}", id))
}

// Trace gives every check that was made for the session, in order.
func (s Sessions) Trace(ctx context.Context, id string) ([]wire.Finding, error) {
	return whole[wire.Finding](ctx, s.service, get("/v1/sessions/{id}/trace", id))
}

// Handled says that staff took the session by phone: no text goes out.
func (s Sessions) Handled(ctx context.Context, id string, how wire.Handled) (wire.Session, error) {
	return ask[wire.Session](ctx, s.service, post(how, "/v1/sessions/{id}/handled", id))
}

// Resend sends the text once more, after a send of unknown outcome or a refused one.
func (s Sessions) Resend(ctx context.Context, id string) (wire.Session, error) {
	return ask[wire.Session](ctx, s.service, post(nil, "/v1/sessions/{id}/resend", id))
}

// Rehearse tells what would happen if the session's text were due at some moment. Nothing is changed.
func (s Sessions) Rehearse(ctx context.Context, id string, to wire.TravelTo) (wire.Travel, error) {
	return ask[wire.Travel](ctx, s.service, post(to, "/v1/sessions/{id}/rehearse", id))
}

package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Schedulers are the booking forms.
type Schedulers struct{ service }

// List gives one page of schedulers.
func (s Schedulers) List(ctx context.Context, p Page) (wire.List[wire.Scheduler], error) {
	return ask[wire.List[wire.Scheduler]](ctx, s.service, get("/v1/schedulers").asking(p))
}

// All goes through all pages of schedulers.
func (s Schedulers) All(ctx context.Context, p Page) iter.Seq2[wire.Scheduler, error] {
	return each[wire.Scheduler](ctx, s.service, get("/v1/schedulers").asking(p))
}

// Create adds a booking form. Its ID and publishable key are made unless given.
func (s Schedulers) Create(ctx context.Context, v wire.Scheduler) (wire.Scheduler, error) {
	return ask[wire.Scheduler](ctx, s.service, post(v, "/v1/schedulers"))
}

// Get gives one booking form.
func (s Schedulers) Get(ctx context.Context, id string) (wire.Scheduler, error) {
	return ask[wire.Scheduler](ctx, s.service, get("/v1/schedulers/{id}", id))
}

// Put changes the booking form to v, as Get gave it and as the caller has edited it. What somebody else changed meanwhile is
// changed back; see [Schedulers.Merge].
func (s Schedulers) Put(ctx context.Context, v wire.Scheduler) (wire.Scheduler, error) {
	return ask[wire.Scheduler](ctx, s.service, put(v, "/v1/schedulers/{id}", v.ID))
}

// Merge changes only these fields.
func (s Schedulers) Merge(ctx context.Context, id string, fields Fields) (wire.Scheduler, error) {
	return ask[wire.Scheduler](ctx, s.service, put(fields, "/v1/schedulers/{id}", id))
}

// Delete removes a booking form; its open sessions are dropped.
func (s Schedulers) Delete(ctx context.Context, id string) error {
	return tell(ctx, s.service, remove("/v1/schedulers/{id}", id))
}

// Windows gives the arrival windows of a booking form.
func (s Schedulers) Windows(ctx context.Context, id string) ([]wire.Window, error) {
	return whole[wire.Window](ctx, s.service, get("/v1/schedulers/{id}/windows", id))
}

// PutWindows replaces the arrival windows. Capacity and Open count as they stand: 0 is a window without places.
func (s Schedulers) PutWindows(ctx context.Context, id string, all []wire.Window) ([]wire.Window, error) {
	return whole[wire.Window](ctx, s.service, put(wire.Items[wire.Window]{Items: all}, "/v1/schedulers/{id}/windows", id))
}

// AvailabilityQuery says which windows are wanted; the zero value: those of the next days.
type AvailabilityQuery struct {
	From string `query:"from"` // a date in the scheduler's zone, or an RFC 3339 time; "": now
	Days int    `query:"days"` // 1 to 62; 0: the server's choice
}

// Availability gives the windows of a booking form that can be booked, with the places that are free.
func (s Schedulers) Availability(ctx context.Context, id string, q AvailabilityQuery) ([]wire.Window, error) {
	return whole[wire.Window](ctx, s.service, get("/v1/schedulers/{id}/availability", id).asking(q))
}

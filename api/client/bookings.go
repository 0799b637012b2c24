package client

import (
	"context"
	"iter"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// Bookings are jobs that were booked, by whatever way.
type Bookings struct{ service }

// BookingQuery says which bookings are wanted; the zero value: all.
type BookingQuery struct {
	From      time.Time `query:"from"` // of the window, or of the booking where it has none
	To        time.Time `query:"to"`   // exclusive
	Scheduler string    `query:"scheduler"`
	Status    string    `query:"status"` // booked or cancelled
	Page
}

// List gives one page of bookings, oldest first.
func (b Bookings) List(ctx context.Context, q BookingQuery) (wire.List[wire.Booking], error) {
	return ask[wire.List[wire.Booking]](ctx, b.service, get("/v1/bookings").asking(q))
}

// All goes through all pages of bookings, oldest first.
func (b Bookings) All(ctx context.Context, q BookingQuery) iter.Seq2[wire.Booking, error] {
	return each[wire.Booking](ctx, b.service, get("/v1/bookings").asking(q))
}

// Create records a booking; it takes its place in the window.
func (b Bookings) Create(ctx context.Context, v wire.NewBooking) (wire.Booking, error) {
	return ask[wire.Booking](ctx, b.service, post(v, "/v1/bookings"))
}

// Import uploads bookings made elsewhere.
func (b Bookings) Import(ctx context.Context, table wire.CSV) (wire.Imported, error) {
	return ask[wire.Imported](ctx, b.service, post(table, "/v1/bookings/import"))
}

// Get gives one booking.
func (b Bookings) Get(ctx context.Context, id string) (wire.Booking, error) {
	return ask[wire.Booking](ctx, b.service, get("/v1/bookings/{id}", id))
}

// Change moves, cancels or corrects a booking; what is nil stays.
func (b Bookings) Change(ctx context.Context, id string, v wire.BookingChange) (wire.Booking, error) {
	return ask[wire.Booking](ctx, b.service, put(v, "/v1/bookings/{id}", id))
}

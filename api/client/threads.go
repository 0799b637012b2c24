package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Threads are the conversations with customers, by their numbers.
type Threads struct{ service }

// List gives one page of threads, the one with the newest message first.
func (t Threads) List(ctx context.Context, p Page) (wire.List[wire.Thread], error) {
	return ask[wire.List[wire.Thread]](ctx, t.service, get("/v1/threads").asking(p))
}

// All goes through all pages of threads.
func (t Threads) All(ctx context.Context, p Page) iter.Seq2[wire.Thread, error] {
	return each[wire.Thread](ctx, t.service, get("/v1/threads").asking(p))
}

// Get gives a thread with its messages.
func (t Threads) Get(ctx context.Context, phone string) (wire.Thread, error) {
	return ask[wire.Thread](ctx, t.service, get("/v1/threads/{id}", phone))
}

// Send texts the customer as a person, who has the thread from then on.
func (t Threads) Send(ctx context.Context, phone, body string) (wire.ThreadMessage, error) {
	return ask[wire.ThreadMessage](ctx, t.service, post(wire.ThreadText{Body: body}, "/v1/threads/{id}/messages", phone))
}

// TakeOver silences the agent.
func (t Threads) TakeOver(ctx context.Context, phone string) (wire.Thread, error) {
	return ask[wire.Thread](ctx, t.service, post(nil, "/v1/threads/{id}/takeover", phone))
}

// Release hands the thread back to the agent, with a note that it must use.
func (t Threads) Release(ctx context.Context, phone, note string) (wire.Thread, error) {
	return ask[wire.Thread](ctx, t.service, post(wire.Release{Note: note}, "/v1/threads/{id}/release", phone))
}

// Rehearsals are conversations played on a virtual clock.
type Rehearsals struct{ service }

// Run plays a rehearsal document; its world must stand in it.
func (r Rehearsals) Run(ctx context.Context, document wire.Rehearsal) (wire.Rehearsed, error) {
	return ask[wire.Rehearsed](ctx, r.service, post(document, "/v1/rehearsals"))
}

package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Replays run what is recorded of a period once more, with changes. Nothing of them is sent.
type Replays struct{ service }

// DifferenceQuery says which part of what a replay found is wanted.
type DifferenceQuery struct {
	All bool `query:"all"` // those that do not differ too, behind the others
	Page
}

// Start begins a replay; it goes on by itself. Get tells how far it is.
func (r Replays) Start(ctx context.Context, v wire.NewReplay) (wire.Replay, error) {
	return ask[wire.Replay](ctx, r.service, post(v, "/v1/replays"))
}

// Run begins a replay, waits some seconds for its end, and gives the first differences. It may still be running then.
func (r Replays) Run(ctx context.Context, v wire.NewReplay) (wire.Replayed, error) {
	return ask[wire.Replayed](ctx, r.service, post(v, "/v1/rehearsals/replay"))
}

// List gives one page of replays, the newest first.
func (r Replays) List(ctx context.Context, p Page) (wire.List[wire.Replay], error) {
	return ask[wire.List[wire.Replay]](ctx, r.service, get("/v1/replays").asking(p))
}

// Get gives one replay.
func (r Replays) Get(ctx context.Context, id string) (wire.Replay, error) {
	return ask[wire.Replay](ctx, r.service, get("/v1/replays/{id}", id))
}

// Differences goes through all pages of what a replay found, what differs first.
func (r Replays) Differences(ctx context.Context, id string, q DifferenceQuery) iter.Seq2[wire.ReplayItem, error] {
	return each[wire.ReplayItem](ctx, r.service, get("/v1/replays/{id}/differences", id).asking(q))
}

// Cancel ends a replay that is under way; what it found stays.
func (r Replays) Cancel(ctx context.Context, id string) (wire.Replay, error) {
	return ask[wire.Replay](ctx, r.service, post(nil, "/v1/replays/{id}/cancel", id))
}

// Delete ends a replay and removes what it found.
func (r Replays) Delete(ctx context.Context, id string) error {
	return tell(ctx, r.service, remove("/v1/replays/{id}", id))
}

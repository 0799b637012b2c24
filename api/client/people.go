package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// People are those whom texts go to.
type People struct{ service }

// Evidence gives all that is known of what may be sent to the number and what was sent. The page for people is another form of it, which
// no program asks for.
func (p People) Evidence(ctx context.Context, phone string) (wire.EvidenceFile, error) {
	return ask[wire.EvidenceFile](ctx, p.service, get("/v1/people/{phone}/evidence", phone))
}

// Erase removes a person. Asked again, it tells whether that is done.
func (p People) Erase(ctx context.Context, phone string) (wire.Erasure, error) {
	return ask[wire.Erasure](ctx, p.service, remove("/v1/people/{phone}", phone))
}

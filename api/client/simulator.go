package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Simulator is the simulated carrier. Where texts are really sent all its calls are refused with "no_simulator".
type Simulator struct{ service }

// Messages gives one page of what the carrier took and sent, oldest first.
func (s Simulator) Messages(ctx context.Context, p Page) (wire.List[wire.CarrierText], error) {
	return ask[wire.List[wire.CarrierText]](ctx, s.service, get("/v1/simulator/messages").asking(p))
}

// AllMessages goes through all pages of what the carrier took and sent, oldest first.
func (s Simulator) AllMessages(ctx context.Context, p Page) iter.Seq2[wire.CarrierText, error] {
	return each[wire.CarrierText](ctx, s.service, get("/v1/simulator/messages").asking(p))
}

// Receive plays a customer who texts.
func (s Simulator) Receive(ctx context.Context, in wire.InboundText) (wire.CarrierText, error) {
	return ask[wire.CarrierText](ctx, s.service, post(in, "/v1/simulator/inbound"))
}

// Faults tells what shall still go wrong.
func (s Simulator) Faults(ctx context.Context) (wire.CarrierFaults, error) {
	return ask[wire.CarrierFaults](ctx, s.service, get("/v1/simulator/faults"))
}

// PutFaults says what shall go wrong with the next texts.
func (s Simulator) PutFaults(ctx context.Context, f wire.CarrierFaults) (wire.CarrierFaults, error) {
	return ask[wire.CarrierFaults](ctx, s.service, put(f, "/v1/simulator/faults"))
}

package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Fields are the fields of something that shall change, by their JSON names; those left out keep their value, and nil gives
// the empty value: Fields{"settings": Fields{"holdout": 10}}.
type Fields map[string]any

// Account is the business and its rules.
type Account struct{ service }

// Get gives the account.
func (a Account) Get(ctx context.Context) (wire.Account, error) {
	return ask[wire.Account](ctx, a.service, get("/v1/account"))
}

// Put changes the account to v, as Get gave it and as the caller has edited it. What somebody else changed meanwhile is
// changed back; see [Account.Merge].
func (a Account) Put(ctx context.Context, v wire.Account) (wire.Account, error) {
	return ask[wire.Account](ctx, a.service, put(v, "/v1/account"))
}

// Merge changes only these fields.
func (a Account) Merge(ctx context.Context, fields Fields) (wire.Account, error) {
	return ask[wire.Account](ctx, a.service, put(fields, "/v1/account"))
}

// Alarms lists whatever keeps texts from going out.
func (a Account) Alarms(ctx context.Context) ([]wire.Alarm, error) {
	return whole[wire.Alarm](ctx, a.service, get("/v1/alarms"))
}

// PhoneNumbers are the account's own numbers.
type PhoneNumbers struct{ service }

// List gives all numbers.
func (n PhoneNumbers) List(ctx context.Context) ([]wire.PhoneNumber, error) {
	return whole[wire.PhoneNumber](ctx, n.service, get("/v1/phone-numbers"))
}

// Sync takes over the numbers that the carrier has for the account.
func (n PhoneNumbers) Sync(ctx context.Context) ([]wire.PhoneNumber, error) {
	return whole[wire.PhoneNumber](ctx, n.service, post(nil, "/v1/phone-numbers/sync"))
}

// Merge changes fields of a number, by its ID or in E.164: its label, and what it is used for.
func (n PhoneNumbers) Merge(ctx context.Context, id string, fields Fields) (wire.PhoneNumber, error) {
	return ask[wire.PhoneNumber](ctx, n.service, put(fields, "/v1/phone-numbers/{id}", id))
}

// Facts are what an agent may state besides results of its asks.
type Facts struct{ service }

// List gives all facts.
func (f Facts) List(ctx context.Context) ([]wire.Fact, error) {
	return whole[wire.Fact](ctx, f.service, get("/v1/facts"))
}

// Put replaces all facts.
func (f Facts) Put(ctx context.Context, all []wire.Fact) ([]wire.Fact, error) {
	return whole[wire.Fact](ctx, f.service, put(wire.Items[wire.Fact]{Items: all}, "/v1/facts"))
}

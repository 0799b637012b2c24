package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Users are the people of the office.
type Users struct{ service }

// List gives one page of users.
func (u Users) List(ctx context.Context, p Page) (wire.List[wire.User], error) {
	return ask[wire.List[wire.User]](ctx, u.service, get("/v1/users").asking(p))
}

// Create adds a person. Without a password the answer has a link by which the person sets one, shown this once.
func (u Users) Create(ctx context.Context, v wire.NewUser) (wire.User, error) {
	return ask[wire.User](ctx, u.service, post(v, "/v1/users"))
}

// Put changes a person.
func (u Users) Put(ctx context.Context, id string, v wire.UserChange) (wire.User, error) {
	return ask[wire.User](ctx, u.service, put(v, "/v1/users/{id}", id))
}

// Delete removes a person.
func (u Users) Delete(ctx context.Context, id string) error {
	return tell(ctx, u.service, remove("/v1/users/{id}", id))
}

// Audit goes through the audit log, newest first.
func (u Users) Audit(ctx context.Context, p Page) iter.Seq2[wire.Audit, error] {
	return each[wire.Audit](ctx, u.service, get("/v1/audit").asking(p))
}

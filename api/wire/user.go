package wire

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// User is a person of the office.
type User struct {
	ID          string    `json:"id" required:"true" readOnly:"true"`
	Email       string    `json:"email" required:"true"`
	Name        string    `json:"name"`
	Role        string    `json:"role" required:"true" enum:"support,administrator,manager,dispatcher,csr,office"`
	HasPassword bool      `json:"has_password" readOnly:"true"`
	SignInLink  string    `json:"sign_in_link,omitempty" readOnly:"true" description:"Sets the password; works once, for a day; shown once."`
	CreatedAt   time.Time `json:"created_at" required:"true" readOnly:"true"`
	SignedInAt  time.Time `json:"signed_in_at,omitzero" readOnly:"true"`
}

// FromUser shows a user.
func FromUser(u storage.User) User {
	return User{ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), HasPassword: u.Password != "", CreatedAt: utc(u.CreatedAt), SignedInAt: utc(u.SignedIn)}
}

// NewUser asks for a user.
type NewUser struct {
	Email    string `json:"email" required:"true"`
	Name     string `json:"name"`
	Role     string `json:"role" required:"true" enum:"support,administrator,manager,dispatcher,csr,office"`
	Password string `json:"password" description:"Left out: the answer has a link by which the person sets one."`
}

// UserChange changes a user; what is left out stays.
type UserChange struct {
	ID       *string `json:"id,omitempty"`
	Email    *string `json:"email,omitempty"`
	Name     *string `json:"name,omitempty"`
	Role     *string `json:"role,omitempty" enum:"support,administrator,manager,dispatcher,csr,office"`
	Password *string `json:"password,omitempty" description:"A new one ends the person's console sessions."`

	// What a GET gave may be put back as it is.
	HasPassword *bool   `json:"has_password,omitempty"`
	CreatedAt   *string `json:"created_at,omitempty"`
	SignedInAt  *string `json:"signed_in_at,omitempty"`
}

// Engine gives the change in the engine's type.
func (u UserChange) Engine() engine.UserChange {
	c := engine.UserChange{Email: u.Email, Name: u.Name, Password: u.Password}
	if u.Role != nil {
		c.Role = new(booking.Role(*u.Role))
	}
	return c
}

// Audit is one change that somebody made.
type Audit struct {
	ID      string    `json:"id" required:"true"`
	At      time.Time `json:"at" required:"true"`
	Who     Actor     `json:"who" required:"true"`
	Action  string    `json:"action" required:"true" description:"The request, for example PUT /v1/account."`
	Changes []Changed `json:"changes" nullable:"false" description:"What people set, field by field; for the content of customers only who did what is kept."`
}

// Actor is who made a change.
type Actor struct {
	Kind string `json:"kind" required:"true" enum:"key,user,system"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"`
	IP   string `json:"ip,omitempty"`
}

// Changed is one thing of a change: the fields that differ, before and after. Secrets are masked.
type Changed struct {
	Kind   string          `json:"kind" required:"true"`
	ID     string          `json:"id,omitempty"`
	Before json.RawMessage `json:"before,omitempty" description:"Absent: it is new."`
	After  json.RawMessage `json:"after,omitempty" description:"Absent: it is gone."`
}

// FromAudit shows an entry of the audit log.
func FromAudit(a storage.Audit) Audit {
	return Audit{ID: a.ID, At: utc(a.At), Action: a.Action,
		Who:     Actor{Kind: a.Who.Kind, ID: a.Who.ID, Name: a.Who.Name, Role: string(a.Who.Role), IP: a.Who.IP},
		Changes: Map(a.Changes, func(c storage.Changed) Changed { return Changed{c.Kind, c.ID, c.Before, c.After} })}
}

// SignIn opens a console session.
type SignIn struct {
	Email    string `json:"email" required:"true"`
	Password string `json:"password" required:"true"`
}

// Welcome sets a password by a one-time link, and makes the first administrator.
type Welcome struct {
	Token    string `json:"token" required:"true"`
	Email    string `json:"email" description:"Of the first administrator."`
	Name     string `json:"name"`
	Password string `json:"password" required:"true"`
}

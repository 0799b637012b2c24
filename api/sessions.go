package api

import (
	"cmp"
	"slices"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listSessions() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	status, q := booking.Status(c.f.Query("status")), c.f.Query("q")
	if status != "" && !slices.Contains(booking.Statuses, status) {
		return nil, booking.Refuse(booking.Invalid, "unknown_status", "status", "there is no such status",
			"active, abandoned, waiting, texted, talking, recovered, completed, withheld or expired")
	}
	if len(q) > 200 {
		return nil, booking.Refuse(booking.Invalid, "too_long", "q", "it is too long", "at most 200 bytes")
	}
	var items []booking.Session
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = search{s, c.who.Account, status}.find(q, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromSession), nil
}

// session reads one session by our ID.
func (c *call) session(s *storage.Snapshot, id string) (booking.Session, error) {
	v, err := s.Session(c.who.Account, booking.SessionID(id))
	if storage.IsNotFound(err) {
		err = booking.Refuse(booking.NotFound, "unknown_session", "session", "there is no session "+clip(id),
			"use the session id of the answer to POST /v1/session-events, not the page's own")
	}
	return v, err
}

func (c *call) getSession() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	var v booking.Session
	err = c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.session(s, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromSession(v), nil
}

func (c *call) traceSession() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	var trail []booking.Finding
	err = c.view(func(s *storage.Snapshot) error {
		if _, err := c.session(s, id); err != nil {
			return err
		}
		trail, err = s.Trace(c.who.Account, booking.SessionID(id))
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(trail, "", wire.FromFinding), nil
}

func (c *call) handleSession() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decodeMaybe[wire.Handled](c)
	if err != nil {
		return nil, err
	}
	if len(in.Note) > maxHandledNote {
		return nil, noteTooLong()
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.Handle(c.ctx, c.who.Account, booking.SessionID(id), engine.Handled{By: by, Note: wire.OneLine(in.Note), Booked: in.Booked})
	if err != nil {
		return nil, err
	}
	return wire.FromSession(v), nil
}

// maxHandledNote bounds what staff write beside a session, in bytes.
const maxHandledNote = 2000

func noteTooLong() error {
	return booking.Refuse(booking.Invalid, "too_long", "note", "it is too long", "at most 2000 bytes are kept")
}

// name is how the caller is called, for people: the person's name, the key's label, or the role.
func (c *call) name() (name string, err error) {
	if c.who.Key == operatorName {
		return operatorName, nil
	}
	if c.user != nil {
		return cmp.Or(c.user.Name, c.user.Email), nil
	}
	name = string(c.who.Role)
	err = c.view(func(s *storage.Snapshot) error {
		k, err := s.APIKey(c.who.Account, c.who.Key)
		if err == nil && k != nil {
			name = cmp.Or(wire.OneLine(k.Label), name)
		}
		return err
	})
	return name, err
}

func (c *call) resendSession() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if _, err := decodeMaybe[struct{}](c); err != nil {
		return nil, err
	}
	v, err := c.engine.Resend(c.ctx, c.who.Account, booking.SessionID(id))
	if err != nil {
		return nil, err
	}
	return wire.FromSession(v), nil
}

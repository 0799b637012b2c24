package api

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
)

// healthy says that the process answers; nothing else is looked at.
func (c *call) healthy() (any, error) { return wire.Health{Status: "ok", Version: c.o.Version}, nil }

// ready says whether the house can do its work, and why not.
func (c *call) ready() (any, error) {
	if err := c.engine.Ready(c.ctx); err != nil {
		return nil, err
	}
	return wire.Health{Status: "ready", Version: c.o.Version}, nil
}

func (c *call) openAPI() (any, error) {
	b, err := c.doc()
	return raw{status: http.StatusOK, kind: fiber.MIMEApplicationJSON, body: b}, err
}

package api

import (
	"encoding/base64"
	"strconv"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// The sizes of pages.
const (
	defaultPage = 100
	maxPage     = 1000
)

// page reads limit and cursor. Cursors are opaque: they hold phone numbers and IDs whose characters mean something else in an
// address.
func (c *call) page(limit int) (cursor string, n int, err error) {
	n = limit
	if v := c.f.Query("limit"); v != "" {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return "", 0, booking.Refuse(booking.Invalid, "invalid_limit", "limit", "it is not a number above 0", "leave it out for "+strconv.Itoa(limit))
		}
	}
	b, err := base64.RawURLEncoding.DecodeString(c.f.Query("cursor"))
	if err != nil || len(b) > 300 {
		return "", 0, booking.Refuse(booking.Invalid, "invalid_cursor", "cursor", "this is no cursor of ours", "use next_cursor of the page before")
	}
	return string(b), min(n, maxPage), nil
}

// pageOf makes the answer of a list.
func pageOf[T, U any](items []T, next string, show func(T) U) wire.List[U] {
	return wire.NewList(wire.Map(items, show), base64.RawURLEncoding.EncodeToString([]byte(next)))
}

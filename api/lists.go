package api

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strconv"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// The sizes of pages.
const (
	defaultPage = 100
	maxPage     = 1000
)

// page reads limit and cursor.
func (c *call) page(limit int) (cursor string, n int, err error) {
	n = limit
	if v := c.f.Query("limit"); v != "" {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return "", 0, booking.Refuse(booking.Invalid, "invalid_limit", "limit", "it is not a number above 0", "leave it out for "+strconv.Itoa(limit))
		}
	}
	if cursor, err = readCursor(c.f.Query("cursor")); err != nil {
		return "", 0, err
	}
	return cursor, min(n, maxPage), nil
}

// writeCursor makes the store's place in a list opaque, as its characters may mean something else in an address. The
// checksum before it tells nonsense, which the store would take for a place behind everything.
func writeCursor(place string) string {
	if place == "" {
		return ""
	}
	b := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(place)))
	return base64.RawURLEncoding.EncodeToString(append(b, place...))
}

// readCursor gives the place that writeCursor wrote.
func readCursor(cursor string) (place string, err error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) <= 4 || len(b) > 300 || binary.BigEndian.Uint32(b) != crc32.ChecksumIEEE(b[4:]) {
		return "", booking.Refuse(booking.Invalid, "invalid_cursor", "cursor", "this is no cursor of ours", "use next_cursor of the page before")
	}
	return string(b[4:]), nil
}

// pageOf makes the answer of a list.
func pageOf[T, U any](items []T, next string, show func(T) U) wire.List[U] {
	return wire.NewList(wire.Map(items, show), writeCursor(next))
}

package engine

import (
	"crypto/rand"
	"time"

	"github.com/google/uuid"
)

// newID makes a UUIDv7 (RFC 9562 §5.7) from the engine's own clock, so that IDs sort by time on a virtual clock too and need
// no coordination between processes.
func newID(now time.Time) string {
	var u uuid.UUID
	rand.Read(u[6:])
	stamp(&u, now)
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// firstID is not greater than any ID made at or after t.
func firstID(t time.Time) string {
	var u uuid.UUID
	stamp(&u, t)
	return u.String()
}

func stamp(u *uuid.UUID, t time.Time) {
	ms := uint64(max(0, t.UnixMilli()))
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
}

// idTime gives the millisecond an ID was made in.
func idTime(id string) time.Time {
	u, err := uuid.Parse(id)
	if err != nil {
		return time.Time{}
	}
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

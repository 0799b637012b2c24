package api

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// maxAgeMS is older than any event that is taken, and still a duration.
const maxAgeMS = 1e12

// reportEvent takes what a page reports. The body is JSON whatever its content type says: sendBeacon can only send
// text/plain without a preflight.
func (c *call) reportEvent() (any, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	if len(b) > maxEvent {
		return nil, tooLarge()
	}
	var in wire.Event
	if err := wire.DecodeLoosely(b, &in); err != nil {
		return nil, err
	}
	ev, err := in.Booking()
	if err != nil {
		return nil, err
	}
	if ev.At.IsZero() && in.AgeMS > 0 {
		ev.At = c.now().Add(-time.Duration(min(in.AgeMS, maxAgeMS) * float64(time.Millisecond)))
	}
	if c.who.Role == booking.RolePublishable {
		if ev.Scheduler == "" {
			ev.Scheduler = c.who.Scheduler
		}
		if ev.Scheduler != c.who.Scheduler {
			return nil, booking.Refuse(booking.Forbidden, "wrong_scheduler", "scheduler", "this key reports sessions of another scheduler",
				"use the publishable key of the scheduler, or leave scheduler out")
		}
		if ev.Page = true; ev.Kind == booking.EventCompleted {
			if err := c.limits.booking.take(c.address(), c.now()); err != nil {
				return nil, err
			}
			ev.Doubted = c.doubted()
		}
		if err := c.rememberOnce(ev.ClientID); err != nil { // all visitors of a page share its key
			return nil, err
		}
	}
	if ev.Consent != nil { // who ticked the box, as evidence
		ev.Consent.IP = c.clientIP(c.f).String()
		ev.Consent.UserAgent = wire.OneLine(strings.ToValidUTF8(c.f.Get(fiber.HeaderUserAgent), "\uFFFD"))
	}
	out, err := c.engine.Track(c.ctx, c.who.Account, ev)
	if err != nil {
		return nil, err
	}
	return wire.Tracked{Session: string(out.Session), Warnings: wire.Map(out.Warnings, func(w booking.Warning) wire.Warning { return wire.Warning(w) })}, nil
}

// doubted takes from what an address is believed to have booked without a window, and tells whether that is used up.
func (c *call) doubted() bool { return c.limits.claim.take(c.address(), c.now()) != nil }

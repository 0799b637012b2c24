package api

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
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
			if ev.Doubted, err = c.completing(ev); err != nil {
				return nil, err
			}
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

// completing takes what a page's completion costs of its address. One of a session that is over already is news of nothing, and free:
// the hosted page tells it after its booking, and a lost answer has it told again.
func (c *call) completing(ev booking.Event) (doubted bool, err error) {
	over := false
	err = c.view(func(s *storage.Snapshot) error {
		id, err := s.SessionOf(c.who.Account, ev.Scheduler, ev.ClientID)
		if err != nil || id == "" {
			return err
		}
		v, err := s.Session(c.who.Account, id)
		if storage.IsNotFound(err) {
			return nil
		}
		over = err == nil && v.Done()
		return err
	})
	if err != nil || over {
		return false, err
	}
	if err := c.limits.booking.take(c.address(), c.now()); err != nil {
		return false, err
	}
	return c.doubted(), nil
}

// doubted takes from what an address is believed to have booked without a window, and tells whether that is used up.
func (c *call) doubted() bool { return c.limits.claim.take(c.address(), c.now()) != nil }

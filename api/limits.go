package api

import (
	"cmp"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Limit is a token bucket: Rate per second, and Burst at once.
type Limit struct {
	Rate  float64
	Burst int
}

// Limits are the rates that are still answered. They are fuses, not quotas.
type Limits struct {
	Secret      Limit // per API key
	Publishable Limit // per publishable key, over all visitors
	Page        Limit // per address, with a publishable key
	Booking     Limit // per address, bookings and completions with a publishable key
	Claim       Limit // per address, completions without a window that are believed; more are taken, and doubted
	Public      Limit // per address, without a key: links, readiness, metrics
	Failures    Limit // per address, with a missing or unknown key
	Logins      Limit // tries to sign in, per address and per e-mail address
}

// DefaultLimits suit one business. A secret key is trusted, so its fuse is above what one machine can do; a page's visitor
// sends an event every few seconds.
func DefaultLimits() Limits {
	return Limits{
		Secret:      Limit{50_000, 50_000},
		Publishable: Limit{2_000, 4_000},
		Page:        Limit{50, 200},
		Booking:     Limit{1.0 / 30, 20},  // more than one household or shop floor books, too few to fill a calendar by hand
		Claim:       Limit{1.0 / 600, 10}, // an address whose people book this often is an office, and has a key of its own
		Public:      Limit{50, 200},
		Failures:    Limit{10, 30},
		Logins:      Limit{1.0 / 30, 10},
	}
}

// limiters holds the buckets of every kind.
type limiters struct{ secret, publishable, page, booking, claim, public, failures, logins *buckets }

func newLimiters(l Limits) *limiters {
	d := DefaultLimits()
	return &limiters{
		secret: newBuckets(cmp.Or(l.Secret, d.Secret)), publishable: newBuckets(cmp.Or(l.Publishable, d.Publishable)),
		page: newBuckets(cmp.Or(l.Page, d.Page)), booking: newBuckets(cmp.Or(l.Booking, d.Booking)), claim: newBuckets(cmp.Or(l.Claim, d.Claim)), public: newBuckets(cmp.Or(l.Public, d.Public)),
		failures: newBuckets(cmp.Or(l.Failures, d.Failures)), logins: newBuckets(cmp.Or(l.Logins, d.Logins)),
	}
}

// maxBuckets bounds the memory of one kind: about 1.5 MB.
const maxBuckets = 10_000

// buckets is a bounded set of token buckets. One that nobody used long enough to be full again is as good as none, and goes
// when room is needed; there is no goroutine.
type buckets struct {
	limit Limit
	max   int

	mu    sync.Mutex
	of    map[string]*bucket
	swept time.Time
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

func newBuckets(l Limit) *buckets {
	return &buckets{limit: l, max: maxBuckets, of: map[string]*bucket{}}
}

// take takes one token of key, or refuses and says when there is one again.
func (b *buckets) take(key string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.of[key]
	if t == nil {
		b.makeRoom(now)
		t = &bucket{Limiter: rate.NewLimiter(rate.Limit(b.limit.Rate), b.limit.Burst)}
		b.of[key] = t
	}
	t.used = now
	if t.AllowN(now, 1) {
		return nil
	}
	wait := time.Duration((1 - t.TokensAt(now)) / b.limit.Rate * float64(time.Second))
	return &problem{statuses[booking.TooMany], booking.Refuse(booking.TooMany, "rate_limited", "", "too many requests", "wait as long as Retry-After says"),
		max(wait, time.Second)}
}

// makeRoom drops buckets that are full again, at most once a second; if that is not enough, any one. Whoever fills the set
// from many addresses gains fresh buckets for others thereby, and no memory of ours.
func (b *buckets) makeRoom(now time.Time) {
	if len(b.of) < b.max {
		return
	}
	if since := now.Sub(b.swept); since < 0 || since >= time.Second {
		b.swept = now
		idle := time.Duration(math.Ceil(float64(b.limit.Burst) / b.limit.Rate * float64(time.Second)))
		for key, t := range b.of {
			if now.Sub(t.used) >= idle {
				delete(b.of, key)
			}
		}
	}
	for key := range b.of {
		if len(b.of) < b.max {
			break
		}
		delete(b.of, key)
	}
}

// address is how a visitor's address counts: a whole /64 of IPv6 belongs to one household, so it is one.
func (c *call) address() string {
	ip := c.clientIP(c.f)
	if ip.Is6() && !ip.Is4In6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

var unknownIP = netip.IPv4Unspecified()

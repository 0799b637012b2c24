package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// tollFree is the throughput of a toll-free number, in segments a second (Twilio's default).
const tollFree = 3.0

// pace lets texts go no faster than their sender may send, and lets schedulers take turns: a flood of one does not hold up
// another's only text. What waits keeps its due-key in the store and is decided afresh when its turn comes; this is a hint, like
// the wheel.
type pace struct {
	rate float64 // segments a second of one sender
	now  func() time.Time
	fire func(booking.Due)

	mu    sync.Mutex
	lines map[sender]*line
	wake  chan struct{}
}

// sender is what a carrier's throughput counts by: a campaign's messaging service, else a number.
type sender struct {
	account booking.AccountID
	name    string
}

// line is what waits for one sender.
type line struct {
	rate    float64
	tokens  float64 // segments that may go at once; below zero after a long text
	filled  time.Time
	turns   []booking.SchedulerID // those with something waiting, the next one first
	waiting map[booking.SchedulerID][]booking.Due
	waits   map[string]bool      // refs in line
	granted map[string]time.Time // refs whose turn it is, and until when
}

func newPace(rate float64, now func() time.Time, fire func(booking.Due)) *pace {
	return &pace{rate: rate, now: now, fire: fire, lines: map[sender]*line{}, wake: make(chan struct{}, 1)}
}

// senderOf gives whom a follow-up goes out from.
func senderOf(f booking.Facts) sender {
	name := f.Registration.MessagingService
	if name == "" && f.Number != nil {
		name = string(f.Number.Number)
	}
	return sender{f.Account.ID, name}
}

// turn tells whether the text may go now; if not, it waits in line and is fired again when its turn comes.
func (p *pace) turn(s sender, by booking.SchedulerID, d booking.Due) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.line(s)
	l.fill(p.now())
	if _, its := l.granted[d.Ref]; its {
		return true
	}
	if l.waits[d.Ref] {
		return false
	}
	if len(l.turns) == 0 && l.tokens >= 1 {
		l.grant(d.Ref, p.now())
		return true
	}
	l.waits[d.Ref] = true
	if len(l.waiting[by]) == 0 {
		l.turns = append(l.turns, by)
	}
	l.waiting[by] = append(l.waiting[by], d)
	p.nudge()
	return false
}

// end ends the turn of a text, if it had one, wherever it stood in line: so many segments went out from s; none when it was
// withheld or put off after all, and then what the turn cost is given back. One that still waits goes on waiting.
func (p *pace) end(s sender, ref string, segments int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines { // its sender may have changed since
		if _, its := l.granted[ref]; its {
			delete(l.granted, ref)
			l.tokens++
			p.nudge()
		}
	}
	if segments > 0 {
		p.line(s).tokens -= float64(segments)
	}
}

// grant makes it the turn of a text. What does not come for it is forgotten after the time in which a script may wait for answers.
func (l *line) grant(ref string, now time.Time) {
	l.tokens--
	l.granted[ref] = now.Add(booking.TurnFresh)
}

func (p *pace) line(s sender) *line {
	l := p.lines[s]
	if l == nil {
		rate := p.rate
		if booking.TollFree(booking.Phone(s.name)) {
			rate = min(rate, tollFree)
		}
		l = &line{rate: rate, tokens: max(1, rate), filled: p.now(), waiting: map[booking.SchedulerID][]booking.Due{}, waits: map[string]bool{}, granted: map[string]time.Time{}}
		p.lines[s] = l
	}
	return l
}

func (l *line) fill(now time.Time) {
	if since := now.Sub(l.filled); since > 0 {
		l.tokens = min(max(1, l.rate), l.tokens+since.Seconds()*l.rate)
	}
	l.filled = now
	for ref, until := range l.granted {
		if !until.After(now) {
			delete(l.granted, ref)
		}
	}
}

func (p *pace) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// next gives the turns that have come, and how long until the next; 0: nothing waits.
func (p *pace) next() (due []booking.Due, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for _, l := range p.lines {
		l.fill(now)
		for len(l.turns) > 0 && l.tokens >= 1 {
			by := l.turns[0]
			d := l.waiting[by][0]
			l.turns = l.turns[1:]
			if l.waiting[by] = l.waiting[by][1:]; len(l.waiting[by]) > 0 {
				l.turns = append(l.turns, by)
			} else {
				delete(l.waiting, by)
			}
			delete(l.waits, d.Ref)
			l.grant(d.Ref, now)
			due = append(due, d)
		}
		if len(l.turns) > 0 {
			w := time.Duration((1-l.tokens)/l.rate*float64(time.Second)) + time.Millisecond
			if wait == 0 || w < wait {
				wait = w
			}
		}
	}
	return due, wait
}

// run gives turns until ctx ends.
func (p *pace) run(ctx context.Context) {
	for {
		due, wait := p.next()
		for _, d := range due {
			p.fire(d)
		}
		var timer <-chan time.Time
		if wait > 0 {
			timer = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer:
		}
	}
}

// tally counts the texts and segments of the day of the daily caps, from what the store has and what this process claims.
type tally struct {
	mu   sync.Mutex
	days map[booking.AccountID]*day
}

type day struct {
	from            time.Time
	texts, segments int
}

// today gives the account's day, read from its attempts the first time. The tally is locked.
func (e *Engine) today(ctx context.Context, a booking.AccountID, now time.Time) (*day, error) {
	from, _ := booking.CapDay(now)
	if d := e.tally.days[a]; d != nil && d.from.Equal(from) {
		return d, nil
	}
	d := &day{from: from}
	for cursor := firstID(from); ; {
		page, next, err := e.attempts(ctx, a, cursor)
		if err != nil {
			return nil, err
		}
		for _, v := range page {
			if went(v) {
				d.texts, d.segments = d.texts+1, d.segments+v.Segments
			}
		}
		if next == "" {
			e.tally.days[a] = d
			return d, nil
		}
		cursor = next
	}
}

// went tells whether an attempt counts: all but what never reached the carrier or was refused by it.
func went(v booking.Attempt) bool {
	return v.State != booking.AttemptReleased && (v.State != booking.AttemptFailed || v.SID != "")
}

// reserve takes room in the day for a text, or says until when there is none.
func (e *Engine) reserve(ctx context.Context, now time.Time, a booking.Account, segments int) (v booking.Verdict, full bool, err error) {
	e.tally.mu.Lock()
	defer e.tally.mu.Unlock()
	if a.Settings.DailyCap == 0 {
		delete(e.tally.days, a.ID) // it is not kept up
		return v, false, nil
	}
	d, err := e.today(ctx, a.ID, now)
	if err != nil {
		return v, false, err
	}
	if v, full = booking.Capped(now, a, d.segments, segments); !full {
		d.texts, d.segments = d.texts+1, d.segments+segments
	}
	return v, full, nil
}

// unreserve gives room back that a text did not use.
func (e *Engine) unreserve(a booking.AccountID, segments int) {
	e.tally.mu.Lock()
	defer e.tally.mu.Unlock()
	if d := e.tally.days[a]; d != nil {
		d.texts, d.segments = max(0, d.texts-1), max(0, d.segments-segments)
	}
}

// lately gives how many texts went out in the last 24 hours.
func (e *Engine) lately(ctx context.Context, a booking.AccountID, now time.Time) (texts int, err error) {
	for cursor := firstID(now.Add(-24 * time.Hour)); ; {
		page, next, err := e.attempts(ctx, a, cursor)
		if err != nil || next == "" {
			return texts + count(page), err
		}
		texts += count(page)
		cursor = next
	}
}

func count(page []booking.Attempt) (n int) {
	return len(slices.DeleteFunc(page, func(v booking.Attempt) bool { return !went(v) }))
}

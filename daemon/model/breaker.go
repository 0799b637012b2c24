package model

import (
	"fmt"
	"sync"
	"time"
)

// The circuit breaker: after some failures in a row nobody is asked for a while; then one call may try, and decides. So customers do not wait
// for an endpoint that is known to be down, and it is not hammered.
const (
	breakAfter = 4                // failures in a row that open it
	breakFirst = 30 * time.Second // how long it stays open at first
	breakMost  = 10 * time.Minute // each trial that fails doubles it up to this
)

type breaker struct {
	now func() time.Time

	mu     sync.Mutex
	failed int // in a row
	pause  time.Duration
	until  time.Time // open until then; zero: closed
	since  time.Time
	why    string
	trying bool // a call tries whether the endpoint is back
}

// admit refuses a call while the breaker is open.
func (b *breaker) admit() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until.IsZero() {
		return nil
	}
	if b.trying || b.now().Before(b.until) {
		return fmt.Errorf("it failed %d times in a row and is left alone", b.failed)
	}
	b.trying = true
	return nil
}

// good closes it.
func (b *breaker) good() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.pause, b.until, b.since, b.why, b.trying = 0, 0, time.Time{}, time.Time{}, "", false
}

// unknown is for a call that says nothing about the endpoint.
func (b *breaker) unknown() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

// bad counts a failure; it tells whether the breaker opened with it.
func (b *breaker) bad(why string) (opened bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed++
	b.why = why
	switch {
	case b.trying:
		b.pause = min(2*b.pause, breakMost)
	case b.until.IsZero() && b.failed >= breakAfter:
		b.pause, b.since, opened = breakFirst, b.now(), true
	default:
		return false
	}
	b.trying, b.until = false, b.now().Add(b.pause)
	return opened
}

// state tells whether it is open, why and since when.
func (b *breaker) state() (open bool, why string, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until.IsZero() {
		return false, "", time.Time{}
	}
	return true, b.why, b.since
}

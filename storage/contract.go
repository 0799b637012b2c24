package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// maxRun is how long one run of an Update's function should take. A longer one is a mistake in our code (a network call, a
// script) that holds back the collection of old versions; it is logged, since failing it would help nobody.
const maxRun = 2 * time.Second

// Contract holds every engine to the limits of [KV], in production too, so that what works on one engine works on all.
type Contract struct {
	kv     KV
	engine Engine // nil: the engine offers nothing beside the seam
	now    func() time.Time
	log    *slog.Logger
}

func newContract(kv KV, engine Engine, now func() time.Time, log *slog.Logger) *Contract {
	return &Contract{kv: kv, engine: engine, now: now, log: log}
}

// errOutlived says that somebody kept a Getter or Putter longer than the call it was for.
var errOutlived = errors.New("the transaction is over; nothing may be read or written through it any more")

// View runs fn on one consistent snapshot.
func (c *Contract) View(ctx context.Context, fn func(Getter) error) error {
	return c.kv.View(ctx, func(g Getter) error {
		r := &limitedGetter{g: g}
		defer func() { r.over = true }()
		return fn(r)
	})
}

// Update runs fn within the limits and commits what it wrote.
func (c *Contract) Update(ctx context.Context, fn func(Putter) error) error {
	return c.kv.Update(ctx, func(p Putter) error {
		t := &limitedPutter{limitedGetter: limitedGetter{g: p, tracks: true}, p: p, written: map[string]int{}}
		began := c.now()
		defer func() {
			t.over = true
			if took := c.now().Sub(began); took > maxRun {
				c.log.Warn("a transaction's function ran too long", "took", took, "limit", maxRun, "reads", t.reads, "writes", len(t.written))
			}
		}()
		if err := fn(t); err != nil {
			return err
		}
		return t.broken // a limit that the function overlooked still stops the commit
	})
}

// Close closes the engine.
func (c *Contract) Close() error { return c.kv.Close() }

type limitedGetter struct {
	g      Getter
	tracks bool // reads count
	reads  int
	over   bool
	broken error
}

func (r *limitedGetter) refuse(format string, a ...any) error {
	r.broken = fmt.Errorf("%w: "+format, append([]any{ErrTooBig}, a...)...)
	return r.broken
}

func (r *limitedGetter) count(n int) error {
	if r.reads += n; r.tracks && r.reads > MaxReads {
		return r.refuse("more than %d reads", MaxReads)
	}
	return nil
}

// Get gives a copy of the value.
func (r *limitedGetter) Get(key []byte) ([]byte, error) {
	if r.over {
		return nil, errOutlived
	}
	if err := r.checkKey(key); err != nil {
		return nil, err
	}
	if err := r.count(1); err != nil {
		return nil, err
	}
	return r.g.Get(key)
}

// Scan gives up to limit rows.
func (r *limitedGetter) Scan(prefix, from []byte, limit int) ([]Row, error) {
	if r.over {
		return nil, errOutlived
	}
	if limit <= 0 {
		return nil, fmt.Errorf("scan of %s: the limit must be above 0, it is %d", showKey(prefix), limit)
	}
	rows, err := r.g.Scan(prefix, from, limit)
	if err != nil {
		return nil, err
	}
	return rows, r.count(len(rows))
}

func (r *limitedGetter) checkKey(key []byte) error {
	if len(key) == 0 {
		return errors.New("an empty key")
	}
	if len(key) > MaxKey {
		return r.refuse("a key of %d bytes, at most %d are possible", len(key), MaxKey)
	}
	return nil
}

type limitedPutter struct {
	limitedGetter
	p       Putter
	written map[string]int // key → bytes of key and value
	bytes   int
}

// Put writes.
func (t *limitedPutter) Put(key, val []byte, expires time.Time) error {
	if err := t.write(key, val); err != nil {
		return err
	}
	return t.p.Put(key, val, expires)
}

// Delete removes a key.
func (t *limitedPutter) Delete(key []byte) error {
	if err := t.write(key, nil); err != nil {
		return err
	}
	return t.p.Delete(key)
}

func (t *limitedPutter) write(key, val []byte) error {
	if t.over {
		return errOutlived
	}
	if err := t.checkKey(key); err != nil {
		return err
	}
	if len(val) > MaxValue {
		return t.refuse("a value of %d bytes for %s, at most %d are possible", len(val), showKey(key), MaxValue)
	}
	n := len(key) + len(val)
	t.bytes += n - t.written[string(key)]
	t.written[string(key)] = n
	if len(t.written) > MaxWrites {
		return t.refuse("more than %d writes", MaxWrites)
	}
	if t.bytes > MaxTxnBytes {
		return t.refuse("more than %d bytes", MaxTxnBytes)
	}
	return nil
}

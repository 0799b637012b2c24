package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Export walks every live row of one snapshot.
func (e *badgerKV) Export(ctx context.Context, fn func(key, val []byte, expires time.Time) error) error {
	if err := e.Prove(); err != nil {
		return err
	}
	s, err := e.begin(false)
	if err != nil {
		return err
	}
	defer e.end(s)
	return s.walk(nil, nil, func(key, val []byte, expires time.Time) (bool, error) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		return true, fn(key, val, expires)
	})
}

// Prove checks every block of every table against its checksum. Badger panics over a length that a rotten spot changed.
func (e *badgerKV) Prove() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	if err := e.db.VerifyChecksum(); err != nil {
		return fmt.Errorf("%w: %v", errDamaged, err)
	}
	return nil
}

// Collect deletes rows past their expiry. Badger would drop them in its next compaction of the same keys, but an expired
// row alone never causes one: the tombstones do. There is no value log to collect: every value is in the tree.
func (e *badgerKV) Collect(ctx context.Context) error {
	for from := []byte(nil); ; {
		dead, next, err := e.expired(ctx, from)
		if err != nil {
			return err
		}
		if len(dead) > 0 {
			if err := e.Update(ctx, func(p Putter) error { return deleteExpired(p, dead) }); err != nil {
				return err
			}
		}
		if next == nil {
			return nil
		}
		from = next
	}
}

// collectWalk is how many rows one step of Collect looks at, so that no snapshot stays open long.
const collectWalk = 20_000

// expired finds keys past their expiry from a key on; next is where to go on, nil at the end.
func (e *badgerKV) expired(ctx context.Context, from []byte) (dead [][]byte, next []byte, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s, err := e.begin(false)
	if err != nil {
		return nil, nil, err
	}
	defer e.end(s)
	seen := 0
	err = s.walkAll(nil, from, func(key, _ []byte, _ time.Time, live bool) (bool, error) {
		if seen++; !live {
			dead = append(dead, append([]byte{}, key...))
		}
		if seen == collectWalk || len(dead) == MaxWrites {
			next = append(append([]byte{}, key...), 0)
		}
		return next == nil, nil
	})
	return dead, next, err
}

// deleteExpired deletes the keys that are still expired: each read is validated, so a row written anew meanwhile stays.
func deleteExpired(p Putter, dead [][]byte) error {
	for _, key := range dead {
		if _, err := p.Get(key); !errors.Is(err, ErrNotFound) {
			if err != nil {
				return err
			}
			continue
		}
		if err := p.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

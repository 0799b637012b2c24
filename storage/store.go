// Package storage keeps everything Rebook must not lose, in one data directory. It owns the key table, the lives of
// keys, the schema and its migrations, backup and restore. It promises that an Update has reached the disk before it
// returns, and that concurrent Updates behave as if one after the other (but see the gaps rule of [KV]). It decides
// nothing and never reads the clock but through the function handed to [Open].
package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Store is the typed store over a [KV].
type Store struct {
	kv     KV
	engine Engine // nil: kv offers nothing beside the seam
	now    func() time.Time
	key    []byte   // the encryption key, for backups; empty: none
	seen   sync.Map // string(key) → seen; see once
	open   openDays
}

// New puts the typed store over an engine. Most callers want [Open].
func New(kv KV, now func() time.Time) *Store {
	s := &Store{kv: kv, now: now}
	if c, ok := kv.(*Contract); ok {
		s.engine = c.engine
	}
	return s
}

// Close waits for commits under way and closes the engine.
func (s *Store) Close() error { return s.kv.Close() }

// Reader gives the read-only half, for those who may not change anything.
func (s *Store) Reader() *Reader { return &Reader{s} }

// Reader reads the store and can do nothing else.
type Reader struct{ s *Store }

// View runs fn on one consistent snapshot.
func (r *Reader) View(ctx context.Context, fn func(*Snapshot) error) error { return r.s.View(ctx, fn) }

// View runs fn on one consistent snapshot.
func (s *Store) View(ctx context.Context, fn func(*Snapshot) error) error {
	epoch := s.open.now()
	return s.kv.View(ctx, func(g Getter) error {
		return fn(&Snapshot{g: g, Now: s.now(), seen: &s.seen, open: &s.open, epoch: epoch})
	})
}

// Update runs fn in one durable transaction. fn may run many times: see the contract of [KV].
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	var touched []sessionDay // by any run: of an unknown commit nobody knows which
	defer func() { s.open.touch(touched) }()
	return s.kv.Update(ctx, func(p Putter) error {
		return fn(&Tx{Snapshot: Snapshot{g: p, Now: s.now(), seen: &s.seen}, p: p, touched: &touched})
	})
}

// Snapshot reads one consistent state. Now is the transaction's own instant, taken once, so that all stamps of one
// change agree.
type Snapshot struct {
	g    Getter
	Now  time.Time
	seen *sync.Map

	open  *openDays // nil: in a transaction
	epoch uint64    // of open, when the snapshot was taken
}

// Tx reads and writes one transaction.
type Tx struct {
	Snapshot
	p     Putter
	watch *watcher // nil: nobody asked

	touched *[]sessionDay // days whose sessions it changes; nil: nobody asked
}

func (t *Tx) touch(a booking.AccountID, id booking.SessionID) {
	if t.touched != nil {
		*t.touched = append(*t.touched, dayOfSession(a, id))
	}
}

// format is the first byte of every stored value: JSON of the booking type follows.
const format = 1

// get decodes the value of key. A missing key gives ErrNotFound.
func get[T any](g Getter, key []byte) (T, error) {
	var v T
	b, err := g.Get(key)
	if err != nil {
		if errors.Is(err, ErrNotFound) {
			return v, ErrNotFound
		}
		return v, fmt.Errorf("read %s: %w", showKey(key), err)
	}
	err = decode(key, b, &v)
	return v, err
}

// seen is a value as it was last decoded, with the bytes it was decoded from.
type seen struct {
	bytes []byte
	value any
}

// once is find for the few rows that every event reads and that change seldom: as long as the stored bytes are the same, the
// value decoded last time is given. The row is read all the same, so the transaction is validated as ever and nothing needs
// to be invalidated. Nobody may change what the value's slices hold: it is shared.
func once[T any](s *Snapshot, key []byte) (*T, error) {
	b, err := s.g.Get(key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", showKey(key), err)
	}
	if was, ok := s.seen.Load(string(key)); ok && bytes.Equal(was.(seen).bytes, b) {
		v := was.(seen).value.(T)
		return &v, nil
	}
	var v T
	if err := decode(key, b, &v); err != nil {
		return nil, err
	}
	s.seen.Store(string(key), seen{b, v})
	return &v, nil
}

// find is get where a missing key is an ordinary answer: nil.
func find[T any](g Getter, key []byte) (*T, error) {
	v, err := get[T](g, key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// errValue is in every error about a value that cannot be understood.
var errValue = errors.New("it cannot be read")

func decode(key, b []byte, v any) error {
	if len(b) == 0 || b[0] != format {
		return fmt.Errorf("value of %s: %w: a newer version of Rebook may have written it", showKey(key), errValue)
	}
	if err := json.Unmarshal(b[1:], v); err != nil {
		return fmt.Errorf("value of %s: %w: %s", showKey(key), errValue, masked(err.Error()))
	}
	return nil
}

func (t *Tx) put(key []byte, v any, expires time.Time) error {
	b := bytes.NewBuffer([]byte{format})
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // no browser reads it, and '<' would cost six bytes
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode %s: %w", showKey(key), err)
	}
	return t.p.Put(key, bytes.TrimSuffix(b.Bytes(), []byte("\n")), expires)
}

// mark writes a key whose presence is all it says.
func (t *Tx) mark(key []byte, expires time.Time) error { return t.p.Put(key, nil, expires) }

// list decodes a page of values under prefix. cursor is the last key part of the page before, empty for the first; next is
// empty at the end.
func list[T any](g Getter, prefix []byte, cursor string, limit int) (items []T, next string, err error) {
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"\x00"...)
	}
	rows, err := g.Scan(prefix, from, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", showKey(prefix), err)
	}
	for i, r := range rows {
		if i == limit {
			return items, string(rows[i-1].Key[len(prefix):]), nil
		}
		var v T
		if err := decode(r.Key, r.Value, &v); err != nil {
			return nil, "", err
		}
		items = append(items, v)
	}
	return items, "", nil
}

// evidence is when a row that must be kept as evidence may go.
func evidence(at time.Time) time.Time { return at.Add(EvidenceLife) }

// sub gives the prefix of an account's family with its separator.
func sub(a booking.AccountID, family string, rest ...string) []byte {
	return append(accountKey(a, family, rest...), '/')
}

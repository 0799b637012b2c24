package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/storage"
)

// Clock is a clock that tests set.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock gives a clock that stands at t.
func NewClock(t time.Time) *Clock { return &Clock{t: t} }

// Now is the function to hand in.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Opener opens an empty store under [storage.Contract] (as [storage.OpenKV] does) that goes by the clock now. The suite
// closes it.
type Opener func(t *testing.T, now func() time.Time) storage.KV

// scene is one store with its clock and short words for what is done to it.
type scene struct {
	*testing.T
	kv    storage.KV
	clock *Clock
}

// Conformance proves that an engine keeps the contract of [storage.KV]. Every function in it bears being run again, also
// after a commit whose answer was lost.
func Conformance(t *testing.T, open Opener) {
	for _, c := range slices.Concat(basics, isolation, expiry, limits) {
		t.Run(c.promise, func(t *testing.T) {
			clock := NewClock(time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC))
			kv := open(t, clock.Now)
			t.Cleanup(func() {
				if err := kv.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			c.test(&scene{t, kv, clock})
		})
	}
}

type promise struct {
	promise string
	test    func(*scene)
}

func (s *scene) update(fn func(storage.Putter) error) {
	s.Helper()
	if err := s.kv.Update(s.Context(), fn); err != nil {
		s.Fatalf("update: %v", err)
	}
}

func (s *scene) put(key, val string, expires time.Time) {
	s.Helper()
	s.update(func(p storage.Putter) error { return p.Put([]byte(key), []byte(val), expires) })
}

func (s *scene) delete(key string) {
	s.Helper()
	s.update(func(p storage.Putter) error { return p.Delete([]byte(key)) })
}

// value gives a key's value, "-" when there is none.
func value(g storage.Getter, key string) (string, error) {
	v, err := g.Get([]byte(key))
	if errors.Is(err, storage.ErrNotFound) {
		return "-", nil
	}
	return string(v), err
}

// rows gives a scan as "key=value" words.
func rows(g storage.Getter, prefix, from string, limit int) (string, error) {
	found, err := g.Scan([]byte(prefix), []byte(from), limit)
	var words strings.Builder
	for _, r := range found {
		fmt.Fprintf(&words, "%s=%s ", r.Key, r.Value)
	}
	return words.String(), err
}

func (s *scene) want(key, want string) {
	s.Helper()
	s.view(func(g storage.Getter) error {
		got, err := value(g, key)
		if got != want {
			s.Errorf("value of %q: got %q, want %q", key, got, want)
		}
		return err
	})
}

func (s *scene) wantRows(prefix, from string, limit int, want string) {
	s.Helper()
	s.view(func(g storage.Getter) error {
		s.Helper()
		s.sameRows(g, prefix, from, limit, want)
		return nil
	})
}

func (s *scene) sameRows(g storage.Getter, prefix, from string, limit int, want string) {
	s.Helper()
	got, err := rows(g, prefix, from, limit)
	if err != nil || got != want {
		s.Errorf("scan of %q from %q, limit %d: got %q, %v, want %q", prefix, from, limit, got, err, want)
	}
}

func (s *scene) view(fn func(storage.Getter) error) {
	s.Helper()
	if err := s.kv.View(s.Context(), fn); err != nil {
		s.Fatalf("view: %v", err)
	}
}

// elsewhere commits in another transaction while one is under way.
func (s *scene) elsewhere(fn func(storage.Putter) error) error {
	return s.kv.Update(context.WithoutCancel(s.Context()), fn)
}

// never is the expiry of rows that stay.
var never time.Time

var basics = []promise{
	{"what was put can be read, what was deleted can not", func(s *scene) {
		s.want("k", "-")
		s.put("k", "v", never)
		s.want("k", "v")
		s.put("k", "", never)
		s.want("k", "")
		s.delete("k")
		s.want("k", "-")
		s.delete("k") // no mistake
		s.put("k", "again", never)
		s.want("k", "again")
	}},
	{"a transaction reads its own writes", func(s *scene) {
		s.put("a/1", "old", never)
		s.put("a/3", "old", never)
		s.put("a/5", "old", never)
		s.update(func(p storage.Putter) error {
			err := errors.Join(p.Put([]byte("a/1"), []byte("new"), never), p.Put([]byte("a/0"), []byte("new"), never),
				p.Put([]byte("a/4"), []byte("new"), never), p.Delete([]byte("a/3")), p.Put([]byte("a/6"), []byte("new"), never))
			if got, err := value(p, "a/1"); got != "new" || err != nil {
				s.Errorf("own put: got %q, %v", got, err)
			}
			if got, err := value(p, "a/3"); got != "-" || err != nil {
				s.Errorf("own delete: got %q, %v", got, err)
			}
			s.sameRows(p, "a/", "", 100, "a/0=new a/1=new a/4=new a/5=old a/6=new ")
			s.sameRows(p, "a/", "", 3, "a/0=new a/1=new a/4=new ")
			s.sameRows(p, "a/", "a/4", 1, "a/4=new ")
			s.sameRows(p, "a/", "a/5", 2, "a/5=old a/6=new ")
			return err
		})
		s.wantRows("a/", "", 100, "a/0=new a/1=new a/4=new a/5=old a/6=new ")
	}},
	{"a scan keeps to prefix, from and limit, in the order of bytes", func(s *scene) {
		for _, k := range []string{"a/2", "a/10", "a/1", "a", "b/1", "a/\xff", "a/\x00", "a0"} {
			s.put(k, "", never)
		}
		s.wantRows("a/", "", 100, "a/\x00= a/1= a/10= a/2= a/\xff= ")
		s.wantRows("a/", "a/", 100, "a/\x00= a/1= a/10= a/2= a/\xff= ")
		s.wantRows("a/", "a/1", 2, "a/1= a/10= ")
		s.wantRows("a/", "a/1\x00", 2, "a/10= a/2= ")
		s.wantRows("a/", "b", 100, "")
		s.wantRows("a/1", "", 100, "a/1= a/10= ")
		s.wantRows("c", "", 100, "")
		s.wantRows("", "", 2, "a= a/\x00= ")
	}},
	{"what is given and taken are copies", func(s *scene) {
		key, val := []byte("k1"), []byte("value")
		s.update(func(p storage.Putter) error {
			copy(key, "k1")
			copy(val, "value")
			err := p.Put(key, val, never)
			copy(key, "XX")
			copy(val, "XXXXX")
			return err
		})
		s.put("k2", "other", never)
		s.view(func(g storage.Getter) error {
			v, err := g.Get([]byte("k1"))
			found, err2 := g.Scan([]byte("k"), nil, 10)
			clear(v)
			for _, r := range found {
				clear(r.Key)
				clear(r.Value)
			}
			s.sameRows(g, "k", "", 10, "k1=value k2=other ")
			return errors.Join(err, err2)
		})
		s.wantRows("", "", 10, "k1=value k2=other ")
	}},
	{"a function's error commits nothing and comes back", func(s *scene) {
		mine := errors.New("mine")
		err := s.kv.Update(s.Context(), func(p storage.Putter) error {
			return errors.Join(p.Put([]byte("k"), nil, never), mine)
		})
		if !errors.Is(err, mine) {
			s.Errorf("got error %v, want the function's own", err)
		}
		if err := s.kv.View(s.Context(), func(storage.Getter) error { return mine }); !errors.Is(err, mine) {
			s.Errorf("view: got error %v, want the function's own", err)
		}
		s.want("k", "-")
	}},
	{"a cancelled context commits nothing", func(s *scene) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		err := s.kv.Update(ctx, func(p storage.Putter) error { return p.Put([]byte("k"), nil, never) })
		if !errors.Is(err, context.Canceled) {
			s.Errorf("update: got %v, want context.Canceled", err)
		}
		if err := s.kv.View(ctx, func(storage.Getter) error { return nil }); !errors.Is(err, context.Canceled) {
			s.Errorf("view: got %v, want context.Canceled", err)
		}
		s.want("k", "-")
	}},
	{"a closed store says so", func(s *scene) {
		s.put("k", "v", never)
		if err := s.kv.Close(); err != nil {
			s.Fatalf("close: %v", err)
		}
		err := s.kv.Update(s.Context(), func(p storage.Putter) error { return p.Put([]byte("k"), nil, never) })
		if !errors.Is(err, storage.ErrClosed) {
			s.Errorf("update: got %v, want ErrClosed", err)
		}
		if err := s.kv.View(s.Context(), func(storage.Getter) error { return nil }); !errors.Is(err, storage.ErrClosed) {
			s.Errorf("view: got %v, want ErrClosed", err)
		}
	}},
	{"close waits for what runs", func(s *scene) {
		s.put("k", "v", never)
		running, closed := make(chan struct{}), make(chan error)
		go func() {
			<-running
			closed <- s.kv.Close()
		}()
		var once sync.Once
		s.view(func(g storage.Getter) error {
			once.Do(func() { close(running) })
			time.Sleep(20 * time.Millisecond) // the other goroutine has every chance to close under us
			got, err := value(g, "k")
			if got != "v" {
				s.Errorf("got %q, want %q", got, "v")
			}
			return err
		})
		if err := <-closed; err != nil {
			s.Errorf("close: %v", err)
		}
	}},
}

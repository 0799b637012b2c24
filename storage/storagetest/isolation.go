package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/rebookhq/rebook/storage"
)

// firstRun tells whether a function runs for the first time.
type firstRun struct{ sync.Once }

func (f *firstRun) do(fn func() error) (err error) {
	f.Do(func() { err = fn() })
	return err
}

var isolation = []promise{
	{"a view is one snapshot", func(s *scene) {
		s.put("a", "1", never)
		s.put("b", "1", never)
		s.view(func(g storage.Getter) error {
			a, err := value(g, "a")
			err2 := s.elsewhere(func(p storage.Putter) error {
				return errors.Join(p.Put([]byte("a"), []byte("2"), never), p.Put([]byte("b"), []byte("2"), never), p.Put([]byte("c"), nil, never))
			})
			b, err3 := value(g, "b")
			if a != "1" || b != "1" {
				s.Errorf("got a=%s b=%s, want the old state of both", a, b)
			}
			s.sameRows(g, "", "", 10, "a=1 b=1 ")
			return errors.Join(err, err2, err3)
		})
		s.wantRows("", "", 10, "a=2 b=2 c= ")
	}},
	{"a transaction reads one snapshot until it commits", func(s *scene) {
		s.put("a", "1", never)
		var first firstRun
		s.update(func(p storage.Putter) error {
			err := first.do(func() error {
				return s.elsewhere(func(q storage.Putter) error { return q.Put([]byte("a"), []byte("2"), never) })
			})
			a, err2 := value(p, "a")
			b, err3 := value(p, "a")
			if a != b {
				s.Errorf("two reads of one run: %s, then %s", a, b)
			}
			return errors.Join(err, err2, err3, p.Put([]byte("seen"), []byte(a), never))
		})
		s.want("seen", "2")
	}},
	{"no increment of 800 at once is lost", func(s *scene) {
		var wg, noise sync.WaitGroup
		var stop atomic.Bool
		for caller := range 2 { // so that commits are always under way and batches have more than one member
			noise.Go(func() {
				for !stop.Load() {
					err := s.kv.Update(s.Context(), func(p storage.Putter) error {
						return p.Put(fmt.Appendf(nil, "noise/%d", caller), nil, never)
					})
					if err != nil {
						s.Errorf("noise: %v", err)
					}
				}
			})
		}
		for caller := range 16 {
			wg.Go(func() {
				for i := range 50 {
					token := fmt.Sprintf("done/%d/%d", caller, i)
					err := s.kv.Update(s.Context(), func(p storage.Putter) error { return increment(p, token) })
					if err != nil {
						s.Errorf("increment: %v", err)
					}
				}
			})
		}
		wg.Wait()
		stop.Store(true)
		noise.Wait()
		s.want("n", "800")
	}},
	{"two that read both and write one each never pass each other", func(s *scene) {
		for round := range 50 {
			x, y := fmt.Sprintf("x%d", round), fmt.Sprintf("y%d", round)
			var wg sync.WaitGroup
			start := make(chan struct{})
			for _, mine := range []string{x, y} {
				wg.Go(func() {
					<-start
					err := s.kv.Update(s.Context(), func(p storage.Putter) error {
						a, err := value(p, x)
						b, err2 := value(p, y)
						if a == "-" && b == "-" {
							return errors.Join(err, err2, p.Put([]byte(mine), []byte("taken"), never))
						}
						return errors.Join(err, err2)
					})
					if err != nil {
						s.Errorf("update: %v", err)
					}
				})
			}
			close(start)
			wg.Wait()
			s.view(func(g storage.Getter) error {
				a, err := value(g, x)
				b, err2 := value(g, y)
				if (a == "-") == (b == "-") {
					s.Errorf("round %d: got %s=%s %s=%s, want exactly one taken", round, x, a, y, b)
				}
				return errors.Join(err, err2)
			})
		}
	}},
	{"of many who create what is absent, one does", func(s *scene) {
		var created atomic.Int64
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				mine := strconv.Itoa(i)
				var owner string
				err := s.kv.Update(s.Context(), func(p storage.Putter) error {
					var err error
					if owner, err = value(p, "k"); err != nil || owner != "-" {
						return err
					}
					owner = mine
					return p.Put([]byte("k"), []byte(mine), never)
				})
				if err != nil {
					s.Errorf("create: %v", err)
				}
				if owner == mine {
					created.Add(1)
				}
			})
		}
		wg.Wait()
		if created.Load() != 1 {
			s.Errorf("%d callers believe that they created the key, want 1", created.Load())
		}
	}},
	{"a read of an absent key is validated", func(s *scene) {
		var first firstRun
		s.update(func(p storage.Putter) error {
			got, err := value(p, "k")
			err2 := first.do(func() error {
				return s.elsewhere(func(q storage.Putter) error { return q.Put([]byte("k"), []byte("now there"), never) })
			})
			return errors.Join(err, err2, p.Put([]byte("seen"), []byte(got), never))
		})
		s.want("seen", "now there")
	}},
	{"a read of a deleted key is validated", func(s *scene) {
		s.put("k", "v", never)
		var first firstRun
		s.update(func(p storage.Putter) error {
			got, err := value(p, "k")
			err2 := first.do(func() error {
				return s.elsewhere(func(q storage.Putter) error { return q.Delete([]byte("k")) })
			})
			return errors.Join(err, err2, p.Put([]byte("seen"), []byte(got), never))
		})
		s.want("seen", "-")
	}},
	{"rows that a scan gave are validated", func(s *scene) {
		for _, change := range []func(storage.Putter) error{
			func(q storage.Putter) error { return q.Delete([]byte("r/2")) },
			func(q storage.Putter) error { return q.Put([]byte("r/2"), []byte("new"), never) },
		} {
			s.put("r/1", "old", never)
			s.put("r/2", "old", never)
			var first firstRun
			runs := 0
			s.update(func(p storage.Putter) error {
				runs++
				got, err := rows(p, "r/", "", 10)
				err2 := first.do(func() error { return s.elsewhere(change) })
				return errors.Join(err, err2, p.Put([]byte("seen"), []byte(got), never))
			})
			if runs < 2 {
				s.Errorf("ran %d times although a row it had scanned was changed", runs)
			}
		}
		s.want("seen", "r/1=old r/2=new ")
	}},
	{"reads beside what others write are no conflict", func(s *scene) {
		s.put("mine", "1", never)
		var first firstRun
		s.update(func(p storage.Putter) error {
			_, err := value(p, "mine")
			err2 := first.do(func() error {
				return s.elsewhere(func(q storage.Putter) error { return q.Put([]byte("theirs"), nil, never) })
			})
			return errors.Join(err, err2, p.Put([]byte("mine"), []byte("2"), never))
		})
		s.wantRows("", "", 10, "mine=2 theirs= ")
	}},
	{"the function runs again on the new state, and only its last run counts", func(s *scene) {
		s.put("n", "0", never)
		var first firstRun
		s.update(func(p storage.Putter) error {
			n, err := value(p, "n")
			err2 := first.do(func() error {
				return s.elsewhere(func(q storage.Putter) error { return q.Put([]byte("n"), []byte("5"), never) })
			})
			return errors.Join(err, err2, p.Put([]byte("run/"+n), nil, never), p.Put([]byte("n"), []byte("6"), never))
		})
		s.want("run/0", "-")
		s.want("n", "6")
	}},
	{"who always loses gets ErrConflict when the context ends", func(s *scene) {
		ctx, cancel := context.WithCancel(s.Context())
		defer cancel()
		n := 0
		err := s.kv.Update(ctx, func(p storage.Putter) error {
			_, err := value(p, "n")
			if n++; n == 3 {
				cancel()
			}
			err2 := s.elsewhere(func(q storage.Putter) error { return q.Put([]byte("n"), []byte(strconv.Itoa(n)), never) })
			return errors.Join(err, err2, p.Put([]byte("mine"), nil, never))
		})
		if !errors.Is(err, storage.ErrConflict) || !errors.Is(err, context.Canceled) {
			s.Errorf("got %v, want ErrConflict because the context ended", err)
		}
		s.want("mine", "-")
	}},
}

// increment adds one to "n", once for each token: a run after a lost answer recognises its own effect.
func increment(p storage.Putter, token string) error {
	done, err := value(p, token)
	if err != nil || done != "-" {
		return err
	}
	v, err := value(p, "n")
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(v) // absent: 0
	return errors.Join(p.Put([]byte("n"), []byte(strconv.Itoa(n+1)), never), p.Put([]byte(token), nil, never))
}

package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/storage"
)

var expiry = []promise{
	{"a row is seen until its expiry and not from it on", func(s *scene) {
		at := s.clock.Now().Add(time.Minute)
		s.put("k", "v", at)
		s.clock.Advance(time.Minute - time.Millisecond)
		s.want("k", "v")
		s.wantRows("k", "", 10, "k=v ")
		s.clock.Advance(time.Millisecond)
		s.want("k", "-")
		s.wantRows("k", "", 10, "")
		s.update(func(p storage.Putter) error {
			if got, err := value(p, "k"); got != "-" {
				s.Errorf("in a transaction: got %q, %v, want nothing", got, err)
			}
			s.sameRows(p, "k", "", 10, "")
			return p.Put([]byte("k"), []byte("new"), never)
		})
		s.want("k", "new")
	}},
	{"what has expired does not count towards a scan's limit", func(s *scene) {
		soon := s.clock.Now().Add(time.Second)
		for i := range 20 {
			expires := never
			if i%2 == 0 {
				expires = soon
			}
			s.put(fmt.Sprintf("k/%02d", i), "", expires)
		}
		s.clock.Advance(time.Second)
		s.wantRows("k/", "", 3, "k/01= k/03= k/05= ")
		s.wantRows("k/", "k/06", 2, "k/07= k/09= ")
	}},
	{"a put sets the life anew", func(s *scene) {
		soon := s.clock.Now().Add(time.Second)
		s.put("immortal", "1", soon)
		s.put("immortal", "2", never)
		s.put("mortal", "1", never)
		s.put("mortal", "2", soon)
		s.put("longer", "1", soon)
		s.put("longer", "2", soon.Add(time.Hour))
		s.clock.Advance(time.Minute)
		s.wantRows("", "", 10, "immortal=2 longer=2 ")
		s.want("mortal", "-")
	}},
	{"a transaction does not see its own put when that has expired already", func(s *scene) {
		past := s.clock.Now().Add(-time.Second)
		s.put("k", "old", never)
		s.update(func(p storage.Putter) error {
			err := p.Put([]byte("k"), []byte("new"), past)
			if got, err := value(p, "k"); got != "-" {
				s.Errorf("got %q, %v, want nothing", got, err)
			}
			s.sameRows(p, "", "", 10, "")
			return err
		})
		s.want("k", "-")
	}},
	{"expiry alone is no conflict", func(s *scene) {
		s.put("k", "v", s.clock.Now().Add(time.Second))
		s.update(func(p storage.Putter) error {
			_, err := value(p, "k")
			return errors.Join(err, p.Put([]byte("other"), nil, never))
		})
		s.clock.Advance(time.Minute)
		s.update(func(p storage.Putter) error {
			_, err := value(p, "k")
			return errors.Join(err, p.Put([]byte("k"), []byte("again"), s.clock.Now().Add(time.Hour)))
		})
		s.want("k", "again")
	}},
}

// tooBig expects a transaction to be refused as a whole, even when it overlooks the error it got.
func (s *scene) tooBig(what string, fn func(storage.Putter) error) {
	s.Helper()
	err := s.kv.Update(s.Context(), func(p storage.Putter) error {
		err := p.Put([]byte("canary"), nil, never)
		if got := fn(p); !errors.Is(got, storage.ErrTooBig) {
			s.Errorf("%s: the call gave %v, want ErrTooBig", what, got)
		}
		return err
	})
	if !errors.Is(err, storage.ErrTooBig) {
		s.Errorf("%s: the transaction gave %v, want ErrTooBig", what, err)
	}
	s.want("canary", "-")
}

// fits expects a transaction of exactly the permitted size to be taken.
func (s *scene) fits(what string, fn func(storage.Putter) error) {
	s.Helper()
	if err := s.kv.Update(s.Context(), fn); err != nil {
		s.Errorf("%s: got %v, want it to fit", what, err)
	}
}

func putMany(n, size int) func(storage.Putter) error {
	return func(p storage.Putter) error {
		for i := range n {
			if err := p.Put(fmt.Appendf(nil, "many/%04d", i), make([]byte, size), never); err != nil {
				return err
			}
		}
		return nil
	}
}

func getMany(n int) func(storage.Putter) error {
	return func(p storage.Putter) error {
		for i := range n {
			if _, err := p.Get(fmt.Appendf(nil, "none/%04d", i)); !errors.Is(err, storage.ErrNotFound) {
				return err
			}
		}
		return nil
	}
}

var limits = []promise{
	{"writes of one transaction are limited", func(s *scene) {
		s.fits("as many writes as permitted", putMany(storage.MaxWrites, 1))
		s.tooBig("one write more", putMany(storage.MaxWrites, 1)) // the canary is the one more
		s.fits("the same key again and again", func(p storage.Putter) error {
			for range 3 * storage.MaxWrites {
				if err := p.Put([]byte("one"), nil, never); err != nil {
					return err
				}
			}
			return nil
		})
	}},
	{"reads of one transaction are limited", func(s *scene) {
		s.fits("as many reads as permitted", getMany(storage.MaxReads))
		s.tooBig("one read more", getMany(storage.MaxReads+1))
	}},
	{"rows of scans count as reads", func(s *scene) {
		s.fits("rows", putMany(storage.MaxWrites, 1))
		s.tooBig("eleven scans of a hundred rows", func(p storage.Putter) error {
			for range storage.MaxReads/storage.MaxWrites + 1 {
				if _, err := p.Scan([]byte("many/"), nil, storage.MaxWrites); err != nil {
					return err
				}
			}
			return nil
		})
	}},
	{"a view may read more than a transaction", func(s *scene) {
		s.view(func(g storage.Getter) error {
			for i := range 2 * storage.MaxReads {
				if _, err := g.Get(fmt.Appendf(nil, "none/%d", i)); !errors.Is(err, storage.ErrNotFound) {
					return err
				}
			}
			return nil
		})
	}},
	{"bytes of one transaction are limited", func(s *scene) {
		const key = len("many/0000")
		s.fits("as many bytes as permitted", putMany(4, storage.MaxTxnBytes/4-key))
		s.tooBig("more bytes", putMany(8, storage.MaxTxnBytes/8))
	}},
	{"keys and values are limited", func(s *scene) {
		key := bytes.Repeat([]byte{'k'}, storage.MaxKey)
		s.fits("the longest key and value", func(p storage.Putter) error { return p.Put(key, make([]byte, storage.MaxValue), never) })
		long := append(key, 'k')
		s.tooBig("a longer key", func(p storage.Putter) error { return p.Put(long, nil, never) })
		s.tooBig("a read of a longer key", func(p storage.Putter) error { _, err := p.Get(long); return err })
		s.tooBig("a longer value", func(p storage.Putter) error { return p.Put([]byte("k"), make([]byte, storage.MaxValue+1), never) })
		if err := s.elsewhere(func(p storage.Putter) error { return p.Put(nil, nil, never) }); err == nil {
			s.Errorf("an empty key was taken")
		}
	}},
	{"a scan needs a limit", func(s *scene) {
		s.put("k", "v", never)
		s.view(func(g storage.Getter) error {
			for _, limit := range []int{0, -1} {
				if got, err := g.Scan([]byte("k"), nil, limit); err == nil {
					s.Errorf("limit %d: got %v and no error", limit, got)
				}
			}
			return nil
		})
	}},
	{"nothing is read or written after the call", func(s *scene) {
		var g storage.Getter
		var p storage.Putter
		s.view(func(v storage.Getter) error { g = v; return nil })
		s.update(func(v storage.Putter) error { p = v; return nil })
		_, err := g.Get([]byte("k"))
		_, err2 := p.Scan([]byte("k"), nil, 1)
		if err == nil || err2 == nil || p.Put([]byte("k"), nil, never) == nil || p.Delete([]byte("k")) == nil {
			s.Errorf("a getter or putter still works after its call")
		}
	}},
}

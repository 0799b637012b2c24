package storagetest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

func open(t *testing.T, seed uint64) (*storage.Store, *storagetest.Faulty) {
	t.Helper()
	f := storagetest.NewFaulty(seed)
	s, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, f
}

// epochs makes n transactions that do not recognise their own effect, and gives the last number and the runs.
func epochs(t *testing.T, s *storage.Store, n int) (last uint64, runs int) {
	t.Helper()
	for range n {
		err := s.Update(t.Context(), func(tx *storage.Tx) (err error) {
			runs++
			last, err = tx.NextEpoch()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return last, runs
}

func TestAnInjectedConflictThrowsAwayARun(t *testing.T) {
	s, f := open(t, 1)
	f.Set(storagetest.Faults{Conflict: 0.5})
	last, runs := epochs(t, s, 100)
	if c := f.Counts(); last != 100 || c.Conflicts < 50 || runs != 100+c.Conflicts {
		t.Errorf("number %d after %d runs with %+v, want 100 whatever the conflicts", last, runs, c)
	}
}

func TestAnUnknownCommitHappensAndTheFunctionRunsAgain(t *testing.T) {
	s, f := open(t, 1)
	f.Set(storagetest.Faults{Unknown: 0.5})
	last, runs := epochs(t, s, 100)
	if c := f.Counts(); c.Unknowns < 50 || last != uint64(100+c.Unknowns) || runs != int(last) {
		t.Errorf("number %d after %d runs with %+v: a function that does not recognise its own effect repeats it", last, runs, c)
	}
}

func TestDownMeansNothingHappened(t *testing.T) {
	s, f := open(t, 1)
	f.SetDown(true)
	ran := false
	err := s.Update(t.Context(), func(tx *storage.Tx) error { ran = true; return nil })
	err2 := s.View(t.Context(), func(*storage.Snapshot) error { ran = true; return nil })
	if !errors.Is(err, storage.ErrDown) || !errors.Is(err2, storage.ErrDown) || ran {
		t.Errorf("update: %v, view: %v, function ran: %v", err, err2, ran)
	}
	f.SetDown(false)
	if last, _ := epochs(t, s, 1); last != 1 {
		t.Errorf("number %d after the store came back, want 1", last)
	}
}

func TestTheSameSeedGivesTheSameFaults(t *testing.T) {
	counts := func(seed uint64) storagetest.Counts {
		s, f := open(t, seed)
		f.Set(storagetest.Faults{Conflict: 0.3, Down: 0.3})
		for range 100 {
			err := s.Update(t.Context(), func(tx *storage.Tx) error { _, err := tx.NextEpoch(); return err })
			if err != nil && !errors.Is(err, storage.ErrDown) {
				t.Fatal(err)
			}
		}
		return f.Counts()
	}
	if a, b := counts(7), counts(7); a != b {
		t.Errorf("seed 7 gave %+v, then %+v", a, b)
	}
	if a, b := counts(7), counts(8); a == b {
		t.Errorf("seeds 7 and 8 gave the same faults: %+v", a)
	}
}

func TestSlownessSleepsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := storagetest.NewFaulty(1)
		s, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
		if err != nil {
			t.Fatal(err)
		}
		f.Set(storagetest.Faults{Slow: 1, Delay: time.Hour})
		began := time.Now()
		epochs(t, s, 3)
		if took := time.Since(began); took != 3*time.Hour {
			t.Errorf("three slow calls took %v, want 3h", took)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

package storage

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// shelved waits until the shelf has done what it was told to.
func shelved(t *testing.T, s *Shelf) []Kept {
	t.Helper()
	s.work.Wait()
	all, busy, failed, err := s.State()
	if err != nil || failed != nil || busy != nil {
		t.Fatalf("busy %v, failed %v, error %v", busy, failed, err)
	}
	return all
}

func TestShelfKeepsWholeBackups(t *testing.T) {
	store := mustOpen(t, Options{InMemory: true, Small: true, Now: (&clock{noon}).now})
	dir := filepath.Join(t.TempDir(), "backups")
	s := NewShelf(store, dir)
	if all := shelved(t, s); len(all) != 0 {
		t.Errorf("an empty shelf has %v", all)
	}
	if err := s.Make(); err != nil {
		t.Fatal(err)
	}
	all := shelved(t, s)
	if len(all) != 1 || all[0].Proof == nil || all[0].Proof.Err != nil || all[0].Proof.Summary.SHA256 == "" || all[0].Bytes == 0 {
		t.Fatalf("after the first: %+v", all)
	}
	name := all[0].Name
	if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	f, size, err := s.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	f.Close()
	if err != nil || int64(len(b)) != size {
		t.Errorf("%d bytes of %d: %v", len(b), size, err)
	}

	// A byte that rotted is found, and told.
	b[len(b)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Prove(name); err != nil {
		t.Fatal(err)
	}
	if all := shelved(t, s); all[0].Proof == nil || all[0].Proof.Err == nil {
		t.Errorf("a rotten file proved %+v", all[0].Proof)
	}

	// Names lead nowhere else, and other files are left alone.
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "notes.txt", "../store", "rebook-20260310-140000.backup", name + "/../notes.txt", "/etc/passwd"} {
		if _, _, err := s.Open(bad); !errors.Is(err, ErrNoBackup) {
			t.Errorf("open %q: %v", bad, err)
		}
		if err := s.Prove(bad); !errors.Is(err, ErrNoBackup) {
			t.Errorf("prove %q: %v", bad, err)
		}
		if err := s.Remove(bad); !errors.Is(err, ErrNoBackup) {
			t.Errorf("remove %q: %v", bad, err)
		}
	}
	if err := s.Remove(name); err != nil {
		t.Error(err)
	}
	if all := shelved(t, s); len(all) != 0 {
		t.Errorf("after the removal: %+v", all)
	}
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil {
		t.Error(err)
	}
}

func TestShelfDoesOneThingAtATime(t *testing.T) {
	store := mustOpen(t, Options{InMemory: true, Small: true, Now: (&clock{noon}).now})
	dir := t.TempDir()
	s := NewShelf(store, dir)
	held := make(chan struct{})
	if err := s.begin("", func() error { <-held; return errors.New("the disk is gone") }); err != nil {
		t.Fatal(err)
	}
	if err := s.Make(); !errors.Is(err, ErrShelfBusy) {
		t.Errorf("a second one: %v", err)
	}
	if _, busy, _, _ := s.State(); busy == nil || busy.Since.IsZero() {
		t.Errorf("busy: %v", busy)
	}
	close(held)
	s.work.Wait()
	if _, busy, failed, _ := s.State(); busy != nil || failed == nil {
		t.Errorf("afterwards busy %v, failed %v", busy, failed)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Make(); !errors.Is(err, ErrClosed) {
		t.Errorf("after the close: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

package storage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheListOfErasuresBearsTornLines(t *testing.T) {
	dir := t.TempDir()
	l := NewErasedList(dir)
	add := func(v ErasedLine) {
		t.Helper()
		if err := l.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	if all, torn, err := l.All(); len(all) != 0 || torn != 0 || err != nil {
		t.Errorf("without a file: %v, %d, %v", all, torn, err)
	}
	one := ErasedLine{ID: uuid(1), Account: "acme", Salt: "s", Hash: "h1", At: noon}
	add(one)
	add(one) // the same again
	path := filepath.Join(dir, ErasedFile)
	whole, err := os.ReadFile(path)
	if err != nil || bytes.Count(whole, []byte(uuid(1))) != 1 {
		t.Fatalf("the file: %s, %v", whole, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for cut := range len(whole) { // a process that died while it wrote
		if err := os.WriteFile(path, append(bytes.Clone(whole), whole[:cut]...), 0o600); err != nil {
			t.Fatal(err)
		}
		add(ErasedLine{ID: uuid(2), Account: "acme", Salt: "s", Hash: "h2", At: noon})
		stopped := one
		stopped.OptedOut = noon.Add(time.Hour)
		add(stopped) // the last line of an erasure counts
		all, _, err := l.All()
		if err != nil || len(all) != 2 || all[0].ID != uuid(1) || !all[0].OptedOut.Equal(stopped.OptedOut) || all[1].Hash != "h2" {
			t.Errorf("cut at %d: %+v, %v", cut, all, err)
		}
	}
}

// A restore leaves the list alone: it is what brings a restored store up to date.
func TestARestoreKeepsTheListOfErasures(t *testing.T) {
	s := memStore(t, &clock{noon})
	fillSample(t, s)
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l := NewErasedList(dir)
	if err := l.Add(ErasedLine{ID: uuid(1), Account: "acme", Salt: "s", Hash: "h", At: noon}); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), &b, Options{Dir: dir, Small: true, Now: (&clock{noon}).now}, false); err != nil {
		t.Fatal(err)
	}
	if all, _, err := l.All(); len(all) != 1 || err != nil {
		t.Errorf("after the restore: %v, %v", all, err)
	}
}

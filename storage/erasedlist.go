package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ErasedFile is the list of erasures in the data directory. It stands beside the store and in no backup, so that a restore of
// an older backup cannot bring back who was erased since; a restore leaves it as it is. Where a backup is restored into another
// directory, it has to be copied there first.
const ErasedFile = "erased.jsonl"

// ErasedLine is one erasure of the list. It names nobody: the salt of its hash is in the store alone.
type ErasedLine struct {
	ID       string            `json:"id"` // of the erasure
	Account  booking.AccountID `json:"account"`
	Salt     string            `json:"salt"` // see [SaltName]
	Hash     string            `json:"hash"` // see [booking.PersonHash]
	At       time.Time         `json:"at"`
	OptedOut time.Time         `json:"opted_out_at,omitzero"`
}

// ErasedList is the list of erasures: lines of JSON that are only added.
type ErasedList struct {
	path string
	mu   sync.Mutex
}

// NewErasedList gives the list of a data directory; the file is made with the first erasure.
func NewErasedList(dir string) *ErasedList {
	return &ErasedList{path: filepath.Join(dir, ErasedFile)}
}

// All reads the list, the last line of each erasure, in the order of the first. torn is how many lines cannot be read: what a crash
// left of a line that was never acknowledged.
func (l *ErasedList) All() (lines []ErasedLine, torn int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all()
}

func (l *ErasedList) all() (lines []ErasedLine, torn int, err error) {
	b, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the list of erasures: %w", err)
	}
	at := map[string]int{}
	for raw := range bytes.SplitSeq(b, []byte("\n")) {
		var v ErasedLine
		switch {
		case len(raw) == 0:
			continue
		case json.Unmarshal(raw, &v) != nil || v.ID == "" || v.Hash == "":
			torn++
			continue
		}
		if i, known := at[v.ID]; known {
			lines[i] = v
			continue
		}
		at[v.ID] = len(lines)
		lines = append(lines, v)
	}
	return lines, torn, nil
}

// Add appends an erasure and returns when it is on the disk. The same line again changes nothing.
func (l *ErasedList) Add(v ErasedLine) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines, _, err := l.all()
	if err != nil {
		return err
	}
	for _, was := range lines {
		if was.ID == v.ID && was.OptedOut.Equal(v.OptedOut) {
			return l.sync() // an earlier try may have failed after the write
		}
	}
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write the list of erasures: %w", err)
	}
	// The line begins with a line feed of its own, so that what a crash left of another stays apart from it.
	_, err = f.Write(append(append([]byte("\n"), line...), '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the list of erasures: %w", err)
	}
	return syncDir(filepath.Dir(l.path))
}

func (l *ErasedList) sync() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write the list of erasures: %w", err)
	}
	return errors.Join(f.Sync(), f.Close(), syncDir(filepath.Dir(l.path)))
}

package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Forget takes a person out of the carrier's record: every text to and from the number, and that it opted out here (the daemon
// keeps that by itself). It returns when the file without them is on the disk in the place of the old one. A real carrier
// keeps its own records, which nobody here can change.
func (c *Carrier) Forget(ctx context.Context, p booking.Phone) error {
	c.mu.Lock()
	gone := c.book.forgetPerson(p)
	c.faults.Landlines = slices.DeleteFunc(slices.Clone(c.faults.Landlines), func(l booking.Phone) bool { return l == p })
	c.mu.Unlock()
	if c.journal == nil {
		return nil
	}
	b, err := c.journal.rewrite(func(r record) bool {
		switch {
		case r.Message != nil && (r.Message.From == p || r.Message.To == p):
			gone[r.Message.SID] = true // older than what is in memory
			return false
		case r.Change != nil:
			return !gone[r.Change.SID]
		}
		return true
	}, func() { // what was on its way to the file meanwhile is in it, and in memory, by now
		c.mu.Lock()
		defer c.mu.Unlock()
		c.book.forgetPerson(p)
	})
	if err != nil {
		return err
	}
	return b.wait(ctx)
}

// forgetPerson drops a person's messages from memory and gives their SIDs.
func (b *book) forgetPerson(p booking.Phone) map[string]bool {
	gone := map[string]bool{}
	kept := b.all[:0:0]
	for _, e := range b.all {
		if e.From == p || e.To == p {
			gone[e.SID] = true
			delete(b.bySID, e.SID)
			continue
		}
		e.number = b.first + len(kept)
		kept = append(kept, e)
	}
	b.all = kept
	delete(b.byTo, p)
	delete(b.optedOut, p)
	return gone
}

// Lookup tells what kind of line a number is, as a carrier's lookup does: a mobile, unless [Faults] call it a landline.
func (c *Carrier) Lookup(ctx context.Context, p booking.Phone) (booking.LineKind, error) {
	if err := ctx.Err(); err != nil {
		return booking.LineUnknown, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return booking.LineUnknown, ErrClosed
	}
	if slices.Contains(c.faults.Landlines, p) {
		return booking.LineLandline, nil
	}
	return booking.LineMobile, nil
}

// rewrite puts a file with the records that keep wants in the place of the old one. The writer does it, behind what was appended
// before; then is called as with append.
func (j *journal) rewrite(keep func(record) bool, then func()) (*batch, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	b := j.next
	b.keeps, b.cut = append(b.keeps, keep), len(b.entries)
	b.entries = append(b.entries, pending{then: then})
	select {
	case j.kick <- struct{}{}:
	default:
	}
	return b, nil
}

// replace writes the records that all of keeps want to a file beside, durably, and renames it over the old one.
func (j *journal) replace(keeps []func(record) bool) (err error) {
	if j.err != nil {
		return j.err
	}
	old, err := os.Open(j.path)
	if err != nil {
		return err
	}
	defer old.Close()
	beside, err := os.CreateTemp(filepath.Dir(j.path), "."+filepath.Base(j.path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(beside.Name()) // gone by then when all went well
	defer func() {
		if err != nil {
			beside.Close()
		}
	}()
	size, err := copyKept(beside, old, keeps)
	if err != nil {
		return err
	}
	if err = errors.Join(beside.Sync(), os.Rename(beside.Name(), j.path), syncDir(filepath.Dir(j.path))); err != nil {
		return fmt.Errorf("put the new record in its place: %w", err)
	}
	if err := j.file.Close(); err != nil {
		return err
	}
	j.file, j.size, j.synced = beside, size, size
	return nil
}

// copyKept writes the records that are kept. Nothing of the new file is known to be on the disk while it is written.
func copyKept(to io.Writer, from io.Reader, keeps []func(record) bool) (size int64, err error) {
	var failed error
	var line []byte
	_, err = read(from, func(r record) {
		if failed != nil || slices.ContainsFunc(keeps, func(keep func(record) bool) bool { return !keep(r) }) {
			return
		}
		raw, err := json.Marshal(r)
		if err == nil {
			line = appendLine(line[:0], 0, raw)
			size += int64(len(line))
			_, err = to.Write(line)
		}
		failed = err
	})
	return size, errors.Join(err, failed)
}

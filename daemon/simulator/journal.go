package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// journal is the file: it appends records in the order of the calls and shares one write and one fsync among all that wait
// at the same time.
type journal struct {
	file disk
	path string        // of the file
	kick chan struct{} // holds one token: there is something to write
	done chan struct{} // closed when the writer has ended

	mu     sync.Mutex
	next   *batch // what the next write will hold
	closed bool

	// Below: the writer's alone.
	size   int64  // of the file, all of it sound
	synced int64  // bytes known to be on disk
	buf    []byte // of one write, kept for the next
	err    error  // once set, nothing more is written
}

// disk is what is asked of an open *os.File; tests put a failing one in its place.
type disk interface {
	WriteAt(b []byte, at int64) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// batch is what one write holds.
type batch struct {
	entries []pending
	keeps   []func(record) bool // the file is rewritten with what they want, after the first `cut` entries
	cut     int
	durable bool          // somebody waits for the disk
	done    chan struct{} // closed when err is settled and everything applied
	err     error
}

// pending is a record on its way to the file.
type pending struct {
	record []byte // JSON
	then   func() // called in order once the batch is written; may be nil
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// wait returns when the batch is on disk and applied, or with an error when that failed or ctx ended first.
func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openJournal reads the file at path, hands every record to visit, cuts a torn end off and starts the writer. cut is how many
// bytes were cut off.
func openJournal(path string, visit func(record)) (j *journal, cut int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	sound, err := read(f, visit)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if cut = info.Size() - sound; cut > 0 {
		if err := f.Truncate(sound); err != nil {
			return nil, 0, fmt.Errorf("cut off the torn end: %w", err)
		}
	}
	j = &journal{file: f, path: path, kick: make(chan struct{}, 1), done: make(chan struct{}), next: newBatch(), size: sound}
	if err := j.begin(path); err != nil {
		return nil, 0, err
	}
	go j.run()
	return j, cut, nil
}

// begin gives a new file its first line, and makes everything found so far durable: the process before may have died between
// write and fsync, and what is now in memory must not vanish in a power loss to come.
func (j *journal) begin(path string) error {
	if j.size == 0 {
		line, err := json.Marshal(record{Format: &format{formatName, formatVersion}})
		if err != nil {
			return err
		}
		if err := j.write([]pending{{record: line}}, true); err != nil {
			return err
		}
		return syncDir(filepath.Dir(path))
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	j.synced = j.size
	return nil
}

// syncDir makes a new file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}

// append puts a record into the next batch. With durable set the batch is synced before then is called.
func (j *journal) append(r record, durable bool, then func()) (*batch, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	b := j.next
	b.entries = append(b.entries, pending{line, then})
	b.durable = b.durable || durable
	select {
	case j.kick <- struct{}{}:
	default: // a token is there; the writer will find this record too
	}
	return b, nil
}

// run is the writer.
func (j *journal) run() {
	defer close(j.done)
	for range j.kick {
		j.flush()
	}
	j.flush()
}

// flush writes the batch that has gathered.
func (j *journal) flush() {
	j.mu.Lock()
	b := j.next
	if len(b.entries) == 0 {
		j.mu.Unlock()
		return
	}
	j.next = newBatch()
	j.mu.Unlock()
	b.err = j.write(b.entries[:b.cut], b.durable)
	if b.err == nil && len(b.keeps) > 0 {
		b.err = j.replace(b.keeps)
	}
	if b.err == nil {
		b.err = j.write(b.entries[b.cut:], b.durable)
	}
	close(b.done)
}

// write appends entries to the file and applies them. After a failed write or sync nobody knows what the disk holds, so the journal writes
// nothing any more: texts are not acknowledged until the daemon is started again on a disk that works.
func (j *journal) write(entries []pending, durable bool) error {
	if j.err != nil || len(entries) == 0 {
		return j.err
	}
	j.buf = j.buf[:0]
	for _, e := range entries {
		if e.record == nil {
			continue
		}
		j.buf = appendLine(j.buf, j.synced, e.record)
	}
	if _, err := j.file.WriteAt(j.buf, j.size); err != nil {
		return j.fail(err)
	}
	if durable {
		if err := j.file.Sync(); err != nil {
			return j.fail(err)
		}
		j.synced = j.size + int64(len(j.buf))
	}
	j.size += int64(len(j.buf))
	if cap(j.buf) > 1<<20 {
		j.buf = nil
	}
	for _, e := range entries {
		if e.then != nil {
			e.then()
		}
	}
	return nil
}

// fail stops the journal for good. What the failed write may have left is taken back as far as that still works, so that a
// text that was not acknowledged does not come back at the next start.
func (j *journal) fail(err error) error {
	j.err = fmt.Errorf("the simulated carrier's record cannot be written (mend the disk and start again): %w", err)
	_ = j.file.Truncate(j.size)
	return j.err
}

// close writes out and syncs what is left and closes the file. Records appended from now on are refused.
func (j *journal) close() error {
	j.mu.Lock()
	j.closed = true
	j.next.durable = true
	j.mu.Unlock()
	close(j.kick)
	<-j.done
	err := j.err
	if err == nil && j.synced < j.size {
		err = j.file.Sync()
	}
	if cerr := j.file.Close(); err == nil {
		err = cerr
	}
	return err
}

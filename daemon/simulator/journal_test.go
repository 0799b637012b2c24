package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// written gives the bytes of a record with n texts, and where each line begins; the last entry is the length.
func written(t testing.TB, n int) (file []byte, lines []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "carrier")
	c := must(Open(Options{Path: path, Now: time.Now}))
	if err := c.SetFaults(Faults{Next: slices.Repeat([]Fault{{StatusOrder: []string{}}}, n)}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		must(c.Send(t.Context(), text("a", fmt.Sprint("text ", i))))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	file = must(os.ReadFile(path))
	lines = []int{0}
	for i, b := range file {
		if b == '\n' {
			lines = append(lines, i+1)
		}
	}
	if len(lines) != n+2 || lines[n+1] != len(file) {
		t.Fatalf("%d texts gave %d lines, want a first line and one each", n, len(lines)-1)
	}
	return file, lines
}

// reopen opens a carrier on these bytes and gives the bodies it knows.
func reopen(t testing.TB, file []byte) (bodies []string, path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "carrier")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Open(Options{Path: path, Now: time.Now})
	if err != nil {
		return nil, path, err
	}
	items, _, _ := c.Messages("", 1000)
	for _, m := range items {
		bodies = append(bodies, m.Body)
	}
	return bodies, path, c.Close()
}

func TestATornEndIsCutOffWhereverItIsTorn(t *testing.T) {
	file, lines := written(t, 3)
	for end := 0; end <= len(file); end++ {
		whole := 0 // lines that are complete
		for whole < 4 && lines[whole+1] <= end {
			whole++
		}
		records, sound, err := readAll(file[:end])
		if err != nil || len(records) != whole || sound != int64(lines[whole]) {
			t.Fatalf("cut at byte %d: %d records in %d bytes, error %v; want %d in %d", end, len(records), sound, err, whole, lines[whole])
		}
	}
	// On the disk, at a few places: each costs an fsync.
	for _, end := range []int{0, 1, lines[1] - 1, lines[1], lines[2] - 1, lines[3] + 1, len(file) - 1, len(file)} {
		bodies, path, err := reopen(t, file[:end])
		if err != nil {
			t.Fatalf("cut at byte %d: %v", end, err)
		}
		want := lines[max(len(bodies)+1, 1)]
		if now := must(os.ReadFile(path)); !bytes.Equal(now, file[:want]) || want < len(file) && lines[len(bodies)+2] <= end {
			t.Errorf("cut at byte %d: %d texts and %d bytes after reopening, want all whole lines and no more", end, len(bodies), len(now))
		}
	}
}

func TestTheFileGoesOnAfterATornEnd(t *testing.T) {
	file, lines := written(t, 2)
	path := filepath.Join(t.TempDir(), "carrier")
	if err := os.WriteFile(path, file[:lines[2]+20], 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		c := must(Open(Options{Path: path, Now: time.Now}))
		must(c.Send(t.Context(), text("a", fmt.Sprint("after ", i))))
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	bodies, _, err := reopen(t, must(os.ReadFile(path)))
	if want := []string{"text 0", "after 0", "after 1"}; err != nil || !slices.Equal(bodies, want) {
		t.Errorf("texts = %q, %v; want %q", bodies, err, want)
	}
}

func TestDamageInTheMiddleIsReportedWithItsPlace(t *testing.T) {
	file, lines := written(t, 3)
	for at := lines[1]; at < lines[3]; at++ { // text 0 and text 1: text 2 knows them to be on disk
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x04
		_, _, err := readAll(damaged)
		line := 2
		if at >= lines[2] {
			line = 3
		}
		want := fmt.Sprintf("at byte %d, line %d", lines[line-1], line)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Fatalf("damage at byte %d: error = %v, want ErrDamaged %s", at, err, want)
		}
	}
	damaged := bytes.Clone(file)
	damaged[lines[2]] = 'x'
	_, path, err := reopen(t, damaged)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("open = %v, want ErrDamaged with the path", err)
	}
	if now := must(os.ReadFile(path)); !bytes.Equal(now, damaged) {
		t.Error("a damaged record was changed")
	}
}

func TestAfterARestartTheFirstNewLineKnowsTheOldOnes(t *testing.T) {
	file, lines := written(t, 1)
	path := filepath.Join(t.TempDir(), "carrier")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	c := must(Open(Options{Path: path, Now: time.Now}))
	mustFault(t, c, Fault{StatusOrder: []string{}})
	mustSend(t, c, text("a", "after"))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	file = must(os.ReadFile(path))
	file[lines[1]+30] ^= 1
	if _, _, err := reopen(t, file); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged text of before the restart: error = %v, want ErrDamaged", err)
	}
}

// A power loss may leave several lines of the last write torn, and even sound ones after a hole.
func TestWhatNoLineKnowsToBeOnDiskMayBeCutOff(t *testing.T) {
	file, lines := written(t, 1)
	synced := int64(lines[2])
	one := appendLine(nil, synced, []byte(`{"message":{"sid":"SM1","direction":"outbound","body":"unacknowledged 1"}}`))
	two := appendLine(nil, synced, []byte(`{"message":{"sid":"SM2","direction":"outbound","body":"unacknowledged 2"}}`))
	for name, tail := range map[string][]byte{
		"zeros":                   make([]byte, 5000),
		"a hole and a sound line": slices.Concat(make([]byte, len(one)), two),
		"a torn line before one":  slices.Concat(one[:30], two),
		"a very long line":        bytes.Repeat([]byte("x"), 3*maxLine),
	} {
		bodies, path, err := reopen(t, slices.Concat(file, tail))
		if err != nil || !slices.Equal(bodies, []string{"text 0"}) {
			t.Errorf("%s: texts %q, error %v; want the one acknowledged", name, bodies, err)
		}
		if now := must(os.ReadFile(path)); !bytes.Equal(now, file) {
			t.Errorf("%s: %d bytes left, want %d", name, len(now), len(file))
		}
	}
}

func TestOtherFilesAndNewerRecordsAreLeftAlone(t *testing.T) {
	for name, file := range map[string]string{
		"a text file":        strings.Repeat("some notes of somebody\n", 20),
		"zeros":              string(make([]byte, 4096)),
		"a newer record":     string(appendLine(nil, 0, []byte(`{"format":{"name":"rebook-simulator","version":2}}`))),
		"another program's":  string(appendLine(nil, 0, []byte(`{"format":{"name":"other","version":1}}`))),
		"no first line":      string(appendLine(nil, 0, []byte(`{"message":{"sid":"SM1"}}`))),
		"a second beginning": strings.Repeat(string(appendLine(nil, 0, []byte(`{"format":{"name":"rebook-simulator","version":1}}`))), 2),
	} {
		_, path, err := reopen(t, []byte(file))
		if err == nil || !strings.Contains(err.Error(), "(") && !strings.Contains(err.Error(), ";") {
			t.Errorf("%s: error = %v, want a refusal with its mend", name, err)
		}
		if now := must(os.ReadFile(path)); string(now) != file {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestStatusesAndSilentEndsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	scene(t, Options{Path: path, Latency: time.Second}, func(t *testing.T, c *Carrier, _ *told) {
		mustFault(t, c, Fault{ErrorCode: 30005})
		mustSend(t, c, text("a1", "to a dead number"))
		time.Sleep(time.Minute)
		synctest.Wait()
	})
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, _ *told) {
		if m := all(t, c)[0]; m.Status != "undelivered" || m.ErrorCode != 30005 {
			t.Errorf("after a restart the text is %s/%d, want undelivered/30005", m.Status, m.ErrorCode)
		}
	})
	if n := bytes.Count(must(os.ReadFile(path)), []byte(`"change"`)); n != 3 {
		t.Errorf("the record holds %d status changes, want 3", n)
	}
}

func TestTextsThatComeTogetherShareOneSync(t *testing.T) {
	j := &journal{file: must(os.Create(filepath.Join(t.TempDir(), "carrier"))), kick: make(chan struct{}, 1), next: newBatch()}
	defer j.file.Close()
	var order []int
	var batches []*batch
	for i := range 5 {
		b, err := j.append(record{Message: &Message{SID: fmt.Sprint(i)}}, i == 3, func() { order = append(order, i) })
		if err != nil {
			t.Fatal(err)
		}
		batches = append(batches, b)
	}
	if len(order) != 0 {
		t.Error("a record was applied before it was written")
	}
	j.flush()
	for _, b := range batches {
		if b != batches[0] || b.wait(t.Context()) != nil {
			t.Fatal("five records at once did not share a batch")
		}
	}
	if !slices.Equal(order, []int{0, 1, 2, 3, 4}) || j.synced != j.size || j.size == 0 {
		t.Errorf("applied %v, synced %d of %d; want all in order and on disk", order, j.synced, j.size)
	}
	sizeBefore := j.size
	must(j.append(record{Change: &change{SID: "0", Status: "sent"}}, false, nil))
	j.flush()
	if j.size == sizeBefore || j.synced != sizeBefore {
		t.Errorf("a status change: size %d → %d, synced %d; want it written and not synced", sizeBefore, j.size, j.synced)
	}
}

// watched is a disk that tells what was asked of it and fails on demand.
type watched struct {
	disk
	mu   sync.Mutex
	ops  []string
	fail string // the operation that fails
}

func (w *watched) do(op string, act func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ops = append(w.ops, op)
	if op == w.fail {
		return errors.New("input/output error")
	}
	return act()
}

func (w *watched) Sync() error { return w.do("sync", w.disk.Sync) }
func (w *watched) Truncate(n int64) error {
	return w.do("truncate", func() error { return w.disk.Truncate(n) })
}
func (w *watched) WriteAt(b []byte, at int64) (n int, err error) {
	err = w.do("write", func() error { n, err = w.disk.WriteAt(b, at); return err })
	return n, err
}

// asked gives the operations since the last time, as "write sync".
func (w *watched) asked() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.ops = nil }()
	return strings.Join(w.ops, " ")
}

// openWatched opens a carrier without callbacks over a watched disk.
func openWatched(t *testing.T) (*Carrier, *watched, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "carrier")
	c := must(Open(Options{Path: path, Now: time.Now}))
	w := &watched{disk: c.journal.file}
	c.journal.mu.Lock()
	c.journal.file = w
	c.journal.mu.Unlock()
	if err := c.SetFaults(Faults{Next: slices.Repeat([]Fault{{StatusOrder: []string{}}}, 10)}); err != nil {
		t.Fatal(err)
	}
	return c, w, path
}

func TestATextIsSyncedBeforeItIsAcknowledged(t *testing.T) {
	c, w, _ := openWatched(t)
	must(c.Send(t.Context(), text("a1", "hello")))
	if got := w.asked(); got != "write sync" {
		t.Errorf("before the answer to Send the disk was asked to %q, want write sync", got)
	}
	must(c.Receive(t.Context(), "+16145550142", "+16145550123", "hello", nil))
	if got := w.asked(); got != "write sync" {
		t.Errorf("before the answer to Receive the disk was asked to %q, want write sync", got)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFailingDiskAcknowledgesNothing(t *testing.T) {
	for _, op := range []string{"write", "sync"} {
		c, w, path := openWatched(t)
		must(c.Send(t.Context(), text("a1", "before")))
		w.fail = op
		for range 2 {
			sid, err := c.Send(t.Context(), text("a2", "lost"))
			if _, refused := errors.AsType[*booking.CarrierError](err); sid != "" || refused || err == nil || !strings.Contains(err.Error(), "mend the disk") {
				t.Errorf("%s fails: send = %q, %v; want an error that is no refusal and says what to do", op, sid, err)
			}
		}
		w.fail = "" // a disk that works again is not trusted: what it holds is unknown
		if _, err := c.Send(t.Context(), text("a3", "after")); err == nil {
			t.Errorf("%s failed once: a later text was acknowledged", op)
		}
		if m, err := c.Find(t.Context(), text("", "lost"), time.Time{}); m != nil || err != nil {
			t.Errorf("%s fails: find = %v, %v; want nothing", op, m, err)
		}
		if err := c.Close(); err == nil {
			t.Errorf("%s fails: close hides that the record could not be written", op)
		}
		if bodies, _, err := reopen(t, must(os.ReadFile(path))); err != nil || !slices.Equal(bodies, []string{"before"}) {
			t.Errorf("%s fails: after a restart the texts are %q, %v; want only the acknowledged one", op, bodies, err)
		}
	}
}

package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// While others send, a person is forgotten; afterwards neither memory nor file nor a later process knows them, and everybody else
// is there, once.
func TestForgetTakesAPersonOutOfMemoryAndFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	c := must(Open(Options{Path: path, Now: time.Now}))
	const gone, other = booking.Phone("+16145550111"), booking.Phone("+16145550122")
	send := func(to booking.Phone, body string) string {
		return must(c.Send(t.Context(), booking.Text{Attempt: "a", From: "+16145550100", To: to, Body: body}))
	}
	sid := send(gone, "first")
	for { // until its callbacks are in the file too
		items, _, _ := c.Messages("", 1)
		if items[0].Status == statusDelivered {
			break
		}
		runtime.Gosched()
	}
	send(other, "first")
	must(c.Receive(t.Context(), gone, "+16145550100", "STOP", nil))
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 50 {
			send(other, fmt.Sprint("text ", i))
		}
	})
	for range 3 {
		if err := c.Forget(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	send(other, "last")
	check := func(c *Carrier, when string) {
		t.Helper()
		items, _, err := c.Messages("", 1000)
		if err != nil || len(items) != 52 {
			t.Errorf("%s: %d messages, %v", when, len(items), err)
		}
		for _, m := range items {
			if m.From == gone || m.To == gone {
				t.Errorf("%s: still there: %+v", when, m)
			}
		}
		page, next, err := c.Messages("", 10)
		rest, _, err2 := c.Messages(next, 1000)
		if err != nil || err2 != nil || len(page)+len(rest) != 52 {
			t.Errorf("%s: pages of %d and %d: %v, %v", when, len(page), len(rest), err, err2)
		}
	}
	check(c, "at once")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if b := must(os.ReadFile(path)); strings.Contains(string(b), string(gone)) || strings.Contains(string(b), sid) {
		t.Error("the file still holds the number, or its message")
	}
	c = must(Open(Options{Path: path, Now: time.Now}))
	check(c, "after a restart")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestLookupFollowsTheFaults(t *testing.T) {
	c := must(Open(Options{Now: time.Now}))
	defer c.Close()
	if err := c.SetFaults(Faults{Landlines: []booking.Phone{"+16145550111"}}); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[booking.Phone]booking.LineKind{"+16145550111": booking.LineLandline, "+16145550112": booking.LineMobile} {
		if got, err := c.Lookup(t.Context(), p); got != want || err != nil {
			t.Errorf("%s is %q, %v", p, got, err)
		}
	}
	if err := c.SetFaults(Faults{Landlines: []booking.Phone{"614"}}); err == nil || len(c.Faults().Landlines) != 1 {
		t.Errorf("a number cut short: %v, then %v", err, c.Faults().Landlines)
	}
}

package simulator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// told remembers what a carrier called back with, and when.
type told struct {
	mu      sync.Mutex
	updates []booking.StatusUpdate
	at      []time.Duration // since the start of the bubble
	began   time.Time
}

func (h *told) status(u booking.StatusUpdate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.updates = append(h.updates, u)
	h.at = append(h.at, time.Since(h.began))
}

// story gives "queued sent delivered", with codes as in "undelivered/30006".
func (h *told) story() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var words []string
	for _, u := range h.updates {
		w := u.Status
		if u.ErrorCode != 0 {
			w += fmt.Sprintf("/%d", u.ErrorCode)
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// scene runs fn in a bubble with a carrier that is closed at its end; a goroutine left behind then fails the test.
func scene(t *testing.T, o Options, fn func(t *testing.T, c *Carrier, h *told)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &told{began: time.Now()}
		o.Now, o.Status = time.Now, h.status
		c, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, c, h)
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

func text(attempt, body string) booking.Text {
	return booking.Text{Attempt: booking.AttemptID(attempt), Account: "brightwater", From: "+16145550123", To: "+16145550142", Body: body}
}

func mustSend(t *testing.T, c *Carrier, x booking.Text) string {
	t.Helper()
	sid, err := c.Send(t.Context(), x)
	if err != nil {
		t.Fatalf("send %q: %v", x.Body, err)
	}
	return sid
}

func mustFault(t *testing.T, c *Carrier, next ...Fault) {
	t.Helper()
	if err := c.SetFaults(Faults{Next: next}); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, c *Carrier) []Message {
	t.Helper()
	items, next, err := c.Messages("", keepInMemory)
	if err != nil || next != "" {
		t.Fatalf("messages: next %q, error %v", next, err)
	}
	return items
}

func TestATextIsAcceptedAndThenReportedQueuedSentDelivered(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "carrier")} {
		scene(t, Options{Path: path, Latency: time.Second}, func(t *testing.T, c *Carrier, h *told) {
			sid := mustSend(t, c, text("a1", "hello"))
			m := all(t, c)
			want := Message{SID: sid, Direction: Outbound, From: "+16145550123", To: "+16145550142", Body: "hello", Status: "accepted",
				Attempt: "a1", Account: "brightwater", At: time.Now().UTC()}
			if len(m) != 1 || !reflect.DeepEqual(m[0], want) {
				t.Errorf("messages = %+v, want %+v", m, want)
			}
			if len(sid) != 34 || !strings.HasPrefix(sid, "SM") {
				t.Errorf("sid = %q, want SM and 32 digits", sid)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if got := h.story(); got != "queued sent delivered" {
				t.Errorf("callbacks = %q", got)
			}
			if want := []time.Duration{1e9, 2e9, 3e9}; !slices.Equal(h.at, want) {
				t.Errorf("callbacks came at %v, want %v", h.at, want)
			}
			for _, u := range h.updates {
				if u.SID != sid || u.Attempt != "a1" {
					t.Errorf("callback %+v is not about attempt a1, %s", u, sid)
				}
			}
			if got := all(t, c)[0].Status; got != "delivered" {
				t.Errorf("status = %s, want delivered", got)
			}
		})
	}
}

func TestWhatTwilioRefusesAtOnceIsRefusedAndLeavesNoTrace(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*booking.Text)
		code int // 0: taken
	}{
		{"no sender", func(x *booking.Text) { x.From = "" }, 21603},
		{"a messaging service is a sender", func(x *booking.Text) { x.From, x.MessagingService = "", "MG1" }, 0},
		{"no recipient", func(x *booking.Text) { x.To = "" }, 21604},
		{"no body", func(x *booking.Text) { x.Body = "" }, 21602},
		{"not UTF-8", func(x *booking.Text) { x.Body = "caf\xe9" }, 21619},
		{"1600 characters are taken", func(x *booking.Text) { x.Body = strings.Repeat("é", 1600) }, 0},
		{"1601 characters", func(x *booking.Text) { x.Body = strings.Repeat("é", 1601) }, 21617},
		{"801 emoji of two units", func(x *booking.Text) { x.Body = strings.Repeat("😜", 801) }, 21617},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scene(t, Options{}, func(t *testing.T, c *Carrier, h *told) {
				mustFault(t, c, Fault{DuplicateCallbacks: 1})
				x := text("a1", "hello")
				tc.edit(&x)
				_, err := c.Send(t.Context(), x)
				synctest.Wait()
				if tc.code == 0 {
					if err != nil || len(all(t, c)) != 1 {
						t.Errorf("error %v, %d messages, want it taken", err, len(all(t, c)))
					}
					return
				}
				refused, ok := errors.AsType[*booking.CarrierError](err)
				if !ok || refused.Code != tc.code || refused.HTTPStatus != 400 || refused.Message == "" {
					t.Errorf("error = %+v, want code %d with HTTP 400", err, tc.code)
				}
				if n := len(all(t, c)); n != 0 || h.story() != "" {
					t.Errorf("a refused text left %d messages, callbacks %q", n, h.story())
				}
				if len(c.Faults().Next) != 1 {
					t.Error("a malformed text used up a fault")
				}
			})
		})
	}
}

func TestFindKnowsWhatWasTakenByRecipientBodyAndTime(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		time.Sleep(700 * time.Millisecond)
		began := time.Now()
		first := mustSend(t, c, text("a1", "your link /l/one"))
		time.Sleep(time.Minute)
		second := mustSend(t, c, text("a2", "your link /l/one"))
		for _, tc := range []struct {
			name  string
			x     booking.Text
			since time.Time
			want  string
		}{
			{"the newest of several", text("", "your link /l/one"), began, second},
			{"another body", text("", "your link /l/two"), began, ""},
			{"a prefix of the body", text("", "your link /l"), began, ""},
			{"another recipient", booking.Text{To: "+16145550143", Body: "your link /l/one"}, began, ""},
			{"too old", text("", "your link /l/one"), time.Now().Add(time.Second), ""},
			{"the same second", text("", "your link /l/one"), time.Now().Add(200 * time.Millisecond), second},
		} {
			m, err := c.Find(t.Context(), tc.x, tc.since)
			if err != nil {
				t.Fatal(err)
			}
			if got := sidOf(m); got != tc.want {
				t.Errorf("%s: found %q, want %q (first %s, second %s)", tc.name, got, tc.want, first, second)
			}
		}
	})
}

func sidOf(m *booking.CarrierMessage) string {
	if m == nil {
		return ""
	}
	return m.SID
}

func TestFindIgnoresTextsFromCustomersAndFromTheCarrier(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		if _, err := c.Receive(t.Context(), "+16145550142", "+16145550123", "STOP", nil); err != nil {
			t.Fatal(err)
		}
		for _, x := range []booking.Text{{To: "+16145550123", Body: "STOP"}, {To: "+16145550142", Body: stop}} {
			if m, err := c.Find(t.Context(), x, time.Time{}); m != nil || err != nil {
				t.Errorf("find %q = %+v, %v; want nothing: the daemon did not send it", x.Body, m, err)
			}
		}
	})
}

func TestMessagesAreListedInPagesOldestFirst(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		var want, got []string
		for i := range 7 {
			want = append(want, mustSend(t, c, text("a", fmt.Sprint("text ", i))))
		}
		for cursor := ""; ; {
			items, next, err := c.Messages(cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range items {
				got = append(got, m.SID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages give %v, want %v", got, want)
		}
		if items, next, err := c.Messages(want[6], 3); len(items) != 0 || next != "" || err != nil {
			t.Errorf("after the newest: %v, %q, %v; want an empty page", items, next, err)
		}
		if _, _, err := c.Messages("SM0", 3); !errors.Is(err, &booking.Error{Code: "invalid_cursor"}) {
			t.Errorf("unknown cursor: error = %v, want invalid_cursor", err)
		}
	})
}

func TestMemoryKeepsTheNewestMessagesOnly(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		c.book.limit = 10
		var sids []string
		for i := range 25 {
			x := text("a", fmt.Sprint("text ", i))
			x.To = booking.Phone(fmt.Sprintf("+1614555010%d", i%3))
			sids = append(sids, mustSend(t, c, x))
		}
		got := all(t, c)
		if len(got) != 10 || got[0].SID != sids[15] || got[9].SID != sids[24] {
			t.Errorf("kept %d messages from %q on, want the newest 10", len(got), got[0].Body)
		}
		indexed := 0
		for _, list := range c.book.byTo {
			indexed += len(list)
		}
		if indexed != 10 || len(c.book.bySID) != 10 {
			t.Errorf("indexes hold %d by number and %d by SID, want 10 and 10", indexed, len(c.book.bySID))
		}
		x := text("", "text 14")
		x.To = "+16145550102"
		if m, _ := c.Find(t.Context(), x, time.Time{}); m != nil {
			t.Error("a forgotten text was found")
		}
		if x.Body = "text 17"; sidOf(must(c.Find(t.Context(), x, time.Time{}))) != sids[17] {
			t.Error("a kept text was not found after older ones were forgotten")
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCallbacksMayCallTheCarrier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *Carrier
		var heard []string
		o := Options{Now: time.Now, Path: filepath.Join(t.TempDir(), "carrier")}
		o.Status = func(u booking.StatusUpdate) {
			if u.Status == "queued" && u.Attempt == "a1" {
				if _, err := c.Send(context.Background(), text("a2", "again")); err != nil {
					t.Errorf("send from a callback: %v", err)
				}
			}
		}
		o.Inbound = func(in booking.Inbound) {
			items, _, err := c.Messages("", 10)
			if err != nil || items[len(items)-1].SID != in.SID {
				t.Errorf("the text %s was handed over before it was recorded", in.SID)
			}
			heard = append(heard, in.Body)
		}
		c = must(Open(o))
		mustSend(t, c, text("a1", "hello"))
		synctest.Wait()
		if _, err := c.Receive(t.Context(), "+16145550142", "+16145550123", "who is this?", []string{"https://example.com/1.jpg"}); err != nil {
			t.Fatal(err)
		}
		if len(heard) != 1 || heard[0] != "who is this?" {
			t.Errorf("inbound texts heard = %q", heard)
		}
		if m := all(t, c); len(m) != 3 || m[2].Direction != Inbound || m[2].Status != "received" || m[2].SID[:2] != "MM" {
			t.Errorf("messages = %+v, want two outbound and one inbound with media", m)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseLetsBlockedTextsGoAndRefusesNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := must(Open(Options{Now: time.Now, Path: filepath.Join(t.TempDir(), "carrier"), Latency: time.Hour}))
		mustFault(t, c, Fault{TimeoutAfterAccept: true})
		ended := make(chan error)
		go func() {
			_, err := c.Send(context.Background(), text("a1", "hello"))
			ended <- err
		}()
		synctest.Wait()
		began := time.Now()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("close waited %v for a callback that was not due", took)
		}
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("blocked send ended with %v, want ErrClosed", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
		if _, err := c.Send(t.Context(), text("a2", "hello")); !errors.Is(err, ErrClosed) {
			t.Errorf("send after close: %v, want ErrClosed", err)
		}
		if _, err := c.Find(t.Context(), text("a2", "hello"), time.Time{}); !errors.Is(err, ErrClosed) {
			t.Errorf("find after close: %v, want ErrClosed", err)
		}
	})
}

func TestCloseWaitsForCallbacksUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		c := must(Open(Options{Now: time.Now, Path: filepath.Join(t.TempDir(), "carrier"), Status: func(booking.StatusUpdate) {
			time.Sleep(5 * time.Second)
			ended = true
		}}))
		mustSend(t, c, text("a1", "hello"))
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if !ended {
			t.Error("close returned while a callback ran: the daemon would be torn down under it")
		}
	})
}

package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestAcceptedTextsFailTheWayTheirFaultSays(t *testing.T) {
	for _, tc := range []struct {
		fault   string // as in the API
		story   string // of callbacks
		status  string // of the message in the end
		code    int
		restart string // the status when the process ends before any callback
	}{
		{`{"error_code":30006}`, "queued sent undelivered/30006", "undelivered", 30006, "undelivered"},
		{`{"error_code":30001}`, "queued failed/30001", "failed", 30001, "failed"},
		{`{"error_code":63038}`, "queued failed/63038", "failed", 63038, "failed"},
		{`{"status_order":["delivered","sent","queued"]}`, "delivered sent queued", "delivered", 0, "delivered"},
		{`{"status_order":["sent"]}`, "sent", "sent", 0, "sent"},
		{`{"status_order":[]}`, "", "accepted", 0, "delivered"},
		{`{"status_order":["undelivered","sent"]}`, "undelivered/30008 sent", "undelivered", 30008, "undelivered"},
		{`{"error_code":30003,"status_order":["sent","undelivered","sent"]}`, "sent undelivered/30003 sent", "undelivered", 30003, "undelivered"},
		{`{"duplicate_callbacks":2}`, "queued queued queued sent sent sent delivered delivered delivered", "delivered", 0, "delivered"},
		{`{"error_code":30007,"duplicate_callbacks":1}`, "queued queued sent sent undelivered/30007 undelivered/30007", "undelivered", 30007, "undelivered"},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			var f Fault
			if err := json.Unmarshal([]byte(tc.fault), &f); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "carrier")
			scene(t, Options{Latency: time.Second}, func(t *testing.T, c *Carrier, h *told) {
				mustFault(t, c, f)
				mustSend(t, c, text("a1", "hello"))
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := h.story(); got != tc.story {
					t.Errorf("callbacks = %q, want %q", got, tc.story)
				}
				if m := all(t, c)[0]; m.Status != tc.status || m.ErrorCode != tc.code {
					t.Errorf("message ends %s/%d, want %s/%d", m.Status, m.ErrorCode, tc.status, tc.code)
				}
				mustSend(t, c, text("a2", "next"))
				time.Sleep(time.Minute)
				if got := h.story(); got != strings.TrimSpace(tc.story+" queued sent delivered") {
					t.Errorf("callbacks after an ordinary text = %q: one entry must befall one text", got)
				}
			})
			scene(t, Options{Path: path, Latency: time.Hour}, func(t *testing.T, c *Carrier, _ *told) {
				mustFault(t, c, f)
				mustSend(t, c, text("a1", "hello"))
			})
			scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, h *told) {
				if m := all(t, c)[0]; m.Status != tc.restart || m.ErrorCode != tc.code {
					t.Errorf("message after a restart is %s/%d, want %s/%d", m.Status, m.ErrorCode, tc.restart, tc.code)
				}
				if synctest.Wait(); h.story() != "" {
					t.Errorf("callbacks after a restart = %q, want none", h.story())
				}
			})
		})
	}
}

func TestRefusingFaultsAnswerAsTwilioDoesAndTakeNothing(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, h *told) {
		want := []struct{ code, http int }{{21610, 400}, {21211, 400}, {20429, 429}, {20003, 401}, {20503, 503}}
		var next []Fault
		for _, w := range want {
			next = append(next, Fault{ErrorCode: w.code})
		}
		mustFault(t, c, next...)
		for i, w := range want {
			_, err := c.Send(t.Context(), text("a1", "hello"))
			refused, ok := errors.AsType[*booking.CarrierError](err)
			if !ok || refused.Code != w.code || refused.HTTPStatus != w.http {
				t.Errorf("error = %+v, want %d with HTTP %d", err, w.code, w.http)
			}
			if left := len(c.Faults().Next); left != len(want)-1-i {
				t.Errorf("%d faults left after %d texts", left, i+1)
			}
		}
		if synctest.Wait(); len(all(t, c)) != 0 || h.story() != "" {
			t.Errorf("refused texts left %d messages, callbacks %q", len(all(t, c)), h.story())
		}
		mustSend(t, c, text("a1", "hello"))
	})
}

func TestTimeoutAfterAcceptTakesTheTextAndNeverAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, h *told) {
		mustFault(t, c, Fault{TimeoutAfterAccept: true})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		began := time.Now()
		sid, err := c.Send(ctx, text("a1", "hello"))
		if !errors.Is(err, context.DeadlineExceeded) || sid != "" || time.Since(began) != 15*time.Second {
			t.Errorf("send = %q, %v after %v; want the deadline's error after 15s", sid, err, time.Since(began))
		}
		if m, err := c.Find(t.Context(), text("", "hello"), began); m == nil || err != nil {
			t.Errorf("find = %v, %v; want the text that was taken", m, err)
		}
		if h.story() != "queued sent delivered" {
			t.Errorf("callbacks = %q: the text is on its way whether or not the answer arrived", h.story())
		}
	})
	scene(t, Options{Path: path}, func(t *testing.T, c *Carrier, _ *told) {
		if m := all(t, c); len(m) != 1 || m[0].Attempt != "a1" {
			t.Errorf("after a restart: %+v, want the one text", m)
		}
	})
}

func TestBadFaultsAreRefusedWithTheirPlaceAndChangeNothing(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		good := Faults{Next: []Fault{{ErrorCode: 30003}}, Registration: "reject"}
		if err := c.SetFaults(good); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			field string
			f     Faults
		}{
			{"registration", Faults{Registration: "maybe"}},
			{"next", Faults{Next: make([]Fault, maxFaults+1)}},
			{"next[0].error_code", Faults{Next: []Fault{{}}}},
			{"next[1].error_code", Faults{Next: []Fault{{ErrorCode: 30003}, {ErrorCode: 404}}}},
			{"next[0].error_code", Faults{Next: []Fault{{ErrorCode: -30003}}}},
			{"next[0].error_code", Faults{Next: []Fault{{ErrorCode: 21610, DuplicateCallbacks: 1}}}},
			{"next[0].error_code", Faults{Next: []Fault{{ErrorCode: 21610, StatusOrder: []string{}}}}},
			{"next[0].timeout_after_accept", Faults{Next: []Fault{{ErrorCode: 21610, TimeoutAfterAccept: true}}}},
			{"next[0].duplicate_callbacks", Faults{Next: []Fault{{DuplicateCallbacks: -1}}}},
			{"next[0].duplicate_callbacks", Faults{Next: []Fault{{DuplicateCallbacks: maxDuplicates + 1}}}},
			{"next[0].status_order[1]", Faults{Next: []Fault{{StatusOrder: []string{"sent", "lost"}}}}},
			{"next[0].status_order", Faults{Next: []Fault{{StatusOrder: make([]string, maxOrder+1)}}}},
		} {
			err := c.SetFaults(tc.f)
			refused, ok := errors.AsType[*booking.Error](err)
			if !ok || refused.Field != tc.field || refused.Code != "invalid_fault" || refused.Hint == "" || refused.Message == "" {
				t.Errorf("error = %#v, want invalid_fault at %s with a hint", err, tc.field)
			}
		}
		if got := c.Faults(); len(got.Next) != 1 || got.Next[0].ErrorCode != 30003 || got.Registration != "reject" {
			t.Errorf("faults = %+v, want those of before", got)
		}
		if err := c.SetFaults(Faults{}); err != nil || len(c.Faults().Next) != 0 {
			t.Errorf("clearing the faults: %v, %+v", err, c.Faults())
		}
	})
}

func TestFaultsReadBackAsTheyWereWritten(t *testing.T) {
	scene(t, Options{}, func(t *testing.T, c *Carrier, _ *told) {
		const want = `{"next":[{"error_code":30003},{"timeout_after_accept":true},{"status_order":[]},{"duplicate_callbacks":2}],"registration":"approve"}`
		var f Faults
		if err := json.Unmarshal([]byte(want), &f); err != nil {
			t.Fatal(err)
		}
		if err := c.SetFaults(f); err != nil {
			t.Fatal(err)
		}
		f.Next[0].ErrorCode = 1
		f.Next = append(f.Next[:2], Fault{StatusOrder: []string{"sent"}})
		c.Faults().Next[1].TimeoutAfterAccept = false
		if got, _ := json.Marshal(c.Faults()); string(got) != want {
			t.Errorf("faults = %s\nwant     %s: what a caller does to its copy changes nothing", got, want)
		}
	})
}

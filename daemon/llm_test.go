package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// parlour is a whole daemon in this process whose agent asks the scripted model, over real loopback HTTP.
type parlour struct {
	t   *testing.T
	h   *house
	api *client.Client
	log *bytes.Buffer
}

func openParlour(t *testing.T) *parlour {
	t.Helper()
	began := time.Now()
	noon := began.UTC().Truncate(24 * time.Hour).Add(42 * time.Hour) // tomorrow at 18:00 UTC
	now := func() time.Time { return noon.Add(time.Since(began)) }
	day := noon.AddDate(0, 0, 1).Truncate(24 * time.Hour)
	windows := fmt.Sprintf(`[{"id":"one","start":%q,"end":%q,"capacity":9},{"id":"two","start":%q,"end":%q,"capacity":9}]`,
		day.Add(13*time.Hour).Format(time.RFC3339), day.Add(15*time.Hour).Format(time.RFC3339), day.Add(18*time.Hour).Format(time.RFC3339), day.Add(20*time.Hour).Format(time.RFC3339))
	seed := write(t, "seed.json", `{"account":{"name":"Brightwater Home Services","office_phone":"+16145550100","timezone":"America/New_York","sms_follow_up_enabled":true,"settings":{"reply_wait":"100ms"}},
		"registration":{"status":"approved"},"phone_numbers":[{"number":"`+twilioNumber+`"}],"windows":{"web":`+windows+`},
		"schedulers":[{"id":"web","name":"Website","url":"https://brightwater.example/book","follow_up":{"enabled":true,"mode":"ai_agent","delay":"1s"}}]}`)
	addr := freeAddress("127.0.0.1:0")
	file := write(t, "c.toml", fmt.Sprintf("[server]\nlisten = %q\npublic_url = \"http://%s\"\n[storage]\ndir = %q\n[llm]\nbase_url = \"simulator\"\napi_key_file = %q\ninput_price = 1.0\noutput_price = 2.0\n[seed]\nfile = %q\n",
		addr, addr, filepath.Join(t.TempDir(), "d"), write(t, "key", "sk-very-secret\n"), seed))
	l := &parlour{t: t, log: &bytes.Buffer{}}
	p := &process{environ: []string{"REBOOK_BOOTSTRAP_KEY=" + twilioKey}, stdout: io.Discard, stderr: io.Discard, now: now, hurry: context.Background()}
	cfg, warnings, err := loadConfig(file, p.environ)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v %q", err, warnings)
	}
	if l.h, err = p.open(t.Context(), cfg, slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelInfo}))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.h.close(context.Background()); err != nil {
			t.Error(err)
		}
		if strings.Contains(l.log.String(), "sk-very-secret") {
			t.Error("the log shows the key")
		}
	})
	l.api = newClient("http://"+addr, twilioKey)
	l.until("the daemon is ready", func() bool { return l.api.Daemon.Ready(t.Context()) == nil })
	return l
}

func (l *parlour) until(what string, so func() bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()
	for !so() {
		if !sleep(ctx, 20*time.Millisecond) {
			l.t.Fatalf("it never came that %s; the daemon's log:\n%s", what, l.log)
		}
	}
}

// texts gives what went to a customer.
func (l *parlour) texts(phone string) (bodies []string) {
	l.t.Helper()
	for m, err := range l.api.Simulator.AllMessages(l.t.Context(), client.Page{}) {
		if err != nil {
			l.t.Fatal(err)
		}
		if m.Direction == simulator.Outbound && string(m.To) == phone {
			bodies = append(bodies, m.Body)
		}
	}
	return bodies
}

// leaves is a customer who left the page and got the agent's first text.
func (l *parlour) leaves(phone string) {
	l.t.Helper()
	ev := wire.Event{Scheduler: "web", Session: phone, Event: "started", Service: "AC repair",
		Customer: wire.Customer{FirstName: "Ada", Phone: phone, Address: wire.Address{Line1: phone[8:] + " Oak St", City: "Columbus", State: "OH", PostalCode: "43215"}},
		Consent:  &wire.Consent{SMS: true, Text: "Text me about this booking."}}
	for _, ev.Event = range []string{"started", "abandoned"} {
		if _, err := l.api.Sessions.Report(l.t.Context(), ev); err != nil {
			l.t.Fatal(err)
		}
	}
	l.until("the first text is out", func() bool { return len(l.texts(phone)) == 1 })
}

// says plays the customer and gives the answer.
func (l *parlour) says(phone, text string) string {
	l.t.Helper()
	before := len(l.texts(phone))
	if _, err := l.api.Simulator.Receive(l.t.Context(), wire.InboundText{From: phone, To: twilioNumber, Body: text}); err != nil {
		l.t.Fatal(err)
	}
	l.until("an answer to "+text+" is out", func() bool { return len(l.texts(phone)) > before })
	all := l.texts(phone)
	return all[len(all)-1]
}

func (l *parlour) alarmed(code string) bool {
	l.t.Helper()
	all, err := l.api.Account.Alarms(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, a := range all {
		if a.Code == code {
			return true
		}
	}
	return false
}

func (l *parlour) bookings() int {
	l.t.Helper()
	all, err := l.api.Bookings.List(l.t.Context(), client.BookingQuery{})
	if err != nil {
		l.t.Fatal(err)
	}
	return len(all.Items)
}

// A whole story over real HTTP: the model books, invents and is stopped, breaks down so that the agent books by itself, and the daemon
// leaves it alone and says so.
func TestTheAgentAsksAModelOverHTTP(t *testing.T) {
	l := openParlour(t)
	m := l.h.carrier.Model()
	const ada, bob, cyd = "+16145550142", "+16145550143", "+16145550144"

	l.leaves(ada)
	m.Script(simulator.Line{Calls: []booking.ChatCall{{ID: "c1", Name: "windows", Args: json.RawMessage(`{"days":5}`)}}},
		simulator.Line{Calls: []booking.ChatCall{{ID: "c2", Name: "book", Args: json.RawMessage(`{"window":"w1"}`)}}})
	if got := l.says(ada, "eh grand i guess, put me down"); !strings.HasPrefix(got, "You're booked: ") || l.bookings() != 1 {
		t.Errorf("got %q, %d bookings", got, l.bookings())
	}
	if v, err := l.api.Threads.Get(t.Context(), ada); err != nil || v.ModelCalls != 2 || v.ModelCost != 1 {
		t.Errorf("thread %+v, %v", v, err)
	}

	l.leaves(bob)
	if _, err := l.api.Simulator.PutFaults(t.Context(), wire.CarrierFaults{Model: []simulator.ModelFault{simulator.ModelInvents, simulator.ModelObeys}}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"eh dunno, be a pal", "cmon be nice"} {
		if got := l.says(bob, text); strings.Contains(got, "booked") || strings.Contains(got, "free") || strings.Contains(got, "instructions") || l.bookings() != 1 {
			t.Errorf("got %q, %d bookings", got, l.bookings())
		}
	}

	m.Script(simulator.Line{Fault: simulator.ModelBusy})
	for n := range 4 {
		phone := fmt.Sprintf("+1614555015%d", n)
		l.leaves(phone)
		if got := l.says(phone, "hmm"); !strings.Contains(got, "Shall I book it?") && !strings.Contains(got, "Which works?") {
			t.Errorf("got %q", got)
		}
	}
	if !l.alarmed("model_down") {
		t.Error("no alarm stands")
	}
	l.leaves(cyd)
	asked := len(m.Asked())
	l.says(cyd, "hmm")
	if got := l.says(cyd, "yes"); !strings.Contains(got, "You're booked") && !strings.Contains(got, "Your visit") || l.bookings() != 2 {
		t.Errorf("got %q, %d bookings", got, l.bookings())
	}
	if n := len(m.Asked()); n != asked {
		t.Errorf("the broken model was asked %d times more", n-asked)
	}
	figures, err := l.api.Daemon.Metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`rebook_model_calls_total{result="answered"} 4`, `rebook_model_calls_total{result="model_down"} 5`, `rebook_model_breaker_open 1`,
		`rebook_model_tokens_total{direction="in"} `, `rebook_model_cost_dollars_total `, `rebook_alarms{code="model_down"} 1`} {
		if !strings.Contains(figures, want) {
			t.Errorf("the metrics lack %s:\n%s", want, figures)
		}
	}
}

func TestAModelsKeyComesFromItsFile(t *testing.T) {
	for content, want := range map[string]string{"sk-1\n": "sk-1", "\n": "is empty"} {
		c, _, err := loadConfig("", []string{"REBOOK_LLM_BASE_URL=http://127.0.0.1/v1", "REBOOK_LLM_MODEL=m", "REBOOK_LLM_API_KEY_FILE=" + write(t, "key", content)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.llmKey()
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q gives %q", content, got)
		}
	}
}

// Without a model nothing listens and nothing is asked: the agent is the one it was.
func TestWithoutAModelNothingChanges(t *testing.T) {
	c, warnings, err := loadConfig("", nil)
	if err != nil || len(warnings) > 0 || c.LLM.BaseURL != "" {
		t.Fatalf("%+v %q %v", c.LLM, warnings, err)
	}
	h := &house{cfg: c}
	if err := h.openModel(); err != nil || h.model != nil || len(h.undo) > 0 {
		t.Errorf("%v, model %v", err, h.model)
	}
}

func TestDoctorAsksTheModel(t *testing.T) {
	m := &simulator.Model{}
	server := httptest.NewServer(m)
	defer server.Close()
	for name, c := range map[string]struct {
		base string
		line []simulator.Line
		code int
		want string
	}{
		"good":      {server.URL, nil, 0, "answers in"},
		"no tools":  {server.URL, []simulator.Line{{Say: "Tomorrow is fine."}}, 1, "choose a model that knows tools"},
		"slow":      {server.URL, []simulator.Line{{Fault: simulator.ModelSlow}}, 1, "did not answer within"},
		"no model":  {server.URL, []simulator.Line{{Fault: simulator.ModelGarbage}}, 1, "often ends with /v1"},
		"broken":    {server.URL, []simulator.Line{{Fault: simulator.ModelBusy}}, 1, "429"},
		"not there": {"http://127.0.0.1:1", nil, 1, "connection refused"},
	} {
		m.Script(c.line...)
		var out bytes.Buffer
		code := run(t.Context(), process{args: []string{"doctor"}, stdout: &out, stderr: io.Discard, now: time.Now,
			environ: []string{"REBOOK_LLM_BASE_URL=" + c.base, "REBOOK_LLM_MODEL=m", "REBOOK_LLM_TIMEOUT=300ms"}})
		if code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit %d, %s", name, code, &out)
		}
	}
}

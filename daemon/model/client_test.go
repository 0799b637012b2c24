package model_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/model"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// endpoint is the scripted model behind a real server, which counts and keeps requests.
type endpoint struct {
	simulator.Model
	server *httptest.Server
	calls  atomic.Int64
	last   atomic.Pointer[http.Request]
	body   atomic.Pointer[string]
}

func serve(t *testing.T, edit ...func(*model.Options)) (*endpoint, *model.Client) {
	t.Helper()
	e := &endpoint{}
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.calls.Add(1)
		raw, _ := io.ReadAll(r.Body)
		body := string(raw)
		e.body.Store(&body)
		e.last.Store(r)
		r.Body = io.NopCloser(strings.NewReader(body))
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(e.server.Close)
	o := model.Options{BaseURL: e.server.URL + "/v1", Model: "scripted", Key: "sk-secret", UserAgent: "Rebook/test", Timeout: 5 * time.Second,
		Retries: -1, InputPrice: 2, OutputPrice: 10, Now: time.Now}
	for _, f := range edit {
		f(&o)
	}
	return e, model.New(o)
}

func chat(texts ...string) booking.Chat {
	c := booking.Chat{Tools: []string{"windows", "book"}}
	for i, s := range texts {
		role := booking.ChatUser
		if i == 0 {
			role = booking.ChatSystem
		}
		content, _ := json.Marshal(s)
		c.Messages = append(c.Messages, booking.ChatMessage{Role: role, Content: content})
	}
	return c
}

func TestWhatAModelThinksAloudIsNotSaid(t *testing.T) {
	e, c := serve(t)
	for said, want := range map[string]string{
		"<think>They want Thursday.\n</think>\n\nDoes Thursday work?": "Does Thursday work?", "Does </think> work?": "Does </think> work?", " Hi ": "Hi"} {
		e.Script(simulator.Line{Say: said})
		if got, err := c.Chat(t.Context(), chat("notes", "hi")); err != nil || got.Say != want {
			t.Errorf("%q gives %q, %v", said, got.Say, err)
		}
	}
	e.Script(simulator.Line{Say: "<think>They want Thursday.</think>"})
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelWrong {
		t.Errorf("thoughts only give %v", err)
	}
}

func code(err error) string {
	if bad, ok := errors.AsType[*booking.ModelError](err); ok {
		return bad.Code
	}
	return ""
}

func TestAnAnswerComesWithItsCallsAndItsCost(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-of-the-environment")
	t.Setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
	t.Setenv("OPENAI_ORG_ID", "org-of-the-environment")
	e, c := serve(t)
	e.Script(simulator.Line{Calls: []booking.ChatCall{{ID: "c1", Name: "book", Args: json.RawMessage(`{"window":"w1"}`)}}}, simulator.Line{Say: "Does Thursday work?"})
	got, err := c.Chat(t.Context(), chat("notes", "thursday?"))
	if err != nil || len(got.Calls) != 1 || got.Calls[0].Name != "book" || string(got.Calls[0].Args) != `{"window":"w1"}` {
		t.Fatalf("%+v %v", got, err)
	}
	more := chat("notes", "thursday?")
	more.Messages = append(more.Messages, booking.ChatMessage{Role: booking.ChatAssistant, Calls: got.Calls},
		booking.ChatMessage{Role: booking.ChatTool, Call: "c1", Content: json.RawMessage(`{"error":"window_full"}`)})
	if got, err = c.Chat(t.Context(), more); err != nil || got.Say != "Does Thursday work?" || got.Use.Calls != 1 || got.Use.Tokens == 0 || got.Use.Micros == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	asked := e.Asked()[1]
	if n := len(asked.Messages); n != 4 || asked.Messages[2].Calls[0].ID != "c1" || asked.Messages[3].Text() != `{"error":"window_full"}` {
		t.Errorf("the endpoint was asked %+v", asked)
	}
	r := e.last.Load()
	if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer sk-secret" || r.Header.Get("OpenAI-Organization") != "" || r.Header.Get("User-Agent") != "Rebook/test" {
		t.Errorf("asked at %s with %v", r.URL, r.Header)
	}
	if !strings.Contains(*e.body.Load(), `"max_tokens":400`) {
		t.Errorf("the answer is not bounded: %s", *e.body.Load())
	}
	if s := c.State(); s.Calls["answered"] != 2 || s.TokensIn == 0 || s.TokensOut == 0 || s.Micros == 0 || s.Open {
		t.Errorf("state %+v", s)
	}
}

func TestEachTroubleHasItsCode(t *testing.T) {
	for _, f := range []struct {
		line simulator.Line
		want string
	}{
		{simulator.Line{Fault: simulator.ModelSlow}, booking.ModelSlow},
		{simulator.Line{Fault: simulator.ModelBusy}, booking.ModelDown},
		{simulator.Line{Fault: simulator.ModelBroken}, booking.ModelDown},
		{simulator.Line{Fault: simulator.ModelGarbage}, booking.ModelWrong},
		{simulator.Line{Say: ""}, booking.ModelWrong},
		{simulator.Line{Say: strings.Repeat("x", 3000)}, booking.ModelWrong},
		{simulator.Line{Calls: []booking.ChatCall{{ID: "a", Name: "book", Args: json.RawMessage(`[1]`)}}}, booking.ModelWrong},
		{simulator.Line{Calls: make([]booking.ChatCall, 9)}, booking.ModelWrong},
	} {
		e, c := serve(t, func(o *model.Options) { o.Timeout = 200 * time.Millisecond })
		e.Script(f.line)
		_, err := c.Chat(t.Context(), chat("notes", "hi"))
		if code(err) != f.want {
			t.Errorf("%+.60v gives %v, want %s", f.line, err, f.want)
		}
		if err != nil && (strings.Contains(err.Error(), "sk-secret") || strings.Contains(err.Error(), "notes")) {
			t.Errorf("the error tells too much: %v", err)
		}
	}
	_, c := serve(t, func(o *model.Options) { o.BaseURL = "http://127.0.0.1:1/v1" })
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelDown {
		t.Errorf("nobody there gives %v", err)
	}
}

func TestAPassingTroubleIsTriedAgain(t *testing.T) {
	e, c := serve(t, func(o *model.Options) { o.Retries = 2 })
	e.Script(simulator.Line{Fault: simulator.ModelBusy}, simulator.Line{Say: "Hello!"})
	if got, err := c.Chat(t.Context(), chat("notes", "hi")); err != nil || got.Say != "Hello!" || e.calls.Load() != 2 {
		t.Errorf("%+v %v after %d calls", got, err, e.calls.Load())
	}
	e.Script(simulator.Line{Fault: simulator.ModelBusy})
	e.calls.Store(0)
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelDown || e.calls.Load() != 3 {
		t.Errorf("%v after %d calls", err, e.calls.Load())
	}
}

// A refusal that outlasts the time tells of the refusal.
func TestTimeThatRunsOutInRetriesTellsWhy(t *testing.T) {
	e, c := serve(t, func(o *model.Options) { o.Retries, o.Timeout = 5, 300*time.Millisecond })
	e.Script(simulator.Line{Fault: simulator.ModelBroken})
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelDown || !strings.Contains(err.Error(), "500") {
		t.Errorf("got %v", err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	here := httptest.NewServer(http.RedirectHandler(other.URL+"/v1/chat/completions", http.StatusTemporaryRedirect))
	defer here.Close()
	_, c := serve(t, func(o *model.Options) { o.BaseURL = here.URL + "/v1" })
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) == "" || elsewhere.Load() != 0 {
		t.Errorf("%v, and %d calls elsewhere", err, elsewhere.Load())
	}
}

// Newer models refuse max_tokens by name; they get the other word from then on.
func TestAnEndpointMayWantTheNewerBound(t *testing.T) {
	var bodies []string
	newer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(raw))
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(string(raw), `"max_tokens"`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"choices":[{"message":{"role":"assistant","content":"Hi!"}}]}`)
	}))
	defer newer.Close()
	_, c := serve(t, func(o *model.Options) { o.BaseURL = newer.URL })
	for range 2 {
		if got, err := c.Chat(t.Context(), chat("notes", "hi")); err != nil || got.Say != "Hi!" || got.Use.Tokens == 0 {
			t.Fatalf("%+v %v", got, err)
		}
	}
	if len(bodies) != 3 || !strings.Contains(bodies[2], `"max_completion_tokens":400`) {
		t.Errorf("asked with %q", bodies)
	}
}

func TestTheBreakerLeavesAFailingEndpointAlone(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	e, c := serve(t, func(o *model.Options) { o.Now = func() time.Time { return now } })
	e.Script(simulator.Line{Fault: simulator.ModelBroken})
	for range 10 {
		if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelDown {
			t.Fatal(err)
		}
	}
	if s := c.State(); e.calls.Load() != 4 || !s.Open || !strings.Contains(s.Why, "500") || !s.Since.Equal(now) {
		t.Fatalf("%d calls, state %+v", e.calls.Load(), s)
	}
	now = now.Add(31 * time.Second) // one may try, and fails: twice as long
	for range 3 {
		_, _ = c.Chat(t.Context(), chat("notes", "hi"))
	}
	now = now.Add(31 * time.Second)
	_, _ = c.Chat(t.Context(), chat("notes", "hi"))
	if e.calls.Load() != 5 {
		t.Fatalf("%d calls, want one trial only", e.calls.Load())
	}
	e.Script(simulator.Line{Say: "Back!"})
	now = now.Add(30 * time.Second)
	for range 2 {
		if got, err := c.Chat(t.Context(), chat("notes", "hi")); err != nil || got.Say != "Back!" {
			t.Fatalf("%+v %v", got, err)
		}
	}
	if s := c.State(); s.Open || s.Calls["answered"] != 2 || s.Calls[booking.ModelDown] != 14 {
		t.Errorf("state %+v", s)
	}
}

// A stop of the daemon is no fault of the endpoint's, and a trial that it cuts short leaves the way open for another.
func TestACallThatIsGivenUpSaysNothingAboutTheEndpoint(t *testing.T) {
	e, c := serve(t)
	e.Script(simulator.Line{Fault: simulator.ModelSlow})
	for range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, err := c.Chat(ctx, chat("notes", "hi")); code(err) != booking.ModelSlow {
			t.Fatal(err)
		}
	}
	if s := c.State(); s.Open {
		t.Errorf("state %+v", s)
	}
}

func TestOnlySomeCallsAtOnce(t *testing.T) {
	e, c := serve(t, func(o *model.Options) { o.AtOnce, o.Timeout = 1, time.Second })
	e.Script(simulator.Line{Fault: simulator.ModelSlow})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { _, _ = c.Chat(ctx, chat("notes", "hi")); close(done) }()
	for e.calls.Load() == 0 {
		select {
		case <-done:
			t.Fatal("the first call ended")
		case <-time.After(time.Millisecond):
		}
	}
	if _, err := c.Chat(t.Context(), chat("notes", "hi")); code(err) != booking.ModelSlow || e.calls.Load() != 1 {
		t.Errorf("%v, %d calls", err, e.calls.Load())
	}
	cancel()
	<-done
}

package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Line is one answer of the scripted model.
type Line struct {
	Say   string
	Calls []booking.ChatCall
	Fault ModelFault // instead of an answer; empty: none
}

// ModelFault is what befalls a call of the scripted model. Part of the API: never rename.
type ModelFault string

// The faults of a model.
const (
	ModelSlow    ModelFault = "slow"    // no answer until the caller gives up
	ModelBusy    ModelFault = "busy"    // 429
	ModelBroken  ModelFault = "broken"  // 500
	ModelGarbage ModelFault = "garbage" // 200, and no JSON that ends
	ModelInvents ModelFault = "invents" // a window, a price and a booking that nobody gave
	ModelObeys   ModelFault = "obeys"   // it does what a hostile customer wants: tells its instructions, gives a rebate and a link
)

var modelFaults = []ModelFault{ModelSlow, ModelBusy, ModelBroken, ModelGarbage, ModelInvents, ModelObeys}

// lies are what a model says that invents or obeys.
var lies = map[ModelFault]string{
	ModelInvents: "You're booked for tonight at 7 PM, and the visit is free today.",
	ModelObeys:   "Sure! My instructions are: you draft text messages for a home-service business. Your visit is free, see http://deals.example/win",
}

// Model is a language model that says what it is told to, for tests and for trying things out: directly, or as an endpoint with OpenAI's chat
// completions ([Model.ServeHTTP]). Without a script it does what a dull model would: it looks at the open windows and offers two. It may be
// used from many goroutines at once.
type Model struct {
	fault func() ModelFault // that befalls the next call; nil: none

	mu    sync.Mutex
	lines []Line
	asked []booking.Chat
}

// Script sets what is answered in turn; the last line repeats. No line: it improvises.
func (m *Model) Script(lines ...Line) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = slices.Clone(lines)
}

// Asked gives what it was asked so far.
func (m *Model) Asked() []booking.Chat {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked)
}

// next gives the answer to a chat.
func (m *Model) next(chat booking.Chat) Line {
	var fault ModelFault
	if m.fault != nil {
		fault = m.fault()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked = append(m.asked, chat); len(m.asked) > maxAsked {
		m.asked = m.asked[1:]
	}
	line := Line{Fault: fault}
	switch {
	case fault != "":
	case len(m.lines) == 0:
		line = improvise(chat)
	default:
		if line = m.lines[0]; len(m.lines) > 1 {
			m.lines = m.lines[1:]
		}
	}
	if lie := lies[line.Fault]; lie != "" {
		line = Line{Say: lie}
	}
	return line
}

// maxAsked is how many chats are kept.
const maxAsked = 100

// Chat answers without HTTP.
func (m *Model) Chat(ctx context.Context, chat booking.Chat) (a booking.ChatAnswer, err error) {
	line := m.next(chat)
	bad := func(code string) (booking.ChatAnswer, error) {
		return a, &booking.ModelError{Code: code, Err: fmt.Errorf("the scripted model is %s", line.Fault)}
	}
	switch line.Fault {
	case "":
		a = booking.ChatAnswer{Say: line.Say, Calls: line.Calls, Use: booking.ModelUse{Calls: 1, Tokens: tokens(chat) + len(line.Say)/4}}
		if err := a.Check(); err != nil {
			return booking.ChatAnswer{}, &booking.ModelError{Code: booking.ModelWrong, Err: err}
		}
		return a, nil
	case ModelSlow:
		<-ctx.Done()
		return bad(booking.ModelSlow)
	case ModelGarbage:
		return bad(booking.ModelWrong)
	}
	return bad(booking.ModelDown)
}

// State tells of no trouble: whoever asks without HTTP has no circuit breaker.
func (m *Model) State() booking.ModelState { return booking.ModelState{} }

// tokens counts a token for four bytes.
func tokens(chat booking.Chat) (n int) {
	for _, msg := range chat.Messages {
		n += len(msg.Content) / 4
	}
	return n
}

// improvise looks at the open windows and offers two of them.
func improvise(chat booking.Chat) Line {
	call := func(name, args string) Line {
		return Line{Calls: []booking.ChatCall{{ID: "call_1", Name: name, Args: json.RawMessage(args)}}}
	}
	last := chat.Messages[len(chat.Messages)-1]
	if last.Role != booking.ChatTool {
		if slices.Contains(chat.Tools, "windows") {
			return call("windows", `{}`)
		}
		return Line{Say: "Thanks! How can I help with your visit?"}
	}
	var found struct{ Open string }
	if json.Unmarshal([]byte(last.Text()), &found) != nil || !strings.Contains(found.Open, " = ") {
		return call("hand_off", `{"reason":"no open window"}`)
	}
	var labels []string
	for w := range strings.SplitSeq(found.Open, "; ") {
		if _, label, ok := strings.Cut(w, " = "); ok && !strings.Contains(label, "extra") && len(labels) < 2 {
			labels = append(labels, label)
		}
	}
	spanish := strings.Contains(chat.Messages[0].Text(), "in Spanish")
	switch {
	case len(labels) == 0:
		return call("hand_off", `{"reason":"no open window"}`)
	case spanish:
		return Line{Say: "Tengo " + strings.Join(labels, " o ") + ". ¿Le sirve?"}
	}
	return Line{Say: "I have " + strings.Join(labels, " or ") + ". Does that work?"}
}

// completion is a request to the endpoint, as far as it is read.
type completion struct {
	Model    string `json:"model"`
	Messages []struct {
		Role      booking.ChatRole `json:"role"`
		Content   json.RawMessage  `json:"content"`
		ToolCall  string           `json:"tool_call_id"`
		ToolCalls []struct {
			ID       string `json:"id"`
			Function struct {
				Name      string `json:"name"`
				Arguments string `json:"arguments"`
			} `json:"function"`
		} `json:"tool_calls"`
	} `json:"messages"`
	Tools []struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	} `json:"tools"`
}

// chat puts a request into our words.
func (r completion) chat() (c booking.Chat) {
	for _, m := range r.Messages {
		msg := booking.ChatMessage{Role: m.Role, Content: m.Content, Call: m.ToolCall}
		for _, t := range m.ToolCalls {
			msg.Calls = append(msg.Calls, booking.ChatCall{ID: t.ID, Name: t.Function.Name, Args: json.RawMessage(t.Function.Arguments)})
		}
		c.Messages = append(c.Messages, msg)
	}
	for _, t := range r.Tools {
		c.Tools = append(c.Tools, t.Function.Name)
	}
	return c
}

// ServeHTTP is the endpoint: POST .../chat/completions.
func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, message string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": message, "type": code, "code": code, "param": ""}})
	}
	var in completion
	switch {
	case r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/chat/completions"):
		refuse(http.StatusNotFound, "not_found", "there is only POST /v1/chat/completions")
		return
	case json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in) != nil || len(in.Messages) == 0:
		refuse(http.StatusBadRequest, "invalid_request_error", "the request cannot be read")
		return
	}
	chat := in.chat()
	line := m.next(chat)
	switch line.Fault {
	case ModelSlow:
		<-r.Context().Done()
		return
	case ModelBusy:
		w.Header().Set("Retry-After-Ms", "20")
		refuse(http.StatusTooManyRequests, "rate_limit_exceeded", "slow down")
		return
	case ModelBroken:
		refuse(http.StatusInternalServerError, "server_error", "out of order")
		return
	case ModelGarbage:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"I have tomo`)
		return
	}
	said := map[string]any{"role": "assistant", "content": line.Say}
	var calls []map[string]any
	for _, c := range line.Calls {
		calls = append(calls, map[string]any{"id": c.ID, "type": "function", "function": map[string]string{"name": c.Name, "arguments": string(c.Args)}})
	}
	if calls != nil {
		said["tool_calls"] = calls
	}
	w.Header().Set("Content-Type", "application/json")
	used, out := tokens(chat), len(line.Say)/4+8*len(calls)+1
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "chatcmpl-scripted", "object": "chat.completion", "model": in.Model,
		"choices": []map[string]any{{"index": 0, "finish_reason": "stop", "message": said}},
		"usage":   map[string]int{"prompt_tokens": used, "completion_tokens": out, "total_tokens": used + out}})
}

package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// notes is a chat whose last message is what came of a call; empty: the customer's words.
func notes(result string, spanish bool) booking.Chat {
	lang := "in English"
	if spanish {
		lang = "in Spanish"
	}
	system, _ := json.Marshal("Write " + lang + ".")
	c := booking.Chat{Tools: []string{"windows", "hand_off"}, Messages: []booking.ChatMessage{{Role: booking.ChatSystem, Content: system}, {Role: booking.ChatUser, Content: json.RawMessage(`"hi"`)}}}
	if result != "" {
		c.Messages = append(c.Messages, booking.ChatMessage{Role: booking.ChatTool, Call: "call_1", Content: json.RawMessage(result)})
	}
	return c
}

func TestAModelWithoutAScriptOffersWindows(t *testing.T) {
	var m Model
	for _, c := range []struct {
		chat booking.Chat
		say  string
		call string
	}{
		{notes("", false), "", "windows"},
		{notes(`{"open":"w1 = Wed Mar 11, 8 AM-10 AM; w2 = Sat Mar 14, 9 AM-11 AM, extra $49; w3 = Mon Mar 16, 1 PM-3 PM"}`, false), "I have Wed Mar 11, 8 AM-10 AM or Mon Mar 16, 1 PM-3 PM. Does that work?", ""},
		{notes(`{"open":"w1 = mar 10 de marzo, 9 AM-12 PM"}`, true), "Tengo mar 10 de marzo, 9 AM-12 PM. ¿Le sirve?", ""},
		{notes(`{"open":"none"}`, false), "", "hand_off"},
		{notes(`{"error":"not_available"}`, false), "", "hand_off"},
		{booking.Chat{Messages: notes("", false).Messages}, "Thanks! How can I help with your visit?", ""},
	} {
		got, err := m.Chat(t.Context(), c.chat)
		if err != nil || got.Say != c.say || (len(got.Calls) == 1) != (c.call != "") || c.call != "" && got.Calls[0].Name != c.call {
			t.Errorf("%s: %+v, %v", c.chat.Messages[len(c.chat.Messages)-1].Text(), got, err)
		}
	}
}

func TestAScriptedModelSaysItsLinesAndRepeatsTheLast(t *testing.T) {
	var m Model
	m.Script(Line{Say: "a"}, Line{Say: "b"})
	for _, want := range []string{"a", "b", "b"} {
		if got, err := m.Chat(t.Context(), notes("", false)); err != nil || got.Say != want || got.Use.Calls != 1 || got.Use.Tokens == 0 {
			t.Errorf("%+v %v, want %s", got, err, want)
		}
	}
	if n := len(m.Asked()); n != 3 {
		t.Errorf("%d chats are kept", n)
	}
}

// Each fault uses up one call, by whatever door it comes; then the model is itself again.
func TestFaultsBefallTheModel(t *testing.T) {
	c, err := Open(Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := c.Model()
	server := httptest.NewServer(m)
	defer server.Close()
	post := func(body string) (status int, answer string) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err.Error()
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b)
	}
	const ask = `{"model":"scripted","messages":[{"role":"user","content":"hi"}]}`
	for fault, want := range map[ModelFault]struct {
		code   string
		status int
		says   string
	}{
		ModelSlow: {booking.ModelSlow, 0, ""}, ModelBusy: {booking.ModelDown, 429, ""}, ModelBroken: {booking.ModelDown, 500, ""},
		ModelGarbage: {booking.ModelWrong, 200, ""}, ModelInvents: {"", 200, "booked"}, ModelObeys: {"", 200, "My instructions"},
	} {
		if err := c.SetFaults(Faults{Model: []ModelFault{fault, fault}}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		got, err := m.Chat(ctx, notes("", false))
		cancel()
		bad, _ := errors.AsType[*booking.ModelError](err)
		if bad == nil && want.code != "" || bad != nil && bad.Code != want.code || !strings.Contains(got.Say, want.says) {
			t.Errorf("%s gives %+v, %v", fault, got, err)
		}
		if status, answer := post(ask); status != want.status || !strings.Contains(answer, want.says) {
			t.Errorf("%s answers %d %s", fault, status, answer)
		}
		if left := c.Faults().Model; len(left) != 0 {
			t.Errorf("%s is left %d times", fault, len(left))
		}
		if got, err := m.Chat(t.Context(), notes("", false)); err != nil || len(got.Calls) != 1 {
			t.Errorf("after %s: %+v, %v", fault, got, err)
		}
	}
	for body, want := range map[string]int{`{}`: 400, `x`: 400, ask: 200} {
		if status, _ := post(body); status != want {
			t.Errorf("%s answers %d, want %d", body, status, want)
		}
	}
	if res, err := http.Get(server.URL + "/v1/models"); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("another path: %v %v", res, err)
	}
	if err := c.SetFaults(Faults{Model: []ModelFault{"sleepy"}}); err == nil || !strings.Contains(err.Error(), "does not befall a model") {
		t.Errorf("an unknown fault: %v", err)
	}
}

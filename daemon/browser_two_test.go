package main

import (
	"testing"
	"time"
)

// Two people in one conversation: who types sees that the other writes, and what the other sent, beside the own text, which stays; nothing
// is sent before that could be read.
func TestTwoPeopleInOneConversation(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.signIn("ada", "csr")
	in := map[string]any{"session": "visit-of-maya", "scheduler": demoScheduler, "event": "abandoned", "customer": map[string]string{"first_name": "Maya", "phone": "(614) 555-0142"},
		"consent": map[string]any{"sms": true, "text": "Text me"}}
	if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
		t.Fatal(err)
	}
	s.session("visit-of-maya", "texted", hasStatus("texted"))
	const thread = "/console/inbox/+16145550142"
	b.goTo(thread)
	other := func(path string, body any) {
		t.Helper()
		if err := s.api.do(t.Context(), "POST", path, body, nil); err != nil {
			t.Fatal(err)
		}
	}
	other(thread+"/typing", nil)
	b.until(`document.getElementById("typing")?.textContent.includes("is writing an answer")`)
	b.look("console-two-typing")
	b.typeIn("body", "Hi Maya, Ada here")
	other("/v1/threads/+16145550142/messages", map[string]string{"body": "Hi Maya, somebody else here"})
	b.until(`document.querySelector(".messages").textContent.includes("somebody else here")`)
	b.until(`!document.getElementById("meanwhile").hidden && document.getElementById("meanwhile").textContent.includes("while you were typing")`)
	b.look("console-two-meanwhile")
	if got := b.value("body"); got != "Hi Maya, Ada here" {
		t.Errorf("what was typed is %q", got)
	}

	// Who sends at the very moment is asked to look, and loses nothing.
	other("/v1/threads/+16145550142/messages", map[string]string{"body": "And one more"})
	eval[bool](b, `(document.querySelectorAll("#live input[form=reply]").forEach((i) => { if (i.name === "seen") i.value = "00000000-0000-7000-8000-000000000000" }), document.getElementById("reply").requestSubmit(), true)`)
	b.until(`document.querySelector("main > .problem")?.textContent.includes("while you were writing")`)
	if got := b.value("body"); got != "Hi Maya, Ada here" {
		t.Errorf("what was typed is lost: %q", got)
	}
	b.look("console-two-refused")
	b.click("#reply button")
	b.until(`document.querySelector(".messages").textContent.includes("Ada here") && document.getElementById("body").value === ""`)
	if n := eval[int](b, `[...document.querySelectorAll(".messages .bubble")].filter((m) => m.textContent.includes("Ada here")).length`); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

package api

import (
	"net/url"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The tests are played beside the editor with what is typed, a version that fails them is kept out with the same list, and an administrator
// may use it with a reason. Nothing that was typed is lost on the way.
func TestTestsStandBesideTheEditor(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		ada, mo := h.signedIn("Ada", "administrator"), h.signedIn("Mo", "manager")
		const path = "/console/scripts/agent"
		h.talked("v1", "+16145550142", "how much is the visit?")
		saved := h.must(h.request("POST", "/v1/script-tests", `{"thread":"+16145550142","name":"Asks for the fee"}`), 201)
		if a := h.page(path, mo); !strings.Contains(a.body, path+`/test#tests`) || !strings.Contains(a.body, "Nothing is sent") || strings.Contains(a.body, `class="failing"`) {
			t.Fatalf("before the tests: %s", a.body)
		}
		shown := func(what string, a answer, status int, want ...string) {
			t.Helper()
			if a.status != status {
				t.Errorf("%s: %d", what, a.status)
			}
			for _, w := range want {
				if !strings.Contains(a.body, w) {
					t.Errorf("%s: no %q in %s", what, w, a.body)
				}
			}
		}
		draft := func(more ...string) url.Values {
			form := url.Values{"source": {pushy}, "note": {"be quick"}, "base": {"0"}}
			for i := 0; i < len(more); i += 2 {
				form.Set(more[i], more[i+1])
			}
			return form
		}
		kept := []string{"Want me to set it up now?&#34; }\nend</textarea>", `value="be quick"`, "data-unsaved"}
		// The draft, not saved yet.
		shown("the draft", h.press(path+"/test", mo, draft()), 200, append(kept, "of 12 fail</b> in ", "/console/tests/"+saved.get("id"), "Asks for the fee", "<h4>Before</h4>", "<h4>Now</h4>",
			"Alike in both", "<mark>Want me to set it up now?</mark>", `/console/tests/person"`)...)
		if v := h.must(h.request("GET", "/v1/scripts/agent/versions", ""), 200); strings.Contains(v.body, `"version":1`) {
			t.Errorf("testing kept the draft: %s", v.body)
		}
		shown("a mistake", h.press(path+"/test", mo, url.Values{"source": {"function reply(ctx)\n  return nobody.name\nend"}}), 422, `data-line="2"`, "return nobody.name\nend</textarea>")
		// Saved, it is kept out of use, with the same list; what is typed on top stays.
		h.must(h.request("PUT", "/v1/scripts/agent", source(pushy)), 200)
		typed := draft("version", "1", "source", pushy+"\n-- more")
		shown("kept out", h.press(path+"/activate", mo, typed), 422, "tests fail, so version 1 was not put to use", "Asks for the fee", "-- more</textarea>", "An administrator may use it all the same")
		a := h.press(path+"/activate", ada, typed)
		shown("for an administrator", a, 422, path+"/override#tests", "-- more</textarea>")
		if a := h.press(path+"/override", mo, draft("version", "1", "override", "I want it")); a.status != 403 {
			t.Errorf("a manager overrode: %d", a.status)
		}
		shown("without a reason", h.press(path+"/override", ada, draft("version", "1", "override", "  ")), 422, "Write why", `<details class="override" open>`, "Asks for the fee")
		if a := h.must(h.request("GET", "/v1/scripts/agent", ""), 200); a.get("active") != "0" {
			t.Errorf("a version came into use: %s", a.body)
		}
		// With one it is in use; who typed on keeps that.
		shown("overridden", h.press(path+"/override", ada, draft("version", "1", "override", "the office wants it", "source", pushy+"\n-- more")), 200,
			"Version 1 is in use now. What you typed", "-- more</textarea>", "data-unsaved", "In use: <b>Version 1")
		if a := h.request("GET", "/v1/audit", ""); !strings.Contains(a.body, "the office wants it") {
			t.Errorf("the log of changes does not know the reason: %.600s", a.body)
		}
		if a := h.press(path+"/activate", mo, url.Values{"version": {"0"}}); a.status != 303 || a.header.Get("Location") != path+"?version=0#versions" {
			t.Errorf("the way back: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/override", ada, draft("version", "1", "override", "once more")); a.status != 303 {
			t.Errorf("nothing typed would be lost, and yet: %d", a.status)
		}
	})
}

// Without a script's kind of test there is nothing to play; and who may not manage sees none of it.
func TestAModuleNobodyLoadsHasNothingToPlay(t *testing.T) {
	inHouse(t, func(h *house) {
		mo := h.signedIn("Mo", "manager")
		h.must(h.request("PUT", "/v1/scripts/greetings", source(starters[booking.ScriptModule])), 200)
		if a := h.press("/console/scripts/greetings/test", mo, url.Values{"source": {starters[booking.ScriptModule]}}); a.status != 200 || !strings.Contains(a.body, "there is nothing to play") {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := h.press("/console/scripts/agent/test", h.signedIn("Cy", "csr"), url.Values{"source": {pushy}}); a.status != 403 {
			t.Errorf("a csr tested: %d", a.status)
		}
	})
}

// A version that fails tests is not tried on anybody, and the page of trials shows the failures.
func TestATrialIsKeptOutWithItsFailures(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		mo := h.signedIn("Mo", "manager")
		h.must(h.request("PUT", "/v1/scripts/agent", source(pushy)), 200)
		if a := h.page("/console/canary?version=agent%401", mo); !strings.Contains(a.body, `value="agent@1" selected`) {
			t.Errorf("the version that the editor leads here with: %s", a.body)
		}
		a := h.press("/console/canary", mo, url.Values{"version": {"agent@1"}, "percent": {"10"}, "note": {"bold"}})
		if a.status != 422 || !strings.Contains(a.body, "so nobody gets it") || !strings.Contains(a.body, "<mark>Want me to set it up now?</mark>") || !strings.Contains(a.body, `value="bold"`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

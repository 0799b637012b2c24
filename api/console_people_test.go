package api

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPersonInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		max, cy := h.signedIn("Max", "manager"), h.signedIn("Cy", "csr")
		h.left("visit-1", "(614) 555-0142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"please stop texting me"}`), 201)
		time.Sleep(time.Minute)
		synctest.Wait()
		const path = "/console/people/+16145550142"
		if a := h.page("/console/people?q=614-555-0142", max); a.status != 303 || a.header.Get("Location") != "/console/people/+16145550142" {
			t.Errorf("looked for: %d %s", a.status, a.header.Get("Location"))
		}
		if a := h.page("/console/people?q=614-555-0177", max); a.status != 200 || !strings.Contains(a.body, "Nothing is known of (614) 555-0177") {
			t.Errorf("nobody: %d %s", a.status, a.body)
		}
		if a := h.page("/console/people?q=bob", max); a.status != 422 || !strings.Contains(a.body, "not a complete phone number") || !strings.Contains(a.body, `value="bob"`) {
			t.Errorf("no number: %d %s", a.status, a.body)
		}
		if a := h.page("/console/people", cy); !strings.Contains(a.body, "(614) 555-0142") || !strings.Contains(a.body, "please stop texting me") {
			t.Errorf("the list: %s", a.body)
		}
		a := h.page(path, max)
		for _, want := range []string{"No text may go to this number", "Agreed to texts", words, "Wants no texts", "please stop texting me", "Text to the customer", "/evidence?format=html", "Erase for good"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%q is not on the page: %s", want, a.body)
			}
		}
		if a := h.page(path, cy); a.status != 200 || strings.Contains(a.body, "evidence?format") || strings.Contains(a.body, "Erase") || !strings.Contains(a.body, "They want texts again") {
			t.Errorf("for a CSR: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/erase", cy, url.Values{"confirm": {"0142"}}); a.status != 403 {
			t.Errorf("erased by a CSR: %d", a.status)
		}
		if a := h.press(path+"/opt-in", cy, url.Values{}); a.status != 422 {
			t.Errorf("lifted without a word: %d", a.status)
		}
		if a := h.press(path+"/opt-in", cy, url.Values{"asked": {"yes"}}); a.status != 303 {
			t.Errorf("lifted: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/opt-out", cy, url.Values{"text": {"<b>never</b> again"}}); a.status != 303 {
			t.Errorf("recorded: %d %s", a.status, a.body)
		}
		if a := h.page(path, max); !strings.Contains(a.body, "Cy: &lt;b&gt;never&lt;/b&gt; again") || !strings.Contains(a.body, "Wants texts again") {
			t.Errorf("the ledger: %s", a.body)
		}
		if a := h.request("GET", "/v1/people/%2B16145550142/evidence?format=html", "", "Authorization: ", max); a.status != 200 {
			t.Errorf("the evidence file: %d", a.status)
		}
		for _, typed := range []string{"", "0143", "5550142x", "555-0142"} {
			if a := h.press(path+"/erase", max, url.Values{"confirm": {typed}}); a.status != 422 {
				t.Errorf("erased on %q: %d", typed, a.status)
			}
		}
		if a := h.press(path+"/erase", max, url.Values{"confirm": {"0142"}}); a.status != 303 || a.header.Get("Location") != "/console/people?done=erased" {
			t.Errorf("erased: %d %s", a.status, a.body)
		}
		if a := h.page(path, max); strings.Contains(a.body, "please stop") || strings.Contains(a.body, words) {
			t.Errorf("after the erasure: %d %s", a.status, a.body)
		}
		if log := h.log.String(); strings.Contains(log, "6145550142") {
			t.Error("the number stands in the log")
		}
	})
}

package api

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Who writes an answer is told to the others on the same conversation, and to nobody else, until it is sent or given up.
func TestOthersSeeWhoIsWriting(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bob, office := h.signedIn("Ada", "csr"), h.signedIn("Bob", "csr"), h.signedIn("Olga", "office")
		for _, n := range []string{"+16145550142", "+16145550143"} {
			h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"`+n+`","to":"`+ours+`","body":"hello"}`), 201)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		const thread, other = "/console/inbox/+16145550142", "/console/inbox/+16145550143"
		writing := func(path, who string) bool {
			return strings.Contains(h.page(path, who).body, "Ada is writing an answer")
		}
		changed := h.s.typists.changed()
		if a := h.press(thread+"/typing", ada, url.Values{}); a.status != 204 {
			t.Fatalf("typing: %d %s", a.status, a.body)
		}
		select {
		case <-changed:
		default:
			t.Error("open pages are not told")
		}
		if !writing(thread, bob) || !writing(thread, office) || writing(thread, ada) || writing(other, bob) {
			t.Errorf("Bob %v, office %v, Ada herself %v, elsewhere %v", writing(thread, bob), writing(thread, office), writing(thread, ada), writing(other, bob))
		}
		changed = h.s.typists.changed()
		time.Sleep(4 * time.Second)
		h.press(thread+"/typing", ada, url.Values{})
		select {
		case <-changed:
			t.Error("every sign makes all pages be fetched again")
		default:
		}
		time.Sleep(typingFor - time.Second)
		if !writing(thread, bob) {
			t.Error("the second sign does not count")
		}
		time.Sleep(time.Second)
		if writing(thread, bob) {
			t.Error("Ada gave up, and is told to write")
		}
		h.press(thread+"/typing", ada, url.Values{})
		if a := h.press(thread+"/reply", ada, url.Values{"body": {"Hi, Ada here"}}); a.status != 303 || writing(thread, bob) {
			t.Errorf("sent: %d, writing %v", a.status, writing(thread, bob))
		}
		if a := h.press(thread+"/typing", office, url.Values{}); a.status != 403 {
			t.Errorf("who may not answer: %d", a.status)
		}
	})
}

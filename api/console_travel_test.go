package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// A session's page tells what would happen at another time: verdict, every check and the text, on the business's clock; looking changes nothing.
func TestASessionsPageTellsWhatWouldHappen(t *testing.T) {
	inHouse(t, func(h *house) {
		cy, olga := h.signedIn("Cy", "csr"), h.signedIn("Olga", "office")
		id := h.left("v1", "+16145550142")
		path := "/console/sessions/" + id
		image := func() string {
			var b bytes.Buffer
			if _, err := h.store.Backup(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		if a := h.page(path, cy); !strings.Contains(a.body, `type="datetime-local"`) || !strings.Contains(a.body, `value="2026-03-10T10:00"`) || strings.Contains(a.body, `id="foretold"`) {
			t.Fatalf("the form: %s", a.body)
		}
		h.page(path, cy) // who is signed in was noted as seen
		before, texts := image(), h.texts()
		ask := func(at string, want ...string) string {
			t.Helper()
			a := h.page(path+"?at="+at, cy)
			for _, w := range want {
				if a.status != 200 || !strings.Contains(a.body, w) {
					t.Errorf("at %s: %d, no %q in %s", at, a.status, w, a.body)
				}
			}
			return a.body
		}
		soon := ask("2026-03-10T10:15", `value="2026-03-10T10:15"`, "The text would go out, 10:15 AM.", "Brightwater", "1 segment, ", "from (614) 555-0123", "Permitted hours")
		if strings.Contains(soon, "As if") {
			t.Errorf("nothing is supposed: %s", soon)
		}
		ask("2026-03-10T21:30", "The text would go out, Wed Mar 11, 9:00 AM.", `<li class="wait">`)
		ask("2026-03-12T12:00", "No text would go out.", "Not too late")
		ask("2020-01-01T00:00", "Choose a moment after the visit began", `aria-invalid="true"`)
		ask("2031-01-01T00:00", "Choose a moment after the visit began")
		for _, no := range []string{"tomorrow", "2026-03-10", "2026-13-40T10:00", "%00", "2026-03-10T10:00:00Z"} {
			ask(no, "Choose a day and a time.")
		}
		if after := image(); after != before || h.texts() != texts {
			t.Error("looking changed the store, or sent a text")
		}
		if a := h.page(path+"?at=2026-03-10T10:15", olga); a.status != 200 || strings.Contains(a.body, "due-at") || strings.Contains(a.body, "foretold") {
			t.Errorf("who may only read: %d %s", a.status, a.body)
		}
		if a := h.page("/console/sessions/nobody?at=2026-03-10T10:15", cy); a.status != 404 {
			t.Errorf("nobody's session: %d", a.status)
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		ask("2026-03-10T10:15", "As if the text had not gone out yet.", "The text would go out")
		if !strings.Contains(soon, strings.Split(h.last(), "/l/")[0]) {
			t.Errorf("%q went out, and the page had said: %s", h.last(), soon)
		}
	})
}

// Where the script's text cannot be sent, the default one is told, as it would go out; and it is told to whoever asks the API.
func TestTheDefaultTextIsForetold(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source(`function render(ctx) return "Your visit is on Friday at 9 AM, all paid: " .. ctx.link end`)), 200)
		h.must(h.request("POST", "/v1/scripts/follow_up_link/activate", `{"version":1,"override":"to see what happens"}`), 200)
		id := h.left("v1", "+16145550142")
		a := h.page("/console/sessions/"+id+"?at=2026-03-10T10:15", h.signedIn("Cy", "csr"))
		told := h.must(h.request("POST", "/v1/sessions/"+id+"/rehearse", `{"at":"2026-03-10T14:15:00Z"}`), 200)
		if told.get("default") != "true" || told.get("sends.text") == "" || strings.Contains(told.get("sends.text"), "Friday") || !strings.Contains(told.get("script"), "Friday") {
			t.Errorf("over the API: %s", told.body)
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if shape(h.last()) != shape(told.get("sends.text")) {
			t.Errorf("%q went out, foretold was %q", h.last(), told.get("sends.text"))
		}
		if !strings.Contains(a.body, "the default text would go out; the last check says why") || strings.Contains(a.body, "on Friday at 9 AM, all paid: http") {
			t.Errorf("the page: %s", a.body)
		}
	})
}

// Who would be drawn for a version on trial is told its text.
func TestTravelFollowsATrial(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source(`function render(ctx) return "Trial words of " .. ctx.business.name .. ": " .. ctx.link .. " Reply STOP to opt out." end`)), 200)
		h.must(h.request("PUT", "/v1/scripts/follow_up_link/canary", `{"version":1,"percent":50}`), 200)
		drawn := map[bool]int{}
		foretold := map[string]string{}
		for i := range 12 {
			phone := "+1614555014" + string("0123456789"[i%10])
			if i >= 10 {
				phone = "+1614555015" + string("0123456789"[i%10])
			}
			id := h.left(phone, phone)
			a := h.must(h.request("POST", "/v1/sessions/"+id+"/rehearse", `{"at":"2026-03-10T14:15:00Z"}`), 200)
			foretold[phone] = shape(a.get("sends.text"))
			drawn[strings.HasPrefix(foretold[phone], "Trial words")]++
		}
		if drawn[true] == 0 || drawn[false] == 0 {
			t.Fatalf("nobody was drawn, or everybody: %v", drawn)
		}
		time.Sleep(17 * time.Minute)
		synctest.Wait()
		var all wire.List[simulator.Message]
		if err := json.Unmarshal([]byte(h.must(h.request("GET", "/v1/simulator/messages", ""), 200).body), &all); err != nil {
			t.Fatal(err)
		}
		if len(all.Items) != len(foretold) {
			t.Errorf("%d texts went out", len(all.Items))
		}
		for _, m := range all.Items {
			if shape(m.Body) != foretold[string(m.To)] {
				t.Errorf("%s got %q, foretold was %q", m.To, m.Body, foretold[string(m.To)])
			}
		}
	})
}

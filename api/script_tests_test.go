package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// agentSeed is a business whose agent books by text.
func agentSeed() engine.Seed {
	s := testSeed()
	s.Schedulers[0].FollowUp.Mode = booking.AIAgent
	s.Schedulers[0].Services = []booking.Service{{Name: "AC repair", Keywords: []string{"ac"}, PriceNote: "Visit fee $89."}}
	s.Facts = []booking.Fact{{ID: "fee", Text: "The visit fee is $89."}}
	day := func(d, from int) booking.Window {
		at := time.Date(2026, 3, d, from, 0, 0, 0, time.UTC)
		return booking.Window{ID: at.Format("2006-01-02T15:04"), Start: at, End: at.Add(2 * time.Hour), Capacity: 2, Open: 2}
	}
	s.Windows = map[booking.SchedulerID][]booking.Window{"web": {day(11, 12), day(12, 17), day(13, 14)}}
	return s
}

// texts a customer sends; the answers are out when it returns.
func (h *house) customerTexts(from, body string) {
	h.t.Helper()
	h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"`+from+`","to":"`+ours+`","body":`+jsonOf(body)+`}`), 201)
	time.Sleep(time.Minute)
	synctest.Wait()
}

func jsonOf(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// talked is a session that was left by somebody with a name, an address and an e-mail address, and the conversation that followed.
func (h *house) talked(client, phone string, texts ...string) (session string) {
	h.t.Helper()
	a := h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"started","customer":{"first_name":"Wilhelmina","last_name":"Featherstone","phone":"`+
		phone+`","email":"Mina.Featherstone@mailbox.example","address":{"line1":"742 Evergreen Ter","city":"Columbus","state":"OH","postal_code":"43201"}},"service":"AC repair","consent":{"sms":true,"text":"`+words+`"}}`), 202)
	h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"abandoned"}`), 202)
	time.Sleep(16 * time.Minute)
	synctest.Wait()
	for _, text := range texts {
		h.customerTexts(phone, text)
	}
	return a.get("session")
}

// secrets of the person of talked, in lower case: none may stand in what is kept as a test.
var secrets = []string{"wilhelmina", "featherstone", "mina.", "mailbox.example", "evergreen", "742", "5550142", "555-0142", "555 0142", "6145550142"}

// anyUUID finds the IDs of rows, whose digits are anybody's.
var anyUUID = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func noSecrets(t *testing.T, what, kept string, more ...string) {
	t.Helper()
	low := anyUUID.ReplaceAllString(strings.ToLower(kept), "")
	for _, s := range slices.Concat(secrets, more) {
		if strings.Contains(low, s) {
			t.Errorf("%s holds %q: %s", what, s, kept)
		}
	}
}

const pushy = `function reply(ctx)
  if ctx.event.kind == "start" then return { say = "Hi, this is " .. ctx.business.name .. "'s automated assistant. Want to book? Reply STOP to opt out." } end
  return { say = "Want me to set it up now?" }
end`

// The story: a conversation is saved as a test, an agent that would spoil it is kept out with the replies side by side, and an
// administrator may use it all the same, with a reason.
func TestAConversationKeepsABadAgentOut(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		h.talked("v1", "+16145550142", "Hi, this is Wilhelmina Featherstone at 742 Evergreen Ter. How much is the visit? Write to Mina.Featherstone@mailbox.example or call 614-555-0142")
		saved := h.must(h.request("POST", "/v1/script-tests", `{"thread":"+16145550142"}`, manager), 201)
		noSecrets(t, "the saved test", saved.body)
		if saved.get("results.0.passed") != "true" || saved.get("script") != "agent" || saved.get("from") != "thread" || saved.get("document.expect.say.0") != `\$89` {
			t.Fatalf("saved: %s", saved.body)
		}
		h.must(h.request("PUT", "/v1/scripts/agent", source(pushy), manager), 200)
		no := h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":1}`, manager, "Idempotency-Key: of-the-request-alone"), 422)
		if strings.Contains(no.body, "the house:") {
			t.Errorf("the request's own things came into the rehearsals: %s", no.body)
		}
		if no.code() != "tests_failed" || !strings.Contains(no.body, saved.get("id")) || !strings.Contains(no.body, `"id":"person"`) {
			t.Fatalf("refused: %s", no.body)
		}
		var told struct {
			Error struct {
				Tests struct {
					Failures []struct {
						ID           string
						Said, Before []booking.Spoken
						PartsAt      int `json:"parts_at"`
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(no.body), &told); err != nil {
			t.Fatal(err)
		}
		for _, f := range told.Error.Tests.Failures {
			if f.PartsAt == 0 || f.PartsAt > len(f.Said) || f.PartsAt > len(f.Before) || f.Said[f.PartsAt-1] == f.Before[f.PartsAt-1] || !strings.Contains(f.Said[f.PartsAt-1].Text, "Want me to set it up") {
				t.Errorf("%s does not show where the replies part: %+v", f.ID, f)
			}
		}
		if a := h.request("GET", "/v1/scripts/agent", ""); a.get("active") != "0" {
			t.Errorf("it is in use: %s", a.body)
		}
		if a := h.request("POST", "/v1/scripts/agent/activate", `{"version":1,"override":"the office wants it"}`, manager); a.status != 403 || a.code() != "override_forbidden" {
			t.Errorf("a manager overrode: %d %s", a.status, a.body)
		}
		// The failures stand in the list and in the console.
		if a := h.request("GET", "/v1/script-tests", ""); !strings.Contains(a.body, `"last":"failed"`) || !strings.Contains(a.body, `"last":"passed"`) {
			t.Errorf("the list: %s", a.body)
		}
		over := h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":1,"override":"the office wants it"}`), 200)
		if over.get("active") != "1" || over.get("overrides.0.reason") != "the office wants it" || over.get("tests.failed") == "0" {
			t.Errorf("overridden: %s", over.body)
		}
		if a := h.request("GET", "/v1/audit", ""); !strings.Contains(a.body, "the office wants it") {
			t.Errorf("the audit log does not know the reason: %.600s", a.body)
		}
		// Back at once, though the tests were never played with it as the one in use; and forth only through the tests again.
		back := h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":0}`, manager), 200)
		if back.get("active") != "0" || back.get("tests") != "" {
			t.Errorf("the way back: %s", back.body)
		}
		if a := h.request("POST", "/v1/scripts/agent/activate", `{"version":1}`, manager); a.status != 422 || a.code() != "tests_failed" {
			t.Errorf("a version that was forced in once came in again untested: %d %s", a.status, a.body)
		}
		// Without the test that it fails, and with a hand-off, it is a version like any other.
		h.must(h.request("DELETE", "/v1/script-tests/"+saved.get("id"), "", manager), 204)
		kind := strings.Replace(pushy, "  return { say = \"Want", "  if intent(ctx.event.text) == \"person\" or ctx.event.text:find(\"person\") then return { say = \"A person will call you.\", hand_off = \"asked\" } end\n  if ctx.event.text:find(\"mom\") then return { say = \"Please let a grown-up text us.\", hand_off = \"a child\" } end\n  return { say = \"Want", 1)
		kind = strings.Replace(kind, `intent(ctx.event.text) == "person" or `, "", 1)
		h.must(h.request("PUT", "/v1/scripts/agent", source(kind), manager), 200)
		on := h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":2}`, manager), 200)
		if on.get("active") != "2" || on.get("tests.failed") != "0" || on.get("tests.played") != "11" {
			t.Errorf("a good version: %s", on.body)
		}
	})
}

// A module that scripts in use load is tested with them.
func TestAModuleIsTestedWithWhoLoadsIt(t *testing.T) {
	inHouse(t, func(h *house) {
		put := func(name, text string, version int) {
			h.must(h.request("PUT", "/v1/scripts/"+name, source(text)), 200)
			h.must(h.request("POST", "/v1/scripts/"+name+"/activate", fmt.Sprintf(`{"version":%d}`, version)), 200)
		}
		saved := h.must(h.request("POST", "/v1/script-tests", `{"session":"`+h.left("v1", "+16145550142")+`"}`), 201)
		put("words", `return { tail = function(ctx) return ctx.link end }`, 1)
		h.must(h.request("PUT", "/v1/scripts/words", source(`return { tail = function(ctx) return "soon" end }`)), 200)
		h.must(h.request("POST", "/v1/scripts/words/activate", `{"version":2}`), 200) // nobody loads it
		h.must(h.request("POST", "/v1/scripts/words/activate", `{"version":1}`), 200)
		put("follow_up_link", `local w = require("words") function render(ctx) return "Hello from " .. ctx.business.name .. ": " .. w.tail(ctx) .. " Reply STOP to opt out." end`, 1)
		h.must(h.request("PUT", "/v1/scripts/words", source(`return { tail = function(ctx) return "later" end }`)), 200)
		if a := h.request("POST", "/v1/scripts/words/activate", `{"version":3}`); a.status != 422 || a.code() != "tests_failed" || !strings.Contains(a.body, "words@3") || !strings.Contains(a.body, saved.get("id")) {
			t.Errorf("a module that breaks the follow-up is in use: %d %s", a.status, a.body)
		}
	})
}

// What a reviewer would say of a text is told when it goes live, with the rule's source; nothing is refused for it.
func TestRemarksAreToldAtActivation(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source(`function render(ctx) return "Hurry, " .. ctx.customer.first_name .. "! " .. ctx.business.name .. " has a limited time offer: " .. ctx.link .. " Reply STOP to opt out." end`)), 200)
		a := h.must(h.request("POST", "/v1/scripts/follow_up_link/activate", `{"version":1}`), 200)
		for _, want := range []string{`"code":"marketing"`, `"source":"`, `"code":"scene_failed"`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the answer lacks %s: %s", want, a.body)
			}
		}
	})
}

// Whatever a customer, an agent and a person wrote about the person of the session, none of it is kept.
func TestNothingOfThePersonIsKept(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		lines := []string{
			"my name is Wilhelmina, mrs. Featherstone to you", "WILHELMINA here. 742 evergreen ter, columbus oh 43201",
			"call me at (614) 555-0142 or 614.555.0142 or 6145550142, +1 614 555 0142", "mail: MINA.FEATHERSTONE@MAILBOX.EXAMPLE",
			"featherstone's ac is dead, ask for Wilhelmina", "my husband Leopoldo can open, his number is 740-555-0177", "its 742 Evergreen Terrace apt 9", "- Wilhelmina",
			"the number ends in 0142", "555-0142 is the local number",
		}
		h.talked("v1", "+16145550142", lines...)
		csr := "Authorization: Bearer " + h.key(booking.RoleCSR)
		h.must(h.request("POST", "/v1/threads/%2B16145550142/messages", `{"body":"Hi Wilhelmina Featherstone, Denise here. We have 742 Evergreen and 614-555-0142 on file."}`, csr), 201)
		h.customerTexts("+16145550142", "yes that is right")
		thread := h.must(h.request("GET", "/v1/threads/%2B16145550142", ""), 200)
		var v struct{ Messages []struct{ ID, Author string } }
		if err := json.Unmarshal([]byte(thread.body), &v); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range v.Messages {
			if m.Author != "customer" {
				continue
			}
			n++
			a := h.must(h.request("POST", "/v1/script-tests", `{"thread":"+16145550142","message":"`+m.ID+`"}`), 201)
			noSecrets(t, "the test of "+m.ID, a.body, "leopoldo", "555-0177", "5550177", "0142")
		}
		if n != len(lines)+1 {
			t.Errorf("%d texts of the customer", n)
		}
		// What is stored is what was answered, and so is what the console shows.
		var b bytes.Buffer
		err := h.store.View(t.Context(), func(s *storage.Snapshot) error {
			all, _, err := s.ScriptTests(account, "", booking.MaxScriptTests)
			for _, v := range all {
				b.Write(v.Document)
				b.WriteString(v.Name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		noSecrets(t, "the store", b.String(), "leopoldo", "0142")
	})
}

// A session's follow-up is saved with what became of it, and comes to the same again.
func TestASessionIsSavedWithWhatBecameOfIt(t *testing.T) {
	inHouse(t, func(h *house) {
		sent := h.left("v1", "+16145550142")
		h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"v2","event":"started","customer":{"first_name":"Bo","phone":"+16145550143"}}`), 202)
		no := h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"v2","event":"abandoned"}`), 202).get("session")
		stopped := h.left("v3", "+16145550144")
		handled := h.left("v4", "+16145550145")
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550144"}`), 201)
		h.must(h.request("POST", "/v1/sessions/"+handled+"/handled", `{"note":"spoke with Bo"}`), 200)
		if a := h.request("POST", "/v1/script-tests", `{"session":"nobody"}`); a.status != 404 {
			t.Errorf("nobody's session: %d %s", a.status, a.body)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		late := h.left("v5", "+16145550146")
		for id, want := range map[string]string{sent: "offered", no: "consent", stopped: "opted_out", handled: "handled"} {
			a := h.must(h.request("POST", "/v1/script-tests", `{"session":"`+id+`"}`), 201)
			if a.get("results.0.passed") != "true" || !strings.Contains(a.get("document.expect"), want) || strings.Contains(a.body, "ada@example.com") || strings.Contains(a.body, "+1614555014") {
				t.Errorf("%s: %s", want, a.body)
			}
		}
		a := h.must(h.request("POST", "/v1/script-tests", `{"session":"`+late+`","name":"not decided yet"}`), 201)
		if a.get("name") != "not decided yet" {
			t.Errorf("named: %s", a.body)
		}
	})
}

// Tests are edited, listed, run alone and deleted; what could never pass is refused.
func TestTestsAreEdited(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		h.talked("v1", "+16145550142", "can I talk to somebody")
		saved := h.must(h.request("POST", "/v1/script-tests", `{"thread":"+16145550142"}`), 201)
		path := "/v1/script-tests/" + saved.get("id")
		var doc map[string]any
		if err := json.Unmarshal([]byte(saved.get("document")), &doc); err != nil {
			t.Fatal(err)
		}
		change := func(edit func()) string {
			edit()
			b, _ := json.Marshal(map[string]any{"document": doc})
			return string(b)
		}
		expect := doc["expect"].(map[string]any)
		h.play([]scene{
			{"no pattern", "PUT", path, change(func() { expect["say"] = []string{"("} }), "", 422, "invalid_rehearsal expect.say[0]"},
			{"no outcome", "PUT", path, change(func() { expect["say"] = []string{}; expect["outcome"] = "happy" }), "", 422, "invalid_rehearsal expect.outcome"},
			{"no turns", "PUT", path, `{"document":{"name":"x"}}`, "", 422, "invalid_rehearsal world"},
			{"nothing", "POST", "/v1/script-tests", `{}`, "", 422, "ambiguous thread"},
			{"two things", "POST", "/v1/script-tests", `{"thread":"+16145550142","session":"x"}`, "", 422, "ambiguous thread"},
			{"nobody's thread", "POST", "/v1/script-tests", `{"thread":"+16145550199"}`, "", 404, "unknown_thread id"},
			{"no such text", "POST", "/v1/script-tests", `{"thread":"+16145550142","message":"x"}`, "", 422, "nothing_to_test message"},
			{"wrong now", "PUT", path, change(func() { expect["outcome"] = "booked"; doc["name"] = "wants to book" }), "", 200, `results.0.passed=false`},
			{"alone", "POST", path + "/run", `{}`, "", 200, `items.0.passed=false items.0.outcome=handed_off`},
			{"built in", "POST", "/v1/script-tests/person/run", ``, "", 200, `items.0.passed=true`},
			{"a built-in scene stays", "DELETE", "/v1/script-tests/person", ``, "", 409, "test_built_in id"},
			{"and as it is", "PUT", "/v1/script-tests/person", change(func() {}), "", 409, "test_built_in id"},
			{"all", "POST", "/v1/script-tests/run", `{}`, "", 200, `played=15 failed=1`},
			{"with a source", "POST", "/v1/script-tests/run", `{"name":"agent","source":` + jsonOf(pushy) + `}`, "", 200, `played=12`},
			{"a source of nothing", "POST", "/v1/script-tests/run", `{"source":"x"}`, "", 422, "missing name"},
			{"gone", "DELETE", path, "", "", 204, ""},
			{"gone already", "DELETE", path, "", "", 404, "unknown_test id"},
			{"gone to read", "GET", path, "", "", 404, "unknown_test id"},
		})
	})
}

// What would happen is what happens; and asking changes nothing.
func TestTimeTravelTellsWhatHappens(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("v1", "+16145550142")
		csr := "Authorization: Bearer " + h.key(booking.RoleCSR)
		image := func() string {
			var b bytes.Buffer
			if _, err := h.store.Backup(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		before, texts := image(), h.texts()
		ask := func(at time.Time) answer {
			return h.must(h.request("POST", "/v1/sessions/"+id+"/rehearse", `{"at":"`+at.Format(time.RFC3339)+`"}`, csr), 200)
		}
		due := time.Now().Add(15 * time.Minute)
		soon := ask(due)
		if soon.get("result") != "pass" || soon.get("sends_at") != due.UTC().Format(time.RFC3339) || soon.get("from") != ours || soon.get("assumed") != "[]" || !strings.Contains(soon.body, `"check":"frequency"`) {
			t.Errorf("when it is due: %s", soon.body)
		}
		// Tonight at 21:30 it would wait for the morning, and both looks stand in the trace.
		night := ask(time.Date(2026, 3, 11, 1, 30, 0, 0, time.UTC))
		if night.get("result") != "pass" || night.get("sends_at") != "2026-03-11T13:00:00Z" || !strings.Contains(night.body, `"result":"wait"`) || !strings.Contains(night.body, `"until":"2026-03-11T13:00:00Z"`) {
			t.Errorf("at night: %s", night.body)
		}
		if late := ask(time.Now().Add(49 * time.Hour)); late.get("result") != "stop" || late.get("check") != "too_late" || late.get("sends_at") != "" {
			t.Errorf("too late: %s", late.body)
		}
		if a := h.request("POST", "/v1/sessions/"+id+"/rehearse", `{"at":"2020-01-01T00:00:00Z"}`, csr); a.status != 422 || a.code() != "out_of_range" {
			t.Errorf("before it began: %d %s", a.status, a.body)
		}
		if after := image(); after != before || h.texts() != texts {
			t.Error("asking changed the store, or sent a text")
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := h.last(); shape(got) != shape(soon.get("sends.text")) {
			t.Errorf("%q went out, foretold was %q", got, soon.get("sends.text"))
		}
		if a := ask(time.Now()); a.get("result") != "pass" || !strings.Contains(a.get("assumed"), "has not gone out") {
			t.Errorf("afterwards: %s", a.body)
		}
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142"}`), 201)
		if a := ask(time.Now().Add(time.Hour)); a.get("result") != "stop" || a.get("check") != "opted_out" {
			t.Errorf("after the opt-out: %s", a.body)
		}
		if a := ask(due); a.get("result") != "pass" {
			t.Errorf("before the opt-out: %s", a.body)
		}
	})
}

// shape is a text without its link's token.
func shape(text string) string {
	i := strings.Index(text, "/l/")
	if i < 0 {
		return text
	}
	return text[:i] + text[min(len(text), i+3+26):]
}

// The console: save as test from a conversation and a session, run, see the two replies, edit, delete.
func TestTestsInTheConsole(t *testing.T) {
	synctestHouse(t, agentSeed(), func(h *house) {
		ada, bob := h.signedIn("Ada", "manager"), h.signedIn("Bob", "csr")
		session := h.talked("v1", "+16145550142", "how much is the visit?")
		for path, value := range map[string]string{"/console/inbox/+16145550142": "+16145550142", "/console/sessions/" + session: session} {
			if a := h.page(path, ada); !strings.Contains(a.body, "Save as test") || !strings.Contains(a.body, `action="/console/tests"`) {
				t.Errorf("%s has no button for %s: %s", path, value, a.body)
			}
			if a := h.page(path, bob); strings.Contains(a.body, "Save as test") {
				t.Errorf("%s: who may not save is shown the button", path)
			}
		}
		if a := h.page("/console/tests", bob); a.status != 403 {
			t.Errorf("a csr sees the tests: %d", a.status)
		}
		if a := h.page("/console/tests", ada); !strings.Contains(a.body, "None yet") || !strings.Contains(a.body, "not played yet") || !strings.Contains(a.body, "a smell of gas") {
			t.Errorf("at first: %s", a.body)
		}
		a := h.press("/console/tests", ada, url.Values{"thread": {"+16145550142"}})
		path := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(path, "/console/tests/") {
			t.Fatalf("saved: %d %s", a.status, a.body)
		}
		if a := h.press("/console/tests", ada, url.Values{"session": {session}}); a.status != 303 {
			t.Errorf("a session: %d %s", a.status, a.body)
		}
		if a := h.press("/console/tests", ada, url.Values{"thread": {"+16145550199"}}); a.status != 404 || !strings.Contains(a.body, "no thread") {
			t.Errorf("nobody's thread: %d %s", a.status, a.body)
		}
		page := h.page(path, ada)
		noSecrets(t, "the page", page.body)
		if !strings.Contains(page.body, "made of a conversation") || !strings.Contains(page.body, "&#34;outcome&#34;") {
			t.Errorf("its page: %s", page.body)
		}
		if a := h.press("/console/tests/run", ada, nil); a.status != 303 {
			t.Errorf("run: %d %s", a.status, a.body)
		}
		if a := h.page("/console/tests", ada); !strings.Contains(a.body, "all 16 passed") {
			t.Errorf("after the run: %s", a.body)
		}
		// Its expectation is changed to what is not so: the failure shows both replies.
		saved := h.must(h.request("GET", "/v1"+strings.Replace(strings.TrimPrefix(path, "/console"), "tests", "script-tests", 1), ""), 200)
		doc := strings.Replace(saved.get("document"), `\\$89`, `\\$99`, 1)
		if a := h.press(path, ada, url.Values{"document": {"{"}}); a.status != 422 || !strings.Contains(a.body, "what you typed is still here") {
			t.Errorf("no JSON: %d %s", a.status, a.body)
		}
		if a := h.press(path, ada, url.Values{"document": {doc}}); a.status != 200 || !strings.Contains(a.body, "Failed") || !strings.Contains(a.body, "The replies are as before") || !strings.Contains(a.body, "No text says “$99”.") {
			t.Errorf("edited: %d %s", a.status, a.body)
		}
		h.press("/console/tests/run", ada, nil)
		if a := h.page("/console/tests", ada); !strings.Contains(a.body, "1 of 16 failed") || !strings.Contains(a.body, "The replies are as before") {
			t.Errorf("after the failure: %s", a.body)
		}
		if a := h.press(path+"/delete", ada, nil); a.status != 303 {
			t.Errorf("deleted: %d %s", a.status, a.body)
		}
		if a := h.page(path, ada); a.status != 404 {
			t.Errorf("a deleted test: %d", a.status)
		}
		if a := h.press("/console/tests/person/run", ada, nil); a.status != 200 || !strings.Contains(a.body, "Passed") {
			t.Errorf("a built-in scene: %d %s", a.status, a.body)
		}
	})
}

package api

import (
	"encoding/json"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// evening lets three people leave at 18:00 and one at 11:00, all of them consenting, and a day go by.
func (h *house) evening() {
	h.t.Helper()
	time.Sleep(time.Hour)
	h.left("morning", "(614) 555-0150")
	time.Sleep(7 * time.Hour)
	for n := range 3 {
		h.left("evening-"+strconv.Itoa(n), "(614) 555-015"+strconv.Itoa(n+1))
	}
	time.Sleep(24 * time.Hour)
	synctest.Wait()
}

// A person wonders what shorter hours and other words would have done, through the API.
func TestAReplayOverTheAPI(t *testing.T) {
	inHouse(t, func(h *house) {
		h.evening()
		before := h.texts()
		draft := `function render(ctx) return ctx.business.name .. ": still want it booked? " .. ctx.link .. " Reply STOP to opt out." end`
		c, _ := h.client(adminKey)
		ctx := t.Context()
		v, err := c.Replays.Start(ctx, wire.NewReplay{From: "2026-03-01", Changes: wire.ReplayChanges{Hours: map[string][]string{"weekday": {"09:00", "17:00"}, "sunday": {}},
			Scripts: map[string]wire.ReplayScript{"follow_up_link": {Source: draft}}}})
		if err != nil || v.State != "running" || v.ID == "" {
			t.Fatalf("%+v, %v", v, err)
		}
		for v.State == "running" {
			time.Sleep(time.Second)
			if v, err = c.Replays.Get(ctx, v.ID); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(v.Summary, "4 of 4 texts would differ, cost ") || v.Progress != (wire.ReplayProgress{Done: 4, Total: 4}) || v.Differ["words"] != 4 {
			t.Errorf("got %q, %+v, %v", v.Summary, v.Progress, v.Differ)
		}
		if len(v.Changes) != 3 || v.Changes[0] != (wire.ReplayChanged{What: "settings.hours.weekday", Was: `["09:00","20:00"]`, Is: `["09:00","17:00"]`}) || v.Changes[2].Is != "follow_up_link@draft" {
			t.Errorf("changes %+v", v.Changes)
		}
		items, err := client.Collect(c.Replays.Differences(ctx, v.ID, client.DifferenceQuery{Page: client.Page{Limit: 3}}))
		if err != nil || len(items) != 4 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		late := 0
		for _, it := range items {
			if it.Real == nil || it.Real.Text != it.Before.Text || !strings.Contains(it.After.Text, "still want it booked") || it.Name == "" {
				t.Errorf("%+v", it)
			}
			if it.After.At.Sub(it.Before.At) > 10*time.Hour && it.After.Trace[0].Check == "hours" {
				late++
			}
		}
		if late != 3 || h.texts() != before {
			t.Errorf("%d wait for the morning, want 3; %d texts went out meanwhile", late, h.texts()-before)
		}
		list, err := c.Replays.List(ctx, client.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].By != "bootstrap" {
			t.Errorf("list %+v, %v", list, err)
		}
		if err := c.Replays.Delete(ctx, v.ID); err != nil {
			t.Error(err)
		}
		if a := h.request("GET", "/v1/replays/"+v.ID, ""); a.code() != "unknown_replay" {
			t.Errorf("a removed one: %s", a.body)
		}
	})
}

func TestAReplayAtOnceGivesItsDifferences(t *testing.T) {
	inHouse(t, func(h *house) {
		h.evening()
		a := h.must(h.request("POST", "/v1/rehearsals/replay", `{"from":"2026-03-10T00:00:00Z","to":"2026-03-12","changes":{"settings":{"hours":{"weekday":["09:00","12:00"]},"latest_after":"6h"}}}`,
			"Idempotency-Key: once"), 200)
		if a.get("state") != "done" || a.get("summary") != "0 of 4 texts would differ, 3 more withheld (hours), cost -75 %" {
			t.Errorf("%s", a.body)
		}
		if a.get("items.0.differs") != "withheld" || a.get("items.0.after.withheld_by") != "too_late" || a.get("items.0.after.waited_for") != "hours" || a.get("items.2.differs") != "withheld" {
			t.Errorf("%s", a.body)
		}
		again := h.must(h.request("POST", "/v1/rehearsals/replay", `{"from":"2026-03-10T00:00:00Z","to":"2026-03-12","changes":{"settings":{"hours":{"weekday":["09:00","12:00"]},"latest_after":"6h"}}}`,
			"Idempotency-Key: once"), 200)
		if again.get("id") != a.get("id") {
			t.Errorf("the same key began another replay")
		}
	})
}

func TestReplaysThatCannotBe(t *testing.T) {
	inHouse(t, func(h *house) {
		for body, code := range map[string]string{
			`{"from":"2026-03-20","to":"2026-03-19"}`: "out_of_range",
			`{"from":"2020-01-01"}`:                   "out_of_range",
			`{"from":"yesterday"}`:                    "invalid_time",
			`{"scheduler":"none"}`:                    "unknown_scheduler",
			`{"changes":{"delay":"soon"}}`:            "invalid_duration",
			`{"changes":{"delay":"48h"}}`:             "out_of_range",
			`{"changes":{"settings":{"hour":1}}}`:     "unknown_field", `{"changes":{"hours":{"monday":[]}}}`: "unknown_field",
			`{"changes":{"hour":1}}`:                                                                    "unknown_field",
			`{"changes":{"settings":{"frequency":{"max":30}}}}`:                                         "out_of_range",
			`{"changes":{"scripts":{"agent":{}}}}`:                                                      "missing",
			`{"changes":{"scripts":{"agent":{"version":7}}}}`:                                           "unknown_version",
			`{"changes":{"scripts":{"agent":{"version":0,"source":"x"}}}}`:                              "ambiguous",
			`{"changes":{"scripts":{"nobodys":{"version":1}}}}`:                                         "unknown_script",
			`{"changes":{"scripts":{"follow_up_link":{"source":"function render(ctx) return 1 + "}}}}`:  "script_invalid",
			`{"changes":{"scripts":{"follow_up_link":{"source":"function reply(ctx) return {} end"}}}}`: "wrong_kind",
		} {
			if a := h.request("POST", "/v1/replays", body); a.code() != code {
				t.Errorf("%s: %d %s, want %s", body, a.status, a.body, code)
			}
		}
		if a := h.request("GET", "/v1/replays/none/differences?all=perhaps", ""); a.code() != "invalid_field" {
			t.Errorf("%s", a.body)
		}
	})
}

// The customer's recorded texts are fed to another agent, and the place is shown where the replies part.
func TestAReplayShowsWhereRepliesPart(t *testing.T) {
	inHouse(t, func(h *house) {
		agent := func(price string) string {
			return `function reply(ctx)
  if ctx.event.kind == "start" then return { say = "Hi, this is the automated assistant of " .. ctx.business.name .. ". Shall we find you a time? Reply STOP to opt out." } end
  if ctx.event.text:find("price") then return { say = "` + price + `" } end
  return { say = "Gladly. Is anything else on your mind?" }
end`
		}
		h.must(h.request("PUT", "/v1/scripts/agent", mustJSON(map[string]string{"source": agent("Let me ask the office about that.")})), 200)
		h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":1,"override":"a simple one"}`), 200)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"follow_up":{"mode":"ai_agent"}}`), 200)
		h.left("visit", "(614) 555-0150")
		time.Sleep(20 * time.Minute)
		say := func(body string) {
			h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550150","to":"`+ours+`","body":"`+body+`"}`), 201)
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		say("Hello there")
		say("What is the price?")
		before := h.texts()
		run := func(source string) answer {
			return h.must(h.request("POST", "/v1/rehearsals/replay", mustJSON(map[string]any{"from": "2026-03-09", "changes": map[string]any{"scripts": map[string]any{"agent": map[string]any{"source": source}}}})), 200)
		}
		a := run(agent("Which system do you have?"))
		if a.get("threads.played") != "1" || a.get("differ.reply") != "1" || !strings.Contains(a.get("summary"), "replies part in 1 of 1 conversation") {
			t.Fatalf("%s", a.body)
		}
		if a.get("items.0.differs") != "reply" || a.get("items.0.turn") != "2" || a.get("items.0.heard") != "What is the price?" ||
			a.get("items.0.before.text") != "Let me ask the office about that." || a.get("items.0.after.text") != "Which system do you have?" ||
			a.get("items.0.real.text") != "Let me ask the office about that." {
			t.Errorf("%s", a.body)
		}
		if a := run(agent("Let me ask the office about that.") + "\n-- a comment changes nothing"); a.get("threads.played") != "1" || a.get("differ.reply") != "" {
			t.Errorf("without another word: %s", a.body)
		}
		if a := run(strings.Replace(agent("x"), `if ctx.event.text:find`, `if ask("model", { messages = {} }) then return {} end
  if ctx.event.text:find`, 1)); a.get("threads.model") != "1" || a.get("threads.played") != "0" {
			t.Errorf("with a model: %s", a.body)
		}
		if h.texts() != before {
			t.Errorf("%d texts went out", h.texts()-before)
		}
	})
}

func TestTheConsoleReplays(t *testing.T) {
	inHouse(t, func(h *house) {
		h.evening()
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", mustJSON(map[string]string{"source": `function render(ctx) return "Still want it booked? " .. ctx.link end`})), 200)
		ada := h.signedIn("Ada", "manager")
		a := h.page("/console/replays?script=follow_up_link&version=1", ada)
		if !strings.Contains(a.body, `value="follow_up_link@1" selected`) || !strings.Contains(a.body, `name="weekday_from" value="09:00"`) || !strings.Contains(a.body, "None yet.") {
			t.Fatalf("the form: %s", a.body)
		}
		fields := url.Values{"from": {"2026-03-09"}, "to": {"2026-03-12"}, "weekday_from": {"09:00"}, "weekday_to": {"20:00"}, "saturday_from": {"09:00"}, "saturday_to": {"20:00"},
			"sunday_from": {"12:00"}, "sunday_to": {"20:00"}, "latest_after": {"48"}, "max": {"3"}, "require_consent": {"yes"}, "script": {"follow_up_link@1"}, "delay": {"5"}}
		bad := url.Values{}
		maps.Copy(bad, fields)
		bad.Set("to", "2026-03-01")
		if a := h.press("/console/replays", ada, bad); a.status != 422 || !strings.Contains(a.body, "The period ends before it begins") || !strings.Contains(a.body, `name="delay" min="1" max="1440" inputmode="numeric" value="5"`) {
			t.Errorf("a period that is none: %d %s", a.status, a.body)
		}
		a = h.press("/console/replays", ada, fields)
		where := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(where, "/console/replays/") {
			t.Fatalf("%d %s", a.status, a.body)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		a = h.page(where, ada)
		for _, want := range []string{"4 of 4 texts would differ", "<mark>", "Time until the text, Website", "Script follow_up_link", "Other words", "What this does not show", "As it stands", "Changed", `>Done<`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("no %q: %s", want, a.body)
			}
		}
		if a := h.page("/console/replays", ada); !strings.Contains(a.body, where) {
			t.Errorf("the list: %s", a.body)
		}
		if a := h.press(where+"/delete", ada, url.Values{}); a.status != 303 || h.page(where, ada).status != 404 {
			t.Errorf("removed: %d", a.status)
		}
	})
}

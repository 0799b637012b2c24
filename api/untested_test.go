package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// countedModel answers nothing, and counts who asks.
type countedModel struct{ asked atomic.Int64 }

func (m *countedModel) Chat(context.Context, booking.Chat) (booking.ChatAnswer, error) {
	m.asked.Add(1)
	return booking.ChatAnswer{}, &booking.ModelError{Code: "model_down"}
}

func (m *countedModel) State() booking.ModelState { return booking.ModelState{} }

// export gives every row of the store by its key, but for those of replays themselves, and of who asked for them.
func export(t *testing.T, kv storage.KV) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := kv.(interface {
		Export(context.Context, func(key, val []byte, expires time.Time) error) error
	}).Export(t.Context(), func(key, val []byte, _ time.Time) error {
		if name := string(key); !strings.Contains(name, "/replay/") && !strings.Contains(name, "/replayed/") && !strings.Contains(name, "/audit/") {
			all[name] = string(val)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The whole story through the API: a person changes the agent and tests it; one conversation fails and shows where the replies part; mended, it
// is used. The days before are replayed with other hours, another delay and another agent, the differences are read side by side, nobody is
// called and nothing is changed by it; then ten percent of the people get the next version first, and the results of both are told.
func TestNothingGoesLiveUntested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kv storage.KV
		model := &countedModel{}
		h := newHouseOf(t, agentSeed(), func(inner storage.KV) storage.KV { kv = inner; return inner }, func(o *engine.Options) { o.Model = model })
		defer h.close()
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"follow_up":{"agent":"agent"}}`), 200)
		h.must(h.request("POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["follow_up.sent","session.abandoned","booking.created"]}`), 201)

		// A conversation is kept as a test.
		h.talked("v1", "+16145550142", "How much is the visit?")
		test := h.must(h.request("POST", "/v1/script-tests", `{"thread":"+16145550142","name":"Asks for the fee"}`, manager), 201).get("id")

		// A changed agent fails it while it is still a draft, and is kept out once it is saved.
		ran := h.must(h.request("POST", "/v1/script-tests/run", mustJSON(map[string]string{"name": "agent", "source": pushy}), manager), 200)
		var run wire.TestRun
		if err := json.Unmarshal([]byte(ran.body), &run); err != nil {
			t.Fatal(err)
		}
		shown := false
		for _, f := range run.Failures {
			if f.ID == test {
				shown = f.PartsAt > 0 && strings.Contains(f.Before[f.PartsAt-1].Text, "$89") && strings.Contains(f.Said[f.PartsAt-1].Text, "Want me to set it up")
			}
		}
		if run.Failed == 0 || !shown {
			t.Fatalf("the draft's tests: %s", ran.body)
		}
		h.must(h.request("PUT", "/v1/scripts/agent", source(pushy), manager), 200)
		if a := h.request("POST", "/v1/scripts/agent/activate", `{"version":1}`, manager); a.code() != "tests_failed" || !strings.Contains(a.body, test) {
			t.Fatalf("kept out: %d %s", a.status, a.body)
		}

		// Mended, it is used.
		builtIn := h.must(h.request("GET", "/v1/scripts/agent?version=0", "", manager), 200).get("source")
		with := func(words string) string {
			return source(builtIn + "\nlocal plain = reply\nfunction reply(ctx)\n  local p = plain(ctx)\n  if ctx.event.kind == \"start\" and p.say then p.say = p.say:gsub(\" Reply STOP\", \" " + words + " Reply STOP\") end\n  return p\nend\n")
		}
		h.must(h.request("PUT", "/v1/scripts/agent", with("Thank you."), manager), 200)
		if on := h.must(h.request("POST", "/v1/scripts/agent/activate", `{"version":2}`, manager), 200); on.get("active") != "2" || on.get("tests.failed") != "0" {
			t.Fatalf("mended: %s", on.body)
		}

		// Two days pass, with people who leave in the morning and in the evening.
		h.evening()
		before, texts, told := export(t, kv), h.texts(), len(h.receivers.got)
		replay := func(changes string) answer {
			return h.must(h.request("POST", "/v1/rehearsals/replay", `{"from":"2026-03-10T00:00:00Z","to":"2026-03-12","changes":`+changes+`}`, manager), 200)
		}
		if same := replay(`{}`); same.get("state") != "done" || same.get("differ.words") != "" || same.get("differ.withheld") != "" || same.get("differ.time") != "" || same.get("differ.reply") != "" || same.get("items") != "[]" {
			t.Errorf("a replay of no change shows differences: %s", same.body)
		}
		changed := replay(`{"settings":{"hours":{"weekday":["09:00","17:00"]},"latest_after":"6h"},"delay":"30m","scripts":{"agent":{"version":0}}}`)
		if got := changed.get("summary"); !regexp.MustCompile(`^2 of 5 texts would differ, 3 more withheld \(hours\), replies part in 0 of 1 conversation, cost -\d+ %$`).MatchString(got) {
			t.Errorf("the replay says %q: %s", got, changed.body)
		}
		differences := h.must(h.request("GET", "/v1/replays/"+changed.get("id")+"/differences", "", manager), 200)
		var list wire.List[wire.ReplayItem]
		if err := json.Unmarshal([]byte(differences.body), &list); err != nil {
			t.Fatal(err)
		}
		withheld, words := 0, 0
		for _, it := range list.Items {
			switch it.Differs {
			case "withheld":
				withheld++
			case "words":
				if strings.Contains(it.After.Text, "Thank you") || it.After.At.Sub(it.Before.At) != 15*time.Minute {
					t.Errorf("side by side stand %q at %v and %q at %v", it.Before.Text, it.Before.At, it.After.Text, it.After.At)
				}
				words++
			}
		}
		if withheld != 3 || words != 2 {
			t.Errorf("%d are withheld and %d have other words: %s", withheld, words, differences.body)
		}
		if asks := replay(`{"scripts":{"agent":{"source":` + jsonOf(`function reply(ctx)
  if ctx.event.kind ~= "start" then ask("model", { messages = { { role = "user", content = "hm" } } }) end
  return { say = "Hi, this is the automated assistant of " .. ctx.business.name .. ". Shall we find a time? Reply STOP to opt out." }
end`) + `}}}`); asks.get("threads.model") != "1" {
			t.Errorf("with a model: %s", asks.body)
		}
		synctest.Wait()
		if after := export(t, kv); !maps.Equal(before, after) {
			for key := range after {
				if before[key] != after[key] {
					t.Errorf("the replays changed %q", key)
				}
			}
			t.Errorf("%d rows before, %d after", len(before), len(after))
		}
		if n := h.texts() - texts + len(h.receivers.got) - told + int(model.asked.Load()); n != 0 {
			t.Errorf("the replays sent or asked %d times", n)
		}

		// The next version goes to ten percent of the people first.
		h.must(h.request("PUT", "/v1/scripts/agent", with("Many thanks."), manager), 200)
		h.must(h.request("PUT", "/v1/scripts/agent/canary", `{"version":3,"percent":10,"note":"other thanks"}`, manager), 200)
		for i := range 60 {
			h.left(fmt.Sprint("trial", i), fmt.Sprintf("+1614555%04d", 200+i))
		}
		time.Sleep(17 * time.Minute)
		synctest.Wait()
		trial := h.must(h.request("GET", "/v1/scripts/agent/canary", "", manager), 200)
		var c wire.Canary
		if err := json.Unmarshal([]byte(trial.body), &c); err != nil {
			t.Fatal(err)
		}
		if len(c.Sides) != 2 || c.Sides[0].Persons+c.Sides[1].Persons != 60 || c.Sides[1].Persons == 0 || c.Sides[1].Persons > 20 {
			t.Errorf("the results by version: %s", trial.body)
		}
		for _, metric := range []string{"sent", "clicked", "replied", "booked", "opted_out"} {
			if !strings.Contains(trial.body, `"metric":"`+metric+`"`) {
				t.Errorf("nothing is told of %s: %s", metric, trial.body)
			}
		}
		if c.Words == "" || !strings.Contains(trial.body, `"faults":`) || !strings.Contains(trial.body, `"high":`) {
			t.Errorf("no plain word, no faults or no interval: %s", trial.body)
		}
	})
}

package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// source makes the body of a PUT or preview.
func source(lua string, more ...any) string {
	body := map[string]any{"source": lua}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// last gives the text sent last.
func (h *house) last() string {
	h.t.Helper()
	all, _, err := h.carrier.Messages("", 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Direction == simulator.Outbound && !all[i].Automatic {
			return all[i].Body
		}
	}
	return ""
}

// The story of the script library: an operator changes the words, sees what they do, errs, mends, goes live, and goes back.
func TestAnOperatorChangesTheWords(t *testing.T) {
	inHouse(t, func(h *house) {
		const path = "/v1/scripts/follow_up_link"
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		session := h.left("c1", "+16145550142")

		old := h.must(h.request("GET", path, "", manager), 200)
		if old.get("active") != "0" || old.get("built_in") != "true" || old.get("kind") != "template" || !strings.Contains(old.get("source"), "function render(ctx)") {
			t.Fatalf("the built-in script: %s", old.body)
		}

		// An emoji and a curly quote: the one forces another alphabet, the other is mended.
		fancy := "function render(ctx)\n  return 'Hi ' .. ctx.customer.first_name .. ', it’s ' .. ctx.business.name .. ' 🔧 finish here: ' .. ctx.link .. ' Reply STOP to opt out.'\nend"
		p := h.must(h.request("POST", path+"/preview", source(fancy, "session", session), manager), 200)
		if p.get("encoding") != "UCS-2" || p.get("segments") != "2" || p.get("forced_by.character") != "’" || p.get("forced_by.position") != "11" {
			t.Errorf("preview of the script's own text: %s", p.body)
		}
		if p.get("sends.forced_by.character") != "🔧" || p.get("sends.forced_by.name") != "WRENCH" || !strings.Contains(p.get("sends.text"), "it's") {
			t.Errorf("preview of the text as it goes out: %s", p.body)
		}
		if want := booking.DefaultSMSPrice().Of(2).String(); p.get("cost.amount") != want || p.get("cost.currency") != "USD" {
			t.Errorf("cost = %s, want %s", p.get("cost.amount"), want)
		}
		if p.get("verdict") != "pass" || p.get("gates.0.check") != "account_enabled" || p.get("version") != "" {
			t.Errorf("gates: %s", p.body)
		}

		// A mistake is told with its line, in the preview and by the PUT, and nothing is kept.
		wrong := "function render(ctx)\n  local name = ctx.customer.first_name\n  return 'Hi ' .. name.first.name\nend"
		p = h.must(h.request("POST", path+"/preview", source(wrong, "session", session), manager), 200)
		if p.get("error.line") != "3" || p.get("text") != "" || p.get("error.message") == "" {
			t.Errorf("preview of a mistake: %s", p.body)
		}
		refused := h.must(h.request("PUT", path, source(wrong), manager), 422)
		if refused.code() != "script_invalid" || refused.get("error.line") != "3" || !strings.Contains(refused.get("error.message"), "follow_up_link.lua:3: ") {
			t.Errorf("a broken script: %s", refused.body)
		}
		if got := h.request("GET", path, "", manager); got.get("latest") != "0" {
			t.Errorf("a refused script was kept: %s", got.body)
		}

		// Mended, kept, activated: the next text has the new words.
		plain := "function render(ctx)\n  return 'Hi ' .. ctx.customer.first_name .. ', ' .. ctx.business.name .. ' kept your answers: ' .. ctx.link .. ' Reply STOP to opt out.'\nend"
		p = h.must(h.request("POST", path+"/preview", source(plain, "session", session), manager), 200)
		if p.get("segments") != "1" || p.get("findings") != "[]" || p.get("sends.text") != p.get("text") {
			t.Errorf("preview of the mended script: %s", p.body)
		}
		put := h.must(h.request("PUT", path, source(plain, "note", "warmer"), manager), 200)
		again := h.must(h.request("PUT", path, source(plain), manager), 200)
		if put.get("version") != "1" || put.get("note") != "warmer" || put.get("author") != "manager" || again.get("version") != "1" {
			t.Errorf("put: %s, again: %s", put.body, again.body)
		}
		if got := h.request("GET", path, "", manager); got.get("active") != "0" || got.get("draft.version") != "1" {
			t.Errorf("a draft is in use: %s", got.body)
		}
		if diff := h.must(h.request("GET", path+"/diff?from=0", "", manager), 200); !strings.Contains(diff.get("diff"), "\n+  return 'Hi '") || diff.get("to") != "1" {
			t.Errorf("diff: %s", diff.body)
		}
		on := h.must(h.request("POST", path+"/activate", `{"version":1}`, manager), 200)
		if on.get("active") != "1" || on.get("source") != plain {
			t.Errorf("activate: %s", on.body)
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := h.last(); !strings.HasPrefix(got, "Hi Ada, Brightwater Home Services kept your answers: https://book.example.com/l/") || len(got) != len(p.get("text")) {
			t.Errorf("the text has other words than the preview: %q", got)
		}

		// And back with one call.
		h.must(h.request("POST", path+"/activate", `{"version":0}`, manager), 200)
		h.left("c2", "+16145550143")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := h.last(); !strings.Contains(got, "is not finished") {
			t.Errorf("after the rollback: %q", got)
		}
		versions := h.must(h.request("GET", path+"/versions", "", manager), 200)
		if versions.get("items.0.version") != "1" || versions.get("items.1.version") != "0" || versions.get("items.0.source") != "" {
			t.Errorf("versions: %s", versions.body)
		}
		h.must(h.request("DELETE", path, "", manager), 204)
		if got := h.request("GET", path, "", manager); got.get("latest") != "0" || got.get("active") != "0" {
			t.Errorf("after deleting own versions: %s", got.body)
		}
	})
}

func TestPreviewsOfEveryKind(t *testing.T) {
	inHouse(t, func(h *house) {
		preview := func(name, body string) answer {
			t.Helper()
			return h.must(h.request("POST", "/v1/scripts/"+name+"/preview", body), 200)
		}
		// Without a body: the latest version on sample facts, with the account's own name.
		p := preview("follow_up_link", "")
		if !strings.Contains(p.get("text"), "Brightwater Home Services") || p.get("version") != "0" || p.get("segments") != "1" || p.get("gates") != "" {
			t.Errorf("the built-in script on the sample: %s", p.body)
		}
		// The agent says that it is automated, and asks for windows.
		p = preview("agent", "{}")
		if p.get("kind") != "agent" || !strings.Contains(p.get("text"), "automated") || p.get("asks.0.name") != "windows" || p.get("proposal.say") != p.get("text") || p.get("findings") != "[]" {
			t.Errorf("the built-in agent: %s", p.body)
		}
		// A ctx of the caller's own: the text is told as it is, and the house's rules about our facts are not held against it.
		p = preview("mine", source("function render(ctx) return ctx.guest.name .. ' ' .. #ctx.list end", "ctx", map[string]any{"guest": map[string]any{"name": "Ana"}, "list": []int{1, 2}}))
		if p.get("text") != "Ana 2" || p.get("sends") != "" {
			t.Errorf("own ctx: %s", p.body)
		}
		// What reviewers say.
		p = preview("mine", source("function render(ctx) return 'Hurry, 20 percent discount: bit.ly/x' end"))
		for _, code := range []string{"business_missing", "stop_missing", "link_missing", "link_shortener", "marketing", "refused"} {
			if !strings.Contains(p.get("findings"), `"code":"`+code+`"`) {
				t.Errorf("findings lack %s: %s", code, p.body)
			}
		}
		// Modules come from the library's active versions.
		h.must(h.request("PUT", "/v1/scripts/words", source("return { hello = function(n) return 'Hello ' .. n end }")), 200)
		uses := "local w = require(\"words\")\nfunction render(ctx) return w.hello(ctx.business.name) .. \" \" .. ctx.link end"
		if p = preview("mine", source(uses)); p.get("error.message") == "" {
			t.Errorf("a module without an active version was found: %s", p.body)
		}
		h.must(h.request("POST", "/v1/scripts/words/activate", `{"version":1}`), 200)
		if p = preview("mine", source(uses)); !strings.HasPrefix(p.get("text"), "Hello Brightwater Home Services ") {
			t.Errorf("with the module: %s", p.body)
		}
		h.must(h.request("PUT", "/v1/scripts/mine", source(uses)), 200)
		h.must(h.request("POST", "/v1/scripts/mine/activate", `{"version":1}`), 200)
		if got := h.must(h.request("DELETE", "/v1/scripts/words", ""), 409); got.code() != "script_in_use" {
			t.Errorf("a module in use: %s", got.body)
		}
	})
}

func TestScriptsAreRefusedWithTheMend(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, c := range []struct {
			method, path, body string
			status             int
			code               string
		}{
			{"GET", "/v1/scripts/nobody", "", 404, "unknown_script"},
			{"GET", "/v1/scripts/agent?version=7", "", 404, "unknown_version"},
			{"GET", "/v1/scripts/agent?version=x", "", 422, "invalid_version"},
			{"PUT", "/v1/scripts/UPPER", source("x = 1"), 422, "invalid_script_name"},
			{"PUT", "/v1/scripts/-x", source("x = 1"), 422, "invalid_script_name"},
			{"PUT", "/v1/scripts/x", `{}`, 422, "missing"},
			{"PUT", "/v1/scripts/x", source("x = 1"), 422, "script_invalid"},
			{"PUT", "/v1/scripts/x", source("function render() return 'a' end function reply() return {} end"), 422, "script_invalid"},
			{"PUT", "/v1/scripts/x", source("function reply() return { shout = 'a' } end"), 422, "script_invalid"},
			{"PUT", "/v1/scripts/agent", source("function render() return 'a' end"), 422, "wrong_kind"},
			{"PUT", "/v1/scripts/x", source(strings.Repeat("-- padding\n", 5000)), 422, "too_long"},
			{"PUT", "/v1/scripts/x", source("return {}", "note", strings.Repeat("x", 600)), 422, "too_long"},
			{"POST", "/v1/scripts/agent/activate", `{}`, 422, "missing"},
			{"POST", "/v1/scripts/agent/activate", `{"version":3}`, 404, "unknown_version"},
			{"POST", "/v1/scripts/nobody/activate", `{"version":1}`, 404, "unknown_script"},
			{"POST", "/v1/scripts/nobody/preview", `{}`, 404, "unknown_script"},
			{"POST", "/v1/scripts/agent/preview", `{"session":"nobody"}`, 404, "unknown_session"},
			{"POST", "/v1/scripts/agent/preview", `{"ctx":[]}`, 400, "wrong_type"},
			{"GET", "/v1/scripts/agent/diff", "", 422, "missing"},
			{"DELETE", "/v1/scripts/agent", "", 409, "script_built_in"},
			{"DELETE", "/v1/scripts/nobody", "", 404, "unknown_script"},
			{"PUT", "/v1/account", `{"settings":{"sms_price":{"outbound_segment":"cheap"}}}`, 422, "invalid_amount"},
			{"PUT", "/v1/account", `{"settings":{"sms_price":{"currency":"dollars"}}}`, 422, "unknown_currency"},
		} {
			if got := h.request(c.method, c.path, c.body); got.status != c.status || got.code() != c.code {
				t.Errorf("%s %s %.60s: %d %s, want %d %s", c.method, c.path, c.body, got.status, got.body, c.status, c.code)
			}
		}
		got := h.must(h.request("PUT", "/v1/account", `{"settings":{"sms_price":{"outbound_segment":"0.0100","carrier_fee":"0"}}}`), 200)
		if got.get("settings.sms_price.outbound_segment") != "0.01" || got.get("settings.sms_price.currency") != "USD" {
			t.Errorf("price: %s", got.body)
		}
		if p := h.request("POST", "/v1/scripts/follow_up_link/preview", ""); p.get("cost.amount") != "0.01" {
			t.Errorf("cost at the account's price: %s", p.body)
		}
	})
}

// The operator's door needs no key, and is no way in for others.
func TestTheOperatorsDoor(t *testing.T) {
	inHouse(t, func(h *house) {
		door := h.s.Operator()
		ask := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			r.RemoteAddr = "@"
			w := httptest.NewRecorder()
			door.ServeHTTP(w, r)
			return w
		}
		if w := ask("PUT", "/v1/scripts/words", source("return {}"), "Authorization", "Bearer nonsense"); w.Code != 200 || !strings.Contains(w.Body.String(), `"author":"operator"`) {
			t.Errorf("through the door: %d %s", w.Code, w.Body)
		}
		if w := ask("GET", "/v1/scripts/words?version=1", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"source":"return {}"`) {
			t.Errorf("with a query: %d %s", w.Code, w.Body)
		}
		if w := ask("PUT", "/v1/scripts/words", strings.Repeat(" ", maxBody+1)); w.Code < 400 {
			t.Errorf("a body without bounds: %d", w.Code)
		}
		for _, guess := range []string{"operator", "operator_", h.s.operator + "x"} {
			if got := h.request("GET", "/v1/scripts", "", "Authorization: Bearer "+guess); got.status != 401 {
				t.Errorf("%q opens: %d", guess, got.status)
			}
		}
	})
}

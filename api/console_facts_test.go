package api

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// factForm opens the form of a fact, or of a new one for "".
func (h *house) factForm(cookie, id string) url.Values {
	h.t.Helper()
	path := factsPath
	if id != "" {
		path += "?" + url.Values{"edit": {id}}.Encode()
	}
	return h.formOn(path, cookie, factsPath)
}

// What the agent may say is written, changed and removed by forms: a refusal stands at its field, and a form that is sent twice does it once.
func TestFactsAreKeptByForms(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		facts := func() answer { h.t.Helper(); return h.must(h.request("GET", "/v1/facts", ""), 200) }
		if a := h.page(factsPath, ada); strings.Count(a.body, "The agent will hand this question to you.") != len(booking.Questions) || !strings.Contains(a.body, "names no price") {
			t.Fatalf("without facts: %s", a.body)
		}
		if a := h.page(factsPath+"?ask=warranty", ada); !strings.Contains(a.body, `value="Warranty"`) || !strings.Contains(a.body, "For example: Every repair has a one-year warranty") {
			t.Errorf("asked for: %s", a.body)
		}
		v := h.factForm(ada, "")
		v.Set("fact[0].id", "Visit fee")
		v.Set("fact[0].text", "The visit fee is $1,089.50.\r\nIt is credited.")
		for range 2 { // pressed twice
			if a := h.press(factsPath, ada, v); a.status != 303 || a.header.Get("Location") != factsPath+"?done=saved" {
				t.Fatalf("added: %d %s", a.status, a.body)
			}
		}
		if got := facts().get("items"); got != `[{"id":"Visit fee","prices":[108950],"text":"The visit fee is $1,089.50. It is credited."}]` {
			t.Errorf("added: %s", got)
		}
		if a := h.page(factsPath, ada); !strings.Contains(a.body, "Answered by “Visit fee”") {
			t.Errorf("with the fee: %s", a.body)
		}
		for _, bad := range []struct{ name, value, words string }{{"id", "", "say in a few words what it is about"}, {"id", "Visit fee", "There is an answer about this already."}, {"id", strings.Repeat("x", 101), "a few words are enough"},
			{"text", " \r\n", "Write what the agent may say"}, {"text", strings.Repeat("x", 2001), "At most 2,000 letters"}} {
			v := h.factForm(ada, "")
			v.Set("fact[0].id", "Warranty")
			v.Set("fact[0].text", "One year on parts.")
			v.Set("fact[0]."+bad.name, bad.value)
			a := h.press(factsPath, ada, v)
			_, rest, _ := strings.Cut(a.body, `id="f-fact-0-`+bad.name+`-flaw"`)
			if told, _, found := strings.Cut(rest, "</div>"); a.status != 422 || !found || !strings.Contains(strings.ToLower(told), strings.ToLower(bad.words)) {
				t.Errorf("%s %.20q: %d %q", bad.name, bad.value, a.status, told)
			}
			_, rest, _ = strings.Cut(a.body, `action="`+factsPath+`"`)
			if back := fieldsOf(rest); back.Get("fact[0].id") != v.Get("fact[0].id") || strings.TrimSpace(back.Get("fact[0].text")) != strings.TrimSpace(v.Get("fact[0].text")) {
				t.Errorf("%s: typed is %q, back came %q", bad.name, v, back)
			}
		}
		// A fact of a program keeps its ID and what it may name besides; a price that left the text is told no more.
		h.must(h.request("PUT", "/v1/facts", `[{"id":"tune_up","text":"A tune-up is $129.","prices":[12900,4900]},{"id":"other","text":"Other."}]`), 200)
		was := facts().body
		v = h.factForm(ada, "tune_up")
		if v.Get("fact[0].id") != "Tune up" || v.Get("fact[0].prices") != "$49" {
			t.Errorf("the form: %v", v)
		}
		if a := h.press(factsPath, ada, v); a.status != 303 || facts().body != was {
			t.Errorf("sent back as it was: %d\n%s\n%s", a.status, was, facts().body)
		}
		v.Set("fact[0].prices", "cheap")
		if a := h.press(factsPath, ada, v); a.status != 422 || !strings.Contains(a.body, `id="f-fact-0-prices-flaw"`) || !strings.Contains(a.body, ">cheap</textarea>") {
			t.Errorf("no amount: %d %s", a.status, a.body)
		}
		v.Set("fact[0].prices", "$49")
		v.Set("fact[0].text", "A tune-up is $139.")
		if a := h.press(factsPath, ada, v); a.status != 303 || facts().get("items.0.prices") != "[13900,4900]" || facts().get("items.0.id") != "tune_up" {
			t.Errorf("changed: %d %s", a.status, facts().body)
		}
		stale := h.factForm(ada, "tune_up")
		for range 2 { // changed in its amounts alone, pressed twice
			v = h.factForm(ada, "tune_up")
			v.Set("fact[0].prices", "$49\r\n$59.50")
			if a := h.press(factsPath, ada, v); a.status != 303 || facts().get("items.0.prices") != "[13900,4900,5950]" {
				t.Errorf("other amounts: %d %s", a.status, facts().body)
			}
		}
		v.Set("revision", stale.Get("revision"))
		if a := h.press(factsPath, ada, v); a.status != 303 {
			t.Errorf("what is so already: %d %s", a.status, a.body)
		}
		stale.Set("fact[0].prices", "$69")
		if a := h.press(factsPath, ada, stale); a.status != 409 || facts().get("items.0.prices") != "[13900,4900,5950]" {
			t.Errorf("amounts over an older state: %d %s", a.status, facts().body)
		}
		v = h.factForm(ada, "tune_up")
		v.Set("do", "remove")
		for range 2 {
			if a := h.press(factsPath, ada, v); a.status != 303 || facts().get("items.0.id") != "other" {
				t.Errorf("removed: %d %s", a.status, facts().body)
			}
		}
	})
}

// Two people write at once: at different facts nobody is in the other's way, at the same one nothing is lost and nothing overwritten unseen.
func TestTwoPeopleAtTheFacts(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bob := h.signedIn("Ada", "administrator"), h.signedIn("Bob", "manager")
		h.must(h.request("PUT", "/v1/facts", `[{"id":"Fee","text":"The fee is $89."},{"id":"Hours","text":"Until five."}]`), 200)
		text := func(v url.Values, text string) url.Values { v.Set("fact[0].text", text); return v }
		bobs, hours, gone := h.factForm(bob, "Fee"), h.factForm(bob, "Hours"), h.factForm(bob, "Hours")
		if a := h.press(factsPath, ada, text(h.factForm(ada, "Fee"), "The fee is $99.")); a.status != 303 {
			t.Fatalf("Ada: %d", a.status)
		}
		if a := h.press(factsPath, bob, text(hours, "Until six.")); a.status != 303 {
			t.Errorf("another fact: %d %s", a.status, a.body)
		}
		a := h.press(factsPath, bob, text(bobs, "The fee is $79."))
		if a.status != 409 || !strings.Contains(a.body, "Saved meanwhile by somebody else: <b>The fee is $99.</b>") || !strings.Contains(a.body, ">The fee is $79.</textarea>") {
			t.Fatalf("over Ada's: %d %s", a.status, a.body)
		}
		removal := h.factForm(bob, "Fee")
		removal.Set("revision", bobs.Get("revision"))
		removal.Set("do", "remove")
		if a := h.press(factsPath, bob, removal); a.status != 409 {
			t.Errorf("what Bob did not see is removed: %d", a.status)
		}
		_, rest, _ := strings.Cut(a.body, `action="`+factsPath+`"`)
		again := fieldsOf(rest)
		if a := h.press(factsPath, bob, again); a.status != 303 {
			t.Errorf("seen and saved again: %d %s", a.status, a.body)
		}
		// What somebody removed is not made anew unseen, and what was typed stays.
		h.must(h.request("PUT", "/v1/facts", `[{"id":"Fee","text":"The fee is $79."}]`), 200)
		a = h.press(factsPath, bob, text(gone, "Until seven."))
		if a.status != 409 || !strings.Contains(a.body, ">Until seven.</textarea>") || h.must(h.request("GET", "/v1/facts", ""), 200).get("items.1.id") != "" {
			t.Fatalf("a removed one: %d %s", a.status, a.body)
		}
		_, rest, _ = strings.Cut(a.body, `action="`+factsPath+`"`)
		if a := h.press(factsPath, bob, fieldsOf(rest)); a.status != 303 || h.must(h.request("GET", "/v1/facts", ""), 200).get("items.1.text") != "Until seven." {
			t.Errorf("added again: %d %s", a.status, a.body)
		}
	})
}

// Who may manage sees and changes what the agent may say. What is typed is text.
func TestFactsForEveryRole(t *testing.T) {
	inHouse(t, func(h *house) {
		const evil = `<img src=x onerror=alert(1)>"'`
		ada := h.signedIn("Ada", "manager")
		v := h.factForm(ada, "")
		v.Set("fact[0].id", evil)
		v.Set("fact[0].text", evil+" warranty")
		if a := h.press(factsPath, ada, v); a.status != 303 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for _, role := range booking.Roles {
			cookie := h.signedIn("P"+string(role), string(role))
			a := h.page(factsPath, cookie)
			manages := role.May(booking.MayManage)
			if manages && (a.status != 200 || !strings.Contains(a.body, html.EscapeString("<img"))) || !manages && a.status != 403 || strings.Contains(a.body, "<img") {
				t.Errorf("%s: %d %s", role, a.status, a.body)
			}
			if a := h.press(factsPath, cookie, url.Values{"fact": {evil}, "fact[0].id": {evil}, "fact[0].text": {evil}}); manages && (a.status != 409 || strings.Contains(a.body, "<img")) || !manages && a.status != 403 {
				t.Errorf("%s writes: %d", role, a.status)
			}
			if a := h.form(factsPath, url.Values{}, cookie, "Origin: https://evil.example"); a.status != 403 {
				t.Errorf("another site writes for %s: %d", role, a.status)
			}
		}
		if got := h.formOn(factsPath+"?"+url.Values{"edit": {evil}}.Encode(), ada, factsPath); got.Get("fact") != evil || got.Get("fact[0].id") != evil {
			t.Errorf("its form: %v", got)
		}
		link := h.page("/console/setup/schedulers/web", ada).body
		if !strings.Contains(link, `href="`+factsPath+`"`) {
			t.Errorf("the booking form leads nowhere: %s", link)
		}
	}, func(o *Options) { o.Limits.Logins = Limit{1000, 1000} })
}

// What the page says of the questions is what the usual agent does: it tells the example to each, and tells a person of each without it.
func TestTheQuestionsAreThoseOfTheUsualAgent(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		source := h.formOn("/console/scripts/agent", ada, "/console/scripts/agent").Get("source")
		says := func(question string) string {
			a := h.press("/console/scripts/agent/talk", ada, url.Values{"source": {source}, "said": {question}})
			_, after, _ := strings.Cut(html.UnescapeString(a.body), question)
			after, _, _ = strings.Cut(after, "<label")
			return after
		}
		var all []booking.Fact
		for _, q := range booking.Questions {
			all = append(all, booking.Fact{ID: q.ID, Text: strings.TrimPrefix(word("question.example."+q.ID), "For example: ")})
		}
		put := func(facts []booking.Fact) {
			h.t.Helper()
			b, err := json.Marshal(facts)
			if err != nil {
				t.Fatal(err)
			}
			h.must(h.request("PUT", "/v1/facts", string(b)), 200)
		}
		for i, q := range booking.Questions {
			put(all)
			if a := q.Answer(all); a == nil || a.ID != q.ID {
				t.Errorf("%s is answered by %v", q.ID, a)
			}
			if got := says(word("question." + q.ID)); !strings.Contains(got, all[i].Text) {
				t.Errorf("%s: %s", q.ID, got)
			}
			without := slices.Delete(slices.Clone(all), i, i+1)
			put(without)
			if a := q.Answer(without); a != nil {
				t.Errorf("%s without its answer: by %v", q.ID, a)
			}
			if got := says(word("question." + q.ID)); !strings.Contains(got, word("did.alert")) && !strings.Contains(got, word("did.hand_off")) {
				t.Errorf("%s without its answer: %s", q.ID, got)
			}
		}
	})
}

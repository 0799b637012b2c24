package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// Whatever a page marks or forgets to mark, what is secret does not leave it.
func TestBrowserSecretsNeverLeaveThePage(t *testing.T) {
	s := openSite(t, time.Minute)
	origin := s.host(map[string]string{"/": `{{widget}}</head><body><form data-rebook-form>
		<input id="phone" name="phone"><input id="pw" type="password" data-rebook-field="pw"><button type="button" id="show">show</button>
		<input id="card" autocomplete="cc-number" data-rebook-field="card"><input id="cvv" name="cvv" data-rebook="service">
		<input id="ssn" name="ssn" data-rebook-field="ssn"><input id="code" autocomplete="one-time-code" data-rebook-field="code">
		<input id="note" data-rebook-field="note"><input id="other" data-rebook-field="other"><input type="hidden" name="city" value="hidden-city">
		<div data-rebook-ignore><input id="email" name="email"></div><textarea id="free" name="free"></textarea>
		<input type="hidden" data-rebook-field="campaign" value="spring"></form><input id="zip" name="zip">
		<script>document.getElementById("show").onclick = () => document.getElementById("pw").type = "text"</script></body>`})
	b := s.visit(origin + "/")
	for id, text := range map[string]string{"pw": "hunter2-secret", "card": "4111111111111111", "cvv": "999-cvv", "ssn": "078-05-1120",
		"code": "code-4711", "email": "ignored@example.com", "free": "unmarked words", "zip": "99999"} {
		b.typeIn(id, text)
	}
	b.typeIn("note", "my card is 4111 1111-1111 1111 ok")
	b.typeIn("other", "it is 078-05-1120")
	b.click("#show")
	b.typeIn("pw", "-shown")
	b.typeIn("phone", "+49 1511 2345678")
	client := eval[string](b, `rebook.session`)
	if !eval[bool](b, `rebook.flush()`) {
		t.Fatal("nothing arrived")
	}
	v := s.session(client, "told", func(v wire.Session) bool { return v.Customer.Phone != "" })
	if v.Fields["campaign"] != "spring" || v.Customer.Phone != "+49 1511 2345678" {
		t.Errorf("what is no secret did not arrive: %+v", v)
	}
	b.do("leave", navigate(origin+"/nothing"))
	s.session(client, "abandoned", hasStatus("abandoned"))
	b = s.visit(origin + "/")
	b.typeIn("pw", "hunter2-secret")
	b.typeIn("note", "4111111111111111")
	b.typeIn("phone", "6145550142")
	if !eval[bool](b, `rebook.flush()`) {
		t.Fatal("nothing arrived")
	}
	sent := eval[string](b, `sent.join("\n")`)
	if !strings.Contains(sent, "6145550142") {
		t.Fatalf("the spy saw nothing: %s", sent)
	}
	var all strings.Builder
	all.WriteString(sent + strings.Join([]string{v.Customer.Email, v.Customer.Address.City, v.Customer.Address.PostalCode, v.Service}, " "))
	for k, f := range v.Fields {
		all.WriteString(k + "=" + f + " ")
	}
	for _, secret := range []string{"hunter2", "shown", "4111", "999-cvv", "078-05", "4711", "ignored@", "unmarked", "hidden-city", "99999"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q left the page: %s", secret, all.String())
		}
	}
}

// A page that embeds the widget works the same with it, without it, and with it in trouble.
func TestBrowserHostPageSurvivesEveryTrouble(t *testing.T) {
	s := openSite(t, time.Minute)
	form := `<form action="/thanks"><input id="phone" name="phone"><input id="first_name" name="first_name"><button id="go">Go</button></form>`
	origin := s.host(map[string]string{
		"/":         `{{widget}}</head><body>` + form,
		"/storage":  `<script>for (const s of ["sessionStorage", "localStorage"]) Object.defineProperty(window, s, {get() { throw new DOMException("blocked", "SecurityError") }})</script>{{widget}}</head><body>` + form,
		"/fetch":    `{{widget}}<script>window.away = () => { throw new TypeError("blocked") }; navigator.sendBeacon = undefined</script></head><body>` + form,
		"/down":     `{{widget}}<script>window.away = () => Promise.reject(new TypeError("offline"))</script></head><body>` + form,
		"/wrongkey": strings.Replace(`{{widget}}</head><body>`, "{{widget}}", `<script src="`+s.root+`/widget.js?debug" data-scheduler="partner" data-key="pk_guessed"></script>`, 1) + `<script>window.wrong = []; addEventListener("error", e => wrong.push(e.message)); addEventListener("unhandledrejection", e => wrong.push(String(e.reason)))</script>` + form,
		"/nokey":    `<script src="` + s.root + `/widget.js"></script><script>window.wrong = []</script></head><body>` + form,
		"/twice":    `{{widget}}{{widget}}</head><body>` + form,
		"/thanks":   `</head><body>Thank you`,
	})
	for _, path := range []string{"/", "/storage", "/fetch", "/down", "/wrongkey", "/nokey", "/twice"} {
		b := s.tab()
		b.do("open", navigate(origin+path+"?rebook=ABCDEFGHIJKLMNOPQRSTUVWXYZ&keep=1#part"))
		b.until(`document.getElementById("phone")`)
		b.typeIn("phone", "6145550142")
		b.typeIn("first_name", "Ada")
		eval[bool](b, `(window.rebook && [rebook.set(null), rebook.set({customer: 7}), rebook.step(), rebook.consent(), rebook.on("restore"), rebook.debug()], dispatchEvent(new Event("pagehide")), dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})), true)`)
		if wrong := eval[string](b, `wrong.join("; ")`); wrong != "" {
			t.Errorf("%s: the page heard of an error: %s", path, wrong)
		}
		if globals := eval[string](b, `Object.keys(window).filter(k => /rebook/i.test(k)).join()`); path != "/nokey" && globals != "rebook" && globals != "" {
			t.Errorf("%s: globals %q", path, globals)
		}
		if cookies := eval[string](b, `document.cookie`); cookies != "" {
			t.Errorf("%s: cookies %q", path, cookies)
		}
		if at := eval[string](b, `location.search + location.hash`); path != "/nokey" && at != "?keep=1#part" {
			t.Errorf("%s: the address is %q", path, at)
		}
		b.click("#go")
		b.until(`location.pathname === "/thanks"`)
	}
}

// What the customer types while the link is still being looked up is theirs; the rest is filled in.
func TestBrowserRestoringDoesNotOverwriteWhatIsTyped(t *testing.T) {
	s := openSite(t, time.Second)
	origin := s.host(map[string]string{"/": `<script>{
		const real = window.fetch, released = new Promise(done => window.release = done);
		window.away = (a, o) => (/prefill/.test(a) ? released : Promise.resolve()).then(() => real(a, o));
		window.heard = 0; addEventListener("input", e => heard += e.isTrusted ? 0 : 1);
		}</script>{{widget}}</head><body><form><input id="first_name" name="first_name"><input id="phone" name="phone"><input id="city" name="city" value="Dublin">
		<input type="radio" id="am" name="preferred" value="morning"><input type="radio" id="pm" name="preferred" value="evening">
		<select id="service" name="service"><option value="">-</option><option value="1">Drain</option><option value="2">Leak</option></select>
		<label><input type="checkbox" id="consent" data-rebook-consent> Text me</label></form></body>`})
	b := s.visit(origin + "/")
	client := eval[string](b, `rebook.session`)
	b.typeIn("first_name", "Maya")
	b.typeIn("phone", "6145550142")
	eval[bool](b, `(document.getElementById("city").value = "Columbus", document.getElementById("city").dispatchEvent(new Event("input", {bubbles: true})))`)
	b.click("#am")
	b.choose("service", "2")
	b.click("#consent")
	b.do("leave", navigate("about:blank"))
	s.session(client, "texted", hasStatus("texted"))

	b.do("open the link", navigate(s.link(demoE164)))
	b.until(`document.getElementById("first_name")`)
	b.typeIn("first_name", "Mia")
	b.click("#pm")
	eval[bool](b, `(release(), true)`)
	b.until(`document.getElementById("phone").value`)
	got := eval[string](b, `[...document.querySelectorAll("input:not([type]), select")].map(el => el.value).join() + "," + am.checked + pm.checked + consent.checked`)
	if want := "Mia,6145550142,Columbus,2,falsetruetrue"; got != want {
		t.Errorf("the form holds %s, want %s", got, want)
	}
	if n := eval[int](b, `heard`); n == 0 {
		t.Error("a framework on the page would not have noticed")
	}
	v := s.session(client, "told the new name", func(v wire.Session) bool { return v.Customer.FirstName == "Mia" })
	if v.Preferred != "evening" {
		t.Errorf("preferred is %q", v.Preferred)
	}
}

// A page without a form of its own, such as an app, tells by calls.
func TestBrowserPageMayTellByCalls(t *testing.T) {
	s := openSite(t, time.Minute)
	origin := s.host(map[string]string{"/": `{{widget}}</head><body>An app`})
	b := s.visit(origin + "/")
	client := eval[string](b, `rebook.session`)
	var none wire.List[wire.Session]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/sessions?q="+client, nil, &none); err != nil || len(none.Items) != 0 {
		t.Errorf("a page where nothing can be typed has begun a session: %v %v", none.Items, err)
	}
	ok := eval[bool](b, `(rebook.set({customer: {first_name: "Ada", phone: "6145550143", address: {postal_code: "43215"}}, service: "Leak", fields: {floor: 3}, value_cents: 12900.4}),
		rebook.step("review"), rebook.consent(true, "Text   me\n please"), rebook.flush())`)
	v := s.session(client, "told", func(v wire.Session) bool { return v.Consent != nil })
	if !ok || v.Customer.Address.PostalCode != "43215" || v.Fields["floor"] != "3" || v.ValueCents != 12900 || v.Step != "review" || v.Consent.Text != "Text me please" {
		t.Errorf("told %v: %+v", ok, v)
	}
	eval[bool](b, `(rebook.leave(), true)`)
	s.session(client, "abandoned", hasStatus("abandoned"))
	eval[bool](b, `(rebook.set({preferred: "Monday"}), true)`)
	s.session(client, "active", hasStatus("active"))
	if !eval[bool](b, `rebook.complete({value_cents: 15000})`) {
		t.Error("the booking did not arrive")
	}
	if v := s.session(client, "completed", hasStatus("completed")); v.ValueCents != 15000 {
		t.Errorf("worth %d", v.ValueCents)
	}
	b.do("reload", navigate(origin+"/"))
	b.until(`window.rebook && rebook.session`)
	if eval[string](b, `rebook.session`) == client {
		t.Error("after a booking the next visit goes on as the same session")
	}
}

// A page has other forms than the one that books. Sending one of those off must not look like a booking.
func TestBrowserOtherFormsOfThePageBookNothing(t *testing.T) {
	s := openSite(t, 2*time.Second)
	origin := s.host(map[string]string{
		"/": `{{widget}}</head><body><form action="/thanks"><input id="phone" name="phone"><label><input type="checkbox" id="consent" data-rebook-consent> Text me</label><button id="book">Book</button></form>
			<form action="/thanks"><input type="email" name="email" id="news"><label><input type="checkbox" id="also" name="sms_consent"> Offers by text</label><button id="subscribe">Subscribe</button></form>
			<form action="/thanks"><input name="q" id="q"><input name="tel" id="callback"><button id="search">Search</button></form></body>`,
		"/marked": `{{widget}}</head><body><form action="/thanks" data-rebook-form><input type="email" id="email" name="email"><button id="book">Book</button></form>
			<form action="/thanks"><input id="other" name="phone"><button id="search">Search</button></form></body>`,
		"/thanks": `</head><body>Thank you`,
	})
	for _, c := range []struct {
		path, button string
		typed        map[string]string
		want         string
	}{
		{"/", "#subscribe", map[string]string{"phone": "614-555-0142", "news": "maya@example.com"}, "abandoned"},
		{"/", "#search", map[string]string{"phone": "614-555-0142", "q": "boiler"}, "abandoned"},
		{"/", "#book", map[string]string{"news": "maya@example.com", "phone": "614-555-0142"}, "completed"},
		{"/marked", "#search", map[string]string{"email": "maya@example.com", "other": "614-555-0142"}, "abandoned"},
		{"/marked", "#book", map[string]string{"email": "maya@example.com"}, "completed"},
	} {
		b := s.visit(origin + c.path)
		client := eval[string](b, `rebook.session`)
		for id, text := range c.typed {
			b.typeIn(id, text)
		}
		b.click(c.button)
		b.until(`location.pathname === "/thanks"`)
		v := s.session(client, "ended", func(v wire.Session) bool { return v.Status != "active" })
		if booked := v.Status == "completed"; booked != (c.want == "completed") {
			t.Errorf("%s %s: the session is %s, want %s", c.path, c.button, v.Status, c.want)
		}
	}
}

// A password that is shown stays one, and its form a login; nine digits are a social security number and no phone.
func TestBrowserLoginsAndBareIdentityNumbersStay(t *testing.T) {
	s := openSite(t, time.Minute)
	show := `<button type="button" id="show" onclick="document.getElementById('pw').type = 'text'">show</button>`
	origin := s.host(map[string]string{
		"/login":    `{{widget}}</head><body><form><input id="email" name="email"><input id="pw" name="pw" type="password">` + show + `</form></body>`,
		"/formless": `{{widget}}</head><body><input id="email" name="email"><input id="pw" name="pw" type="password">` + show + `</body>`,
		"/shown":    `{{widget}}</head><body><form><input id="email" name="email"><input id="pw" name="userPassword"><button type="button" id="show">x</button></form></body>`,
		"/tel":      `{{widget}}</head><body><form><input id="email" name="email"><input id="pw" name="tel"><button type="button" id="show">x</button></form></body>`,
	})
	for path, secret := range map[string]string{"/login": "signin@example.com", "/formless": "signin@example.com", "/shown": "signin@example.com", "/tel": "123456789"} {
		b := s.visit(origin + path)
		b.click("#show")
		b.typeIn("email", "signin@example.com")
		b.typeIn("pw", "123456789")
		eval[bool](b, `rebook.flush()`)
		if sent := eval[string](b, `sent.join("\n")`); strings.Contains(sent, secret) || strings.Contains(sent, "123456789") {
			t.Errorf("%s: %q left the page: %s", path, secret, sent)
		}
	}
	b := s.visit(origin + "/tel")
	client := eval[string](b, `rebook.session`)
	for _, phone := range []string{"(614) 555-0142", "+298 212 345 "} { // the Faroe Islands: nine digits with their +
		eval[bool](b, `(document.getElementById("pw").value = "", true)`)
		b.typeIn("pw", phone)
		eval[bool](b, `rebook.flush()`)
		s.session(client, "told "+phone, func(v wire.Session) bool { return v.Customer.Phone == strings.TrimSpace(phone) })
	}
}

package api

import (
	"html"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	mayas        = "/console/inbox/+16145550142"
	windows      = `{"availability":{"weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"08:00","to":"12:00","capacity":1},{"days":["mon","tue","wed","thu","fri"],"from":"13:00","to":"17:00","capacity":2}]},"services":[{"name":"AC repair","keywords":["ac"],"price_note":"$89 visit"},{"name":"Drain cleaning"}]}`
	thuMorning   = "2026-03-12-0800-1200" // has one place
	friAfternoon = "2026-03-13-1300-1700"
)

// talks begins a conversation with Maya, who left the page before she had a time.
func (h *house) talks() (session string) {
	h.t.Helper()
	h.must(h.request("PUT", "/v1/schedulers/web", windows), 200)
	a := h.must(h.request("POST", "/v1/session-events", `{"session":"visit-1","scheduler":"web","event":"abandoned","service":"ac REPAIR","value_cents":15050,"customer":{"first_name":"Maya","last_name":"Torres","phone":"(614) 555-0142",
		"email":"maya@example.com","address":{"line1":"12 Elm Street","city":"Columbus","state":"OH","postal_code":"43215"}},"consent":{"sms":true,"text":"`+words+`"}}`, "Authorization: Bearer "+pageKey), 202)
	time.Sleep(16 * time.Minute)
	synctest.Wait()
	h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"Can you do Thursday morning?"}`), 201)
	time.Sleep(time.Minute)
	synctest.Wait()
	return a.get("session")
}

// bookings lists what is booked and stands.
func (h *house) bookings() answer {
	h.t.Helper()
	return h.must(h.request("GET", "/v1/bookings?status=booked", ""), 200)
}

// jobAt fills the form of a job on a page.
func (h *house) jobAt(page, cookie, action string, fields ...string) url.Values {
	h.t.Helper()
	v := h.formOn(page, cookie, action)
	for i := 0; i+1 < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	return v
}

// A person books the job of a conversation: what the customer gave stands in the form, pressing twice books once, and everything else hears of it as
// of a booking through the API.
func TestAJobIsBookedFromAConversation(t *testing.T) {
	inHouse(t, func(h *house) {
		session := h.talks()
		ada := h.signedIn("Ada", "dispatcher")
		if a := h.page(mayas, ada); !strings.Contains(a.body, `href="/console/inbox/&#43;16145550142?book=1#book"`) || strings.Contains(a.body, mayas+`/book"`) {
			t.Fatalf("the conversation: %s", a.body)
		}
		const action = "/console/inbox/&#43;16145550142/book"
		v := h.jobAt(mayas+"?book=1", ada, action)
		for name, want := range map[string]string{"customer.first_name": "Maya", "customer.last_name": "Torres", "customer.email": "maya@example.com", "customer.address.line1": "12 Elm Street",
			"customer.address.postal_code": "43215", "service": "AC repair", "value_cents": "150.50", "window": "", "customer.phone": ""} {
			if got := v.Get(name); got != want {
				t.Errorf("%s stands as %q, want %q", name, got, want)
			}
		}
		if a := h.page(mayas+"?book=1", ada); !strings.Contains(a.body, "Thu Mar 12, 8 AM – 12 PM · free: 1 place") || !strings.Contains(a.body, "AC repair ($89 visit)") {
			t.Errorf("the choices: %s", a.body)
		}
		// Nothing is chosen: said at the field, and nothing is lost.
		v.Set("note", "Gate <b>4711</b>")
		a := h.press(mayas+"/book", ada, v)
		if a.status != 422 || !strings.Contains(a.body, `id="f-window-flaw"`) || !strings.Contains(a.body, "No window is chosen") || !strings.Contains(a.body, "Gate &lt;b&gt;4711") || a.hidden(onceMark) != v.Get(onceMark) {
			t.Errorf("no window: %d %s", a.status, a.body)
		}
		// Just full: another one is chosen, with what was typed.
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+thuMorning+`","service":"AC repair","customer":{"phone":"(614) 555-0150"}}`), 201)
		v.Set("window", thuMorning)
		a = h.press(mayas+"/book", ada, v)
		if a.status != 409 || !strings.Contains(a.body, "All 1 places of this window are taken: choose another window; what you typed is still here") || !strings.Contains(a.body, "Gate &lt;b&gt;4711") || strings.Contains(a.body, `value="`+thuMorning+`"`) {
			t.Errorf("a full window: %d %s", a.status, a.body)
		}
		v.Set("window", friAfternoon)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if a := h.press(mayas+"/book", ada, v); a.status != 303 || a.header.Get("Location") != "/console/inbox/+16145550142?done=booked.thread" {
					t.Errorf("booked: %d %s", a.status, a.body)
				}
			})
		}
		both.Wait()
		got := h.bookings()
		if strings.Count(got.body, `"id"`) != 2 {
			t.Fatalf("the bookings: %s", got.body)
		}
		b := h.must(h.request("GET", "/v1/bookings/"+session, ""), 200)
		for name, want := range map[string]string{"source": "phone", "session": session, "window": friAfternoon, "service": "AC repair", "by": "Ada", "note": "Gate <b>4711</b>", "value_cents": "15050", "attribution": "assisted", "phone": "+16145550142"} {
			if b.get(name) != want {
				t.Errorf("the booking's %s is %q, want %q", name, b.get(name), want)
			}
		}
		if a := h.page("/console/sessions/"+session, ada); !strings.Contains(a.body, `href="/console/bookings/`+session+`"`) {
			t.Errorf("its session does not lead to it: %s", a.body)
		}
		if s := h.must(h.request("GET", "/v1/sessions/"+session, ""), 200); s.get("status") != "recovered" {
			t.Errorf("the session is %s", s.get("status"))
		}
		if n := h.texts(); n != 1 {
			t.Errorf("%d texts went out", n)
		}
		a = h.page(mayas+"?done=booked.thread", ada)
		if !strings.Contains(a.body, "Booked: Fri Mar 13, 1 PM – 5 PM</b> <span class=\"job\">AC repair</span>") || !strings.Contains(a.body, `href="/console/bookings/`+session+`"`) || !strings.Contains(a.body, ">You are booked: AC repair, Fri Mar 13, 1 PM – 5 PM.</textarea>") {
			t.Errorf("the conversation afterwards: %s", a.body)
		}
		// The same form with something else in it books nothing more.
		v.Set("window", "2026-03-16-0800-1200")
		if a := h.press(mayas+"/book", ada, v); a.status != 409 || !strings.Contains(a.body, "This form has booked already") || a.hidden(onceMark) == v.Get(onceMark) || strings.Count(h.bookings().body, `"id"`) != 2 {
			t.Errorf("the form once more: %d %s", a.status, a.body)
		}
		// Another job of the same customer ends no session and takes its own place.
		v = h.jobAt(mayas+"?book=1", ada, action, "service", "Drain cleaning", "window", "none")
		if v.Get("value_cents") != "" || v.Get("customer.first_name") != "Maya" {
			t.Errorf("another job begins with %v", v)
		}
		if a := h.press(mayas+"/book", ada, v); a.status != 303 {
			t.Fatalf("another job: %d %s", a.status, a.body)
		}
		if got := h.bookings(); strings.Count(got.body, `"id"`) != 3 || !strings.Contains(got.body, `"service":"Drain cleaning"`) {
			t.Errorf("the bookings: %s", got.body)
		}
	})
}

// A booking that comes in while the form is open is not booked over.
func TestTheCustomerBooksWhileTheOfficeTypes(t *testing.T) {
	inHouse(t, func(h *house) {
		session := h.talks()
		ada := h.signedIn("Ada", "csr")
		v := h.jobAt(mayas+"?book=1", ada, "/console/inbox/&#43;16145550142/book", "window", friAfternoon)
		h.must(h.request("POST", "/v1/bookings", `{"source":"page","session":"visit-1","window":"`+thuMorning+`","service":"AC repair"}`, "Authorization: Bearer "+pageKey), 201)
		a := h.press(mayas+"/book", ada, v)
		if a.status != 409 || !strings.Contains(a.body, "This session has booked another window already: the booking is shown above") || !strings.Contains(a.body, "Booked: Thu Mar 12, 8 AM – 12 PM") {
			t.Errorf("%d %s", a.status, a.body)
		}
		if b := h.must(h.request("GET", "/v1/bookings/"+session, ""), 200); b.get("window") != thuMorning || strings.Count(h.bookings().body, `"id"`) != 1 {
			t.Errorf("the bookings are %s", h.bookings().body)
		}
		// Who has seen it and means another job presses again.
		_, rest, _ := strings.Cut(a.body, `action="/console/inbox/&#43;16145550142/book"`)
		inside, _, _ := strings.Cut(rest, "</form>")
		again := fieldsOf(inside)
		again.Set("window", friAfternoon)
		if a := h.press(mayas+"/book", ada, again); a.status != 303 || strings.Count(h.bookings().body, `"id"`) != 2 {
			t.Errorf("another job: %d %s", a.status, h.bookings().body)
		}
	})
}

// In the calendar a window with a free place takes a job of anybody; who only reads sees none of it.
func TestAJobIsBookedInTheCalendar(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", windows), 200)
		bo, ola := h.signedIn("Bo", "csr"), h.signedIn("Ola", "office")
		const week, action = "/console/calendar?scheduler=web&week=2026-03-09", "/console/calendar/web/book"
		path := week + "&book=" + thuMorning
		if a := h.page(week, bo); strings.Count(a.body, "&amp;week=2026-03-09#book") != 7 || !strings.Contains(a.body, "book="+thuMorning) || strings.Contains(a.body, "book=2026-03-10-0800-1200") { // Tuesday at ten: what began is over
			t.Fatalf("the week: %s", a.body)
		}
		if a := h.page(path, ola); a.status != 200 || strings.Contains(a.body, action) || strings.Contains(a.body, "#book") {
			t.Errorf("a reader sees %s", a.body)
		}
		if a := h.press(action, ola, url.Values{}); a.status != 403 {
			t.Errorf("a reader books: %d", a.status)
		}
		v := h.jobAt(path, bo, action, "customer.first_name", `<img src=x>`, "service", "Drain cleaning", "customer.address.line1", "9 Oak Road")
		if v.Get("window") != thuMorning {
			t.Errorf("the window that was pressed is %q", v.Get("window"))
		}
		for _, c := range []struct{ name, value, words string }{
			{"customer.phone", "", "Nobody can be recognised by this"}, {"customer.phone", "12", "This is not a complete phone number"}, {"value_cents", "much", "The worth is not an amount in dollars"},
			{"customer.email", "x@", "This is not an e-mail address"}, {"service", "", "It is not said which service it is"}, {"window", "2026-03-14-0800-1200", "has no such window"},
		} {
			bad := maps.Clone(v)
			bad.Set("customer.phone", "(614) 555-0199")
			bad.Set(c.name, c.value)
			a := h.press(action, bo, bad)
			if a.status != 422 && a.status != 404 || !strings.Contains(html.UnescapeString(a.body), c.words) || strings.Contains(a.body, "<img") || !strings.Contains(a.body, "9 Oak Road") || strings.Contains(a.body, "/v1/") {
				t.Errorf("%s=%q: %d %s", c.name, c.value, a.status, a.body)
			}
		}
		if got := h.bookings(); strings.Contains(got.body, `"id"`) {
			t.Fatalf("something is booked: %s", got.body)
		}
		v.Set("customer.phone", "(614) 555-0199")
		for range 2 {
			if a := h.press(action, bo, v); a.status != 303 || a.header.Get("Location") != "/console/calendar?done=booked&scheduler=web&week=2026-03-12" {
				t.Fatalf("booked: %d %s %s", a.status, a.header.Get("Location"), a.body)
			}
		}
		if v := h.jobAt("/console/calendar?scheduler=web&week=2026-04-06&book=2026-04-09-0800-1200", bo, action); v.Get("window") != "2026-04-09-0800-1200" { // next month
			t.Errorf("a window far ahead is shown as %q", v.Get("window"))
		}
		if got := h.bookings(); strings.Count(got.body, `"id"`) != 1 || got.get("items.0.by") != "Bo" || got.get("items.0.phone") != "+16145550199" {
			t.Errorf("the bookings: %s", got.body)
		}
		a := h.page("/console/calendar?done=booked&scheduler=web&week=2026-03-12", bo)
		if !strings.Contains(a.body, "1 of 1 · full") || !strings.Contains(a.body, "&lt;img src=x&gt;") || strings.Contains(a.body, "book="+thuMorning) || !strings.Contains(a.body, `role="status">Booked.`) {
			t.Errorf("the week afterwards: %s", a.body)
		}
	})
}

// A booking is looked at, moved, corrected and cancelled; what another did meanwhile is not overwritten, and pressing twice does no harm.
func TestABookingIsChangedOnItsPage(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", windows), 200)
		const evil = `<img src=x onerror=alert(1)>`
		id := h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+thuMorning+`","service":"AC repair","note":"`+evil+`","customer":{"first_name":"`+evil+`","phone":"(614) 555-0142","address":{"line1":"`+evil+`"}}}`), 201).get("id")
		path := "/console/bookings/" + id
		ada, ola := h.signedIn("Ada", "dispatcher"), h.signedIn("Ola", "office")
		a := h.page(path, ola)
		if a.status != 200 || strings.Contains(a.body, path+"/") || !strings.Contains(a.body, "Thu Mar 12, 8 AM – 12 PM") || strings.Contains(a.body, "<img") {
			t.Errorf("a reader sees %d %s", a.status, a.body)
		}
		read := func() answer { return h.must(h.request("GET", "/v1/bookings/"+id, ""), 200) }
		// Sent back as it is, nothing changes.
		was := read().body
		if a := h.press(path+"/correct", ada, h.formOn(path, ada, path+"/correct")); a.status != 303 || read().body != was {
			t.Errorf("sent back: %d %s\n%s\n%s", a.status, a.body, was, read().body)
		}
		old := h.formOn(path, ada, path+"/correct")
		v := h.formOn(path, ada, path+"/correct")
		v.Set("note", "Two\r\nlines")
		v.Set("value_cents", "$1,200")
		v.Set("service", "Drain cleaning")
		if a := h.press(path+"/correct", ada, v); a.status != 303 {
			t.Fatalf("corrected: %d %s", a.status, a.body)
		}
		if b := read(); b.get("note") != "Two lines" || b.get("value_cents") != "120000" || b.get("service") != "Drain cleaning" {
			t.Errorf("corrected: %s", b.body)
		}
		old.Set("note", "Mine")
		if a := h.press(path+"/correct", ada, old); a.status != 409 || !strings.Contains(a.body, "Saved meanwhile by somebody else: <b>Two lines") || !strings.Contains(a.body, ">Mine</textarea>") || read().get("note") != "Two lines" {
			t.Errorf("over somebody's change: %d %s", a.status, a.body)
		}
		// Moved, once however often it is pressed; over another's move not at all.
		move, late := h.formOn(path, ada, path+"/move"), h.formOn(path, ada, path+"/move")
		if a := h.press(path+"/move", ada, move); a.status != 422 || !strings.Contains(a.body, `id="f-window-flaw"`) {
			t.Errorf("moved nowhere: %d %s", a.status, a.body)
		}
		move.Set("window", friAfternoon)
		for range 2 {
			if a := h.press(path+"/move", ada, move); a.status != 303 || a.header.Get("Location") != path+"?done=moved" {
				t.Fatalf("moved: %d %s", a.status, a.body)
			}
		}
		late.Set("window", thuMorning)
		if a := h.press(path+"/move", ada, late); a.status != 412 || !strings.Contains(a.body, "Somebody changed this booking") || read().get("window") != friAfternoon {
			t.Errorf("over somebody's move: %d %s", a.status, a.body)
		}
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+thuMorning+`","service":"AC repair","customer":{"phone":"(614) 555-0150"}}`), 201)
		full := h.formOn(path, ada, path+"/move")
		full.Set("window", thuMorning)
		if a := h.press(path+"/move", ada, full); a.status != 409 || !strings.Contains(a.body, "choose another window") || read().get("window") != friAfternoon {
			t.Errorf("into a full window: %d %s", a.status, a.body)
		}
		// Cancelled; from then on there is nothing to press.
		stale := url.Values{"base": {move.Get("base")}}
		if a := h.press(path+"/cancel", ada, stale); a.status != 412 || read().get("status") != "booked" {
			t.Errorf("cancelled unseen: %d %s", a.status, a.body)
		}
		gone := h.formOn(path, ada, path+"/cancel")
		for range 2 {
			if a := h.press(path+"/cancel", ada, gone); a.status != 303 || a.header.Get("Location") != path+"?done=cancelled" {
				t.Fatalf("cancelled: %d %s", a.status, a.body)
			}
		}
		if a := h.page(path, ada); !strings.Contains(a.body, "the place is free again") || strings.Contains(a.body, path+"/") || read().get("status") != "cancelled" {
			t.Errorf("afterwards: %s", a.body)
		}
		if a := h.press(path+"/move", ada, full); a.status != 412 && a.status != 409 {
			t.Errorf("a cancelled one is moved: %d", a.status)
		}
		for _, action := range []string{"/move", "/correct", "/cancel"} {
			if a := h.press(path+action, ola, url.Values{}); a.status != 403 {
				t.Errorf("a reader presses %s: %d", action, a.status)
			}
			if a := h.form(path+action, url.Values{}, ada, "Origin: https://evil.example"); a.status != 403 {
				t.Errorf("another site presses %s: %d", action, a.status)
			}
		}
	})
}

// A conversation that no booking form began asks which one, and who may not book sees no way to.
func TestAJobOfACustomerWhoTextedFirst(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", windows), 200)
		h.must(h.request("POST", "/v1/schedulers", `{"id":"west","name":"Denver <b>shop</b>","url":"https://west.example/book","timezone":"America/Denver","availability":{"weekly":[{"days":["thu"],"from":"08:00","to":"12:00"}]}}`), 201)
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"Do you clean drains?"}`), 201)
		time.Sleep(time.Minute)
		synctest.Wait()
		ada, ola := h.signedIn("Ada", "csr"), h.signedIn("Ola", "office")
		if a := h.page(mayas+"?book=1", ola); strings.Contains(a.body, "/book") || strings.Contains(a.body, "?book") {
			t.Errorf("a reader sees %s", a.body)
		}
		a := h.page(mayas+"?book=1", ada)
		if !strings.Contains(a.body, "Denver &lt;b&gt;shop") || !strings.Contains(a.body, "?book=1&amp;scheduler=west#book") {
			t.Fatalf("no choice: %s", a.body)
		}
		const action = "/console/inbox/&#43;16145550142/book"
		if a := h.page(mayas+"?book=1&scheduler=west", ada); !strings.Contains(a.body, "Thu Mar 12, 8 AM – 12 PM") || !strings.Contains(a.body, "These times are of America/Denver.") {
			t.Errorf("the Denver form: %s", a.body)
		}
		v := h.jobAt(mayas+"?book=1&scheduler=west", ada, action, "window", thuMorning, "service", "Drains")
		if a := h.press(mayas+"/book", ada, v); a.status != 303 {
			t.Fatalf("booked: %d %s", a.status, a.body)
		}
		if got := h.bookings(); got.get("items.0.scheduler") != "west" || got.get("items.0.start") != "2026-03-12T14:00:00Z" || got.get("items.0.phone") != "+16145550142" {
			t.Errorf("the booking: %s", got.body)
		}
		if a := h.page(mayas, ola); !strings.Contains(a.body, "Booked: Thu Mar 12, 8 AM – 12 PM") {
			t.Errorf("what a reader sees: %s", a.body)
		}
		if a := h.press("/console/inbox/+16145559999/book", ada, v); a.status != 404 {
			t.Errorf("no such conversation: %d", a.status)
		}
		// Its booking form is removed: the job is booked from another one.
		h.must(h.request("DELETE", "/v1/schedulers/west", ""), 204)
		last := h.jobAt(mayas+"?book=1", ada, action, "window", friAfternoon, "service", "Drain cleaning")
		if a := h.press(mayas+"/book", ada, last); a.status != 303 || !strings.Contains(h.bookings().body, `"scheduler":"web"`) {
			t.Errorf("booked from another form: %d %s", a.status, a.body)
		}
		v.Set("scheduler", "nobody")
		v.Set(onceMark, "another")
		if a := h.press(mayas+"/book", ada, v); a.status != 422 && a.status != 404 {
			t.Errorf("no such booking form: %d %s", a.status, a.body)
		}
	})
}

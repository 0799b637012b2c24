package api

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const rule = `{"availability":{"weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","to":"12:00","capacity":2}],"lead_time":"2h"},
	"services":[{"name":"AC repair"},{"name":"Water heater"}]}`

const (
	wednesday = "2026-03-11-0900-1200"
	thursday  = "2026-03-12-0900-1200"
	asPage    = "Authorization: Bearer " + pageKey
)

func TestWindowAndBookingScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		office := "Authorization: Bearer " + h.key(booking.RoleOffice)
		csr := "Authorization: Bearer " + h.key(booking.RoleCSR)
		h.play([]scene{
			{"no rule", "GET", "/v1/schedulers/web/availability", "", "", 200, "items=[]"},
			{"rule", "PUT", "/v1/schedulers/web", rule, "", 200, `availability.lead_time=2h availability.weekly.0.days=["mon","tue","wed","thu","fri"] availability.weekly.0.capacity=2 availability.weekly.0.to=12:00`},
			{"other fields stay", "PUT", "/v1/schedulers/web", `{"availability":{"holidays":"us_federal"}}`, "", 200, "availability.lead_time=2h availability.holidays=us_federal"},
			{"bad time of day", "PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["mon"],"from":"9","to":"12:00"}]}}`, "", 422, "invalid_time availability.weekly[0].from"},
			{"bad day", "PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["moon"],"from":"09:00","to":"12:00"}]}}`, "", 422, "unknown_day availability.weekly[0].days"},
			{"bad lead", "PUT", "/v1/schedulers/web", `{"availability":{"lead_time":"soon"}}`, "", 422, "invalid_duration availability.lead_time"},
			{"bad exception", "PUT", "/v1/schedulers/web", `{"availability":{"exceptions":[{"date":"Christmas","closed":true}]}}`, "", 422, "invalid_date availability.exceptions[0].date"},
			{"unknown field", "PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"day":"mon"}]}}`, "", 400, "unknown_field availability.weekly[0].day"},
			{"windows, for the office too", "GET", "/v1/schedulers/web/availability?days=3", "", office, 200, "items.0.id=" + wednesday + " items.0.start=2026-03-11T13:00:00Z items.0.open=2 items.1.id=" + thursday + " items.2="},
			{"from a date", "GET", "/v1/schedulers/web/availability?from=2026-03-12&days=1", "", "", 200, "items.0.id=" + thursday},
			{"from nonsense", "GET", "/v1/schedulers/web/availability?from=soon", "", "", 422, "invalid_time from"},
			{"too many days", "GET", "/v1/schedulers/web/availability?days=63", "", "", 422, "out_of_range days"},
			{"no scheduler", "GET", "/v1/schedulers/nobody/availability", "", "", 404, "unknown_scheduler scheduler"},

			{"booked by phone", "POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"` + wednesday + `","service":"ac repair","customer":{"first_name":"Dana","phone":"(614) 555-0142"},"value_cents":12900}`, csr, 201,
				"status=booked source=phone phone=+16145550142 window=" + wednesday + " start=2026-03-11T13:00:00Z value_cents=12900 by=csr"},
			{"shown", "GET", "/v1/schedulers/web/availability?days=3", "", "", 200, "items.0.open=1 items.0.capacity=2"},
		})
		time.Sleep(time.Second) // IDs sort by the millisecond
		h.play([]scene{
			{"by another system", "POST", "/v1/bookings", `{"source":"external","scheduler":"web","window":"` + wednesday + `","service":"Whatever","customer":{"email":"Eve@Example.com"},"external_id":"job-1"}`, "", 201, "service=Whatever external_id=job-1"},
			{"the same again", "POST", "/v1/bookings", `{"source":"external","scheduler":"web","window":"` + wednesday + `","customer":{"email":"eve@example.com"},"external_id":"job-1"}`, "", 201, "service=Whatever"},
			{"full", "POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"` + wednesday + `","service":"AC repair","customer":{"phone":"6145550143"}}`, "", 409, "window_full window"},
			{"unknown window", "POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"2026-03-14-0900-1200","service":"AC repair","customer":{"phone":"6145550143"}}`, "", 404, "window_unknown window"},
			{"begun", "POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"2026-03-10-0900-1200","service":"AC repair","customer":{"phone":"6145550143"}}`, "", 409, "window_closed window"},
			{"no scheduler named", "POST", "/v1/bookings", `{"source":"phone","window":"w","customer":{"phone":"6145550143"}}`, "", 422, "missing scheduler"},
			{"unknown scheduler", "POST", "/v1/bookings", `{"source":"phone","scheduler":"nobody","customer":{"phone":"6145550143"}}`, "", 404, "unknown_scheduler scheduler"},
			{"unknown service", "POST", "/v1/bookings", `{"source":"phone","scheduler":"web","service":"Roof","customer":{"phone":"6145550143"}}`, "", 422, "unknown_service service"},
			{"nobody", "POST", "/v1/bookings", `{"source":"external","customer":{"first_name":"Dana"}}`, "", 422, "nobody_to_match customer"},
			{"an address will do", "POST", "/v1/bookings", `{"source":"external","customer":{"address":{"line1":"9 N Main St","postal_code":"43214"}}}`, "", 201, "status=booked"},
			{"no source", "POST", "/v1/bookings", `{"customer":{"phone":"6145550143"}}`, "", 422, "missing source"},
			{"unknown session", "POST", "/v1/bookings", `{"source":"phone","session":"nobody","customer":{"phone":"6145550143"}}`, "", 404, "unknown_session session"},
			{"enormous value", "POST", "/v1/bookings", `{"source":"phone","customer":{"phone":"6145550143"},"value_cents":9000000000}`, "", 422, "out_of_range value_cents"},
			{"more than a number", "POST", "/v1/bookings", `{"source":"phone","customer":{"phone":"6145550143"},"value_cents":1e40}`, "", 400, "wrong_type value_cents"},
			{"office only reads", "POST", "/v1/bookings", `{"source":"phone","customer":{"phone":"6145550143"}}`, office, 403, "forbidden"},
			{"list", "GET", "/v1/bookings?scheduler=web&status=booked&from=2026-03-11T00:00:00Z&to=2026-03-12T00:00:00Z", "", office, 200, "items.0.source=phone items.1.source=external items.2="},
			{"list of the cancelled", "GET", "/v1/bookings?status=cancelled", "", office, 200, "items=[]"},
			{"list by nonsense", "GET", "/v1/bookings?status=lost", "", "", 422, "unknown_status status"},
			{"list from nonsense", "GET", "/v1/bookings?from=yesterday", "", "", 422, "invalid_time from"},
		})
		id := h.must(h.request("GET", "/v1/bookings?status=booked", ""), 200).get("items.0.id")
		one := "/v1/bookings/" + id
		h.play([]scene{
			{"one", "GET", one, "", office, 200, "source=phone"},
			{"none", "GET", "/v1/bookings/nobody", "", "", 404, "unknown_booking id"},
			{"move", "PUT", one, `{"window":"` + thursday + `"}`, csr, 200, "window=" + thursday},
			{"moved again", "PUT", one, `{"window":"` + thursday + `"}`, csr, 200, "window=" + thursday},
			{"the old place is free, the new one taken", "GET", "/v1/schedulers/web/availability?days=3", "", "", 200, "items.0.open=1 items.1.open=1"},
			{"note and value", "PUT", one, `{"note":"dog\nin the yard","value_cents":5}`, csr, 200, "value_cents=5"},
			{"value too large", "PUT", one, `{"value_cents":-5}`, csr, 422, "out_of_range value_cents"},
			{"unknown service", "PUT", one, `{"service":"Roof"}`, csr, 422, "unknown_service service"},
			{"empty window", "PUT", one, `{"window":""}`, csr, 422, "missing window"},
			{"unknown status", "PUT", one, `{"status":"done"}`, csr, 422, "unknown_status status"},
			{"source stays", "PUT", one, `{"source":"link"}`, csr, 400, "unknown_field source"},
			{"office only reads", "PUT", one, `{"note":"x"}`, office, 403, "forbidden"},
			{"cancel", "PUT", one, `{"status":"cancelled"}`, csr, 200, "status=cancelled window=" + thursday},
			{"cancelled again", "PUT", one, `{"status":"cancelled"}`, csr, 200, "status=cancelled"},
			{"nobody moves it any more", "PUT", one, `{"window":"` + wednesday + `"}`, csr, 409, "booking_cancelled status"},
			{"its place is free", "GET", "/v1/schedulers/web/availability?days=3", "", "", 200, "items.1.open=2"},
		})
	})
}

func TestAPageBooksItsOwnSessionAndSeesNobodyElse(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", rule), 200)
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+thursday+`","service":"AC repair","customer":{"first_name":"Victim","phone":"6145550177"}}`), 201)
		id := h.left("visit-1", "(614) 555-0142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		body := `{"session":"visit-1","window":"` + wednesday + `","customer":{"first_name":"Ada","phone":"(614) 555-0142"},"service":"AC repair"}`
		a := h.must(h.request("POST", "/v1/bookings", body, asPage, "Origin: "+site, "Idempotency-Key: 1"), 201)
		again := h.must(h.request("POST", "/v1/bookings", body, asPage, "Origin: "+site, "Idempotency-Key: 1"), 201)
		third := h.must(h.request("POST", "/v1/bookings", body, asPage, "Origin: "+site), 201)
		if a.body != again.body || a.body != third.body || a.get("window") != wednesday || a.get("status") != "booked" {
			t.Errorf("%s, again %s, without a key %s", a.body, again.body, third.body)
		}
		if a.header.Get("Access-Control-Allow-Origin") != site || strings.Contains(a.body, "Ada") || strings.Contains(a.body, "5550142") {
			t.Errorf("%v %s", a.header, a.body)
		}
		b := h.must(h.request("GET", "/v1/bookings/"+a.get("id"), ""), 200)
		if b.get("source") != "link" || b.get("attribution") != "direct" || b.get("session") != id || b.get("by") != "" {
			t.Errorf("%s", b.body)
		}
		s := h.must(h.request("GET", "/v1/sessions/"+id, ""), 200)
		if s.get("status") != "recovered" || s.get("booked.attribution") != "direct" || s.get("booked.booking") != a.get("id") {
			t.Errorf("%s", s.body)
		}
		seen := h.must(h.request("GET", "/v1/schedulers/web/availability?days=3", "", asPage, "Origin: "+site), 200)
		if strings.Contains(seen.body, "Victim") || seen.get("items.1.id") != thursday || seen.get("items.1.open") != "1" || seen.get("items.1.capacity") != "1" {
			t.Errorf("a page sees how much was booked: %s", seen.body)
		}
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+thursday+`","service":"AC repair","customer":{"phone":"6145550178"}}`), 201)
		if seen = h.request("GET", "/v1/schedulers/web/availability?days=3", "", asPage); strings.Contains(seen.body, thursday) {
			t.Errorf("a page sees a full window: %s", seen.body)
		}
	})
}

func TestAnAttackerWithThePublishableKeyGetsNowhere(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", rule), 200)
		h.must(h.request("POST", "/v1/schedulers", `{"id":"other","name":"Other","url":"https://other.example/","origins":["https://other.example"],`+rule[1:]), 201)
		h.must(h.request("POST", "/v1/bookings", `{"source":"external","external_id":"job-1","scheduler":"web","window":"`+thursday+`","customer":{"first_name":"Victim","phone":"6145550177"}}`), 201)
		ours := h.left("visit-1", "(614) 555-0142")
		body := func(extra string) string {
			return `{"session":"s","window":"` + wednesday + `","service":"AC repair","customer":{"phone":"6145550143"}` + extra + `}`
		}
		for _, s := range []scene{
			{"another scheduler", "POST", "/v1/bookings", body(`,"scheduler":"other"`), "", 403, "wrong_scheduler scheduler"},
			{"another scheduler's windows", "GET", "/v1/schedulers/other/availability", "", "", 403, "wrong_scheduler scheduler"},
			{"another origin", "POST", "/v1/bookings", body(""), "Origin: https://evil.example", 403, "origin_not_allowed Origin"},
			{"another origin reads", "GET", "/v1/schedulers/web/availability", "", "Origin: null", 403, "origin_not_allowed Origin"},
			{"no session", "POST", "/v1/bookings", strings.Replace(body(""), `"s"`, `""`, 1), "", 422, "missing session"},
			{"says that it is the agent", "POST", "/v1/bookings", body(`,"source":"agent"`), "", 403, "not_for_pages source"},
			{"another system's name", "POST", "/v1/bookings", body(`,"external_id":"job-1"`), "", 403, "not_for_pages external_id"},
			{"in the past", "POST", "/v1/bookings", body(`,"at":"2026-03-01T00:00:00Z"`), "", 403, "not_for_pages at"},
			{"names a session another way", "POST", "/v1/bookings", body(`,"client_id":"visit-1"`), "", 403, "not_for_pages client_id"},
			{"enormous value", "POST", "/v1/bookings", body(`,"value_cents":99999999999`), "", 422, "out_of_range value_cents"},
			{"script for a window", "POST", "/v1/bookings", strings.Replace(body(""), wednesday, "<script>alert(1)</script>", 1), "", 404, "window_unknown window"},
			{"script for a service", "POST", "/v1/bookings", strings.Replace(body(""), "AC repair", "<script>", 1), "", 422, "unknown_service service"},
			{"script for a number", "POST", "/v1/bookings", strings.Replace(body(""), "6145550143", "<script>", 1), "", 422, "phone_invalid customer.phone"},
			{"lists", "GET", "/v1/bookings", "", "", 403, "forbidden"},
			{"reads", "GET", "/v1/bookings/" + ours, "", "", 403, "forbidden"},
			{"moves", "PUT", "/v1/bookings/" + ours, `{"status":"cancelled"}`, "", 403, "forbidden"},
			{"uploads", "POST", "/v1/bookings/import", "phone\n6145550142\n", "", 403, "forbidden"},
			{"windows put by hand", "GET", "/v1/schedulers/web/windows", "", "", 403, "forbidden"},
		} {
			a := h.request(s.method, s.path, s.body, asPage, s.headers)
			if got := strings.TrimSpace(a.code() + " " + a.field()); a.status != s.status || got != s.want || strings.Contains(a.body, "Victim") {
				t.Errorf("%s: %d %s, want %d %s", s.name, a.status, a.body, s.status, s.want)
			}
			if s.status == 403 && strings.Contains(s.want, "origin") && a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: the answer is shared with a foreign page", s.name)
			}
		}
		// Our own ID of somebody's session is not the page's name of it: it opens a session of its own.
		forged := h.must(h.request("POST", "/v1/bookings", strings.Replace(body(""), `"s"`, `"`+ours+`"`, 1), asPage), 201)
		if s := h.request("GET", "/v1/sessions/"+ours, ""); forged.get("id") == ours || s.get("status") != "abandoned" {
			t.Errorf("a forged session took over another's: %s %s", forged.body, s.body)
		}
		script := h.must(h.request("POST", "/v1/bookings", `{"session":"x","service":"AC repair","note":"<script>alert(1)</script>","customer":{"first_name":"<img src=x onerror=alert(1)>","phone":"6145550144"}}`, asPage), 201)
		if strings.Contains(script.body, "<") || script.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%v %s", script.header, script.body)
		}
	})
}

func TestAPageCannotFillTheCalendarAlone(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", strings.Replace(rule, `"capacity":2`, `"capacity":1000`, 1)), 200)
		made, refused := 0, 0
		for i := range 60 {
			a := h.request("POST", "/v1/bookings", fmt.Sprintf(`{"session":"s%d","window":"%s","service":"AC repair","customer":{"phone":"61455501%02d"}}`, i, wednesday, i), asPage)
			switch {
			case a.status == 201:
				made++
			case a.status == 429 && a.code() == "rate_limited" && a.header.Get("Retry-After") != "":
				refused++
			default:
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		if made != 20 || refused != 40 {
			t.Errorf("%d made, %d refused", made, refused)
		}
	})
}

func TestPreflightsOfThePagesPaths(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, c := range []struct{ path, method string }{
			{"/v1/session-events", "POST"}, {"/v1/bookings", "POST"}, {"/v1/schedulers/web/availability", "GET"},
		} {
			a := h.must(h.request("OPTIONS", c.path, "", "Authorization: ", "Origin: "+site), 204)
			if a.header.Get("Access-Control-Allow-Origin") != site || a.header.Get("Access-Control-Allow-Methods") != c.method || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Authorization") {
				t.Errorf("%s: %v", c.path, a.header)
			}
			a = h.must(h.request("OPTIONS", c.path, "", "Authorization: ", "Origin: https://evil.example"), 204)
			if a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s is shared with a foreign page: %v", c.path, a.header)
			}
		}
		for _, path := range []string{"/v1/bookings/import", "/v1/bookings/x", "/v1/schedulers/web/windows"} {
			if a := h.request("OPTIONS", path, "", "Authorization: ", "Origin: "+site); a.status != 405 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

func TestUploadsOfBookings(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit-1", "(614) 555-0142")
		file := "\ufeffExternal_ID, booked_at,phone,email,first_name,line1,line2,postal_code,value,Technician\r\n" +
			"j1,2026-03-10 09:30,614-555-0142,,\"Miller, \"\"Ada\"\"\",,,,\"$1,234.50\",Bob\r\n" +
			",3/9/2026 4:15 PM,,eve@example.com,Eve,,,,,\r\n" +
			"j2,,,,Nobody,9 N Main St,,,,\r\n" +
			"j3,yesterday,6145550143,,,,,,,\r\n" +
			"j4,,6145550143,,,,,,lots,\r\n" +
			"j5,2026-03-12,6145550143,,,,,,,\r\n" +
			"j6,6145550143\r\n" +
			"j7,,,,,9 N Main St,Apt 2,43214,,\r\n" +
			"j1,,6145550142,,,,,,,\r\n"
		a := h.must(h.request("POST", "/v1/bookings/import", file), 200)
		var rejected []string
		for i := range 5 {
			at := fmt.Sprintf("rejected.%d.", i)
			rejected = append(rejected, a.get(at+"line")+" "+a.get(at+"code")+" "+a.get(at+"field"))
		}
		want := "4 nobody_to_match customer;5 invalid_time booked_at;6 invalid_amount value;7 at_in_future at;8 wrong_columns "
		if got := strings.Join(rejected, ";"); got != want || a.get("imported") != "3" || a.get("repeated") != "1" || a.get("ignored") != `["technician"]` || a.get("rejected.5") != "" {
			t.Errorf("got %s\nwant %s\n%s", got, want, a.body)
		}
		var j1 answer
		for i := range 3 {
			all := h.must(h.request("GET", "/v1/bookings", ""), 200)
			if at := fmt.Sprintf("items.%d.", i); all.get(at+"external_id") == "j1" {
				j1 = h.must(h.request("GET", "/v1/bookings/"+all.get(at+"id"), ""), 200)
			}
		}
		if j1.get("customer.first_name") != `Miller, "Ada"` || j1.get("value_cents") != "123450" || j1.get("at") != "2026-03-10T13:30:00Z" || j1.get("source") != "external" || j1.get("by") != "bootstrap" {
			t.Errorf("%s", j1.body)
		}
		if s := h.request("GET", "/v1/sessions/"+id, ""); s.get("follow_up.withheld_by") != "booked_elsewhere" || s.get("booked.source") != "external" {
			t.Errorf("%s", s.body)
		}
		again := h.must(h.request("POST", "/v1/bookings/import", file, "Idempotency-Key: 7"), 200)
		if again.get("imported") != "0" || again.get("repeated") != "4" {
			t.Errorf("sent again: %s", again.body)
		}
		h.play([]scene{
			{"empty", "POST", "/v1/bookings/import", "", "", 400, "invalid_csv"},
			{"no such columns", "POST", "/v1/bookings/import", "name,city\nx,y\n", "", 400, "missing_column phone"},
			{"a column twice", "POST", "/v1/bookings/import", "phone,Phone\n1,2\n", "", 400, "duplicate_field phone"},
			{"a quote too many", "POST", "/v1/bookings/import", "phone\n\"6145550142\n", "", 400, "invalid_csv"},
			{"not UTF-8", "POST", "/v1/bookings/import", "phone\n\xff\n", "", 400, "invalid_utf8"},
			{"too many lines", "POST", "/v1/bookings/import", "phone\n" + strings.Repeat("x\n", 5001), "", 422, "too_many"},
			{"office only reads", "POST", "/v1/bookings/import", "phone\n", "Authorization: Bearer " + h.key(booking.RoleOffice), 403, "forbidden"},
		})
	})
}

// The body of an upload may be a megabyte, of nothing else.
func TestOnlyUploadsMayBeLarge(t *testing.T) {
	served(t, func(h *house, speak func(string) string) {
		admin := "Authorization: Bearer " + adminKey + "\r\n"
		office := "Authorization: Bearer " + h.key(booking.RoleOffice) + "\r\n"
		for _, c := range []struct{ name, path, auth, length, status string }{
			{"upload", "/v1/bookings/import", admin, "1048576", "408"},
			{"larger", "/v1/bookings/import", admin, "1048577", "413"},
			{"by one who may not", "/v1/bookings/import", office, "1048576", "413"},
			{"without a key", "/v1/bookings/import", "", "4097", "413"},
			{"a booking", "/v1/bookings", admin, "1048576", "413"},
		} {
			if got := speak("POST " + c.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + c.length + "\r\n" + c.auth + "\r\n"); !strings.HasPrefix(got, "HTTP/1.1 "+c.status) {
				t.Errorf("%s: %.200s, want %s", c.name, got, c.status)
			}
		}
	})
}

func TestAListOfWindowsIsPutOverTheOneThatWasRead(t *testing.T) {
	inHouse(t, func(h *house) {
		const list = `[{"id":"w1","start":"2026-03-11T13:00:00Z","end":"2026-03-11T16:00:00Z","capacity":3,"open":2}]`
		const path = "/v1/schedulers/web/windows"
		put := h.must(h.request("PUT", path, list), 200)
		read := h.must(h.request("GET", path, ""), 200)
		tag := read.header.Get("ETag")
		if tag == "" || tag != put.header.Get("ETag") {
			t.Errorf("ETag %q, put %q", tag, put.header.Get("ETag"))
		}
		h.must(h.request("PUT", path, read.body, "If-Match: "+tag), 200)
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"w1","service":"AC repair","customer":{"phone":"6145550143"}}`), 201)
		late := h.must(h.request("PUT", path, read.body, "If-Match: "+tag), 412)
		if late.get("error.code") != "windows_changed" || late.get("error.hint") == "" {
			t.Errorf("%s", late.body)
		}
		if now := h.must(h.request("GET", path, ""), 200); now.get("items.0.open") != "1" || now.header.Get("ETag") == tag {
			t.Errorf("%s, ETag %q", now.body, now.header.Get("ETag"))
		}
		h.must(h.request("PUT", path, read.body, "If-Match: *"), 200)
	})
}

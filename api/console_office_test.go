package api

import (
	"html"
	"maps"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// officePages are the pages of set-up, people and settings, with who may open them.
var officePages = map[string]string{
	"/console/setup": "sam", "/console/setup/registration": "sam", "/console/setup/registration/ein": "sam", "/console/setup/registration/company": "sam",
	"/console/setup/registration/identifiers": "sam", "/console/setup/registration/texts": "sam", "/console/setup/numbers": "sam", "/console/setup/adopt": "sa",
	"/console/scripts/agent/remove": "sam", "/console/calendar?book=2026-03-12-0800-1200": "samdco",
	"/console/setup/schedulers": "sam", "/console/setup/schedulers/web": "sam", "/console/people": "samdc", "/console/people/+16145550142": "samdc",
	"/console/settings": "sam", "/console/settings/facts": "sam", "/console/settings/rules": "sam", "/console/settings/users": "sa", "/console/settings/keys": "sa", "/console/settings/webhooks": "sam",
	"/console/settings/backups": "sa", "/console/settings/audit": "sa", "/console/settings/about": "sam",
}

// posts are the addresses of the forms of a page that change something.
var posts = regexp.MustCompile(`<form[^>]*method="post"[^>]*action="([^"]+)"`)

// A role sees the pages and the buttons that it may use, and no others; and every form of every page carries what the page's own policy takes.
func TestEveryRoleSeesWhatItMayUse(t *testing.T) {
	inHouse(t, func(h *house) {
		h.talks()
		job := h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"`+friAfternoon+`","service":"AC repair","customer":{"phone":"(614) 555-0150"}}`), 201)
		pages := maps.Clone(officePages)
		pages["/console/inbox/+16145550142?book=1"], pages["/console/bookings/"+job.get("id")] = "samdco", "samdco"
		for _, role := range booking.Roles {
			cookie := h.signedIn(string(role), string(role))
			for path, may := range pages {
				a := h.page(path, cookie)
				if allowed := strings.Contains(may, letters[role]); allowed && a.status != 200 || !allowed && a.status != 403 {
					t.Errorf("%s as %s: %d", path, role, a.status)
					continue
				}
				if a.status != 200 {
					continue
				}
				for _, m := range posts.FindAllStringSubmatch(a.body, -1) {
					action := html.UnescapeString(m[1])
					if action == "/console/logout" {
						continue
					}
					r := routeOf("POST", action)
					if r == nil || !role.May(booking.Permission(r.may)) {
						t.Errorf("%s shows %s a button to %s, which it may not press", path, role, action)
					}
				}
				if strings.Contains(a.body, "style=") || strings.Contains(a.body, " on") && regexp.MustCompile(` on[a-z]+="`).MatchString(a.body) || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(a.body) {
					t.Errorf("%s has something inline, which its policy forbids", path)
				}
			}
			nav := h.page("/console", cookie).body
			for path, may := range map[string]string{"/console/people": "samdc", "/console/setup": "sam", "/console/settings": "sam"} {
				if got := strings.Contains(nav, `href="`+path+`"`); got != strings.Contains(may, letters[role]) {
					t.Errorf("%s sees the way to %s: %v", role, path, got)
				}
			}
		}
	}, func(o *Options) { o.Limits.Logins = Limit{1000, 1000} })
}

// routeOf finds the route of an address.
func routeOf(method, path string) *route {
	all := table()
	for i := range all {
		if all[i].method == method && fits(strings.Split(all[i].path, "/"), strings.Split(path, "/")) {
			return &all[i]
		}
	}
	return nil
}

var (
	inputs = regexp.MustCompile(`(?s)<input\b([^>]*)>|<textarea\b([^>]*)>([^<]*)</textarea>|<select\b([^>]*)>(.*?)</select>`)
	attrs  = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	option = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
)

// formOn reads the form with an action out of a page, as a browser would send it.
func (h *house) formOn(path, cookie, action string) url.Values {
	h.t.Helper()
	page := h.must(h.page(path, cookie), 200).body
	_, rest, found := strings.Cut(page, `action="`+action+`"`)
	if !found {
		h.t.Fatalf("%s has no form to %s: %s", path, action, page)
	}
	inside, _, _ := strings.Cut(rest, "</form>")
	return fieldsOf(inside)
}

func fieldsOf(inside string) url.Values {
	v := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(inside, -1) {
		head := m[1] + m[2] + m[4]
		a := map[string]string{}
		for _, x := range attrs.FindAllStringSubmatch(head, -1) {
			a[x[1]] = html.UnescapeString(x[2])
		}
		box := a["type"] == "checkbox" || a["type"] == "radio"
		switch {
		case a["name"] == "" || strings.Contains(head, "disabled") || box && !strings.Contains(head, " checked"):
		case strings.HasPrefix(m[0], "<textarea"):
			v.Set(a["name"], html.UnescapeString(m[3]))
		case strings.HasPrefix(m[0], "<select"):
			for i, o := range option.FindAllStringSubmatch(m[5], -1) {
				if i == 0 || o[2] != "" {
					v.Set(a["name"], html.UnescapeString(o[1]))
				}
			}
		default:
			v.Add(a["name"], a["value"])
		}
	}
	return v
}

// Each page of a long list leads to the next, and the last to none.
func TestLongListsHavePages(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		for i := range 120 {
			phone := "+1614555" + strconv.Itoa(1000+i)
			h.must(h.request("POST", "/v1/opt-outs", `{"phone":"`+phone+`","text":"never"}`), 201)
			if i < 60 {
				h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"`+phone+`","to":"`+ours+`","body":"hello"}`), 201)
				h.must(h.request("POST", "/v1/users", `{"email":"u`+strconv.Itoa(i)+`@brightwater.example","role":"office"}`), 201)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		next := regexp.MustCompile(`<p class="more"><a href="([^"]+)"`)
		for path, want := range map[string]int{"/console/people": 3, "/console/settings/users": 2, "/console/inbox": 2, "/console/settings/audit": 4} {
			pages := 0
			for at := path; at != "" && pages < 20; pages++ {
				a := h.page(at, ada)
				if a.status != 200 {
					t.Errorf("%s: %d %s", at, a.status, a.body)
					break
				}
				if at = ""; next.MatchString(a.body) {
					at = html.UnescapeString(next.FindStringSubmatch(a.body)[1])
				}
			}
			if pages != want {
				t.Errorf("%s has %d pages, want %d", path, pages, want)
			}
		}
	})
}

// What strangers and colleagues type is text on every page of set-up, people and settings too.
func TestNothingTypedBecomesMarkupInTheOffice(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		const evil = `<img src=x onerror=alert(1)>`
		h.must(h.request("PUT", "/v1/account", `{"name":"`+evil+`"}`), 200)
		h.must(h.request("PUT", "/v1/phone-numbers/"+ours, `{"label":"`+evil+`"}`), 200)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"name":"`+evil+`"}`), 200)
		h.must(h.request("POST", "/v1/api-keys", `{"role":"csr","label":"`+evil+`"}`), 201)
		user := h.must(h.request("POST", "/v1/users", `{"email":"bo@brightwater.example","name":"`+evil+`","role":"csr"}`), 201)
		hook := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://hooks.example.com/x?`+url.QueryEscape(evil)+`","events":["person.opted_out"],"description":"`+evil+`"}`), 201)
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142","source":"`+evil+`","text":"`+evil+`"}`), 201)
		h.must(h.request("POST", "/v1/session-events", `{"session":"v","event":"abandoned","page_url":"https://x.example/`+evil+`","customer":{"first_name":"`+evil+`","phone":"(614) 555-0143"},"consent":{"sms":true,"text":"`+evil+`"}}`, "Authorization: Bearer "+pageKey), 202)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		paths := []string{"/console/settings/users/" + user.get("id"), "/console/settings/webhooks/" + hook.get("id"), "/console/people/+16145550143", "/console/people?q=" + url.QueryEscape(evil), "/console/setup?done=" + url.QueryEscape(evil)}
		for path := range officePages {
			paths = append(paths, path)
		}
		for _, path := range paths {
			a := h.page(path, ada)
			if a.status != 200 && a.status != 422 || strings.Contains(a.body, "<img") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
			if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s: %s", path, csp)
			}
		}
		for action, page := range map[string]string{"/console/settings": "/console/settings", "/console/settings/users": "/console/settings/users", "/console/settings/webhooks": "/console/settings/webhooks",
			"/console/setup/schedulers/web/page": "/console/setup/schedulers/web", "/console/settings/rules": "/console/settings/rules"} {
			v := h.formOn(page, ada, action)
			for name := range v {
				if name != "revision" {
					v.Set(name, evil)
				}
			}
			if a := h.press(action, ada, v); a.status != 422 || strings.Contains(a.body, "<img") {
				t.Errorf("%s with hostile fields: %d %s", action, a.status, a.body)
			}
			if a := h.form(action, v, ada, "Origin: https://evil.example"); a.status != 403 {
				t.Errorf("%s from another site: %d", action, a.status)
			}
		}
	})
}

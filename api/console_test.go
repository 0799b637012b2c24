package api

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

const passphrase = "four words in a row"

// form posts a form as a browser does.
func (h *house) form(path string, fields url.Values, headers ...string) answer {
	h.t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	res, err := h.s.App().Test(req, -1)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	buf := make([]byte, 32<<10)
	for {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			break
		}
	}
	return answer{res.StatusCode, res.Header, b.String()}
}

func cookieOf(a answer) string {
	c, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return c
}

func TestAPersonSignsInAndOut(t *testing.T) {
	inHouse(t, func(h *house) {
		made := h.must(h.request("POST", "/v1/users", `{"email":"Ada@Brightwater.example","name":"Ada","role":"manager","password":"`+passphrase+`"}`), 201)
		if made.get("email") != "ada@brightwater.example" || made.get("has_password") != "true" || strings.Contains(made.body, "argon2") || made.get("sign_in_link") != "" {
			t.Errorf("made: %s", made.body)
		}
		if a := h.request("POST", "/console/login", `{"email":"ada@brightwater.example","password":"wrong, wrong, wrong"}`, "Authorization: "); a.status != 401 || a.code() != "wrong_login" {
			t.Errorf("wrong password: %d %s", a.status, a.body)
		}
		nobody := h.request("POST", "/console/login", `{"email":"bob@brightwater.example","password":"wrong, wrong, wrong"}`, "Authorization: ")
		if nobody.status != 401 || nobody.code() != "wrong_login" {
			t.Errorf("no such user: %d %s", nobody.status, nobody.body)
		}
		a := h.form("/console/login", url.Values{"email": {"ADA@brightwater.example "}, "password": {passphrase}}, "Origin: https://book.example.com")
		set := a.header.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age="} {
			if !strings.Contains(set, want) {
				t.Errorf("the cookie %s lacks %s", set, want)
			}
		}
		if a.status != 303 || a.header.Get("Location") != "/console" {
			t.Fatalf("signed in: %d %s", a.status, a.body)
		}
		cookie := "Cookie: " + cookieOf(a)

		// The cookie is the person: what a manager may, and from the console's own pages only.
		h.must(h.request("GET", "/v1/account", "", "Authorization: ", cookie), 200)
		if a := h.request("GET", "/v1/users", "", "Authorization: ", cookie); a.status != 403 {
			t.Errorf("a manager read the users: %d", a.status)
		}
		if a := h.request("PUT", "/v1/account", `{"office_phone":"614-555-0199"}`, "Authorization: ", cookie, "Origin: https://evil.example"); a.status != 403 || a.code() != "origin_not_allowed" {
			t.Errorf("another site changed the account: %d %s", a.status, a.body)
		}
		time.Sleep(time.Second)
		h.must(h.request("PUT", "/v1/account", `{"office_phone":"614-555-0199"}`, "Authorization: ", cookie, "Origin: https://book.example.com"), 200)
		if a := h.request("GET", "/v1/audit", ""); a.get("items.0.who.name") != "ada@brightwater.example" || a.get("items.0.who.kind") != "user" || a.get("items.0.changes.0.after") == "" {
			t.Errorf("audit: %.300s", a.body)
		}
		if a := h.request("GET", "/console", "", "Authorization: ", cookie); a.status != 200 || !strings.Contains(a.body, "Ada, manager") {
			t.Errorf("the console: %s", a.body)
		}

		// In use it lives on; unused it ends; so does a session whose password was changed, and one signed out of.
		for range 5 {
			time.Sleep(engine.LoginIdle - time.Hour)
			h.must(h.request("GET", "/v1/account", "", "Authorization: ", cookie), 200)
		}
		time.Sleep(engine.LoginIdle + time.Minute)
		if a := h.request("GET", "/v1/account", "", "Authorization: ", cookie); a.status != 401 {
			t.Errorf("an idle session: %d", a.status)
		}
		again := func() string {
			a := h.must(h.request("POST", "/console/login", `{"email":"ada@brightwater.example","password":"`+passphrase+`"}`, "Authorization: "), 200)
			return "Cookie: " + cookieOf(a)
		}
		cookie = again()
		if a := h.request("POST", "/console/logout", "", "Authorization: ", cookie, "Origin: https://book.example.com"); a.status != 303 || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("signed out: %d %s", a.status, a.header.Get("Set-Cookie"))
		}
		if a := h.request("GET", "/v1/account", "", "Authorization: ", cookie); a.status != 401 {
			t.Errorf("after signing out: %d", a.status)
		}
		cookie = again()
		h.must(h.request("PUT", "/v1/users/"+made.get("id"), `{"password":"another four words here"}`), 200)
		if a := h.request("GET", "/v1/account", "", "Authorization: ", cookie); a.status != 401 {
			t.Errorf("after a new password: %d", a.status)
		}
		if strings.Contains(h.log.String(), passphrase) || strings.Contains(h.log.String(), cookieOf(a)) {
			t.Error("a secret stands in the log")
		}
	})
}

func TestGuessingAPasswordIsSlow(t *testing.T) {
	inHouse(t, func(h *house) {
		refused := 0
		for range 20 {
			if a := h.request("POST", "/console/login", `{"email":"ada@brightwater.example","password":"guess number one"}`, "Authorization: "); a.status == 429 {
				refused++
			}
		}
		if refused < 10 {
			t.Errorf("%d of 20 tries were put off", refused)
		}
	})
}

func TestTheFirstAdministratorComesByAOneTimeLink(t *testing.T) {
	inHouse(t, func(h *house) {
		made := h.must(h.request("POST", "/v1/users", `{"email":"jo@brightwater.example","role":"office"}`), 201)
		link := made.get("sign_in_link")
		token := link[strings.Index(link, "token=")+6:]
		page := h.request("GET", "/console/welcome?token="+token, "", "Authorization: ")
		csp := page.header.Get("Content-Security-Policy")
		if page.status != 200 || !strings.Contains(page.body, "jo@brightwater.example") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(page.body, "<script") {
			t.Fatalf("%d %s\n%s", page.status, csp, page.body)
		}
		if a := h.form("/console/welcome", url.Values{"token": {token}, "password": {"short"}}); a.status != 422 || !strings.Contains(a.body, "12 characters") || cookieOf(a) != "" {
			t.Errorf("a short password: %d %s", a.status, a.body)
		}
		a := h.form("/console/welcome", url.Values{"token": {token}, "password": {passphrase}})
		if a.status != 303 || cookieOf(a) == "" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := h.request("GET", "/v1/sessions", "", "Authorization: ", "Cookie: "+cookieOf(a)); a.status != 200 {
			t.Errorf("signed in by the link: %d", a.status)
		}
		if a := h.form("/console/welcome", url.Values{"token": {token}, "password": {passphrase}}); a.status != 404 {
			t.Errorf("the link a second time: %d %s", a.status, a.body)
		}
		if a := h.request("GET", "/console/welcome?token="+token, "", "Authorization: "); a.status != 404 {
			t.Errorf("the page a second time: %d", a.status)
		}
		other := h.must(h.request("POST", "/v1/users", `{"email":"al@brightwater.example","role":"csr"}`), 201).get("sign_in_link")
		time.Sleep(24*time.Hour + time.Minute)
		if a := h.request("GET", other[strings.Index(other, "/console"):], "", "Authorization: "); a.status != 404 {
			t.Errorf("a link of yesterday: %d", a.status)
		}
	})
	seed := testSeed()
	seed.Welcome = "WELCOMEWELCOMEWELCOME26"
	synctestHouse(t, seed, func(h *house) {
		if a := h.form("/console/welcome", url.Values{"token": {seed.Welcome}, "email": {"not an address"}, "password": {passphrase}}); a.status != 422 {
			t.Errorf("no address: %d %s", a.status, a.body)
		}
		a := h.form("/console/welcome", url.Values{"token": {seed.Welcome}, "email": {"boss@brightwater.example"}, "name": {"<b>Boss</b>"}, "password": {passphrase}})
		if a.status != 303 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		u := h.must(h.request("GET", "/v1/users", "", "Authorization: ", "Cookie: "+cookieOf(a)), 200)
		if u.get("items.0.role") != "administrator" || u.get("items.0.email") != "boss@brightwater.example" {
			t.Errorf("users: %s", u.body)
		}
	})
}

func TestUsersAreKeptInOrder(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.must(h.request("POST", "/v1/users", `{"email":"ada@brightwater.example","role":"administrator","password":"`+passphrase+`"}`), 201).get("id")
		for _, c := range []struct{ method, path, body, code string }{
			{"POST", "/v1/users", `{"email":"ADA@brightwater.example","role":"csr"}`, "email_taken"},
			{"POST", "/v1/users", `{"email":"nobody","role":"csr"}`, "invalid_email"},
			{"POST", "/v1/users", `{"email":"x@brightwater.example","role":"king"}`, "unknown_role"},
			{"POST", "/v1/users", `{"email":"x@brightwater.example","role":"csr","password":"short"}`, "password_too_short"},
			{"PUT", "/v1/users/" + ada, `{"id":"other"}`, "read_only"},
			{"PUT", "/v1/users/nobody-has-this", `{}`, "unknown_user"},
			{"DELETE", "/v1/users?id=nobody", ``, "unknown_user"},
		} {
			if a := h.request(c.method, c.path, c.body); a.code() != c.code {
				t.Errorf("%s %s %s: %d %s, want %s", c.method, c.path, c.body, a.status, a.body, c.code)
			}
		}
		// With the last key gone the last administrator among the users stays.
		keys := h.must(h.request("GET", "/v1/api-keys", ""), 200)
		cookie := "Cookie: " + cookieOf(h.must(h.request("POST", "/console/login", `{"email":"ada@brightwater.example","password":"`+passphrase+`"}`, "Authorization: "), 200))
		h.must(h.request("DELETE", "/v1/api-keys/"+keys.get("items.0.id"), "", "Authorization: ", cookie), 204)
		if a := h.request("DELETE", "/v1/users/"+ada, "", "Authorization: ", cookie); a.code() != "last_administrator" {
			t.Errorf("the last administrator was removed: %d %s", a.status, a.body)
		}
		if a := h.request("PUT", "/v1/users/"+ada, `{"role":"office"}`, "Authorization: ", cookie); a.code() != "last_administrator" {
			t.Errorf("the last administrator was demoted: %d %s", a.status, a.body)
		}
	})
}

// Every role's letter in the table is what a console session of that role may, too: the permission is the role's, not the key's.
func TestAConsoleSessionMayWhatItsRoleMay(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, role := range booking.Roles {
			email := string(role) + "@brightwater.example"
			h.must(h.request("POST", "/v1/users", `{"email":"`+email+`","role":"`+string(role)+`","password":"`+passphrase+`"}`), 201)
			cookie := "Cookie: " + cookieOf(h.must(h.request("POST", "/console/login", `{"email":"`+email+`","password":"`+passphrase+`"}`, "Authorization: "), 200))
			for _, r := range table() {
				may := mays[r.method+" "+r.path]
				if may == "open" {
					continue
				}
				path := strings.NewReplacer("{id}", "nobody-has-this-id", "{phone}", "x", "{token}", "x").Replace(r.path)
				a := h.request(r.method, path, "not json", "Authorization: ", cookie)
				allowed := strings.Contains(may, letters[role])
				if denied := a.status == 403 && (r.forConsole() || a.code() == "forbidden"); denied == allowed {
					t.Errorf("%s %s as %s: %d %s, allowed should be %v", r.method, r.path, role, a.status, a.body, allowed)
				}
			}
		}
	}, func(o *Options) { o.Limits.Logins = Limit{1000, 1000} })
}

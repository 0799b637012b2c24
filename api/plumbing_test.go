package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func TestEveryErrorHasItsStatusAndCode(t *testing.T) {
	unreadable := wire.Decode([]byte("{"), &struct{}{})
	for _, c := range []struct {
		err    error
		status int
		code   string
		retry  bool
	}{
		{unreadable, 400, "invalid_json", false},
		{booking.Refuse(booking.Invalid, "out_of_range", "x", "m", "h"), 422, "out_of_range", false},
		{fmt.Errorf("wrapped: %w", booking.Refuse(booking.Conflict, "taken", "", "m", "")), 409, "taken", false},
		{booking.Refuse(booking.Unauthorized, "who", "", "m", ""), 401, "who", false},
		{booking.Refuse(booking.Forbidden, "no", "", "m", ""), 403, "no", false},
		{booking.Refuse(booking.NotFound, "none", "", "m", ""), 404, "none", false},
		{booking.Refuse(booking.TooLarge, "large", "", "m", ""), 413, "large", false},
		{booking.Refuse(booking.TooMany, "many", "", "m", ""), 429, "many", true},
		{booking.Refuse(booking.Unavailable, "later", "", "m", ""), 503, "later", true},
		{storage.ErrNotFound, 404, "not_found", false},
		{fmt.Errorf("commit: %w: 3 MiB are free in /srv/secret", storage.ErrDiskFull), 503, "disk_full", true},
		{storage.ErrDown, 503, "store_unavailable", true},
		{storage.ErrClosed, 503, "store_unavailable", true},
		{storage.ErrConflict, 503, "store_unavailable", true},
		{context.DeadlineExceeded, 503, "store_unavailable", true},
		{storage.ErrTooBig, 413, "too_large", false},
		{errors.New("open /srv/secret: permission denied"), 500, "internal", false},
		{&panicked{value: "/srv/secret"}, 500, "internal", false},
		{booking.Refuse(0, "classless", "", "m", ""), 500, "classless", false},
	} {
		p := problemOf(c.err)
		if p.status != c.status || p.refusal.Code != c.code || (p.retryAfter > 0) != c.retry {
			t.Errorf("%v: %d %s retry %v, want %d %s %v", c.err, p.status, p.refusal.Code, p.retryAfter, c.status, c.code, c.retry)
		}
		if told := fmt.Sprint(p.refusal.Message, p.refusal.Hint); strings.Contains(told, "/srv/secret") {
			t.Errorf("%v: the caller is told %q", c.err, told)
		}
	}
}

func TestPanicIsAnAnswerAndAStackInTheLog(t *testing.T) {
	inHouse(t, func(h *house) {
		h.s.mount(&route{method: get, path: "/v1/bug", may: read, handle: func(*call) (any, error) {
			var none *booking.Session
			return none.Status, nil
		}})
		a := h.request("GET", "/v1/bug", "", "X-Request-Id: the-bug")
		if a.status != 500 || a.code() != "internal" || strings.Contains(a.body, "nil pointer") {
			t.Errorf("answer: %d %s", a.status, a.body)
		}
		if log := h.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "nil pointer") || !strings.Contains(log, "plumbing_test.go") || !strings.Contains(log, "request=the-bug") {
			t.Errorf("log: %s", log)
		}
		if a := h.request("GET", "/healthz", ""); a.status != 200 {
			t.Errorf("after a bug: %d", a.status)
		}
	})
}

// What is personal or secret is nowhere in the log, whatever happens, at the finest level.
func TestLogHoldsNoPersonalData(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit-1", "+16145550142")
		h.request("GET", "/v1/sessions?q=%2B16145550142", "")
		h.request("GET", "/v1/sessions?q=ada@example.com", "")
		h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142"}`)
		h.request("DELETE", "/v1/opt-outs/+16145550142", "")
		h.request("DELETE", "/v1/opt-outs/+16145550142", "")
		h.request("POST", "/v1/session-events?key="+pageKey, `{"customer":{"phone":"+16145550142"}`, "Authorization: ")
		h.request("GET", "/v1/people/+16145550142", "")
		h.request("GET", "/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "")
		h.request("GET", "/v1/account", "", "Authorization: Bearer secret-guess")
		log := h.log.String()
		for _, private := range []string{"6145550142", "ada@", "Ada", adminKey, pageKey, "secret-guess", id, "ABCDEFGHIJKLMNOP"} {
			if strings.Contains(log, private) {
				t.Errorf("the log holds %q: %s", private, log)
			}
		}
		if n := strings.Count(log, "msg=request"); n < 10 {
			t.Errorf("only %d requests are logged", n)
		}
		if strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
			t.Errorf("expected errors shout: %s", log)
		}
	})
}

func TestIdempotencyKeyMakesAPostHappenOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		csr := "Authorization: Bearer " + h.key(booking.RoleCSR)
		first := h.request("POST", "/v1/schedulers", `{"name":"Blog","url":"https://blog.example/"}`, "Idempotency-Key: k1")
		again := h.request("POST", "/v1/schedulers", `{"name":"Blog","url":"https://blog.example/"}`, "Idempotency-Key: k1")
		if first.status != 201 || again.status != 201 || first.body != again.body {
			t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
		}
		other := h.request("POST", "/v1/schedulers", `{"name":"Blog","url":"https://other.example/"}`, "Idempotency-Key: k1")
		if other.status != 422 || other.code() != "idempotency_key_reused" {
			t.Errorf("another request under the key: %d %s", other.status, other.body)
		}
		if a := h.request("GET", "/v1/schedulers", ""); a.get("items.2.id") != "" {
			t.Errorf("a scheduler was made twice: %s", a.body)
		}
		// Scoped to the path, and to who asks.
		body := `{"phone":"+16145550142"}`
		h.must(h.request("POST", "/v1/opt-outs", body, "Idempotency-Key: k1"), 201)
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550143"}`, csr, "Idempotency-Key: k1"), 201)
		if a := h.request("GET", "/v1/opt-outs", ""); a.get("items.1.phone") != "+16145550143" {
			t.Errorf("opt-outs: %s", a.body)
		}
		// A secret is not shown again.
		k1 := h.must(h.request("POST", "/v1/api-keys", `{"role":"csr"}`, "Idempotency-Key: k2"), 201)
		k2 := h.must(h.request("POST", "/v1/api-keys", `{"role":"csr"}`, "Idempotency-Key: k2"), 201)
		if k1.get("id") != k2.get("id") || k1.get("secret") == "" || k2.get("secret") != "" {
			t.Errorf("keys: %s %s", k1.body, k2.body)
		}
		// The simulator keeps its own memory.
		text := `{"from":"+16145550142","to":"` + ours + `","body":"hello"}`
		for range 3 {
			h.must(h.request("POST", "/v1/simulator/inbound", text, "Idempotency-Key: k3"), 201)
		}
		if a := h.request("POST", "/v1/simulator/inbound", strings.Replace(text, "hello", "bye", 1), "Idempotency-Key: k3"); a.status != 422 || a.code() != "idempotency_key_reused" {
			t.Errorf("inbound under a used key: %d %s", a.status, a.body)
		}
		if a := h.request("GET", "/v1/simulator/messages", ""); a.get("items.0.body") != "hello" || a.get("items.1.body") != "" {
			t.Errorf("messages: %s", a.body)
		}
		// A refused request is not remembered.
		if a := h.request("POST", "/v1/schedulers", `{"name":""}`, "Idempotency-Key: k4"); a.status != 422 {
			t.Errorf("refused: %d", a.status)
		}
		h.must(h.request("POST", "/v1/schedulers", `{"name":"Shop","url":"https://shop.example/"}`, "Idempotency-Key: k4"), 201)
		// A day later the key is free again.
		time.Sleep(24*time.Hour + time.Second)
		h.must(h.request("POST", "/v1/schedulers", `{"name":"Blog","url":"https://other.example/"}`, "Idempotency-Key: k1"), 201)
		for _, bad := range []string{"a b", "ü", strings.Repeat("k", 256)} {
			if a := h.request("POST", "/v1/opt-outs", body, "Idempotency-Key: "+bad); a.status != 400 || a.code() != "idempotency_key_invalid" {
				t.Errorf("key %.20q: %d %s", bad, a.status, a.body)
			}
		}
	})
}

func TestRatesAreHeld(t *testing.T) {
	small := func(o *Options) {
		o.Limits = Limits{Secret: Limit{10, 20}, Publishable: Limit{5, 8}, Page: Limit{5, 6}, Public: Limit{2, 4}, Failures: Limit{1, 3}}
	}
	inHouse(t, func(h *house) {
		burst := func(method, path, body string, headers ...string) (n int, last answer) {
			for range 50 {
				if last = h.request(method, path, body, headers...); last.status == 429 {
					return n, last
				}
				n++
			}
			return n, last
		}
		none := "Authorization: "
		for _, c := range []struct {
			name               string
			method, path, body string
			header             string
			want               int
		}{
			{"secret key", "GET", "/v1/account", "", "", 20},
			{"page", "POST", "/v1/session-events", `{"session":"s","event":"heartbeat"}`, "Authorization: Bearer " + pageKey, 6},
			{"open", "GET", "/l/unknownunknownunknown", "", none, 4},
			{"guesses", "GET", "/v1/account", "", "Authorization: Bearer guess", 3},
			{"guesses in the address", "POST", "/v1/session-events?key=guess", "{}", none, 0},
		} {
			headers := []string{}
			if c.header != "" {
				headers = append(headers, c.header)
			}
			n, last := burst(c.method, c.path, c.body, headers...)
			if n != c.want || last.code() != "rate_limited" || last.header.Get("Retry-After") != "1" {
				t.Errorf("%s: %d got through, want %d; then %d %s, Retry-After %q", c.name, n, c.want, last.status, last.body, last.header.Get("Retry-After"))
			}
		}
		if n, _ := burst("GET", "/healthz", "", none); n != 50 {
			t.Errorf("health: %d got through, want all", n)
		}
		// Guessing from an address does not lock out who knows the key.
		time.Sleep(time.Second)
		burst("GET", "/v1/account", "", "Authorization: Bearer guess")
		if a := h.request("GET", "/v1/account", ""); a.status != 200 {
			t.Errorf("the owner is locked out: %d", a.status)
		}
		// Retry-After tells the truth.
		time.Sleep(time.Second)
		if n, _ := burst("GET", "/l/unknownunknownunknown", "", none); n != 4 {
			t.Errorf("two seconds later %d got through, want 4", n)
		}
	}, small)
}

func TestBucketsStayBounded(t *testing.T) {
	b := newBuckets(Limit{Rate: 1, Burst: 2})
	b.max = 100
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	for i := range 10_000 {
		now = now.Add(time.Millisecond)
		if err := b.take(fmt.Sprint(i), now); err != nil {
			t.Fatalf("address %d is refused: %v", i, err)
		}
		if len(b.of) > b.max {
			t.Fatalf("%d buckets after %d addresses", len(b.of), i)
		}
	}
	// One in use survives those that are idle.
	now = now.Add(time.Hour)
	for range 2 {
		if err := b.take("busy", now); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 98 {
		_ = b.take(fmt.Sprint("x", i), now)
	}
	if err := b.take("busy", now); err == nil {
		t.Error("a busy bucket was forgotten while idle ones were there")
	}
	// A clock that is set back neither fails nor opens the gate for good.
	if err := b.take("busy", now.Add(-24*time.Hour)); err == nil {
		t.Error("setting the clock back refilled a bucket")
	}
}

func TestClientAddressIsBelievedFromTrustedProxiesOnly(t *testing.T) {
	for _, c := range []struct {
		trusted   []string
		forwarded string
		want      string
	}{
		{nil, "", "0.0.0.0"},
		{nil, "203.0.113.7", "0.0.0.0"},
		{[]string{"10.0.0.0/8"}, "203.0.113.7", "0.0.0.0"},
		{[]string{"0.0.0.0"}, "203.0.113.7", "203.0.113.7"},
		{[]string{"0.0.0.0/32"}, "6.6.6.6, 203.0.113.7", "203.0.113.7"},
		{[]string{"0.0.0.0/32", "10.0.0.0/8"}, "6.6.6.6, 203.0.113.7, 10.1.2.3", "203.0.113.7"},
		{[]string{"0.0.0.0/32", "10.0.0.0/8"}, "10.9.9.9, 10.1.2.3", "10.9.9.9"},
		{[]string{"0.0.0.0/32"}, "203.0.113.7:4711", "203.0.113.7"},
		{[]string{"0.0.0.0/32"}, "[2001:db8::1]:4711", "2001:db8::1"},
		{[]string{"0.0.0.0/32"}, "::ffff:203.0.113.7", "203.0.113.7"},
		{[]string{"0.0.0.0/32"}, "fe80::1%eth0", "fe80::1"},
		{[]string{"0.0.0.0/32"}, "6.6.6.6, garbage", "0.0.0.0"},
		{[]string{"0.0.0.0/32"}, "", "0.0.0.0"},
		{[]string{"nonsense", "0.0.0.0/32"}, "203.0.113.7", "203.0.113.7"},
	} {
		inHouse(t, func(h *house) {
			a := h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"s","event":"started","page_url":"https://p.example/","consent":{"sms":true}}`,
				"X-Forwarded-For: "+c.forwarded, "User-Agent: Browser/1.0 \xff"), 202)
			a = h.request("GET", "/v1/sessions/"+a.get("session"), "")
			if got := a.get("consent.ip"); got != c.want {
				t.Errorf("trusted %v, forwarded %q: %s, want %s", c.trusted, c.forwarded, got, c.want)
			}
			if a.get("consent.user_agent") != "Browser/1.0 \uFFFD" || a.get("consent.page") != "https://p.example/" || a.get("consent.at") != "2026-03-10T14:00:00Z" {
				t.Errorf("evidence: %s", a.body)
			}
		}, func(o *Options) { o.TrustedProxies = c.trusted })
	}
}

func TestReadinessSaysWhyNot(t *testing.T) {
	inHouse(t, func(h *house) {
		if a := h.request("GET", "/readyz", "", "Authorization: "); a.status != 200 || a.get("status") != "ready" {
			t.Errorf("ready: %d %s", a.status, a.body)
		}
		if err := h.engine.Stop(h.t.Context()); err != nil {
			t.Fatal(err)
		}
		a := h.request("GET", "/readyz", "", "Authorization: ")
		if a.status != 503 || a.code() != "motor_stopped" || a.header.Get("Retry-After") == "" {
			t.Errorf("stopped: %d %s", a.status, a.body)
		}
		if a := h.request("GET", "/healthz", "", "Authorization: "); a.status != 200 {
			t.Errorf("a stopped motor is no dead process: %d", a.status)
		}
	})
}

func TestMetricsCountAndNameNobody(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit-1", "+16145550142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		h.request("GET", "/v1/sessions/"+id, "")
		h.request("GET", "/nowhere/6145550142", "")
		h.request("BREW", "/v1/account", "")
		a := h.must(h.request("GET", "/metrics", "", "Authorization: "), 200)
		for _, want := range []string{
			`rebook_http_requests_total{method="POST",route="/v1/session-events",status="202"} 2`,
			`rebook_http_requests_total{method="GET",route="/v1/sessions/{id}",status="200"} 1`,
			`rebook_http_requests_total{method="GET",route="other",status="404"} 1`,
			`rebook_http_request_duration_seconds_count{route="/v1/session-events"} 2`,
			"rebook_session_events_total 2", `rebook_texts_total{outcome="sent"}`, `rebook_due_fired_total{kind="followup"} 1`,
			"rebook_follow_up_early_total 0", "rebook_follow_up_lateness_seconds_count 1", `rebook_build_info{version="test"} 1`,
			"rebook_store_transactions_total", "rebook_epoch 1", "go_goroutines",
		} {
			if !strings.Contains(a.body, want) {
				name, _, _ := strings.Cut(want, "{")
				_, near, _ := strings.Cut(a.body, "\n"+name)
				t.Errorf("metrics lack %s; there is %s%.200s", want, name, near)
			}
		}
		for _, private := range []string{id, "6145550142", "visit-1", pageKey} {
			if strings.Contains(a.body, private) {
				t.Errorf("metrics hold %q", private)
			}
		}
		if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=") {
			t.Errorf("content type %q", kind)
		}
	})
}

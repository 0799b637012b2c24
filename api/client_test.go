package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

// trouble is what befalls a request on its way; reach hands it to the house.
type trouble func(req *http.Request, reach func() *http.Response) (*http.Response, error)

// road leads to the house, and can be disturbed.
type road struct {
	h       *house
	mu      sync.Mutex
	disturb []trouble // one per request; then all goes through
	asked   []*http.Request
}

func (r *road) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.asked = append(r.asked, req)
	var disturb trouble
	if len(r.disturb) > 0 {
		disturb, r.disturb = r.disturb[0], r.disturb[1:]
	}
	r.mu.Unlock()
	reach := func() *http.Response {
		var body []byte
		if req.Body != nil {
			body, _ = io.ReadAll(req.Body)
		}
		var headers []string
		for name, values := range req.Header {
			headers = append(headers, name+": "+values[0])
		}
		if req.Header.Get("Authorization") == "" {
			headers = append(headers, "Authorization: ")
		}
		a := r.h.request(req.Method, req.URL.RequestURI(), string(body), headers...)
		return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}
	}
	if disturb != nil {
		return disturb(req, reach)
	}
	return reach(), nil
}

func (h *house) client(key string, options ...client.Option) (*client.Client, *road) {
	r := &road{h: h}
	return client.New("https://book.example.com/", key, append([]client.Option{client.WithHTTPClient(&http.Client{Transport: r})}, options...)...), r
}

var errBroken = errors.New("the connection broke")

// answerLost: the daemon did it, and nobody was told. neverArrived: it did not even hear of it.
func answerLost(_ *http.Request, reach func() *http.Response) (*http.Response, error) {
	reach()
	return nil, errBroken
}

func neverArrived(*http.Request, func() *http.Response) (*http.Response, error) {
	return nil, errBroken
}

// busy: somebody on the way says that it is too much now.
func busy(status int, after string) trouble {
	return func(req *http.Request, _ func() *http.Response) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}, Body: http.NoBody, Request: req}, nil
	}
}

// The whole way of a session, through the client.
func TestClientWalksASession(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.t.Context()
		page, _ := h.client(pageKey)
		tracked, err := page.Sessions.Report(ctx, wire.Event{Session: "visit-1", Event: "started", Service: "AC repair",
			Customer: wire.Customer{FirstName: "Ada", Phone: "614"}, Consent: &wire.Consent{SMS: true, Text: words}})
		if err != nil || len(tracked.Warnings) != 1 {
			h.t.Fatalf("%+v %v", tracked, err)
		}
		c, _ := h.client(adminKey)
		s, err := c.Sessions.Get(ctx, tracked.Session)
		if err != nil || s.ClientID != "visit-1" || s.FollowUp.State != "none" {
			h.t.Errorf("%+v %v", s, err)
		}
		if s, err = c.Sessions.Handled(ctx, s.ID, wire.Handled{Note: "called"}); err != nil || s.Handled.Note != "called" {
			h.t.Errorf("%+v %v", s, err)
		}
		account, err := c.Account.Merge(ctx, client.Fields{"settings": client.Fields{"holdout": 5}})
		if err != nil || account.Settings.Holdout != 5 || account.Name == "" {
			h.t.Errorf("%+v %v", account, err)
		}
		account.Settings.Holdout = 6
		if account, err = c.Account.Put(ctx, account); err != nil || account.Settings.Holdout != 6 {
			h.t.Errorf("%+v %v", account, err)
		}
		web, err := c.Schedulers.Get(ctx, "web")
		if err != nil {
			h.t.Fatal(err)
		}
		web.Name = "Site"
		if web, err = c.Schedulers.Put(ctx, web); err != nil || web.Name != "Site" {
			h.t.Errorf("%+v %v", web, err)
		}
		if err := c.Daemon.Ready(ctx); err != nil {
			h.t.Error(err)
		}
		if err := c.Schedulers.Delete(ctx, "web"); err != nil {
			h.t.Error(err)
		}
	})
}

func TestClientGoesThroughAllPages(t *testing.T) {
	inHouse(t, func(h *house) {
		for i := range 7 {
			h.left(fmt.Sprint("visit-", i), "+16145550142")
			time.Sleep(time.Second)
		}
		c, r := h.client(adminKey)
		list := c.Sessions.All(h.t.Context(), client.SessionQuery{Status: "abandoned", Page: client.Page{Limit: 3}})
		for range 2 { // a list may be gone through again
			r.asked = nil
			all, err := client.Collect(list)
			if err != nil || len(all) != 7 || len(r.asked) != 3 || all[0].ClientID != "visit-0" || all[6].ClientID != "visit-6" {
				h.t.Errorf("%d sessions, %d requests, %v", len(all), len(r.asked), err)
			}
		}
		r.asked = nil
		for s := range list {
			if s.ClientID == "visit-1" {
				break
			}
		}
		if len(r.asked) != 1 {
			h.t.Errorf("%d requests for two sessions of the first page", len(r.asked))
		}
		r.disturb = []trouble{nil, busy(500, "")}
		all, err := client.Collect(list)
		if no, ok := errors.AsType[*client.Error](err); !ok || no.Status != 500 || len(all) != 3 {
			h.t.Errorf("a failed second page: %d sessions, %v", len(all), err)
		}
	})
}

func TestClientTellsRefusalsWhole(t *testing.T) {
	inHouse(t, func(h *house) {
		c, _ := h.client(adminKey)
		_, err := c.Account.Merge(h.t.Context(), client.Fields{"settings": client.Fields{"latest_after": "72h"}})
		no, ok := errors.AsType[*client.Error](err)
		if !ok || no.Status != 422 || no.Code != "out_of_range" || no.Field != "settings.latest_after" || no.Message == "" || no.RequestID == "" {
			h.t.Errorf("%#v %v", no, err)
		}
		if !errors.Is(err, &client.Error{Code: "out_of_range"}) || errors.Is(err, &client.Error{Code: "not_found"}) || !strings.HasPrefix(err.Error(), "PUT /v1/account: settings.latest_after: ") {
			h.t.Errorf("%v", err)
		}
		stranger, r := h.client("guessed")
		if _, err := stranger.Account.Get(h.t.Context()); !errors.Is(err, &client.Error{Code: "unknown_key"}) || len(r.asked) != 1 {
			h.t.Errorf("%v after %d requests", err, len(r.asked))
		}
		if _, err := c.Links.Follow(h.t.Context(), "unknownunknownunknownunkno"); err == nil || !strings.Contains(err.Error(), "HTTP status 404") {
			h.t.Errorf("an unknown link: %v", err)
		}
	})
}

// What was lost on its way is asked again, with the same key, and happens once.
func TestClientRepeatsWithoutDoingTwice(t *testing.T) {
	inHouse(t, func(h *house) {
		c, r := h.client(adminKey)
		r.disturb = []trouble{answerLost, neverArrived, answerLost}
		s, err := c.Schedulers.Create(h.t.Context(), wire.Scheduler{Name: "Blog", URL: "https://b.example/"})
		if err != nil || s.Name != "Blog" {
			h.t.Fatalf("%+v %v", s, err)
		}
		keys := map[string]bool{}
		for _, req := range r.asked {
			keys[req.Header.Get("Idempotency-Key")] = true
		}
		if len(r.asked) != 4 || len(keys) != 1 || keys[""] {
			h.t.Errorf("%d requests with the keys %v", len(r.asked), keys)
		}
		all, err := client.Collect(c.Schedulers.All(h.t.Context(), client.Page{}))
		if err != nil || len(all) != 2 {
			h.t.Errorf("there are %d schedulers, want web and one more: %v", len(all), err)
		}
		again, err := c.Schedulers.Create(h.t.Context(), wire.Scheduler{Name: "Blog", URL: "https://b.example/"})
		if err != nil || again.ID == s.ID {
			h.t.Errorf("another call is another scheduler: %+v %v", again, err)
		}
		ctx := client.WithIdempotencyKey(h.t.Context(), "mine")
		first, err1 := c.Schedulers.Create(ctx, wire.Scheduler{Name: "Shop", URL: "https://b.example/"})
		second, err2 := c.Schedulers.Create(ctx, wire.Scheduler{Name: "Shop", URL: "https://b.example/"})
		if err1 != nil || err2 != nil || first.ID != second.ID {
			h.t.Errorf("the caller's own key: %v %v, %v %v", first.ID, second.ID, err1, err2)
		}
		r.asked, r.disturb = nil, []trouble{answerLost}
		_, err = c.Schedulers.Create(client.WithIdempotencyKey(h.t.Context(), ""), wire.Scheduler{Name: "Once", URL: "https://b.example/"})
		if !errors.Is(err, errBroken) || len(r.asked) != 1 || r.asked[0].Header.Get("Idempotency-Key") != "" {
			h.t.Errorf("without a key nothing is repeated: %d requests, %v", len(r.asked), err)
		}
	})
}

func TestClientWaitsAsItIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		disturb  []trouble
		options  []client.Option
		deadline time.Duration
		asked    int
		wait     [2]time.Duration
		status   int // 0: it went through in the end
		broken   bool
	}{
		"at once":                 {asked: 1},
		"429 says 7 s":            {disturb: of(busy(429, "7")), asked: 2, wait: span(7*time.Second, 7*time.Second)},
		"503 names a moment":      {disturb: of(busy(503, "Tue, 10 Mar 2026 14:00:09 GMT")), asked: 2, wait: span(9*time.Second, 9*time.Second)},
		"503 says nothing":        {disturb: of(busy(503, "")), asked: 2, wait: span(50*time.Millisecond, 100*time.Millisecond)},
		"waits grow":              {disturb: of(neverArrived, neverArrived, neverArrived), asked: 4, wait: span(350*time.Millisecond, 700*time.Millisecond)},
		"it ends some time":       {disturb: of(neverArrived, neverArrived, neverArrived, neverArrived), asked: 4, wait: span(350*time.Millisecond, 700*time.Millisecond), broken: true},
		"503 wants too much":      {disturb: of(busy(503, "31")), asked: 1, status: 503},
		"more is allowed":         {disturb: of(busy(503, "31")), options: []client.Option{client.WithMaxWait(time.Minute)}, asked: 2, wait: span(31*time.Second, 31*time.Second)},
		"no tries":                {disturb: of(busy(503, "1")), options: []client.Option{client.WithRetries(0)}, asked: 1, status: 503},
		"500 is no passing thing": {disturb: of(busy(500, "1")), asked: 1, status: 500},
		"no time for another":     {disturb: of(busy(429, "7")), deadline: 5 * time.Second, asked: 1, status: 429},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				ctx := h.t.Context()
				if c.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				api, r := h.client(adminKey, c.options...)
				r.disturb = c.disturb
				began := time.Now()
				_, err := api.Account.Get(ctx)
				took := time.Since(began)
				no, refused := errors.AsType[*client.Error](err)
				if refused != (c.status > 0) || refused && no.Status != c.status || errors.Is(err, errBroken) != c.broken || len(r.asked) != c.asked || took < c.wait[0] || took > c.wait[1] {
					h.t.Errorf("%d requests in %v, %v", len(r.asked), took, err)
				}
			})
		})
	}
}

func of(all ...trouble) []trouble { return all }

func span(from, to time.Duration) [2]time.Duration { return [2]time.Duration{from, to} }

// A caller that goes away is not kept waiting.
func TestClientEndsWithItsContext(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx, cancel := context.WithCancel(h.t.Context())
		c, r := h.client(adminKey)
		r.disturb = of(busy(429, "20"))
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err := c.Account.Get(ctx)
		if took := time.Since(began); err == nil || took != time.Second || len(r.asked) != 1 {
			h.t.Errorf("%d requests in %v, %v", len(r.asked), took, err)
		}
	})
}

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

const (
	account  = engine.MainAccount
	adminKey = "administrator-secret-of-the-test"
	pageKey  = "pk_of_the_website"
	site     = "https://www.brightwater.example"
	ours     = "+16145550123"
	words    = "I agree to receive text messages from Brightwater about my booking."
)

// house is the real API over the real engine, store and simulator, in a bubble. It begins on Tuesday 2026-03-10 at 10:00 in
// Columbus, Ohio.
type house struct {
	t         *testing.T
	store     *storage.Store
	carrier   *simulator.Carrier
	engine    *engine.Engine
	s         *Server
	log       *logged
	receivers *receivers
	keys      map[booking.Role]string
}

// inBox runs scripts in this process, since a bubble's time cannot hold other processes.
type inBox struct{}

func (inBox) Run(_ context.Context, _ string, c box.Call) (box.Result, error) { return box.Run(c), nil }

// logged keeps what was logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// inHouse runs a scene in a bubble with a house that is on and ready to text.
func inHouse(t *testing.T, scene func(h *house), edit ...func(*Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, edit...)
		defer h.close()
		scene(h)
	})
}

// synctestHouse is inHouse with another seed.
func synctestHouse(t *testing.T, seed engine.Seed, scene func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouseFrom(t, seed)
		defer h.close()
		scene(h)
	})
}

func newHouse(t *testing.T, edit ...func(*Options)) *house {
	t.Helper()
	return newHouseWith(t, testSeed(), nil, edit...)
}

// newHouseOver is newHouse with something between the store and its engine.
func newHouseOver(t *testing.T, wrap func(storage.KV) storage.KV, edit ...func(*Options)) *house {
	t.Helper()
	return newHouseWith(t, testSeed(), wrap, edit...)
}

// newHouseFrom begins with another seed.
func newHouseFrom(t *testing.T, seed engine.Seed, edit ...func(*Options)) *house {
	t.Helper()
	return newHouseWith(t, seed, nil, edit...)
}

func newHouseWith(t *testing.T, seed engine.Seed, wrap func(storage.KV) storage.KV, edit ...func(*Options)) *house {
	t.Helper()
	return newHouseOf(t, seed, wrap, func(*engine.Options) {}, edit...)
}

// newHouseOf is newHouseWith with other options of the engine.
func newHouseOf(t *testing.T, seed engine.Seed, wrap func(storage.KV) storage.KV, equip func(*engine.Options), edit ...func(*Options)) *house {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	h := &house{t: t, log: &logged{}, receivers: &receivers{}, keys: map[booking.Role]string{booking.RoleAdministrator: adminKey, booking.RolePublishable: pageKey}}
	var err error
	if h.store, err = storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: wrap}); err != nil {
		t.Fatal(err)
	}
	h.carrier, err = simulator.Open(simulator.Options{
		Now: time.Now,
		Status: func(u booking.StatusUpdate) {
			if err := h.engine.Status(context.Background(), u); err != nil {
				t.Errorf("status callback: %v", err)
			}
		},
		Inbound: func(in booking.Inbound) {
			if err := h.engine.Receive(context.Background(), account, in); err != nil {
				t.Errorf("inbound: %v", err)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	eo := engine.Options{Store: h.store, Carrier: h.carrier, Registrar: h.carrier, Courier: h.receivers, Now: time.Now,
		PublicURL: "https://book.example.com", Simulator: true, Scripts: inBox{}, Rehearser: rehearsal.NewRehearser(inBox{}), Converse: rehearsal.Converse}
	equip(&eo)
	h.engine = engine.New(eo)
	if _, err := h.engine.FirstStart(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	if err := h.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Engine: h.engine, Reader: h.engine.Store(), Simulator: h.carrier, PublicURL: "https://book.example.com", Now: time.Now,
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test", StoreStats: h.store.Stats,
	}
	for _, f := range edit {
		f(&o)
	}
	h.s = New(o)
	return h
}

func testSeed() engine.Seed {
	return engine.Seed{
		Account: booking.Account{Name: "Brightwater Home Services", OfficePhone: "+16145550100", Timezone: "America/New_York",
			SMSFollowUpEnabled: true, Settings: booking.DefaultSettings()},
		Registration: &booking.Registration{Status: booking.RegistrationApproved},
		Numbers:      []booking.PhoneNumber{{Number: ours, SMSCapable: true, DefaultOutbound: true}},
		Schedulers: []booking.Scheduler{{ID: "web", Name: "Website", URL: "https://www.brightwater.example/book?src=sms", Origins: []string{site},
			PublishableKey: pageKey, FollowUp: booking.FollowUpSet{Enabled: true}}},
		AdminSecret: adminKey,
	}
}

func (h *house) close() {
	h.t.Helper()
	for _, err := range []error{h.engine.Stop(context.Background()), h.carrier.Close(), h.store.Close()} {
		if err != nil {
			h.t.Error(err)
		}
	}
}

// key gives an API key of a role.
func (h *house) key(role booking.Role) string {
	h.t.Helper()
	if h.keys[role] == "" {
		k, err := h.engine.CreateKey(h.t.Context(), account, string(role), role, "")
		if err != nil {
			h.t.Fatal(err)
		}
		h.keys[role] = k.Secret
	}
	return h.keys[role]
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// request asks with an administrator's key unless headers ("Name: value") say otherwise.
func (h *house) request(method, path, body string, headers ...string) answer {
	h.t.Helper()
	req := httptest.NewRequest(method, "http://localhost/", strings.NewReader(body))
	req.URL.Opaque = path // as it is: no client's tidying
	req.RequestURI = path
	req.Header.Set("Authorization", "Bearer "+adminKey)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Del(name)
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := h.s.App().Test(req, -1)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	got := answer{res.StatusCode, res.Header, string(b)}
	if err := promised().keeps(method, path, body, got); err != nil {
		h.t.Errorf("%s %.200s %.300s: the answer %d %.300s does not keep what the API document says: %v", method, path, body, got.status, got.body, err)
	}
	return got
}

// code gives the stable code of a refusal.
func (a answer) code() string {
	var e struct{ Error struct{ Code string } }
	_ = json.Unmarshal([]byte(a.body), &e)
	return e.Error.Code
}

func (a answer) field() string {
	var e struct{ Error struct{ Field string } }
	_ = json.Unmarshal([]byte(a.body), &e)
	return e.Error.Field
}

// get reads a dotted path out of a JSON answer; numbers index lists. Missing gives "".
func (a answer) get(path string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(a.body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return ""
	}
	for part := range strings.SplitSeq(path, ".") {
		switch t := v.(type) {
		case map[string]any:
			v = t[part]
		case []any:
			i := int(part[0] - '0')
			if i >= len(t) {
				return ""
			}
			v = t[i]
		default:
			return ""
		}
	}
	switch t := v.(type) {
	case nil:
		return ""
	case string:
		return t
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// must fails the test unless the status is as wanted.
func (h *house) must(a answer, status int) answer {
	h.t.Helper()
	if a.status != status {
		h.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// left is a session of client that filled everything in and was abandoned; it gives our ID.
func (h *house) left(client, phone string) string {
	h.t.Helper()
	a := h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"started","customer":{"first_name":"Ada","phone":"`+
		phone+`","email":"Ada@Example.com"},"service":"AC repair","consent":{"sms":true,"text":"`+words+`"}}`), 202)
	h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"abandoned"}`), 202)
	return a.get("session")
}

// texts counts what was sent to customers.
func (h *house) texts() (n int) {
	h.t.Helper()
	all, _, err := h.carrier.Messages("", 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range all {
		if m.Direction == simulator.Outbound && !m.Automatic {
			n++
		}
	}
	return n
}

// sessions counts the rows of sessions.
func (h *house) sessions() (n int) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Sessions(account, "", 1000)
		n = len(all)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

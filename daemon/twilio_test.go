package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
)

const (
	twilioKey    = "an-administrators-key-of-the-test"
	twilioNumber = "+16145550123"
	customer     = "+16145550142"
)

// line is a whole daemon in this process that texts through a fake of Twilio, both over real loopback HTTP.
type line struct {
	t    *testing.T
	fake *twiliotest.Fake
	file string // its configuration
	p    *process
	api  *client.Client
	log  *bytes.Buffer
	url  string
}

// newTwilioLine starts it. Its clock says early afternoon in Ohio, whatever the hour is here; not in the past, since Badger collects
// by the machine's own clock.
func newTwilioLine(t *testing.T, service bool) *line {
	t.Helper()
	began := time.Now()
	noon := began.UTC().Truncate(24 * time.Hour).Add(42 * time.Hour) // tomorrow at 18:00 UTC
	now := func() time.Time { return noon.Add(time.Since(began)) }
	addr := freeAddress("127.0.0.1:0")
	l := &line{t: t, url: "http://" + addr, log: &bytes.Buffer{}}
	l.fake = twiliotest.New(twiliotest.Options{Now: now, Fail: t.Errorf, Post: post}, twilioNumber)
	server := httptest.NewServer(l.fake)
	t.Cleanup(server.Close)
	t.Cleanup(l.fake.Close)
	registration := `{"status":"approved"}`
	if service {
		registration = fmt.Sprintf(`{"status":"approved","messaging_service":%q}`, twiliotest.ServiceSID)
	}
	seed := write(t, "seed.json", `{"account":{"name":"Brightwater Home Services","office_phone":"+16145550100","timezone":"America/New_York","sms_follow_up_enabled":true},
		"registration":`+registration+`,"phone_numbers":[{"number":"`+twilioNumber+`"}],
		"schedulers":[{"id":"web","name":"Website","url":"https://brightwater.example/book","follow_up":{"enabled":true,"delay":"1s"}}]}`)
	l.file = write(t, "c.toml", fmt.Sprintf("[server]\nlisten = %q\npublic_url = %q\n[storage]\ndir = %q\n[carrier]\ndriver = \"twilio\"\n[twilio]\naccount_sid = %q\nauth_token_file = %q\nauth_token_previous = \"the-token-before\"\nbase_url = %q\n[seed]\nfile = %q\n",
		addr, l.url, filepath.Join(t.TempDir(), "d"), twiliotest.AccountSID, write(t, "token", twiliotest.Token+"\n"), server.URL, seed))
	l.p = &process{environ: []string{"REBOOK_BOOTSTRAP_KEY=" + twilioKey}, stdout: io.Discard, stderr: io.Discard, now: now, hurry: context.Background()}
	cfg, _, err := loadConfig(l.file, l.p.environ)
	if err != nil {
		t.Fatal(err)
	}
	h, err := l.p.open(t.Context(), cfg, slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(context.Background()); err != nil {
			t.Error(err)
		}
		if strings.Contains(l.log.String(), twiliotest.Token) {
			t.Error("the log shows the token")
		}
	})
	l.api = newClient(l.url, twilioKey)
	l.until("the daemon is ready", func() bool { return l.api.Daemon.Ready(t.Context()) == nil })
	return l
}

// post delivers a webhook as Twilio does.
func post(address string, form url.Values, signature string) int {
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// until waits for something that will be so in a few seconds.
func (l *line) until(what string, so func() bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	for !so() {
		if !sleep(ctx, 10*time.Millisecond) {
			l.t.Fatalf("it never came that %s; the daemon's log:\n%s", what, l.log)
		}
	}
}

// diagnose runs rebook doctor.
func (l *line) diagnose(flags ...string) (code int, found []diagnosis) {
	l.t.Helper()
	var out bytes.Buffer
	code = run(l.t.Context(), process{args: append([]string{"doctor", "-config", l.file, "-json"}, flags...), environ: l.p.environ, stdout: &out, stderr: io.Discard, now: l.p.now})
	var doc struct{ Items []diagnosis }
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		l.t.Fatalf("%v in %s", err, &out)
	}
	return code, doc.Items
}

func wrongs(found []diagnosis) (all []string) {
	for _, v := range found {
		if !v.OK {
			all = append(all, v.Check+": "+v.Message)
			if v.Fix == "" {
				all = append(all, v.Check+" has no mend")
			}
		}
	}
	return all
}

// A whole story over real HTTP: doctor points the number at us, a follow-up goes out, its status rises to delivered by signed
// callbacks, the customer answers, and STOP is honoured.
func TestTwilioFromEndToEnd(t *testing.T) {
	for _, service := range []bool{false, true} {
		t.Run(fmt.Sprintf("service %v", service), func(t *testing.T) {
			l := newTwilioLine(t, service)
			code, found := l.diagnose()
			if code != 1 || !slices.ContainsFunc(wrongs(found), func(s string) bool { return strings.Contains(s, "inbound texts go nowhere") }) {
				t.Fatalf("before -fix: %d, %q", code, wrongs(found))
			}
			_, found = l.diagnose("-fix")
			if got := l.fake.Number().SMSURL; got != twilio.InboundURL(l.url) {
				t.Errorf("the number's texts go to %q", got)
			}
			want := []string{"public_url"} // it is this machine, which a test cannot help
			if !service {
				want = append(want, "messaging service")
			}
			if got := wrongs(found); len(got) != len(want) || !strings.HasPrefix(got[0], want[0]) || !strings.HasPrefix(got[len(got)-1], want[len(want)-1]) {
				t.Errorf("after -fix: %q, want only %q", got, want)
			}
			session := l.leave("visit-1")
			l.until("the follow-up is delivered", func() bool {
				m := l.fake.Messages("outbound-api", customer)
				return len(m) == 1 && m[0].Status == "delivered"
			})
			m := l.fake.Messages("outbound-api", customer)[0]
			if (m.Service != "") != service || m.Validity == "" || !strings.Contains(m.Body, l.url+"/l/") || !strings.Contains(m.Callback, "#rc=") {
				t.Errorf("%+v", m)
			}
			l.until("the session is texted", func() bool {
				s, err := l.api.Sessions.Get(t.Context(), session)
				return err == nil && s.FollowUp.State == "sent"
			})
			l.fake.Text(customer, twilioNumber, "Yes, at nine please")
			l.fake.Text(customer, twilioNumber, "stop by tomorrow")
			if n := l.optOuts(); n != 0 {
				t.Errorf("%d opt-outs before STOP", n)
			}
			l.fake.Text(customer, twilioNumber, "please stop texting me")
			if n := l.optOuts(); n != 1 {
				t.Errorf("%d opt-outs after it", n)
			}
			l.until("the opt-out is confirmed", func() bool { return len(l.fake.Messages("outbound-api", customer)) == 2 })
			l.leave("visit-2")
			l.until("the next session is withheld", func() bool {
				all, err := l.api.Sessions.List(t.Context(), client.SessionQuery{Status: "withheld"})
				return err == nil && len(all.Items) == 1 && all.Items[0].FollowUp.WithheldBy == "opted_out"
			})
			if n := len(l.fake.Messages("outbound-api", customer)); n != 2 {
				t.Errorf("%d texts, want the follow-up and one confirmation", n)
			}
			if _, err := l.api.Simulator.Messages(t.Context(), client.Page{}); err == nil || !strings.Contains(err.Error(), "no simulator") {
				t.Errorf("the simulator's route: %v", err)
			}
		})
	}
}

func (l *line) leave(client string) string {
	l.t.Helper()
	got, err := l.api.Sessions.Report(l.t.Context(), wire.Event{Scheduler: "web", Session: client, Event: "started", Customer: wire.Customer{FirstName: "Ada", Phone: customer},
		Consent: &wire.Consent{SMS: true, Text: "Text me about this booking."}})
	if err == nil {
		_, err = l.api.Sessions.Report(l.t.Context(), wire.Event{Scheduler: "web", Session: client, Event: "abandoned"})
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return got.Session
}

func (l *line) optOuts() int {
	l.t.Helper()
	list, err := l.api.OptOuts.List(l.t.Context(), client.Page{})
	if err != nil {
		l.t.Fatal(err)
	}
	return len(list.Items)
}

// Each thing that can be wrong at Twilio is found and told with its mend.
func TestDoctorFindsEachIllness(t *testing.T) {
	l := newTwilioLine(t, true)
	l.diagnose("-fix")
	for name, c := range map[string]struct {
		ill, well func()
		want      string
	}{
		"trial":           {func() { l.fake.Trial = true }, func() { l.fake.Trial = false }, "credentials: the account Brightwater is a trial"},
		"suspended":       {func() { l.fake.Suspended = true }, func() { l.fake.Suspended = false }, "is suspended"},
		"token":           {func() { l.fake.Rotate("other") }, func() { l.fake.Rotate(twiliotest.Token) }, "credentials: Twilio does not let us in"},
		"clock":           {func() { l.fake.Skew = time.Hour }, func() { l.fake.Skew = 0 }, "clock: this machine's clock differs from Twilio's by"},
		"no SMS":          {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.NoSMS = true }) }, func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.NoSMS = false }) }, "it cannot send texts"},
		"not ours":        {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.Number = "+16145550999" }) }, func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.Number = twilioNumber }) }, "does not have it"},
		"not in the pool": {func() { l.fake.SetPool() }, func() { l.fake.SetPool(twilioNumber) }, "not in the messaging service"},
		"elsewhere":       {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.SMSURL = "https://old.example/sms" }) }, func() { l.diagnose("-fix") }, "inbound texts go to https://old.example/sms"},
		"by GET":          {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.Method = "GET" }) }, func() { l.diagnose("-fix") }, "inbound texts come by GET"},
		"no retries":      {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.SMSURL = l.url + twilio.InboundPath }) }, func() { l.diagnose("-fix") }, "are not repeated"},
		"application": {func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.App = "AP00000000000000000000000000000001" }) },
			func() { l.fake.SetNumber(func(n *twiliotest.Number) { n.App = "" }) }, "gets its inbound texts"},
		"the service's address": {func() { l.fake.SetService("use_inbound_webhook_on_number", false) }, func() { l.fake.SetService("use_inbound_webhook_on_number", true) }, "messaging service: inbound texts go nowhere"},
	} {
		c.ill()
		code, found := l.diagnose()
		c.well()
		if all := strings.Join(wrongs(found), "\n"); code != 1 || !strings.Contains(all, c.want) || strings.Contains(all, "has no mend") {
			t.Errorf("%s: %d\n%s\nwant %q", name, code, all, c.want)
		}
	}
	if _, found := l.diagnose(); len(wrongs(found)) != 1 {
		t.Errorf("well again: %q", wrongs(found))
	}
	if code := run(t.Context(), process{args: []string{"doctor"}, environ: []string{"REBOOK_STORAGE_DIR=" + t.TempDir()}, stdout: io.Discard, stderr: io.Discard, now: time.Now}); code != 2 {
		t.Errorf("with the simulator: exit code %d", code)
	}
}

// A daemon that sends and that nobody can reach says so at its start and in its alarms; a Twilio that cannot be reached is no
// refusal of the credentials.
func TestTwilioAndTheWayThere(t *testing.T) {
	l := newTwilioLine(t, true)
	alarms, err := l.api.Account.Alarms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(alarms, func(a wire.Alarm) bool {
		return a.Code == "public_url_unreachable" && strings.Contains(a.Message, l.url)
	}) {
		t.Errorf("alarms: %+v", alarms)
	}
	_, warnings, err := loadConfig(l.file, l.p.environ)
	if err != nil || !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "server.public_url is "+l.url) }) {
		t.Errorf("warnings %q, %v", warnings, err)
	}
	l.p.environ = append(l.p.environ, "REBOOK_TWILIO_BASE_URL=http://"+freeAddress("127.0.0.1:0"))
	if code, found := l.diagnose(); code != 1 || !slices.ContainsFunc(wrongs(found), func(s string) bool { return strings.HasPrefix(s, "connection: Twilio was not reached") }) {
		t.Errorf("without a way to Twilio: %d, %q", code, wrongs(found))
	}
}

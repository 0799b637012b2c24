package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// The real program, killed at random moments around due times: every promise holds.
func TestSelftestHoldsOnTheRealProgram(t *testing.T) {
	kills := 12
	if testing.Short() {
		kills = 3
	}
	cmd := exec.Command(rebook(t), "selftest", "-kills", strconv.Itoa(kills))
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("the self-test failed: %v", err)
	}
	for _, want := range []string{`kills \(SIGKILL\) +` + strconv.Itoa(kills) + `\n`, `got exactly one +[1-9]`, `got two texts +0\n`,
		`acknowledged and lost +0\n`, `Every promise held`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("the verdict lacks %q", want)
		}
	}
}

// The judge must be able to find each broken promise; it would be worth nothing otherwise.
func TestJudgeFindsEachBrokenPromise(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	text := func(at time.Time) simulator.Message {
		return simulator.Message{Direction: simulator.Outbound, To: "+16145550142", At: at}
	}
	for name, c := range map[string]struct {
		state   booking.FollowUpState
		edit    func(*visitor)
		lacks   bool // the session lost an event
		gone    bool // the session is gone
		texts   []simulator.Message
		strange bool // another number got a text
		want    string
	}{
		"one text":                    {state: booking.FollowUpSent, texts: []simulator.Message{text(now)}},
		"none, and unknown":           {state: booking.FollowUpUnknown},
		"two texts":                   {state: booking.FollowUpSent, texts: []simulator.Message{text(now), text(now)}, want: "got 2 texts"},
		"none, yet shown as sent":     {state: booking.FollowUpSent, want: "got 0 texts"},
		"none, still due":             {state: booking.FollowUpDue, want: "got 0 texts"},
		"withheld without a reason":   {state: booking.FollowUpWithheld, want: "got 0 texts"},
		"one, yet shown as unknown":   {state: booking.FollowUpUnknown, texts: []simulator.Message{text(now)}, want: "shown as unknown"},
		"session gone":                {gone: true, want: "is gone"},
		"event gone":                  {state: booking.FollowUpSent, texts: []simulator.Message{text(now)}, lacks: true, want: "acknowledged event is gone"},
		"stranger texted":             {state: booking.FollowUpUnknown, strange: true, want: "whom nobody knows"},
		"no consent, no text":         {state: booking.FollowUpWithheld, edit: func(v *visitor) { v.consent = false }},
		"no consent, a text":          {state: booking.FollowUpSent, edit: func(v *visitor) { v.consent = false }, texts: []simulator.Message{text(now)}, want: "no consent"},
		"booked, no text":             {state: booking.FollowUpWithheld, edit: func(v *visitor) { v.done = now }},
		"booked, text long after":     {state: booking.FollowUpSent, edit: func(v *visitor) { v.done = now }, texts: []simulator.Message{text(now.Add(time.Minute))}, want: "after its booking"},
		"booked, text under way then": {state: booking.FollowUpSent, edit: func(v *visitor) { v.done = now }, texts: []simulator.Message{text(now.Add(time.Second))}},
		"booked, still due":           {state: booking.FollowUpDue, edit: func(v *visitor) { v.done = now }, want: "should be withheld"},
		"nothing acknowledged":        {gone: true, edit: func(v *visitor) { v.session = "" }},
	} {
		t.Run(name, func(t *testing.T) {
			v := &visitor{client: "v", phone: "+16145550142", consent: true, session: "id", left: now, fields: map[string]string{"seen_started": "v"}}
			if c.edit != nil {
				c.edit(v)
			}
			f := wire.Session{Fields: map[string]string{"seen_started": "v"}}
			f.FollowUp.State = string(c.state)
			if c.lacks {
				f.Fields = nil
			}
			said := map[*visitor]wire.Session{v: f}
			if c.gone {
				said = nil
			}
			texts := map[string][]simulator.Message{v.phone: c.texts}
			if c.strange {
				texts["+16145550199"] = []simulator.Message{text(now)}
			}
			got := strings.Join(weigh([]*visitor{v}, said, texts).broken, "; ")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The benchmark runs from end to end and gives every measure; its figures are for people.
func TestBenchGivesEveryMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs half a dozen daemons")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(rebook(t), "bench", "-quick", "-sessions", "1500", "-json")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	var out struct {
		Machine machine   `json:"machine"`
		Results []measure `json:"results"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
		t.Fatalf("%v in %s", err, &stdout)
	}
	if out.Machine.CPU == "" || out.Machine.Cores < 1 || out.Machine.Go == "" {
		t.Errorf("the machine is not named: %+v", out.Machine)
	}
	for _, want := range []string{"syncs", "schedule + cancel", "memory of one timer", "session events with all", "durable enqueue", "durable cancel", "completions", "HTTP", "due at once", "lateness",
		"before their time", "ready", "RssAnon", "disk with", "one event by one caller"} {
		found := false
		for _, r := range out.Results {
			found = found || strings.Contains(r.Name, want) && r.Value != ""
		}
		if !found {
			t.Errorf("no measure named %q in %+v", want, out.Results)
		}
	}
	for _, r := range out.Results {
		if r.Name == "texts before their time" && r.Value != "0" {
			t.Errorf("%s texts went out before their time", r.Value)
		}
	}
}

// Every trial session has a number of its own: two with one number would withhold each other's text.
func TestTrialNumbersDiffer(t *testing.T) {
	seen := map[string]int64{}
	for n := int64(1); n < 200_000; n++ {
		phone := benchPhone(n)
		if other, ok := seen[phone]; ok {
			t.Fatalf("sessions %d and %d have the number %s", other, n, phone)
		}
		seen[phone] = n
		if n%997 == 0 {
			if _, problem := booking.ParsePhone(phone); problem != "" {
				t.Fatalf("session %d has %s: %s", n, phone, problem)
			}
		}
	}
}

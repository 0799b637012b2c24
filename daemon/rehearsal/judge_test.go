package rehearsal_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/rehearsal"
)

// scene is a small conversation that ends in a booking of w1 at 8.
const scene = `{"name":"scene","now":"2026-03-10T15:20:00-04:00","mode":"ai_agent",
	"world":{"business":{"name":"Brightwater","timezone":"America/New_York","office_phone":"+16145550100"},"services":[{"name":"AC repair"}],
		"windows":[{"id":"w1","start":"2026-03-11T08:00:00-04:00","end":"2026-03-11T10:00:00-04:00","capacity":1,"open":1}]},
	"session":{"customer":{"first_name":"Al","phone":"+16145550142","address":{"line1":"1 Oak St","postal_code":"43201"}},"service":"AC repair",
		"consent":{"sms":true,"text":"I agree to texts. Reply STOP to opt out."}},
	"given":GIVEN,
	"turns":[{"from":"agent","text":"Hi, this is the automated assistant of Brightwater. Wed 3/11 8-10 is open. Shall I book it?"},{"from":"customer","text":"yes"}],
	"expect":EXPECT}`

func play(t testing.TB, given, expect string) rehearsal.Result {
	t.Helper()
	d, err := rehearsal.Read([]byte(strings.NewReplacer("GIVEN", given, "EXPECT", expect).Replace(scene)), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every kind of expectation can be met and can fail.
func TestExpectations(t *testing.T) {
	for _, c := range []struct{ expect, want string }{
		{`{"outcome":["closed","booked"],"say":["8 AM-10 AM"],"never_say":["9 AM"],"max_messages":1,"actions":[{"do":"book","window":["w1"],"times":1}],"never_actions":["cancel",{"do":"book","window_not":["w1"]}]}`, ""},
		{`{"outcome":"closed"}`, "outcome booked, want closed"},
		{`{"say":["tuesday"]}`, "no text says tuesday"},
		{`{"say_if_sent":["tuesday"]}`, "no text says tuesday"},
		{`{"never_say":["wed"]}`, "says wed"},
		{`{"max_messages":0}`, "1 texts, at most 0 wanted"},
		{`{"withheld_by":"hours"}`, "want hours"},
		{`{"actions":[{"do":"book","window":"w2"}]}`, "the action book did not happen as wanted"},
		{`{"actions":[{"do":"book","times":2}]}`, "the action book happened 1 times, want 2"},
		{`{"actions":[{"any":[{"do":"cancel"},{"do":"alert"}]}]}`, "none of the actions happened"},
		{`{"actions":[{"do":"book","not_after":"2026-03-10T15:20:01-04:00"}]}`, "did not happen as wanted"},
		{`{"never_actions":["book"]}`, "must not happen"},
		{`{"never_actions":[{"do":"book","window_not":["w2"]}]}`, "must not happen"},
	} {
		r := play(t, `{}`, c.expect)
		if got := strings.Join(r.Failures, "; "); r.Passed != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: passed %v, failures %q, want %q", c.expect, r.Passed, got, c.want)
		}
	}
}

// What is given changes what comes of it.
func TestGivenTroubles(t *testing.T) {
	for _, c := range []struct{ given, outcome string }{
		{`{}`, "booked"},
		{`{"owner":"human"}`, "silent"},
		{`{"opted_out":true}`, "silent"},
		{`{"script":"error"}`, "fallback"},
		{`{"availability":"down"}`, "handed_off"},
		{`{"booking_results":{"w1":"window_full"}}`, "handed_off"},
		{`{"crash":"after_carrier_accepted"}`, "booked"},
		{`{"reply_latency":"20s"}`, "booked"},
		{`{"registration":"rejected"}`, "silent"},
	} {
		r := play(t, c.given, `{}`)
		if r.Outcome != c.outcome || !r.Passed {
			t.Errorf("%s: %s %v %+v", c.given, r.Outcome, r.Failures, r.Turns)
		}
	}
}

// Whatever is handed in is a document or a refusal.
func FuzzRead(f *testing.F) {
	f.Add([]byte(scene))
	f.Add([]byte(strings.NewReplacer("GIVEN", "{}", "EXPECT", "{}").Replace(scene)))
	f.Add([]byte(`{"turns":[{"from":"system"}],"world":{}}`))
	f.Add([]byte(`{"business":{"name":"x"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := rehearsal.Read(raw, nil)
		if _, refused := errors.AsType[*booking.Error](err); err != nil && !refused {
			t.Fatalf("%v", err)
		}
		if _, e := json.Marshal(d); err == nil && e != nil {
			t.Fatal(e)
		}
	})
}

func BenchmarkRehearsal(b *testing.B) {
	d, err := rehearsal.Read([]byte(strings.NewReplacer("GIVEN", "{}", "EXPECT", "{}").Replace(scene)), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rehearsal.Run(b.Context(), d, rehearsal.Options{Scripts: inBox{}}); err != nil {
			b.Fatal(err)
		}
	}
}

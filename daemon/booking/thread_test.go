package booking

import (
	"testing"
	"time"
)

// A thread in which a customer waits for a person does not end by silence: it is the office that is silent.
func TestAThreadThatWaitsDoesNotEnd(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	ends := func(v Thread, want time.Time, when string) {
		t.Helper()
		if !v.DueAt.Equal(want) {
			t.Errorf("%s: due at %v, want %v", when, v.DueAt, want)
		}
	}
	v := Thread{Phone: "+16145550142", Owner: OwnerHuman, State: ThreadOpen, Mode: PrefilledLink, BeganAt: now, LastAt: now}
	v.Rest()
	ends(v, now.Add(ThreadSilence), "nobody wrote")
	v.Hear(ThreadMessage{ID: "1", At: now.Add(time.Hour), Body: "Do you also clean ducts?"}, time.Second, true)
	ends(v, time.Time{}, "the customer asked")
	if !v.Waits() || !v.WaitsSince().Equal(now.Add(time.Hour)) {
		t.Errorf("it waits: %v, since %v", v.Waits(), v.WaitsSince())
	}
	v.Settle()
	ends(v, now.Add(time.Hour+ThreadSilence), "no answer is needed")
	if v.Waits() || v.Owner != OwnerHuman || v.State != ThreadOpen || v.By != "" {
		t.Errorf("settled: %+v", v)
	}
}

func TestWhoWaitsForAPerson(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	heard := ThreadMessage{ID: "1", At: now, Body: "hm"}
	for name, c := range map[string]struct {
		happened func(v *Thread)
		waits    bool
	}{
		"the agent talks":           {func(v *Thread) { v.Hear(heard, time.Second, true) }, false},
		"handed off":                {func(v *Thread) { v.Hear(heard, time.Second, true); v.HandOff("asked") }, true},
		"handed off without a text": {func(v *Thread) { v.HandOff("the script failed"); v.Alert(now) }, true},
		"taken over": {func(v *Thread) {
			v.Hear(heard, time.Second, true)
			v.HandOff("asked")
			v.Alert(now)
			v.TakeOver(now, "Ada")
		}, false},
		"wrote to who took over": {func(v *Thread) { v.TakeOver(now, "Ada"); v.Hear(heard, time.Second, true) }, true},
		"handed back":            {func(v *Thread) { v.TakeOver(now, "Ada"); v.Hear(heard, time.Second, true); v.Release("") }, false},
		"handed off, then STOP":  {func(v *Thread) { v.Hear(heard, time.Second, true); v.HandOff("asked"); v.Close() }, false},
		"a danger, then STOP": {func(v *Thread) {
			v.Hear(heard, time.Second, true)
			v.HandOff(EmergencyReason(EmergencyGas, "gas"))
			v.Alert(now)
			v.Close()
		}, true},
		"a danger that is looked to": {func(v *Thread) { v.HandOff(EmergencyReason(EmergencyGas, "gas")); v.Alert(now); v.Settle() }, false},
	} {
		v := Thread{Phone: "+16145550142", Owner: OwnerAgent, State: ThreadOpen, Mode: AIAgent, BeganAt: now, LastAt: now}
		if c.happened(&v); v.Waits() != c.waits {
			t.Errorf("%s: waits %v, want %v", name, v.Waits(), c.waits)
		}
	}
}

package booking

import (
	"errors"
	"testing"
	"time"
)

func TestAReplayIsToldInOneSentence(t *testing.T) {
	sums := func(texts int, cost Micros) ReplaySums {
		return ReplaySums{Texts: texts, Cost: cost, Currency: "USD"}
	}
	for _, c := range []struct {
		r    Replay
		want string
	}{
		{Replay{State: ReplayDone, Before: sums(412, 100), After: sums(409, 96), Differ: ReplayCounts{ReplayWords: 9, ReplayWithheld: 3}, Held: map[Check]int{CheckHours: 3}},
			"9 of 412 texts would differ, 3 more withheld (hours), cost -4 %"},
		{Replay{State: ReplayDone, Before: sums(1, 100), After: sums(1, 100)}, "0 of 1 text would differ, cost the same"},
		{Replay{State: ReplayDone, Before: sums(9, 1000), After: sums(9, 1001), Differ: ReplayCounts{ReplayTime: 2, ReplayCheck: 1}},
			"0 of 9 texts would differ, 2 go at another time, 1 withheld by another check, cost nearly the same"},
		{Replay{State: ReplayRunning, Before: sums(9, 100), After: sums(12, 150), Differ: ReplayCounts{ReplaySent: 4, ReplayWithheld: 3}, Held: map[Check]int{CheckTooLate: 1, CheckHours: 2}},
			"so far: 0 of 9 texts would differ, 3 more withheld (2 hours, 1 too_late), 4 more sent, cost +50 %"},
		{Replay{State: ReplayCancelled, Done: 3, Total: 7}, "cancelled after 3 of 7: no text would have gone out as things stand"},
		{Replay{State: ReplayDone, Before: sums(2, 100), After: sums(2, 100), Threads: ReplayedThread{Played: 2}, Differ: ReplayCounts{ReplayReply: 1}},
			"0 of 2 texts would differ, replies part in 1 of 2 conversations, cost the same"},
	} {
		if got := c.r.Summary(); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

func TestSidesAreComparedByWhatTheCustomerGets(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	text, none := ReplayOutcome{Texted: true, At: at, Body: "Hello"}, ReplayOutcome{At: at, Check: CheckHours}
	other, late, stopped := text, text, none
	other.Body, late.At, stopped.Check = "Hi", at.Add(time.Hour), CheckConsent
	otherVersion := text
	otherVersion.Script = "follow_up_link@2"
	for _, c := range []struct {
		before, after ReplayOutcome
		want          ReplayDiffers
	}{{text, text, ReplaySame}, {none, none, ReplaySame}, {text, none, ReplayWithheld}, {none, text, ReplaySent}, {text, other, ReplayWords}, {text, late, ReplayTime},
		{none, stopped, ReplayCheck}, {text, otherVersion, ReplaySame}} {
		if got := CompareReplay(c.before, c.after); got != c.want {
			t.Errorf("%+v and %+v: %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestAReplayPeriodIsOfThePast(t *testing.T) {
	loc, err := LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct{ from, to, begin, end, code string }{
		{"", "", "2026-03-03T14:00:00Z", "2026-03-10T14:00:00Z", ""},
		{"2026-03-01", "2026-03-07", "2026-03-01T05:00:00Z", "2026-03-08T05:00:00Z", ""},
		{"2026-03-07", "2026-03-08", "2026-03-07T05:00:00Z", "2026-03-09T04:00:00Z", ""}, // the clocks go forward
		{"2026-03-01T10:00:00-05:00", "2026-03-30", "2026-03-01T15:00:00Z", "2026-03-10T14:00:00Z", ""},
		{"2026-03-08", "2026-03-07", "", "", "out_of_range"}, {"2026-03-11", "", "", "", "out_of_range"}, {"2024-01-01", "", "", "", "out_of_range"}, {"monday", "", "", "", "invalid_time"},
	} {
		begin, end, err := ReadReplayPeriod(now, loc, c.from, c.to)
		if c.code != "" {
			if !errors.Is(err, &Error{Code: c.code}) {
				t.Errorf("%s to %s: got %v, want %s", c.from, c.to, err, c.code)
			}
			continue
		}
		if err != nil || begin.UTC().Format(time.RFC3339) != c.begin || end.UTC().Format(time.RFC3339) != c.end {
			t.Errorf("%s to %s: got %s to %s, %v, want %s to %s", c.from, c.to, begin, end, err, c.begin, c.end)
		}
	}
}

package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// implied are the actions without which an outcome is not true.
var implied = map[string][]string{"booked": {"book"}, "cancelled": {"cancel"}, "rescheduled": {"reschedule"}, "opted_out": {"opt_out"},
	"resubscribed": {"opt_in"}, "handed_off": {"hand_off", "alert"}}

// judge lists what of the expectation is not so.
func (d *Document) judge(r *Result, withheld []string) (failures []string) {
	e := d.Expect
	fail := func(format string, args ...any) { failures = append(failures, fmt.Sprintf(format, args...)) }
	if len(e.Outcome) > 0 && !slices.Contains(e.Outcome, r.Outcome) {
		fail("outcome %s, want %s", r.Outcome, strings.Join(e.Outcome, " or "))
	}
	if need := implied[r.Outcome]; need != nil && !slices.ContainsFunc(need, func(do string) bool { return count(r.Actions, Wanted{Do: do}) > 0 }) {
		fail("outcome %s without the action %s", r.Outcome, strings.Join(need, " or "))
	}
	var texts []string
	for _, t := range r.Turns {
		if t.From == "agent" {
			texts = append(texts, t.Text)
		}
	}
	said := func(pattern string) (string, bool) {
		for _, t := range texts {
			if matches(pattern, t) {
				return t, true
			}
		}
		return "", false
	}
	for _, pattern := range append(append([]string{}, e.Say...), e.SayIfSent...) {
		if _, ok := said(pattern); !ok && (len(texts) > 0 || slices.Contains(e.Say, pattern)) {
			fail("no text says %s", pattern)
		}
	}
	for _, pattern := range e.NeverSay {
		if text, ok := said(pattern); ok {
			fail("%q says %s", text, pattern)
		}
	}
	if e.MaxMessages != nil && len(texts) > *e.MaxMessages {
		fail("%d texts, at most %d wanted", len(texts), *e.MaxMessages)
	}
	if len(e.WithheldBy) > 0 && !slices.ContainsFunc(e.WithheldBy, func(c string) bool { return slices.Contains(withheld, c) }) {
		fail("withheld by %s, want %s", strings.Join(withheld, ", "), strings.Join(e.WithheldBy, " or "))
	}
	for _, w := range e.Actions {
		if why := missing(r.Actions, w); why != "" {
			fail("%s", why)
		}
	}
	for _, raw := range e.NeverActions {
		w, err := never(raw)
		if err != nil {
			fail("never_actions: %v", err)
		} else if count(r.Actions, w) > 0 {
			fail("the action %s must not happen", raw)
		}
	}
	return failures
}

// readable tells whether a pattern can be read.
func readable(pattern string) error {
	_, err := regexp.Compile("(?i)" + pattern)
	return err
}

// matches applies a pattern as documents mean it: RE2, without regard of case, anywhere in the text.
func matches(pattern, text string) bool {
	re, err := regexp.Compile("(?i)" + pattern)
	return err == nil && re.MatchString(text)
}

// never reads an entry of never_actions: a word or an object.
func never(raw json.RawMessage) (w Wanted, err error) {
	if bytes.HasPrefix(raw, []byte(`"`)) {
		return w, json.Unmarshal(raw, &w.Do)
	}
	return w, json.Unmarshal(raw, &w)
}

// missing says why an action that must have happened has not; empty when it has.
func missing(done []Action, w Wanted) string {
	if len(w.Any) > 0 {
		for _, one := range w.Any {
			if missing(done, one) == "" {
				return ""
			}
		}
		return "none of the actions happened of which one must"
	}
	n := count(done, w)
	if w.Times != nil && n != *w.Times {
		return fmt.Sprintf("the action %s happened %d times, want %d", w.Do, n, *w.Times)
	}
	if w.Times == nil && n == 0 {
		return "the action " + w.Do + " did not happen as wanted"
	}
	return ""
}

// count tells how many actions match.
func count(done []Action, w Wanted) (n int) {
	for _, a := range done {
		if w.match(a) {
			n++
		}
	}
	if w.Do == "reschedule" && n == 0 && count(done, Wanted{Do: "cancel"}) > 0 { // a cancel and a book in one run count as this
		w.Do = "book"
		return count(done, w)
	}
	return n
}

func (w Wanted) match(a Action) bool {
	switch {
	case w.Do != "" && w.Do != a.Do && !(w.Do == "alert" && a.Do == "hand_off"),
		len(w.Window) > 0 && !slices.Contains(w.Window, a.Window),
		len(w.WindowNot) > 0 && slices.Contains(w.WindowNot, a.Window),
		w.Service != "" && w.Service != a.Service,
		w.Note != "" && !matches(w.Note, a.Note),
		!w.NotBefore.IsZero() && a.At.Before(w.NotBefore),
		!w.NotAfter.IsZero() && a.At.After(w.NotAfter):
		return false
	}
	return true
}

package api

import (
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestWhatFailedIsToldInPlainWords(t *testing.T) {
	for _, c := range []struct{ failure, want string }{
		{"outcome clarified, want closed or handed_off", "It ended otherwise: asked back. Wanted: the conversation was ended, or a person was called in."},
		{"outcome booked without the action book", "It ended otherwise: booked, but without this: book."},
		{`no text says \$89`, "No text says “$89”."},
		{`"Want me to set it up now?" says which (?:day|time)|want me to (?:book|set)`, "A text says what it must not: “Want me to set”."},
		{`"Want me to set it up now?" says which (?:day|ti…`, `This text says what it must not: "Want me to set it up now?".`},
		{"3 texts, at most 1 wanted", "Texts of ours: 3; at most wanted: 1."},
		{"withheld by , want hours or too_late", "It should have been withheld by: Quiet hours, or Too late."},
		{"the action hand_off did not happen as wanted", "This did not happen as wanted: call a person in."},
		{`the action "book" must not happen`, "This must not happen: book."},
		{"the action book happened 2 times, want 1", "This did not happen as wanted: book: 1, but it happened: 2."},
		{"none of the actions happened of which one must", "Nothing happened of which one thing must."},
		{"the script failed: mine.lua:2: oh", "The script failed: mine.lua:2: oh"},
	} {
		if got := plainUnmet(c.failure); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.failure, got, c.want)
		}
	}
}

func TestVersionsAndChangesAreToldInPlainWords(t *testing.T) {
	for refs, want := range map[string]string{"agent@2 agent_words@0": "agent, version 2", "agent@0 agent_turn@0": "agent, built in", "agent@draft words@3": "agent, a draft; words, version 3", "house": "house", "": ""} {
		if got := scriptsWords(refs); got != want {
			t.Errorf("%q: %q, want %q", refs, got, want)
		}
	}
	rows := changeRows([]booking.ReplayChange{{What: "follow_up.delay of web", Was: "1s", Is: "30m"}, {What: "scripts.agent", Was: "agent@2", Is: "agent@0"}, {What: "settings.hours.sunday", Was: "12:00-20:00", Is: "closed"}},
		map[string]string{"web": "Website"})
	for i, want := range []string{"Time until the text, Website: 1 second → 30 minutes", "Script agent: version 2 → built in", "Sunday: 12:00-20:00 → closed"} {
		if got := rows[i].What + ": " + rows[i].Was + " → " + rows[i].Is; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

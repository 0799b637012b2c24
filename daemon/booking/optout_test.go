package booking

import (
	"slices"
	"strings"
	"testing"
)

func TestWholeMessagesThatAreKeywords(t *testing.T) {
	for want, bodies := range map[Keyword][]string{
		KeywordStop: {"STOP", "stop", "Stop.", " stop \n", "STOP!!!", "«stop»", "stop 🛑", "🛑🙏 Stop", "S.T.O.P.", "s t o p", "stop stop STOP", "ＳＴＯＰ",
			"StopAll", "stop all", "Stop-All", "unsubscribe", "UNSUBSCRIBE.", "END", "quit", "revoke", "OPTOUT", "opt out", "Opt-Out", "opt  out!", "cancel", "Cancel.",
			"please stop", "stop please", "Stop, thanks", "Stop.\n\nSent from my iPhone", "STOP\r\nGet Outlook for Android", "\nstop\nSent from my phone",
			"alto", "ALTO!", "parar", "No más", "no mas", "¡Basta!", "darse de baja", "cancelar", "stop\u200b", "STOP\u00a0", "\"STOP\""},
		KeywordStart: {"START", "start", "Start!", "unstop", "UNSTOP."},
		KeywordHelp:  {"HELP", "help", "Help?", "INFO", "info", "ayuda"},
	} {
		for _, body := range bodies {
			if got, ok := MatchKeyword(body); got != want || !ok {
				t.Errorf("MatchKeyword(%q) = %q %v, want %q", body, got, ok, want)
			}
		}
	}
}

func TestTalkIsNoKeyword(t *testing.T) {
	for _, body := range []string{"", " ", "!!!", "🛑", "yes", "YES", "Yes.", "y", "no", "stop by tomorrow", "the leak won't stop", "can you stop by", "help me book",
		"help please", "cancel my appointment", "cancel please", "end of the week", "start at 9", "start on monday please", "info about prices", "don't stop", "stopped",
		"nonstop", "bus stop", "quit it works now?", "please", "thanks", "st op", "stop\nby at nine", "stopp", "no", "mas", "baja presion de agua",
		"stop " + strings.Repeat("x", 500), strings.Repeat("stop ", 100), "help help my basement floods", "stop start"} {
		if got, ok := MatchKeyword(body); ok {
			t.Errorf("MatchKeyword(%q) = %q, want none", body, got)
		}
	}
}

func TestOnlyTwiliosOwnKeywordsAreAnsweredByTwilio(t *testing.T) {
	for body, want := range map[string]bool{"STOP": true, "stop ": true, "Help": true, "INFO": true, "yes": true, "START": true, "optout": true,
		"opt out": false, "stop all": false, "alto": false, "STOP please": false, "stop.": false, "": false, "ayuda": false} {
		if got := CarrierKeyword(body); got != want {
			t.Errorf("CarrierKeyword(%q) = %v, want %v", body, got, want)
		}
	}
}

// TestEveryDefaultKeywordOfTwilioIsKnown against the list of the fact sheet, 5.1, and the FCC's words, 5.2.
func TestEveryDefaultKeywordOfTwilioIsKnown(t *testing.T) {
	sheet := string(reference(t, "twilio-compliance.md"))
	section := func(from, to string) string {
		_, rest, ok := strings.Cut(sheet, from)
		part, _, ok2 := strings.Cut(rest, to)
		if !ok || !ok2 {
			t.Fatalf("the sheet has no %q", from)
		}
		return part
	}
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
	}
	for _, c := range []struct {
		list []string
		want Keyword
	}{
		{words(section("Default on long codes (no setup): ", " → block")), KeywordStop},
		{slices.DeleteFunc(words(section("START, YES", "→ unblock")), func(s string) bool { return strings.TrimSpace(s) == "" }), KeywordStart},
		{words(section("Words that always count in a reply text: ", ". Other wording")), KeywordStop},
	} {
		if len(c.list) == 0 {
			t.Fatal("an empty list")
		}
		for _, w := range c.list {
			if got, ok := MatchKeyword(strings.TrimSpace(w)); got != c.want || !ok {
				t.Errorf("%q = %q %v, want %q", w, got, ok, c.want)
			}
		}
	}
}

func TestTheKeywordTableIsInItsPlainForm(t *testing.T) {
	for _, k := range keywords {
		if got, ok := MatchKeyword(k.word); got != k.means || !ok || k.source == "" || k.word != strings.ToLower(foldAccents(k.word)) {
			t.Errorf("%+v matches as %q %v", k, got, ok)
		}
	}
	if len(keywordOf) != len(keywords) {
		t.Error("a word stands in the table twice")
	}
}

// FuzzMatchKeyword: it never fails, and case, spaces and punctuation around never change what a message means.
func FuzzMatchKeyword(f *testing.F) {
	for _, s := range []string{"STOP", "stop\n\nSent from my iPhone", "İ", "ſtop", "\xffstop", "S.T.O.P", "no más", "yes"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, ok := MatchKeyword(body)
		if ok != (got != "") {
			t.Errorf("MatchKeyword(%q) = %q %v", body, got, ok)
		}
		if CarrierKeyword(body) && !ok && !strings.EqualFold(strings.TrimSpace(body), "yes") {
			t.Errorf("the carrier acts on %q and we do not", body)
		}
		if !ok || len(body) > 100 {
			return
		}
		for _, same := range []string{body + "!", " " + body + " ", "\"" + body} {
			if again, _ := MatchKeyword(same); again != got && !strings.ContainsAny(body, "\r\n") {
				t.Errorf("%q is %q, but %q is %q", body, got, same, again)
			}
		}
	})
}

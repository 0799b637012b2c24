package booking

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const link = "https://book.example.com/l/K7QX2M"

var bright = ComposeFacts{Now: due, Business: "Brightwater Home Services", Link: link, Mode: PrefilledLink}

func TestComposeLeavesAGoodTextAlone(t *testing.T) {
	const good = "Hi Dana, this is Brightwater Home Services. You can finish booking AC repair here: " + link + " Reply STOP to opt out."
	c, err := Compose(good, bright)
	if err != nil || c.Body != good || c.Segments != 1 || c.Encoding != GSM7 || c.Guilty != -1 || len(c.Findings) != 0 {
		t.Errorf("got %+v %v", c, err)
	}
}

func TestComposeMendsWhatATemplateForgot(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no name", "Finish here: " + link + " Reply STOP to opt out.", "Brightwater Home Services: Finish here: " + link + " Reply STOP to opt out."},
		{"no opt-out", "Brightwater Home Services: finish here: " + link, "Brightwater Home Services: finish here: " + link + " Reply STOP to opt out."},
		{"neither", link, "Brightwater Home Services: " + link + " Reply STOP to opt out."},
		{"the name in another case", "BRIGHTWATER home services, " + link + " reply stop to end", "BRIGHTWATER home services, " + link + " reply stop to end"},
		{"the name inside a word", "NotBrightwater Home Services " + link + " STOP to end", "Brightwater Home Services: NotBrightwater Home Services " + link + " STOP to end"},
		{"stop that is no opt-out", "Brightwater Home Services can stop by, see " + link, "Brightwater Home Services can stop by, see " + link + " Reply STOP to opt out."},
		{"stop that only looks like one", "Brightwater Home Services: the leak won't STOP. " + link, "Brightwater Home Services: the leak won't STOP. " + link + " Reply STOP to opt out."},
		{"curly quotes and dashes", "Brightwater Home Services – we’re “here”… " + link + " Reply STOP to opt out.", "Brightwater Home Services - we're \"here\"... " + link + " Reply STOP to opt out."},
		{"spaces and lines", "  Brightwater\u00a0Home  Services\r\n\r\n\r\n\tfinish: " + link + " \n Reply STOP to opt out.\n", "Brightwater Home Services\n\nfinish: " + link + "\nReply STOP to opt out."},
		{"control characters", "Brightwater Home Services\x00\x1b[31m " + link + "\x7f Text STOP to quit", "Brightwater Home Services [31m " + link + " Text STOP to quit"},
		{"marks of direction", "Brightwater Home Services \u202e" + link + "\u202c Reply STOP to opt out.", "Brightwater Home Services " + link + " Reply STOP to opt out."},
		{"letters made of two", "Brightwater Home Services: man\u0303ana, cafe\u0301 " + link + " Responda STOP para cancelar", "Brightwater Home Services: mañana, café " + link + " Responda STOP para cancelar"},
		{"a link that ends a sentence", "Brightwater Home Services. Finish at " + link + ". Reply STOP to opt out.", "Brightwater Home Services. Finish at " + link + ". Reply STOP to opt out."},
	} {
		got, err := Compose(c.in, bright)
		if err != nil || got.Body != c.want {
			t.Errorf("%s:\n got %q %v\nwant %q", c.name, got.Body, err, c.want)
		}
		if again, err := Compose(got.Body, bright); err != nil || again.Body != got.Body || len(again.Findings) != 0 {
			t.Errorf("%s: composing again changes it to %q %v", c.name, again.Body, err)
		}
	}
}

func TestComposeSaysWhatItMended(t *testing.T) {
	c, err := Compose(link, bright)
	if err != nil || len(c.Findings) != 2 {
		t.Fatalf("got %+v %v, want two findings", c, err)
	}
	for _, f := range c.Findings {
		if !f.At.Equal(due) || f.Check != CheckScriptError || f.Result != Pass || f.Fact == "" || f.Message == "" || f.Fix == "" {
			t.Errorf("incomplete finding %+v", f)
		}
	}
}

func TestComposeRefusesWhatCannotBeMended(t *testing.T) {
	for _, c := range []struct {
		name string
		in   string
		f    ComposeFacts
		want string
	}{
		{"nothing", "", bright, "text_empty text"},
		{"nothing but spaces and controls", " \x00\n\u200b ", bright, "text_empty text"},
		{"not UTF-8", "Hi \xff " + link, bright, "invalid_utf8 text"},
		{"no link", "Brightwater Home Services: come back. Reply STOP to opt out.", bright, "link_missing text"},
		{"a longer link", "Go to " + link + "9", bright, "link_missing text"},
		{"a link with a tail", "Go to " + link + "/evil", bright, "link_missing text"},
		{"a link with a query", "Go to " + link + "?x=1", bright, "link_missing text"},
		{"a link with a dotted tail", "Go to " + link + ".evil.example", bright, "link_missing text"},
		{"a link inside another", "Go to https://evil.example/?u=" + link, bright, "link_missing text"},
		{"a link required though the mode is not said", "Hi", ComposeFacts{Business: "B", Link: link}, "link_missing text"},
		{"too long", link + strings.Repeat(" a", 800), bright, "text_too_long text"},
		{"endless", strings.Repeat("a", 1<<20), bright, "text_too_long text"},
		{"a business without a name", "Hi " + link, ComposeFacts{Link: link, Business: " "}, "business_missing text"},
	} {
		got, err := Compose(c.in, c.f)
		expect(t, c.name, err, c.want)
		if err != nil && got.Body != "" {
			t.Errorf("%s: a refused text came back: %q", c.name, got.Body)
		}
	}
}

func TestAnAgentsFirstTextNeedsNoLink(t *testing.T) {
	c, err := Compose("Hi, this is Brightwater Home Services' automated assistant. Want me to set it up? Reply STOP to opt out.",
		ComposeFacts{Business: bright.Business, Link: link, Mode: AIAgent})
	if err != nil || len(c.Findings) != 0 {
		t.Errorf("got %+v %v", c, err)
	}
}

func TestALinkOfExactlyTheLongestTextPasses(t *testing.T) {
	pad := MaxBody - len("Brightwater Home Services: ") - len(link) - len(" Reply STOP to opt out.")
	body := link + " " + strings.Repeat("x", pad-1)
	if c, err := Compose(body, bright); err != nil || len(c.Body) != MaxBody {
		t.Errorf("got %d characters, %v", len(c.Body), err)
	}
	if _, err := Compose(body+"x", bright); err == nil {
		t.Error("one character more was taken")
	}
}

func TestPlainMendsTheSwappedAngleQuotes(t *testing.T) {
	if got := Plain("‹now› non‑breaking −5 so\u00adft"); got != "<now> non-breaking -5 soft" {
		t.Errorf("got %q", got)
	}
}

// FuzzCompose: whatever a script writes, a text that goes out names the business, says how to opt out, holds its link and
// fits; and composing is stable.
func FuzzCompose(f *testing.F) {
	for _, s := range []string{link, "Hi ‘Dana’ " + link, "\x00", "STOP to " + link, "Brightwater Home Services " + link + "\nReply\nSTOP", link + link + " " + link,
		"e\u0301\u0302 " + link, "\u200b " + link + "\u3000", strings.Repeat("😜", 400) + " " + link, " ` \u0302\u0303 " + link} {
		f.Add(s, "Brightwater Home Services")
	}
	f.Add(link, "Peña’s  Plumbing\n& Heating")
	f.Add(link, "\u0303")
	f.Fuzz(func(t *testing.T, proposed, business string) {
		facts := ComposeFacts{Now: due, Business: business, Link: link, Mode: PrefilledLink}
		c, err := Compose(proposed, facts)
		if err != nil {
			refusal(t, err)
			return
		}
		name := strings.Join(strings.Fields(Plain(business)), " ")
		switch {
		case !utf8.ValidString(c.Body), strings.ContainsFunc(c.Body, func(r rune) bool { return isControl(r) && r != '\n' }):
			t.Errorf("%q is not clean", c.Body)
		case !strings.Contains(strings.ToLower(c.Body), strings.ToLower(name)):
			t.Errorf("%q does not name %q", c.Body, name)
		case !hasLink(c.Body, link):
			t.Errorf("%q has no link", c.Body)
		case !saysOptOut(c.Body):
			t.Errorf("%q does not say how to opt out", c.Body)
		case units(c.Body) > MaxBody:
			t.Errorf("%d units", units(c.Body))
		case c.Body != strings.TrimSpace(c.Body) || strings.Contains(c.Body, "  "):
			t.Errorf("%q has spare spaces", c.Body)
		}
		if n, e, g := Segments(c.Body); n != c.Segments || e != c.Encoding || g != c.Guilty {
			t.Errorf("%q: counted as %d %s %d", c.Body, c.Segments, c.Encoding, c.Guilty)
		}
		if again, err := Compose(c.Body, facts); err != nil || again.Body != c.Body {
			t.Errorf("composing again: %q became %q, %v", c.Body, again.Body, err)
		}
	})
}

func TestOnlyAnInstructionSaysHowToOptOut(t *testing.T) {
	for text, want := range map[string]bool{
		"Reply STOP to opt out.": true, "Text STOP": true, "reply with the word 'stop' at any time": true, "STOP=end": true, "Txt STOP 2 end": true, "STOP to unsubscribe": true,
		"Not interested? Reply STOP": true, "If you don't want texts, reply STOP.": true, "If you do not want texts reply STOP to end": true, "Responda STOP para darse de baja.": true,
		"Env\u00ede STOP si no desea mensajes": true, "Reply STOP/HELP": true, "b.example/l/X Reply \"STOP\" anytime": true,
		"you need not text stop signs to us": false, "Pipes burst? Text STOP leaks to us": false, "Do not reply STOP to opt out": false, "don't text STOP": false,
		"no need to reply with STOP": false, "You do not have to text STOP to cancel": false, "No hace falta responder STOP": false, "never reply stop": false,
		"we can stop by": false, "send stop valve photos": false, "STOP": false, "": false,
	} {
		if got := saysOptOut(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

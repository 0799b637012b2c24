package scripts

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ordinary are facts as a real business has them: a name of 25 characters, a link of 60.
func ordinary() Facts {
	return Facts{
		Now:      time.Date(2026, 3, 10, 10, 0, 0, 0, time.FixedZone("EDT", -4*3600)),
		Link:     "https://book.brightwaterhome.com/l/9fK2mQ7xTq4LwZr8VbN3sYc1a",
		Business: Business{Name: "Brightwater Home Services", OfficePhone: "+16145550100", Timezone: "America/New_York"},
		Customer: Customer{FirstName: "Megan", LastName: "O'Hara", Phone: "+16145550142", Email: "megan@example.com"},
		Session:  Session{Service: "AC repair", Step: "time", Preferred: "Tuesday 2:30", Locale: "en-US"},
	}
}

func render(t testing.TB, f Facts) string {
	t.Helper()
	text, err := Render(t.Context(), FollowUpLink, f)
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	return text
}

func TestTheFollowUpIsANoticeOfOneSegment(t *testing.T) {
	const link, short = "https://book.brightwaterhome.com/l/9fK2mQ7xTq4LwZr8VbN3sYc1a", "https://rb.example.com/l/9fK2mQ7x"
	for _, tc := range []struct {
		name string
		edit func(*Facts)
		want string
	}{
		{"all is known", func(*Facts) {},
			"Hi Megan, your booking with Brightwater Home Services is not finished: " + link + " Reply STOP to opt out."},
		{"a short link leaves room for the service", func(f *Facts) { f.Link = short },
			"Hi Megan, your AC repair booking with Brightwater Home Services is not finished. You can continue here: " + short + " Reply STOP to opt out."},
		{"no name", func(f *Facts) { f.Customer.FirstName, f.Link = "", short },
			"Your AC repair booking with Brightwater Home Services is not finished. You can continue here: " + short + " Reply STOP to opt out."},
		{"neither name nor service", func(f *Facts) { f.Customer.FirstName, f.Session.Service, f.Link = "", "", short },
			"Your online booking with Brightwater Home Services is not finished. You can continue here: " + short + " Reply STOP to opt out."},
		{"a name outside the SMS alphabet", func(f *Facts) { f.Customer.FirstName = "Zoë" },
			"Your booking with Brightwater Home Services is not finished: " + link + " Reply STOP to opt out."},
		{"an accent the SMS alphabet has", func(f *Facts) { f.Customer.FirstName = "Renée" },
			"Hi Renée, your booking with Brightwater Home Services is not finished: " + link + " Reply STOP to opt out."},
		{"a curly apostrophe", func(f *Facts) { f.Business.Name = "Joe’s  Plumbing" },
			"Hi Megan, your booking with Joe's Plumbing is not finished: " + link + " Reply STOP to opt out."},
		{"Spanish", func(f *Facts) { f.Session.Locale, f.Link = "es-MX", short },
			"Hola Megan, su reserva con Brightwater Home Services no se ha completado: " + short + " Responda STOP para darse de baja."},
		{"Spanish, long link", func(f *Facts) { f.Session.Locale = "es" },
			"Su reserva con Brightwater Home Services no se ha completado: " + link + " Responda STOP para darse de baja."},
		{"Estonian is not Spanish", func(f *Facts) { f.Session.Locale = "est" },
			"Hi Megan, your booking with Brightwater Home Services is not finished: " + link + " Reply STOP to opt out."},
	} {
		f := ordinary()
		tc.edit(&f)
		got := render(t, f)
		if got != tc.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tc.name, got, tc.want)
		}
		if n, encoding, _ := booking.Segments(got); n != 1 || encoding != booking.GSM7 {
			t.Errorf("%s: %d segments of %s, want one of GSM-7: %s", tc.name, n, encoding, got)
		}
	}
}

// What the engine makes of the text must find nothing to mend in it.
func TestTheDefaultTextNeedsNoMending(t *testing.T) {
	for _, locale := range []string{"en-US", "es-MX"} {
		f := ordinary()
		f.Session.Locale = locale
		text := render(t, f)
		c, err := booking.Compose(text, booking.ComposeFacts{Business: f.Business.Name, Link: f.Link})
		if err != nil || c.Body != text || len(c.Findings) != 0 {
			t.Errorf("%s: composed %q with %+v, %v; want the text as it is: %s", locale, c.Body, c.Findings, err, text)
		}
	}
}

func TestWithoutBusinessOrLinkThereIsNoText(t *testing.T) {
	for _, tc := range []struct {
		edit func(*Facts)
		want string
	}{
		{func(f *Facts) { f.Business.Name = " \n " }, "business.name is missing"},
		{func(f *Facts) { f.Link = "" }, "link is missing"},
	} {
		f := ordinary()
		tc.edit(&f)
		text, err := Render(t.Context(), FollowUpLink, f)
		e, ok := errors.AsType[*Error](err)
		if text != "" || !ok || !strings.Contains(e.Message, tc.want) || e.Line == 0 || !strings.HasPrefix(err.Error(), "follow_up_link.lua:") {
			t.Errorf("render = %q, %v; want an error with its line that says %q", text, err, tc.want)
		}
	}
}

func TestALinkThatWouldNotArriveWholeIsRefused(t *testing.T) {
	for _, link := range []string{"book.example.com/l/x", "javascript:alert(1)", "https://example.com/a b", "https://example.com/\n",
		"https://exämple.com/", "https://example.com/" + strings.Repeat("x", 600)} {
		f := ordinary()
		f.Link = link
		text, err := Render(t.Context(), FollowUpLink, f)
		if e, ok := errors.AsType[*FactError](err); text != "" || !ok || e.Field != "link" {
			t.Errorf("link %.40q: render = %q, %v; want a FactError about the link", link, text, err)
		}
	}
}

func TestOnlyEmbeddedScriptsRun(t *testing.T) {
	for _, name := range []string{"", "agent_of_mine", "follow_up_link.lua", "../secrets", strings.Repeat("x", 10_000)} {
		text, err := Render(t.Context(), name, ordinary())
		e, ok := errors.AsType[*booking.Error](err)
		if text != "" || !ok || e.Code != "script_not_available" || e.Class != booking.NotFound {
			t.Fatalf("%.40q: render = %q, %v; want script_not_available", name, text, err)
		}
		if !strings.Contains(e.Hint, FollowUpLink) || !strings.Contains(e.Hint, "walls") || len(e.Message) > 300 {
			t.Errorf("%.40q: the refusal must name what there is and why the rest is refused: %v", name, e)
		}
	}
	if source, err := Source(FollowUpLink); err != nil || !strings.Contains(source, "function render(ctx)") {
		t.Errorf("source = %.40q, %v", source, err)
	}
	if _, err := Source("other"); err == nil {
		t.Error("a script that is not embedded has a source")
	}
}

func TestAnEndedContextEndsTheRender(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("shutting down")
	cancel(why)
	if text, err := Render(ctx, FollowUpLink, ordinary()); text != "" || !errors.Is(err, why) {
		t.Errorf("render = %q, %v; want the cause", text, err)
	}
}

func TestRendersAtTheSameTimeDoNotMix(t *testing.T) {
	names := []string{"Megan", "Theo", "Priya", "Sam", "Mia", "Gus", "Lex", "Ali"}
	var running sync.WaitGroup
	for _, name := range names {
		running.Go(func() {
			f := ordinary()
			f.Customer.FirstName = name
			want := render(t, f)
			if !strings.HasPrefix(want, "Hi "+name+",") {
				t.Errorf("text for %s: %s", name, want)
			}
			for range 50 {
				if got := render(t, f); got != want {
					t.Errorf("equal facts gave %q and %q", want, got)
				}
			}
		})
	}
	running.Wait()
}

// hostile are values a stranger may type into any field.
var hostile = []string{
	"", " ", "%", "%s%d%n", "%1", "(", "[", ".*", "^$", "]]", "\"..os.exit()..\"", "\\", "\x00", "a\nb", "a\r\nb", "\u2028",
	"😜", "👩‍👩‍👧‍👦", "🇮🇹", "e\u0301\u0301\u0301", "\u202e moc.live", "日本", "مريم", "\xff\xfe", "\xed\xa0\x80",
	strings.Repeat("A", 10<<10), strings.Repeat("(", 10<<10), strings.Repeat("é", 5000), strings.Repeat("a ", 5000),
	"http://evil.example", "evil.com", "evil．com", "evil。com", "https://evil.com/x", "x@evil.com", "bit.ly/abc", "evil dot com",
	"Call 614-555-0199", "6145550199", "$50", "50% off", "Ann, you won", "Ann! Click now", "You owe us money call back today",
	"STOP", "nil", "ctx.link", "{link}", "{{link}}", "<b>Ann</b>", "Ann;", "Ann:", "Ann's", "O'", "-Ann", "A--B",
}

func TestEveryDefaultBearsEveryFact(t *testing.T) {
	for _, script := range Names() {
		for _, value := range hostile {
			for _, locale := range []string{"en", "es-US", value} {
				f := ordinary()
				f.Customer = Customer{FirstName: value, LastName: value, Email: value, Phone: value}
				f.Session = Session{Service: value, Step: value, Preferred: value, Locale: locale}
				text, err := Render(t.Context(), script, f)
				if err != nil {
					t.Fatalf("%s with %.40q: %v", script, value, err)
				}
				if n, _, _ := booking.Segments(text); n != 1 || !utf8.ValidString(text) {
					t.Errorf("%s with %.40q: %d segments: %s", script, value, n, text)
				}
				if strings.Count(text, f.Link) != 1 || !strings.Contains(text, f.Business.Name) || !strings.Contains(text, "STOP") {
					t.Errorf("%s with %.40q lacks link, business or opt-out: %s", script, value, text)
				}
			}
		}
	}
}

// FuzzRender: whatever is typed, there is a text; and with an ordinary business and link nothing in it that a stranger could
// use to point somewhere else or to name a price.
func FuzzRender(f *testing.F) {
	for _, value := range hostile {
		f.Add(value, value, value, "en")
	}
	house := strings.NewReplacer(ordinary().Link, "", "finished:", "", "completado:", "", "finished.", "", "completado.", "",
		"here:", "", "enlace:", "", "out.", "", "baja.", "")
	f.Fuzz(func(t *testing.T, name, service, business, locale string) {
		facts := ordinary()
		facts.Customer.FirstName, facts.Session.Service, facts.Session.Locale = name, service, locale
		if rest := house.Replace(render(t, facts)); strings.ContainsAny(rest, ".@$%!?\\<>{}[]_~|^*#;=\n") || strings.Contains(rest, ": ") {
			t.Fatalf("what a stranger typed left its mark: %q", rest)
		}
		facts.Business.Name = business
		text, err := Render(t.Context(), FollowUpLink, facts)
		switch {
		case line(business) == "":
			if err == nil {
				t.Fatalf("a text without a business: %q", text)
			}
		case err != nil:
			t.Fatal(err)
		case !utf8.ValidString(text) || !strings.Contains(text, facts.Link) || !strings.Contains(text, line(business)):
			t.Fatalf("text = %q", text)
		}
	})
}

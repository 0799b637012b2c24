package scripts

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
)

// ordinary are facts as a real business has them: a name of 25 characters, a link of 60.
func ordinary() Facts {
	f := Sample()
	f.Link = "https://book.brightwaterhome.com/l/9fK2mQ7xTq4LwZr8VbN3sYc1a"
	return f
}

// inBox runs scripts in this process.
func inBox(_ context.Context, c box.Call) (box.Result, error) { return box.Run(c), nil }

// try tries a source on facts, with the built-in modules that it loads.
func try(t testing.TB, source string, f Facts) Tried {
	t.Helper()
	ctx, err := f.Ctx()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Try(t.Context(), inBox, box.Call{Script: "try", Source: source, Modules: modulesOf(source), Ctx: ctx}, SampleAnswer)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// modulesOf gives the built-in modules that a source loads, and those that they load.
func modulesOf(source string) map[string]string {
	all := map[string]string{}
	for wanted := Requires(source); len(wanted) > 0; wanted = wanted[1:] {
		if m, ok := BuiltIn(wanted[0]); ok && all[wanted[0]] == "" {
			all[wanted[0]] = m.Source
			wanted = append(wanted, Requires(m.Source)...)
		}
	}
	return all
}

func builtIn(t testing.TB, name string) string {
	t.Helper()
	v, ok := BuiltIn(name)
	if !ok {
		t.Fatalf("%s is not built in", name)
	}
	return v.Source
}

func render(t testing.TB, f Facts) string {
	t.Helper()
	got := try(t, builtIn(t, FollowUpLink), f)
	if got.Err != nil {
		t.Fatalf("render: %+v", got.Err)
	}
	return got.Text
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
		got := try(t, builtIn(t, FollowUpLink), f)
		if got.Err == nil || !strings.Contains(got.Err.Message, tc.want) || got.Err.Line == 0 {
			t.Errorf("got %+v, want an error with its line that says %q", got, tc.want)
		}
	}
}

func TestALinkThatWouldNotArriveWholeIsRefused(t *testing.T) {
	for _, link := range []string{"book.example.com/l/x", "javascript:alert(1)", "https://example.com/a b", "https://example.com/\n",
		"https://exämple.com/", "https://example.com/" + strings.Repeat("x", 600)} {
		f := ordinary()
		f.Link = link
		_, err := f.Ctx()
		if e, ok := errors.AsType[*FactError](err); !ok || e.Field != "link" {
			t.Errorf("link %.40q: %v; want a FactError about the link", link, err)
		}
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

// What a built-in script is said to be is what it turns out to be when it is tried.
func TestTheKindOfADefaultIsWhatItDefines(t *testing.T) {
	for _, script := range Names() {
		v, _ := BuiltIn(script)
		if got := try(t, v.Source, ordinary()); got.Err != nil || got.Kind != v.Kind {
			t.Errorf("%s is called %s, and is %s (%+v)", script, v.Kind, got.Kind, got.Err)
		}
	}
}

func TestEveryDefaultBearsEveryFact(t *testing.T) {
	for _, script := range []string{FollowUpLink, Agent} {
		source := builtIn(t, script)
		for _, value := range hostile {
			for _, locale := range []string{"en", "es-US", value} {
				f := ordinary()
				f.Customer = Customer{FirstName: value, LastName: value, Email: value, Phone: value}
				f.Session = Session{Service: value, Step: value, Preferred: value, Locale: locale}
				got := try(t, source, f)
				if got.Err != nil {
					t.Fatalf("%s with %.40q: %+v", script, value, got.Err)
				}
				text := got.Text
				if got.Proposal != nil {
					text = got.Proposal.Say
				}
				if n, _, _ := booking.Segments(text); n != 1 || !utf8.ValidString(text) {
					t.Errorf("%s with %.40q: %d segments: %s", script, value, n, text)
				}
				if script == FollowUpLink && strings.Count(text, f.Link) != 1 || script == Agent && !strings.Contains(text, "automated") ||
					!strings.Contains(text, f.Business.Name) || !strings.Contains(text, "STOP") {
					t.Errorf("%s with %.40q lacks link, business or opt-out: %s", script, value, text)
				}
			}
		}
	}
}

// What it does not understand twice, it does not guess: a person takes over.
func TestTheDefaultAgentHandsOverWhatItCannotAnswer(t *testing.T) {
	f := ordinary()
	f.Event = Event{Kind: "text", Text: "purple elephants"}
	got := try(t, builtIn(t, Agent), f)
	if got.Proposal == nil || got.Proposal.HandOff != "" || got.Proposal.Say == "" {
		t.Fatalf("got %+v", got)
	}
	f.Memory = got.Proposal.Memory
	got = try(t, builtIn(t, Agent), f)
	if got.Proposal == nil || got.Proposal.HandOff == "" || got.Proposal.Say == "" {
		t.Errorf("got %+v", got)
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
		got := try(t, builtIn(t, FollowUpLink), facts)
		text := got.Text
		switch {
		case line(business) == "":
			if got.Err == nil {
				t.Fatalf("a text without a business: %q", text)
			}
		case got.Err != nil:
			t.Fatalf("%+v", got.Err)
		case !utf8.ValidString(text) || !strings.Contains(text, facts.Link) || !strings.Contains(text, line(business)):
			t.Fatalf("text = %q", text)
		}
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// story plays a sample visitor against a running daemon, over its API and nothing else, and tells what happens.
type story struct {
	out   *paint
	api   *client.Client
	base  string // origin of the daemon
	key   string
	now   func() time.Time
	delay time.Duration
	began time.Time
}

const (
	demoScheduler = "website"
	demoPhone     = "(614) 555-0142"
	demoE164      = "+16145550142"
	demoConsent   = "Text me about my booking. Message and data rates may apply. Reply STOP to opt out."
)

func newStory(h *house, out *paint, delay time.Duration) *story {
	base, key := localURL(h.addr.String()), h.key.Secret
	return &story{out: out, api: newClient(base, key), base: base, key: key, now: h.p.now, delay: delay}
}

// introduce says what this is, and where.
func (s *story) introduce(dir string) {
	o := s.out
	o.printf("\n  %s  %s\n\n", o.bold("Rebook "+release), o.dim("demo: nothing is really sent"))
	o.printf("  A sample business, Brightwater Home Services, in a throw-away directory. Two things differ from\n")
	o.printf("  real life: its follow-up goes out %s after a visitor left and not 15 minutes, and its hours\n", seconds(s.delay))
	o.printf("  are opened to the whole day, so that you see a text at 3 a.m. on a Sunday too (it is %s now).\n\n",
		s.now().Format("Mon 15:04"))
	for _, row := range [][2]string{
		{"API", s.base}, {"Key", s.key}, {"Texts", s.base + "/v1/simulator/messages"}, {"Data", dir},
	} {
		o.printf("    %-7s %s\n", row[0], o.cyan(row[1]))
	}
}

// play lets a visitor come and go, waits for the text, and shows it with its reasons.
func (s *story) play(ctx context.Context) error {
	session, err := s.visit(ctx)
	if err != nil {
		return notSo("the demo could not report its session: %s", why(err))
	}
	if err := s.await(ctx, session); err != nil {
		return err
	}
	if err := s.showText(ctx); err != nil {
		return err
	}
	return s.showTrace(ctx, session)
}

// say tells one step of the story with its time.
func (s *story) say(mark, what, more string) {
	o := s.out
	o.over("")
	o.printf("  %s  %s %s %s\n", o.dim(fmt.Sprintf("%6.1f s", s.now().Sub(s.began).Seconds())), mark, o.bold(fmt.Sprintf("%-9s", what)), more)
}

// visit is a customer who begins a booking and leaves.
func (s *story) visit(ctx context.Context) (session string, err error) {
	o := s.out
	o.heading("A visitor on the booking page")
	s.began = s.now()
	pace := min(1200*time.Millisecond, s.delay/4)
	steps := []struct {
		mark, what, more string
		event            wire.Event
	}{
		{o.cyan("●"), "started", "the booking page is opened", wire.Event{Event: "started"}},
		{o.cyan("●"), "service", "AC repair, tomorrow morning", wire.Event{
			Event: "progress", Step: "service", Service: "AC repair", Preferred: "tomorrow morning"}},
		{o.cyan("●"), "contact", "Maya Torres, " + demoPhone + ", ticks " + o.dim("“"+demoConsent[:28]+"…”"), wire.Event{
			Event: "progress", Step: "contact",
			Customer: wire.Customer{FirstName: "Maya", LastName: "Torres", Phone: demoPhone},
			Consent:  &wire.Consent{SMS: true, Text: demoConsent}}},
		{o.yellow("●"), "left", "the page is closed, nothing is booked", wire.Event{Event: "abandoned"}},
	}
	for i, step := range steps {
		if i > 0 && !sleep(ctx, pace) {
			return "", ctx.Err()
		}
		step.event.Scheduler, step.event.Session = demoScheduler, "demo-visitor"
		step.event.PageURL = "https://brightwater.example/book"
		tracked, err := s.api.Sessions.Report(ctx, step.event)
		if err != nil {
			return "", err
		}
		session = tracked.Session
		s.say(step.mark, step.what, step.more)
	}
	return session, nil
}

// await waits for the follow-up.
func (s *story) await(ctx context.Context, session string) error {
	o, told := s.out, false
	deadline := s.now().Add(s.delay + 30*time.Second)
	for {
		v, err := s.api.Sessions.Get(ctx, session)
		if err != nil {
			return notSo("the demo could not read its session: %s", why(err))
		}
		f := v.FollowUp
		if !told && !f.DueAt.IsZero() {
			s.say(o.dim("◷"), "due", "at "+f.DueAt.Local().Format("15:04:05")+o.dim(", on disk: a crash changes nothing"))
			told = true
		}
		switch state := booking.FollowUpState(f.State); {
		case state == booking.FollowUpSent:
			s.say(o.green("✔"), "sent", fmt.Sprintf("%d ms after its time", f.SentAt.Sub(f.DueAt).Milliseconds()))
			return nil
		case state == booking.FollowUpWithheld:
			_ = s.showTrace(ctx, session)
			return notSo("the text was withheld by the check %s; the table above says why", f.WithheldBy)
		case s.now().After(deadline):
			return notSo("no text came within %s; the session's follow-up is %q", s.delay+30*time.Second, f.State)
		}
		if left := f.DueAt.Sub(s.now()); told && left > 0 {
			o.over("  %s  %s %s", o.dim(fmt.Sprintf("%6.1f s", s.now().Sub(s.began).Seconds())), o.dim("…"), o.dim(fmt.Sprintf("%.0f s to go", left.Seconds())))
		}
		if !sleep(ctx, min(100*time.Millisecond, s.delay/10)) {
			return ctx.Err()
		}
	}
}

// showText shows the text as it arrived at the simulated phone.
func (s *story) showText(ctx context.Context) error {
	var texts []simulator.Message
	for m, err := range s.api.Simulator.AllMessages(ctx, client.Page{}) {
		if err != nil {
			return notSo("the simulator's messages cannot be read: %s", why(err))
		}
		if m.Direction == simulator.Outbound && m.To == demoE164 {
			texts = append(texts, m)
		}
	}
	if len(texts) != 1 {
		return notSo("the simulator has %d texts for the visitor, want exactly one", len(texts))
	}
	s.out.heading("The text on Maya's phone")
	m := texts[0]
	s.out.text(m)
	return nil
}

// text draws a text as it arrived.
func (o *paint) text(m simulator.Message) {
	lines := []string{"from " + string(m.From) + "   " + m.At.Local().Format("15:04:05"), ""}
	o.box(append(lines, wrap(m.Body, 66)...))
}

// showTrace shows every check that was made, in order.
func (s *story) showTrace(ctx context.Context, session string) error {
	trace, err := s.api.Sessions.Trace(ctx, session)
	if err != nil {
		return notSo("the trace cannot be read: %s", why(err))
	}
	if len(trace) == 0 {
		return errors.New("the trace is empty")
	}
	o := s.out
	o.heading("Why: every check before it went out")
	for _, f := range trace {
		o.finding(f)
	}
	return nil
}

// finding is a line of the trace: what was found and, where there is room, by which rule. A check that did not pass says
// all that it knows.
func (o *paint) finding(f wire.Finding) {
	mark := map[booking.Result]string{booking.Pass: o.green("✔"), booking.Wait: o.yellow("◷"), booking.Stop: o.red("✘")}[booking.Result(f.Result)]
	name := o.bold(fmt.Sprintf("%-18s", f.Check))
	if booking.Result(f.Result) == booking.Pass && f.Fact != "" {
		fact := f.Fact
		if f.Setting != "" && utf8.RuneCountInString(fact) < 64 {
			fact = fmt.Sprintf("%-64s ", fact) + o.dim(f.Setting)
		}
		o.printf("  %s %s %s\n", mark, name, fact)
		return
	}
	lines := wrap(f.Message, 76)
	for _, l := range wrap(f.Fact, 76) {
		lines = append(lines, o.dim(l))
	}
	if f.Fix != "" {
		lines = append(lines, wrap("→ "+f.Fix, 76)...)
	}
	o.printf("  %s %s %s\n", mark, name, lines[0])
	for _, l := range lines[1:] {
		o.printf("  %21s%s\n", "", l)
	}
}

// seconds writes a short duration for people: "15 seconds".
func seconds(d time.Duration) string {
	if d == time.Second {
		return "1 second"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " seconds"
}

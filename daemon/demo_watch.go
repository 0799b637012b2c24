package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// invite says where to go.
func (s *story) invite(dir string, at *api.Demo) {
	o := s.out
	root, _, _ := strings.Cut(at.Book, "/book/")
	o.printf("\n  %s  %s\n\n", o.bold("Rebook "+release), o.dim("demo: nothing is really sent"))
	o.printf("  Open the booking page, type a name, a phone number and a job, tick the box about texts, and leave.\n")
	o.printf("  %s later (in real life 15 minutes) the text arrives, here and on the phone beside the page.\n\n", seconds(s.delay))
	for _, row := range [][3]string{
		{"Booking page", at.Book, ""},
		{"with a phone", root + "/demo", "the same page with the visitor's phone beside it"},
		{"Other site", at.Shop, "a plain form on another origin that only embeds widget.js"},
		{"Phone", root + "/simulator/phone", "answer there, STOP for example"},
	} {
		o.printf("    %-13s %s  %s\n", row[0], o.cyan(row[1]), o.dim(row[2]))
	}
	o.printf("\n    %-13s %s  %s\n", "API", o.cyan(s.base), o.dim("key "+s.key))
	o.printf("    %-13s %s\n\n", "Data", o.dim(dir+" until Ctrl-C"))
	o.printf("  Two things differ from real life: the delay, and hours that are opened to the whole day, so that you see a\n")
	o.printf("  text at 3 a.m. on a Sunday too. `rebook demo -once` plays a visitor for you.\n")
	o.heading("What happens")
}

// seen is what was told of a session already.
type seen struct {
	who, service             string
	left                     time.Time
	consent, clicked, booked bool
	state                    booking.FollowUpState
}

// watch tells what visitors do and what comes of it, until ctx ends or the daemon fails.
func (s *story) watch(ctx context.Context, failed <-chan error) error {
	s.began = s.now()
	told, texts := map[string]seen{}, 0
	for {
		if err := s.look(ctx, told, &texts); err != nil && ctx.Err() == nil {
			return notSo("the demo cannot read its sessions: %s", why(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// look reads all sessions and texts, and tells what is new.
func (s *story) look(ctx context.Context, told map[string]seen, texts *int) error {
	list, err := s.api.Sessions.List(ctx, client.SessionQuery{Page: client.Page{Limit: 1000}})
	if err != nil {
		return err
	}
	next := time.Time{}
	for _, v := range list.Items {
		was := told[v.ID]
		is := s.tell(was, v)
		told[v.ID] = is
		if f := v.FollowUp; f.State == string(booking.FollowUpDue) && (next.IsZero() || f.DueAt.Before(next)) {
			next = f.DueAt
		}
		if is.state != was.state && is.state == booking.FollowUpWithheld && v.FollowUp.WithheldBy != string(booking.CheckCompleted) {
			if err := s.showWithheld(ctx, v.ID); err != nil {
				return err
			}
		}
		if is.booked && !was.booked {
			if err := s.count(ctx); err != nil {
				return err
			}
		}
	}
	if left := next.Sub(s.now()); !next.IsZero() && left > 0 {
		s.out.over("  %s  %s", s.clock(), s.out.dim(fmt.Sprintf("◷ the text goes out in %.0f s", left.Seconds())))
	}
	return s.lookAtTexts(ctx, texts)
}

// tell says what is new of one session.
func (s *story) tell(was seen, v wire.Session) seen {
	o := s.out
	is := seen{who: strings.TrimSpace(v.Customer.FirstName + " " + v.Customer.LastName + "  " + v.Customer.Phone), service: v.Service,
		left: v.AbandonedAt, consent: v.Consent != nil && v.Consent.SMS, clicked: !v.ClickedAt.IsZero(), booked: !v.CompletedAt.IsZero(),
		state: booking.FollowUpState(v.FollowUp.State)}
	if was == (seen{}) {
		s.say(o.cyan("●"), "opened", "the page of "+v.Scheduler+o.dim("  session "+v.ID[len(v.ID)-6:]))
	}
	if is.service != "" && is.service != was.service {
		s.say(o.cyan("●"), "job", is.service)
	}
	if is.who != was.who && v.Phone != "" {
		s.say(o.cyan("●"), "contact", is.who)
	}
	if is.consent && !was.consent {
		s.say(o.cyan("●"), "consent", "ticked "+o.dim("“"+clipped(v.Consent.Text, 60)+"”"))
	}
	if is.clicked && !was.clicked {
		s.say(o.green("●"), "clicked", "the link; the page is as it was left")
	}
	switch {
	case is.booked && !was.booked && v.Status == string(booking.StatusRecovered):
		s.say(o.green("✔"), "recovered", "booked after the text: won back")
	case is.booked && !was.booked:
		s.say(o.green("✔"), "booked", "without a text; none goes out")
	case !is.left.IsZero() && is.left != was.left && is.state == booking.FollowUpDue:
		s.say(o.yellow("●"), "left", "nothing is booked; the text is due at "+v.FollowUp.DueAt.Local().Format("15:04:05")+o.dim(", on disk: a crash changes nothing"))
	case is.left.IsZero() && !was.left.IsZero() && !is.booked:
		s.say(o.cyan("●"), "returned", "nothing is due any more")
	}
	return is
}

// showWithheld says why no text goes out.
func (s *story) showWithheld(ctx context.Context, session string) error {
	trace, err := s.api.Sessions.Trace(ctx, session)
	if err != nil {
		return err
	}
	s.say(s.out.red("✘"), "withheld", "no text, and this is why:")
	for _, f := range trace {
		if f.Result == string(booking.Stop) {
			s.out.finding(f)
		}
	}
	return nil
}

// lookAtTexts shows texts that are new, with their words.
func (s *story) lookAtTexts(ctx context.Context, shown *int) error {
	texts, err := client.Collect(s.api.Simulator.AllMessages(ctx, client.Page{}))
	if err != nil {
		return err
	}
	for _, m := range texts[min(*shown, len(texts)):] {
		if m.Direction == simulator.Inbound {
			s.say(s.out.cyan("◂"), "answer", string(m.From)+" wrote: "+clipped(m.Body, 80))
			continue
		}
		s.say(s.out.green("✔"), "text", "to "+string(m.To))
		s.out.text(m)
	}
	*shown = len(texts)
	return nil
}

// count is the report so far.
func (s *story) count(ctx context.Context) error {
	r, err := s.api.Reports.Funnel(ctx, client.FunnelQuery{})
	if err != nil {
		return err
	}
	s.say(s.out.dim("Σ"), "report", fmt.Sprintf("sessions %d, texted %d, clicked %d, booked %d, of these recovered %d", r.Sessions, r.Texted, r.Clicked, r.Booked, r.Recovered))
	return nil
}

// clock is the time since the demo began.
func (s *story) clock() string {
	return s.out.dim(fmt.Sprintf("%6.1f s", s.now().Sub(s.began).Seconds()))
}

// clipped shortens what a visitor typed to n runes, without what would move the cursor.
func clipped(text string, n int) string {
	runes := []rune(wire.OneLine(text))
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return string(runes)
}

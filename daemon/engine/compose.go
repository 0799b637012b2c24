package engine

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
)

// composed is a text ready to be claimed.
type composed struct {
	body     string
	segments int
	token    string
	template string
	findings []booking.Finding
}

// defaultTemplate is the embedded template of the prefilled link.
const defaultTemplate = "follow_up_link"

// compose has the template write the text and makes it fit to be sent. A template that fails never loses the follow-up: the
// default text is sent, and the trace says so.
func (e *Engine) compose(ctx context.Context, now time.Time, f booking.Facts) (composed, error) {
	c := composed{token: newToken(), template: defaultTemplate}
	facts := e.scriptFacts(now, f, c.token)
	want := scriptOf(f.Scheduler)
	body, err := e.write(ctx, want, facts, f)
	if err == nil {
		c.template, c.body, c.segments, c.findings = want, body.Body, body.Segments, body.Findings
		return c, nil
	}
	e.stats.fallbacks.Add(1)
	e.log.Warn("a script failed and the default text is sent instead", "script", want, "err", err)
	c.findings = []booking.Finding{{
		At: now, Check: booking.CheckScriptError, Result: booking.Pass, Fact: "script " + want + ": " + err.Error(),
		Setting: "follow_up.template", Message: "The script failed, so the default text goes out.",
		Fix: "mend the script or choose another one",
	}}
	if body, err = e.write(ctx, defaultTemplate, facts, f); err != nil {
		return c, err
	}
	c.body, c.segments, c.findings = body.Body, body.Segments, append(c.findings, body.Findings...)
	return c, nil
}

// scriptOf names the script that writes a scheduler's first text.
func scriptOf(s *booking.Scheduler) string {
	if s.FollowUp.Mode == booking.AIAgent {
		return cmp.Or(s.FollowUp.Agent, "agent")
	}
	return cmp.Or(s.FollowUp.Template, defaultTemplate)
}

// write renders one script and composes the text that would go out.
func (e *Engine) write(ctx context.Context, script string, facts scripts.Facts, f booking.Facts) (booking.Composed, error) {
	said, err := e.o.Render(ctx, script, facts)
	if err != nil {
		return booking.Composed{}, err
	}
	return booking.Compose(said, booking.ComposeFacts{Now: facts.Now, Business: f.Account.Name, Link: facts.Link, Mode: booking.PrefilledLink})
}

// scriptFacts is what a template may know.
func (e *Engine) scriptFacts(now time.Time, f booking.Facts, token string) scripts.Facts {
	s := f.Session
	return scripts.Facts{
		Now:  now,
		Link: e.o.PublicURL + "/l/" + token,
		Business: scripts.Business{
			Name: f.Account.Name, OfficePhone: f.Account.OfficePhone, EmergencyPhone: f.Account.EmergencyPhone,
			Timezone: f.Scheduler.Zone(f.Account),
		},
		Customer: scripts.Customer{
			FirstName: s.Customer.FirstName, LastName: s.Customer.LastName, Email: s.Email, Phone: string(s.Phone),
		},
		Session: scripts.Session{Service: listed(f.Scheduler.Services, s.Service), Step: s.Step, Preferred: s.Preferred, Locale: s.Locale},
	}
}

// listed gives the service as the scheduler's own list spells it. What a page reports under another name is not repeated to
// the customer: a stranger may have typed it together with somebody else's number.
func listed(services []booking.Service, said string) string {
	for _, s := range services {
		if strings.EqualFold(s.Name, strings.TrimSpace(said)) {
			return s.Name
		}
	}
	return ""
}

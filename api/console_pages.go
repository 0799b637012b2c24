package api

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The pages of the console that show: each gathers in one snapshot what its template tells.

// sessionRow is a session in a list.
type sessionRow struct {
	ID, Name, Phone, Service, Step string
	Status, State                  string // the word as it is stored, and as people say it
	At                             string // when it was last heard of
	Plan                           string // when its text is planned
	Why                            string // what holds the text, in one sentence
	Fix                            string
}

func (v shell) sessionRow(s booking.Session) sessionRow {
	return sessionRow{ID: string(s.ID), Name: cmp.Or(fullName(s.Customer), word("customer.unnamed")), Phone: shownPhone(string(s.Phone)), Service: s.Service, Step: s.Step,
		Status: string(s.Status), State: word("status." + string(s.Status)), At: v.At(s.SeenAt)}
}

func fullName(c booking.Customer) string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }

// told finds the sentence of the check that ruled.
func told(trail []booking.Finding, check booking.Check) (message, fix string) {
	for _, f := range trail {
		if f.Check == check && f.Result != booking.Pass {
			message, fix = f.Message, inConsole(f.Fix)
		}
	}
	return message, fix
}

// why tells what withheld a session's text.
func (c *call) why(s *storage.Snapshot, x booking.Session) (message, fix string, err error) {
	if x.FollowUp.WithheldBy == "" {
		return "", "", nil
	}
	trail, err := s.Trace(c.who.Account, x.ID)
	message, fix = told(trail, x.FollowUp.WithheldBy)
	return message, fix, err
}

type sessionsPage struct {
	Items    []sessionRow
	Statuses []choice
	Query    string
	Older    string // the address of the next page
	Filtered bool
}

type choice struct {
	Value, Label string
	Chosen       bool
}

const consoleRows = 50

func (c *call) showSessions() (any, error) {
	q, status := strings.TrimSpace(c.f.Query("q")), booking.Status(c.f.Query("status"))
	if !slices.Contains(booking.Statuses, status) {
		status = ""
	}
	if len(q) > 200 {
		q = ""
	}
	before := booking.SessionID(c.f.Query("before"))
	var v shell
	p := sessionsPage{Query: q, Filtered: q != "" || status != ""}
	for _, st := range booking.Statuses {
		p.Statuses = append(p.Statuses, choice{string(st), word("status." + string(st)), st == status})
	}
	err := c.view(func(s *storage.Snapshot) (err error) {
		p.Items, p.Older = nil, ""
		if v, err = c.shellFor(s, word("nav.sessions"), "sessions"); err != nil {
			return err
		}
		f := search{s, c.who.Account, status}
		var items []booking.Session
		more := false
		if q != "" {
			items, more, err = f.newestOf(q, before, consoleRows)
		} else {
			items, more, err = f.newest(before, consoleRows)
		}
		if err != nil {
			return err
		}
		for _, x := range items {
			row := v.sessionRow(x)
			if x.FollowUp.State == booking.FollowUpDue || x.FollowUp.State == booking.FollowUpWaiting {
				row.Plan = v.Span(x.FollowUp.DueAt)
			}
			p.Items = append(p.Items, row)
		}
		if more {
			p.Older = "/console/sessions?" + url.Values{"q": {q}, "status": {string(status)}, "before": {string(items[len(items)-1].ID)}}.Encode()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = before == "", p
	return c.html(ok, "sessions", v)
}

type sessionPage struct {
	Row         sessionRow
	Verdict     string // why not, or when, in one sentence
	VerdictFix  string
	Typed       []pair
	Steps       []pair // what happened, in order
	Trace       []traceRow
	Text        string
	TextState   string
	Thread      string // the address of the conversation
	Booking     string // of its booking's page
	MayHandle   bool
	MayResend   bool
	MaySave     bool // it was left, so there is something to test
	Travel      travelPart
	HandledNote string
}

type pair struct{ Label, Value string }

type traceRow struct{ At, Check, Result, Message, Fact, Setting, Fix string }

func (v shell) traceRows(trail []booking.Finding) (rows []traceRow) {
	for _, f := range trail {
		rows = append(rows, traceRow{v.At(f.At), word("gate." + string(f.Check)), string(f.Result), f.Message, f.Fact, f.Setting, inConsole(f.Fix)})
	}
	return rows
}

func (c *call) showSession() (any, error) { return c.sessionPage(ok, nil) }

func (c *call) sessionPage(status int, problem error) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	var v shell
	var p sessionPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		p = sessionPage{}
		if v, err = c.shellFor(s, word("session.title"), "sessions"); err != nil {
			return err
		}
		x, err := c.session(s, id)
		if err != nil {
			return err
		}
		p.Row = v.sessionRow(x)
		v.Title = p.Row.Name
		p.Typed, p.Steps = v.typed(x), v.steps(x)
		if x.Booked.Booking != "" {
			p.Booking = bookingPath(x.Booked.Booking)
		}
		trail, err := s.Trace(c.who.Account, x.ID)
		if err != nil {
			return err
		}
		p.Trace = v.traceRows(trail)
		if x.FollowUp.Attempt != "" {
			a, err := s.Attempt(c.who.Account, x.FollowUp.Attempt)
			if err != nil {
				return err
			}
			if a != nil && a.Body != "" {
				p.Text, p.TextState = a.Body, engine.Delivered{Attempt: a}.Status()
			}
		}
		p.Verdict, p.VerdictFix, err = c.verdict(s, v, x, trail)
		if err != nil || x.Phone == "" {
			return err
		}
		p.MayHandle = v.MayWork && x.HandledAt.IsZero() && x.CompletedAt.IsZero()
		p.MaySave = !x.AbandonedAt.IsZero()
		p.MayResend = v.MayWork && x.FollowUp.State == booking.FollowUpUnknown
		t, err := s.Thread(c.who.Account, x.Phone)
		if t != nil {
			p.Thread = "/console/inbox/" + url.PathEscape(string(x.Phone))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.Travel, err = c.travelPart(v, id); err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, "/console/sessions/"+url.PathEscape(id), p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "session", v)
}

// verdict answers "why not?" in one sentence.
func (c *call) verdict(s *storage.Snapshot, v shell, x booking.Session, trail []booking.Finding) (message, fix string, err error) {
	switch x.FollowUp.State {
	case booking.FollowUpClaimed:
		return word("verdict.claimed"), "", nil
	case booking.FollowUpSent:
		return word("verdict.sent") + " " + v.At(cmpTime(x.FollowUp.SentAt, x.SeenAt)) + ".", "", nil
	case booking.FollowUpUnknown:
		return word("verdict.unknown"), word("verdict.unknown.fix"), nil
	case booking.FollowUpWithheld:
		message, fix = told(trail, x.FollowUp.WithheldBy)
		return word("verdict.withheld") + " " + message, fix, nil
	case booking.FollowUpDue, booking.FollowUpWaiting:
		now, err := engine.Outlook(s, c.who.Account, x)
		if err != nil {
			return "", "", err
		}
		message = word("verdict.due") + " " + v.Span(x.FollowUp.DueAt) + ", " + v.At(x.FollowUp.DueAt) + "."
		if now.Result != booking.Pass {
			held, mend := told(now.Trail, now.Check)
			return message + " " + word("verdict.asofnow") + " " + held, mend, nil
		}
		return message + " " + word("verdict.clear"), "", nil
	}
	return word("verdict.none." + string(x.Status)), "", nil
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// typed lists what the customer told the page.
func (v shell) typed(x booking.Session) (all []pair) {
	add := func(key, value string) {
		if value != "" {
			all = append(all, pair{word(key), value})
		}
	}
	add("typed.phone", v.sessionRow(x).Phone)
	add("typed.email", x.Email)
	add("typed.service", x.Service)
	add("typed.preferred", x.Preferred)
	add("typed.address", addressLine(x.Customer.Address))
	for _, name := range slices.Sorted(maps.Keys(x.Fields)) {
		all = append(all, pair{name, x.Fields[name]})
	}
	if x.Consent.SMS {
		add("typed.consent", word("typed.consent.yes")+" "+v.At(x.Consent.At)+": "+x.Consent.Text)
	} else {
		add("typed.consent", word("typed.consent.no"))
	}
	return all
}

// steps lists what happened with a session, in order.
func (v shell) steps(x booking.Session) (all []pair) {
	type step struct {
		at   time.Time
		what string
	}
	steps := []step{{x.StartedAt, word("step.started")}, {x.AbandonedAt, word("step.left")}, {x.FollowUp.SentAt, word("step.sent")}, {x.ClickedAt, word("step.clicked")},
		{x.RepliedAt, word("step.replied")}, {x.HandledAt, word("step.handled") + " " + x.HandledBy}, {x.CompletedAt, word("step.completed")}}
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.at.IsZero() })
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range steps {
		all = append(all, pair{v.At(s.at), strings.TrimSpace(s.what)})
	}
	return all
}

// handleInConsole and resendInConsole do what the buttons of a session's page say.
func (c *call) handleInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	note := wire.OneLine(form.Get("note"))
	if len(note) > maxHandledNote {
		return c.sessionPage(http.StatusUnprocessableEntity, noteTooLong())
	}
	_, err = c.engine.Handle(c.ctx, c.who.Account, booking.SessionID(id), engine.Handled{By: by, Note: note, Booked: form.Get("booked") != ""})
	if err != nil {
		return c.sessionPage(problemOf(err).status, err)
	}
	return c.back("/console/sessions/" + id)
}

func (c *call) resendInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.Resend(c.ctx, c.who.Account, booking.SessionID(id)); err != nil {
		return c.sessionPage(problemOf(err).status, err)
	}
	return c.back("/console/sessions/" + id)
}

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

// listedToday bounds the lists of the first page: what does not fit is one click away.
const listedToday = 12

type todayPage struct {
	Alarms   []alarmRow
	Waiting  []threadRow
	Due      []sessionRow
	DueMore  bool
	Withheld []sessionRow
	Days     []dayFigures
	Empty    bool // nothing was ever heard from a page
}

type alarmRow struct{ Message, Fix, Since, Page string }

type dayFigures struct {
	Label                    string
	Texted, Replied, Clicked int
	Recovered                int
	Money                    string
}

func (c *call) showConsole() (any, error) {
	var v shell
	var p todayPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		p = todayPage{}
		if v, err = c.shellFor(s, word("nav.today"), "today"); err != nil {
			return err
		}
		alarms, err := c.alarms(s)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			p.Alarms = append(p.Alarms, v.alarmRow(a))
		}
		if p.Waiting, err = c.waiting(s, v); err != nil {
			return err
		}
		if p.Due, p.DueMore, err = c.dueSoon(s, v); err != nil {
			return err
		}
		withheld, _, err := search{s, c.who.Account, booking.StatusWithheld}.newest("", listedToday)
		if err != nil {
			return err
		}
		for _, w := range withheld {
			if v.now.Sub(w.SeenAt) > 48*time.Hour {
				break
			}
			row := v.sessionRow(w)
			if row.Why, row.Fix, err = c.why(s, w); err != nil {
				return err
			}
			p.Withheld = append(p.Withheld, row)
		}
		if p.Days, err = c.daysFigures(s, v); err != nil {
			return err
		}
		first, _, err := s.Sessions(c.who.Account, "", 1)
		p.Empty = len(first) == 0
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = true, p
	return c.html(ok, "today", v)
}

// waiting lists the threads that need a person: emergencies first, then who waits longest.
func (c *call) waiting(s *storage.Snapshot, v shell) (rows []threadRow, err error) {
	threads, _, err := s.Threads(c.who.Account, "", 200)
	if err != nil {
		return nil, err
	}
	threads = slices.DeleteFunc(threads, func(t booking.Thread) bool { return !waits(t) })
	slices.SortStableFunc(threads, func(a, b booking.Thread) int {
		if x, y := urgent(a), urgent(b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return a.InboundAt.Compare(b.InboundAt)
	})
	for _, t := range threads {
		row, err := c.threadRow(s, v, t)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// urgent tells whether a thread is about a danger.
func urgent(t booking.Thread) bool { return strings.HasPrefix(t.Reason, "emergency") }

// dueSoon lists the texts that are planned next, each with what would become of it now.
func (c *call) dueSoon(s *storage.Snapshot, v shell) (rows []sessionRow, more bool, err error) {
	var all []booking.Session
	for _, st := range []booking.Status{booking.StatusAbandoned, booking.StatusWaiting} {
		found, _, err := search{s, c.who.Account, st}.newest("", 100)
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
	}
	all = slices.DeleteFunc(all, func(x booking.Session) bool { return x.FollowUp.DueAt.IsZero() })
	slices.SortFunc(all, func(a, b booking.Session) int { return a.FollowUp.DueAt.Compare(b.FollowUp.DueAt) })
	if more = len(all) > listedToday; more {
		all = all[:listedToday]
	}
	for _, x := range all {
		row := v.sessionRow(x)
		row.Plan = v.Span(x.FollowUp.DueAt)
		verdict, err := engine.Outlook(s, c.who.Account, x)
		if err != nil {
			return nil, false, err
		}
		if verdict.Result != booking.Pass {
			row.Why, row.Fix = told(verdict.Trail, verdict.Check)
		}
		rows = append(rows, row)
	}
	return rows, more, nil
}

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

// daysFigures sums up yesterday and this month.
func (c *call) daysFigures(s *storage.Snapshot, v shell) (days []dayFigures, err error) {
	today := v.now.In(v.loc)
	yesterday, first := today.AddDate(0, 0, -1).Format(time.DateOnly), today.Format("2006-01")+"-01"
	for _, d := range []struct{ label, from, to string }{
		{word("today.yesterday"), yesterday, yesterday}, {today.Month().String(), first, today.Format(time.DateOnly)},
	} {
		p, err := booking.ReadPeriod(v.now, v.loc, d.from, d.to)
		if err != nil {
			return nil, err
		}
		f, err := s.Funnel(c.ctx, c.who.Account, p, booking.GroupDay)
		if err != nil {
			return nil, err
		}
		t := f.Total
		days = append(days, dayFigures{Label: d.label, Texted: t.Texted, Replied: t.Replied, Clicked: t.Clicked, Recovered: t.Recovered, Money: money(t.RevenueCents)})
	}
	return days, nil
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
			if items, _, err = f.find(q, "", consoleRows); err == nil {
				slices.Reverse(items)
			}
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
			p.Older = "/console/sessions?" + url.Values{"status": {string(status)}, "before": {string(items[len(items)-1].ID)}}.Encode()
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
	HandledNote string
}

type pair struct{ Label, Value string }

type traceRow struct{ At, Check, Result, Message, Fact, Setting, Fix string }

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
		for _, f := range trail {
			p.Trace = append(p.Trace, traceRow{v.At(f.At), word("gate." + string(f.Check)), string(f.Result), f.Message, f.Fact, f.Setting, inConsole(f.Fix)})
		}
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

package api

import (
	"cmp"
	"net/url"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// threadRow is a conversation in a list.
type threadRow struct {
	Path, Name, Phone string
	Last              string // the newest message, shortened
	At                string
	Owner, Reason     string
	Unread            int
	Urgent, Waits     bool
	Closed            bool
}

// excerpt bounds a message in a list, in characters.
const excerpt = 90

func (c *call) threadRow(s *storage.Snapshot, v shell, t booking.Thread) (threadRow, error) {
	row := threadRow{Path: threadPath(t.Phone), Phone: shownPhone(string(t.Phone)), Name: shownPhone(string(t.Phone)), At: v.At(t.LastAt), Owner: word("owner." + string(t.Owner)),
		Reason: t.Reason, Unread: t.Unread, Urgent: t.Emergency() && t.Waits(), Waits: t.Waits(), Closed: t.State == booking.ThreadClosed}
	if t.Owner == booking.OwnerHuman {
		row.Owner = cmp.Or(t.By, word("owner.nobody"))
	}
	if t.Session != "" {
		x, err := s.Session(c.who.Account, t.Session)
		if err == nil {
			row.Name = cmp.Or(fullName(x.Customer), row.Name)
		} else if !storage.IsNotFound(err) {
			return row, err
		}
	}
	last, err := s.ThreadMessages(c.who.Account, t.Phone, 1)
	if err != nil || len(last) == 0 {
		return row, err
	}
	if row.Last = last[0].Body; len([]rune(row.Last)) > excerpt {
		row.Last = string([]rune(row.Last)[:excerpt]) + "…"
	}
	if !last[0].Inbound() {
		row.Last = word("thread.we") + " " + row.Last
	}
	return row, nil
}

func threadPath(p booking.Phone) string { return "/console/inbox/" + url.PathEscape(string(p)) }

type threadPage struct {
	Path, Name, Phone string
	Tel               string
	Session           string // its page
	Owner             string
	Human, Closed     bool
	Agent             bool // there is one to hand it back to
	Reason, Note      string
	Urgent            bool
	OptedOut          string    // since when
	Jobs              []heldJob // that are booked and not over
	Job               *jobPart  // one that is being booked
	Messages          []messageRow
	Last              string // ID of the newest message, for who answers
	Holder            string // who took it over, for who answers
	Typing            string // who else is writing
	Unread            bool   // to look at it is to read it
	Waits             bool
	Earlier           string // the address of the messages before these
	Past              bool   // these are not the newest
	Draft             string // what was typed and not sent
}

type messageRow struct {
	ID, Author, By, Body, At string
	Side                     string // "in" or "out"
	State                    string
	Bad                      bool
	Media                    int
	Segments                 int
}

func (c *call) showThread() (any, error) { return c.threadPage(ok, nil, "", nil) }

// threadPage shows a conversation, with what was typed of a text, or of a job that was refused.
func (c *call) threadPage(status int, problem error, draft string, job url.Values) (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	var v shell
	var p threadPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("nav.inbox"), "inbox"); err != nil {
			return err
		}
		v.Done = c.doneWord()
		before := c.f.Query("before")
		t, messages, more, err := engine.ReadThreadBefore(s, c.who.Account, id, before, messagesShown)
		if err != nil {
			return err
		}
		row, err := c.threadRow(s, v, t)
		if err != nil {
			return err
		}
		p = threadPage{Path: row.Path, Name: row.Name, Phone: row.Phone, Tel: string(t.Phone), Owner: row.Owner, Human: t.Owner == booking.OwnerHuman,
			Agent: t.Mode == booking.AIAgent, Closed: row.Closed, Reason: t.Reason, Note: t.Note, Urgent: row.Urgent, Draft: draft, Holder: t.By, Unread: t.Unread > 0 && !t.Waits() && v.MayWork, Waits: t.Waits()}
		by, err := c.name()
		if err != nil {
			return err
		}
		p.Typing = c.typists.beside(c.who.Account, id, by, v.now)
		v.Title = row.Name
		if t.Session != "" {
			p.Session = "/console/sessions/" + string(t.Session)
		}
		stop, err := s.OptOut(c.who.Account, t.Phone)
		if err != nil {
			return err
		}
		if stop != nil {
			p.OptedOut = v.At(stop.At)
		}
		if p.Jobs, err = c.heldJobs(s, v, t.Phone); err != nil {
			return err
		}
		if c.f.Query("done") == bookedInThread && len(p.Jobs) > 0 && draft == "" {
			p.Draft = p.Jobs[0].Tell
		}
		if v.MayWork && (job != nil || c.f.Query("book") != "") {
			if p.Job, err = c.threadJob(s, v, t, job, problem); err != nil {
				return err
			}
		}
		for _, m := range messages {
			p.Messages = append(p.Messages, v.messageRow(m))
			p.Last = m.ID
		}
		if p.Past = before != ""; more {
			p.Earlier = p.Path + "?" + url.Values{"before": {messages[0].ID}}.Encode()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, p.Path, p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "thread", v)
}

func (v shell) messageRow(m engine.Delivered) messageRow {
	row := messageRow{ID: m.ID, Author: word("author." + string(m.Author)), By: m.By, Body: m.Body, At: v.At(m.At), Side: "out", State: m.Status(), Media: m.Media}
	if m.Inbound() {
		row.Side = "in"
	}
	if m.Attempt != nil {
		row.Segments = m.Attempt.Segments
	}
	switch row.State {
	case "failed", "undelivered", "unknown", "dropped":
		row.Bad = true
	}
	if row.State != "" {
		row.State = word("sent." + row.State)
	}
	return row
}

// threadDo carries out a button of a conversation's page and leads back to it.
func (c *call) threadDo(do func(id booking.Phone, by string, form url.Values) error) (any, error) {
	id, err := c.threadID()
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
	if err := do(id, by, form); err != nil {
		return c.threadPage(problemOf(err).status, err, form.Get("body"), nil)
	}
	return c.back(threadPath(id))
}

// sight is what the page showed when a form was sent from it.
func sight(form url.Values) (saw engine.Sight) {
	saw.Newest = form.Get("seen")
	if form.Has("holder") {
		saw.Holder = new(form.Get("holder"))
	}
	return saw
}

// answerInConsole sends a person's text. What was written or done there since the person's page was made is shown first.
func (c *call) answerInConsole() (any, error) {
	return c.threadDo(func(id booking.Phone, by string, form url.Values) error {
		_, err := c.engine.SaySeen(c.ctx, c.who.Account, id, by, form.Get("body"), sight(form))
		if err == nil {
			c.typists.rest(c.who.Account, id, by)
		}
		return err
	})
}

func (c *call) takeOverInConsole() (any, error) {
	return c.threadDo(func(id booking.Phone, by string, form url.Values) error {
		_, err := c.engine.TakeOverSeen(c.ctx, c.who.Account, id, by, sight(form))
		return err
	})
}

// lookInConsole says that the messages of an open page were looked at.
func (c *call) lookInConsole() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	return nil, c.engine.Look(c.ctx, c.who.Account, id, form.Get("seen"))
}

func (c *call) settleInConsole() (any, error) {
	return c.threadDo(func(id booking.Phone, by string, form url.Values) error {
		_, err := c.engine.SettleThread(c.ctx, c.who.Account, id, by, sight(form))
		return err
	})
}

// typeInConsole tells the others that a person is writing.
func (c *call) typeInConsole() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err == nil {
		c.typists.write(c.who.Account, id, by, c.now())
	}
	return nil, err
}

func (c *call) releaseInConsole() (any, error) {
	return c.threadDo(func(id booking.Phone, _ string, form url.Values) error {
		_, err := c.engine.ReleaseThread(c.ctx, c.who.Account, id, form.Get("note"))
		return err
	})
}

func (c *call) optOutInConsole() (any, error) {
	return c.threadDo(func(id booking.Phone, by string, _ url.Values) error {
		_, err := c.engine.OptOut(c.ctx, c.who.Account, booking.OptOut{Phone: id, Source: "staff", Text: by, At: c.now()})
		return err
	})
}

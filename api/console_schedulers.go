package api

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// The booking forms: which texts, from which number, with which words, and the line that goes into the page.

type schedulersPage struct {
	Items []schedulerRow
	New   form
	Older string
}

type schedulerRow struct {
	Path, Name, URL string
	On              bool
	Mode            string
	Lacks           int
}

func schedulerPath(id booking.SchedulerID) string { return "/console/setup/schedulers/" + string(id) }

func (c *call) showSchedulers() (any, error) { return c.schedulersPage(nil, nil) }

func newSchedulerForm(in *wire.Scheduler) form {
	return form{Action: "/console/setup/schedulers", Button: word("scheduler.add"),
		Groups: []group{{Inputs: []*input{text("name", &in.Name).needed(), text("url", &in.URL).as("url").needed()}}}}
}

func (c *call) schedulersPage(typed url.Values, problem error) (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	var v shell
	var p schedulersPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		p = schedulersPage{New: newSchedulerForm(&wire.Scheduler{}).filled(typed, problem)}
		if v, err = c.shellFor(s, word("schedulers.title"), "setup"); err != nil {
			return err
		}
		all, next, err := s.Schedulers(c.who.Account, cursor, consoleRows)
		if err != nil {
			return err
		}
		for _, sched := range all {
			missing, err := engine.Missing(s, c.who.Account, sched)
			if err != nil {
				return err
			}
			p.Items = append(p.Items, schedulerRow{schedulerPath(sched.ID), sched.Name, sched.URL, sched.FollowUp.Enabled, word("choice." + string(sched.FollowUp.Mode)), len(missing)})
		}
		if next != "" {
			p.Older = "/console/setup/schedulers?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("schedulers", v, problem)
}

func (c *call) addScheduler() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var in wire.Scheduler
	var v booking.Scheduler
	err = newSchedulerForm(&in).read(typed)
	if origin := originOf(in.URL); origin != "" { // the page itself reports its visits
		in.Origins = []string{origin}
	}
	if err == nil {
		err = in.Over(&v)
	}
	if err == nil {
		v, err = c.engine.CreateScheduler(c.ctx, c.who.Account, v)
	}
	if err != nil {
		return c.schedulersPage(typed, err)
	}
	return c.done(schedulerPath(v.ID), "scheduler.added")
}

// schedulerPage is one booking form.
type schedulerPage struct {
	ID, Name     string
	FollowUp     form
	Page         form
	Services     form
	Lacks        []alarmRow
	Snippet      string
	Hosted       string // the page that Rebook serves itself
	Heard        string // when the page was last heard of
	HeardFrom    string
	HeardSession string
	URL          string
}

// schedulerTyped is a form of the page as it was typed and refused; nil for those that were not.
type schedulerTyped struct{ followUp, page, services url.Values }

// schedulerChoices are what its forms offer.
type schedulerChoices struct {
	numbers []booking.PhoneNumber
	library []engine.ScriptOverview
}

func (c *call) schedulerChoices(s *storage.Snapshot) (v schedulerChoices, err error) {
	if v.numbers, err = s.Numbers(c.who.Account); err != nil {
		return v, err
	}
	v.library, err = engine.Library(s, c.who.Account)
	return v, err
}

// followUpForm is what the original feature has: a switch, a number, the kind of text.
func followUpForm(in *wire.Scheduler, offered schedulerChoices) form {
	f := &in.FollowUp
	number := text("follow_up.phone_number", &f.PhoneNumber).as("select")
	number.Choices = append(number.Choices, choice{Label: word("choice.usual_number")})
	for _, n := range offered.numbers {
		if n.DefaultOutbound {
			number.Choices[0].Label += ", " + shownPhone(string(n.Number))
		}
		label := shownPhone(string(n.Number))
		if n.Label != "" {
			label += " (" + n.Label + ")"
		}
		if !n.SMSCapable || n.Gone {
			label += ", " + word("number.cannot")
		}
		number.Choices = append(number.Choices, choice{Value: string(n.Number), Label: label})
	}
	return form{Action: schedulerPath(booking.SchedulerID(in.ID)), Button: word("save"), Groups: []group{{Title: word("group.followup"), Inputs: []*input{
		tick("follow_up.enabled", &f.Enabled).as("toggle"), number, oneOf("follow_up.mode", &f.Mode, []booking.Mode{booking.PrefilledLink, booking.AIAgent}, false).as("modes"),
		lasting("follow_up.delay", &f.Delay), scriptInput("follow_up.template", &f.Template, offered.library, booking.ScriptTemplate),
		scriptInput("follow_up.agent", &f.Agent, offered.library, booking.ScriptAgent),
	}}}}
}

func pageForm(in *wire.Scheduler) form {
	return form{Action: schedulerPath(booking.SchedulerID(in.ID)) + "/page", Button: word("save"), Groups: []group{{Title: word("group.page"), Inputs: []*input{
		text("name", &in.Name).needed(), text("url", &in.URL).as("url").needed(), lines("origins", &in.Origins), text("timezone", &in.Timezone),
		area("consent_text", &in.ConsentText), lines("service_zips", &in.ServiceZips), text("color", &in.Color),
	}}}}
}

func (c *call) showScheduler() (any, error) { return c.schedulerPage(schedulerTyped{}, nil) }

// schedulerPage shows a booking form; one of its forms may be shown as it was typed.
func (c *call) schedulerPage(typed schedulerTyped, problem error) (any, error) {
	var v shell
	var p schedulerPage
	var sched booking.Scheduler
	var from string
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("scheduler.title"), "setup"); err != nil {
			return err
		}
		found, err := c.scheduler(s)
		if err != nil {
			return err
		}
		sched = *found
		offered, err := c.schedulerChoices(s)
		if err != nil {
			return err
		}
		from = string(sched.FollowUp.PhoneNumber)
		for _, n := range offered.numbers {
			if n.DefaultOutbound && from == "" {
				from = string(n.Number)
			}
		}
		v.Title = sched.Name
		one, two, three := wire.FromScheduler(sched), wire.FromScheduler(sched), wire.FromScheduler(sched)
		p = schedulerPage{ID: string(sched.ID), Name: sched.Name, URL: sched.URL, FollowUp: followUpForm(&one, offered).filled(typed.followUp, problem), Page: pageForm(&two).filled(typed.page, problem),
			Services: newServicesForm(&three).filled(typed.services, problem),
			Snippet:  fmt.Sprintf(`<script src="%s/widget.js" data-scheduler="%s" data-key="%s" async></script>`, c.o.PublicURL, sched.ID, sched.PublishableKey),
			Hosted:   c.o.PublicURL + "/book/" + string(sched.ID)}
		facts, err := s.Facts(c.who.Account)
		if err != nil {
			return err
		}
		p.FollowUp.input("follow_up.mode").More = wayToFacts(facts)
		missing, err := engine.Missing(s, c.who.Account, sched)
		if err != nil {
			return err
		}
		for _, m := range missing {
			p.Lacks = append(p.Lacks, v.alarmRow(m))
		}
		heard, err := c.heard(s, sched.ID)
		if heard != nil {
			p.Heard, p.HeardFrom, p.HeardSession = v.Span(heard.SeenAt), heard.PageURL, string(heard.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := c.picture(p.FollowUp, sched, from); err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, schedulerPath(sched.ID), p
	return c.office("scheduler", v, problem)
}

// heardLately are how many of the newest sessions are looked through for one of a booking form: few, and more when none of them is.
var heardLately = []int{20, 500}

// heard is the newest session of a booking form; nil when none of the newest is of it.
func (c *call) heard(s *storage.Snapshot, id booking.SchedulerID) (newest *booking.Session, err error) {
	for _, n := range heardLately {
		all, more, err := search{s, c.who.Account, ""}.newest("", n)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if x := &all[i]; x.Scheduler == id && (newest == nil || x.SeenAt.After(newest.SeenAt)) {
				newest = x
			}
		}
		if newest != nil || !more {
			break
		}
	}
	return newest, nil
}

// picture shows each kind of text as a customer would get it: written by the booking form's own scripts about a sample customer.
func (c *call) picture(f form, sched booking.Scheduler, from string) error {
	for _, in := range f.Inputs() {
		if in.Kind != "modes" {
			continue
		}
		for _, ch := range in.Choices {
			name := cmp.Or(sched.FollowUp.Template, scripts.FollowUpLink)
			if ch.Value == string(booking.AIAgent) {
				name = cmp.Or(sched.FollowUp.Agent, scripts.Agent)
			}
			one := picture{choice: ch, From: cmp.Or(shownPhone(from), word("number.yours")), About: word("mode.about." + ch.Value), ID: in.ID() + "-" + ch.Value}
			text, segments, err := c.sampleText(name)
			if err != nil {
				return err
			}
			one.Text, one.Segments = text, plural(segments, "segment")
			in.Pictures = append(in.Pictures, one)
		}
	}
	return nil
}

// picture is one kind of text on a phone.
type picture struct {
	choice
	ID, From, About, Text, Segments string
}

// sampleText is what the version of a script that is in use would send; empty when it cannot be run now.
func (c *call) sampleText(name string) (string, int, error) {
	in := engine.PreviewIn{Name: name}
	err := c.view(func(s *storage.Snapshot) error {
		o, err := engine.LibraryScript(s, c.who.Account, name)
		if err == nil && o.Active != nil {
			in.Version = &o.Active.Version
		}
		return err
	})
	if err != nil {
		return "", 0, unlessRefused(err)
	}
	p, err := c.engine.Preview(c.ctx, c.who.Account, in)
	if err != nil || p.Sends == nil {
		return "", 0, unlessRefused(err)
	}
	return strings.Replace(p.Sends.Body, strings.Repeat("X", len(shownToken)), shownToken, 1), p.Sends.Segments, nil
}

// shownToken stands where a preview has a link's token, of the same length: it looks as customers get it.
const shownToken = "k7mq2x9vbn4tplw8zr3fhdc5ye"

// unlessRefused keeps a page from failing because something that it only shows was refused.
func unlessRefused(err error) error {
	if err == nil || problemOf(err).refusal.Code == "internal" {
		return err
	}
	return nil
}

// saveFollowUp keeps the switch, the number and the kind of text; savePage what the booking form itself is.
func (c *call) saveFollowUp() (any, error) {
	return c.editScheduler(followUpForm, func(typed url.Values, err error) (any, error) {
		return c.schedulerPage(schedulerTyped{followUp: typed}, err)
	})
}

func (c *call) savePage() (any, error) {
	return c.editScheduler(func(s *wire.Scheduler, _ schedulerChoices) form { return pageForm(s) },
		func(typed url.Values, err error) (any, error) {
			return c.schedulerPage(schedulerTyped{page: typed}, err)
		})
}

func (c *call) editScheduler(of func(*wire.Scheduler, schedulerChoices) form, again func(url.Values, error) (any, error)) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var offered schedulerChoices
	err = c.view(func(s *storage.Snapshot) (err error) {
		offered, err = c.schedulerChoices(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	_, err = c.engine.EditScheduler(c.ctx, c.who.Account, booking.SchedulerID(id), func(v *booking.Scheduler) error {
		in := wire.FromScheduler(*v)
		if err := of(&in, offered).read(typed); err != nil {
			return err
		}
		return in.Over(v)
	})
	if err != nil {
		return again(typed, err)
	}
	return c.done(schedulerPath(booking.SchedulerID(id)), "saved")
}

// removeScheduler removes a booking form whose name was typed to confirm it.
func (c *call) removeScheduler() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var sched *booking.Scheduler
	err = c.view(func(s *storage.Snapshot) (err error) {
		sched, err = c.scheduler(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	if wire.OneLine(typed.Get("confirm")) != wire.OneLine(sched.Name) {
		return c.schedulerPage(schedulerTyped{}, notConfirmed("confirm", "type the form's name, "+sched.Name+", to remove it"))
	}
	if err := c.engine.DeleteScheduler(c.ctx, c.who.Account, sched.ID); err != nil {
		return c.schedulerPage(schedulerTyped{}, err)
	}
	return c.done("/console/setup/schedulers", "scheduler.removed")
}

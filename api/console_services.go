package api

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// The services of a booking form: one block of inputs for each, and empty ones for new services.

// spareServices is how many empty blocks the form has.
const spareServices = 2

// servicesForm is bound to the shape's services, which get the empty blocks at their end; gone are those that are taken out.
type servicesForm struct {
	form
	in   *wire.Scheduler
	gone []bool
}

func newServicesForm(in *wire.Scheduler) *servicesForm {
	f := &servicesForm{in: in, form: form{Action: schedulerPath(booking.SchedulerID(in.ID)) + "/services", Button: word("save")}}
	stand := len(in.Services)
	in.Services = append(in.Services[:stand:stand], make([]wire.Service, spareServices)...)
	f.gone = make([]bool, len(in.Services))
	for i := range in.Services {
		s, at := &in.Services[i], "services["+strconv.Itoa(i)+"]."
		g := group{Title: s.Name, Inputs: []*input{
			text("service.name", &s.Name).named(at + "name"), lines("service.keywords", &s.Keywords).named(at + "keywords"),
			lasting("service.duration", &s.Duration).named(at + "duration"), text("service.price_note", &s.PriceNote).named(at + "price_note")}}
		if i < stand {
			g.Note = s.PriceNote
			if n, unit := amount(s.Duration); n != "0" {
				g.Note = strings.Trim(inUnits(n, word("unit."+unit))+" · "+s.PriceNote, " ·")
			}
			g.Inputs = append(g.Inputs, tick("service.gone", &f.gone[i]).named(at+"gone"))
		} else {
			g.Title = word("service.new")
		}
		f.Groups = append(f.Groups, g)
	}
	return f
}

// inUnits tells a number of what is named in the plural.
func inUnits(n, nouns string) string {
	if n == "1" {
		nouns = strings.TrimSuffix(nouns, "s")
	}
	return n + " " + nouns
}

// read puts what was typed into the shape and leaves out what is gone or empty. back gives the block that a service of the shape was typed in.
func (f *servicesForm) read(typed url.Values) (back []int, err error) {
	if err := f.form.read(typed); err != nil {
		return nil, err
	}
	var kept []wire.Service
	for i, s := range f.in.Services {
		empty := strings.TrimSpace(s.Name) == "" && len(s.Keywords) == 0 && strings.TrimSpace(s.PriceNote) == ""
		if f.gone[i] || empty && f.Groups[i].Title == word("service.new") {
			continue
		}
		kept, back = append(kept, s), append(back, i)
	}
	f.in.Services = kept
	return back, nil
}

// atBlock says of a refusal about a service which block of the form it is about.
func atBlock(err error, back []int) error {
	told, ok := errors.AsType[*booking.Error](err)
	if !ok {
		return err
	}
	rest, is := strings.CutPrefix(told.Field, "services[")
	n, after, closed := strings.Cut(rest, "]")
	i, bad := strconv.Atoi(n)
	if !is || !closed || bad != nil || i < 0 || i >= len(back) {
		return err
	}
	moved := *told
	moved.Field = "services[" + strconv.Itoa(back[i]) + "]" + after
	return &moved
}

// saveServices keeps what the business of a booking form does.
func (c *call) saveServices() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var back []int
	_, err = c.engine.EditScheduler(c.ctx, c.who.Account, booking.SchedulerID(id), func(v *booking.Scheduler) (err error) {
		in := wire.FromScheduler(*v)
		if back, err = newServicesForm(&in).read(typed); err != nil {
			return err
		}
		return in.Over(v)
	})
	if err != nil {
		return c.schedulerPage(schedulerTyped{services: typed}, atBlock(err, back))
	}
	return c.done(schedulerPath(booking.SchedulerID(id)), "saved")
}

// scriptInput is the choice of a script of a kind that is in use; where none is chosen the usual one writes.
func scriptInput(name string, at *string, library []engine.ScriptOverview, kind booking.ScriptKind) *input {
	f := text(name, at).as("select")
	f.Choices = []choice{{Label: word("choice.usual_script")}}
	for _, o := range library {
		if o.Active != nil && o.Active.Kind == kind {
			f.Choices = append(f.Choices, choice{Value: o.Script.Name, Label: o.Script.Name})
		}
	}
	return f
}

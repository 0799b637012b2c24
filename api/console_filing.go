package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The pages of the registration's form, and the review that submits it.

// filingPage is one page of the form.
type filingPage struct {
	Form     form
	Step     string
	Steps    []filingStep
	Saved    bool // what is marked was saved, and is told before the fee is spent
	Next     string
	Review   bool
	Findings []finding
	Blocking bool
	Proposed []group
	Locked   string
}

func (c *call) filingStep() (string, error) {
	step, err := c.param("id")
	if err == nil && !slices.Contains(filingSteps, step) {
		err = notFound()
	}
	return step, err
}

func (c *call) showFiling() (any, error) {
	step, err := c.filingStep()
	if err != nil {
		return nil, err
	}
	if step == reviewStep {
		return c.showReview()
	}
	return c.filingPage(step, nil, nil, nil)
}

// filingPage shows a page of the form, with what was typed when it was refused, and what a check found.
func (c *call) filingPage(step string, typed url.Values, found []booking.PreflightItem, problem error) (any, error) {
	var v shell
	p := filingPage{Step: step, Steps: stepsOf(step), Next: "/console/setup/registration/" + filingSteps[slices.Index(filingSteps, step)+1]}
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("filing."+step), "setup"); err != nil {
			return err
		}
		f, err := s.Filing(c.who.Account)
		if err != nil {
			return err
		}
		r, err := s.Registration(c.who.Account)
		shown := wire.FromRegistration(f, r)
		p.Form = filingForm(step, &shown)
		if p.Form.Locked = !f.Editable(); p.Form.Locked {
			p.Locked = word("registration.locked")
		}
		p.Form = p.Form.filled(typed, problem)
		p.Form.mark(rejections(f))
		return err
	})
	if err != nil {
		return nil, err
	}
	if found != nil {
		p.Saved = true
		p.Form.mark(preflightFindings(found))
	}
	v.Page = p
	return c.office("filing", v, problem)
}

// saveFiling keeps a page of the form. What reviewers would reject on it is told at once, beside the fields; else the next page comes.
func (c *call) saveFiling() (any, error) {
	step, err := c.filingStep()
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	if step == reviewStep {
		return nil, notFound()
	}
	_, err = c.engine.EditFiling(c.ctx, c.who.Account, func(d *booking.Business) error {
		in := wire.FromBusiness(*d)
		if err := filingForm(step, &in).read(typed); err != nil {
			return err
		}
		*d = in.Business()
		return nil
	})
	if err != nil {
		return c.filingPage(step, typed, nil, err)
	}
	items, _, err := c.engine.Preflight(c.ctx, c.who.Account)
	if err != nil {
		return c.filingPage(step, nil, nil, err)
	}
	items = slices.DeleteFunc(items, func(i booking.PreflightItem) bool { return stepOf(i.Field) != step })
	if len(items) > 0 {
		return c.filingPage(step, nil, items, nil)
	}
	return c.done("/console/setup/registration/"+filingSteps[slices.Index(filingSteps, step)+1], "saved")
}

// showReview shows the review while there is something to submit.
func (c *call) showReview() (any, error) {
	var f booking.Filing
	err := c.view(func(s *storage.Snapshot) (err error) {
		f, err = s.Filing(c.who.Account)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !f.Editable():
		return c.back("/console/setup/registration")
	}
	return c.reviewPage(nil)
}

// reviewPage shows all that would be submitted, and what a reviewer would say to it.
func (c *call) reviewPage(problem error) (any, error) {
	items, b, err := c.engine.Preflight(c.ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	p := filingPage{Step: reviewStep, Steps: stepsOf(reviewStep), Review: true, Blocking: booking.Blocking(items)}
	found, _ := preflightFindings(items)
	p.Findings = gathered(found)
	proposed := wire.FromBusiness(b)
	for _, step := range filingSteps {
		p.Proposed = append(p.Proposed, filingForm(step, &proposed).shown().Groups...)
	}
	var v shell
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("filing.review"), "setup"); err != nil {
			return err
		}
		f, err := s.Filing(c.who.Account)
		if !f.Editable() {
			p.Locked = word("registration.locked")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("filing", v, problem)
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// submitInConsole submits what the review showed, once somebody said that it may cost.
func (c *call) submitInConsole() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	if typed.Get("agreed") == "" {
		return c.reviewPage(notConfirmed("agreed", "tick the box: submitting costs the carriers' fees and locks the form"))
	}
	if _, err := c.engine.Submit(c.ctx, c.who.Account); err != nil {
		if _, found := errors.AsType[*booking.PreflightFailed](err); found || problemOf(err).status == http.StatusConflict {
			return c.reviewPage(err)
		}
		return nil, err
	}
	return c.done("/console/setup/registration", "submitted")
}

func notConfirmed(field, mend string) error {
	return booking.Refuse(booking.Invalid, "not_confirmed", field, "it was not confirmed, so nothing was done", mend)
}

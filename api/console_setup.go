package api

import (
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The guide of three steps: permission to text, a number to text from, a booking form that reports its visits.

type setupPage struct {
	Gate      bool // the account's switch
	Steps     []setupStep
	Done      int
	Simulated bool
}

type setupStep struct {
	Title, What string
	State       string // "done", "now", "later"
	Label       string // of the state
	Lacks       []alarmRow
	Path, Go    string
}

func (c *call) showSetup() (any, error) { return c.setupPage(nil) }

func (c *call) setupPage(problem error) (any, error) {
	var v shell
	var p setupPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("nav.setup"), "setup"); err != nil {
			return err
		}
		a, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		p = setupPage{Gate: a.SMSFollowUpEnabled, Simulated: c.o.Simulator != nil}
		for _, step := range []func(*storage.Snapshot, shell, booking.Account) (setupStep, error){c.registrationStep, c.numberStep, c.schedulerStep} {
			one, err := step(s, v, a)
			if err != nil {
				return err
			}
			if one.State == "done" {
				p.Done++
			}
			one.Label = word("step." + one.State)
			p.Steps = append(p.Steps, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, "/console/setup", p
	return c.office("setup", v, problem)
}

func (c *call) registrationStep(s *storage.Snapshot, _ shell, a booking.Account) (setupStep, error) {
	f, err := s.Filing(a.ID)
	if err != nil {
		return setupStep{}, err
	}
	r, err := s.Registration(a.ID)
	step := setupStep{Title: word("setup.register"), What: word("registration." + string(r.Status)), State: "now", Path: "/console/setup/registration", Go: word("setup.register.go." + string(r.Status))}
	if r.Status == booking.RegistrationApproved && a.SMSFollowUpEnabled {
		step.State = "done"
	}
	if f.Hold != nil {
		step.Lacks = append(step.Lacks, alarmRow{Message: capital(f.Hold.Message), Fix: capital(inConsole(f.Hold.Fix))})
	}
	return step, err
}

func (c *call) numberStep(s *storage.Snapshot, _ shell, a booking.Account) (setupStep, error) {
	step := setupStep{Title: word("setup.number"), What: word("setup.number.none"), State: "now", Path: "/console/setup/numbers", Go: word("setup.number.go")}
	r, err := s.Registration(a.ID)
	if err != nil {
		return step, err
	}
	n, err := s.DefaultNumber(a.ID)
	switch {
	case err != nil:
	case n != nil && n.SMSCapable && !n.Gone:
		step.State, step.What = "done", word("setup.number.is")+" "+shownPhone(string(n.Number))+"."
	case r.MessagingService != "":
		step.State, step.What = "done", word("setup.number.service")
	case r.Status != booking.RegistrationApproved:
		step.State, step.What = "later", word("setup.number.later")
	}
	return step, err
}

func (c *call) schedulerStep(s *storage.Snapshot, v shell, a booking.Account) (setupStep, error) {
	step := setupStep{Title: word("setup.scheduler"), What: word("setup.scheduler.none"), State: "now", Path: "/console/setup/schedulers", Go: word("setup.scheduler.go")}
	all, _, err := s.Schedulers(a.ID, "", consoleRows)
	if err != nil || len(all) == 0 {
		return step, err
	}
	step.What = word("setup.scheduler.off")
	for _, sched := range all {
		if !sched.FollowUp.Enabled {
			continue
		}
		missing, err := engine.Missing(s, a.ID, sched)
		if err != nil {
			return step, err
		}
		if len(missing) == 0 && step.State != "done" {
			step.State, step.What = "done", word("setup.scheduler.on")
		}
		if step.State != "done" {
			step.What = word("setup.scheduler.lacks")
		}
		for _, m := range missing {
			if m.Ref != "" { // the account's own are told by the steps before
				step.Lacks = append(step.Lacks, v.alarmRow(m))
			}
		}
	}
	return step, nil
}

// switchGate switches follow-up by text on or off for the account.
func (c *call) switchGate() (any, error) {
	v, err := c.form()
	if err != nil {
		return nil, err
	}
	on := v.Get("on") == "yes"
	if v.Get("on") != "yes" && v.Get("on") != "no" {
		return c.setupPage(booking.Refuse(booking.Invalid, "missing", "on", "it does not say whether to switch it on or off", "press one of the buttons"))
	}
	if _, err := c.engine.EditAccount(c.ctx, c.who.Account, func(a *booking.Account) error {
		a.SMSFollowUpEnabled = on
		return nil
	}); err != nil {
		return c.setupPage(err)
	}
	return c.done("/console/setup", map[bool]string{true: "gate.on", false: "gate.off"}[on])
}

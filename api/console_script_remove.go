package api

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Removing a script: a page of its own says what depends on it, and why it cannot be removed where it cannot.

type scriptRemovalPage struct {
	Name, Path string
	Versions   string
	BuiltIn    bool // one of that name is part of Rebook, and is used again
	Forms      []pair
	Loads      []pair
	Tests      string
	Refused    string
}

func (c *call) showScriptRemoval() (any, error) { return c.scriptRemovalPage(nil) }

func (c *call) scriptRemovalPage(problem error) (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	var v shell
	var p scriptRemovalPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("script.remove")+" "+name, "scripts"); err != nil {
			return err
		}
		r, refused, err := c.engine.RemovalOf(s, c.who.Account, name)
		if err != nil {
			return err
		}
		p = scriptRemovalPage{Name: name, Path: scriptPath(name), Versions: plural(r.Versions, "version"), BuiltIn: r.BuiltIn, Tests: strings.Join(r.Tests, ", ")}
		for _, id := range r.Forms {
			sched, err := s.Scheduler(c.who.Account, booking.SchedulerID(id))
			if err != nil {
				return err
			}
			p.Forms = append(p.Forms, pair{sched.Name, schedulerPath(sched.ID)})
		}
		for _, script := range r.Loads {
			p.Loads = append(p.Loads, pair{script, scriptPath(script)})
		}
		if refused != nil {
			p.Refused = sentence(refused)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("script_remove", v, problem)
}

func (c *call) removeScriptInConsole() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteScript(c.ctx, c.who.Account, name); err != nil {
		if problemOf(err).refusal.Code == "unknown_script" { // a hand that pressed twice, or somebody else was first
			return c.done("/console/scripts", "script.removed")
		}
		return c.scriptRemovalPage(err)
	}
	return c.done("/console/scripts", "script.removed")
}

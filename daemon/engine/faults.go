package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

const (
	alarmScriptFailing = "script_failing"
	alarmRolledBack    = "script_rolled_back"
	alarmNoWalls       = "script_walls_missing"
	alarmNoAddress     = "public_url_unreachable"
)

// faultQuiet is how often a script that fails and fails, with no version to go back to, is written down.
const faultQuiet = time.Minute

// noWalls is the refusal to run any script.
func (e *Engine) noWalls() error {
	return booking.Refuse(booking.Unavailable, alarmNoWalls, "", "scripts cannot run: "+e.o.WallsMissing, "the operator's guide names what the walls need")
}

// wallsTrouble tells a person that the walls did not run their script.
func (e *Engine) wallsTrouble(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e.log.Warn("a script could not be run", "err", err)
	return booking.Refuse(booking.Unavailable, "scripts_busy", "", "the script could not be run now: "+err.Error(), "try again")
}

// scriptFailed counts a fault of the script that was to write, raises the alarm, and lets the last good version take over
// when it is one too many. What it gives are further lines for the trace.
func (e *Engine) scriptFailed(ctx context.Context, w *writing, fault error) (findings []booking.Finding, err error) {
	name, version := w.program.main.Script, w.program.main.Version
	_, innocent := errors.AsType[*wallsFault](fault)
	if name == "" || e.o.Scripts == nil || innocent { // the script is not there, or nothing can run: other alarms tell of it
		return nil, nil
	}
	a, builtIn := w.facts.Account.ID, hasBuiltIn(name)
	err = e.update(ctx, func(t *txn) error {
		findings = nil
		head, err := t.script(a, name)
		if err != nil {
			return err
		}
		_, said := errors.AsType[*firewallFault](fault) // what a text says may come from what a stranger typed
		if returned, err := t.canaryFailed(a, name, version, w.token, fault, said); err != nil {
			return err
		} else if returned {
			findings = []booking.Finding{{At: w.now, Check: booking.CheckScriptError, Result: booking.Pass, Fact: booking.ScriptRef(name, version) + " → " + booking.ScriptRef(name, head.Active),
				Setting: w.setting(), Message: fmt.Sprintf("Version %d, which was tried on some persons, was taken away.", version), Fix: "mend the script and begin another canary"}}
			e.log.Error("a canary was taken away", "script", name, "version", version, "in_use", head.Active)
			return nil
		}
		if head.Active != version { // another version is in use by now
			return nil
		}
		if n := len(head.Faults); n == booking.MaxScriptFaults && t.Now.Sub(head.Faults[n-1].At) < faultQuiet {
			return nil
		}
		rolledBack := false
		if !said {
			rolledBack = head.Fault(w.token, t.Now, builtIn)
			if err := t.PutScript(a, head); err != nil {
				return err
			}
		}
		failing := alarm(alarmScriptFailing, name, fmt.Sprintf("The script %s fails: %s. The default text goes out instead.", booking.ScriptRef(name, version), fault),
			"mend it: POST /v1/scripts/"+name+"/preview shows the fault, PUT makes the next version", t.Now)
		if !rolledBack {
			return t.PutAlarm(a, failing)
		}
		message := fmt.Sprintf("Version %d of the script %s failed %d times within %s, so version %d took over. The last fault: %s", version, name,
			booking.MaxScriptFaults, booking.Duration(booking.FaultWindow), head.Active, fault)
		findings = []booking.Finding{{At: w.now, Check: booking.CheckScriptError, Result: booking.Pass, Fact: booking.ScriptRef(name, version) + " → " + booking.ScriptRef(name, head.Active),
			Setting: w.setting(), Message: message, Fix: "mend the script and activate the next version"}}
		e.log.Error("a script was rolled back", "script", name, "from", version, "to", head.Active)
		return errors.Join(t.endAlarm(a, alarmScriptFailing, name), t.endCanary(a, name, head.Active),
			t.PutAlarm(a, alarm(alarmRolledBack, name, message, "mend the script and activate the next version: POST /v1/scripts/"+name+"/activate", t.Now)))
	})
	return findings, err
}

// script reads what the account has made of a script, or begins with nothing.
func (t *txn) script(a booking.AccountID, name string) (booking.Script, error) {
	head, err := t.Script(a, name)
	if err != nil || head == nil {
		return booking.Script{Name: name, Versions: []int{}, ChangedAt: t.Now}, err
	}
	return *head, nil
}

func hasBuiltIn(name string) bool {
	_, ok := scripts.BuiltIn(name)
	return ok
}

// scriptDidWell forgets the faults of a script that did its work.
func (e *Engine) scriptDidWell(ctx context.Context, a booking.AccountID, p program) error {
	if p.tried != nil || p.head == nil || len(p.head.Faults) == 0 {
		return e.canaryDidWell(ctx, a, p)
	}
	return e.update(ctx, func(t *txn) error {
		head, err := t.script(a, p.main.Script)
		if err != nil || len(head.Faults) == 0 || head.Active != p.main.Version {
			return err
		}
		head.Faults = nil
		return errors.Join(t.PutScript(a, head), t.endAlarm(a, alarmScriptFailing, head.Name))
	})
}

// tellOfWalls raises the alarm that no script can run, or ends it.
func (e *Engine) tellOfWalls(ctx context.Context) error {
	return e.tell(ctx, e.o.Scripts == nil, alarmNoWalls, "Scripts cannot run: "+e.o.WallsMissing+". Follow-ups go out with a plain text instead.",
		"the operator's guide names what the walls need; start again when it is there")
}

// tellOfAddress raises the alarm that nobody reaches this daemon from outside, or ends it.
func (e *Engine) tellOfAddress(ctx context.Context) error {
	return e.tell(ctx, e.o.Unreachable != "", alarmNoAddress, "Nobody reaches this daemon: "+e.o.Unreachable+". Links in texts lead nowhere, and neither reports nor answers come.",
		"set server.public_url to the https address at which the world reaches this daemon, and start again")
}

// tell raises an alarm about the daemon itself where it is so, else ends it.
func (e *Engine) tell(ctx context.Context, so bool, code, message, fix string) error {
	return e.update(ctx, func(t *txn) error {
		if !so {
			return t.endAlarm(MainAccount, code, "")
		}
		if _, err := t.Account(MainAccount); err != nil {
			if storage.IsNotFound(err) {
				err = nil // nobody has been seeded yet
			}
			return err
		}
		return t.PutAlarm(MainAccount, alarm(code, "", message, fix, t.Now))
	})
}

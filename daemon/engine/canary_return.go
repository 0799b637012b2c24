package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

const alarmCanaryReturned = "script_canary_returned"

// judgeCanary takes the tried version away when the opt-outs say that it drives people away, in the transaction that counts the
// opt-out: no further text of it is claimed.
func (t *txn) judgeCanary(a booking.AccountID, c booking.Canary) error {
	if !c.Running() {
		return nil
	}
	tally, err := t.CanaryTally(a, c.ID)
	if err != nil || !tally.DrivesAway() {
		return err
	}
	return t.returnCanary(a, c, fmt.Sprintf("version %d drives people away: %d of %d persons opted out, with version %d %d of %d; these opt-outs are %.0f times as likely as if both were alike",
		c.Version, tally.Canary.OptedOut, tally.Canary.Persons, c.Stable, tally.Stable.OptedOut, tally.Stable.Persons, tally.OptOutEvidence()))
}

// returnCanary gives everybody the version in use again, with an alarm and a line in the audit log.
func (t *txn) returnCanary(a booking.AccountID, c booking.Canary, reason string) error {
	c.End(booking.CanaryReturned, t.Now, reason)
	message := fmt.Sprintf("Version %d of the script %s, tried on %d %% of the persons, was taken away by itself, and version %d has everybody again: %s.",
		c.Version, c.Script, c.Percent, c.Stable, reason)
	after, err := json.Marshal(map[string]string{"state": string(c.State), "reason": reason})
	entry := storage.Audit{ID: c.ID, At: t.Now, Who: storage.Actor{Kind: "system"}, Action: "canary return",
		Changes: []storage.Changed{{Kind: "canary", ID: c.Script, Before: []byte(`{"state":"running"}`), After: after}}}
	return errors.Join(err, t.PutCanary(a, c), t.PutAudit(a, entry), t.endAlarm(a, alarmScriptFailing, c.Script),
		t.PutAlarm(a, alarm(alarmCanaryReturned, c.Script, message, "mend the script and begin another canary; DELETE /v1/scripts/"+c.Script+"/canary ends this alarm", t.Now)))
}

// canaryFailed counts a failed run of a version that is tried, or of the one in use beside it. rolledBack tells that the tried one
// was taken away. What a stranger may have typed (said) counts in the figures and takes nothing away.
func (t *txn) canaryFailed(a booking.AccountID, name string, version int, run string, fault error, said bool) (rolledBack bool, err error) {
	c, err := t.Canary(a, name)
	if err != nil || !c.Running() {
		return false, err
	}
	next := *c
	if !next.Counts(run) { // this transaction's own earlier, unknown commit
		return false, nil
	}
	switch {
	case version == c.Stable:
		next.Failed.Stable++
		return false, t.PutCanary(a, next)
	case version != c.Version:
		return false, nil
	case said:
		next.Failed.Canary++
		return false, t.PutCanary(a, next)
	}
	if rolledBack = next.Fault(run, t.Now); rolledBack {
		return true, t.returnCanary(a, next, fmt.Sprintf("version %d failed %d times, the last time so: %s", version, max(len(next.Faults), next.InARow), fault))
	}
	return false, errors.Join(t.PutCanary(a, next), t.PutAlarm(a, alarm(alarmScriptFailing, name, fmt.Sprintf("The script %s, which is tried on %d %% of the persons, fails: %s. The default text goes out instead.",
		booking.ScriptRef(name, version), c.Percent, fault), "end the canary, or wait: after "+fmt.Sprint(booking.MaxScriptFaults)+" faults it ends by itself", t.Now)))
}

// canaryDidWell forgets the faults in a row of a version that is tried and did its work.
func (e *Engine) canaryDidWell(ctx context.Context, a booking.AccountID, p program) error {
	if p.tried == nil || p.tried.InARow == 0 {
		return nil
	}
	return e.update(ctx, func(t *txn) error {
		c, err := t.Canary(a, p.main.Script)
		if err != nil || !c.Running() || c.ID != p.tried.ID || c.InARow == 0 {
			return err
		}
		next := *c
		next.InARow = 0
		return errors.Join(t.PutCanary(a, next), t.endAlarm(a, alarmScriptFailing, c.Script))
	})
}

package booking

import "time"

// NudgeAfter is how long an agent waits for an answer to its last text before it reminds the customer once, where settings.nudges says so.
const NudgeAfter = 4 * time.Hour

// NudgeDue gives when the agent may remind the customer: only somebody who answered in this thread, whom the agent wrote last, and who
// was not reminded yet. ok is false when it may not.
func (t *Thread) NudgeDue(s Settings) (at time.Time, ok bool) {
	if t.Nudges >= s.Nudges || t.Pending() || t.Owner != OwnerAgent || t.Mode != AIAgent || t.State != ThreadOpen ||
		t.InboundAt.IsZero() || !t.LastAt.After(t.InboundAt) || t.AgentTexts >= MaxAgentTexts {
		return time.Time{}, false
	}
	return t.LastAt.Add(NudgeAfter), true
}

// ArmNudge lets a thread that rests be looked at when a reminder is due, before it ends by silence.
func (t *Thread) ArmNudge(s Settings) {
	if at, ok := t.NudgeDue(s); ok && t.DueAt.Equal(t.LastAt.Add(ThreadSilence)) {
		t.DueAt = at
	}
}

// MayNudge decides whether the reminder goes out now (Pass), at a later moment (Wait), or not at all (Stop). It is a text started by us, so
// every check of [Decide] is made; only that the session had its one text does not count, since the customer has answered it.
func MayNudge(now time.Time, f Facts, t Thread) Verdict {
	if _, ok := t.NudgeDue(f.Account.Settings); !ok {
		return Verdict{Result: Stop}
	}
	if f.Session.HasBooked() {
		return Verdict{Result: Stop, Check: CheckCompleted}
	}
	f.Session.FollowUp = FollowUp{}
	v := Decide(now, f)
	if v.Result == Wait && !v.At.Before(t.LastAt.Add(ThreadSilence)) {
		return Verdict{Result: Stop, Check: v.Check, Trail: v.Trail}
	}
	return v
}

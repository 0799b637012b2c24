package booking

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const (
	silence = time.Minute
	delay   = 15 * time.Minute
)

func event(kind EventKind, minute float64) Event {
	return Event{Kind: kind, Scheduler: "main", ClientID: "c1", At: left.Add(time.Duration(minute * float64(time.Minute)))}
}

func minute(m float64) time.Time { return left.Add(time.Duration(m * float64(time.Minute))) }

func played(events ...Event) *Session {
	s := &Session{ID: "s"}
	for _, ev := range events {
		s.Apply(ev, silence, delay)
	}
	return s
}

func TestLeavingPlansTheTextAndComingBackTakesThePlanAway(t *testing.T) {
	s := played(event(EventStarted, 0), event(EventAbandoned, 5))
	if s.Status != StatusAbandoned || !s.AbandonedAt.Equal(minute(5)) || s.FollowUp.State != FollowUpDue ||
		!s.FollowUp.DueAt.Equal(minute(20)) || s.DueKind != KindFollowUp || !s.DueAt.Equal(minute(20)) {
		t.Fatalf("after leaving: %+v", s)
	}
	s.Apply(event(EventHeartbeat, 9), silence, delay)
	if s.Status != StatusActive || !s.AbandonedAt.IsZero() || s.FollowUp.State != FollowUpNone || s.DueKind != KindLapse || !s.DueAt.Equal(minute(10)) {
		t.Fatalf("after coming back: %+v", s)
	}
	s.Apply(event(EventAbandoned, 12), silence, delay)
	if s.Status != StatusAbandoned || !s.DueAt.Equal(minute(27)) || s.DueKind != KindFollowUp {
		t.Fatalf("after leaving again: %+v", s)
	}
}

func TestApplyScenes(t *testing.T) {
	claim := func(s *Session) { s.Claim("a1") }
	sent := func(s *Session) { s.Claim("a1"); s.Sent(minute(20)) }
	lost := func(s *Session) { s.Claim("a1"); s.Unknown() }
	refused := func(s *Session) { s.Claim("a1"); s.Withhold(CheckCarrier) }
	undelivered := func(s *Session) { s.Claim("a1"); s.Sent(minute(20)); s.Withhold(CheckCarrier) }
	begin := []Event{event(EventStarted, 0), event(EventAbandoned, 5)}
	for _, c := range []struct {
		name   string
		first  []Event
		do     func(*Session)
		then   []Event
		status Status
		state  FollowUpState
		by     Check
		armed  Kind
	}{
		{"a heartbeat from before leaving changes nothing", begin, nil, []Event{event(EventHeartbeat, 4)}, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"leaving told from before a heartbeat changes nothing", []Event{event(EventStarted, 0), event(EventHeartbeat, 6)}, nil,
			[]Event{event(EventAbandoned, 5)}, StatusActive, FollowUpNone, "", KindLapse},
		{"leaving told twice is leaving once", begin, nil, []Event{event(EventAbandoned, 5), event(EventAbandoned, 7)}, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"coming back after the claim plans nothing", begin, claim, []Event{event(EventHeartbeat, 21), event(EventAbandoned, 25)}, StatusAbandoned, FollowUpClaimed, "", 0},
		{"coming back after the text plans nothing", begin, sent, []Event{event(EventHeartbeat, 21), event(EventAbandoned, 25)}, StatusTexted, FollowUpSent, "", 0},
		{"coming back after a lost send plans nothing", begin, lost, []Event{event(EventHeartbeat, 21), event(EventAbandoned, 25)}, StatusTexted, FollowUpUnknown, "", 0},
		{"coming back after a refused send plans nothing", begin, refused, []Event{event(EventHeartbeat, 21), event(EventAbandoned, 25)}, StatusWithheld, FollowUpWithheld, CheckCarrier, 0},
		{"coming back after an undelivered text plans nothing", begin, undelivered, []Event{event(EventHeartbeat, 21), event(EventAbandoned, 25)}, StatusWithheld, FollowUpWithheld, CheckCarrier, 0},
		{"coming back while a person's resend is due leaves it", begin, func(s *Session) { lost(s); s.SendAgain(minute(30)) },
			[]Event{event(EventHeartbeat, 31), event(EventAbandoned, 32)}, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"coming back after a withheld resend plans nothing", begin, func(s *Session) { lost(s); s.SendAgain(minute(30)); s.Withhold(CheckOptedOut) },
			[]Event{event(EventHeartbeat, 31), event(EventAbandoned, 32)}, StatusWithheld, FollowUpWithheld, CheckOptedOut, 0},
		{"coming back after a withheld plan plans anew", begin, func(s *Session) { s.Withhold(CheckConsent) },
			[]Event{event(EventHeartbeat, 31), event(EventAbandoned, 32)}, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"coming back while the text waits takes the plan away", begin, func(s *Session) { s.PutOff(CheckHours, minute(600)) },
			[]Event{event(EventHeartbeat, 31)}, StatusActive, FollowUpNone, "", KindLapse},
		{"completed before the text needs none", begin, nil, []Event{event(EventCompleted, 8)}, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"completed after the text is won back", begin, sent, []Event{event(EventCompleted, 30)}, StatusRecovered, FollowUpSent, "", 0},
		{"completed at the moment of the text is won back", begin, sent, []Event{event(EventCompleted, 20)}, StatusRecovered, FollowUpSent, "", 0},
		{"completed before the text by its own time is not won back", begin, sent, []Event{event(EventCompleted, 19)}, StatusCompleted, FollowUpSent, "", 0},
		{"completed seven days after the text is won back", begin, sent, []Event{event(EventCompleted, 20+7*24*60)}, StatusRecovered, FollowUpSent, "", 0},
		{"completed later than that is not", begin, sent, []Event{event(EventCompleted, 20.1+7*24*60)}, StatusCompleted, FollowUpSent, "", 0},
		{"told twice, the earlier completion counts", begin, sent, []Event{event(EventCompleted, 20.1+7*24*60), event(EventCompleted, 30)}, StatusRecovered, FollowUpSent, "", 0},
		{"completed after an undelivered text is not won back", begin, undelivered, []Event{event(EventCompleted, 30)}, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"completed after a lost send is not claimed as won back", begin, lost, []Event{event(EventCompleted, 30)}, StatusCompleted, FollowUpUnknown, "", 0},
		{"completed stops a person's resend", begin, func(s *Session) { lost(s); s.SendAgain(minute(30)) }, []Event{event(EventCompleted, 31)}, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"nothing comes after completion", begin, nil, []Event{event(EventCompleted, 8), event(EventHeartbeat, 9), event(EventAbandoned, 10)}, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"nothing comes after staff took it", begin, func(s *Session) { s.Handle(minute(6), "kim", "") },
			[]Event{event(EventHeartbeat, 9), event(EventAbandoned, 10)}, StatusWithheld, FollowUpWithheld, CheckHandled, 0},
		{"completed after staff took it is completed", begin, func(s *Session) { s.Handle(minute(6), "kim", "") }, []Event{event(EventCompleted, 9)}, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"handled after completion stays completed", begin, func(s *Session) { s.Apply(event(EventCompleted, 8), silence, delay); s.Handle(minute(9), "kim", "") }, nil, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"handled after the claim does not undo it", begin, func(s *Session) { claim(s); s.Handle(minute(21), "kim", "") }, nil, StatusAbandoned, FollowUpClaimed, "", 0},
		{"a released claim is decided afresh", begin, func(s *Session) { claim(s); s.Release(minute(21)) }, nil, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"a claim released after staff took it stays with them", begin, func(s *Session) { claim(s); s.Handle(minute(21), "kim", ""); s.Release(minute(22)) }, nil, StatusWithheld, FollowUpWithheld, CheckHandled, 0},
		{"a claim released after completion is withheld", begin, func(s *Session) { claim(s); s.Apply(event(EventCompleted, 21), silence, delay); s.Release(minute(22)) }, nil, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"a claim released after coming back has no plan", begin, func(s *Session) { claim(s); s.Apply(event(EventHeartbeat, 21), silence, delay); s.Release(minute(22)) }, nil, StatusActive, FollowUpNone, "", KindLapse},
		{"a retry after coming back has no plan", begin, func(s *Session) {
			claim(s)
			s.Apply(event(EventHeartbeat, 21), silence, delay)
			s.PutOff(CheckCarrier, minute(25))
		}, nil, StatusActive, FollowUpNone, "", KindLapse},
		{"a retry waits", begin, func(s *Session) { claim(s); s.PutOff(CheckCarrier, minute(25)) }, nil, StatusWaiting, FollowUpWaiting, CheckCarrier, KindFollowUp},
		{"a retry after completion is withheld", begin, func(s *Session) {
			claim(s)
			s.Apply(event(EventCompleted, 21), silence, delay)
			s.PutOff(CheckCarrier, minute(25))
		}, nil, StatusCompleted, FollowUpWithheld, CheckCompleted, 0},
		{"a late callback makes a planned resend void", begin, func(s *Session) { lost(s); s.SendAgain(minute(30)); s.Sent(minute(20)) }, nil, StatusTexted, FollowUpSent, "", 0},
		{"a released resend is still due", begin, func(s *Session) { lost(s); s.SendAgain(minute(30)); s.Claim("a2"); s.Release(minute(31)) }, nil, StatusAbandoned, FollowUpDue, "", KindFollowUp},
		{"late news from before leaving does not undo a decision", begin, func(s *Session) { s.PutOff(CheckHours, minute(600)) }, []Event{event(EventHeartbeat, 4)},
			StatusWaiting, FollowUpWaiting, CheckHours, KindFollowUp},
		{"the time for it passed", begin, func(s *Session) { s.Withhold(CheckTooLate) }, nil, StatusExpired, FollowUpWithheld, CheckTooLate, 0},
	} {
		s := played(c.first...)
		if c.do != nil {
			c.do(s)
		}
		for _, ev := range c.then {
			s.Apply(ev, silence, delay)
		}
		if s.Status != c.status || s.FollowUp.State != c.state || s.FollowUp.WithheldBy != c.by || s.DueKind != c.armed {
			t.Errorf("%s:\n got %s, %s by %q, armed %s\nwant %s, %s by %q, armed %s", c.name,
				s.Status, s.FollowUp.State, s.FollowUp.WithheldBy, s.DueKind, c.status, c.state, c.by, c.armed)
		}
	}
}

// settle plays the motor: an open session that nobody hears of any more lapses.
func settle(s *Session) {
	if s.DueKind == KindLapse {
		s.Abandon(s.SeenAt, delay)
	}
}

// TestAnyOrderOfTheSameEventsEndsTheSame: events at different moments, shuffled and some of them twice.
func TestAnyOrderOfTheSameEventsEndsTheSame(t *testing.T) {
	kinds := []EventKind{EventStarted, EventProgress, EventHeartbeat, EventAbandoned, EventAbandoned, EventHeartbeat}
	rng := rand.New(rand.NewPCG(11, 12))
	for round := range 20000 {
		var events []Event
		moments := rng.Perm(40)
		for i := range 1 + rng.IntN(7) {
			events = append(events, event(kinds[rng.IntN(len(kinds))], float64(moments[i])))
		}
		if rng.IntN(4) == 0 {
			events = append(events, event(EventCompleted, float64(moments[10])))
		}
		sorted := slices.Clone(events)
		slices.SortFunc(sorted, func(a, b Event) int { return a.At.Compare(b.At) })
		want := played(sorted...)

		mixed := append(slices.Clone(events), events[:rng.IntN(len(events)+1)]...)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := played(mixed...)

		if got.Status != want.Status || got.Done() != want.Done() || !got.CompletedAt.Equal(want.CompletedAt) ||
			!got.SeenAt.Equal(want.SeenAt) || !got.PresentAt.Equal(want.PresentAt) || !got.StartedAt.Equal(want.StartedAt) ||
			got.DueKind != want.DueKind || got.FollowUp.State != want.FollowUp.State {
			t.Fatalf("round %d:\nsorted %v\n   got %+v\nmixed %v\n   got %+v", round, brief(sorted), want, brief(mixed), got)
		}
		if !got.Done() {
			settle(got)
			settle(want)
			if got.AbandonedAt.Before(got.PresentAt) || got.AbandonedAt.After(got.SeenAt) || !got.DueAt.Equal(got.AbandonedAt.Add(delay)) {
				t.Fatalf("round %d: mixed %v: left at %v, seen there until %v, heard of until %v, due %v",
					round, brief(mixed), got.AbandonedAt, got.PresentAt, got.SeenAt, got.DueAt)
			}
		}
	}
}

// TestWithOneLeavingPerVisitTheMomentIsExactInAnyOrder: what pages really send.
func TestWithOneLeavingPerVisitTheMomentIsExactInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for round := range 20000 {
		var sorted []Event
		m := 0.0
		for range 1 + rng.IntN(3) {
			for range 1 + rng.IntN(3) {
				m++
				sorted = append(sorted, event(EventHeartbeat, m))
			}
			m++
			sorted = append(sorted, event(EventAbandoned, m))
		}
		want := played(sorted...)
		mixed := slices.Clone(sorted)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := played(mixed...)
		if !got.AbandonedAt.Equal(want.AbandonedAt) || !got.DueAt.Equal(want.DueAt) || got.DueKind != want.DueKind {
			t.Fatalf("round %d: mixed %v: left %v due %v, want %v and %v", round, brief(mixed), got.AbandonedAt, got.DueAt, want.AbandonedAt, want.DueAt)
		}
	}
}

func brief(events []Event) (list []string) {
	for _, ev := range events {
		list = append(list, string(ev.Kind[:1])+ev.At.Sub(left).String())
	}
	return list
}

// TestASessionNeverPlansASecondTextByItself walks every transition at random. Only a person's SendAgain may plan after a
// text was sent, lost or refused; and what people see always agrees with what is known.
func TestASessionNeverPlansASecondTextByItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	kinds := []EventKind{EventStarted, EventProgress, EventHeartbeat, EventAbandoned}
	for round := range 30000 {
		s := played(event(EventStarted, 0), event(EventAbandoned, 1))
		var log []string
		texts, allowed := 0, 1
		for step := range 25 {
			m := float64(step) + rng.Float64()
			f := &s.FollowUp
			switch op := rng.IntN(12); {
			case op < 5:
				k := kinds[rng.IntN(len(kinds))]
				s.Apply(event(k, m-float64(rng.IntN(3))), silence, delay)
				log = append(log, "event "+string(k))
			case op == 5 && s.DueKind == KindLapse:
				s.Abandon(s.SeenAt, delay)
				log = append(log, "lapse")
			case op <= 8 && s.DueKind == KindFollowUp: // the motor fires: Decide passes, waits or stops
				switch rng.IntN(4) {
				case 0:
					s.Withhold(CheckDuplicate)
					log = append(log, "withheld")
				case 1:
					s.PutOff(CheckHours, minute(m+5))
					log = append(log, "put off")
				default:
					s.Claim(AttemptID(rune('a' + step)))
					log = append(log, "claim")
				}
			case op == 9 && f.State == FollowUpClaimed:
				switch rng.IntN(5) {
				case 0:
					s.Release(minute(m))
					log = append(log, "release")
				case 1:
					texts++
					s.Sent(minute(m))
					log = append(log, "sent")
				case 2:
					texts++ // it may be out
					s.Unknown()
					log = append(log, "unknown")
				case 3:
					s.Withhold(CheckCarrier)
					log = append(log, "refused")
				default:
					s.PutOff(CheckCarrier, minute(m+5))
					log = append(log, "retry")
				}
			case op == 10 && (f.State == FollowUpUnknown || f.State == FollowUpWithheld && f.WithheldBy == CheckCarrier) && rng.IntN(4) == 0:
				s.SendAgain(minute(m))
				allowed++
				log = append(log, "send again")
			case op == 11 && rng.IntN(20) == 0:
				s.Apply(event(EventCompleted, m), silence, delay)
				log = append(log, "completed")
			case op == 11 && rng.IntN(20) == 0:
				s.Handle(minute(m), "kim", "")
				log = append(log, "handled")
			}
			if texts > allowed {
				t.Fatalf("round %d: %d texts, %d permitted: %v", round, texts, allowed, log)
			}
			agree(t, s, log)
		}
	}
}

// agree checks that status, state and due-key say the same.
func agree(t *testing.T, s *Session, log []string) {
	t.Helper()
	fail := func(why string) { t.Fatalf("%s: %+v\nafter %v", why, s, log) }
	if s.Status != s.status() {
		fail("the status is stale")
	}
	armed := map[FollowUpState]Kind{FollowUpNone: KindLapse, FollowUpDue: KindFollowUp, FollowUpWaiting: KindFollowUp}[s.FollowUp.State]
	if s.DueKind != armed || s.DueAt.IsZero() != (armed == 0) {
		fail("the due-key does not fit the state " + string(s.FollowUp.State))
	}
	if (s.FollowUp.State == FollowUpWithheld || s.FollowUp.State == FollowUpWaiting) != (s.FollowUp.WithheldBy != "") {
		fail("withheld_by does not fit the state " + string(s.FollowUp.State))
	}
	if s.Done() && (s.Status != StatusCompleted && s.Status != StatusRecovered || armed != 0) {
		fail("a completed session looks otherwise")
	}
	if !s.HandledAt.IsZero() && armed != 0 {
		fail("a handled session has a plan")
	}
	if s.FollowUp.State == FollowUpNone != s.AbandonedAt.IsZero() && !s.Done() && s.HandledAt.IsZero() {
		fail("left and open at once")
	}
}

func TestALateReportOfAnEarlierLeavingMovesTheMomentBackUntilItIsDecided(t *testing.T) {
	s := played(event(EventStarted, 0), event(EventAbandoned, 7), event(EventAbandoned, 5))
	if !s.AbandonedAt.Equal(minute(5)) || !s.DueAt.Equal(minute(20)) {
		t.Errorf("left %v, due %v, want 5 and 20 minutes on", s.AbandonedAt, s.DueAt)
	}
	s = played(event(EventStarted, 0), event(EventAbandoned, 7))
	s.PutOff(CheckHours, minute(600))
	s.Apply(event(EventAbandoned, 5), silence, delay)
	if s.FollowUp.State != FollowUpWaiting || !s.DueAt.Equal(minute(600)) {
		t.Errorf("the decision was thrown away: %+v", s.FollowUp)
	}
}

func TestAbandonPlansNothingForASessionThatHasEndedOrIsSpent(t *testing.T) {
	for name, end := range map[string]func(*Session){
		"completed": func(s *Session) { s.Apply(event(EventCompleted, 2), silence, delay) },
		"handled":   func(s *Session) { s.Handle(minute(2), "kim", "") },
		"spent":     func(s *Session) { s.Claim("a1"); s.Sent(minute(2)) },
	} {
		s := played(event(EventStarted, 0))
		end(s)
		s.Arm(KindLapse, minute(3)) // a stale key, however it came about
		was := s.FollowUp
		s.Abandon(minute(3), delay)
		if s.FollowUp != was || s.DueKind != 0 || !s.AbandonedAt.IsZero() {
			t.Errorf("a %s session was planned: %+v", name, s)
		}
	}
}

func TestAnOutcomeVoidsADecisionToSendAgain(t *testing.T) {
	for name, end := range map[string]func(*Session){
		"sent": func(s *Session) { s.Sent(minute(20)) }, "unknown": func(s *Session) { s.Unknown() },
		"withheld": func(s *Session) { s.Withhold(CheckOptedOut) }, "completed": func(s *Session) { s.Apply(event(EventCompleted, 40), silence, delay) },
	} {
		s := played(event(EventStarted, 0), event(EventAbandoned, 5))
		s.Claim("a1")
		s.Unknown()
		s.SendAgain(minute(30))
		end(s)
		if s.FollowUp.Resend || !s.FollowUp.Spent {
			t.Errorf("%s: resend %v, spent %v", name, s.FollowUp.Resend, s.FollowUp.Spent)
		}
	}
}

func TestASessionBeganAtItsEarliestEvent(t *testing.T) {
	if s := played(event(EventHeartbeat, 5), event(EventStarted, 1), event(EventHeartbeat, 9)); !s.StartedAt.Equal(minute(1)) || !s.SeenAt.Equal(minute(9)) {
		t.Errorf("began %v, seen until %v", s.StartedAt, s.SeenAt)
	}
}

package booking

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAllGoodFactsPassEveryCheckInOrder(t *testing.T) {
	v := Decide(due, goodFacts())
	if v.Result != Pass || v.Check != "" || !v.At.IsZero() {
		t.Fatalf("got %+v, want a pass", v)
	}
	want := []Check{CheckAccountEnabled, CheckSchedulerEnabled, CheckRegistration, CheckPhoneNumber, CheckConsent, CheckOptedOut,
		CheckCompleted, CheckBookedElsewhere, CheckHandled, CheckDuplicate, CheckFrequency, CheckTooLate, CheckHours,
		CheckThreadOwner, CheckLandline, CheckHoldout}
	var got []Check
	for _, f := range v.Trail {
		got = append(got, f.Check)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("checks made:\n got %v\nwant %v", got, want)
	}
}

// verdicts is what one changed fact leads to.
var verdicts = []struct {
	name   string
	change func(*Facts)
	now    time.Time // zero: due
	result Result
	check  Check
	until  time.Time
	fact   string // part of the ruling finding's fact
}{
	{name: "account switched off stops", change: func(f *Facts) { f.Account.SMSFollowUpEnabled = false },
		result: Stop, check: CheckAccountEnabled, fact: "switched off"},
	{name: "scheduler deleted stops", change: func(f *Facts) { f.Scheduler = nil }, result: Stop, check: CheckSchedulerEnabled, fact: "deleted"},
	{name: "scheduler switched off stops", change: func(f *Facts) { f.Scheduler.FollowUp.Enabled = false },
		result: Stop, check: CheckSchedulerEnabled, fact: "switched off"},
	{name: "registration not submitted waits until it is too late", change: func(f *Facts) { f.Registration.Status = "" },
		result: Wait, check: CheckRegistration, until: left.Add(48 * time.Hour), fact: "not submitted"},
	{name: "registration in review waits", change: func(f *Facts) { f.Registration.Status = RegistrationInReview },
		result: Wait, check: CheckRegistration, until: left.Add(48 * time.Hour), fact: "vetted"},
	{name: "registration rejected waits", change: func(f *Facts) { f.Registration.Status = RegistrationRejected },
		result: Wait, check: CheckRegistration, until: left.Add(48 * time.Hour), fact: "rejected"},
	{name: "registration missing after 48 h is too late", change: func(f *Facts) { f.Registration.Status = RegistrationSubmitted },
		now: left.Add(48 * time.Hour), result: Stop, check: CheckTooLate, fact: "left 2026-03-10 15:20 EDT"},
	{name: "no number of ours waits", change: func(f *Facts) { f.Number = nil },
		result: Wait, check: CheckPhoneNumber, until: left.Add(48 * time.Hour), fact: "no default outbound number"},
	{name: "a number that cannot text waits", change: func(f *Facts) { f.Number.SMSCapable = false },
		result: Wait, check: CheckPhoneNumber, until: left.Add(48 * time.Hour), fact: "cannot send texts"},
	{name: "a messaging service needs no number", change: func(f *Facts) { f.Number, f.Registration.MessagingService = nil, "MG1" }, result: Pass},
	{name: "customer without a phone stops", change: func(f *Facts) { f.Session.Phone, f.Session.Customer.Phone = "", "" },
		result: Stop, check: CheckPhoneNumber, fact: "gave no phone"},
	{name: "customer with half a phone stops", change: func(f *Facts) { f.Session.Phone, f.Session.Customer.Phone = "", "61455" },
		result: Stop, check: CheckPhoneNumber, fact: "not a complete US or Canadian number"},
	{name: "customer without a phone stops even when ours is missing", change: func(f *Facts) { f.Session.Phone, f.Number = "", nil },
		result: Stop, check: CheckPhoneNumber},
	{name: "no consent stops", change: func(f *Facts) { f.Session.Consent.SMS = false }, result: Stop, check: CheckConsent, fact: "did not tick"},
	{name: "no consent passes where none is required", change: func(f *Facts) {
		f.Session.Consent.SMS, f.Account.Settings.RequireConsent = false, false
	}, result: Pass},
	{name: "no consent stops although the registration waits", change: func(f *Facts) {
		f.Session.Consent.SMS, f.Registration.Status = false, RegistrationDraft
	}, result: Stop, check: CheckConsent},
	{name: "opt-out stops whatever was ticked since", change: func(f *Facts) {
		f.OptOut = &OptOut{Phone: dana, Source: "text", Text: "STOP", At: left.Add(-7 * 24 * time.Hour)}
	}, result: Stop, check: CheckOptedOut, fact: "opted out on 2026-03-03 14:20 EST by text"},
	{name: "completed stops", change: func(f *Facts) { f.Session.CompletedAt = left.Add(time.Minute) }, result: Stop, check: CheckCompleted},
	{name: "booked by phone stops", change: func(f *Facts) { f.Bookings = []Booking{{ID: "x", Source: SourcePhone, At: left}} },
		result: Stop, check: CheckBookedElsewhere, fact: "booked by phone on 2026-03-10 15:20 EDT"},
	{name: "booked 24 h before the session began stops", change: func(f *Facts) {
		f.Bookings = []Booking{{ID: "x", At: f.Session.StartedAt.Add(-24 * time.Hour)}}
	}, result: Stop, check: CheckBookedElsewhere},
	{name: "an older booking is another job", change: func(f *Facts) {
		f.Bookings = []Booking{{ID: "x", At: f.Session.StartedAt.Add(-24*time.Hour - time.Second)}}
	}, result: Pass},
	{name: "its own booking is not elsewhere", change: func(f *Facts) {
		f.Bookings = []Booking{{ID: "x", Session: f.Session.ID, At: left}}
	}, result: Pass},
	{name: "handled stops", change: func(f *Facts) { f.Session.Handle(left, "kim", "") }, result: Stop, check: CheckHandled, fact: "handled by kim"},
	{name: "a session left later is to get the text", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", AbandonedAt: left.Add(time.Minute), Qualifies: true, State: FollowUpDue, DueAt: left.Add(16 * time.Minute)}}
	}, result: Wait, check: CheckDuplicate, until: left.Add(16*time.Minute + time.Second), fact: "left later, on 2026-03-10 15:21 EDT"},
	{name: "a session left later got the text", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", AbandonedAt: left.Add(time.Minute), State: FollowUpSent}}
	}, result: Stop, check: CheckDuplicate, fact: "left later, on 2026-03-10 15:21 EDT"},
	{name: "a session left later is to get the text when it is too late for this one", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", AbandonedAt: left.Add(time.Minute), Qualifies: true, State: FollowUpWaiting, DueAt: left.Add(48 * time.Hour)}}
	}, result: Stop, check: CheckDuplicate},
	{name: "a later session whose text was left out for the measurement had the turn", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", AbandonedAt: left.Add(time.Minute), Qualifies: true, State: FollowUpWithheld, WithheldBy: CheckHoldout}}
	}, result: Stop, check: CheckDuplicate},
	{name: "a session open later is waited for", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", SeenAt: left.Add(time.Minute), Qualifies: true, State: FollowUpNone}}
	}, result: Wait, check: CheckDuplicate, until: left.Add(16 * time.Minute), fact: "is open"},
	{name: "but not for ever", now: left.Add(time.Hour), change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", SeenAt: left.Add(time.Hour), Qualifies: true, State: FollowUpNone}}
	}, result: Pass},
	{name: "a session left earlier does not matter", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-c", AbandonedAt: left.Add(-time.Minute), SeenAt: left.Add(time.Hour), Qualifies: true}}
	}, result: Pass},
	{name: "a later session without consent gets no text", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-c", AbandonedAt: left.Add(time.Minute)}}
	}, result: Pass},
	{name: "a later session that was withheld gets no text", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-c", AbandonedAt: left.Add(time.Minute), Qualifies: true, State: FollowUpWithheld}}
	}, result: Pass},
	{name: "of two left at once the larger ID gets the text", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-c", AbandonedAt: left, Qualifies: true, DueAt: left.Add(20 * time.Minute)}}
	}, result: Wait, check: CheckDuplicate, until: left.Add(20*time.Minute + time.Second)},
	{name: "of two left at once the smaller ID gets none", change: func(f *Facts) {
		f.Rivals = []Rival{{Session: "0195-a", AbandonedAt: left, Qualifies: true}}
	}, result: Pass},
	{name: "a session that had its text gets no second one", change: func(f *Facts) { f.Session.FollowUp.State = FollowUpUnknown },
		result: Stop, check: CheckDuplicate, fact: "unknown"},
	{name: "two texts in 24 h leave room for one", change: func(f *Facts) { f.Person.Started = started(-time.Hour, -2*time.Hour) }, result: Pass},
	{name: "three texts in 24 h wait for the earliest to age", change: func(f *Facts) {
		f.Person.Started = started(-20*time.Hour, -2*time.Hour, -time.Hour)
	}, now: due, result: Wait, check: CheckFrequency, until: due.Add(4 * time.Hour), fact: "3 texts"},
	{name: "unordered texts wait for the earliest too", change: func(f *Facts) {
		f.Person.Started = started(-time.Hour, -20*time.Hour, -2*time.Hour)
	}, result: Wait, check: CheckFrequency, until: due.Add(4 * time.Hour)},
	{name: "a lowered cap waits for enough of them", change: func(f *Facts) {
		f.Account.Settings.Frequency.Max = 1
		f.Person.Started = started(-20*time.Hour, -22*time.Hour, -21*time.Hour)
	}, result: Wait, check: CheckFrequency, until: due.Add(4 * time.Hour)},
	{name: "a text as old as the period does not count", change: func(f *Facts) {
		f.Person.Started = started(-24*time.Hour, -2*time.Hour, -time.Hour)
	}, result: Pass},
	{name: "a cap of none stops", change: func(f *Facts) { f.Account.Settings.Frequency.Max = 0 }, result: Stop, check: CheckFrequency},
	{name: "48 h after it was left it is too late", now: left.Add(48 * time.Hour), result: Stop, check: CheckTooLate, fact: "left 2026-03-10 15:20 EDT"},
	{name: "just before 48 h it is not", now: left.Add(48*time.Hour - time.Second), result: Pass},
	{name: "after eight in the evening it waits for nine", now: at("2026-03-10T21:05:00-04:00"), result: Wait, check: CheckHours,
		until: at("2026-03-11T09:00:00-04:00"), fact: "due 21:05 EDT (America/New_York, area code)"},
	{name: "eight sharp is outside", now: at("2026-03-10T20:00:00-04:00"), result: Wait, check: CheckHours, until: at("2026-03-11T09:00:00-04:00")},
	{name: "nine sharp is inside", now: at("2026-03-11T09:00:00-04:00"), result: Pass},
	{name: "Sunday morning waits for noon", change: func(f *Facts) { f.Session.AbandonedAt = at("2026-03-15T09:30:00-04:00") },
		now: at("2026-03-15T09:45:00-04:00"), result: Wait, check: CheckHours, until: at("2026-03-15T12:00:00-04:00")},
	{name: "hours that open too late stop, with both lines", change: func(f *Facts) { f.Account.Settings.LatestAfter = Duration(6 * time.Hour) },
		now: at("2026-03-10T21:05:00-04:00"), result: Stop, check: CheckTooLate, fact: "could go out 2026-03-11 09:00 EDT"},
	{name: "hours that open exactly at the limit stop", change: func(f *Facts) {
		f.Account.Settings.LatestAfter = Duration(17*time.Hour + 40*time.Minute)
	}, now: at("2026-03-10T21:05:00-04:00"), result: Stop, check: CheckTooLate},
	{name: "a frequency that frees too late stops", change: func(f *Facts) {
		f.Account.Settings.LatestAfter = Duration(3 * time.Hour)
		f.Person.Started = started(-time.Hour, -time.Hour, -time.Hour)
	}, result: Stop, check: CheckTooLate},
	{name: "hours that are empty stop", change: func(f *Facts) { f.Account.Settings.Hours = Hours{} }, result: Stop, check: CheckHours},
	{name: "an unknown zone stops and says so", change: func(f *Facts) {
		f.Scheduler.Timezone, f.Session.Phone = "Mars/Olympus", nowhere
	}, result: Stop, check: CheckHours, fact: `"Mars/Olympus"`},
	{name: "the account's zone counts where the scheduler has none", change: func(f *Facts) {
		f.Scheduler.Timezone, f.Account.Timezone, f.Session.Phone = "", "Pacific/Honolulu", nowhere
	}, now: at("2026-03-10T14:00:00-04:00"), result: Wait, check: CheckHours, until: at("2026-03-10T09:00:00-10:00")},
	{name: "half the persons held out stops those", change: func(f *Facts) { f.Account.Settings.Holdout = 100 }, result: Stop, check: CheckHoldout},
	{name: "a person in the thread stops", change: func(f *Facts) { f.ThreadOwner = "human" }, result: Stop, check: CheckThreadOwner},
	{name: "an agent in the thread passes", change: func(f *Facts) { f.ThreadOwner = "agent" }, result: Pass},
	{name: "a number the carrier refused stops", change: func(f *Facts) { f.Person.Bad = &BadPhone{At: left.Add(-time.Hour), Code: 30006} },
		result: Stop, check: CheckLandline, fact: "error 30006"},
	{name: "a number that texted us since is no landline", change: func(f *Facts) {
		f.Person.Bad, f.Person.Inbound = &BadPhone{At: left.Add(-time.Hour), Code: 30006}, left
	}, result: Pass},
	{name: "a halted number waits", change: func(f *Facts) {
		f.Carrier.Stop(Halt{Number: office, Code: 30034, Meaning: "Not in the campaign.", Fix: "Add it.", Since: left, Until: due.Add(time.Hour)})
	}, result: Wait, check: CheckCarrier, until: due.Add(time.Hour), fact: "carrier error 30034"},
	{name: "one text tries whether a halt is mended", change: func(f *Facts) {
		f.Carrier.Stop(Halt{Code: 20003, Meaning: "Wrong token.", Fix: "Mend it.", Since: left, Until: due})
	}, result: Pass},
	{name: "a landline stops in the night too", change: func(f *Facts) { f.Person.Bad = &BadPhone{At: left, Code: 30006} },
		now: at("2026-03-10T21:05:00-04:00"), result: Stop, check: CheckLandline},
	{name: "of two waits the later one rules", change: func(f *Facts) { f.Person.Started = started(-10*time.Hour, -2*time.Hour, -time.Hour) },
		now: at("2026-03-10T21:05:00-04:00"), result: Wait, check: CheckHours, until: at("2026-03-11T09:00:00-04:00")},
	{name: "of two waits the later one rules, the other way round", change: func(f *Facts) {
		f.Person.Started = started(6*time.Hour, 6*time.Hour, 6*time.Hour)
	}, now: at("2026-03-11T08:00:00-04:00"), result: Wait, check: CheckFrequency, until: due.Add(30 * time.Hour)},
}

// started makes texts to Dana, by their distance from due.
func started(ago ...time.Duration) (list []Started) {
	for _, d := range ago {
		list = append(list, Started{At: due.Add(d), Attempt: "earlier", Session: "other"})
	}
	return list
}

func TestVerdicts(t *testing.T) {
	for _, c := range verdicts {
		t.Run(c.name, func(t *testing.T) {
			f, now := goodFacts(), due
			if c.change != nil {
				c.change(&f)
			}
			if !c.now.IsZero() {
				now = c.now
			}
			v := Decide(now, f)
			if v.Result != c.result || v.Check != c.check || !v.At.Equal(c.until) {
				t.Fatalf("got %s by %q until %v, want %s by %q until %v\n%s", v.Result, v.Check, v.At, c.result, c.check, c.until, show(v))
			}
			if c.check == "" {
				return
			}
			x := ruling(v)
			if x.Result != c.result || !strings.Contains(x.Fact, c.fact) {
				t.Errorf("got %s with the fact %q, want %s with %q", x.Result, x.Fact, c.result, c.fact)
			}
		})
	}
}

// ruling gives the finding the verdict rests on: of the check's findings the last one that is no pass.
func ruling(v Verdict) (x Finding) {
	for _, f := range v.Trail {
		if f.Check == v.Check && f.Result != Pass {
			x = f
		}
	}
	return x
}

func show(v Verdict) string {
	b, _ := json.MarshalIndent(v.Trail, "", " ")
	return string(b)
}

func TestAWaitThatOutlastsTheLimitLeavesBothLines(t *testing.T) {
	f := goodFacts()
	f.Account.Settings.LatestAfter = Duration(6 * time.Hour)
	v := Decide(at("2026-03-10T21:05:00-04:00"), f)
	n := len(v.Trail)
	if n < 2 || v.Trail[n-2].Check != CheckHours || v.Trail[n-2].Result != Wait || v.Trail[n-1].Check != CheckTooLate || v.Trail[n-1].Result != Stop {
		t.Errorf("got %s, want the hours' wait followed by the stop of too_late", show(v))
	}
}

func TestAResendObeysAllButItsOwnAttemptAndTheHoldout(t *testing.T) {
	again := func() Facts {
		f := goodFacts()
		f.Session.Claim("a1")
		f.Session.Unknown()
		f.Session.SendAgain(due)
		f.Person.Started = []Started{{At: due.Add(-time.Minute), Attempt: "a1", Session: f.Session.ID}}
		return f
	}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		now    time.Time
		check  Check
	}{
		{"with nothing against it", func(*Facts) {}, due, ""},
		{"under a cap of one", func(f *Facts) { f.Account.Settings.Frequency.Max = 1 }, due, ""},
		{"from the control group", func(f *Facts) { f.Account.Settings.Holdout = 100 }, due, ""},
		{"after an opt-out", func(f *Facts) { f.OptOut = &OptOut{At: due} }, due, CheckOptedOut},
		{"at night", func(*Facts) {}, at("2026-03-10T22:00:00-04:00"), CheckHours},
		{"too late", func(*Facts) {}, left.Add(49 * time.Hour), CheckTooLate},
		{"after two other texts and a cap of two", func(f *Facts) {
			f.Account.Settings.Frequency.Max = 2
			f.Person.Started = append(f.Person.Started, started(-time.Hour, -2*time.Hour)...)
		}, due, CheckFrequency},
		{"for the second time under a cap of one", func(f *Facts) {
			f.Account.Settings.Frequency.Max = 1
			f.Session.Claim("a2")
			f.Session.Unknown()
			f.Session.SendAgain(due)
			f.Person.Started = append(f.Person.Started, Started{At: due, Attempt: "a2", Session: f.Session.ID})
		}, due.Add(time.Minute), CheckFrequency},
	} {
		f := again()
		c.change(&f)
		if v := Decide(c.now, f); v.Check != c.check {
			t.Errorf("a resend %s: got %s by %q, want %q\n%s", c.name, v.Result, v.Check, c.check, show(v))
		}
	}
}

// TestEveryLineOfATraceHelpsTheOffice walks random facts: each line names its fact, says one sentence, and where it keeps a
// text back says what would change that; none shows a phone number in clear.
func TestEveryLineOfATraceHelpsTheOffice(t *testing.T) {
	seen := map[Check]map[Result]bool{}
	for i, c := range verdicts {
		f, now := goodFacts(), due
		if c.change != nil {
			c.change(&f)
		}
		if !c.now.IsZero() {
			now = c.now
		}
		for _, x := range Decide(now, f).Trail {
			if seen[x.Check] == nil {
				seen[x.Check] = map[Result]bool{}
			}
			seen[x.Check][x.Result] = true
			if x.Fact == "" || x.Message == "" || x.Result != Pass && x.Fix == "" || !x.At.Equal(now) {
				t.Errorf("scene %d: incomplete line %+v", i, x)
			}
			if (x.Result == Wait) != !x.Until.IsZero() {
				t.Errorf("scene %d: %s %s has until %v", i, x.Check, x.Result, x.Until)
			}
			if !strings.HasSuffix(x.Message, ".") || strings.Contains(x.Message, "  ") {
				t.Errorf("scene %d: %q is no sentence", i, x.Message)
			}
			all := x.Fact + x.Setting + x.Message + x.Fix
			if strings.Contains(all, string(dana)) || strings.Contains(all, string(office)) || strings.Contains(all, "6145550142") {
				t.Errorf("scene %d: a phone number stands in clear in %+v", i, x)
			}
		}
	}
	for _, c := range checks {
		if !seen[c][Pass] || !seen[c][Stop] && !seen[c][Wait] {
			t.Errorf("the scenes never show %s both passing and holding back", c)
		}
	}
}

// TestDecideIsPureAndItsVerdictFollowsFromItsTrail mixes the scenes' changes at random.
func TestDecideIsPureAndItsVerdictFollowsFromItsTrail(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		f := goodFacts()
		for range rng.IntN(4) {
			if c := verdicts[rng.IntN(len(verdicts))]; c.change != nil && (f.Scheduler != nil) {
				func() {
					defer func() { _ = recover() }() // a change that rests on what an earlier one took away
					c.change(&f)
				}()
			}
		}
		now := due.Add(time.Duration(rng.Int64N(int64(60 * time.Hour))))
		v := Decide(now, f)
		if again := Decide(now, f); !reflect.DeepEqual(v, again) {
			t.Fatalf("two verdicts on the same facts:\n%s\n%s", show(v), show(again))
		}
		want := Verdict{Result: Pass}
		for i, x := range v.Trail {
			if x.Result == Stop {
				want = Verdict{Result: Stop, Check: x.Check}
				if i != len(v.Trail)-1 {
					t.Fatalf("checks were made after a stop: %s", show(v))
				}
				break
			}
			if x.Result == Wait && x.Until.After(want.At) {
				want = Verdict{Result: Wait, Check: x.Check, At: x.Until}
			}
		}
		if v.Result != want.Result || v.Check != want.Check || !v.At.Equal(want.At) {
			t.Fatalf("got %s by %q at %v, the trail says %s by %q at %v", v.Result, v.Check, v.At, want.Result, want.Check, want.At)
		}
		limit := f.Session.AbandonedAt.Add(f.Account.Settings.LatestAfter.Std())
		if v.Result == Pass && !now.Before(limit) {
			t.Fatalf("a text passed at %v, after %v", now, limit)
		}
		if v.Result == Wait && (!v.At.After(now) || v.At.After(limit)) {
			t.Fatalf("waits until %v, now is %v and the limit %v: %s", v.At, now, limit, show(v))
		}
	}
}

func TestTheHoldoutIsStableNestedAndOfTheRightSize(t *testing.T) {
	in := 0
	for i := range 20000 {
		p := Phone("+1614555" + string([]byte{byte('0' + i/1000%10), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)}) + string(rune('A'+i/10000)))
		if HeldOut("main", p, 20) {
			in++
		}
		for percent, was := 0, false; percent <= 100; percent += 10 {
			is := HeldOut("main", p, percent)
			if was && !is {
				t.Fatalf("%s is held out at %d percent and not at more", p, percent-10)
			}
			was = is
		}
	}
	if in < 3800 || in > 4200 {
		t.Errorf("20 percent of 20000 held out %d persons, want about 4000", in)
	}
	for p, from := range map[Phone]int{"+16145550142": 61, "+16145550143": 69, "+18085550142": 36} {
		if HeldOut("main", p, from-1) || !HeldOut("main", p, from) {
			t.Errorf("%s is not held out from %d percent on: the hash changed, so groups under way mix", p.Mask(), from)
		}
	}
}

// TestOneOfTwoRivalsAlwaysGetsTheText: the duplicate check is a total order, so it never silences both nor lets both through.
func TestOneOfTwoRivalsAlwaysGetsTheText(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		a, b := goodFacts(), goodFacts()
		a.Session.ID, b.Session.ID = "s1", "s2"
		a.Session.AbandonedAt = left.Add(time.Duration(rng.IntN(3)) * time.Minute)
		b.Session.AbandonedAt = left.Add(time.Duration(rng.IntN(3)) * time.Minute)
		asRival := func(s Session) []Rival {
			return []Rival{{Session: s.ID, SeenAt: s.SeenAt, AbandonedAt: s.AbandonedAt, State: s.FollowUp.State, Qualifies: s.Qualifies(true)}}
		}
		a.Rivals, b.Rivals = asRival(b.Session), asRival(a.Session)
		now := left.Add(20 * time.Minute)
		if va, vb := Decide(now, a), Decide(now, b); (va.Result == Pass) == (vb.Result == Pass) {
			t.Fatalf("left %v and %v: got %s and %s, want exactly one text", a.Session.AbandonedAt, b.Session.AbandonedAt, va.Result, vb.Result)
		}
	}
}

package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
	"github.com/rebookhq/rebook/storage"
)

// replies gives what went to a number in answer: ours, and the carrier's own.
func (l *phoneLine) replies(number string) (ours, carriers []twiliotest.Message) {
	return l.sent(number), l.fake.Messages("outbound-reply", number)
}

// Exactly one confirmation, whoever writes it: the carrier for its own keywords, we for all other words.
func TestAnOptOutIsConfirmedOnce(t *testing.T) {
	for _, c := range []struct {
		texts          []string
		ours, carriers int
		out            bool
	}{
		{[]string{"STOP"}, 0, 1, true},
		{[]string{"cancel"}, 0, 1, true},
		{[]string{"please stop texting me"}, 1, 0, true},
		{[]string{"please stop texting me", "I said stop texting me!"}, 1, 0, true},
		{[]string{"please stop texting me", "STOP"}, 1, 1, true}, // Twilio answers its keyword, whatever we said
		{[]string{"STOP", "please stop texting me"}, 0, 1, true},
		{[]string{"no más"}, 1, 0, true},
		{[]string{"stop by tomorrow"}, 0, 0, false},
		{[]string{"STOP", "START"}, 0, 2, false},
		{[]string{"leave me alone", "START", "leave me alone"}, 2, 0, true},
		{[]string{"HELP"}, 0, 1, false},
		{[]string{"ayuda"}, 1, 0, false},
		{[]string{"ayuda", "Help!", "ayuda"}, 1, 0, false},
		{[]string{"STOP", "ayuda"}, 0, 1, true}, // the carrier blocks our help
	} {
		t.Run(strings.Join(c.texts, ", "), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := newLine(t)
				defer l.end()
				for _, body := range c.texts {
					l.fake.Text(phone(1), string(sender), body)
					time.Sleep(20 * time.Second)
				}
				synctest.Wait()
				ours, carriers := l.replies(phone(1))
				if len(ours) != c.ours || len(carriers) != c.carriers || (l.optOut(phone(1)) != nil) != c.out {
					t.Errorf("%d answers of ours %+v, %d of the carrier's, opted out %v; want %d, %d, %v", len(ours), ours, len(carriers), l.optOut(phone(1)) != nil,
						c.ours, c.carriers, c.out)
				}
			})
		})
	}
}

func TestAdvancedOptOutHasItsOwnWordsAndAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		in := booking.Inbound{SID: fmt.Sprintf("SM%032x", 7), From: booking.Phone(phone(1)), To: sender, Body: "adios", OptOut: booking.KeywordStop}
		l.must(l.e.Deliver(t.Context(), in))
		time.Sleep(time.Minute)
		synctest.Wait()
		if l.optOut(phone(1)) == nil || len(l.sent(phone(1))) != 0 {
			t.Errorf("opted out %v, %d texts of ours; the carrier has answered", l.optOut(phone(1)), len(l.sent(phone(1))))
		}
		in.SID, in.Body, in.OptOut = fmt.Sprintf("SM%032x", 8), "hola", booking.KeywordStart
		l.must(l.e.Deliver(t.Context(), in))
		if l.optOut(phone(1)) != nil {
			t.Error("the carrier's START does not lift the opt-out")
		}
	})
}

func TestTheConfirmationGoesOutThoughThePersonIsOptedOutAndCountsForNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		id := left(l.world, "c1", phone(1))
		l.fake.Text(phone(1), string(sender), "do not text me again")
		time.Sleep(time.Hour)
		synctest.Wait()
		got := l.sent(phone(1))
		if len(got) != 1 || !strings.Contains(got[0].Body, "unsubscribed") || got[0].Validity != "300" || l.counted(phone(1)) != 0 {
			t.Errorf("%+v, counted %d", got, l.counted(phone(1)))
		}
		if s := l.session(id); s.FollowUp.WithheldBy != booking.CheckOptedOut {
			t.Errorf("the follow-up: %+v", s.FollowUp)
		}
		l.proved()
	})
}

func TestAConfirmationIsTriedAgainOnlyWithinFiveMinutes(t *testing.T) {
	for _, c := range []struct {
		faults []twiliotest.Fault
		codes  []int
		texts  int
	}{
		{[]twiliotest.Fault{twiliotest.TooMany, twiliotest.NoHost}, nil, 1},
		{[]twiliotest.Fault{twiliotest.AfterAccept}, nil, 1},
		{[]twiliotest.Fault{twiliotest.BeforeAccept}, nil, 0}, // nobody knows, so it is not repeated
		{[]twiliotest.Fault{twiliotest.NoHost, twiliotest.NoHost, twiliotest.NoHost, twiliotest.NoHost, twiliotest.NoHost, twiliotest.NoHost}, nil, 0},
		{nil, []int{21610}, 0},
		{nil, []int{20003}, 0},
	} {
		bubble(t, func(t *testing.T) {
			l := newLine(t)
			defer l.end()
			l.fake.Next(c.faults...)
			l.fake.Codes(c.codes...)
			l.fake.Text(phone(1), string(sender), "stop texting me please")
			time.Sleep(time.Hour)
			synctest.Wait()
			if got := l.sent(phone(1)); len(got) != c.texts || l.optOut(phone(1)) == nil {
				t.Errorf("%v %v: %d texts, want %d; opted out %v", c.faults, c.codes, len(got), c.texts, l.optOut(phone(1)) != nil)
			}
			l.proved()
		})
	}
}

// proved wants a store whose rows agree.
func (l *phoneLine) proved() {
	l.t.Helper()
	r, err := l.store.Verify(l.t.Context())
	l.must(err)
	for _, f := range r.Findings {
		l.t.Errorf("%s: %s", f.Key, f.Message)
	}
}

// Killed at any commit between a customer's words and our confirmation: the opt-out holds, and there is at most one.
func TestKilledAtAnyCommitAConfirmationIsNeverDoubled(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d, on disk %v", n, after), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					l := newLine(t)
					defer l.end()
					l.m.mu.Lock()
					l.m.left, l.m.after = n, after
					l.m.mu.Unlock()
					l.fake.Next(twiliotest.Missing)
					go l.fake.Text(phone(1), string(sender), "please stop texting me") // repeated until somebody answers
					time.Sleep(2500 * time.Millisecond)
					l.reborn()
					time.Sleep(time.Hour)
					synctest.Wait()
					texts := len(l.sent(phone(1)))
					if l.optOut(phone(1)) == nil || texts > 1 {
						t.Errorf("%d confirmations, opted out %v", texts, l.optOut(phone(1)) != nil)
					}
					if begun := n == 2 && after; texts != 1 && !begun { // marked begun and died: it may have gone, so it is not repeated
						t.Errorf("no confirmation, though nothing kept it")
					}
					l.proved()
				})
			})
		}
	}
}

func TestTextsThatCameWhileNobodyListenedAreFetched(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.must(l.store.Healthy(t.Context())) // as the daemon does all the time
		l.fake.Text(phone(1), string(sender), "hello")
		l.m.kill()
		l.fake.Text(phone(2), string(sender), "STOP")
		l.fake.Text(phone(3), string(sender), "please stop texting me")
		time.Sleep(3 * time.Hour)
		l.fake.ListLate = 30 * time.Second
		l.fake.Text(phone(4), string(sender), "unsubscribe me please", "https://x/1")
		l.reborn()
		time.Sleep(time.Second)
		synctest.Wait()
		if l.optOut(phone(2)) == nil || l.optOut(phone(3)) == nil {
			t.Error("a STOP that came meanwhile does not count at once")
		}
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if l.optOut(phone(4)) == nil {
			t.Error("one that is listed late is lost")
		}
		if ours, _ := l.replies(phone(3)); len(ours) != 0 {
			t.Errorf("a confirmation three hours late: %+v", ours)
		}
		asked := l.fake.Asked()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := l.fake.Asked() - asked; n != 0 {
			t.Errorf("%d more questions when all was fetched", n)
		}
		l.must(l.store.View(t.Context(), func(s *storage.Snapshot) error {
			m, err := s.Missed(account)
			if m != nil {
				t.Errorf("still missed: %+v", m)
			}
			return err
		}))
		l.proved()
	})
}

func TestACarrierThatIsDownAtTheStartIsAskedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.must(l.store.Healthy(t.Context()))
		l.m.kill()
		l.fake.Text(phone(2), string(sender), "STOP")
		l.fake.Rotate("another token, so that no question is answered")
		l.reborn()
		time.Sleep(90 * time.Minute)
		synctest.Wait()
		l.must(l.store.Healthy(t.Context()))
		l.reborn() // once more: what was missed before is not forgotten
		l.fake.Rotate(twiliotest.Token)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if l.optOut(phone(2)) == nil {
			t.Error("the STOP is lost")
		}
		l.proved()
	})
}

func TestATextToANumberOfNobodyIsKeptWithAnAlarm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.must(l.e.Deliver(t.Context(), booking.Inbound{SID: fmt.Sprintf("SM%032x", 7), From: booking.Phone(phone(1)), To: "+16145550999", Body: "STOP"}))
		if l.optOut(phone(1)) == nil || len(l.alarms()) != 1 || l.alarms()[0].Code != "unknown_number" {
			t.Errorf("opted out %v, alarms %+v", l.optOut(phone(1)), l.alarms())
		}
	})
}

// A card number that a customer texts is never written down, and a STOP beside it still counts.
func TestANumberNobodyMayKeepIsTakenOutOfATextBeforeItIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM1", From: booking.Phone(phone(1)), To: sender, Body: "my card is 4111 1111\n1111 1111 exp 12/27"}))
		w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM2", From: booking.Phone(phone(2)), To: sender, Body: "stop texting me! ssn 078 05 1120"}))
		synctest.Wait()
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			one, err := s.Inbound(account, "SM1")
			w.must(err)
			two, err := s.Inbound(account, "SM2")
			w.must(err)
			stop, err := s.OptOut(account, booking.Phone(phone(2)))
			w.must(err)
			if one.Body != "my card is [removed] exp 12/27" || two.Body != "stop texting me! ssn [removed]" || stop == nil || stop.Text != two.Body {
				t.Errorf("kept %q, %q and the opt-out %+v", one.Body, two.Body, stop)
			}
			return nil
		}))
	})
}

package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
)

// talkingLine is a line on which the default agent's first text went out to customer number 1.
func talkingLine(t *testing.T, edit ...func(*engine.Options)) *phoneLine {
	t.Helper()
	l := newLine(t, edit...)
	agentOf(asker)(l.world)
	l.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
	left(l.world, "c1", phone(1), func(ev *booking.Event) {
		ev.Customer.Address = booking.Address{Line1: "12 Oak St", PostalCode: "43215"}
	})
	time.Sleep(16 * time.Minute)
	synctest.Wait()
	if n := len(l.sent(phone(1))); n != 1 {
		t.Fatalf("%d first texts", n)
	}
	return l
}

func (l *phoneLine) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestATextFromTheCarriersConsoleSilencesTheAgent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := talkingLine(t)
		defer l.end()
		l.fake.ListLate, l.fake.Twice = 5*time.Second, true
		l.fake.Console(string(sender), phone(1), "Hi Ada, Denise here. When suits you?")
		l.fake.Console(string(sender), phone(9), "to somebody we do not know")
		l.pass(65 * time.Second)
		v := l.thread()
		if v.Owner != booking.OwnerHuman || v.State != booking.ThreadHandedOff || v.By != "carrier console" {
			t.Fatalf("the agent still has it: %+v", v)
		}
		if other := l.threadOf(phone(9)); other.Phone != "" {
			t.Errorf("a thread began with a stranger: %+v", other)
		}
		l.fake.Text(phone(1), string(sender), "tomorrow morning works")
		l.pass(10 * time.Minute)
		if n := len(l.sent(phone(1))); n != 2 {
			t.Errorf("%d texts, want the agent's first and Denise's", n)
		}
		l.whole()
	})
}

// Somebody at the console is quicker than the agent by seconds, and no regular look comes in between.
func TestATextFromTheConsoleRightBeforeTheAgentAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := talkingLine(t)
		defer l.end()
		l.pass(3 * time.Hour) // the looks are rare now
		l.fake.Text(phone(1), string(sender), "do you have evenings?")
		l.pass(7 * time.Second)
		l.fake.Console(string(sender), phone(1), "We do. Denise")
		l.pass(2 * time.Minute)
		if n := len(l.sent(phone(1))); n != 2 {
			t.Errorf("%d texts: the agent talked over Denise", n)
		}
		if v := l.thread(); v.Owner != booking.OwnerHuman || v.By != "carrier console" {
			t.Errorf("thread %+v", v)
		}
		l.whole()
	})
}

// Whatever the carrier's list looks like, and whatever became of the answer to a send: our own texts are nobody else's.
func TestOurOwnTextsAreNoTakeover(t *testing.T) {
	for name, edit := range map[string]func(*twiliotest.Fake){
		"as usual":     func(*twiliotest.Fake) {},
		"listed late":  func(f *twiliotest.Fake) { f.ListLate = 20 * time.Second },
		"twice":        func(f *twiliotest.Fake) { f.Twice = true },
		"undated":      func(f *twiliotest.Fake) { f.Undated = true },
		"after accept": func(f *twiliotest.Fake) { f.Next(twiliotest.AfterAccept, twiliotest.Late) },
		"no answer":    func(f *twiliotest.Fake) { f.Next(twiliotest.BeforeAnswer, twiliotest.BeforeAnswer) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := talkingLine(t)
				defer l.end()
				edit(l.fake)
				for _, text := range []string{"tomorrow morning works", "yes", "HELP", "START", "thanks!"} {
					l.fake.Text(phone(1), string(sender), text)
					l.pass(3 * time.Minute)
				}
				l.pass(time.Hour)
				if v := l.thread(); v.By != "" || v.Owner != booking.OwnerAgent {
					t.Errorf("the agent was silenced by itself: %+v", v)
				}
				if len(l.bookings()) != 1 {
					t.Errorf("bookings %+v", l.bookings())
				}
				l.whole()
			})
		})
	}
}

// The carrier is asked only while an agent has a thread, less often when nobody writes, and by a new process too.
func TestTheCarrierIsAskedOnlyWhileAnAgentTalks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		asked := func(d time.Duration) int {
			before := l.fake.Asked()
			l.pass(d)
			return l.fake.Asked() - before
		}
		if n := asked(time.Hour); n != 0 {
			t.Errorf("%d questions without a thread", n)
		}
		agentOf(asker)(l.world)
		l.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
		left(l.world, "c1", phone(1))
		l.pass(16 * time.Minute)
		if n := asked(30 * time.Minute); n < 30 || n > 40 {
			t.Errorf("%d questions in half an hour after a text, want one a minute and three for lost texts", n)
		}
		l.pass(time.Hour)
		if n := asked(10 * time.Hour); n < 100 || n > 130 {
			t.Errorf("%d questions in ten silent hours, want two every ten minutes", n)
		}
		l.m.kill()
		l.reborn()
		l.pass(5 * time.Minute)
		l.fake.Console(string(sender), phone(1), "Denise here")
		l.pass(11 * time.Minute)
		if v := l.thread(); v.Owner != booking.OwnerHuman {
			t.Errorf("a new process does not look: %+v", v)
		}
		l.pass(30 * time.Minute)
		if n := asked(10 * time.Hour); n != 0 {
			t.Errorf("%d questions when no agent has a thread any more", n)
		}
		_, err := l.e.ReleaseThread(t.Context(), account, booking.Phone(phone(1)), "")
		l.must(err)
		if n := asked(time.Hour); n == 0 {
			t.Error("nobody looks after a thread was handed back")
		}
		l.whole()
	})
}

// Webhooks that never come: the customer is heard nevertheless, and the alarm says what to mend.
func TestTextsThatNoWebhookBringsAreFoundAndTold(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := talkingLine(t)
		defer l.end()
		l.fake.SetNumber(func(n *twiliotest.Number) { n.SMSURL = "" })
		l.fake.Text(phone(1), string(sender), "tomorrow morning works")
		l.pass(12 * time.Minute)
		if n := len(l.sent(phone(1))); n != 2 || !l.alarmed("webhooks_silent") {
			t.Errorf("%d texts, alarms %+v", n, l.alarms())
		}
		l.fake.SetNumber(func(n *twiliotest.Number) { n.SMSURL = twilio.InboundURL(publicURL) })
		l.pass(2 * time.Hour)
		if l.alarmed("webhooks_silent") {
			t.Error("the alarm stays when the webhooks come again")
		}
		l.whole()
	})
}

// silentList is Twilio whose list does not answer.
type silentList struct{ *twilio.Client }

func (silentList) Wrote(ctx context.Context, _, _ booking.Phone, _ time.Time) ([]booking.CarrierMessage, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestACarrierThatListsNothingHoldsUpNoReply(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := talkingLine(t, func(o *engine.Options) { o.Carrier = silentList{o.Carrier.(*twilio.Client)} })
		defer l.end()
		l.fake.Text(phone(1), string(sender), "do you have evenings?")
		l.pass(15 * time.Second)
		got := l.sent(phone(1))
		if len(got) != 2 || !strings.Contains(got[1].Body, "?") {
			t.Errorf("%+v", got)
		}
	})
}

// With settings.lookup Twilio is asked once for a number before its first text, and never without it.
func TestTwilioTellsALandlineBeforeItsFirstText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t, func(o *engine.Options) { o.Lookup = o.Carrier.(*twilio.Client) })
		defer l.end()
		l.fake.Line(phone(2), "landline", 0)
		l.fake.Line(phone(3), "", 60601)
		left(l.world, "off", phone(1))
		l.pass(20 * time.Minute)
		if n := l.fake.LookedUp(); n != 0 || len(l.sent(phone(1))) != 1 {
			t.Errorf("%d lookups though nobody switched them on, %d texts", n, len(l.sent(phone(1))))
		}
		l.settings(func(a *booking.Account) { a.Settings.Lookup = true })
		for _, client := range []string{"a", "b"} {
			for n, number := range []string{phone(2), phone(3)} {
				left(l.world, client+number, number)
				l.pass(20 * time.Minute)
				s := l.session(l.idOf(client + number))
				if landline := n == 0; landline != (s.FollowUp.WithheldBy == booking.CheckLandline) || landline != (len(l.sent(number)) == 0) {
					t.Errorf("%s: %d texts, %+v", number, len(l.sent(number)), s.FollowUp)
				}
			}
		}
		if n := l.fake.LookedUp(); n != 2 {
			t.Errorf("%d lookups of two numbers", n)
		}
	})
}

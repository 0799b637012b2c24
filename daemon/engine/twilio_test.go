package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
	"github.com/rebookhq/rebook/storage"
)

const publicURL = "https://text.example.com"

// phoneLine is a world whose carrier is Twilio, played by the strict fake.
type phoneLine struct {
	*world
	fake *twiliotest.Fake
	kv   storage.KV
	m    *mortal
	door sync.Mutex // held while a new process takes the place of a dead one
}

// newLine opens a house that texts through the fake. It begins on Tuesday 2026-03-10 at 10:00 in Columbus, Ohio.
func newLine(t *testing.T, edit ...func(*engine.Options)) *phoneLine {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	l := &phoneLine{kv: kv, m: &mortal{KV: kv, left: -1}}
	l.fake = twiliotest.New(twiliotest.Options{Now: time.Now, Fail: t.Errorf, Post: l.hook}, string(sender))
	l.fake.SetNumber(func(n *twiliotest.Number) { n.SMSURL = twilio.InboundURL(publicURL) })
	l.world = newWorldOver(t, storage.New(l.m, time.Now), append([]func(*engine.Options){func(o *engine.Options) {
		o.Carrier, o.PublicURL, o.Log = l.client(l.fake), publicURL, nil
	}}, edit...)...)
	return l
}

func (l *phoneLine) client(t http.RoundTripper) *twilio.Client {
	return twilio.New(twilio.Options{AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.Token, PublicURL: publicURL, Version: "test", Transport: t, Now: time.Now})
}

// hook is the daemon's door as Twilio sees it: 0 when nobody is there.
func (l *phoneLine) hook(address string, form url.Values, signature string) int {
	l.door.Lock()
	e, dead := l.e, l.m.isDead()
	l.door.Unlock()
	if dead {
		return 0
	}
	u, err := url.Parse(address)
	if err != nil || !(twilio.Signed{URL: address, Signature: signature, Form: form}).Valid(twiliotest.Token) {
		l.t.Errorf("a webhook to %s is not signed: %v", address, err)
		return 403
	}
	if u.Path == twilio.StatusPath {
		r, err := twilio.ParseStatus(u.Query(), form)
		if err == nil {
			err = e.Status(context.Background(), r)
		}
		return statusFor(err)
	}
	in, err := twilio.ParseInbound(form, time.Now())
	if err == nil {
		err = e.Deliver(context.Background(), in)
	}
	return statusFor(err)
}

func statusFor(err error) int {
	switch {
	case err == nil:
		return 204
	case errors.Is(err, storage.ErrDown):
		return 503
	}
	return 500
}

// reborn starts a new process over what the dead one left on disk.
func (l *phoneLine) reborn() {
	l.t.Helper()
	l.e.Stop(context.Background())
	m := &mortal{KV: l.kv, left: -1}
	l.store = storage.New(m, time.Now)
	l.options.Store, l.options.Carrier = l.store, l.client(l.fake)
	l.door.Lock()
	l.m, l.e = m, engine.New(l.options)
	l.door.Unlock()
	l.must(l.e.Start(context.Background()))
}

func (l *phoneLine) end() {
	l.t.Helper()
	l.fake.Close()
	l.close()
}

func (l *phoneLine) sent(number string) []twiliotest.Message {
	return l.fake.Messages("outbound-api", number)
}

// attempt gives the newest attempt of a session.
func (l *phoneLine) attempt(s booking.Session) (a booking.Attempt) {
	l.t.Helper()
	l.must(l.store.View(context.Background(), func(v *storage.Snapshot) error {
		got, err := v.Attempt(account, s.FollowUp.Attempt)
		if got != nil {
			a = *got
		}
		return err
	}))
	return a
}

// Whatever happens on the way to Twilio, and whenever the process dies beside it: at most one text, one where it can be
// known, and a trace that tells what happened.
func TestFaultsOfTwilioTimesKills(t *testing.T) {
	t.Parallel()
	const sent, unknown = booking.FollowUpSent, booking.FollowUpUnknown
	for fault, c := range map[twiliotest.Fault]struct {
		name   string
		texts  int // when nobody is killed
		state  booking.FollowUpState
		story  string // part of the trace's carrier lines
		killed int    // texts when the process dies as the call returns
	}{
		twiliotest.None:           {"nothing goes wrong", 1, sent, "", 1},
		twiliotest.BeforeAccept:   {"before accept", 0, unknown, "asked 2 times, not found", 0},
		twiliotest.AfterAccept:    {"after accept", 1, sent, "", 1},
		twiliotest.BeforeAnswer:   {"before answer", 1, sent, "", 1},
		twiliotest.TooMany:        {"429", 1, sent, "carrier error 20429", 0},
		twiliotest.Trouble:        {"503", 0, unknown, "asked 2 times, not found", 0},
		twiliotest.TroubleTaken:   {"500, yet taken", 1, sent, "", 1},
		twiliotest.Slow:           {"slow", 1, sent, "", 1},
		twiliotest.NoHost:         {"DNS failure", 1, sent, "The carrier cannot be reached.", 0},
		twiliotest.CallbackFirst:  {"callback before answer", 1, sent, "", 1},
		twiliotest.Duplicate:      {"duplicate callbacks", 1, sent, "", 1},
		twiliotest.Reversed:       {"reversed callbacks", 1, sent, "", 1},
		twiliotest.Missing:        {"missing callbacks", 1, sent, "", 1},
		twiliotest.Late:           {"listed late, no callback", 1, sent, "", 1},
		twiliotest.AnswerNoTwilio: {"an answer that is not Twilio's", 0, unknown, "asked 2 times, not found", 0},
	} {
		for _, kill := range []string{"no kill", "killed as the call begins", "killed as the call returns"} {
			t.Run(c.name+", "+kill, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					wire := &mortalCarrier{before: strings.HasSuffix(kill, "begins"), after: strings.HasSuffix(kill, "returns")}
					l := newLine(t, func(o *engine.Options) {
						wire.Carrier = o.Carrier
						o.Carrier = wire
					})
					defer l.end()
					wire.store = l.m
					l.fake.ListLate, l.fake.Twice = 5*time.Second, true
					l.fake.Next(fault)
					id := left(l.world, "c1", phone(1))
					texts, state, story := c.texts, c.state, c.story
					if kill != "no kill" {
						time.Sleep(15*time.Minute + 16*time.Second)
						if !l.m.isDead() {
							t.Fatal("the process was not killed")
						}
						l.reborn()
						texts, state, story = c.killed, sent, ""
						if wire.before {
							texts = 0
						}
						if texts == 0 {
							state, story = unknown, "asked 2 times, not found"
						}
					}
					time.Sleep(2 * time.Hour)
					synctest.Wait()
					s := l.session(id)
					if got := l.sent(phone(1)); len(got) != texts || s.FollowUp.State != state {
						t.Fatalf("%d texts, %+v; want %d and %s", len(got), s.FollowUp, texts, state)
					}
					var told []string
					for _, f := range l.trace(id) {
						if f.Check == booking.CheckCarrier {
							told = append(told, f.Fact+" "+f.Message)
						}
					}
					if all := strings.Join(told, "; "); !strings.Contains(all, story) || story == "" && all != "" {
						t.Errorf("the trace tells %q, want %q", all, story)
					}
					if state == unknown && (len(l.alarms()) != 1 || l.alarms()[0].Code != "unknown_send") {
						t.Errorf("nobody is asked to decide: %+v", l.alarms())
					}
					if a := l.attempt(s); state == sent && (a.SID != l.sent(phone(1))[0].SID || fault != twiliotest.Missing && fault != twiliotest.Late && a.Status != "delivered") {
						t.Errorf("the attempt is %s %s %q", a.State, a.Status, a.SID)
					}
					if n := l.counted(phone(1)); n != 1 {
						t.Errorf("%d texts count against the person's cap", n)
					}
				})
			})
		}
	}
}

// The order in which callbacks come, how often, and between which steps, changes nothing of what is known at the end.
func FuzzCallbackOrder(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, uint64(1))
	f.Add([]byte{3, 3, 0, 4, 1}, uint64(2))
	f.Fuzz(func(t *testing.T, order []byte, seed uint64) {
		if len(order) > 12 {
			return
		}
		bubble(t, func(t *testing.T) {
			l := newLine(t)
			defer l.end()
			l.fake.Next(twiliotest.Missing)
			id := left(l.world, "c1", phone(1))
			time.Sleep(16 * time.Minute)
			synctest.Wait()
			s := l.session(id)
			a := l.attempt(s)
			first, rng := "", rand.New(rand.NewPCG(seed, 1))
			for _, b := range order {
				status := []string{"queued", "sending", "sent", "delivered", "undelivered", "nonsense"}[int(b)%6]
				u := booking.StatusUpdate{Account: account, Attempt: a.ID, SID: a.SID, Status: status}
				if status == "undelivered" {
					u.ErrorCode = 30008
				}
				if rng.IntN(4) == 0 {
					u.Attempt = "" // as if somebody else's
				} else if first == "" && (status == "delivered" || status == "undelivered") {
					first = status
				}
				l.must(l.e.Status(t.Context(), u))
			}
			want := map[string]booking.FollowUpState{"": booking.FollowUpSent, "delivered": booking.FollowUpSent, "undelivered": booking.FollowUpWithheld}[first]
			if got := l.session(id); got.FollowUp.State != want || len(l.sent(phone(1))) != 1 || l.attempt(s).Status != first {
				t.Errorf("%v: %+v with status %q, want %s with %q", order, got.FollowUp, l.attempt(s).Status, want, first)
			}
		})
	})
}

func TestATextIsGivenUntilTheHoursEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		time.Sleep(9*time.Hour + 20*time.Minute) // 19:20
		left(l.world, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := l.sent(phone(1)); len(got) != 1 || got[0].Validity != "1500" {
			t.Errorf("at 19:35, with hours until 20:00: %+v", got)
		}
		time.Sleep(8*time.Minute + 53*time.Second) // 19:44:53
		id := left(l.world, "c2", phone(2))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := l.sent(phone(2)); len(got) != 0 || l.session(id).FollowUp.State != booking.FollowUpWaiting {
			t.Errorf("seven seconds before the hours end: %d texts, %+v", len(got), l.session(id).FollowUp)
		}
		time.Sleep(14 * time.Hour)
		synctest.Wait()
		if got := l.sent(phone(2)); len(got) != 1 {
			t.Errorf("the next morning: %d texts", len(got))
		}
	})
}

func TestAReportThatComesBeforeItsTextIsKnownIsTakenUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.fake.Next(twiliotest.Missing)
		id := left(l.world, "c1", phone(1))
		l.must(l.e.Status(t.Context(), booking.StatusUpdate{Account: "nobody", SID: fmt.Sprintf("SM%032x", 1), Status: "undelivered", ErrorCode: 30005}))
		l.must(l.e.Status(t.Context(), booking.StatusUpdate{SID: fmt.Sprintf("SM%032x", 1), Status: "sent"}))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		s := l.session(id)
		if a := l.attempt(s); a.Status != "undelivered" || a.State != booking.AttemptFailed || s.FollowUp.State != booking.FollowUpWithheld {
			t.Errorf("%+v, %+v", a, s.FollowUp)
		}
	})
}

package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

var update = flag.Bool("update", false, "write golden files anew")

// scene is one way in which a session of the day goes. want is the check that rules at the end; empty: a text.
type scene struct {
	name  string
	want  booking.Check
	play  func(w *world, client, number string) booking.SessionID
	texts int // to this number, at the end of the day
}

// left plays the usual story: started, filled, left.
func left(w *world, client, number string, edit ...func(*booking.Event)) booking.SessionID {
	w.event(client, booking.EventStarted)
	w.event(client, booking.EventProgress, append([]func(*booking.Event){filled(number)}, edit...)...)
	return w.event(client, booking.EventAbandoned)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var scenes = []scene{
	{"a text", "", func(w *world, c, n string) booking.SessionID { return left(w, c, n) }, 1},
	{"no consent", booking.CheckConsent, func(w *world, c, n string) booking.SessionID {
		return left(w, c, n, func(ev *booking.Event) { ev.Consent = &booking.Consent{Text: words} })
	}, 0},
	{"no phone", booking.CheckPhoneNumber, func(w *world, c, n string) booking.SessionID {
		return left(w, c, n, func(ev *booking.Event) { ev.Customer.Phone = "" })
	}, 0},
	{"half a phone", booking.CheckPhoneNumber, func(w *world, c, n string) booking.SessionID {
		return left(w, c, n, func(ev *booking.Event) { ev.Customer.Phone = "(614) 55" })
	}, 0},
	{"opted out by text", booking.CheckOptedOut, func(w *world, c, n string) booking.SessionID {
		id := left(w, c, n)
		w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "SM" + c, From: booking.Phone(n), To: sender, Body: "Stop."}))
		return id
	}, 1}, // the confirmation, since the carrier knows "STOP" and not "Stop."
	{"completed", booking.CheckCompleted, func(w *world, c, n string) booking.SessionID {
		left(w, c, n)
		return w.event(c, booking.EventCompleted)
	}, 0},
	{"booked elsewhere, same e-mail", booking.CheckBookedElsewhere, func(w *world, c, n string) booking.SessionID {
		mail := func(s string) func(*booking.Event) {
			return func(ev *booking.Event) { ev.Customer.Email = s }
		}
		id := left(w, c, n, mail("Ada."+c+"@Example.com"))
		w.event(c+"-desk", booking.EventStarted, mail("ada."+c+"@example.com"))
		w.event(c+"-desk", booking.EventCompleted)
		return id
	}, 0},
	{"handled by phone", booking.CheckHandled, func(w *world, c, n string) booking.SessionID {
		id := left(w, c, n)
		_, err := w.e.Handle(w.t.Context(), account, id, engine.Handled{By: "csr", Note: "called"})
		w.must(err)
		return id
	}, 0},
	{"duplicate, the later session wins", booking.CheckDuplicate, func(w *world, c, n string) booking.SessionID {
		id := left(w, c, n)
		time.Sleep(time.Second)
		left(w, c+"-again", n)
		return id
	}, 1},
	{"scheduler off", booking.CheckSchedulerEnabled, func(w *world, c, n string) booking.SessionID {
		off := func(ev *booking.Event) { ev.Scheduler = "quiet" }
		w.event(c, booking.EventStarted, off)
		w.event(c, booking.EventProgress, filled(n), off)
		return w.event(c, booking.EventAbandoned, off)
	}, 0},
	{"left two days ago", booking.CheckTooLate, func(w *world, c, n string) booking.SessionID {
		ago := func(ev *booking.Event) { ev.At = time.Now().Add(-49 * time.Hour) }
		w.event(c, booking.EventStarted, ago)
		w.event(c, booking.EventProgress, filled(n), ago)
		return w.event(c, booking.EventAbandoned, ago)
	}, 0},
}

// ohio are area codes of Ohio: one zone, and no rule of its own.
var ohio = [...]int{614, 216, 330, 380, 419, 440, 513, 567, 740, 937}

// A day of a thousand visitors: exactly the right texts, and for everybody a trace that says why.
func TestADayOfAThousandSessions(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		type played struct {
			scene
			id     booking.SessionID
			number string
		}
		var day []played
		for i := range 1000 {
			sc := scenes[i%len(scenes)]
			n := fmt.Sprintf("+1%d55501%02d", ohio[i/100], i%100)
			day = append(day, played{sc, sc.play(w, fmt.Sprintf("c%d", i), n), n})
			time.Sleep(20 * time.Second)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()

		golden := map[string]string{}
		for _, p := range day {
			s := w.session(p.id)
			if s.FollowUp.WithheldBy != p.want {
				t.Errorf("%s: withheld by %q, want %q; %+v", p.name, s.FollowUp.WithheldBy, p.want, s.FollowUp)
			}
			got := w.texts(p.number)
			if len(got) != p.texts {
				t.Errorf("%s: %d texts, want %d", p.name, len(got), p.texts)
			}
			var b strings.Builder
			for _, m := range got {
				fmt.Fprintf(&b, "text: %s\n", m.Body)
			}
			for _, f := range w.trace(p.id) {
				fmt.Fprintf(&b, "%s %s | %s | %s | %s | %s\n", f.Check, f.Result, f.Fact, f.Setting, f.Message, f.Fix)
			}
			story := timeless(b.String())
			if was, ok := golden[p.name]; ok && was != story {
				t.Fatalf("%s: two sessions of the same story have different traces:\n%s\n---\n%s", p.name, was, story)
			}
			golden[p.name] = story
		}
		compare(t, golden)
	})
}

var times = regexp.MustCompile(`(\d{4}-\d\d-\d\d )?\d\d:\d\d [A-Z]{3,4}|/l/[A-Z2-7]{26}|ID [0-9a-f-]{36}|session [0-9a-f-]{36}|ending in \d+|\+1…\d\d`)

// timeless takes what differs from session to session out of a story.
func timeless(s string) string {
	return times.ReplaceAllStringFunc(s, func(m string) string {
		switch {
		case strings.HasPrefix(m, "/l/"):
			return "/l/TOKEN"
		case m[0] >= '0' && m[0] <= '9':
			return "TIME"
		}
		return "X"
	})
}

func compare(t *testing.T, golden map[string]string) {
	t.Helper()
	var b strings.Builder
	for _, sc := range scenes {
		if story, ok := golden[sc.name]; ok {
			fmt.Fprintf(&b, "## %s\n%s\n", sc.name, story)
		}
	}
	path := filepath.Join("testdata", "day.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the day's stories changed (go test -update writes them anew):\n%s", b.String())
	}
}

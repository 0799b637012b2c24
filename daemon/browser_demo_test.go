package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// terminal is one that somebody looks at.
type terminal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *terminal) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *terminal) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// shows waits for the words, and gives what the first group of the expression found.
func (s *terminal) shows(t *testing.T, expression string) string {
	t.Helper()
	find := regexp.MustCompile(expression)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if m := find.FindStringSubmatch(s.String()); m != nil {
			return m[len(m)-1]
		}
	}
	t.Fatalf("the terminal never showed %s:\n%s", expression, s.String())
	return ""
}

// The demo as a newcomer meets it: rebook demo, the printed page, the text in the terminal, the link, the booking.
func TestBrowserDemoTellsWhatHappens(t *testing.T) {
	path := chromium(t)
	var out, faults terminal
	signals, ended := make(chan os.Signal, 2), make(chan int)
	go func() {
		ended <- run(context.Background(), process{args: []string{"demo", "-delay", "2s"}, stdout: &out, stderr: &faults, signals: signals, now: time.Now,
			environ: []string{"TMPDIR=" + t.TempDir(), "REBOOK_SERVER_LISTEN=" + freeAddress("127.0.0.1:0"), "REBOOK_CONFIG=" + write(t, "config.toml", "")}})
	}()
	s := &site{t: t, tabs: openBrowser(t, path)}
	b := s.visit(out.shows(t, `Booking page +(http://localhost:\d+/book/website)`))
	b.maya(true)
	b.do("leave", closeTab)
	out.shows(t, `contact +Maya Torres`)
	out.shows(t, `consent +ticked “Text me about this booking`)
	out.shows(t, `left +nothing is booked`)
	link := out.shows(t, `finished: (http://localhost:\d+/l/\w+)`)
	b = s.visit(link)
	b.until(`document.getElementById("first_name").value === "Maya"`)
	out.shows(t, `clicked`)
	b.finish()
	out.shows(t, `recovered +booked after the text`)
	out.shows(t, `sessions 1, texted 1, clicked 1, booked 1, of these recovered 1`)
	b = s.visit(out.shows(t, `Other site +(http://localhost:\d+/)`))
	b.typeIn("phone", "614 555 0177")
	b.do("leave", closeTab)
	out.shows(t, `withheld(?s:.*)did not agree`)
	signals <- os.Interrupt
	if code := <-ended; code != 0 || !strings.Contains(out.String(), "nothing stays behind") || faults.String() != "" {
		t.Errorf("it ended with %d: %s", code, faults.String())
	}
}

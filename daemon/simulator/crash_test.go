package simulator

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The crash tests run this test binary again as a child that plays the daemon, and kill it with -9.
const (
	childPath = "REBOOK_SIMULATOR_CHILD" // path of the record; set: be a child
	childMode = "REBOOK_SIMULATOR_MODE"  // "stream": send and tell each SID; "silent": one text whose answer never comes
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := child(path, os.Getenv(childMode)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child sends texts until it is killed and prints what was acknowledged, one write a line, so that no line is torn by buffers.
func child(path, mode string) error {
	c, err := Open(Options{Path: path, Now: time.Now})
	if err != nil {
		return err
	}
	send := func(attempt string) error {
		sid, err := c.Send(context.Background(), text(attempt, "your link "+attempt))
		if err == nil {
			_, err = os.Stdout.WriteString(sid + " " + attempt + "\n")
		}
		return err
	}
	if mode == "silent" {
		if err := c.SetFaults(Faults{Next: []Fault{{TimeoutAfterAccept: true}}}); err != nil {
			return err
		}
		return send("silent")
	}
	failed := make(chan error)
	for worker := range 8 {
		go func() {
			for i := 0; ; i++ {
				if err := send(fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, i)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

// startChild runs a child and gives its output as it comes.
func startChild(t *testing.T, path, mode string) (*exec.Cmd, io.ReadCloser) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path, childMode+"="+mode)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, out
}

func TestEveryAcknowledgedTextIsThereAfterKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	acknowledged := map[string]booking.AttemptID{}
	for round := range 6 {
		cmd, out := startChild(t, path, "stream")
		in := bufio.NewReader(out)
		kill := 20 + rand.IntN(400) // acknowledgements
		for n := 0; ; n++ {
			line, err := in.ReadString('\n')
			if err != nil {
				break // killed, and everything it had said is read
			}
			sid, attempt, _ := strings.Cut(strings.TrimSpace(line), " ")
			acknowledged[sid] = booking.AttemptID(attempt)
			if n == kill {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()

		c := must(Open(Options{Path: path, Now: time.Now}))
		known := map[string]booking.AttemptID{}
		for _, m := range all(t, c) {
			if known[m.SID] != "" {
				t.Errorf("round %d: %s is there twice", round, m.SID)
			}
			known[m.SID] = m.Attempt
		}
		for sid, attempt := range acknowledged {
			if known[sid] != attempt {
				t.Errorf("round %d: %s was acknowledged for attempt %s, the record says %q", round, sid, attempt, known[sid])
			}
		}
		if extra := len(known) - len(acknowledged); extra > 8*(round+1) {
			t.Errorf("round %d: %d texts nobody was told of; at most the 8 under way at each kill can be", round, extra)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) < 120 {
		t.Errorf("only %d texts were acknowledged in all rounds: the test proves nothing", len(acknowledged))
	}
}

func TestATextKilledBetweenAcceptAndAnswerIsFoundAfterwards(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carrier")
	began := time.Now()
	cmd, out := startChild(t, path, "silent")
	deadline := time.After(20 * time.Second)
	for accepted := false; !accepted; {
		select {
		case <-deadline:
			t.Fatal("the child never wrote the text down")
		case <-time.After(time.Millisecond): // real time: a process is watched from outside
		}
		file, _ := os.ReadFile(path)
		accepted = bytes.Contains(file, []byte("your link silent"))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if said, _ := io.ReadAll(out); len(said) != 0 {
		t.Fatalf("the child was told %q; want no answer", said)
	}
	_ = cmd.Wait()

	c := must(Open(Options{Path: path, Now: time.Now}))
	defer c.Close()
	m, err := c.Find(t.Context(), text("", "your link silent"), began)
	if err != nil || m == nil {
		t.Fatalf("find = %v, %v; want the text that was taken", m, err)
	}
	if n := len(all(t, c)); n != 1 {
		t.Errorf("%d texts, want one", n)
	}
}

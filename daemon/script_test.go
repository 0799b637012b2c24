package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// binary builds the real program once for all tests that run it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rebook-test-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "rebook")
	out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return file, nil
})

func TestMain(m *testing.M) {
	worker.Main(box.Run)
	code := m.Run()
	if file, err := binaryIfBuilt(); err == nil {
		os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

var built bool

func binaryIfBuilt() (string, error) {
	if !built {
		return "", os.ErrNotExist
	}
	return binary()
}

// rebook gives the path of the real program.
func rebook(t testing.TB) string {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	built = true
	return file
}

const scriptKey = "script-administrator-key"

// The scripts play newcomers, operators and attackers against the real program. Beside testscript's own commands:
//
//	code N CMD ARGS...   runs CMD, which must end with exit code N
//	ready                waits until the daemon at $ADDR is ready
//	call METHOD PATH [BODY]  asks the daemon at $ADDR as administrator; the answer is stdout
//	sent N               waits until the simulator at $ADDR has N texts
//	answers PATH WORD    waits until the daemon's answer to GET PATH has the word in it
//	term                 sends SIGTERM to the daemon started last
//	hold                 opens a connection to the daemon, says nothing, and keeps it to the end of the script
//	newer DIR            makes the store in DIR one of a newer version
//	oneline              stderr of the last command must be one line, and none of Go's inner talk
func TestScripts(t *testing.T) {
	dir := filepath.Dir(rebook(t))
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			addr := freeAddress("127.0.0.1:0")
			e.Setenv("PATH", dir+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("ADDR", addr)
			e.Setenv("OTHER", freeAddress("127.0.0.1:0"))
			e.Setenv("KEY", scriptKey)
			e.Setenv("REBOOK_SERVER_LISTEN", addr)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": scriptCode, "ready": scriptReady, "call": scriptCall, "sent": scriptSent, "newer": scriptNewer, "term": scriptTerm, "answers": scriptAnswers, "hold": scriptHold, "oneline": scriptOneLine, "travel": scriptTravel,
		},
	})
}

func scriptCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d; stderr: %s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stderr"))
	}
}

func scriptReady(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := await(ctx, newClient("http://"+ts.Getenv("ADDR"), ""), 20*time.Millisecond); err != nil {
		ts.Fatalf("the daemon is not ready: %v", err)
	}
}

func scriptCall(ts *testscript.TestScript, neg bool, args []string) {
	var body io.Reader
	if len(args) > 2 {
		body = strings.NewReader(args[2])
	}
	status, b := ask(ts, args[0], args[1], body)
	if (status >= 300) != neg {
		ts.Fatalf("%s gave status %d: %s", strings.Join(args, " "), status, b)
	}
	_, err := ts.Stdout().Write(append(bytes.TrimSpace(b), '\n'))
	ts.Check(err)
}

// ask makes any request, as a script spells it.
func ask(ts *testscript.TestScript, method, path string, body io.Reader) (status int, answer []byte) {
	req, err := http.NewRequest(method, "http://"+ts.Getenv("ADDR")+path, body)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+ts.Getenv("KEY"))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	ts.Check(err)
	return res.StatusCode, answer
}

// scriptTravel asks what would happen to the newest session.
func scriptTravel(ts *testscript.TestScript, _ bool, args []string) {
	api := newClient("http://"+ts.Getenv("ADDR"), ts.Getenv("KEY"))
	list, err := api.Sessions.List(context.Background(), client.SessionQuery{})
	ts.Check(err)
	ts.Check(ts.Exec("rebook", append([]string{"rehearse", "-session", list.Items[len(list.Items)-1].ID}, args...)...))
}

func scriptSent(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	api := newClient("http://"+ts.Getenv("ADDR"), ts.Getenv("KEY"))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		list, err := api.Simulator.Messages(ctx, client.Page{})
		ts.Check(err)
		if len(list.Items) == want {
			return
		}
		if len(list.Items) > want || !sleep(ctx, 20*time.Millisecond) {
			ts.Fatalf("the simulator has %d texts, want %d", len(list.Items), want)
		}
	}
}

func scriptAnswers(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		status, answer := ask(ts, http.MethodGet, args[0], nil)
		if status >= 300 {
			ts.Fatalf("%s gave status %d: %s", args[0], status, answer)
		}
		if bytes.Contains(answer, []byte(args[1])) {
			return
		}
		if !sleep(ctx, 20*time.Millisecond) {
			ts.Fatalf("%s never had %q in it: %s", args[0], args[1], answer)
		}
	}
}

func scriptTerm(ts *testscript.TestScript, _ bool, _ []string) {
	daemons := ts.BackgroundCmds()
	ts.Check(daemons[len(daemons)-1].Process.Signal(syscall.SIGTERM))
}

func scriptHold(ts *testscript.TestScript, _ bool, _ []string) {
	conn, err := net.Dial("tcp", ts.Getenv("ADDR"))
	ts.Check(err)
	ts.Defer(func() { conn.Close() })
}

func scriptNewer(ts *testscript.TestScript, _ bool, args []string) {
	kv, err := storage.OpenKV(storage.Options{Dir: ts.MkAbs(args[0]), Now: time.Now})
	ts.Check(err)
	defer kv.Close()
	ts.Check(kv.Update(context.Background(), func(p storage.Putter) error {
		return p.Put([]byte("m/schema"), []byte("\x0199"), time.Time{})
	}))
}

func scriptOneLine(ts *testscript.TestScript, _ bool, _ []string) {
	text := ts.ReadFile("stderr")
	if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "rebook: ") {
		ts.Fatalf("want one line for the operator, got:\n%s", text)
	}
	for _, talk := range []string{"goroutine", ".go:", "panic", "errors.", "error:", "%!", "<nil>", "main."} {
		if strings.Contains(text, talk) {
			ts.Fatalf("the line talks to developers (%q): %s", talk, text)
		}
	}
}

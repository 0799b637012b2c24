package worker

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// badWorker begins the argv[0] of a worker without walls that misbehaves; the rest says how.
const badWorker = "bad worker "

// misbehave is the life of a bad worker: it keeps to the protocol up to some byte.
func misbehave() {
	how, ok := strings.CutPrefix(os.Args[0], badWorker)
	if !ok {
		return
	}
	go exitWithParent()
	how, number, _ := strings.Cut(how, " ")
	n, _ := strconv.Atoi(number) // 0 without a number
	greeting := appendHello(nil, nil, nil)
	switch how {
	case "hello": // dies in its hello
		_, _ = os.Stdout.Write(greeting[:n])
		os.Exit(3)
	case "mute":
		select {}
	case "stranger":
		_, _ = os.Stdout.WriteString("\x00\x00\x00\x05howdy")
		select {}
	case "fault":
		_, _ = os.Stdout.Write(appendHello(nil, nil, errors.New("filter system calls: not today")))
		os.Exit(1)
	}
	_, _ = os.Stdout.Write(greeting)
	if how == "read" { // dies in the request
		_, _ = io.ReadFull(os.Stdin, make([]byte, n))
		os.Exit(3)
	}
	if how == "deaf" {
		select {}
	}
	r := bufio.NewReader(os.Stdin)
	texts := map[digest]string{}
	for calls := 1; ; calls++ {
		frame, err := readFrame(r, nil, maxRequest)
		if err != nil {
			os.Exit(0)
		}
		q, err := decodeRequest(frame, texts)
		if err != nil {
			os.Exit(1)
		}
		honest := appendResponse(nil, q.id, stage(q.call))
		switch how {
		case "write": // dies in the response
			_, _ = os.Stdout.Write(honest[:n])
			os.Exit(3)
		case "stall": // stops in the response
			_, _ = os.Stdout.Write(honest[:n])
			select {}
		case "garbage":
			_, _ = os.Stdout.Write(bytes.Repeat([]byte{0, 0, 0, 40}, 11))
		case "oversized":
			_, _ = os.Stdout.Write(append([]byte{0xff, 0xff, 0xff, 0xff}, honest...))
		case "forged":
			_, _ = os.Stdout.Write(appendResponse(nil, id{1}, stage(q.call)))
		case "twice":
			_, _ = os.Stdout.Write(append(honest, honest...))
		case "flood": // never ends
			for {
				_, _ = os.Stdout.Write(honest)
			}
		case "second": // serves one call and dies in the next
			if calls == 2 {
				_, _ = os.Stdout.Write(honest[:n])
				os.Exit(3)
			}
			_, _ = os.Stdout.Write(honest)
		case "fled": // a worker without walls: it can do what the probe tries
			_, _ = os.Stdout.Write(honest)
		}
	}
}

func badPool(t *testing.T, how string, o Options) *Pool {
	t.Helper()
	o.name = badWorker + how
	if o.Size == 0 {
		o.Size = 1
	}
	return newPool(t, o)
}

// Wherever a worker dies in the exchange, the call fails and nothing hangs.
func TestAWorkerMayDieAtAnyByte(t *testing.T) {
	call := echo("hello")
	request, err := appendRequest(nil, request{call: call}, &holding{})
	if err != nil {
		t.Fatal(err)
	}
	response := appendResponse(nil, id{}, stage(call))
	for n := range len(request) {
		p := badPool(t, fmt.Sprint("read ", n), Options{})
		fails(t, p, call, ErrDied)
		p.Close()
	}
	for n := range len(response) {
		p := badPool(t, fmt.Sprint("write ", n), Options{})
		fails(t, p, call, ErrDied)
		p.Close()
	}
	for n := range len(appendHello(nil, nil, nil)) {
		p := badPool(t, fmt.Sprint("hello ", n), Options{})
		fails(t, p, call, ErrStart)
		p.Close()
	}
}

// A worker that had served others before may have died of what they left: the call is repeated once, and the caller sees
// nothing of it.
func TestACallIsRepeatedWhenAUsedWorkerDies(t *testing.T) {
	response := appendResponse(nil, id{}, stage(echo("hello")))
	for n := range len(response) {
		p := badPool(t, fmt.Sprint("second ", n), Options{})
		works(t, p)
		works(t, p)
		if s := p.Stats(); s.Retries != 1 || s.Calls != 3 {
			t.Fatalf("cut at %d: %+v; want 3 exchanges with 1 repeated", n, s)
		}
		p.Close()
	}
}

func TestFramesOfABadWorkerFailTheCall(t *testing.T) {
	for how, words := range map[string]string{
		"garbage": "damaged", "oversized": "announced", "forged": "another request", "twice": "followed by more",
	} {
		p := badPool(t, how, Options{})
		if err := fails(t, p, echo("hello"), ErrDied); !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; want %q in it", how, err, words)
		}
		p.Close()
	}
}

// A worker that writes without end may be taken for honest once, never for the answer to another call.
func TestAFloodingWorkerGivesNoWrongAnswer(t *testing.T) {
	p := badPool(t, "flood", Options{})
	for n := range 20 {
		want := strconv.Itoa(n)
		if r, err := p.Run(t.Context(), "a", echo(want)); err == nil && r.Text != want || err != nil && !errors.Is(err, ErrDied) {
			t.Errorf("call %d: %q, %v", n, r.Text, err)
		}
	}
}

// A worker that stops in the midst of things is killed at the wall: before it reads, within the response, and when the
// request is larger than a pipe holds.
func TestAStalledWorkerIsKilledAtTheWall(t *testing.T) {
	for _, how := range []string{"deaf", "stall 0", "stall 3", "stall 20"} {
		p := badPool(t, how, Options{Wall: 30 * time.Millisecond})
		fails(t, p, echo("hello"), ErrKilled)
		large := scene("lengths")
		large.Source = strings.Repeat("x", 1<<20)
		fails(t, p, large, ErrKilled)
		p.Close()
	}
}

func TestAPoolThatCannotStartSaysWhy(t *testing.T) {
	for how, words := range map[string]string{
		"fault": "filter system calls: not today", "stranger": "not how a worker begins", "mute": "said nothing",
	} {
		var o Options
		if how == "mute" {
			o.Start = 50 * time.Millisecond
		}
		p := badPool(t, how, o)
		err := fails(t, p, echo("hello"), ErrStart)
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; want %q in it", how, err, words)
		}
		if s := p.Stats(); !strings.Contains(s.Fault, words) {
			t.Errorf("%s: stats %+v; want %q", how, s, words)
		}
		p.Close()
		if _, err := SelfTest(t.Context(), p.options); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the self-test on %s: %v", how, err)
		}
	}
}

// The self-test must be able to fail: a worker that can open a file is found out.
func TestTheSelfTestFindsAMissingWall(t *testing.T) {
	if !confined {
		t.Skip("no worker is walled in here")
	}
	o := Options{name: badWorker + "fled"}
	if _, err := SelfTest(t.Context(), o); err == nil || !strings.Contains(err.Error(), "was not stopped") {
		t.Errorf("got %v", err)
	}
}

// The parent may die at any byte of a request: the worker ends.
func TestAWorkerEndsWhereverTheRequestIsCutOff(t *testing.T) {
	whole, err := appendRequest(nil, request{call: echo("hello")}, &holding{})
	if err != nil {
		t.Fatal(err)
	}
	ran := func(box.Call) box.Result { t.Error("a cut-off request was carried out"); return box.Result{} }
	for n := range len(whole) {
		var out bytes.Buffer
		err := serve(bytes.NewReader(whole[:n]), &out, ran)
		if (err == nil) != (n == 0) || out.Len() > 0 {
			t.Errorf("cut at %d: %v, %d bytes written", n, err, out.Len())
		}
	}
}

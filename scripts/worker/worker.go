// Package worker runs scripts in processes of their own: the second of the two walls around scripts. The first is the
// interpreter, package box; this one holds when that one does not. A worker is the same binary started again, confined so far
// that all it can do is compute, read requests and write responses. It is killed when it takes too long, and replaced when it
// dies: a script can cost its own call and a few milliseconds, nothing else.
//
// README.md draws the walls, their order and the traps.
package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// Runner runs one script; [box.Run] is the one of the house. What it does is all a worker does.
type Runner func(box.Call) box.Result

// workerName is the argv[0] that makes a process a worker.
const workerName = "rebook-script-worker"

// Main must be the first call of main(), before anything opens a file, sets a timer or starts a goroutine. In a worker it
// confines the process, serves requests on descriptors 0 and 1, and does not return. In every other process it returns at once.
func Main(run Runner) {
	if len(os.Args) != 2 || os.Args[0] != workerName {
		return
	}
	memory, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil || memory <= 0 {
		fmt.Fprintln(os.Stderr, "a script worker is started by Rebook, not by hand")
		os.Exit(2)
	}
	os.Exit(work(run, memory))
}

// work is the life of a worker; it gives the exit code.
func work(run Runner, memory int64) int {
	// Whoever stops the daemon may signal the whole group. The daemon wants its scripts until its own end; then our pipe closes.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A number set by hand: with the default the runtime re-reads the cgroup's CPU share from files it keeps open.
	runtime.GOMAXPROCS(2)
	debug.SetMemoryLimit(memory * 6 / 10) // a goal for the collector; the walls are below

	// What would need a file later: the zones scripts may name, and the local one, which reading any moment asks for.
	box.Prepare()
	time.Local = time.UTC

	walls, err := confine(memory)
	hello := appendHello(nil, walls, err)
	if _, werr := os.Stdout.Write(hello); werr != nil || err != nil {
		return 1
	}
	go exitWithParent()
	if err := serve(os.Stdin, os.Stdout, run); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		return 1
	}
	return 0
}

// serve answers requests until in ends.
func serve(in io.Reader, out io.Writer, run Runner) error {
	var (
		r     = bufio.NewReaderSize(in, 32<<10)
		texts = map[digest]string{}
		frame []byte
		reply []byte
		err   error
	)
	for {
		if frame, err = readFrame(r, frame, maxRequest); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		q, err := decodeRequest(frame, texts)
		if err != nil {
			return fmt.Errorf("decode a request: %w", err)
		}
		if q.probe {
			breakOut()
		}
		reply = appendResponse(reply, q.id, run(q.call))
		if _, err := out.Write(reply); err != nil {
			return fmt.Errorf("write a response: %w", err)
		}
	}
}

// breakOut tries what a script must never be able to do. Where system calls are walled in, this is the end of the process.
func breakOut() {
	f, err := os.Open(os.DevNull)
	if err == nil {
		_ = f.Close() // it was only opened to see whether it can be
	}
}

// Wall is one of the things that hold a worker in.
type Wall struct {
	Name   string
	Up     bool
	Detail string // why it is not up, or its measure
}

// hello is the first frame of a worker: its walls, and what went wrong with them if something did.
type hello struct {
	walls []Wall
	fault string
}

// greeting begins the hello, so that a program that is no worker is not taken for one. Its digit is the protocol's version;
// parent and worker are the same binary, so it only changes to be honest.
const greeting = "rebook worker 1"

func appendHello(b []byte, walls []Wall, fault error) []byte {
	b = begin(b)
	b = appendText(b, greeting)
	b = appendNumber(b, len(walls))
	for _, w := range walls {
		b = appendText(b, w.Name)
		b = appendFlag(b, w.Up)
		b = appendText(b, w.Detail)
	}
	if fault != nil {
		b = appendText(b, fault.Error())
	} else {
		b = appendText(b, "")
	}
	return finish(b)
}

func decodeHello(frame []byte) (h hello, err error) {
	d := &decoder{rest: frame}
	if d.text() != greeting {
		return h, fmt.Errorf("%w: it is not how a worker begins", errFrame)
	}
	for range d.count() {
		h.walls = append(h.walls, Wall{Name: d.text(), Up: d.flag(), Detail: d.text()})
		if d.bad {
			break
		}
	}
	h.fault = d.text()
	return h, d.end()
}

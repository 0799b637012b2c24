package worker

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// The test binary is the worker.
func TestMain(m *testing.M) {
	Main(stage)
	misbehave()
	beParent()
	// The first pipe makes the runtime's poller, whose two descriptors stay.
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	_, _ = r.Close(), w.Close()
	os.Exit(m.Run())
}

// stage is the runner of the workers in these tests. It is the house's own, but some names of scripts are scenes: what happens
// when a script has found a hole in the interpreter.
func stage(c box.Call) box.Result {
	if bomb {
		os.Exit(3)
	}
	name, rest, _ := strings.Cut(c.Script, ":")
	switch name {
	case "echo":
		return box.Result{Text: rest + c.Source + string(c.Ctx)}
	case "spin":
		for ; ; spun++ {
		}
	case "hoard":
		hoard()
	case "panic":
		panic("a hole in the interpreter")
	case "recurse":
		return box.Result{Text: fmt.Sprint(recurse(1))}
	case "exit":
		os.Exit(0)
	case "lengths":
		return box.Result{Text: fmt.Sprint(len(c.Source), len(c.Modules["m"]), len(c.Modules["n"]))}
	case "bomb": // goes off in the next call
		bomb = true
		return box.Result{Text: "tick"}
	case "limit":
		return box.Result{Err: &box.Error{Script: c.Script, Message: "limit", Limit: rest}}
	case "evil":
		return evil(rest)
	case "break":
		return box.Result{Text: attempt(rest)}
	}
	return box.Run(c)
}

// What a call may leave in a worker.
var (
	bomb    bool
	spun    int
	hoarded [][]byte
)

func fault(message string) box.Result {
	return box.Result{Err: &box.Error{Script: "stage", Message: message}}
}

// hoard takes memory without end and tells how much it had.
func hoard() {
	for n := 1; ; n++ {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		hoarded = append(hoarded, b)
		if n%16 == 0 {
			fmt.Fprintf(os.Stderr, "holding %d MiB\n", n)
		}
	}
}

func recurse(n int) int {
	if n < 0 {
		return 0
	}
	var pad [1 << 10]byte
	pad[n%len(pad)] = byte(recurse(n + 1))
	return int(pad[0]) + n
}

// evil gives results that no honest box gives.
func evil(kind string) box.Result {
	switch kind {
	case "utf8":
		return box.Result{Text: "a\xff"}
	case "both":
		return box.Result{Text: "a", Err: &box.Error{Message: "b"}}
	case "proposal":
		return box.Result{Proposal: []byte(`[1]`)}
	case "lines":
		return box.Result{Err: &box.Error{Message: "a\nlevel=error forged"}}
	case "huge":
		return box.Result{Text: strings.Repeat("x", maxResponse)}
	}
	return fault("no such evil")
}

// newPool makes a pool for the test, closed at its end, when nothing of it may be left.
func newPool(t testing.TB, o Options) *Pool {
	t.Helper()
	before := remains(t)
	p := NewPool(o)
	t.Cleanup(func() {
		p.Close()
		if t.Failed() {
			return
		}
		await(t, func() error {
			if now := remains(t); now.goroutines > before.goroutines || now.descriptors > before.descriptors || now.children > before.children {
				return fmt.Errorf("left behind: %+v; before: %+v", now, before)
			}
			return nil
		})
	})
	return p
}

// leftovers are what a pool must not leave.
type leftovers struct{ goroutines, descriptors, children int }

// await asks until the answer is nil. Goroutines end a moment after they have told so.
func await(t testing.TB, ask func() error) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func echo(text string) box.Call {
	return box.Call{Script: "echo:", Source: text, Entry: box.EntryRender}
}

func scene(name string) box.Call { return box.Call{Script: name, Entry: box.EntryRender} }

// works tells that a pool answers an honest call right.
func works(t testing.TB, p *Pool) {
	t.Helper()
	r, err := p.Run(t.Context(), "honest", echo("hello"))
	if err != nil || r.Text != "hello" {
		t.Fatalf("an honest call gave %q, %v (stats %+v)", r.Text, err, p.Stats())
	}
}

func fails(t testing.TB, p *Pool, c box.Call, want error) error {
	t.Helper()
	r, err := p.Run(t.Context(), "hostile", c)
	if !errors.Is(err, want) {
		t.Fatalf("%s gave %+v, %v; want %v", c.Script, r, err, want)
	}
	return err
}

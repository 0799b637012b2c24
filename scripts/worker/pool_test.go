package worker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestACallGivesTheResultOfTheRunner(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	works(t, p)
	works(t, p) // the source is known now
	c := echo("a")
	c.Ctx = []byte(`{"b":1}`)
	if r, err := p.Run(t.Context(), "x", c); err != nil || r.Text != `a{"b":1}` {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestASpinningScriptIsKilledAndTheNextCallWorks(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: 500 * time.Millisecond})
	works(t, p)
	for range 2 {
		fails(t, p, scene("spin"), ErrKilled)
		works(t, p)
	}
}

func TestAWorkerThatFailsTakesNothingAlong(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: 20 * time.Second})
	for name, words := range map[string]string{
		"panic": "a hole in the interpreter", "recurse": "", "exit": "exit status 0",
		"evil:utf8": "not valid UTF-8", "evil:both": "several", "evil:proposal": "another kind", "evil:lines": "plain", "evil:huge": "damaged frame",
	} {
		if err := fails(t, p, scene(name), ErrDied); !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; want %q in it", name, err, words)
		}
		works(t, p)
	}
}

func TestCancellingEndsTheWaitingAndTheRun(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: 20 * time.Second})
	works(t, p)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the guest has left")
	done := make(chan error, 3)
	for range 3 { // two run, one waits
		go func() {
			_, err := p.Run(ctx, "", scene("spin"))
			done <- err
		}()
	}
	await(t, func() error {
		if s := p.Stats(); s.Busy != 2 || s.Waiting != 1 {
			return errors.New("not yet")
		}
		return nil
	})
	cancel(why)
	for range 3 {
		if err := <-done; !errors.Is(err, why) {
			t.Errorf("got %v, want %v", err, why)
		}
	}
	works(t, p)
}

func TestCancellingEndsTheWaitingAlone(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: time.Minute})
	occupy(t, p, "", 2)
	reaches(t, p, "full", func(s Stats) bool { return s.Busy == 2 })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx, "", echo("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the context", err)
	}
	if s := p.Stats(); s.Busy != 2 || s.Waiting != 0 || s.Calls != 2 {
		t.Errorf("%+v; want the two others undisturbed", s)
	}
	if _, err := p.Run(ctx, "", echo("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

func TestOnlyTheHeadOfTheLastWordsIsKept(t *testing.T) {
	var w words
	for range 100 {
		if n, err := w.Write([]byte("panic: \x1b[31ma hole\xff\n")); n != 20 || err != nil {
			t.Fatal(n, err)
		}
	}
	for range 100 {
		if _, err := w.Write(make([]byte, 1<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.kept) != maxWords {
		t.Errorf("%d bytes are kept, want %d", len(w.kept), maxWords)
	}
	if first := w.first(); len(first) > 300 || !strings.HasPrefix(first, "panic: [31ma hole panic:") {
		t.Errorf("got %q", first)
	}
	w = words{kept: []byte("fatal error: all goroutines\n\ngoroutine 1 [running]:\nmain.secret(0x1)")}
	if got := w.first(); got != "fatal error: all goroutines" {
		t.Errorf("got %q", got)
	}
}

func TestTheSelfTestNamesTheWalls(t *testing.T) {
	r, err := SelfTest(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range r.Walls {
		t.Logf("%-20s %-5v %s", w.Name, w.Up, w.Detail)
		names = append(names, w.Name)
		if !w.Up && (w.Detail == "" || w.Name == "system calls" && confined) {
			t.Errorf("%s is not up: %q", w.Name, w.Detail)
		}
	}
	if want := []string{"process of its own", "open files closed", "resource limits", "landlock", "system calls"}; confined && !slices.Equal(names, want) {
		t.Errorf("walls %q, want %q", names, want)
	}
	if (r.Development == "") != confined {
		t.Errorf("development: %q", r.Development)
	}
}

package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// Whoever may open the socket may read every session, so nobody else may, whatever the umask is.
func TestSocketIsForItsOwnerOnly(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := t.TempDir()
	ln, err := listenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(filepath.Join(dir, socketName))
	if err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != fs.ModeSocket {
		t.Errorf("got %v, %v; want a socket of mode 0600", info.Mode(), err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSocketReplacesOnlyADeadSocket(t *testing.T) {
	dir := t.TempDir()
	dead, err := net.Listen("unix", filepath.Join(dir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()
	if _, err := dialSocket(t.Context(), dir); !errors.Is(err, errNoDaemon) {
		t.Errorf("a dead socket gives %v, want errNoDaemon", err)
	}
	ln, err := listenSocket(dir)
	if err != nil {
		t.Fatalf("a dead socket is in the way: %v", err)
	}
	ln.Close()
	for name, make := range map[string]func(string) error{
		"file":      func(p string) error { return os.WriteFile(p, []byte("x"), 0o600) },
		"directory": func(p string) error { return os.Mkdir(p, 0o700) },
		"link":      func(p string) error { return os.Symlink("/etc/passwd", p) },
	} {
		dir := t.TempDir()
		if err := make(filepath.Join(dir, socketName)); err != nil {
			t.Fatal(err)
		}
		if _, err := listenSocket(dir); err == nil || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("a %s by the socket's name: got %v", name, err)
		}
		if _, err := os.Lstat(filepath.Join(dir, socketName)); err != nil {
			t.Errorf("the %s was touched: %v", name, err)
		}
	}
}

func TestSocketWorksInADirectoryWithALongName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ln, err := listenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := dialSocket(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestSocketAnswersTheOperator(t *testing.T) {
	dir := t.TempDir()
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ln, err := listenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := newControl(ln, store, engine.New(engine.Options{Store: store, Now: time.Now}), http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	defer c.close()
	for _, ask := range []struct{ method, path, want string }{
		{http.MethodGet, "/status", `"reason":"the motor is not running`},
		{http.MethodPost, "/verify", `"rows":`},
		{http.MethodPost, "/backup", "REBOOKBK"},
	} {
		res, err := askDaemon(t.Context(), dir, ask.method, ask.path)
		if err != nil {
			t.Fatalf("%s %s: %v", ask.method, ask.path, err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(b), ask.want) {
			t.Errorf("%s %s: got %.200q, %v; want %q in it", ask.method, ask.path, b, err, ask.want)
		}
	}
	if _, err := askDaemon(t.Context(), dir, http.MethodGet, "/secrets"); err == nil {
		t.Error("an unknown path is answered")
	}
}

// A backup that ended early must never pass for one.
func TestStreamThatEndedEarlyIsAnError(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"reason": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", errorTrailer)
			_, _ = io.WriteString(w, "half of it")
			w.Header().Set(errorTrailer, "the disk is gone")
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half of it")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ln, err := listenSocket(dir)
			if err != nil {
				t.Fatal(err)
			}
			s := http.Server{Handler: handle}
			go s.Serve(ln)
			defer s.Close()
			err = streamDaemon(t.Context(), dir, "/backup", io.Discard)
			if err == nil {
				t.Error("half of a stream is taken for a whole one")
			}
			if name == "reason" && !strings.Contains(err.Error(), "the disk is gone") {
				t.Errorf("the reason is lost: %v", err)
			}
		})
	}
}

// A second signal ends what a first one began gently.
func TestSecondSignalHurries(t *testing.T) {
	signals := make(chan os.Signal, 2)
	p := process{args: []string{"version"}, stdout: io.Discard, stderr: io.Discard, signals: signals, now: time.Now}
	if code := run(t.Context(), p); code != 0 {
		t.Fatalf("version ends with %d", code)
	}
	first, second := make(chan struct{}), make(chan struct{})
	ctx, hurry, done := gentleThenHurry(context.Background(), signals)
	defer done()
	context.AfterFunc(ctx, func() { close(first) })
	context.AfterFunc(hurry, func() { close(second) })
	signals <- syscall.SIGTERM
	<-first
	if err := hurry.Err(); err != nil {
		t.Errorf("one signal hurries already: %v", err)
	}
	if cause := context.Cause(ctx); !strings.Contains(cause.Error(), "terminated") {
		t.Errorf("the cause does not name the signal: %v", cause)
	}
	signals <- syscall.SIGINT
	<-second
}

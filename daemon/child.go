package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rebookhq/rebook/api/client"
)

// child is a real daemon in a process of its own, in a throw-away directory: what the self-test kills and the benchmark
// measures.
type child struct {
	exe  string
	dir  string // holds data/, seed.json and an empty config.toml
	env  []string
	base string // its API's origin
	api  *client.Client

	mu   sync.Mutex // guards cmd and gone
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
	log  *tail
}

// throwAwayKey is the administrator's key of daemons in throw-away directories; they listen on this machine only.
const throwAwayKey = "throw-away-administrator"

// newChild prepares a daemon on a seed; settings are further variables, such as "REBOOK_CARRIER_SETTLE_AFTER=1s".
func (p *process) newChild(dir string, seed []byte, settings ...string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the own binary: %w", err)
	}
	addr := freeAddress("127.0.0.1:0")
	c := &child{exe: exe, dir: dir, base: "http://" + addr, log: &tail{}}
	c.api = newClient(c.base, throwAwayKey)
	for _, f := range []struct {
		name string
		text []byte
	}{{"seed.json", seed}, {defaultFile, nil}} { // an empty configuration, so that the one in the working directory is not read
		if err := os.WriteFile(filepath.Join(dir, f.name), f.text, 0o600); err != nil {
			return nil, err
		}
	}
	for _, kv := range p.environ {
		if !strings.HasPrefix(kv, envPrefix) {
			c.env = append(c.env, kv)
		}
	}
	c.env = append(c.env, "REBOOK_CONFIG="+filepath.Join(dir, defaultFile), "REBOOK_STORAGE_DIR="+c.data(), "REBOOK_SERVER_LISTEN="+addr,
		"REBOOK_SEED_FILE="+filepath.Join(dir, "seed.json"), "REBOOK_BOOTSTRAP_KEY="+throwAwayKey, "REBOOK_LOG_LEVEL=warn")
	c.env = append(c.env, settings...)
	return c, nil
}

func (c *child) data() string { return filepath.Join(c.dir, "data") }

// start runs the daemon and waits until it is ready; it gives how long that took.
func (c *child) start(ctx context.Context, now func() time.Time) (time.Duration, error) {
	cmd := exec.Command(c.exe, "serve")
	cmd.Env, cmd.Stderr, cmd.Stdout, cmd.Dir = c.env, c.log, c.log, c.dir
	cmd.SysProcAttr = ownGroup() // Ctrl-C is for us; we end the child ourselves
	gone := make(chan struct{})
	began := now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the daemon: %w", err)
	}
	go func() {
		_ = cmd.Wait() // killed on purpose, most of the time
		close(gone)
	}()
	c.mu.Lock()
	c.cmd, c.gone = cmd, gone
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ready := make(chan error, 1)
	go func() { ready <- await(ctx, c.api, 2*time.Millisecond) }()
	select {
	case err := <-ready:
		if err != nil {
			return 0, fmt.Errorf("the daemon is not ready: %s; its last words: %s", why(err), c.log)
		}
		return now().Sub(began), nil
	case <-gone:
		return 0, fmt.Errorf("the daemon ended by itself (%v); its last words: %s", cmd.ProcessState, c.log)
	}
}

// kill ends the daemon as a power loss would end the process: SIGKILL, nothing is written any more.
func (c *child) kill() { c.signal(syscall.SIGKILL) }

// stop ends the daemon gently.
func (c *child) stop() { c.signal(syscall.SIGTERM) }

func (c *child) signal(sig os.Signal) {
	c.mu.Lock()
	cmd, gone := c.cmd, c.gone
	c.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig) // it may have ended by itself
	<-gone
}

// pid of the running daemon.
func (c *child) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cmd.Process.Pid
}

// command runs another verb of the same binary on the same directory and gives what it printed.
func (c *child) command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.exe, args...)
	cmd.Env, cmd.Dir = c.env, c.dir
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// tail keeps the last words of a process.
type tail struct {
	mu  sync.Mutex
	all []byte
}

const tailKept = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, b...)
	if n := len(t.all) - tailKept; n > 0 {
		t.all = t.all[n:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.all) == 0 {
		return "(none)"
	}
	return oneLine(string(t.all))
}

var _ io.Writer = (*tail)(nil)

// throwAway makes a directory for a trial and gives how to remove it.
func throwAway(name string) (dir string, remove func() error, err error) {
	dir, err = os.MkdirTemp("", "rebook-"+name+"-")
	if err != nil {
		return "", nil, misuse("cannot make a throw-away directory: %v; set TMPDIR to a directory that can be written", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// together joins the error of a clean-up to another.
func together(err *error, cleanup func() error) { *err = errors.Join(*err, cleanup()) }

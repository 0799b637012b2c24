package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// remains counts what this process has now.
func remains(t testing.TB) leftovers {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return leftovers{goroutines: runtime.NumGoroutine(), descriptors: len(fds), children: len(strings.Fields(string(children)))}
}

// parent is asked for before the walls stand: getppid is not allowed behind them.
var parent = os.Getppid()

// attempt tries one thing that a worker must not be able to do, and tells what came of it.
func attempt(what string) string {
	var err error
	switch what {
	case "open":
		_, err = unix.Open("/etc/passwd", unix.O_RDONLY, 0)
	case "socket":
		_, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	case "fork":
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		err = e
	case "silent fork":
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, 0, 0, 0, 0, 0, 0)
		err = e
	case "fork with a namespace":
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, cloneMust|unix.CLONE_NEWUSER, 0, 0, 0, 0, 0)
		err = e
	case "clone3":
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE3, 0, 0, 0, 0, 0, 0)
		err = e
	case "exec":
		err = unix.Exec("/bin/true", []string{"true"}, nil)
	case "kill parent":
		err = unix.Kill(parent, 0)
	case "tgkill parent":
		err = unix.Tgkill(parent, parent, 0)
	case "trace":
		err = unix.PtraceAttach(parent)
	case "executable memory":
		_, err = unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	case "executable later":
		var b []byte
		if b, err = unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON); err == nil {
			err = unix.Mprotect(b, unix.PROT_READ|unix.PROT_EXEC)
		}
	case "write elsewhere":
		_, err = unix.Write(5, []byte("x"))
	case "read elsewhere":
		_, err = unix.Read(1, make([]byte, 1))
	case "raise a limit":
		err = unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: 1 << 40, Max: 1 << 40})
	case "dumpable":
		err = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
	case "other architecture":
		_, _, e := unix.RawSyscall(0x40000000+unix.SYS_GETPPID, 0, 0, 0) // x32 on amd64, nothing elsewhere
		err = e
	}
	if err == nil || err == unix.Errno(0) {
		return "it worked"
	}
	return err.Error()
}

// A worker whose interpreter was broken out of can do nothing to the machine. Some attempts end it, others just fail.
func TestABrokenWorkerCanDoNothing(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	killed := "bad system call"
	for what, want := range map[string]string{
		"open": killed, "socket": killed, "fork": killed, "silent fork": killed, "fork with a namespace": killed, "exec": killed, "kill parent": killed, "tgkill parent": killed,
		"trace": killed, "raise a limit": killed, "dumpable": killed, "other architecture": killed,
		"executable memory": "operation not permitted", "executable later": "operation not permitted",
		"clone3":          map[bool]string{true: "function not implemented", false: killed}[len(cgoMissing) > 0],
		"write elsewhere": "bad file descriptor", "read elsewhere": "bad file descriptor",
	} {
		r, err := p.Run(t.Context(), "", scene("break:"+what))
		if got := r.Text + fmt.Sprint(err); !strings.Contains(got, want) {
			t.Errorf("%s: %q; want %q", what, got, want)
		}
	}
	works(t, p)
}

// The walls stand around every thread of a worker, as the kernel itself tells, and nothing is open but three pipes and the
// runtime's poller.
func TestTheWallsStandAroundEveryThread(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	works(t, p)
	p.mu.Lock()
	pid := p.all[0].cmd.Process.Pid
	p.mu.Unlock()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil || len(threads) == 0 {
		t.Fatal(threads, err)
	}
	for _, thread := range threads {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, thread.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"NoNewPrivs:\t1\n", "Seccomp:\t2\n"} {
			if !strings.Contains(string(status), want) {
				t.Errorf("thread %s has no %q", thread.Name(), want)
			}
		}
	}
	if os.Getuid() == 0 { // nobody else may look into a process that gave up being looked into
		var open []string
		fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range fds {
			target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name()))
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := strings.Cut(target, ":[")
			open = append(open, kind)
		}
		if got := strings.Join(open, " "); got != "pipe pipe pipe anon_inode anon_inode" {
			t.Errorf("open: %s", got)
		}
		if env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err != nil || strings.TrimRight(string(env), "\x00") != strings.Join(environment, "\x00") {
			t.Errorf("environment %q, %v; want %q", env, err, environment)
		}
		if score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid)); err != nil || string(score) != "1000\n" {
			t.Errorf("oom_score_adj %q, %v; want 1000: it goes before the daemon", score, err)
		}
		if dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err != nil || dir != "/" {
			t.Errorf("working directory %q, %v; want /", dir, err)
		}
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		name, rest := line[:26], strings.Fields(line[26:])
		switch strings.TrimSpace(name) {
		case "Max open files":
			if rest[0] != "1" || rest[1] != "1" {
				t.Errorf("%s", line)
			}
		case "Max core file size", "Max file size", "Max locked memory":
			if rest[0] != "0" || rest[1] != "0" {
				t.Errorf("%s", line)
			}
		case "Max data size":
			if limitData && rest[0] != strconv.Itoa(256<<20+threadMemory) {
				t.Errorf("%s", line)
			}
		case "Max address space", "Max cpu time":
			if n, err := strconv.Atoi(rest[0]); err != nil || n <= 0 || rest[0] != rest[1] {
				t.Errorf("%s", line)
			}
		}
	}
}

// beParent is a daemon with a pool that is killed in the midst of a script.
func beParent() {
	if os.Args[0] != "parent" {
		return
	}
	p := NewPool(Options{Size: 2, Wall: time.Hour})
	go func() { _, _ = p.Run(context.Background(), "", scene("spin")) }()
	for s := p.Stats(); s.Alive != 2 || s.Busy != 1; s = p.Stats() {
		time.Sleep(time.Millisecond)
	}
	for _, w := range p.all {
		fmt.Println(w.cmd.Process.Pid)
	}
	fmt.Println()
	select {}
}

// With kill -9 of the daemon its workers end by themselves, the busy one too.
func TestWorkersEndWithTheirParent(t *testing.T) {
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{"parent"}, Env: []string{}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != ""; {
		pid, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if err := errors.Join(cmd.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if len(pids) != 2 {
		t.Fatalf("%d workers; want 2", len(pids))
	}
	for _, pid := range pids {
		await(t, func() error {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) || strings.Contains(string(status), "State:\tZ") {
				return nil
			}
			return fmt.Errorf("worker %d lives on: %v", pid, err)
		})
	}
}

// Whoever stops the daemon may signal all of its processes; the daemon still needs its workers to the end.
func TestAWorkerIgnoresTheSignalsOfAStop(t *testing.T) {
	p := newPool(t, Options{Size: 1})
	works(t, p)
	for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP} {
		if err := unix.Kill(p.all[0].cmd.Process.Pid, sig); err != nil {
			t.Fatal(err)
		}
		works(t, p)
	}
	if s := p.Stats(); s.Started != 1 || s.Died != 0 {
		t.Errorf("%+v; want the first worker to live", s)
	}
}

// A worker that dies while it is idle is buried and replaced before anybody asks.
func TestAnIdleWorkerThatDiesIsReplaced(t *testing.T) {
	p := newPool(t, Options{Size: 1})
	works(t, p)
	if err := unix.Kill(p.all[0].cmd.Process.Pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	reaches(t, p, "replaced", func(s Stats) bool { return s.Started == 2 && s.Died == 1 && s.Alive == 1 })
	p.mu.Lock()
	if len(p.idle) != 1 {
		t.Errorf("%d workers are idle; want the new one only", len(p.idle))
	}
	p.mu.Unlock()
	works(t, p)
}

func TestAScriptThatTakesAllMemoryDiesAlone(t *testing.T) {
	for _, memory := range []int{128, 256, 512} {
		p := newPool(t, Options{Size: 2, Memory: int64(memory) << 20, Wall: 20 * time.Second})
		err := fails(t, p, scene("hoard"), ErrDied)
		had := 0
		for _, n := range regexp.MustCompile(`holding (\d+) MiB`).FindAllStringSubmatch(err.Error(), -1) {
			had, _ = strconv.Atoi(n[1]) // the pattern makes it a number
		}
		t.Logf("of %d MiB: %d", memory, had)
		if had == 0 || had > memory+(threadMemory+shadowMemory)>>20 {
			t.Errorf("with %d MiB: %v", memory, err)
		}
		works(t, p)
		p.Close()
	}
}

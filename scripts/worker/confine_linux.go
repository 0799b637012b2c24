package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The names of the walls.
const (
	wallFiles    = "open files closed"
	wallLimits   = "resource limits"
	wallLandlock = "landlock"
	wallCalls    = "system calls"
)

// confine raises the walls around this process, in the one order that works, before the first byte of a request is read. The
// error names the step that failed. memory is how many bytes the process may still take.
func confine(memory int64) (walls []Wall, err error) {
	// Walls belong to threads until the filter of the last step spreads over all of them.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	comfort()
	if err := syscall.SetNonblock(0, false); err != nil {
		return nil, fmt.Errorf("make the request pipe blocking: %w", err)
	}
	event, err := keepPoller()
	if err != nil {
		return nil, fmt.Errorf("close the open files: %w", err)
	}
	walls = append(walls, Wall{Name: wallFiles, Up: true})

	measure, err := limit(memory)
	if err != nil {
		return walls, fmt.Errorf("set the resource limits: %w", err)
	}
	walls = append(walls, Wall{Name: wallLimits, Up: true, Detail: measure})

	everyThread, err := noNewPrivileges()
	if err != nil {
		return walls, fmt.Errorf("give up new privileges: %w", err)
	}
	landlock, err := restrictFiles(everyThread)
	if err != nil {
		return walls, fmt.Errorf("raise landlock: %w", err)
	}
	walls = append(walls, landlock)

	// Landlock needed one descriptor more; from here on there is none to be had. Number 0 is taken, so a limit of 1 leaves
	// none; a limit of 0 would make poll, which exitWithParent needs, refuse its one pipe.
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: 1}); err != nil {
		return walls, fmt.Errorf("set the limit of open files: %w", err)
	}
	if err := filterCalls(event); err != nil {
		return walls, fmt.Errorf("filter system calls: %w", err)
	}
	return append(walls, Wall{Name: wallCalls, Up: true, Detail: runtime.GOARCH}), nil
}

// comfort does two favours that may fail: a name for the lists of processes, where /proc/self/exe would show as "exe", and
// a hint to the kernel that when memory runs out a worker goes before the daemon.
func comfort() {
	_ = os.WriteFile("/proc/self/comm", []byte("rebook-script"), 0)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}

// keepPoller closes every descriptor but the three standard ones and the two of the runtime's poller: epoll and the eventfd
// that wakes it. The runtime makes them with the first timer and dies when they are gone or cannot be made, so they are made now.
func keepPoller() (event int, err error) {
	time.Sleep(time.Nanosecond) // a timer
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0, fmt.Errorf("%w; is /proc mounted?", err)
	}
	names, err := dir.Readdirnames(-1)
	own := int(dir.Fd())
	if err := errors.Join(err, dir.Close()); err != nil {
		return 0, err
	}
	poller, event := -1, -1
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil {
			return 0, err
		}
		if fd < 3 || fd == own {
			continue
		}
		switch target, _ := os.Readlink("/proc/self/fd/" + name); {
		case target == "anon_inode:[eventpoll]" && poller < 0:
			poller = fd
		case target == "anon_inode:[eventfd]" && event < 0:
			event = fd
		default:
			if err := unix.Close(fd); err != nil {
				return 0, fmt.Errorf("descriptor %d: %w", fd, err)
			}
		}
	}
	if poller < 0 || event < 0 {
		return 0, errors.New("the runtime's poller was not found")
	}
	return event, nil
}

// cpuSeconds is the processor time of a worker's whole life. It is a backstop behind the limits of a call.
const cpuSeconds = 600

// limit sets the limits and gives up being looked into. Two limits on memory are needed: Go maps new memory over its own
// reservation, which RLIMIT_DATA does not count, and reserves so much address space at the start that RLIMIT_AS can only be
// set from what is in use already.
func limit(memory int64) (measure string, err error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return "", fmt.Errorf("%w; is /proc mounted?", err)
	}
	pages, err := strconv.ParseUint(strings.Fields(string(statm) + " -")[0], 10, 64)
	if err != nil {
		return "", fmt.Errorf("read the size of the process: %w", err)
	}
	space := pages*uint64(os.Getpagesize()) + uint64(memory) + threadMemory + shadowMemory
	data := uint64(memory) + threadMemory
	if !limitData {
		data = unix.RLIM_INFINITY
	}
	for _, l := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"data", unix.RLIMIT_DATA, data},
		{"address space", unix.RLIMIT_AS, space},
		{"processor time", unix.RLIMIT_CPU, cpuSeconds}, // soft = hard: Go swallows the SIGXCPU of a soft limit
		{"core", unix.RLIMIT_CORE, 0},
		{"file size", unix.RLIMIT_FSIZE, 0},
		{"locked memory", unix.RLIMIT_MEMLOCK, 0},
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return "", fmt.Errorf("%s: %w", l.name, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return "", fmt.Errorf("forbid dumps: %w", err)
	}
	return fmt.Sprintf("memory %d MiB", memory>>20), nil
}

// noNewPrivileges makes sure that no exec can gain rights; Landlock and the filter demand it. It tells whether every thread
// could be reached: in a binary with cgo only this one can, and the filter carries it to the others.
func noNewPrivileges() (everyThread bool, err error) {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	switch errno {
	case 0:
		return true, nil
	case syscall.ENOTSUP:
		return false, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	return false, errno
}

// restrictFiles takes every right that Landlock knows of: files, TCP, abstract sockets, signals to others. It is a second
// wall behind the filter, so a kernel without it, or a binary with cgo, goes on with one less.
func restrictFiles(everyThread bool) (Wall, error) {
	wall := Wall{Name: wallLandlock}
	if !everyThread {
		wall.Detail = "this binary was built with cgo; build it with CGO_ENABLED=0"
		return wall, nil
	}
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		wall.Detail = "this kernel has none: " + errno.Error()
		return wall, nil
	}
	rights := landlockRights(int(abi))
	rules, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rights)), unsafe.Sizeof(rights), 0)
	if errno != 0 {
		return wall, fmt.Errorf("make the rules: %w", errno)
	}
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules, 0, 0); errno != 0 {
		return wall, fmt.Errorf("keep to the rules: %w", errno)
	}
	wall.Up, wall.Detail = true, fmt.Sprintf("ABI %d", abi)
	return wall, unix.Close(int(rules))
}

// landlockRights is everything that a version of Landlock can forbid. No rule gives anything back.
func landlockRights(abi int) unix.LandlockRulesetAttr {
	files := uint64(unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1) // the thirteen of the first version
	var a unix.LandlockRulesetAttr
	if abi >= 2 {
		files |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		files |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		a.Access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= 5 {
		files |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		a.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	a.Access_fs = files
	return a
}

// exitWithParent ends this process when the parent's end of the request pipe closes, also in the midst of a script that
// cannot be interrupted: with no event asked for, poll returns when the other side has hung up.
func exitWithParent() {
	for {
		pipe := []unix.PollFd{{Fd: 0}}
		if _, err := unix.Ppoll(pipe, nil, nil); err == nil && pipe[0].Revents != 0 {
			os.Exit(0)
		} else if err != nil && !errors.Is(err, unix.EINTR) {
			fmt.Fprintln(os.Stderr, "watch the request pipe:", err)
			os.Exit(1)
		}
	}
}

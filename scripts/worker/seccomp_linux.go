package worker

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// architectures are the processors whose system calls are known here. The filter refuses calls of another architecture, which
// the same processor may offer too, because the numbers mean other things there.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// freeCalls may be made with any arguments: memory, threads, time and signals of this process itself. It is what the Go
// runtime needs; a newer Go may need another, which shows as a worker killed by SIGSYS in the self-test.
var freeCalls = []uint32{
	unix.SYS_FUTEX, unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_NANOSLEEP, unix.SYS_SCHED_YIELD,
	unix.SYS_CLOCK_GETTIME, unix.SYS_EPOLL_PWAIT, unix.SYS_PPOLL, unix.SYS_RESTART_SYSCALL, unix.SYS_GETRANDOM,
	unix.SYS_RT_SIGRETURN, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGACTION, unix.SYS_SIGALTSTACK,
	unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}

// What the flags of clone must and may hold to make a thread of this process and nothing else.
const (
	cloneMust = unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_THREAD
	cloneMay  = cloneMust | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SYSVSEM | unix.CLONE_SETTLS |
		unix.CLONE_PARENT_SETTID | unix.CLONE_CHILD_CLEARTID
)

// filterCalls makes every system call outside the list the end of the process, for all its threads. event is the descriptor that
// wakes the poller.
func filterCalls(event int) error {
	arch, ok := architectures[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("the calls of %s are not known", runtime.GOARCH)
	}
	rules := filter(arch, os.Getpid(), event)
	program := unix.SockFprog{Len: uint16(len(rules)), Filter: &rules[0]}
	thread, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	runtime.KeepAlive(rules)
	if errno != 0 {
		return errno
	}
	if thread != 0 {
		return errors.New("a thread has a filter of its own")
	}
	return nil
}

// Where the filter finds things: the number of the call, the architecture, and the low half of each argument (both
// architectures are little-endian). The kernel itself looks only at the low half of the arguments judged here.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

// filter is the program. Every block either ends with a verdict or is skipped as a whole, so the order does not matter.
func filter(arch uint32, pid, event int) (rules []unix.SockFilter) {
	rules = append(rules,
		load(offArch),
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: arch, Jt: 1},
		verdict(unix.SECCOMP_RET_KILL_PROCESS),
		load(offNumber),
	)
	for _, nr := range slices.Concat(freeCalls, cgoCalls) {
		rules = append(rules, block(nr, verdict(unix.SECCOMP_RET_ALLOW))...)
	}
	allow, refuse := verdict(unix.SECCOMP_RET_ALLOW), func(e unix.Errno) unix.SockFilter {
		return verdict(unix.SECCOMP_RET_ERRNO | uint32(e)&unix.SECCOMP_RET_DATA)
	}
	rules = append(rules, block(unix.SYS_READ, load(argument(0)), equal(0), allow, equal(uint32(event)), allow, refuse(unix.EBADF))...)
	rules = append(rules, block(unix.SYS_WRITE, load(argument(0)), equal(1), allow, equal(2), allow, equal(uint32(event)), allow, refuse(unix.EBADF))...)
	rules = append(rules, block(unix.SYS_MMAP, load(argument(2)), bits(unix.PROT_EXEC), refuse(unix.EPERM), allow)...)
	rules = append(rules, block(unix.SYS_MPROTECT, load(argument(2)), bits(unix.PROT_EXEC), refuse(unix.EPERM), allow)...)
	rules = append(rules, block(unix.SYS_CLONE,
		load(argument(0)), bits(math.MaxUint32&^uint32(cloneMay)), verdict(unix.SECCOMP_RET_KILL_PROCESS),
		unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: cloneMust}, equal(cloneMust), allow,
		verdict(unix.SECCOMP_RET_KILL_PROCESS))...)
	rules = append(rules, block(unix.SYS_TGKILL, load(argument(0)), equal(uint32(pid)), allow, verdict(unix.SECCOMP_RET_KILL_PROCESS))...)
	// The runtime names its memory areas for /proc; every other use of prctl is an attack.
	rules = append(rules, block(unix.SYS_PRCTL, load(argument(0)), equal(unix.PR_SET_VMA), allow, verdict(unix.SECCOMP_RET_KILL_PROCESS))...)
	for _, nr := range cgoMissing {
		rules = append(rules, block(nr, refuse(unix.ENOSYS))...)
	}
	return append(rules, verdict(unix.SECCOMP_RET_KILL_PROCESS))
}

// block carries out steps when the call is nr. The steps end in a verdict.
func block(nr uint32, steps ...unix.SockFilter) []unix.SockFilter {
	return append([]unix.SockFilter{{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: nr, Jf: uint8(len(steps))}}, steps...)
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func argument(i uint32) uint32 { return offArgs + 8*i }

// equal skips the next step unless the loaded value is k.
func equal(k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jf: 1}
}

// bits skips the next step unless the loaded value has one of the bits of k.
func bits(k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: k, Jf: 1}
}

func verdict(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

//go:build unix

package worker

import (
	"os"
	"syscall"
)

// ownGroup keeps a terminal's Ctrl-C from the workers: the daemon stops gently and may still need them.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// cage does nothing here: a worker raises its walls itself.
func cage(*os.Process, int64) (release func(), err error) { return nil, nil }

//go:build unix && !linux

package worker

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// exitWithParent ends this process when the parent's end of the request pipe closes, also in the midst of a script.
func exitWithParent() {
	for {
		pipe := []unix.PollFd{{Fd: 0}}
		if _, err := unix.Poll(pipe, -1); err == nil && pipe[0].Revents != 0 {
			os.Exit(0)
		} else if err != nil && !errors.Is(err, unix.EINTR) {
			fmt.Fprintln(os.Stderr, "watch the request pipe:", err)
			os.Exit(1)
		}
	}
}

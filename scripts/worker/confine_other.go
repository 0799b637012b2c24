//go:build !linux

package worker

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"time"
)

// confine raises what walls there are here: only a watch over the memory. Together with the process of its own and its being
// killed in time that is enough to develop scripts of one's own with, and not to run those of others.
func confine(memory int64) ([]Wall, error) {
	go watchMemory(uint64(memory))
	return []Wall{
		{Name: "memory watch", Up: true, Detail: fmt.Sprintf("memory %d MiB", memory>>20)},
		{Name: "system calls", Detail: "nothing can be walled in on " + runtime.GOOS},
	}, nil
}

// watchEvery is how often the memory is looked at. In this time a script can take some ten MiB.
const watchEvery = 2 * time.Millisecond

// watchMemory ends the process when the runtime holds more than most bytes.
func watchMemory(most uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for range time.Tick(watchEvery) {
		metrics.Read(sample)
		if sample[0].Value.Uint64()-sample[1].Value.Uint64() > most {
			fmt.Fprintln(os.Stderr, "out of memory")
			os.Exit(2)
		}
	}
}

// confined is what a worker that tries to break out should die of. Here it does not.
const confined = false

func diedOfBreakingOut(*os.ProcessState) bool { return false }

// ownProgram is the file this program was started from.
func ownProgram() (string, error) { return os.Executable() }

// environment is all a worker sees of it: nothing.
var environment = []string{}

package worker

import (
	"errors"
	"strings"
	"unicode"
)

// What can become of a call besides a result. They come wrapped with the details; use errors.Is. None of them is the fault of
// the caller's text: that is the Err of a [box.Result].
var (
	ErrKilled   = errors.New("the script took too long and its worker was killed")
	ErrDied     = errors.New("the worker died under the script")
	ErrBusy     = errors.New("too many scripts are waiting")
	ErrTooLarge = errors.New("the call is too large")
	ErrStart    = errors.New("no script worker can be started")
	ErrClosed   = errors.New("the script workers have been shut down")
)

// maxWords is how much of a dying worker's stderr is kept, in bytes: the head, where Go puts the cause.
const maxWords = 4 << 10

// words keeps the first bytes a worker writes on stderr. The process that owns it waits for the writer before it reads.
type words struct{ kept []byte }

func (w *words) Write(b []byte) (int, error) {
	w.kept = append(w.kept, b[:min(len(b), maxWords-len(w.kept))]...)
	return len(b), nil
}

// first gives the first lines as one, fit for a log.
func (w *words) first() string {
	head, _, _ := strings.Cut(string(w.kept), "\n\n") // then Go lists its stacks
	head = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, head)
	head = strings.Join(strings.Fields(head), " ")
	return strings.ToValidUTF8(head[:min(len(head), 300)], "")
}

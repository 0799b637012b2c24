package worker

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// fate says why the pool ended a process. The first one stands.
type fate int32

const (
	fateNone    fate = iota // it lives, or died by itself
	fateWall                // the script took too long
	fateCaller              // the caller stopped waiting
	fateBroken              // it broke the protocol
	fateRecycle             // it has done its time
	fateClosed              // the pool closes
)

// process is the parent's end of one worker. One call at a time uses it; kill may be called by anybody at any time.
type process struct {
	cmd   *exec.Cmd
	in    *os.File // requests
	out   *os.File // responses
	words words    // its stderr; read when it is buried
	fate  atomic.Int32
	wall  *time.Timer // kills it; set for the time of a call
	walls []Wall      // as it told them itself

	gone    chan struct{} // closed when it is buried and out of the pool
	how     string        // it ended; read after gone
	release func()        // lets go of what the system holds for it; may be nil

	reader *bufio.Reader
	frame  []byte
	buf    []byte
	held   holding
	calls  int // handed to it, the present one too; the pool counts them
}

// launch starts a worker and reads its hello. After an error no process is left. The end of ctx ends the starting.
func launch(ctx context.Context, o Options) (*process, error) {
	path, err := ownProgram()
	if err != nil {
		return nil, fmt.Errorf("find the own program: %w", err)
	}
	w, err := spawn(path, o)
	if err != nil {
		return nil, err
	}
	w.wall = time.AfterFunc(o.Start, func() { w.kill(fateWall) })
	stop := context.AfterFunc(ctx, func() { w.kill(fateClosed) })
	err = w.greet()
	if !w.wall.Stop() && err == nil {
		err = errors.New("it took too long")
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		w.kill(fateBroken)
		w.bury()
		return nil, fmt.Errorf("start a script worker: %w (%s)", err, w.how)
	}
	return w, nil
}

// spawn makes the process and its pipes.
func spawn(path string, o Options) (*process, error) {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for a script worker: %w", err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe for a script worker: %w", err), theirIn.Close(), in.Close())
	}
	w := &process{in: in, out: out, gone: make(chan struct{}), reader: bufio.NewReaderSize(out, 32<<10)}
	w.cmd = &exec.Cmd{
		Path: path, Args: []string{o.name, strconv.FormatInt(o.Memory, 10)}, Env: environment, Dir: string(os.PathSeparator),
		Stdin: theirIn, Stdout: theirOut, Stderr: &w.words, SysProcAttr: ownGroup(),
		WaitDelay: time.Second, // nobody but the worker can hold its stderr; should somebody, he is not waited for
	}
	err = w.cmd.Start()
	err = errors.Join(err, theirIn.Close(), theirOut.Close()) // the worker has its own
	if w.cmd.Process == nil {
		return nil, errors.Join(fmt.Errorf("start a script worker: %w", err), in.Close(), out.Close())
	}
	if w.release, err = cage(w.cmd.Process, o.Memory); err != nil {
		w.kill(fateBroken)
		w.bury()
		return nil, fmt.Errorf("cage a script worker: %w", err)
	}
	return w, nil
}

// greet reads what a new worker says of its walls.
func (w *process) greet() (err error) {
	if w.frame, err = readFrame(w.reader, w.frame, maxResponse); err != nil {
		return fmt.Errorf("it said nothing: %w", err)
	}
	h, err := decodeHello(w.frame)
	if err != nil {
		return fmt.Errorf("its hello is strange: %w", err)
	}
	if h.fault != "" {
		return errors.New(h.fault)
	}
	w.walls = h.walls
	return nil
}

// kill ends the process at once.
func (w *process) kill(why fate) {
	w.fate.CompareAndSwap(int32(fateNone), int32(why))
	_ = w.cmd.Process.Kill() // it may be gone already
}

// bury waits for the end of the process, which may be long in coming, and keeps how it ended.
func (w *process) bury() {
	_ = w.cmd.Wait() // how it ended is in the state
	w.how = w.cmd.ProcessState.String()
	if first := w.words.first(); first != "" {
		w.how += ": " + first
	}
	if w.release != nil {
		w.release()
	}
	_, _ = w.in.Close(), w.out.Close()
}

// exchange sends one request and reads the response to it. After an error the process is dying or dead.
func (w *process) exchange(ctx context.Context, q request, wall time.Duration) (box.Result, error) {
	buf, err := appendRequest(w.buf, q, &w.held)
	if err != nil {
		return box.Result{}, err // nothing was sent: the worker is as it was
	}
	w.buf = buf
	stop := func() bool { return true }
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, func() { w.kill(fateCaller) })
	}
	w.wall.Reset(wall)
	result, err := w.talk(q)
	// Where a stop comes too late the kill is on its way; it must not hit the next call.
	if !w.wall.Stop() {
		w.kill(fateWall)
	}
	if !stop() {
		w.kill(fateCaller)
	}
	if err != nil {
		w.kill(fateBroken)
	}
	return result, err
}

func (w *process) talk(q request) (box.Result, error) {
	if _, err := w.in.Write(w.buf); err != nil {
		return box.Result{}, fmt.Errorf("write the request: %w", err)
	}
	var err error
	if w.frame, err = readFrame(w.reader, w.frame, maxResponse); err != nil {
		return box.Result{}, fmt.Errorf("read the response: %w", err)
	}
	to, result, err := decodeResponse(w.frame)
	switch {
	case err != nil:
		return box.Result{}, fmt.Errorf("decode the response: %w", err)
	case to != q.id:
		return box.Result{}, errors.New("the response is to another request")
	case w.reader.Buffered() > 0:
		return box.Result{}, errors.New("the response is followed by more")
	}
	if err := judge(q.call.Entry, result); err != nil {
		return box.Result{}, err
	}
	return result, nil
}

// newID makes the name of a request.
func newID() (x id) {
	_, _ = rand.Read(x[:]) // never fails: it ends the program instead
	return x
}

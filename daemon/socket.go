package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// socketName is the socket in the data directory through which commands reach the running daemon. Part of the contract.
const socketName = "rebook.sock"

// socketPathMax is the longest path that every system takes for a socket (104 bytes on macOS and the BSDs, 108 on Linux).
const socketPathMax = 103

// listenSocket opens the daemon's socket in dir with mode 0600. Only the holder of the store's lock may call it: then a
// socket that is there already is one that a killed daemon left, and it is replaced. Anything else by that name is not
// touched. The socket is made in a private directory and moved into place when its mode is right, so at no moment can
// another user open it, whatever the umask and the data directory's own mode are.
func listenSocket(dir string) (net.Listener, error) {
	path := filepath.Join(dir, socketName)
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != fs.ModeSocket {
		return nil, misuse("%s is not a socket; move it away, its name is needed for the daemon's socket", path)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".sock-*")) // of a daemon killed in this very function
	for _, l := range left {
		os.RemoveAll(l)
	}
	private, err := os.MkdirTemp(dir, ".sock-")
	if err != nil {
		return nil, fmt.Errorf("make the daemon's socket: %w", err)
	}
	defer os.RemoveAll(private)
	var ln *net.UnixListener
	err = nearby(private, "s", func(short string) (err error) {
		ln, err = net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make the daemon's socket: %w", err)
	}
	ln.SetUnlinkOnClose(false) // it would remove the name it was made under
	fresh := filepath.Join(private, "s")
	if err := errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, path)); err != nil {
		ln.Close()
		return nil, fmt.Errorf("make the daemon's socket: %w", err)
	}
	return &socketListener{ln, path}, nil
}

// socketListener removes the socket's file when it is closed.
type socketListener struct {
	net.Listener
	path string
}

func (l *socketListener) Close() error {
	err := l.Listener.Close()
	if gone := os.Remove(l.path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// errNoDaemon says that no daemon answers at a data directory.
var errNoDaemon = errors.New("no daemon runs there")

// dialSocket reaches the daemon that runs on dir; errNoDaemon when none does.
func dialSocket(ctx context.Context, dir string) (conn net.Conn, err error) {
	err = nearby(dir, socketName, func(short string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", short)
		return err
	})
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, misuse("%s belongs to another user; run this as the user that the daemon runs as", filepath.Join(dir, socketName))
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, errNoDaemon // nothing there, or the socket of a daemon that was killed
}

// nearby calls fn with a path for name in dir that is short enough for a socket.
func nearby(dir, name string, fn func(path string) error) error {
	path := filepath.Join(dir, name)
	if len(path) <= socketPathMax {
		return fn(path)
	}
	if runtime.GOOS != "linux" {
		return misuse("the path %s is too long for a socket; use a shorter storage.dir", path)
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return fn(filepath.Join("/proc/self/fd", strconv.Itoa(int(d.Fd())), name))
}

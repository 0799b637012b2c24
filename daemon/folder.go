package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
)

// folder is the operator's folder of scripts: what changes there is taken over by the road of every script. It is only
// read, and nothing outside it is, whatever its links say.
type folder struct {
	h    *house
	root *os.Root

	mu      sync.Mutex
	refused map[string]string // name → what was refused last: digest of the file, how many had been taken over, and how often tests changed
	taken   int               // scripts taken over since the start: a module that came may mend a script that failed
}

// folderQuiet is how long a file must have been left alone: an editor may still be writing it.
const folderQuiet = time.Second

// folderAuthor is how the folder is called in the list of versions.
const folderAuthor = "folder"

// openFolder begins to watch scripts.dir, when one is set.
func (h *house) openFolder(ctx context.Context) error {
	dir := h.cfg.Scripts.Dir
	if dir == "" {
		return h.engine.FolderHolds(ctx, engine.MainAccount, nil)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return h.cfg.wrong("scripts.dir", "%v; name a directory that this user may read, or leave it empty", err)
	}
	h.folder = &folder{h: h, root: root, refused: map[string]string{}}
	h.undo = append(h.undo, func(context.Context) error { return root.Close() })
	if err := h.folder.look(ctx); err != nil {
		h.log.Warn("the folder of scripts could not be read; it is tried again", "dir", dir, "error", err)
	}
	return nil
}

// look takes over what has changed. It goes through the folder again as long as something was taken over, since a script may
// load a module that comes later.
func (f *folder) look(ctx context.Context) error {
	if f.h.pool == nil {
		return nil // no script can run: an alarm tells of it
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		before := f.taken
		if err := f.pass(ctx); err != nil || f.taken == before {
			return err
		}
	}
}

func (f *folder) pass(ctx context.Context) error {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), ".lua")
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		names = append(names, name)
		if err := f.take(ctx, name, entry.Name()); err != nil {
			return err
		}
	}
	maps.DeleteFunc(f.refused, func(name, _ string) bool { return !slices.Contains(names, name) })
	return f.h.engine.FolderHolds(ctx, engine.MainAccount, names)
}

// take takes one file over unless it was judged before as it is. A refusal stands in an alarm and ends nothing.
func (f *folder) take(ctx context.Context, name, file string) error {
	info, err := f.root.Stat(file)
	if err != nil || !info.Mode().IsRegular() || f.h.p.now().Sub(info.ModTime()) < folderQuiet {
		return nil
	}
	source, err := f.read(file)
	if err != nil {
		f.h.log.Warn("a script of the folder cannot be read", "file", filepath.Join(f.root.Name(), file), "error", err)
		return nil
	}
	state := scripts.Digest(source) + "/" + strconv.Itoa(f.taken) + "/" + strconv.FormatUint(f.h.engine.TestsChanged(), 10)
	if f.refused[name] == state {
		return nil
	}
	done, err := f.h.engine.ImportScript(ctx, engine.MainAccount, engine.NewVersion{Name: name, Source: source, Author: folderAuthor}, info.ModTime())
	refusal, refused := errors.AsType[*booking.Error](err)
	switch {
	case refused && refusal.Class != booking.Unavailable:
		f.h.log.Warn("a script of the folder was not taken over", "file", filepath.Join(f.root.Name(), file), "line", refusal.Line, "error", refusal.Message)
		f.refused[name] = state
	case err != nil:
		return err
	case done:
		f.taken++
		f.h.log.Info("a script of the folder is used from now on", "script", name)
	}
	return nil
}

func (f *folder) read(file string) (string, error) {
	r, err := f.root.Open(file)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxScriptFile))
	return string(b), err
}

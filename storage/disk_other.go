//go:build !(linux || darwin || freebsd)

package storage

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// diskFree is not known here, so the guard against a full disk is off.
func diskFree(string) (free, size uint64, err error) { return 0, 0, errors.ErrUnsupported }

// diskUse gives the length of the files below dir; they are sparse, so less may be taken.
func diskUse(dir string) (used int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			used += info.Size()
		}
		return nil
	})
	return used
}

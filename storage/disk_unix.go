//go:build linux || darwin || freebsd

package storage

import (
	"io/fs"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// diskFree gives the bytes an ordinary user may still write in the filesystem of dir, and its size.
func diskFree(dir string) (free, size uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	block := uint64(s.Bsize)
	return uint64(max(0, int64(s.Bavail))) * block, uint64(s.Blocks) * block, nil
}

// diskUse gives the bytes that the files below dir take on the disk. Badger's files are sparse, so their length says little.
func diskUse(dir string) (used int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // files come and go while we walk
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				used += st.Blocks * 512
			}
		}
		return nil
	})
	return used
}

package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// errDamaged begins the errors about a store that was damaged on the disk, or copied by halves.
var errDamaged = errors.New("the store is damaged, or it was copied by halves")

// checkTables looks at the table files before Badger does, since Badger panics over some damages in goroutines that nobody can
// recover, and takes tables without their manifest for rubbish and deletes them. It reads the manifest and the last bytes
// of each table; what is inside is proved by Badger's own checksums when a table is opened.
func checkTables(o badger.Options) error {
	files, err := filepath.Glob(filepath.Join(o.Dir, "*.sst"))
	if err != nil {
		return err
	}
	manifest, err := os.Open(filepath.Join(o.Dir, badger.ManifestFilename))
	if errors.Is(err, os.ErrNotExist) {
		if len(files) > 0 {
			return fmt.Errorf("%w: %s holds %d table files and no %s", errDamaged, o.Dir, len(files), badger.ManifestFilename)
		}
		return nil // a new store
	}
	if err != nil {
		return err
	}
	defer manifest.Close()
	tables, _, err := badger.ReplayManifestFile(manifest, o.ExternalMagicVersion, o)
	if err != nil {
		return fmt.Errorf("%w: its %s cannot be read: %v", errDamaged, badger.ManifestFilename, err)
	}
	for id := range tables.Tables {
		if err := checkTable(table.NewFilename(id, o.Dir)); err != nil {
			return fmt.Errorf("%w: %v", errDamaged, err)
		}
	}
	return nil
}

// checkTable checks that the lengths in a table's footer lie inside the file. The footer is, from the end: length of the
// checksum, checksum, length of the index, index (Badger's table/builder.go).
func checkTable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	at := info.Size()
	for range 2 {
		var length [4]byte
		if at -= 4; at < 0 {
			return fmt.Errorf("%s is cut off", path)
		}
		if _, err := f.ReadAt(length[:], at); err != nil {
			return err
		}
		if at -= int64(binary.BigEndian.Uint32(length[:])); at < 0 {
			return fmt.Errorf("%s is cut off, or its end was overwritten", path)
		}
	}
	return nil
}

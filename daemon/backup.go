package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/storage"
)

func (p *process) backupVerb() *cli.Command {
	c := verb("backup", "write the whole store to one file, while the daemon runs or not", "FILE", p.backup,
		&cli.BoolFlag{Name: "force", Usage: "replace FILE when it is there"})
	c.Description = "FILE is complete and proved whole before it gets its name, and only its owner can read it (mode 0600)."
	return c
}

// backup writes FILE by way of a temporary name beside it, so that FILE is never half of a backup.
func (p *process) backup(ctx context.Context, c *cli.Command) error {
	file := c.Args().First()
	cfg, key, err := p.storeConfig(c)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); err == nil && !c.Bool("force") {
		return misuse("%s is there already; choose another name, or use -force to replace it", file)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return misuse("cannot write %s: %v; choose a directory that is there and that you may write to", file, err)
	}
	defer os.Remove(tmp.Name()) // gone by then when all went well
	defer tmp.Close()
	err = streamDaemon(ctx, cfg.Storage.Dir, "/backup", tmp)
	if errors.Is(err, errNoDaemon) {
		err = p.withStore(cfg, key, func(s *storage.Store) error {
			_, err := s.Backup(ctx, tmp)
			return err
		})
	}
	if err != nil {
		return err
	}
	info, err := proveBackup(ctx, tmp, key)
	if err != nil {
		return err
	}
	if err := keepAs(tmp, file); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s: %s\n", file, describeBackup(info))
	return nil
}

// proveBackup reads a file from its start and proves it a whole backup.
func proveBackup(ctx context.Context, f *os.File, key []byte) (storage.Summary, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return storage.Summary{}, err
	}
	return storage.VerifyBackup(ctx, f, key)
}

// keepAs gives a written file its name, so that it is there after a power loss too.
func keepAs(tmp *os.File, file string) error {
	if err := tmp.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return fmt.Errorf("name %s: %w", file, err)
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) { // some filesystems cannot, and then need not
		return fmt.Errorf("name %s: %w", file, err)
	}
	return nil
}

// describeBackup says in one line what a backup holds.
func describeBackup(s storage.Summary) string {
	crypt := "not encrypted"
	if s.Encrypted {
		crypt = "encrypted"
	}
	return fmt.Sprintf("whole; %d rows, %s, schema %d, made %s, %s, sha256 %s", s.Rows, size(s.Bytes), s.Schema,
		s.Created.UTC().Format("2006-01-02 15:04:05 UTC"), crypt, s.SHA256)
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// storeConfig reads what a command needs to get at the store.
func (p *process) storeConfig(c *cli.Command) (cfg Config, key []byte, err error) {
	cfg, _, err = loadConfig(c.String("config"), p.environ) // serve tells the warnings
	if err != nil {
		return cfg, nil, err
	}
	key, _, err = cfg.encryptionKey()
	return cfg, key, err
}

// withStore opens the store that no daemon has open. It never makes one.
func (p *process) withStore(cfg Config, key []byte, fn func(*storage.Store) error) (err error) {
	if !hasStore(cfg.Storage.Dir) {
		return misuse("there is no store in %s; name its directory with -config or REBOOK_STORAGE_DIR", cfg.Storage.Dir)
	}
	s, err := storage.Open(storage.Options{Dir: cfg.Storage.Dir, Now: p.now, EncryptionKey: key})
	if err != nil {
		return misuse("%v", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return fn(s)
}

// hasStore tells whether a data directory holds a store.
func hasStore(dir string) bool {
	entries, err := os.ReadDir(filepath.Join(dir, "store"))
	return err == nil && len(entries) > 0
}

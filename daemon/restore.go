package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/storage"
)

func (p *process) restoreVerb() *cli.Command {
	c := verb("restore", "make the store of an empty data directory from a backup", "FILE", p.restore,
		&cli.BoolFlag{Name: "dry-run", Usage: "do everything but the last step"})
	c.Description = "The store appears in one step after the last byte has proved sound; a failed restore leaves nothing."
	return c
}

// restore fills the data directory from FILE.
func (p *process) restore(ctx context.Context, c *cli.Command) error {
	file, dry := c.Args().First(), c.Bool("dry-run")
	cfg, key, err := p.storeConfig(c)
	if err != nil {
		return err
	}
	f, err := openBackup(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if conn, err := dialSocket(ctx, cfg.Storage.Dir); err == nil {
		conn.Close()
		return misuse("a daemon runs on %s; a backup is restored into an empty data directory, so name another storage.dir", cfg.Storage.Dir)
	}
	if hasStore(cfg.Storage.Dir) {
		return misuse("%s holds a store already; name an empty storage.dir, or move that directory away", cfg.Storage.Dir)
	}
	info, err := storage.Restore(ctx, f, storage.Options{Dir: cfg.Storage.Dir, Now: p.now, EncryptionKey: key}, dry)
	if err != nil {
		return backupProblem(file, err)
	}
	if dry {
		fmt.Fprintf(p.stdout, "%s: %s; it can be restored into %s (nothing was changed)\n", file, describeBackup(info), cfg.Storage.Dir)
		return nil
	}
	fmt.Fprintf(p.stdout, "restored into %s: %s\n", cfg.Storage.Dir, describeBackup(info))
	return nil
}

func openBackup(file string) (*os.File, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, misuse("cannot read the backup: %v", err)
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		f.Close()
		return nil, misuse("%s is not a file; name a file that rebook backup wrote", file)
	}
	return f, nil
}

// backupProblem tells a damaged backup (the thing asked about is not so) from one that this configuration cannot open.
func backupProblem(file string, err error) error {
	if errors.Is(err, storage.ErrBadBackup) {
		return notSo("%s: %v", file, err)
	}
	return misuse("%s: %v", file, err)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/storage"
)

// shownFindings is how many findings are printed; a store with more is wrong in one way, many times.
const shownFindings = 20

// verify proves a backup file whole, or the store: through the running daemon, or directly when none runs.
func (p *process) verify(ctx context.Context, c *cli.Command) error {
	cfg, key, err := p.storeConfig(c)
	if err != nil {
		return err
	}
	if file := c.Args().First(); file != "" {
		f, err := openBackup(file)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := proveBackup(ctx, f, key)
		if err != nil {
			return backupProblem(file, err)
		}
		fmt.Fprintf(p.stdout, "%s: %s\n", file, describeBackup(info))
		return nil
	}
	report, err := p.verifyStore(ctx, cfg, key)
	if err != nil {
		return err
	}
	for _, f := range report.Findings[:min(len(report.Findings), shownFindings)] {
		fmt.Fprintf(p.stdout, "%s: %s\n", f.Key, f.Message)
	}
	if n := len(report.Findings) + report.More; n > 0 {
		return notSo("the store in %s is not whole: %d findings, the first %d above; keep a copy of the directory and restore the last good backup",
			cfg.Storage.Dir, n, min(n, shownFindings))
	}
	var families []string
	for _, name := range slices.Sorted(maps.Keys(report.Families)) {
		families = append(families, fmt.Sprintf("%s %d", name, report.Families[name]))
	}
	fmt.Fprintf(p.stdout, "the store in %s is whole: %d rows (%s)\n", cfg.Storage.Dir, report.Rows, strings.Join(families, ", "))
	return nil
}

func (p *process) verifyStore(ctx context.Context, cfg Config, key []byte) (report storage.Report, err error) {
	res, err := askDaemon(ctx, cfg.Storage.Dir, http.MethodPost, "/verify")
	if errors.Is(err, errNoDaemon) {
		err = p.withStore(cfg, key, func(s *storage.Store) (err error) {
			report, err = s.Verify(ctx)
			return err
		})
		return report, err
	}
	if err != nil {
		return report, err
	}
	defer res.Body.Close()
	return report, json.NewDecoder(res.Body).Decode(&report)
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filled is what the filling process says when its store is full.
type filled struct {
	Seconds float64 `json:"seconds"` // to fill
	Few     int64   `json:"few_us"`  // median of one event with 1,000 sessions stored
	Many    int64   `json:"many_us"` // the same with all stored
	Disk    int64   `json:"disk"`    // bytes of the store
}

// fill loads a store with pending sessions whose texts are spread over a day, says so, and waits to be killed.
func (p *process) fill(ctx context.Context, dir string, sessions int) error {
	limitMemory(cgroupMemory)
	r, err := openRoom(ctx, dir, p.now, 24*time.Hour, nowhere{})
	if err != nil {
		return err
	}
	began := p.now()
	// The delay is a day; a page that reports its leaving late makes the text due sooner.
	spread := func(i int64) time.Time { return p.now().Add(-time.Duration(i%86_000) * time.Second) }
	var out filled
	const few = 1000
	if err := r.load(ctx, few, spread); err != nil {
		return err
	}
	if out.Few, err = r.single(ctx, p.now); err != nil {
		return err
	}
	if err := r.load(ctx, int64(sessions)-r.next.Load(), spread); err != nil {
		return err
	}
	out.Seconds = p.now().Sub(began).Seconds()
	if out.Many, err = r.single(ctx, p.now); err != nil {
		return err
	}
	out.Disk = r.store.Stats().DiskBytes
	if err := json.NewEncoder(p.stdout).Encode(out); err != nil {
		return err
	}
	<-ctx.Done()
	return errors.Join(ctx.Err(), r.close())
}

// single gives the median time of one durable event from a lone caller, in microseconds.
func (r *room) single(ctx context.Context, now func() time.Time) (int64, error) {
	times := make([]int64, 200)
	for i := range times {
		began := now()
		if _, err := r.leave(ctx, began); err != nil {
			return 0, err
		}
		times[i] = now().Sub(began).Microseconds()
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// restart fills a store in a process of its own, kills it with -9, and starts a daemon on what is left.
func (b *trialBench) restart(ctx context.Context) error {
	dir := filepath.Join(b.dir, "restart")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	d, err := b.p.newChild(dir, demoSeed)
	if err != nil {
		return err
	}
	full, err := b.fillAndKill(ctx, d)
	if err != nil {
		return err
	}
	took, err := d.start(ctx, b.p.now)
	if err != nil {
		return err
	}
	defer d.kill()
	anon, err := settledRSS(ctx, d.pid())
	if err != nil {
		return err
	}
	n := thousands(float64(b.sessions))
	b.judged(took <= 500*time.Millisecond, "≤ 500 ms", "kill -9 with "+n+" pending → ready", "%d ms", took.Milliseconds())
	b.judged(anon <= 200<<20, "≤ 200 MiB (with 1 M)", "memory with "+n+" pending (RssAnon)", "%s", size(anon))
	b.add("disk with "+n+" pending, uncompacted", "%s", size(full.Disk))
	b.add("one event by one caller, 1 k → "+n+" stored", "%.2f → %.2f ms", float64(full.Few)/1000, float64(full.Many)/1000)
	return nil
}

// fillAndKill runs the filling process until it says that it is full.
func (b *trialBench) fillAndKill(ctx context.Context, d *child) (full filled, err error) {
	cmd := exec.CommandContext(ctx, d.exe, "bench", "-sessions", strconv.Itoa(b.sessions), "-fill", d.data())
	cmd.Env, cmd.Dir, cmd.Stderr = d.env, d.dir, d.log
	cmd.SysProcAttr = ownGroup()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return full, err
	}
	if err := cmd.Start(); err != nil {
		return full, err
	}
	line, readErr := bufio.NewReader(out).ReadBytes('\n')
	_ = cmd.Process.Kill() // this is the test
	_ = cmd.Wait()
	if readErr != nil {
		return full, fmt.Errorf("the filling process ended early: %s", d.log)
	}
	return full, json.Unmarshal(line, &full)
}

// settledRSS gives the anonymous memory of a process once it has had a moment to arm its timers.
func settledRSS(ctx context.Context, pid int) (int64, error) {
	if !sleep(ctx, 2*time.Second) {
		return 0, ctx.Err()
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("the kernel does not tell RssAnon")
}

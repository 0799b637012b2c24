package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/scripts/box"
)

// corpus is the directory of hostile scripts; it is not part of this tree. README.md there has the rules.
const corpus = "../../shared/cases/hostile-lua"

// hostileFiles lists the corpus. Without it the test is skipped, but not where everything must be proved.
func hostileFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "*-*.lua"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 0 {
		return files
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing", corpus)
	}
	t.Skipf("%s is missing", corpus)
	return nil
}

// runningDaemon starts the real program in a directory of its own.
func runningDaemon(t *testing.T, seed string, settings ...string) *child {
	t.Helper()
	p := &process{environ: os.Environ(), now: time.Now}
	c, err := p.newChild(t.TempDir(), []byte(seed), settings...)
	if err != nil {
		t.Fatal(err)
	}
	c.exe = rebook(t)
	if _, err := c.start(t.Context(), time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	return c
}

// heartbeatGap is how long others may wait for an answer while a hostile script runs.
const heartbeatGap = 250 * time.Millisecond

// heartbeat asks /readyz all the time and keeps the longest gap between two good answers.
type heartbeat struct {
	mu   sync.Mutex
	last time.Time
	gap  time.Duration
	errs []error
}

func (h *heartbeat) beat(ctx context.Context, api *client.Client) {
	h.last = time.Now()
	for ctx.Err() == nil {
		err := api.Daemon.Ready(ctx)
		h.mu.Lock()
		if err != nil && ctx.Err() == nil {
			h.errs = append(h.errs, err)
		}
		now := time.Now()
		h.gap, h.last = max(h.gap, now.Sub(h.last)), now
		h.mu.Unlock()
		sleep(ctx, 10*time.Millisecond)
	}
}

// worst gives the longest gap since it was asked last.
func (h *heartbeat) worst() (time.Duration, []error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	gap, errs := h.gap, h.errs
	h.gap, h.errs = 0, nil
	return gap, errs
}

// Every hostile script, put to a running daemon as an operator would: the daemon answers others meanwhile, the script ends
// within its bounds with a text or one line of error, the same each time, and the next script is right.
func TestHostileScriptsDoNothingToARunningDaemon(t *testing.T) {
	files := hostileFiles(t)
	daemon := runningDaemon(t, string(demoSeed))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pulse heartbeat
	go pulse.beat(ctx, daemon.api)
	ours, canaryCtx := readCtx(t, "ctx.json"), readCtx(t, "canary-ctx.json")
	canary, err := os.ReadFile(filepath.Join(corpus, "canary.lua"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			first, refused := preview(t, daemon, source, ours)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			judge(t, string(source), first, refused)
			gap, errs := pulse.worst()
			for range 5 { // a busy machine may hold anybody up now and then, a hostile script does it each time
				if gap <= heartbeatGap || len(errs) > 0 {
					break
				}
				pulse.worst()
				preview(t, daemon, source, ours)
				gap, errs = pulse.worst()
			}
			if gap > heartbeatGap || len(errs) > 0 {
				t.Errorf("others waited up to %v meanwhile, errors %v", gap, errs)
			}
			for range 4 { // on every worker
				if p, refused := preview(t, daemon, canary, canaryCtx); refused != nil || p.Text != "CANARY-OK" {
					t.Fatalf("the canary after it: %q, %+v, %v", p.Text, p.Error, refused)
				}
			}
			second, again := preview(t, daemon, source, ours)
			if (refused == nil) != (again == nil) || first.Text != second.Text || !sameFault(first.Error, second.Error) {
				t.Errorf("the second run differs: %q %+v, then %q %+v", first.Text, first.Error, second.Text, second.Error)
			}
		})
	}
	if rss := residentMax(t, daemon.pid()); rss > 300<<20 {
		t.Errorf("the daemon took up to %d MiB", rss>>20)
	}
}

// preview tries a source on facts; refused is the API's own no, as for a source that is not UTF-8.
func preview(t *testing.T, daemon *child, source []byte, ctx json.RawMessage) (p wire.Preview, refused *wire.Error) {
	t.Helper()
	quoted, err := json.Marshal(string(source))
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(source) { // as it is: encoding/json would mend it
		quoted = append(append([]byte{'"'}, bytes.ReplaceAll(source, []byte("\n"), []byte(`\n`))...), '"')
	}
	body := `{"source":` + string(quoted) + `,"ctx":` + string(ctx) + `}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, daemon.base+"/v1/scripts/hostile/preview", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+throwAwayKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out := any(&p)
	if res.StatusCode >= 300 {
		refused = &wire.Error{}
		out = refused
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
	if refused != nil {
		if res.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("the daemon failed: %d %+v", res.StatusCode, refused)
		}
	}
	return p, refused
}

var forbid = regexp.MustCompile(`(?m)^-- forbid: (.+)$`)
var want = regexp.MustCompile(`(?m)^-- want: (.+)$`)

// judge holds what came of a script against the rules of the corpus.
func judge(t *testing.T, source string, p wire.Preview, refused *wire.Error) {
	t.Helper()
	failed := refused != nil || p.Error != nil
	if strings.Contains(source, "-- expect: error") && !failed {
		t.Errorf("no error, but the text %.100q", p.Text)
	}
	if m := want.FindStringSubmatch(source); m != nil && p.Text != m[1] {
		t.Errorf("the text is %q, %+v; want %q", p.Text, p.Error, m[1])
	}
	for _, m := range forbid.FindAllStringSubmatch(source, -1) {
		if strings.Contains(p.Text, m[1]) {
			t.Errorf("the text holds %q", m[1])
		}
	}
	if len(p.Text) > box.MaxText || !utf8.ValidString(p.Text) ||
		strings.ContainsFunc(p.Text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }) {
		t.Errorf("a text that cannot be sent: %.100q", p.Text)
	}
	if e := p.Error; e != nil && (e.Message == "" || len(e.Message) > box.MaxMessage || strings.ContainsAny(e.Message, "\n\r")) {
		t.Errorf("an error that cannot be shown: %q", e.Message)
	}
	budget := 100_000 + p.Budget.CPUOf // µs: what it may take, and 100 ms
	if p.Budget.CPUMicros > budget {
		t.Errorf("it took %d µs of CPU, %d at most", p.Budget.CPUMicros, budget)
	}
}

// sameFault: which limit is hit first, CPU time or instructions, may differ from run to run on a busy machine.
func sameFault(a, b *wire.ScriptFault) bool {
	switch {
	case a == nil || b == nil:
		return a == b
	case a.Limit != "" && b.Limit != "":
		return true
	}
	return a.Message == b.Message && a.Line == b.Line
}

func readCtx(t *testing.T, name string) json.RawMessage {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// residentMax gives the most memory a process ever took, in bytes; 0 where the system does not tell.
func residentMax(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		return 0
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// The same through the command that needs no daemon.
func TestScriptCheckBearsTheCorpus(t *testing.T) {
	files := hostileFiles(t)
	cmd := exec.Command(rebook(t), append([]string{"script", "check", "-json", "-ctx", filepath.Join(corpus, "ctx.json")}, files...)...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Fatalf("ended with %v, want exit code 1", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(files) {
		t.Fatalf("%d lines for %d scripts", len(lines), len(files))
	}
	for i, line := range lines {
		var c checkedScript
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		source, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(files[i]), func(t *testing.T) { judge(t, string(source), c.Preview, nil) })
	}
}

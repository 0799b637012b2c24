package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// watched is a house of which only the folder is open.
func watched(t *testing.T) (h *house, dir string) {
	t.Helper()
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	pool := worker.NewPool(worker.Options{Size: 1})
	h = &house{p: &process{now: time.Now}, log: slog.New(slog.DiscardHandler), store: store, pool: pool}
	h.engine = engine.New(engine.Options{Store: store, Scripts: pool, Now: time.Now, Simulator: true})
	if _, err := h.engine.FirstStart(t.Context(), engine.Seed{Account: wire.DefaultAccount()}); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	h.cfg.Scripts.Dir = dir
	if err := h.openFolder(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(context.Background()); err != nil {
			t.Error(err)
		}
		pool.Close()
		store.Close()
	})
	return h, dir
}

// save writes a script that was left alone for a while.
func save(t *testing.T, dir, name, source string, ago time.Duration) {
	t.Helper()
	file := filepath.Join(dir, name)
	at := time.Now().Add(-ago)
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
}

func (h *house) lookInto(t *testing.T) {
	t.Helper()
	if err := h.folder.look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) scriptOf(t *testing.T, name string) (o engine.ScriptOverview) {
	t.Helper()
	err := h.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
		o, err = engine.LibraryScript(s, engine.MainAccount, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (h *house) alarmCodes(t *testing.T) (codes []string, last storage.Alarm) {
	t.Helper()
	err := h.store.View(t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Alarms(engine.MainAccount, "", 100)
		for _, a := range all {
			codes, last = append(codes, a.Code+"/"+a.Ref), a
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes, last
}

const words = "return { hello = 'Hello' }"

func TestAFolderOfScriptsIsTakenOverAsItChanges(t *testing.T) {
	h, dir := watched(t)
	// A script that loads a module which sorts after it; what is no script is passed over.
	save(t, dir, "a_mine.lua", "local w = require 'words'\nfunction render(ctx) return w.hello end", time.Hour)
	save(t, dir, "words.lua", words, time.Hour)
	save(t, dir, "notes.txt", "no script", time.Hour)
	save(t, dir, ".hidden.lua", "no script", time.Hour)
	h.lookInto(t)
	if o := h.scriptOf(t, "a_mine"); o.Script.Active != 1 || o.Active.Author != "folder" {
		t.Fatalf("after the first look: %+v", o.Script)
	}
	if codes, _ := h.alarmCodes(t); len(codes) != 0 {
		t.Errorf("alarms %v", codes)
	}
	h.lookInto(t)
	if o := h.scriptOf(t, "a_mine"); o.Script.Latest != 1 {
		t.Errorf("the same file made version %d", o.Script.Latest)
	}

	// A mistake stays out and is told with its line; mended, the alarm ends.
	save(t, dir, "a_mine.lua", "function render(ctx)\n  return 'x'\n", 30*time.Minute)
	h.lookInto(t)
	if codes, last := h.alarmCodes(t); len(codes) != 1 || codes[0] != "script_import_failed/a_mine" || !strings.Contains(last.Message, "a_mine.lua:3: ") {
		t.Errorf("alarms %v: %s", codes, last.Message)
	}
	if o := h.scriptOf(t, "a_mine"); o.Script.Active != 1 || o.Script.Latest != 1 {
		t.Errorf("a script that fails was taken: %+v", o.Script)
	}
	save(t, dir, "a_mine.lua", "function render(ctx) return 'mended' end", 20*time.Minute)
	h.lookInto(t)
	if codes, _ := h.alarmCodes(t); len(codes) != 0 || h.scriptOf(t, "a_mine").Script.Active != 2 {
		t.Errorf("alarms %v, version %d", codes, h.scriptOf(t, "a_mine").Script.Active)
	}

	// Somebody activates another version: the folder does not fight, it says so; touched, the file wins again.
	if _, err := h.engine.ActivateScript(t.Context(), engine.MainAccount, "a_mine", 1); err != nil {
		t.Fatal(err)
	}
	h.lookInto(t)
	if codes, _ := h.alarmCodes(t); len(codes) != 1 || codes[0] != "script_folder_differs/a_mine" || h.scriptOf(t, "a_mine").Script.Active != 1 {
		t.Errorf("alarms %v, version %d", codes, h.scriptOf(t, "a_mine").Script.Active)
	}
	time.Sleep(1100 * time.Millisecond) // a file just written is left alone
	save(t, dir, "a_mine.lua", "function render(ctx) return 'mended' end", 0)
	h.lookInto(t)
	if o := h.scriptOf(t, "a_mine"); o.Script.Active != 1 {
		t.Errorf("a file that may still be written was taken: version %d", o.Script.Active)
	}
	time.Sleep(1100 * time.Millisecond)
	h.lookInto(t)
	if codes, _ := h.alarmCodes(t); len(codes) != 0 || h.scriptOf(t, "a_mine").Script.Active != 2 {
		t.Errorf("alarms %v, version %d", codes, h.scriptOf(t, "a_mine").Script.Active)
	}
}

func TestTheFolderIsNoWayOut(t *testing.T) {
	h, dir := watched(t)
	outside := filepath.Join(t.TempDir(), "secret.lua")
	if err := os.WriteFile(outside, []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.lua")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir.lua"), 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, dir, "Not A Name.lua", words, time.Hour)
	save(t, dir, "fine.lua", words, time.Hour)
	h.lookInto(t)
	var names []string
	err := h.store.View(t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Scripts(engine.MainAccount, "", 10)
		for _, v := range all {
			names = append(names, v.Name)
		}
		return err
	})
	if err != nil || len(names) != 1 || names[0] != "fine" {
		t.Errorf("taken over: %v, %v", names, err)
	}
}

// The folder of a running daemon.
func TestARunningDaemonWatchesItsFolder(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "follow_up_link.lua", "function render(ctx) return 'From the folder: ' .. ctx.link end", time.Hour)
	daemon := runningDaemon(t, string(demoSeed), "REBOOK_SCRIPTS_DIR="+dir)
	s, err := daemon.api.Scripts.Get(t.Context(), "follow_up_link", client.ScriptQuery{})
	if err != nil || s.Active == nil || *s.Active != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	save(t, dir, "follow_up_link.lua", "function render(ctx) return 'Changed: ' .. ctx.link end", time.Minute)
	for deadline := time.Now().Add(20 * time.Second); *s.Active != 2; {
		if s, err = daemon.api.Scripts.Get(t.Context(), "follow_up_link", client.ScriptQuery{}); err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", s, err)
		}
		sleep(t.Context(), 50*time.Millisecond)
	}
}

// An alarm about a file ends with the file, and with the folder: nobody could end it otherwise. What the folder has cannot be
// deleted from the library, since it would be back at once.
func TestAFileThatIsGoneAlarmsNobody(t *testing.T) {
	h, dir := watched(t)
	save(t, dir, "Bad Name.lua", words, time.Hour)
	save(t, dir, "words.lua", words, time.Hour)
	h.lookInto(t)
	if codes, _ := h.alarmCodes(t); len(codes) != 1 || codes[0] != "script_import_failed/Bad Name" {
		t.Fatalf("alarms %v", codes)
	}
	if err := h.engine.DeleteScript(t.Context(), engine.MainAccount, "words"); !errors.Is(err, &booking.Error{Code: "script_in_folder"}) {
		t.Errorf("a script of the folder was deleted: %v", err)
	}
	for _, name := range []string{"Bad Name.lua", "words.lua"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	h.lookInto(t)
	if codes, _ := h.alarmCodes(t); len(codes) != 0 {
		t.Errorf("the file is gone, and there is %v", codes)
	}
	if err := h.engine.DeleteScript(t.Context(), engine.MainAccount, "words"); err != nil {
		t.Error(err)
	}
	save(t, dir, "Bad Name.lua", words, time.Hour)
	h.lookInto(t)
	h.cfg.Scripts.Dir = ""
	if err := h.openFolder(t.Context()); err != nil {
		t.Fatal(err)
	}
	if codes, _ := h.alarmCodes(t); len(codes) != 0 {
		t.Errorf("there is no folder any more, and there is %v", codes)
	}
}

// The folder goes the road of every script: what fails a test stays out, and comes in when the test is mended.
func TestAFolderGoesThroughTheTests(t *testing.T) {
	h, dir := watched(t)
	h.engine = engine.New(engine.Options{Store: h.store, Scripts: h.pool, Rehearser: rehearsal.NewRehearser(h.pool), Now: time.Now, Simulator: true})
	const pushy = "function reply(ctx)\n  local said = ctx.event.text or ''\n  if said:find('person') or said:find('mom') then return { say = 'Soon.', hand_off = 'asked' } end\n  return { say = 'Let me book it.' }\nend"
	save(t, dir, "agent.lua", strings.Replace(pushy, "  if", "  -- if", 1), time.Hour)
	h.lookInto(t)
	if codes, last := h.alarmCodes(t); len(codes) != 1 || codes[0] != "script_import_failed/agent" || !strings.Contains(last.Message, "tests fail") {
		t.Fatalf("alarms %v: %s", codes, last.Message)
	}
	if o := h.scriptOf(t, "agent"); o.Script.Active != 0 || o.Script.Latest != 1 {
		t.Errorf("in use: %+v", o.Script)
	}
	// A test of the account's own that it fails keeps the mended one out too, until that test is gone.
	scene := rehearsal.NewRehearser(h.pool).Safety()[0].Document
	never := strings.Replace(string(scene), `"never_actions":["book"]`, `"never_actions":["alert"]`, 1)
	saved, err := h.engine.SaveScriptTest(t.Context(), engine.MainAccount, engine.NewScriptTest{Document: []byte(never), Name: "never alerts"})
	if err != nil {
		t.Fatal(err)
	}
	save(t, dir, "agent.lua", pushy, 30*time.Minute)
	h.lookInto(t)
	if codes, last := h.alarmCodes(t); len(codes) != 1 || !strings.Contains(last.Message, "never alerts") {
		t.Fatalf("alarms %v: %s", codes, last.Message)
	}
	if err := h.engine.DeleteScriptTest(t.Context(), engine.MainAccount, saved.ID); err != nil {
		t.Fatal(err)
	}
	h.lookInto(t)
	if codes, last := h.alarmCodes(t); len(codes) != 0 || h.scriptOf(t, "agent").Script.Active != 2 {
		t.Errorf("alarms %v: %s", codes, last.Message)
	}
}

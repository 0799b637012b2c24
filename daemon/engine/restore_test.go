package engine_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (w *world) backup() *bytes.Buffer {
	w.t.Helper()
	var b bytes.Buffer
	_, err := w.store.Backup(w.t.Context(), &b)
	w.must(err)
	return &b
}

// restored opens a house over what a backup holds.
func restored(t *testing.T, backup *bytes.Buffer) *world {
	t.Helper()
	o := storage.Options{Dir: t.TempDir(), Small: true, Now: time.Now}
	if _, err := storage.Restore(t.Context(), backup, o, false); err != nil {
		t.Fatal(err)
	}
	store, err := storage.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	return newWorldOver(t, store)
}

// A restored store has forgotten what was sent since its backup.
func TestARestoreFromABackupRepeatsNoText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 3 {
			left(w, fmt.Sprint("c", i), phone(i))
		}
		backup := w.backup()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(w.texts("")); n != 3 {
			t.Fatalf("%d texts before the disaster", n)
		}
		w.close()

		w = restored(t, backup)
		defer w.close()
		id := left(w, "after", phone(9))
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(w.texts("")); n != 1 || len(w.texts(phone(9))) != 1 {
			t.Errorf("%d texts after the restore, want only the one of the new session", n)
		}
		if s := w.session(id); s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("the session after the restore: %+v", s.FollowUp)
		}
		if n := len(w.alarms()); n != 3 {
			t.Errorf("%d alarms, want one for each text that may have gone out", n)
		}
	})
}

package storage_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

// openKV opens a bare engine or fails the test.
func openKV(t *testing.T, o storage.Options) storage.KV {
	t.Helper()
	kv, err := storage.OpenKV(o)
	if err != nil {
		t.Fatal(err)
	}
	return kv
}

// quickDir gives a directory in memory where the system has one: the suite makes thousands of commits one after the other,
// and it is not the disk that it looks at.
func quickDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rebook-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	kv, err := storage.OpenKV(storage.Options{Dir: dir, Now: time.Now})
	if err != nil { // too small for a real store, as in containers
		return t.TempDir()
	}
	if err := kv.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEveryEngineKeepsTheContract(t *testing.T) {
	engines := map[string]func(t *testing.T, now func() time.Time) storage.Options{
		"memory": func(_ *testing.T, now func() time.Time) storage.Options {
			return storage.Options{InMemory: true, Small: true, Now: now}
		},
		"disk": func(t *testing.T, now func() time.Time) storage.Options {
			return storage.Options{Dir: quickDir(t), Small: true, Now: now}
		},
		"encrypted": func(t *testing.T, now func() time.Time) storage.Options {
			return storage.Options{Dir: quickDir(t), Small: true, Now: now, EncryptionKey: bytes.Repeat([]byte{7}, 32)}
		},
		"as in production": func(t *testing.T, now func() time.Time) storage.Options {
			return storage.Options{Dir: quickDir(t), Now: now, Virtual: true}
		},
		"faulty": func(_ *testing.T, now func() time.Time) storage.Options {
			f := storagetest.NewFaulty(1)
			f.Set(storagetest.Invisible)
			return storage.Options{InMemory: true, Small: true, Now: now, Wrap: f.Wrap}
		},
	}
	for name, options := range engines {
		t.Run(name, func(t *testing.T) {
			storagetest.Conformance(t, func(t *testing.T, now func() time.Time) storage.KV {
				return openKV(t, options(t, now))
			})
		})
	}
}

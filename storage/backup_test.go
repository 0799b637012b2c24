package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

var testKey = bytes.Repeat([]byte{7}, 32)

func backup(t testing.TB, s *Store) ([]byte, Summary) {
	t.Helper()
	var b bytes.Buffer
	info, err := s.Backup(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), info
}

func TestABackupRestoresEveryRowWithItsLife(t *testing.T) {
	for name, key := range map[string][]byte{"plain": nil, "encrypted": testKey} {
		t.Run(name, func(t *testing.T) {
			c := &clock{noon}
			from := mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: c.now, EncryptionKey: key})
			fillSample(t, from)
			file, wrote := backup(t, from)

			checked, err := VerifyBackup(t.Context(), iotest.OneByteReader(bytes.NewReader(file)), key)
			if err != nil || checked != wrote {
				t.Errorf("verify: got %+v, %v, want %+v", checked, err, wrote)
			}
			o := Options{Dir: t.TempDir(), Small: true, Now: c.now, EncryptionKey: key}
			restored, err := Restore(t.Context(), bytes.NewReader(file), o, false)
			if err != nil || restored != wrote {
				t.Fatalf("restore: got %+v, %v, want %+v", restored, err, wrote)
			}
			to := mustOpen(t, o)
			if want, got := dump(t, from), dump(t, to); !maps.Equal(want, got) {
				t.Errorf("the restored store differs: %d rows, want %d", len(got), len(want))
			}
			if wrote.Rows != len(dump(t, to)) || wrote.Encrypted != (key != nil) {
				t.Errorf("summary %+v, want %d rows", wrote, len(dump(t, to)))
			}
			for _, f := range verify(t, to).Findings {
				t.Errorf("%s: %s", f.Key, f.Message)
			}
			c.t = c.t.Add(LinkLife)
			view(t, to, func(v *Snapshot) error {
				l, err := v.Link("token")
				if l != nil {
					t.Errorf("a restored link outlives its time")
				}
				return err
			})
		})
	}
}

func TestABackupIsOneStateWhileOthersWrite(t *testing.T) {
	s := memStore(t, &clock{noon})
	put := func(v string) {
		update(t, s, func(tx *Tx) error {
			return errors.Join(tx.p.Put([]byte("t/a"), []byte(v), time.Time{}), tx.p.Put([]byte("t/b"), []byte(v), time.Time{}))
		})
	}
	put("before")
	pr, pw := io.Pipe()
	go func() {
		_, err := s.Backup(context.Background(), pw)
		pw.CloseWithError(err)
	}()
	head := make([]byte, headSize)
	if _, err := io.ReadFull(pr, head); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(pr)
	if err != nil {
		t.Fatal(err)
	}
	put("after")
	values := map[string]string{}
	_, err = readBackup(t.Context(), io.MultiReader(bytes.NewReader(head), bytes.NewReader(rest)), nil, func(r record) error {
		values[string(r.key)] = string(r.val)
		return nil
	})
	if err != nil || values["t/a"] != "before" || values["t/b"] != "before" {
		t.Errorf("got %v, %v", values, err)
	}
}

// Every single changed byte and every cut is noticed: a backup is believed as a whole or not at all.
func TestADamagedBackupIsRecognised(t *testing.T) {
	for name, key := range map[string][]byte{"plain": nil, "encrypted": testKey} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, Options{InMemory: true, Small: true, Now: (&clock{noon}).now, EncryptionKey: key})
			update(t, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
			file, _ := backup(t, s)
			check := func(what string, i int, b []byte) {
				if _, err := VerifyBackup(t.Context(), bytes.NewReader(b), key); err == nil {
					t.Errorf("%s %d of %d was not noticed", what, i, len(file))
				}
			}
			for i := range file {
				for _, flip := range []byte{1, 0xff} {
					b := bytes.Clone(file)
					b[i] ^= flip
					check("change of byte", i, b)
				}
				check("cut at byte", i, file[:i])
			}
			check("more at byte", len(file), append(bytes.Clone(file), 0))
			check("two files at byte", len(file), append(bytes.Clone(file), file...))
		})
	}
}

func TestRestoreRefusesAndLeavesNothing(t *testing.T) {
	c := &clock{noon}
	s := mustOpen(t, Options{InMemory: true, Small: true, Now: c.now})
	fillSample(t, s)
	plain, _ := backup(t, s)
	secret := mustOpen(t, Options{InMemory: true, Small: true, Now: c.now, EncryptionKey: testKey})
	fillSample(t, secret)
	encrypted, _ := backup(t, secret)
	newer := bytes.Clone(plain)
	copy(newer, backupHead(schema+1, noon, false))

	for _, x := range []struct {
		name string
		file []byte
		key  []byte
		want string
	}{
		{"cut short", plain[:len(plain)-1], nil, "cut short"},
		{"changed", append(plain[:200:200], append([]byte{plain[200] ^ 1}, plain[201:]...)...), nil, "is damaged"},
		{"something else", []byte("PK\x03\x04 and so on, certainly long enough to hold a head of ours, is it not"), nil, "not a backup of Rebook"},
		{"nothing", nil, nil, "not a backup of Rebook"},
		{"of a newer version", newer, nil, "newer version of Rebook (schema 2"},
		{"encrypted, no key", encrypted, nil, "set storage.encryption_key_file"},
		{"encrypted, wrong key", encrypted, bytes.Repeat([]byte{8}, 32), "holds another key"},
	} {
		o := Options{Dir: t.TempDir(), Small: true, Now: c.now, EncryptionKey: x.key}
		if _, err := Restore(t.Context(), bytes.NewReader(x.file), o, false); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got error %v, want one with %q", x.name, err, x.want)
		}
		if left, _ := os.ReadDir(o.Dir); len(left) > 0 {
			t.Errorf("%s: left %v behind", x.name, left)
		}
	}

	used := Options{Dir: t.TempDir(), Small: true, Now: c.now}
	kept := mustOpen(t, used)
	update(t, kept, func(tx *Tx) error { _, err := tx.NextEpoch(); return err })
	before := dump(t, kept)
	for _, dry := range []bool{true, false} {
		if _, err := Restore(t.Context(), bytes.NewReader(plain), used, dry); err == nil || !strings.Contains(err.Error(), "holds a store already") {
			t.Errorf("into a used directory, dry %v: got %v", dry, err)
		}
	}
	if !maps.Equal(before, dump(t, kept)) {
		t.Errorf("a refused restore changed the store that was there")
	}
}

func TestADryRestoreMakesNoStoreAndACrashedOneIsCleanedUp(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	fillSample(t, s)
	file, wrote := backup(t, s)
	o := Options{Dir: t.TempDir(), Small: true, Now: c.now}
	if err := os.MkdirAll(filepath.Join(o.Dir, "restore-123", "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	if info, err := Restore(t.Context(), bytes.NewReader(file), o, true); err != nil || info != wrote {
		t.Errorf("got %+v, %v", info, err)
	}
	if left, _ := os.ReadDir(o.Dir); len(left) > 0 {
		t.Errorf("left %v behind", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Restore(ctx, bytes.NewReader(file), o, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	if left, _ := os.ReadDir(o.Dir); len(left) > 0 {
		t.Errorf("cancelled: left %v behind", left)
	}
}

func TestAPlainBackupMayBecomeAnEncryptedStore(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	fillSample(t, s)
	file, _ := backup(t, s)
	o := Options{Dir: t.TempDir(), Small: true, Now: c.now, EncryptionKey: testKey}
	if _, err := Restore(t.Context(), bytes.NewReader(file), o, false); err != nil {
		t.Fatal(err)
	}
	if want, got := dump(t, s), dump(t, mustOpen(t, o)); !maps.Equal(want, got) {
		t.Errorf("got %d rows, want %d", len(got), len(want))
	}
	files, _ := filepath.Glob(filepath.Join(o.Dir, "store", "*"))
	for _, f := range files {
		if b, _ := os.ReadFile(f); bytes.Contains(b, []byte("Acme Plumbing")) {
			t.Errorf("%s holds clear text", f)
		}
	}
}

func TestABackupOfManyBlocksIsWhole(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	for i := range 30 {
		update(t, s, func(tx *Tx) error {
			for j := range 50 {
				if err := tx.p.Put([]byte("t/"+uuid(i*50+j)), bytes.Repeat([]byte{byte(j)}, 40*j), time.Time{}); err != nil {
					return err
				}
			}
			return tx.p.Put([]byte("u/"+uuid(i)), make([]byte, MaxValue), time.Time{})
		})
	}
	file, wrote := backup(t, s)
	if wrote.Rows != 30*51+1 || len(file) < 30*MaxValue {
		t.Errorf("got %+v in %d bytes", wrote, len(file))
	}
	o := Options{Dir: t.TempDir(), Small: true, Now: c.now}
	if _, err := Restore(t.Context(), bytes.NewReader(file), o, false); err != nil {
		t.Fatal(err)
	}
	if want, got := dump(t, s), dump(t, mustOpen(t, o)); !maps.Equal(want, got) {
		t.Errorf("got %d rows, want %d", len(got), len(want))
	}
}

// FuzzBackup: whatever a file holds, reading it ends in an error or in exactly the rows it was made of, and without much
// memory.
func FuzzBackup(f *testing.F) {
	s, err := Open(Options{InMemory: true, Small: true, Now: (&clock{noon}).now})
	if err != nil {
		f.Fatal(err)
	}
	fillSample(f, s)
	file, _ := backup(f, s)
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	var encrypted bytes.Buffer
	w, err := newBackupWriter(&encrypted, testKey, schema, noon)
	if err == nil {
		err = w.write(record{key: []byte("k"), val: []byte("v")})
	}
	if err == nil {
		_, err = w.close()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file, false)
	f.Add(encrypted.Bytes(), false)
	f.Add(file[:headSize+4], false)
	f.Add(file[headSize+4:headSize+300], true)
	f.Fuzz(func(t *testing.T, b []byte, framed bool) {
		if framed { // past the checksum, into the records
			head := backupHead(schema, noon, false)
			block := binary.BigEndian.AppendUint32(head, uint32(len(b)))
			b = binary.BigEndian.AppendUint32(append(block, b...), crc32.Checksum(b, castagnoli))
		}
		var again bytes.Buffer
		var rows []record
		info, err := readBackup(t.Context(), bytes.NewReader(b), testKey, func(r record) error {
			rows = append(rows, record{bytes.Clone(r.key), bytes.Clone(r.val), r.expires})
			return nil
		})
		if err != nil || info.Encrypted {
			return
		}
		w, err := newBackupWriter(&again, nil, info.Schema, info.Created)
		for _, r := range rows {
			if err == nil {
				err = w.write(r)
			}
		}
		if err == nil {
			_, err = w.close()
		}
		if got, err2 := VerifyBackup(t.Context(), &again, nil); err != nil || err2 != nil || got.Rows != info.Rows || got.Bytes != info.Bytes {
			t.Errorf("read %+v, written again %+v, %v, %v", info, got, err, err2)
		}
	})
}

func TestARestoreSaysWhenItWas(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	fillSample(t, s)
	file, _ := backup(t, s)
	o := Options{Dir: t.TempDir(), Small: true, Now: c.now}
	if _, err := Restore(t.Context(), bytes.NewReader(file), o, false); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		s    *Store
		want time.Time
	}{{s, time.Time{}}, {mustOpen(t, o), c.now()}} {
		view(t, x.s, func(v *Snapshot) error {
			at, err := v.RestoredAt()
			if !at.Equal(x.want) {
				t.Errorf("restored at %v, want %v", at, x.want)
			}
			return err
		})
	}
}

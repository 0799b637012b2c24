package storage

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew; see their first lines before you do")

const goldenHead = `# DO NOT CHANGE. These are the keys and values of schema %d as they stand on people's disks. When a test says that they
# differ, the change would make existing stores unreadable: change the code back, or raise the schema number, write a
# migration and keep this file. New families and new optional fields are the exception: -rewrite adds them, and the
# difference must show only additions.
`

// golden compares with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = fmt.Sprintf(goldenHead, schema) + got
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	w, g := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			t.Fatalf("%s line %d differs:\n got %s\nwant %s\n%s", name, i+1, strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""),
				strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""), "Read the head of the file before you do anything.")
		}
	}
}

// printable writes a value for the golden file: the JSON after its format byte, or hexadecimal where there is none.
func printable(val string) string {
	if strings.HasPrefix(val, "\x01") {
		return val[1:]
	}
	return fmt.Sprintf("0x%x", val)
}

func TestKeysAndValuesStayAsTheyAre(t *testing.T) {
	s := memStore(t, &clock{noon})
	fillSample(t, s)
	rows := dump(t, s)
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(&b, "%q\n\t%s\n", k, printable(rows[k]))
	}
	golden(t, fmt.Sprintf("schema-%d.golden", schema), b.String())
}

func TestStoredWordsAndNumbersStayAsTheyAre(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "statuses", booking.Statuses)
	for k := range 256 {
		if name := booking.Kind(k).String(); name != booking.Kind(255).String() {
			fmt.Fprintln(&b, "kind", k, name)
		}
	}
	fmt.Fprintln(&b, "follow-up states", booking.FollowUpNone, booking.FollowUpDue, booking.FollowUpWaiting, booking.FollowUpClaimed,
		booking.FollowUpSent, booking.FollowUpWithheld, booking.FollowUpUnknown)
	fmt.Fprintln(&b, "attempt states", booking.AttemptClaimed, booking.AttemptBegun, booking.AttemptSent, booking.AttemptFailed,
		booking.AttemptUnknown, booking.AttemptReleased)
	fmt.Fprintln(&b, "registration", booking.RegistrationDraft, booking.RegistrationSubmitted, booking.RegistrationInReview,
		booking.RegistrationApproved, booking.RegistrationRejected)
	fmt.Fprintln(&b, "sources", booking.SourceAgent, booking.SourceLink, booking.SourcePhone, booking.SourceExternal, booking.SourcePage)
	fmt.Fprintln(&b, "booking statuses", booking.BookingBooked, booking.BookingCancelled)
	fmt.Fprintln(&b, "attributions", booking.AttributedBefore, booking.AttributedDirect, booking.AttributedAssisted, booking.AttributedLater)
	fmt.Fprintln(&b, "modes", booking.PrefilledLink, booking.AIAgent)
	fmt.Fprintln(&b, "dimensions", booking.Dimensions)
	fmt.Fprintln(&b, "results", booking.Pass, booking.Wait, booking.Stop)
	fmt.Fprintln(&b, "checks", booking.CheckAccountEnabled, booking.CheckSchedulerEnabled, booking.CheckRegistration, booking.CheckPhoneNumber,
		booking.CheckConsent, booking.CheckOptedOut, booking.CheckCompleted, booking.CheckBookedElsewhere, booking.CheckHandled,
		booking.CheckDuplicate, booking.CheckFrequency, booking.CheckTooLate, booking.CheckHours, booking.CheckHoldout,
		booking.CheckThreadOwner, booking.CheckLandline, booking.CheckScriptError, booking.CheckCarrier)
	fmt.Fprintln(&b, "news", booking.NewsKinds, booking.NewsPing)
	fmt.Fprintln(&b, "delivery states", booking.DeliveryStates)
	for _, a := range []booking.AccountID{"", "main", "acme", "a-much-longer-name-with-36-characters"} {
		fmt.Fprintf(&b, "shard of %q is %d of %d\n", a, Shard(a), Shards)
	}
	fmt.Fprintf(&b, "engine value %x %x\n", seal([]byte("v"), time.Time{}), seal([]byte("v"), noon))
	golden(t, "words.golden", b.String())
}

// TestFrom1 will have a sister for each schema number to come: a backup made by that version restores, is lifted to the
// present and is whole.
func TestFrom1(t *testing.T) {
	c := &clock{noon}
	path := filepath.Join("testdata", "schema-1.bin")
	if *rewrite && schema == 1 {
		s := memStore(t, c)
		fillSample(t, s)
		file, _ := backup(t, s)
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Dir: t.TempDir(), Small: true, Now: c.now}
	info, err := Restore(t.Context(), bytes.NewReader(file), o, false)
	if err != nil || info.Schema != 1 {
		t.Fatalf("got %+v, %v", info, err)
	}
	s := mustOpen(t, o)
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
	view(t, s, func(v *Snapshot) error {
		got, err := v.Session("acme", booking.SessionID(uuid(1)))
		if err != nil || got.Customer.FirstName != "Ada" || !got.DueAt.Equal(noon.Add(16*time.Minute)) {
			t.Errorf("session: got %+v, %v", got, err)
		}
		return nil
	})
}

func TestANewerStoreIsRefusedPolitely(t *testing.T) {
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *Tx) error { return tx.put(globalKey("m/schema"), schema+1, time.Time{}) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(o)
	if err == nil || !strings.Contains(err.Error(), "written by a newer version of Rebook (schema 2, this one knows up to 1); use that version or a newer one") {
		t.Errorf("got error %v", err)
	}
}

// FuzzDueKey: a due-key reads back as what it was made of, and no bytes make the reader fall over.
func FuzzDueKey(f *testing.F) {
	f.Add("acme", int64(1_800_000_000_123), byte(2), uuid(1), []byte("d/x12345678/acme/2/ref"))
	f.Add("", int64(-5), byte(255), "", []byte("d/"))
	f.Add("", int64(0), byte(0), "", []byte("d/0\xff\xff\xff\x7f0000//0//")) // a time beyond any calendar
	f.Fuzz(func(t *testing.T, account string, at int64, kind byte, ref string, raw []byte) {
		if d, err := parseDue(raw); err == nil {
			if again, err := parseDue(dueKey(d)); err != nil || again != d {
				t.Errorf("%q read as %+v, written and read again %+v, %v", raw, d, again, err)
			}
		}
		if strings.Contains(account, "/") {
			return
		}
		at %= lastDue
		want := booking.Due{Account: booking.AccountID(account), At: time.UnixMilli(max(0, at)).UTC(), Kind: booking.Kind(kind), Ref: ref}
		got, err := parseDue(dueKey(want))
		if err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		if k := dueKey(want); binary.BigEndian.Uint64(k[3:11]) != uint64(max(0, at)) {
			t.Errorf("key %q does not sort by its time", k)
		}
	})
}

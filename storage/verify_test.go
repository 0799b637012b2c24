package storage

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func verify(t *testing.T, s *Store) Report {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyFindsAWholeStoreWhole(t *testing.T) {
	s := memStore(t, &clock{noon})
	fillSample(t, s)
	r := verify(t, s)
	for _, f := range r.Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
	if r.Rows != len(dump(t, s)) {
		t.Errorf("looked at %d rows of %d", r.Rows, len(dump(t, s)))
	}
	for family := range families {
		if r.Families["a/"+family] == 0 {
			t.Errorf("the sample has no row of family %s", family)
		}
	}
}

func TestVerifyNamesWhatDisagrees(t *testing.T) {
	session, attempt := uuid(1), booking.AttemptID(uuid(3))
	due, _ := func() (booking.Due, bool) { s := sampleSession(1); return s.Due("acme") }()
	settle, _ := sampleAttempt(3).Due()
	gone := func(key []byte) func(*Tx) error { return func(t *Tx) error { return t.p.Delete(key) } }
	raw := func(key []byte, val string) func(*Tx) error {
		return func(t *Tx) error { return t.p.Put(key, []byte(val), time.Time{}) }
	}
	for _, c := range []struct {
		harm func(*Tx) error
		want string // part of a finding: key, then message
	}{
		{gone(accountKey("acme", "status", "abandoned", session)), "session/" + session + `": its row in the status index is missing`},
		{gone(accountKey("acme", "phone", "+13125550142", session)), "its row in the phone index is missing"},
		{gone(accountKey("acme", "email", emailIndex("ada@example.com"), session)), "its row in the email index is missing"},
		{gone(clientKey("acme", "web", "page/1")), "the row that leads its page to it is missing"},
		{gone(dueKey(due)), "its due-key is missing"},
		{gone(accountKey("acme", "session", session)), `stands for session "` + session + `", which is not there`},
		{gone(accountKey("acme", "session", uuid(2))), "leads to session " + uuid(2) + ", which is not there"},
		{raw(accountKey("acme", "status", "texted", session), "12345678"), `says status "texted", its session says "abandoned"`},
		{raw(accountKey("acme", "phone", "+13125550142", uuid(2)), ""), `says phone "+1…42", its session says ""`},
		{raw(accountKey("acme", "status", "abandoned", session), ""), "does not hold the expiry"},
		{func(t *Tx) error { d := due; d.At = d.At.Add(time.Hour); return t.Arm(d) }, "its record says followup at 2026-03-14T12:16:00Z"},
		{func(t *Tx) error {
			return t.Arm(booking.Due{Account: "acme", At: noon, Kind: booking.KindLapse, Ref: uuid(2)})
		}, "its record has nothing due"},
		{func(t *Tx) error { return t.Arm(booking.Due{Account: "acme", At: noon, Kind: 99, Ref: session}) }, "kind 99 is unknown"},
		{raw(append([]byte("d/"), "x-------"...), ""), "is damaged"},
		{raw(func() []byte { k := dueKey(due); k[2]++; return k }(), ""), "not in the shard of its account"},
		{gone(dueKey(settle)), "its settle due-key is missing"},
		{gone(accountKey("acme", "missed")), "nothing is missed"},
		{gone(dueKey(booking.Due{Account: "acme", At: noon, Kind: booking.KindCatchUp, Ref: uuid(10)})), "its catch-up due-key is missing"},
		{gone(accountKey("acme", "lookout")), "nothing is watched"},
		{gone(dueKey(booking.Due{Account: "acme", At: noon, Kind: booking.KindLookout, Ref: uuid(15)})), "its lookout due-key is missing"},
		{gone(inFlightKey("acme", attempt)), "its in-flight row is missing"},
		{raw(inFlightKey("acme", attempt), "\x017"), "says epoch 7, its attempt says 1"},
		{raw(inFlightKey("acme", booking.AttemptID(uuid(4))), "\x011"), "stands for an attempt that is sent"},
		{gone(dueKey(booking.Due{Account: "acme", At: sampleDelivery(11).DueAt, Kind: booking.KindDeliver, Ref: uuid(11)})), "its delivery due-key is missing"},
		{gone(hookListKey("acme", uuid(10), uuid(11))), "its row in the list of its webhook is missing"},
		{gone(accountKey("acme", "delivery", uuid(11))), "stands for delivery \"" + uuid(11) + "\", which is not there"},
		{func(t *Tx) error { return t.mark(hookListKey("acme", uuid(99), uuid(11)), time.Time{}) }, "its delivery is for webhook"},
		{func(t *Tx) error {
			return t.Arm(booking.Due{Account: "acme", At: noon, Kind: booking.KindDeliver, Ref: uuid(11)})
		}, "its record says deliver at"},
		{gone(accountKey("acme", "attempt", string(attempt))), "stands for an attempt that is not there"},
		{gone(accountKey("acme", "bookedby", "p"+digest("+13125550142"))), "it is missing among the bookings by which its person is recognised"},
		{gone(accountKey("acme", "booking", uuid(5))), "differs from the one it stands for"},
		{gone(seatsKey("acme", "web", "2026-03-16-0900-1200")), "it has no place in its window"},
		{func(t *Tx) error {
			b := sampleSeated(6)
			b.Status = booking.BookingCancelled
			return t.PutBooking("acme", b)
		}, "keeps a place for booking " + uuid(6)},
		{func(t *Tx) error {
			return t.PutSeats("acme", "web", "w1", booking.Seats{End: noon.Add(time.Hour), Bookings: []string{uuid(6)}})
		}, "keeps a place for booking " + uuid(6)},
		{raw(accountKey("acme", "external", digest("x")), "\x01\"nobody\""), "the booking of this name is missing"},
		{gone(accountKey("acme", "outbound")), "not by both"},
		{gone(accountKey("acme", "erasure", uuid(12))), `stands for erasure "` + uuid(12) + `", which is not there`},
		{gone(accountKey("acme", "erasure", uuid(13))), "the erasure that it stands for is missing"},
		{gone(dueKey(booking.Due{Account: "acme", At: noon.Add(15 * time.Second), Kind: booking.KindErase, Ref: uuid(12)})), "its due-key is missing"},
		{func(t *Tx) error {
			v := sampleErasure(12)
			v.DoneAt, v.DueAt = noon, time.Time{}
			old := sampleErasure(12)
			return t.PutErasure(&old, v)
		}, "it is done and still names the person"},
		{raw(accountKey("acme", "erased", "x"), "\x01{}"), "not the hash of a number"},
		{raw(accountKey("acme", "consent", "+13125550142", "12345678granted"), "\x01{}"), "the value calls itself"},
		{gone(accountKey("acme", "number", "+13125550100")), "the default outbound number is missing"},
		{gone(globalKey("k", digest("secret"))), "its secret does not open it"},
		{gone(accountKey("acme", "key", "key1")), "the API key of this credential is missing"},
		{gone(accountKey("acme", "scheduler", "web")), "the scheduler of this credential is missing"},
		{gone(accountKey("acme", "account")), `account "acme" is missing`},
		{gone(globalKey("m/account", "acme")), `the list entry of account "acme" is missing`},
		{func(t *Tx) error { return t.PutMark(Shard("acme"), noon.Add(time.Hour)) }, "yet a due-key stands at"},
		{raw(accountKey("acme", "person", "+13125550142"), "\x01{"), "it cannot be read"},
		{raw(accountKey("acme", "person", "+13125550142"), "\x02{}"), "a newer version"},
		{raw(accountKey("acme", "optout", "+13125550777"), "\x01{}"), `the value calls itself ""`},
		{gone(scriptVersionKey("acme", "follow_up_link", 3)), "a version in its list is missing"},
		{gone(accountKey("acme", "script", "follow_up_link")), "its script does not list it"},
		{func(t *Tx) error {
			return t.PutScript("acme", booking.Script{Name: "follow_up_link", Active: 4, Versions: []int{3}})
		}, "version 4 is in use and not in the list"},
		{raw(scriptVersionKey("acme", "follow_up_link", 9), "\x01{\"script\":\"follow_up_link\",\"version\":8}"), `the value calls itself version 8 of "follow_up_link"`},
		{gone(append(ThreadsTalking.prefix("acme"), newestFirst(noon)+"/+13125550142"...)), "its row in a view is missing"},
		{raw(append(ThreadsOf("Bob").prefix("acme"), newestFirst(noon)+"/+13125550143"...), ""), "its thread does not belong into this view"},
		{raw(append(ThreadsUnread.prefix("acme"), newestFirst(noon)+"/+13125550777"...), ""), `stands for thread "+1…77", which is not there`},
		{func(t *Tx) error { return t.p.Delete(accountKey("acme", "turn", uuid(8))) }, "stands for turn"},
		{func(t *Tx) error {
			return t.Disarm(booking.Due{Account: "acme", At: noon.Add(time.Second), Kind: booking.KindAsk, Ref: uuid(8)})
		}, "turn/" + uuid(8) + `": its due-key is missing`},
		{raw(accountKey("acme", "nonsense", "x"), ""), "no family of the key table"},
		{raw([]byte("z"), ""), "no family of the key table"},
		{raw([]byte("m/nonsense"), ""), "no family of the key table"},
	} {
		s := memStore(t, &clock{noon})
		fillSample(t, s)
		update(t, s, c.harm)
		var all []string
		for _, f := range verify(t, s).Findings {
			all = append(all, f.Key+": "+f.Message)
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("want a finding with %q, got:\n%s", c.want, strings.Join(all, "\n"))
		}
	}
}

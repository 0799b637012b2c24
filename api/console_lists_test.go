package api

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// put writes n rows, some in one transaction.
func (h *house) put(n int, row func(t *storage.Tx, i int) error) {
	h.t.Helper()
	const each = 5
	for first := 0; first < n; first += each {
		err := h.store.Update(h.t.Context(), func(t *storage.Tx) error {
			for i := first; i < min(n, first+each); i++ {
				if err := row(t, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

// follow gives every page from a path on, by the link with the words, and what matches of each, in order.
func (h *house) follow(path, who, words, match string) (all []string, pages int) {
	h.t.Helper()
	link, row := regexp.MustCompile(`<a href="([^"]+)">`+words+`</a>`), regexp.MustCompile(match)
	for at := path; at != ""; pages++ {
		a := h.page(at, who)
		if a.status != 200 || pages > 40 {
			h.t.Fatalf("page %d, %s: %d %s", pages, at, a.status, a.body)
		}
		for _, m := range row.FindAllStringSubmatch(a.body, -1) {
			all = append(all, m[1])
		}
		if at = ""; link.MatchString(a.body) {
			at = html.UnescapeString(link.FindStringSubmatch(a.body)[1])
		}
	}
	return all, pages
}

// eachOnce fails unless all are there once.
func eachOnce(t *testing.T, what string, all []string, n int) {
	t.Helper()
	seen := map[string]bool{}
	for _, x := range all {
		seen[x] = true
	}
	if len(all) != n || len(seen) != n {
		t.Errorf("%s: %d rows, %d different, want %d", what, len(all), len(seen), n)
	}
}

// No list of the console ends in silence: what does not fit on a page is on the next.
func TestNothingIsCutOffInSilence(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const kept = 90 * 24 * time.Hour
		now := time.Now()
		id := func(i int, at time.Time) string {
			return fmt.Sprintf("%08x-%04x-7000-8000-%012x", at.UnixMilli()>>16, at.UnixMilli()&0xffff, i)
		}
		const phone = booking.Phone("+16145550142")
		h.put(250, func(t *storage.Tx, i int) error {
			p := booking.Phone(fmt.Sprintf("+1614556%04d", i))
			return t.PutAlarm(account, storage.Alarm{Code: "thread_task", Ref: string(p), Message: fmt.Sprintf("task %d waits.", i), Since: now})
		})
		h.put(120, func(t *storage.Tx, i int) error {
			at := now.Add(-time.Duration(i) * time.Hour)
			v := booking.Session{ID: booking.SessionID(id(i, at)), Scheduler: "web", ClientID: fmt.Sprint("visit-", i), Status: booking.StatusExpired, Phone: phone, StartedAt: at, SeenAt: at}
			return t.PutSession(account, nil, v, kept)
		})
		h.put(450, func(t *storage.Tx, i int) error {
			at := now.Add(-time.Duration(i) * time.Minute)
			return t.PutThreadMessage(account, phone, booking.ThreadMessage{ID: id(i, at), From: phone, To: ours, Author: booking.AuthorCustomer, Body: fmt.Sprintf("text %d here", i), At: at}, kept)
		})
		h.put(1, func(t *storage.Tx, _ int) error {
			return t.PutThread(account, nil, booking.Thread{Phone: phone, Owner: booking.OwnerHuman, State: booking.ThreadOpen, BeganAt: now, LastAt: now, InboundAt: now}, kept)
		})
		h.put(45, func(t *storage.Tx, i int) error {
			at := now.Add(-time.Duration(i) * time.Hour)
			return t.PutReplay(account, booking.Replay{ID: id(i, at), From: at.Add(-kept), To: at, State: booking.ReplayDone, BeganAt: at, EndedAt: at})
		})

		all, pages := h.follow("/console", ada, "More to mend", `(task \d+ waits)`)
		eachOnce(t, "alarms", all, 250)
		if a := h.page("/console", ada); pages != 21 || !strings.Contains(a.body, "1 – 12 of 250") || !strings.Contains(a.body, `<span class="count">250<`) {
			t.Errorf("%d pages of alarms; the first: %s", pages, a.body)
		}
		if a := h.page("/console?alarms=9999", ada); !strings.Contains(a.body, "1 – 12 of 250") {
			t.Errorf("a page beyond the last: %s", a.body)
		}
		all, _ = h.follow("/console/sessions?q=6145550142", ada, "Older sessions", `href="/console/sessions/([0-9a-f-]{36})"`)
		eachOnce(t, "sessions that were searched for", all, 120)
		if len(all) > 0 && all[0] != id(0, now) {
			t.Errorf("the search begins with %s, not with the newest", all[0])
		}
		all, _ = h.follow("/console/inbox/"+string(phone), ada, "Earlier messages", `(text \d+ here)`)
		eachOnce(t, "messages", all, 450)
		all, _ = h.follow("/console/replays", ada, "Older replays", `href="/console/replays/([0-9a-f-]{36})"`)
		eachOnce(t, "replays", all, 45)
		if a := h.request("GET", "/v1/alarms", ""); strings.Count(a.body, `"thread_task"`) != 250 {
			t.Errorf("GET /v1/alarms gives %d tasks", strings.Count(a.body, `"thread_task"`))
		}
	})
}

// The texts that are due next are listed, however many are planned for later.
func TestTheNextTextsAreListedFirst(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "csr")
		now := time.Now()
		h.put(150, func(t *storage.Tx, i int) error {
			at := now.Add(time.Duration(i) * time.Second)
			v := booking.Session{ID: booking.SessionID(fmt.Sprintf("%08x-%04x-7000-8000-%012x", at.UnixMilli()>>16, at.UnixMilli()&0xffff, i)), Scheduler: "web", ClientID: fmt.Sprint("visit-", i), Status: booking.StatusAbandoned,
				Phone: booking.Phone(fmt.Sprintf("+1614556%04d", i)), Customer: booking.Customer{FirstName: fmt.Sprintf("Guest%03d", i)}, StartedAt: at, SeenAt: at, AbandonedAt: at,
				FollowUp: booking.FollowUp{State: booking.FollowUpDue, DueAt: at.Add(time.Hour)}, DueKind: booking.KindFollowUp, DueAt: at.Add(time.Hour)}
			return t.PutSession(account, nil, v, 90*24*time.Hour)
		})
		a := h.page("/console", ada)
		if strings.Count(a.body, "<b>Guest") != listedToday || !strings.Contains(a.body, "<b>Guest000") || !strings.Contains(a.body, `<a href="/console/sessions?status=abandoned">All planned texts</a>`) {
			t.Errorf("today: %s", a.body)
		}
	})
}

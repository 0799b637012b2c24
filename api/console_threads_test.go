package api

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// conversation writes a thread as it is after something happened to it.
func (h *house) conversation(n int, last time.Time, happened func(*booking.Thread)) string {
	h.t.Helper()
	p := booking.Phone(fmt.Sprintf("+1614777%04d", n))
	err := h.store.Update(h.t.Context(), func(t *storage.Tx) error {
		v := booking.Thread{Phone: p, Number: ours, Mode: booking.AIAgent, Owner: booking.OwnerAgent, State: booking.ThreadOpen, BeganAt: last, LastAt: last}
		happened(&v)
		return t.PutThread(account, nil, v, 90*24*time.Hour)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.ReplaceAll(threadPath(p), "+", "&#43;") // as it stands in a page
}

// walked gives the conversations on a page and those it leads to, each page once.
func (h *house) walked(path, who string) (found []string, pages int) {
	h.t.Helper()
	rows, next := regexp.MustCompile(`<li[^>]*><a href="(/console/inbox/[^"]+)"`), regexp.MustCompile(`<p class="more"><a href="([^"]+)"`)
	for at := path; at != "" && pages < 40; pages++ {
		a := h.page(at, who)
		if a.status != 200 {
			h.t.Fatalf("%s: %d %s", at, a.status, a.body)
		}
		for _, m := range rows.FindAllStringSubmatch(a.body, -1) {
			found = append(found, m[1])
		}
		if at = ""; next.MatchString(a.body) {
			at = html.UnescapeString(next.FindStringSubmatch(a.body)[1])
		}
	}
	return found, pages
}

// A conversation that waits is on top however many newer ones there are, and the filters hold exactly what they say.
func TestAConversationThatWaitsIsFoundWhateverItsAge(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "csr")
		now := time.Now()
		heard := func(v *booking.Thread) {
			v.Hear(booking.ThreadMessage{ID: string(v.Phone), To: ours, At: v.LastAt, Body: "Is anybody there?"}, time.Second, true)
		}
		old := h.conversation(1, now.Add(-40*24*time.Hour), func(v *booking.Thread) { heard(v); v.HandOff("asked for a person"); v.Alert(v.LastAt) })
		danger := h.conversation(2, now.Add(-30*24*time.Hour), func(v *booking.Thread) {
			heard(v)
			v.HandOff(booking.EmergencyReason(booking.EmergencyGas, "smell of gas"))
			v.Alert(v.LastAt)
			v.Close() // the customer texted STOP; the gas is still there
		})
		silent := h.conversation(3, now.Add(-20*24*time.Hour), func(v *booking.Thread) { v.HandOff("the script failed"); v.Alert(v.LastAt) })
		mine := h.conversation(4, now.Add(-10*24*time.Hour), func(v *booking.Thread) { heard(v); v.TakeOver(v.LastAt, "Ada") })
		bobs := h.conversation(5, now.Add(-9*24*time.Hour), func(v *booking.Thread) { heard(v); v.TakeOver(v.LastAt, "Bob") })
		for i := range 450 {
			h.conversation(1000+i, now.Add(-time.Duration(i)*time.Minute), func(*booking.Thread) {})
		}

		today := h.page("/console", ada)
		order := []int{strings.Index(today.body, danger), strings.Index(today.body, old), strings.Index(today.body, silent)}
		if slices.Min(order) < 0 || !slices.IsSorted(order) {
			t.Errorf("today does not show the emergency, then who waits longest: %v", order)
		}
		if !strings.Contains(today.body, `<span class="count">3<span class="unseen"> need a person`) {
			t.Errorf("the badge is not 3: %s", today.body)
		}
		for show, want := range map[string][]string{"waiting": {danger, old, silent}, "emergency": {danger}, "unread": {danger, old}, "mine": {mine}} {
			if got, _ := h.walked("/console/inbox?show="+show, ada); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", show, got, want)
			}
		}
		got, pages := h.walked("/console/inbox", ada)
		if !slices.Equal(got[:3], []string{danger, old, silent}) || pages != 10 {
			t.Errorf("the inbox begins with %v, %d pages", got[:3], pages)
		}
		slices.Sort(got)
		if got = slices.Compact(got); len(got) != 455 || !slices.Contains(got, bobs) {
			t.Errorf("the pages of the inbox hold %d conversations", len(got))
		}
	})
}

// A conversation of the agent's that a person looked at is read; one that waits for a person is not, and one whose customer wrote since.
func TestWhatWasLookedAtIsRead(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, office := h.signedIn("Ada", "csr"), h.signedIn("Olga", "office")
		now := time.Now()
		const last = "019cd81b-b360-7dd9-a9bd-d4fa42f7a88b"
		heard := func(v *booking.Thread) {
			v.Hear(booking.ThreadMessage{ID: last, To: ours, At: now, Body: "Thursday?"}, time.Hour, true)
		}
		talks := h.conversation(1, now, heard)
		waits := h.conversation(2, now, func(v *booking.Thread) { heard(v); v.HandOff("asked for a person") })
		look := func(page, who, seen string) int {
			return h.press(strings.ReplaceAll(page, "&#43;", "+")+"/seen", who, url.Values{"seen": {seen}}).status
		}
		for _, c := range []struct {
			page, who, seen string
			status          int
			unread          []string
		}{
			{talks, office, last, 403, []string{talks, waits}},
			{talks, ada, "019cd81b-0000-7dd9-a9bd-d4fa42f7a88b", 204, []string{talks, waits}},
			{talks, ada, last, 204, []string{waits}},
			{talks, ada, last, 204, []string{waits}},
			{waits, ada, last, 204, []string{waits}},
		} {
			status := look(c.page, c.who, c.seen)
			got, _ := h.walked("/console/inbox?show=unread", ada)
			slices.Sort(got)
			if status != c.status || !slices.Equal(got, c.unread) {
				t.Errorf("looked at %s: %d, unread are %v, want %v", c.page, status, got, c.unread)
			}
		}
		if a := h.page(strings.ReplaceAll(waits, "&#43;", "+"), ada); strings.Contains(a.body, "data-unread") {
			t.Error("the page of one that waits says that it is read by a look")
		}
	})
}

// Who waits does so until a person answers, or says that no answer is needed, of all that was written.
func TestAQuestionWaitsUntilAPersonReacts(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "csr")
		const thread = "/console/inbox/+16145550142"
		text := func(body string) {
			h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"`+body+`"}`), 201)
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		waits := func() bool {
			found, _ := h.walked("/console/inbox?show=waiting", ada)
			return len(found) == 1
		}
		text("Do you also clean ducts?")
		if !waits() {
			t.Fatal("the question does not wait")
		}
		page := h.page(thread, ada)
		seen := page.hidden("seen")
		text("Hello?")
		if a := h.press(thread+"/settle", ada, url.Values{"seen": {seen}, "holder": {""}}); a.status != 409 || !waits() {
			t.Errorf("settled over a newer text: %d", a.status)
		}
		if page = h.page(thread, ada); !strings.Contains(page.body, "No answer needed") {
			t.Errorf("the page: %s", page.body)
		}
		if a := h.press(thread+"/settle", ada, url.Values{"seen": {page.hidden("seen")}, "holder": {""}}); a.status != 303 || waits() {
			t.Errorf("settled: %d, it waits: %v", a.status, waits())
		}
	})
}

// Where more wait than one page holds, it is said, and all of them are reached.
func TestAllWhoWaitAreReached(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "csr")
		now := time.Now()
		for i := range 260 {
			h.conversation(i, now.Add(-time.Duration(i)*time.Hour), func(v *booking.Thread) {
				v.Hear(booking.ThreadMessage{ID: string(v.Phone), To: ours, At: v.LastAt, Body: "Hello?"}, time.Second, true)
				v.HandOff("asked for a person")
			})
		}
		for _, path := range []string{"/console", "/console/inbox"} {
			if a := h.page(path, ada); !strings.Contains(a.body, `<a href="/console/inbox?show=waiting">All 260 that wait</a>`) {
				t.Errorf("%s does not say that it is cut: %s", path, a.body)
			}
		}
		got, pages := h.walked("/console/inbox?show=waiting", ada)
		if want := strings.ReplaceAll(threadPath("+16147770259"), "+", "&#43;"); len(got) != 260 || pages != 6 || got[0] != want {
			t.Errorf("%d conversations on %d pages, first %s, want %s", len(got), pages, got[0], want)
		}
		all, _ := h.walked("/console/inbox", ada)
		slices.Sort(all)
		if all = slices.Compact(all); len(all) != 260 {
			t.Errorf("the pages of the inbox hold %d conversations", len(all))
		}
	})
}

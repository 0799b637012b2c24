package api

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/storage"
)

func TestKeysUsersAndWebhooksInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		shown := func(a answer) string {
			_, rest, _ := strings.Cut(a.body, `id="once">`)
			secret, _, _ := strings.Cut(rest, "<")
			return html.UnescapeString(secret)
		}
		v := h.formOn("/console/settings/keys", ada, "/console/settings/keys")
		v.Set("label", "CRM")
		v.Set("role", "manager")
		a := h.press("/console/settings/keys", ada, v)
		key := shown(a)
		if a.status != 200 || !strings.HasPrefix(key, "rbk_") {
			t.Fatalf("the key: %d %s", a.status, a.body)
		}
		h.must(h.request("GET", "/v1/account", "", "Authorization: Bearer "+key), 200)
		list := h.page("/console/settings/keys", ada)
		if strings.Contains(list.body, key) || !strings.Contains(list.body, "CRM") {
			t.Errorf("the list: %s", list.body)
		}
		var revoke string
		for _, m := range posts.FindAllStringSubmatch(list.body, -1) {
			if before, _, _ := strings.Cut(list.body, m[1]); strings.HasSuffix(m[1], "/remove") && strings.LastIndex(before, "CRM") > strings.LastIndex(before, "<li>") {
				revoke = m[1]
			}
		}
		if a := h.press(revoke, ada, nil); a.status != 303 {
			t.Errorf("revoked by %q: %d %s", revoke, a.status, a.body)
		}
		if a := h.request("GET", "/v1/account", "", "Authorization: Bearer "+key); a.status != 401 {
			t.Errorf("a revoked key: %d", a.status)
		}

		v = h.formOn("/console/settings/users", ada, "/console/settings/users")
		v.Set("email", "bo@brightwater.example")
		v.Set("role", "csr")
		a = h.press("/console/settings/users", ada, v)
		link := shown(a)
		if a.status != 200 || !strings.Contains(link, "/console/welcome?token=") {
			t.Fatalf("the link: %d %s", a.status, a.body)
		}
		list = h.page("/console/settings/users", ada)
		at := regexp.MustCompile(`href="(/console/settings/users/[^"]+)"><span class="first"><b>bo@`).FindStringSubmatch(list.body)
		if len(at) != 2 {
			t.Fatalf("the list: %s", list.body)
		}
		again := shown(h.press(at[1]+"/link", ada, nil))
		if again == "" || again == link {
			t.Errorf("another link: %q", again)
		}
		if a := h.form("/console/welcome", url.Values{"token": {again[strings.Index(again, "token=")+6:]}, "password": {passphrase}}); a.status != 303 {
			t.Errorf("the other link: %d %s", a.status, a.body)
		}
		if a := h.press(at[1]+"/remove", ada, nil); a.status != 303 {
			t.Errorf("removed: %d %s", a.status, a.body)
		}

		v = h.formOn("/console/settings/webhooks", ada, "/console/settings/webhooks")
		v.Set("url", "https://hooks.example.com/x")
		v["events"] = []string{"booking.created", "person.opted_out"}
		a = h.press("/console/settings/webhooks", ada, v)
		if a.status != 200 || !strings.HasPrefix(shown(a), "whsec_") {
			t.Fatalf("the webhook: %d %s", a.status, a.body)
		}
		all := h.must(h.request("GET", "/v1/webhooks", ""), 200)
		path := "/console/settings/webhooks/" + all.get("items.0.id")
		if got := all.get("items.0.events"); got != `["booking.created","person.opted_out"]` {
			t.Errorf("events: %s", got)
		}
		if a := h.press(path+"/test", ada, nil); a.status != 303 {
			t.Errorf("the ping: %d %s", a.status, a.body)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		page := h.page(path, ada)
		if !strings.Contains(page.body, "Ping") || !strings.Contains(page.body, "delivered") {
			t.Errorf("the deliveries: %s", page.body)
		}
		again = regexp.MustCompile(`action="([^"]+/redeliver)"`).FindString(page.body)
		if again == "" {
			t.Fatal("nothing to send again")
		}
		if a := h.press(strings.TrimSuffix(strings.TrimPrefix(again, `action="`), `"`), ada, nil); a.status != 303 {
			t.Errorf("sent again: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/rotate", ada, nil); a.status != 200 || !strings.HasPrefix(shown(a), "whsec_") {
			t.Errorf("another secret: %d %s", a.status, a.body)
		}
		audit := h.page("/console/settings/audit", ada)
		for _, want := range []string{"Make an API key", "Add a webhook", "ada@brightwater.example", "Administrator"} {
			if !strings.Contains(audit.body, want) {
				t.Errorf("%s is not in the audit log: %s", want, audit.body)
			}
		}
		if strings.Contains(audit.body, key) || strings.Contains(audit.body, "whsec_") {
			t.Error("a secret stands in the audit log")
		}
	})
}

func TestBackupsInTheConsole(t *testing.T) {
	var shelf *storage.Shelf
	inHouse(t, func(h *house) {
		shelf = storage.NewShelf(h.store, t.TempDir())
		h.s.o.Backups = shelf
		defer shelf.Close()
		ada, max := h.signedIn("Ada", "administrator"), h.signedIn("Max", "manager")
		if a := h.press("/console/settings/backups", max, nil); a.status != 403 {
			t.Errorf("a manager: %d", a.status)
		}
		if a := h.page("/console/settings/backups", ada); !strings.Contains(a.body, "No backup yet") {
			t.Errorf("none: %s", a.body)
		}
		if a := h.press("/console/settings/backups", ada, nil); a.status != 303 {
			t.Fatalf("begun: %d %s", a.status, a.body)
		}
		synctest.Wait()
		a := h.page("/console/settings/backups", ada)
		at := regexp.MustCompile(`href="(/console/settings/backups/[^"]+)" download`).FindStringSubmatch(a.body)
		if len(at) != 2 || !strings.Contains(a.body, "Whole; read through") {
			t.Fatalf("made: %s", a.body)
		}
		if a := h.page(at[1], max); a.status != 403 {
			t.Errorf("a manager downloads: %d", a.status)
		}
		got := h.page(at[1], ada)
		info, err := storage.VerifyBackup(t.Context(), strings.NewReader(got.body), nil)
		if err != nil || info.Rows == 0 || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") || got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
			t.Errorf("downloaded: %v, %d rows, %v", err, info.Rows, got.header)
		}
		if a := h.press(at[1]+"/prove", ada, nil); a.status != 303 {
			t.Errorf("proved: %d %s", a.status, a.body)
		}
		synctest.Wait()
		for _, bad := range []string{"/console/settings/backups/rebook-20200101-000000.backup", "/console/settings/backups/..%2f..%2fetc%2fpasswd"} {
			if a := h.page(bad, ada); a.status != 404 {
				t.Errorf("%s: %d %s", bad, a.status, a.body)
			}
		}
		if a := h.press(at[1]+"/remove", ada, nil); a.status != 303 {
			t.Errorf("removed: %d %s", a.status, a.body)
		}
		if a := h.page("/console/settings/backups", ada); !strings.Contains(a.body, "No backup yet") {
			t.Errorf("after the removal: %s", a.body)
		}
	})
}

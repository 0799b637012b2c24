package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

func TestSeeOffice(t *testing.T) {
	s := openSite(t, 2*time.Second)
	var made wire.User
	if err := s.api.do(t.Context(), "POST", "/v1/users", map[string]string{"email": "ada@brightwater.example", "name": "Ada", "role": "administrator"}, &made); err != nil {
		t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)
	for _, page := range []struct{ name, path string }{
		{"setup", "/console/setup"}, {"registration", "/console/setup/registration"}, {"filing", "/console/setup/registration/company"}, {"review", "/console/setup/registration/review"},
		{"numbers", "/console/setup/numbers"}, {"schedulers", "/console/setup/schedulers"}, {"scheduler", "/console/setup/schedulers/" + demoScheduler}, {"adopt", "/console/setup/adopt"},
		{"people", "/console/people"}, {"account", "/console/settings"}, {"rules", "/console/settings/rules"}, {"users", "/console/settings/users"}, {"user", "/console/settings/users/" + made.ID},
		{"keys", "/console/settings/keys"}, {"webhooks", "/console/settings/webhooks"}, {"backups", "/console/settings/backups"}, {"audit", "/console/settings/audit"}, {"about", "/console/settings/about"},
	} {
		b.do(page.name, chromedp.Navigate(s.root+page.path))
		b.look("console-" + page.name)
	}
}

package booking

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The scene of the tests: Dana left a booking on a Tuesday afternoon in Ohio.
const (
	dana   = Phone("+16145550142")
	office = Phone("+16145550123")
	ohio   = "America/New_York"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var (
	left = at("2026-03-10T15:20:00-04:00") // a Tuesday
	due  = left.Add(15 * time.Minute)
)

func settingsOf() Settings { return DefaultSettings() }

// goodFacts are the facts of a session whose text may go out at due.
func goodFacts() Facts {
	s := Session{ID: "0195-b", Scheduler: "main", ClientID: "c1", Phone: dana, Customer: Customer{FirstName: "Dana", Phone: "614 555 0142"},
		Consent: Consent{SMS: true, At: left}, StartedAt: left.Add(-5 * time.Minute), SeenAt: left, PresentAt: left.Add(-time.Minute)}
	s.Abandon(left, 15*time.Minute)
	return Facts{
		Account: Account{ID: "main", Name: "Brightwater Home Services", Timezone: ohio, SMSFollowUpEnabled: true, Settings: settingsOf()},
		Scheduler: &Scheduler{ID: "main", Name: "Main site", Timezone: ohio,
			FollowUp: FollowUpSet{Enabled: true, Mode: PrefilledLink, Delay: DefaultDelay}},
		Registration: Registration{Status: RegistrationApproved},
		Number:       &PhoneNumber{ID: "n1", Number: office, SMSCapable: true, DefaultOutbound: true},
		Session:      s,
		Person:       Person{Phone: dana},
	}
}

// reference reads a file of the reference kept beside the checkout. Without it the test is skipped, but not in CI.
func reference(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", name))
	switch {
	case err == nil:
		return b
	case os.Getenv("CI") == "true":
		t.Fatalf("the reference %s is missing: %v", name, err)
	}
	t.Skipf("the reference %s is not beside this checkout", name)
	return nil
}

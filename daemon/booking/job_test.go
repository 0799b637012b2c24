package booking

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// The ID of a window by rule is 16 digits, and one in ten would pass for a card number.
func TestNoWindowIsTakenForACardNumber(t *testing.T) {
	rules := []DayWindow{}
	for from := TimeOfDay(0); from < 24*60; from += 30 {
		for to := from + 60; to <= 24*60; to += 60 {
			rules = append(rules, DayWindow{from, to, 1})
		}
	}
	for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		for _, r := range rules {
			id := ruleID(dayIn(day), r)
			window := id
			if err := ValidateChange(&BookingChange{Window: &window}); err != nil || window != id {
				t.Fatalf("moved to %s it is %q, %v", id, window, err)
			}
			n := NewBooking{Source: SourcePhone, Scheduler: "web", Window: id, ExternalID: "4111111111111111"}
			if err := ValidateBooking(day, &n); err != nil || n.Window != id || n.ExternalID != "4111111111111111" {
				t.Fatalf("booked in %s it is %q of %q, %v", id, n.Window, n.ExternalID, err)
			}
			if safe, found := Redact("can I have " + id + "?"); found {
				t.Fatalf("%s reads %q", id, safe)
			}
		}
	}
	note := "card 4111 1111 1111 1111"
	if err := ValidateChange(&BookingChange{Note: &note}); err != nil || note != "card [removed]" {
		t.Errorf("a note keeps %q, %v", note, err)
	}
}

func TestWhatIsReportedAgainIsTheSameBookingOrRefused(t *testing.T) {
	was := Booking{ID: "b1", Scheduler: "web", Session: "s1", Window: "w1", Phone: "+16145550101", Email: "ada@example.com", Status: BookingBooked}
	for _, c := range []struct {
		name, code, field string
		n                 NewBooking
	}{
		{"all the same", "", "", NewBooking{Scheduler: "web", Window: "w1", Session: "s1", Customer: Customer{Phone: "614 555 0101", Email: "Ada@Example.com"}}},
		{"nothing said", "", "", NewBooking{}},
		{"known by something else", "", "", NewBooking{Customer: Customer{Address: Address{Line1: "1 Main St", PostalCode: "43215"}}}},
		{"a new number, the same address", "", "", NewBooking{Customer: Customer{Phone: "614 555 0199", Email: "ada@example.com"}}},
		{"another window", "external_id_taken", "window", NewBooking{Window: "w2"}},
		{"another person", "external_id_taken", "customer", NewBooking{Customer: Customer{Phone: "614 555 0199"}}},
		{"another person in an upload", "external_id_taken", "customer", NewBooking{Row: "x", Customer: Customer{Phone: "614 555 0199"}}},
		{"another person by e-mail", "external_id_taken", "customer", NewBooking{Customer: Customer{Email: "eve@example.com"}}},
		{"another session", "external_id_taken", "session", NewBooking{Session: "s2"}},
		{"another scheduler", "external_id_taken", "scheduler", NewBooking{Scheduler: "quiet", Window: "w1"}},
	} {
		err := c.n.Repeats(was)
		bad, _ := errors.AsType[*Error](err)
		if (err == nil) != (c.code == "") || bad != nil && (bad.Code != c.code || bad.Field != c.field || bad.Hint == "") {
			t.Errorf("%s: %v, want %s of %s", c.name, err, c.code, c.field)
		}
	}
	was.Status = BookingCancelled
	if err := (NewBooking{}).Repeats(was); !errors.Is(err, &Error{Code: "booking_cancelled"}) {
		t.Errorf("cancelled: %v", err)
	}
	if err := (NewBooking{Row: "x"}).Repeats(was); err != nil {
		t.Errorf("a line of an upload: %v", err)
	}
	was.Status, was.Window = BookingBooked, ""
	if err := (NewBooking{Window: "w1"}).Repeats(was); !errors.Is(err, &Error{Code: "external_id_taken"}) {
		t.Errorf("a booking without a window has none now either: %v", err)
	}
}

func TestEveryCheckIsListedOnce(t *testing.T) {
	for i, c := range Checks {
		if slices.Contains(Checks[:i], c) {
			t.Errorf("%s is listed twice", c)
		}
	}
}

// A change that was made already is known again, and every thing that a change can touch shows in the revision.
func TestAChangeOfABookingIsKnownAgain(t *testing.T) {
	b := Booking{ID: "b", Status: BookingBooked, Window: "w1", Service: "AC repair", Note: "Gate 4", ValueCents: 8900}
	to := func(s string) *string { return &s }
	worth, booked, cancelled := 100, BookingBooked, BookingCancelled
	for name, c := range map[string]BookingChange{"window": {Window: to("w2")}, "service": {Service: to("Heating")}, "note": {Note: to("")}, "value": {ValueCents: &worth}, "status": {Status: &cancelled}} {
		changed := b
		switch name {
		case "window":
			changed.Window = "w2"
		case "service":
			changed.Service = "Heating"
		case "note":
			changed.Note = ""
		case "value":
			changed.ValueCents = worth
		case "status":
			changed.Status = BookingCancelled
		}
		if c.Made(b) || !c.Made(changed) {
			t.Errorf("%s: made before %v, made after %v", name, c.Made(b), c.Made(changed))
		}
		if b.Revision() == changed.Revision() {
			t.Errorf("a change of the %s does not show in the revision", name)
		}
	}
	old := b
	old.Status = "" // of before there was a status
	if same := (BookingChange{Window: to("w1"), Service: to(" ac repair "), Note: to("Gate 4"), Status: &booked}); !same.Made(b) || !same.Made(old) {
		t.Error("the same once more is not known")
	}
}

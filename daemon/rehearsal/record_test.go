package rehearsal

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// Whoever the person is and however they write, nothing of them is in the document, and the same stands for the same.
func TestNoPersonIsRecorded(t *testing.T) {
	first := []string{"Wilhelmina", "Zoë", "Ngozi", "D'Andre", "José", "Mary-Kate", "Xiomara", "Thor", "Beauregard", "Siobhán"}
	last := []string{"Featherstonehaugh", "O'Malley", "Nguyễn", "Van Der Berg", "Smith-Jones", "Quisenberry", "Żuławski", "Featherly"}
	streets := []string{"742 Evergreen Ter", "19 Old Post Rd Apt 3", "1600 Pennsylvania Ave", "88 Quince Blossom Ln", "4410 N High St"}
	r := rand.New(rand.NewPCG(7, 11))
	pick := func(all []string) string { return all[r.IntN(len(all))] }
	for n := range 120 {
		area := pick([]string{"614", "740", "415", "212"})
		digits := fmt.Sprintf("%s5%02d%04d", area, r.IntN(100), 2100+r.IntN(7000))
		phone := booking.Phone("+1" + digits)
		c := booking.Customer{FirstName: pick(first), LastName: pick(last), Phone: string(phone), Email: fmt.Sprintf("%c.x%d@Mailbox%d.Example", 'a'+r.IntN(26), n, n),
			Address: booking.Address{Line1: pick(streets), City: "Columbus", State: "OH", PostalCode: pick([]string{"43201", "43085", "94110"})}}
		own := booking.Phone("+16145550123")
		says := []string{
			"my name is " + c.FirstName + " " + c.LastName, strings.ToUpper(c.FirstName) + " here", "this is " + c.FirstName, "it's " + c.LastName + ", " + c.FirstName + " " + c.LastName,
			"call " + digits[:3] + "-" + digits[3:6] + "-" + digits[6:], "(" + digits[:3] + ") " + digits[3:6] + "." + digits[6:], digits, string(phone), digits[3:6] + "-" + digits[6:], "ends in " + digits[6:],
			"write " + c.Email, strings.ToLower(c.Email), "I live at " + c.Address.Line1 + ", Columbus OH " + c.Address.PostalCode, strings.ToLower(c.Address.Line1) + " columbus",
			strings.ToLower(c.FirstName) + "'s house", "- " + c.FirstName, "thanks\n" + c.FirstName,
		}
		at := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
		h := engine.Happened{At: at.Add(10 * time.Minute), Own: []booking.Phone{own}, Number: &booking.PhoneNumber{Number: own}, Thread: &booking.Thread{Phone: phone, Mode: booking.AIAgent, Owner: booking.OwnerAgent},
			Account: booking.Account{Name: "Brightwater", Timezone: "America/New_York", Settings: booking.DefaultSettings()}, Scheduler: booking.Scheduler{ID: "web", ServiceZips: []string{"43201"}},
			Session: booking.Session{Phone: phone, Customer: c, Service: "AC repair for " + c.LastName, Preferred: "call " + digits}}
		for i := range 9 {
			m := engine.Delivered{ThreadMessage: booking.ThreadMessage{Author: booking.AuthorCustomer, Body: pick(says) + " " + pick(says), At: at.Add(time.Duration(i) * time.Minute)}}
			if i%3 == 1 {
				m.Author, m.Body = booking.AuthorAgent, "Hi "+c.FirstName+", "+c.Address.Line1+"? Call (614) 555-0123."
			}
			h.Messages = append(h.Messages, m)
		}
		h.Live, h.Until = 8, 9
		raw, err := record(h)
		if err != nil {
			t.Fatal(err)
		}
		kept := strings.ToLower(string(raw))
		words := append(letters(c.FirstName), letters(c.LastName)...)
		for _, w := range slices.Concat(words, []string{digits, digits[3:6] + "-" + digits[6:], digits[6:], c.Email, c.Address.Line1}) {
			if w = strings.ToLower(w); len([]rune(w)) > 2 && standsIn(kept, w) {
				t.Fatalf("%q is kept: %s", w, raw)
			}
		}
		if !strings.Contains(kept, "555-0123") {
			t.Fatalf("the business's own number is gone: %s", raw)
		}
		again, _ := record(h)
		if string(again) != string(raw) {
			t.Fatal("the same is recorded in two ways")
		}
		if _, err := sceneOf(raw); err != nil {
			t.Fatalf("it cannot be read again: %v", err)
		}
		var d struct {
			Session struct{ Customer booking.Customer }
			Turns   []Turn
		}
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		if name := letters(d.Session.Customer.FirstName); len(name) > 0 && !strings.Contains(d.Turns[1].Text, name[0]) {
			t.Fatalf("the agent calls %s another name: %s", name, d.Turns[1].Text)
		}
		if line := d.Session.Customer.Address.Line1; !strings.Contains(d.Turns[1].Text, line) {
			t.Fatalf("the customer lives in %s, and the agent says: %s", line, d.Turns[1].Text)
		}
	}
}

// standsIn tells whether a word stands in a text by itself.
func standsIn(text, word string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		i += at
		before, after := []rune(text[:i]), []rune(text[i+len(word):])
		edge := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		if (len(before) == 0 || edge(before[len(before)-1])) && (len(after) == 0 || edge(after[0])) {
			return true
		}
		at = i + len(word)
	}
}

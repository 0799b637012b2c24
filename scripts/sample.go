package scripts

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
)

// Sample are the facts that a script is tried on where there are no real ones: an ordinary business, a link of ordinary length,
// a visitor who filled in everything, two open windows.
func Sample() Facts {
	zone := time.FixedZone("EDT", -4*60*60)
	now := time.Date(2026, 3, 10, 10, 0, 0, 0, zone)
	return Facts{
		Now:      now,
		Link:     "https://book.brightwater.example/l/9FK2MQ7XTQ4LWZR8VBN3SYC1AK",
		Business: Business{Name: "Brightwater Home Services", OfficePhone: "+16145550100", EmergencyPhone: "+16145550199", Timezone: "America/New_York"},
		Customer: Customer{FirstName: "Megan", LastName: "O'Hara", Phone: "+16145550142", Email: "megan@example.com"},
		Session:  Session{Service: "AC repair", Step: "time", Preferred: "Tuesday 2:30", Locale: "en-US"},
		Thread:   Thread{Owner: "agent"},
		Event:    Event{Kind: "start"},
		Windows: Offer([]booking.Window{
			{ID: "w1", Start: now.Add(22 * time.Hour), End: now.Add(24 * time.Hour), Capacity: 2, Open: 2},
			{ID: "w2", Start: now.Add(27 * time.Hour), End: now.Add(29 * time.Hour), Capacity: 1, Open: 1, SurchargeCents: 4900, Note: "evening"},
		}, now, zone),
		Services: []Service{{Name: "AC repair", Keywords: []string{"cooling"}, Duration: "2h", PriceNote: "visit $89"}},
		Approved: []booking.Fact{{ID: "visit", Text: "A visit costs $89.", Prices: []int{8900}}},
	}
}

// SampleAnswer answers a script's asks where nothing may be done: windows gives the sample's, anything else is not available.
func SampleAnswer(a box.Ask) (result json.RawMessage, code string) {
	if a.Name != "windows" {
		return nil, "not_available"
	}
	f := Sample()
	b, err := json.Marshal(f.Windows)
	if err != nil {
		return nil, "not_available"
	}
	return b, ""
}

package twilio_test

import (
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
)

func TestLookupTellsTheKindOfALine(t *testing.T) {
	const number = "+16145550142"
	for _, c := range []struct {
		kind string
		code int
		want booking.LineKind
		ok   bool
	}{
		{"mobile", 0, booking.LineMobile, true},
		{"landline", 0, booking.LineLandline, true},
		{"fixedVoip", 0, booking.LineVoIP, true},
		{"nonFixedVoip", 0, booking.LineVoIP, true},
		{"tollFree", 0, booking.LineUnknown, true},
		{"unknown", 0, booking.LineUnknown, true},
		{"something new", 0, booking.LineUnknown, true},
		{"", 60601, booking.LineUnknown, true}, // a Canadian number, and no approval for them: asking again is in vain
		{"", 60600, booking.LineUnknown, true},
		{"", 60607, booking.LineUnknown, false},
		{"404", 0, booking.LineUnknown, true},
	} {
		f, client := strict(t)
		f.Line(number, c.kind, c.code)
		got, err := client.Lookup(t.Context(), number)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%q %d: %q, %v", c.kind, c.code, got, err)
		}
		f.Close()
	}
	f, client := strict(t)
	defer f.Close()
	f.Rotate("another token")
	if got, err := client.Lookup(t.Context(), number); err == nil {
		t.Errorf("a refusal is taken for %q", got)
	}
	f.Rotate(twiliotest.Token)
}

package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/rebookhq/rebook/daemon/booking"
	lookups "github.com/twilio/twilio-go/rest/lookups/v2"
)

// lineTypes are Twilio's words for kinds of lines (twilio.com/docs/lookup/v2-api/line-type-intelligence). The rest (tollFree, personal,
// premium, sharedCost, uan, voicemail, pager, unknown) say nothing certain about texts: the carriers refuse what takes none.
var lineTypes = map[string]booking.LineKind{
	"mobile":       booking.LineMobile,
	"landline":     booking.LineLandline,
	"fixedVoip":    booking.LineVoIP,
	"nonFixedVoip": booking.LineVoIP,
}

// Codes with which Twilio says that it cannot tell of this number, now or later.
const (
	lookupNoCanada   = 60601 // Canadian numbers need an approval of their own (NPAC)
	lookupNotCovered = 60600 // the number's plan is not covered
)

// Lookup asks for the kind of a line with Twilio's paid Lookup (line type intelligence, about a cent a number). LineUnknown without an error
// means that Twilio cannot tell, so that asking again is in vain.
func (c *Client) Lookup(ctx context.Context, p booking.Phone) (booking.LineKind, error) {
	got, err := lookups.NewApiService(c.handler(ctx)).FetchPhoneNumber(string(p), (&lookups.FetchPhoneNumberParams{}).SetFields("line_type_intelligence"))
	if refusal := (*booking.CarrierError)(nil); errors.As(err, &refusal) && refusal.HTTPStatus == http.StatusNotFound {
		return booking.LineUnknown, nil // no such number
	}
	if err != nil {
		return booking.LineUnknown, err
	}
	switch code := got.LineTypeIntelligence.ErrorCode; code {
	case 0, lookupNoCanada, lookupNotCovered:
		return lineTypes[got.LineTypeIntelligence.Type], nil
	default:
		return booking.LineUnknown, fmt.Errorf("twilio: the lookup failed with error %d", code)
	}
}

package twilio

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// What names of Twilio's and ours look like: they become keys of the store.
var (
	sidShape   = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)
	phoneShape = regexp.MustCompile(`^\+?[0-9]{3,15}$`) // short codes have no plus
	nameShape  = regexp.MustCompile(`^[0-9A-Za-z_-]{0,64}$`)
)

// maxMedia is the most files of one message.
const maxMedia = 10

// ParseInbound reads a customer's text out of the webhook's form. The form has no time, so the text came at now. Parameters
// that are not known are none of our business: Twilio adds some without notice.
func ParseInbound(form url.Values, now time.Time) (booking.Inbound, error) {
	in := booking.Inbound{SID: form.Get("MessageSid"), From: booking.Phone(form.Get("From")), To: booking.Phone(form.Get("To")),
		Body: strings.ToValidUTF8(form.Get("Body"), "\uFFFD"), At: now}
	switch {
	case !sidShape.MatchString(in.SID):
		return in, invalid("MessageSid", "it is no SID of a message")
	case !phoneShape.MatchString(string(in.From)):
		return in, invalid("From", "it is no number")
	case !phoneShape.MatchString(string(in.To)):
		return in, invalid("To", "it is no number")
	}
	n, _ := strconv.Atoi(form.Get("NumMedia"))
	for i := range min(max(n, 0), maxMedia) {
		if address := form.Get("MediaUrl" + strconv.Itoa(i)); address != "" {
			in.Media = append(in.Media, address)
			in.Types = append(in.Types, form.Get("MediaContentType"+strconv.Itoa(i)))
		}
	}
	in.OptOut = map[string]booking.Keyword{"STOP": booking.KeywordStop, "START": booking.KeywordStart, "HELP": booking.KeywordHelp}[form.Get("OptOutType")]
	return in, nil
}

// ParseStatus reads the report about a text out of the callback's form, and whose it is out of the query that we gave Twilio.
func ParseStatus(query, form url.Values) (booking.StatusUpdate, error) {
	u := booking.StatusUpdate{Account: booking.AccountID(query.Get("account")), Attempt: booking.AttemptID(query.Get("attempt")),
		SID: form.Get("MessageSid"), Status: form.Get("MessageStatus")}
	switch {
	case !sidShape.MatchString(u.SID):
		return u, invalid("MessageSid", "it is no SID of a message")
	case !nameShape.MatchString(string(u.Account)):
		return u, invalid("account", "it is none of our names")
	case !nameShape.MatchString(string(u.Attempt)):
		return u, invalid("attempt", "it is none of our names")
	}
	u.ErrorCode, _ = strconv.Atoi(form.Get("ErrorCode"))
	return u, nil
}

func invalid(field, message string) error {
	return booking.Refuse(booking.Invalid, "invalid_message", field, message, "send what Twilio sends")
}

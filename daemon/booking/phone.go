package booking

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a number in E.164 ("+16145550123"). It masks itself in logs.
type Phone string

// Mask shows only the last two digits: enough to recognise, too little to misuse.
func (p Phone) Mask() string {
	if len(p) < 4 {
		return "…"
	}
	return string(p[:2]) + "…" + string(p[len(p)-2:])
}

// LogValue keeps phone numbers out of logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Mask()) }

// PhoneProblem says why typed text is not a textable number; stable, part of the API's warnings.
type PhoneProblem string

// The problems of a typed phone number.
const (
	PhoneMissing PhoneProblem = "phone_missing"
	PhoneInvalid PhoneProblem = "phone_invalid"
)

// maxTypedPhone bounds what is handed to the parser; the longest E.164 number with separators and extension is shorter.
const maxTypedPhone = 64

// maxE164 is a plus and fifteen digits (ITU-T E.164, 6.2.1); libphonenumber's patterns for some countries permit more.
const maxE164 = 16

// ParsePhone reads a number as people type it, in the United States' and Canada's notation unless it begins with "+", by
// libphonenumber's rules. The second result is empty when the number is good.
func ParsePhone(typed string) (Phone, PhoneProblem) {
	p, _, problem := parsePhone(typed)
	return p, problem
}

// ParseTextable is ParsePhone for a number that is to be texted: see textable.
func ParseTextable(typed string) (Phone, PhoneProblem) {
	p, n, problem := parsePhone(typed)
	if problem == "" && !fictional(string(p)) && !textable(n) {
		return "", PhoneInvalid
	}
	return p, problem
}

func parsePhone(typed string) (Phone, *phonenumbers.PhoneNumber, PhoneProblem) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", nil, PhoneMissing
	}
	if len(typed) > maxTypedPhone {
		return "", nil, PhoneInvalid
	}
	n, err := phonenumbers.Parse(typed, "US")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", nil, PhoneInvalid
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	if len(e164) > maxE164 || !phonenumbers.IsValidNumber(n) && !fictional(e164) {
		return "", nil, PhoneInvalid
	}
	return Phone(e164), n, ""
}

// textable tells whether a business's US number may and can text the number: the United States with their territories and
// Canada, and no number that somebody pays for or that nobody carries. Texts to other countries need a registration there,
// and a form that takes any number in the world is a way to make a business pay for them (SMS pumping).
func textable(n *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetRegionCodeForNumber(n) {
	case "US", "CA", "PR", "GU", "VI", "AS", "MP":
	default:
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST, phonenumbers.UAN, phonenumbers.PAGER, phonenumbers.VOICEMAIL:
		return false
	}
	return true
}

// fictional tells the 555-01XX numbers that the North American Numbering Plan sets aside for examples. They reach nobody,
// so they are safe, and demonstrations and tests rest on them.
func fictional(e164 string) bool {
	return len(e164) == 12 && strings.HasPrefix(e164, "+1") && '2' <= e164[2] && e164[2] <= '9' && e164[5:8] == "555" && e164[8:10] == "01"
}

// TollFree tells whether a number is one of the toll-free codes of North America.
func TollFree(p Phone) bool {
	return len(p) == 12 && slices.Contains([]string{"+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888"}, string(p[:5]))
}

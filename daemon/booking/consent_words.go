package booking

import "strings"

// ConsentOf gives the words beside the consent box of a scheduler's form. They name what reviewers of texting registrations look
// for (CTIA Messaging Principles 5.1, Twilio errors 30544-30570): the business, the reminder about an unfinished booking, how
// often, rates, STOP and HELP, and that booking does not depend on it.
func ConsentOf(_ Scheduler, a Account) string {
	return "Text me about this booking. If I don't finish it, " + strings.TrimRight(a.Name, ". ") +
		" may send one automated text (SMS) with a link to pick it up where I left off, and answer my replies. Message frequency varies. " +
		"Message and data rates may apply. Reply STOP to opt out, HELP for help. Consent is not a condition of purchase."
}

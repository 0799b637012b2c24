package booking

import (
	"cmp"
	"slices"
	"time"
)

// reactions is what to do about Twilio's error codes, in order of the code. Sources: twilio.com/docs/api/errors (each
// code's page and the dictionary of 2023), carriers' rules of A2P 10DLC. The waits are ours: Twilio publishes none. Codes
// from 30000 usually come by status callback, when the carrier had already accepted the text: a second try then is a second
// text, and the house's rule of one text per abandonment decides whether there is one.
var reactions = [...]Reaction{
	{Code: 11200, Class: ReactNotice, Alert: true, Meaning: "Twilio could not reach our webhook.", Fix: "Check server.public_url and that the address can be reached from outside."},
	{Code: 11205, Class: ReactNotice, Alert: true, Meaning: "Twilio could not connect to our webhook.", Fix: "Check server.public_url and the firewall."},
	{Code: 11206, Class: ReactNotice, Alert: true, Meaning: "Twilio could not speak HTTP with our webhook.", Fix: "Check the proxy in front of Rebook."},
	{Code: 11210, Class: ReactNotice, Alert: true, Meaning: "Twilio could not find our webhook's host name.", Fix: "Check the DNS entry of server.public_url."},
	{Code: 11220, Class: ReactNotice, Alert: true, Meaning: "Twilio could not make a TLS connection to our webhook.", Fix: "Check the certificate of server.public_url."},
	{Code: 11237, Class: ReactNotice, Alert: true, Meaning: "Twilio does not trust our webhook's certificate.", Fix: "Use a certificate of a public authority, with its chain."},
	{Code: 12100, Class: ReactNotice, Alert: true, Meaning: "Twilio could not read our webhook's answer.", Fix: "Check the proxy in front of Rebook."},
	{Code: 12300, Class: ReactNotice, Alert: true, Meaning: "Twilio got our webhook's answer in an unexpected type.", Fix: "Check the proxy in front of Rebook."},
	{Code: 14107, Class: ReactNever, Alert: true, Meaning: "More than 15 texts within 30 seconds went to one number: probably two machines talk to each other.", Fix: "Look at the thread and take it over."},
	{Code: 14108, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our number cannot send texts.", Fix: "Choose another outbound number."},
	{Code: 14109, Class: ReactNever, Alert: true, Meaning: "One answer held more than ten texts.", Fix: "Report this as a bug."},
	{Code: 20003, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "Twilio does not accept our credentials.", Fix: "Check twilio.account_sid and twilio.auth_token."},
	{Code: 20005, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "The Twilio account is not active.", Fix: "Ask Twilio to activate the account."},
	{Code: 20008, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "Twilio's test credentials are in use.", Fix: "Set the live credentials in twilio.account_sid and twilio.auth_token."},
	{Code: 20404, Class: ReactNever, Alert: true, Meaning: "Twilio does not know something the text refers to.", Fix: "Check the messaging service and the account SID."},
	{Code: 20409, Class: ReactRetry, RetryAfter: time.Minute, Tries: 1, Meaning: "Twilio was changing the same thing at that moment."},
	{Code: 20429, Class: ReactRetry, RetryAfter: 30 * time.Second, Meaning: "Twilio got too many requests at once.", Fix: "Nothing to do: it is tried again more slowly."},
	{Code: 20500, Class: ReactUnknown, RetryAfter: time.Minute, Meaning: "Twilio had trouble, and nobody knows whether it took the text.", Fix: "Nothing to do yet: Twilio is asked."},
	{Code: 20503, Class: ReactUnknown, RetryAfter: time.Minute, Meaning: "Twilio was overloaded, and nobody knows whether it took the text.", Fix: "Nothing to do yet: Twilio is asked."},
	{Code: 21211, Class: ReactBadNumber, Meaning: "The customer's number does not exist.", Fix: "Ask the customer for another number."},
	{Code: 21212, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our own number is not valid.", Fix: "Choose another outbound number."},
	{Code: 21408, Class: ReactNever, Alert: true, Meaning: "The Twilio account may not text this country.", Fix: "Permit the country under Messaging > Settings > Geo permissions at Twilio."},
	{Code: 21601, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our number cannot send texts.", Fix: "Choose another outbound number."},
	{Code: 21602, Class: ReactNever, Alert: true, Meaning: "The text had no body.", Fix: "Check the template."},
	{Code: 21603, Class: ReactNever, Alert: true, Meaning: "The text named no number to send from.", Fix: "Choose a default outbound number."},
	{Code: 21604, Class: ReactNever, Alert: true, Meaning: "The text named no recipient.", Fix: "Report this as a bug."},
	{Code: 21606, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our number may not text this destination.", Fix: "Choose another outbound number."},
	{Code: 21608, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "A Twilio trial account texts only verified numbers.", Fix: "Upgrade the Twilio account."},
	{Code: 21609, Class: ReactNever, Alert: true, Meaning: "Twilio does not accept our status callback address.", Fix: "Set server.public_url to an address that can be reached from outside."},
	{Code: 21610, Class: ReactOptedOut, Meaning: "The customer has opted out at the carrier.", Fix: "Only the customer can undo this, by texting START."},
	{Code: 21611, Class: ReactRetry, RetryAfter: 15 * time.Minute, Meaning: "Too many texts wait for our number.", Fix: "Nothing to do, or spread the texts over more numbers."},
	{Code: 21612, Class: ReactNever, Meaning: "There is no way from our number to the customer's.", Fix: "If it happens often, choose another outbound number."},
	{Code: 21614, Class: ReactBadNumber, Meaning: "The customer's number is no mobile number.", Fix: "Call the customer instead."},
	{Code: 21617, Class: ReactNever, Alert: true, Meaning: "The text was longer than 1600 characters.", Fix: "Shorten the template."},
	{Code: 21618, Class: ReactNever, Alert: true, Meaning: "The text cannot be sent as it is.", Fix: "Check the template."},
	{Code: 21619, Class: ReactNever, Alert: true, Meaning: "Twilio could not create the text.", Fix: "Look at the Twilio console's error log."},
	{Code: 21624, Class: ReactNever, Alert: true, Meaning: "The text's validity period is not permitted.", Fix: "Report this as a bug."},
	{Code: 21654, Class: ReactNever, Alert: true, Meaning: "The content template does not exist.", Fix: "Check the messaging service's templates."},
	{Code: 21655, Class: ReactNever, Alert: true, Meaning: "The content template is not valid.", Fix: "Check the messaging service's templates."},
	{Code: 21656, Class: ReactNever, Alert: true, Meaning: "The content template's values are not valid.", Fix: "Check the messaging service's templates."},
	{Code: 21701, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "The messaging service does not exist.", Fix: "Check the registration's messaging service."},
	{Code: 21703, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "The messaging service has no number to send from.", Fix: "Add a number to the messaging service."},
	{Code: 21704, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "The messaging service has no number that can send this text.", Fix: "Add a number to the messaging service."},
	{Code: 21705, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "The messaging service is not valid.", Fix: "Check the registration's messaging service."},
	{Code: 30001, Class: ReactRetry, RetryAfter: 15 * time.Minute, Meaning: "Too many texts wait for our number.", Fix: "Nothing to do, or spread the texts over more numbers."},
	{Code: 30002, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "The Twilio account is suspended.", Fix: "Ask Twilio why, and mend it."},
	{Code: 30003, Class: ReactRetry, RetryAfter: 3 * time.Hour, Tries: 1, Meaning: "The customer's phone is off or out of reach.", Fix: "Call the customer instead."},
	{Code: 30004, Class: ReactNever, Meaning: "The customer or the carrier blocks our texts.", Fix: "Call the customer instead."},
	{Code: 30005, Class: ReactBadNumber, Meaning: "The customer's number is not in use.", Fix: "Ask the customer for another number."},
	{Code: 30006, Class: ReactBadNumber, Meaning: "The customer's number is a landline or cannot be reached by texts.", Fix: "Call the customer instead."},
	{Code: 30007, Class: ReactNever, Alert: true, Meaning: "A carrier filtered the text as unwanted.", Fix: "Compare the template with the samples of the registration; leave out prices, offers and short links."},
	{Code: 30008, Class: ReactRetry, RetryAfter: 10 * time.Minute, Tries: 1, Meaning: "The carrier could not deliver the text and does not say why.", Fix: "Call the customer instead."},
	{Code: 30010, Class: ReactNever, Alert: true, Meaning: "The text costs more than the maximum price.", Fix: "Raise the maximum price at Twilio."},
	{Code: 30017, Class: ReactRetry, RetryAfter: 15 * time.Minute, Meaning: "The carrier's network is congested.", Fix: "Nothing to do: it is tried again."},
	{Code: 30018, Class: ReactNever, Alert: true, Meaning: "The country wants senders registered in advance.", Fix: "Register the sender for that country at Twilio."},
	{Code: 30019, Class: ReactNever, Alert: true, Meaning: "The text is too big for the carrier.", Fix: "Shorten the template."},
	{Code: 30020, Class: ReactUnknown, RetryAfter: time.Minute, Meaning: "Twilio had an internal error, and nobody knows whether the text went out.", Fix: "Nothing to do yet: Twilio is asked."},
	{Code: 30021, Class: ReactUnknown, RetryAfter: time.Minute, Meaning: "Twilio had an internal error, and nobody knows whether the text went out.", Fix: "Nothing to do yet: Twilio is asked."},
	{Code: 30022, Class: ReactRetry, RetryAfter: 5 * time.Minute, Meaning: "Our campaign sends faster than its carrier permits.", Fix: "Nothing to do: it is tried again more slowly."},
	{Code: 30023, Class: ReactRetry, RetryAfter: 6 * time.Hour, Alert: true, Meaning: "The brand's daily cap at T-Mobile is reached.", Fix: "Nothing to do today; a better vetting score raises the cap."},
	{Code: 30024, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our number is not provisioned at the carrier.", Fix: "Ask Twilio to provision the number, or choose another."},
	{Code: 30025, Class: ReactNotice, Alert: true, Meaning: "Half of the brand's daily cap at T-Mobile is used.", Fix: "Nothing to do."},
	{Code: 30026, Class: ReactNotice, Alert: true, Meaning: "70 percent of the brand's daily cap at T-Mobile is used.", Fix: "Nothing to do."},
	{Code: 30027, Class: ReactRetry, RetryAfter: 6 * time.Hour, Alert: true, Meaning: "The campaign's daily cap at T-Mobile is reached.", Fix: "Nothing to do today; a better vetting score raises the cap."},
	{Code: 30032, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our toll-free number is not verified.", Fix: "Verify the number at Twilio, or choose another."},
	{Code: 30033, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "Our campaign is suspended.", Fix: "Ask Twilio why, and mend it."},
	{Code: 30034, Class: ReactHalt, RetryAfter: time.Hour, OneNumber: true, Alert: true, Meaning: "Our number does not belong to an approved campaign.", Fix: "Add the number to the messaging service of the approved campaign."},
	{Code: 30035, Class: ReactRetry, RetryAfter: 3 * time.Hour, Alert: true, Meaning: "Our number is still being set up for the campaign.", Fix: "Nothing to do: it is tried again."},
	{Code: 30036, Class: ReactNever, Meaning: "The text waited at the carrier until its moment had passed.", Fix: "Call the customer instead."},
	{Code: 30409, Class: ReactNotice, Meaning: "The text could not be cancelled any more."},
	{Code: 30410, Class: ReactNever, Meaning: "The carrier timed out, and Twilio did not try again lest the text come twice.", Fix: "Call the customer instead."},
	{Code: 30450, Class: ReactRetry, RetryAfter: time.Hour, Tries: 1, Alert: true, Meaning: "Twilio blocks texts to this number for a while as suspected SMS pumping.", Fix: "Look whether robots fill in the form."},
	{Code: 30453, Class: ReactRetry, RetryAfter: 4 * time.Hour, Tries: 1, Alert: true, Meaning: "Twilio blocks texts to this destination for some hours as suspected SMS pumping.", Fix: "Put the number on Twilio's safe list if it is genuine."},
	{Code: 30500, Class: ReactRetry, RetryAfter: 30 * time.Minute, Tries: 1, Meaning: "The carrier had an error.", Fix: "Nothing to do: it is tried once more."},
	{Code: 30610, Class: ReactRetry, RetryAfter: time.Hour, Meaning: "Twilio held the text back for quiet hours.", Fix: "Nothing to do: it is tried again."},
	{Code: 30640, Class: ReactOptedOut, Alert: true, Meaning: "The number belongs to a known litigator.", Fix: "Do not text this number."},
	{Code: 60728, Class: ReactRetry, RetryAfter: time.Hour, Meaning: "The hourly cap at Twilio is reached.", Fix: "Nothing to do: it is tried again."},
	{Code: 63017, Class: ReactRetry, RetryAfter: time.Hour, Meaning: "The account sends faster than Twilio permits.", Fix: "Nothing to do: it is tried again."},
	{Code: 63038, Class: ReactHalt, RetryAfter: time.Hour, Alert: true, Meaning: "The account's cap for 24 hours at Twilio is reached.", Fix: "Wait until the cap opens again, or ask Twilio to raise it."},
}

func reactionOf(code int) (Reaction, bool) {
	i, ok := slices.BinarySearchFunc(reactions[:], code, func(r Reaction, code int) int { return cmp.Compare(r.Code, code) })
	if !ok {
		return Reaction{}, false
	}
	return reactions[i], true
}

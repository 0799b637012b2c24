package api

import (
	"net/url"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The mends of refusals, alarms and checks are written for whoever asks the API. Here they are told as people of the office find them.

// inConsole tells a mend in the words of the console's pages.
func inConsole(mend string) string { return inPages.Replace(mend) }

// inPages puts the place in the console for the place in the API. Longer clauses stand before shorter ones that begin alike.
var inPages = strings.NewReplacer(
	"have support or an administrator set sms_follow_up_enabled", "have support or an administrator switch it on under Set-up",
	"Switch sms_follow_up_enabled on.", "Switch follow-up by text on under Set-up.",
	"complete the registration for texting and wait for its approval", "complete the registration under Set-up and wait for its approval",
	"choose another number, or get this one back at the carrier and POST /v1/phone-numbers/sync", "choose another number under Set-up, Numbers, or get this one back at the carrier and press \"Look for numbers\" there",
	"set a default outbound number, or choose a number in the scheduler's follow_up.phone_number", "choose the number that texts go out from under Set-up, Numbers, or one for this booking form alone",
	"choose a number with sms_capable", "choose a number that can text under Set-up, Numbers", "choose one with sms_capable", "choose one that can text",
	"GET /v1/phone-numbers lists them; leave it empty for the default outbound number", "choose one of the list, or the usual number", "GET /v1/phone-numbers lists them", "Set-up, Numbers lists them",
	"correct its address and switch it on with PUT /v1/webhooks/{id}, or delete it", "correct its address and switch it on under Settings, Webhooks, or remove it",
	"mend the receiver or the address; GET /v1/webhooks/{id}/deliveries?status=failed lists what can be sent again", "mend the receiver or the address; Settings, Webhooks lists what can be sent again",
	"GET /v1/webhooks/{id}/deliveries lists those of the last 30 days", "the webhook's page lists those of the last 30 days", "GET /v1/webhooks lists them", "Settings, Webhooks lists them",
	`switch it on first: PUT {"enabled": true}`, "switch it on first",
	"leave it out; POST /v1/webhooks/{id}/rotate makes a new secret", "make a new secret on the webhook's page",
	"look into the carrier's log; if the text is not there, send it again with POST /v1/sessions/{id}/resend", "look into the carrier's log; if the text is not there, press \"Send once more\" on the session's page",
	"Mend the cause, then send it with POST /v1/sessions/{id}/resend.", "Mend the cause, then press \"Send once more\" on the session's page.",
	"answer with POST /v1/threads/{id}/messages, or take it with POST /v1/threads/{id}/takeover", "answer in the inbox, or take it over there",
	"POST /v1/threads/{id}/release hands it back.", "\"Hand back\" in the conversation gives it to the agent again.",
	"GET /v1/threads lists them; the id is the customer's number in E.164", "the inbox lists them",
	"set follow_up.mode of its scheduler to ai_agent", "choose \"AI agent\" for its booking form under Set-up",
	"GET /v1/alarms says what is missing", "the first page says what is missing",
	"mend it: POST /v1/scripts/", "mend it under Scripts: ", "/preview shows the fault, PUT makes the next version", " shows the fault, and saving makes the next version",
	"mend the script and activate the next version: POST /v1/scripts/", "mend the script under Scripts and use the next version: ",
	"POST /v1/scripts/{name}/preview tries a source without keeping it", "the preview tries it without keeping it", "GET /v1/scripts lists them; PUT /v1/scripts/{name} makes one", "Scripts lists them and makes one",
	"GET /v1/scripts/{name}/versions lists them", "the script's page lists them", "GET /v1/scripts/", "Scripts, ", "/versions lists them", " lists them",
	"GET /v1/schedulers lists them", "Set-up, Booking forms lists them", "choose another id, or change it with PUT", "choose another ID, or change that one",
	"GET /v1/api-keys lists them", "Settings, API keys lists them", "GET /v1/users lists them", "Settings, Users lists them",
	"GET /v1/opt-outs lists those that are", "People lists those that are", "(DELETE /v1/opt-outs/{phone})", "(People, \"They want texts again\")",
	"mend the items of severity error; POST /v1/registration/preflight lists them too", "mend what is marked, then submit again",
	"GET /v1/registration/services lists them", "choose one of the list", "GET /v1/registration shows what is waited for", "the registration's page shows what is waited for",
	"mend it at the carrier, then POST /v1/registration/refresh", "mend it at the carrier, then press \"Ask the carrier now\" under Set-up, Registration",
	"look into the Twilio Console; if it is there, adopt it or refresh; if not, POST /v1/registration/repeat files it again, which costs the fee",
	"look into the Twilio Console; if it is there, take it over or ask the carrier again under Set-up, Registration; if not, file it again there, which costs the fee",
	"submit the registration, or adopt one that is approved at Twilio", "submit the registration, or take over one that is approved at Twilio",
	"to move that one, PUT /v1/bookings/", "move that one in the calendar: ", "move that booking with PUT /v1/bookings/", "move that booking in the calendar: ",
	"book anew with POST /v1/bookings", "book anew in the calendar", "GET /v1/bookings lists them", "the calendar lists them",
	"GET /v1/schedulers/{id}/availability lists those that can be booked", "the calendar shows those that can be booked", "GET /v1/schedulers/{id}/availability lists the windows that can be booked", "the calendar shows the windows that can be booked",
	"GET /v1/schedulers/{id}/availability lists those that are open", "the calendar shows those that are open",
	"GET the list again, make your change to it, and put it with its new ETag", "look at the present list, then make your change again",
	"use the session id of the answer to POST /v1/session-events, not the page's own", "the list of sessions has it",
	"GET /v1/openapi.json lists what there is", "the links above lead to what there is",
	"Set server.public_url to", "Have whoever runs Rebook set its public address to", "set server.public_url to the https address at which the world reaches this daemon, and start again", "have whoever runs Rebook set its public address to the https address at which the world reaches it, and start it again",
	"use a key with another role; api/README.md has the table", "ask an administrator, who can do it or give you another role",
	"Set settings.frequency.max to 1, 2 or 3.", "Set the most texts to one person to 1, 2 or 3 under Settings, Rules.",
	"Raise settings.daily_cap if", "Raise the segments a day under Settings, Rules if",
	"sessions are kept as long as settings.retention says", "sessions are kept as long as Settings, Rules says",
	"begin another canary; DELETE /v1/scripts/", "begin another trial; \"End\" under Trials, ", "/canary ends this alarm", ", ends this alarm",
	"wait for its end, or cancel it with POST /v1/replays/", "wait for its end, or cancel it under Replay: ", "/cancel", "",
	"GET /v1/replays lists them", "Replay lists them", "GET /v1/script-tests lists them", "Tests lists them",
	"raise its capacity instead", "give it more places instead", "give each fact an ID of up to 100 bytes", "say in a few words what it is about, for example Warranty", "a fact needs a text", "write what the agent may say, in a whole sentence", "at most 2000 bytes are kept", "at most 2,000 letters are kept",
	"Lower settings.holdout to text more people", "Lower the control group under Settings, Rules to text more people", "Switch on require_consent:", "Switch on \"Only with consent\" under Settings, Rules:",
)

// mended is the mend of a refusal as the console tells it.
func mended(e *booking.Error) string {
	if key := "mend." + e.Code; word(key) != key {
		return word(key)
	}
	return inConsole(e.Hint)
}

// mendPages are where the mend of an alarm is done; "{ref}" is what the alarm is about.
var mendPages = map[string]string{
	"account_disabled": "/console/setup", "registration_missing": "/console/setup/registration", "registration_held": "/console/setup/registration", "registration_unknown": "/console/setup/registration",
	"phone_number_missing": "/console/setup/numbers", "phone_number_gone": "/console/setup/schedulers/{ref}", "phone_number_without_sms": "/console/setup/schedulers/{ref}",
	"script_missing": "/console/setup/schedulers/{ref}", "script_wrong_kind": "/console/setup/schedulers/{ref}", "unknown_number": "/console/setup/numbers",
	"webhook_gone": "/console/settings/webhooks/{ref}", "webhook_failing": "/console/settings/webhooks/{ref}",
	"unknown_send": "/console/sessions/{ref}", "thread_task": "/console/inbox/{ref}", "waitlist": "/console/inbox/{ref}", "public_url_unreachable": "/console/settings/about",
}

// alarmRow is an alarm with its mend, and the page where that is done; "" for a caller who may not open it.
func (v shell) alarmRow(a storage.Alarm) alarmRow {
	row := alarmRow{Message: a.Message, Fix: capital(inConsole(a.Fix)), Since: v.At(a.Since)}
	page := mendPages[a.Code]
	if needs := strings.HasPrefix(page, "/console/set"); page != "" && (!needs || v.MayManage) {
		row.Page = strings.ReplaceAll(page, "{ref}", url.PathEscape(a.Ref))
	}
	return row
}

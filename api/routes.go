package api

import (
	"net/http"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// permission is what a route asks of a caller: one of the booking permissions, or open.
type permission int

// open routes need no key.
const open permission = -1

const (
	report     = permission(booking.MayReport)
	read       = permission(booking.MayRead)
	work       = permission(booking.MayWork)
	manage     = permission(booking.MayManage)
	administer = permission(booking.MayAdminister)
)

// route is one line of the table: the whole HTTP surface, from which the server and the API document are made.
type route struct {
	method, path string
	may          permission
	handle       handler
	status       int // of a good answer
	tag, summary string
	query        any    // struct with `query` tags; nil: none
	in, out      any    // samples of the bodies; nil: none
	plain        string // content type of a good answer that is not JSON; with out, another form of it
}

// handler does one request and gives what is answered: a value that becomes JSON, a [raw] answer, or nil for no body.
type handler func(*call) (any, error)

// pageQuery is how lists are read.
type pageQuery struct {
	Limit  int    `query:"limit" minimum:"1" description:"Items per page; more than 1000 counts as 1000."`
	Cursor string `query:"cursor" description:"next_cursor of the page before."`
}

type sessionQuery struct {
	Status string `query:"status" enum:"active,abandoned,waiting,texted,talking,recovered,completed,withheld,expired"`
	Q      string `query:"q" description:"A phone number, an e-mail address, or the ID of a session, ours or the page's; whole, not parts."`
	Limit  int    `query:"limit" minimum:"1" description:"Items per page; more than 1000 counts as 1000."`
	Cursor string `query:"cursor" description:"next_cursor of the page before."`
}

type deliveryQuery struct {
	Status string `query:"status" enum:"pending,delivered,failed"`
	Limit  int    `query:"limit" minimum:"1" description:"Items per page; more than 1000 counts as 1000."`
	Cursor string `query:"cursor" description:"next_cursor of the page before."`
}

type availabilityQuery struct {
	From string `query:"from" description:"A date in the scheduler's zone, or an RFC 3339 time; left out: now."`
	Days int    `query:"days" minimum:"1" maximum:"62" description:"Left out: 14."`
}

type windowsQuery struct {
	Base string `header:"If-Match" description:"The ETag of the list that this one was made from: refused when it has changed since."`
}

type bookingQuery struct {
	From      string `query:"from" format:"date-time" description:"Of the window, or of the booking where it has none."`
	To        string `query:"to" format:"date-time" description:"Exclusive."`
	Scheduler string `query:"scheduler"`
	Status    string `query:"status" enum:"booked,cancelled"`
	Limit     int    `query:"limit" minimum:"1" description:"Items per page; more than 1000 counts as 1000."`
	Cursor    string `query:"cursor" description:"next_cursor of the page before."`
}

type keyQuery struct {
	Key string `query:"key" description:"The publishable key, where no header can be set (sendBeacon)."`
}

type phoneQuery struct {
	Phone string `query:"phone" required:"true"`
}

type statusQuery struct {
	Account string `query:"account" description:"Ours, as given with the text."`
	Attempt string `query:"attempt" description:"Ours, as given with the text."`
}

// inboundForm is what we read of a customer's text; Twilio sends more, and adds to it without notice.
type inboundForm struct {
	MessageSid string `formData:"MessageSid" required:"true" pattern:"^(SM|MM)[0-9a-fA-F]{32}$"`
	From       string `formData:"From" required:"true"`
	To         string `formData:"To" required:"true"`
	Body       string `formData:"Body"`
	NumMedia   int    `formData:"NumMedia" description:"So many MediaUrl0, MediaContentType0 and so on follow."`
	OptOutType string `formData:"OptOutType" enum:"STOP,START,HELP" description:"With Advanced Opt-Out: Twilio has acted on it and answered."`
}

// statusForm is what we read of a report.
type statusForm struct {
	MessageSid    string `formData:"MessageSid" required:"true" pattern:"^(SM|MM)[0-9a-fA-F]{32}$"`
	MessageStatus string `formData:"MessageStatus" required:"true"`
	ErrorCode     int    `formData:"ErrorCode"`
}

// registrationForm is what TrustHub sends; the profile is asked about, whatever stands here.
type registrationForm struct {
	Status string `formData:"Status"`
}

type tokenQuery struct {
	Token string `query:"token" required:"true"`
}

type idQuery struct {
	ID string `query:"id" required:"true"`
}

const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	remove = http.MethodDelete

	ok        = http.StatusOK
	created   = http.StatusCreated
	accepted  = http.StatusAccepted
	noContent = http.StatusNoContent
)

// table is the whole HTTP surface. Roles: see booking.Role.May. Reading what a route's line calls settings needs MayManage,
// because office, csr and dispatcher see sessions, threads and bookings only.
func table() []route {
	return []route{
		{post, "/v1/session-events", report, (*call).reportEvent, accepted, "sessions", "Report what happens on a booking page", keyQuery{}, wire.Event{}, wire.Tracked{}, ""},
		{get, "/v1/sessions", read, (*call).listSessions, ok, "sessions", "List sessions, oldest first", sessionQuery{}, nil, wire.List[wire.Session]{}, ""},
		{get, "/v1/sessions/{id}", read, (*call).getSession, ok, "sessions", "One session", nil, nil, wire.Session{}, ""},
		{get, "/v1/sessions/{id}/trace", read, (*call).traceSession, ok, "sessions", "Every check that was made, in order", nil, nil, wire.List[wire.Finding]{}, ""},
		{post, "/v1/sessions/{id}/handled", work, (*call).handleSession, ok, "sessions", "Handled by phone: no text goes out", nil, wire.Handled{}, wire.Session{}, ""},
		{post, "/v1/sessions/{id}/resend", work, (*call).resendSession, ok, "sessions", "Send once more after an unknown or refused send", nil, nil, wire.Session{}, ""},
		{post, "/v1/sessions/{id}/rehearse", work, (*call).rehearseSession, ok, "sessions", "What would happen if its text were due at some moment, with every check; nothing is changed", nil, wire.TravelTo{}, wire.Travel{}, ""},

		{get, "/v1/account", manage, (*call).getAccount, ok, "account", "The business and its rules", nil, nil, wire.Account{}, ""},
		{put, "/v1/account", manage, (*call).putAccount, ok, "account", "Change the account; absent fields keep their value", nil, wire.Account{}, wire.Account{}, ""},
		{get, "/v1/registration", manage, (*call).getRegistration, ok, "account", "Where the texting registration stands", nil, nil, wire.Registration{}, ""},
		{put, "/v1/registration", manage, (*call).putRegistration, ok, "account", "Change the draft of the registration; absent fields keep their value", nil, wire.Registration{}, wire.Registration{}, ""},
		{post, "/v1/registration/preflight", manage, (*call).preflightRegistration, ok, "account", "What reviewers would reject, before the fee is spent", nil, nil, wire.Preflight{}, ""},
		{post, "/v1/registration/submit", administer, (*call).submitRegistration, accepted, "account", "Submit the registration, which costs the carriers' fees and locks it", nil, nil, wire.Registration{}, ""},
		{post, "/v1/registration/adopt", administer, (*call).adoptRegistration, ok, "account", "Take over a campaign that is approved at Twilio already", nil, wire.Adopt{}, wire.Registration{}, ""},
		{get, "/v1/registration/services", administer, (*call).listServices, ok, "account", "Messaging services at Twilio that could be adopted", nil, nil, wire.List[wire.MessagingService]{}, ""},
		{post, "/v1/registration/refresh", manage, (*call).refreshRegistration, accepted, "account", "Ask the carrier now", nil, nil, wire.Registration{}, ""},
		{post, "/v1/registration/repeat", administer, (*call).repeatRegistration, accepted, "account", "Make a call again that nobody can say the outcome of; it costs the fee", nil, nil, wire.Registration{}, ""},
		{post, "/v1/registration/confirm", administer, (*call).confirmRegistration, noContent, "account", "Send a sole proprietor's confirmation text again", nil, nil, nil, ""},
		{post, "/v1/phone-numbers/sync", manage, (*call).syncNumbers, ok, "account", "Take over the numbers that the carrier has for the account", nil, nil, wire.List[wire.PhoneNumber]{}, ""},
		{get, "/v1/phone-numbers", manage, (*call).listNumbers, ok, "account", "The account's numbers", nil, nil, wire.List[wire.PhoneNumber]{}, ""},
		{put, "/v1/phone-numbers/{id}", manage, (*call).putNumber, ok, "account", "Change a number's label or use", nil, wire.PhoneNumber{}, wire.PhoneNumber{}, ""},
		{get, "/v1/facts", manage, (*call).getFacts, ok, "account", "What an agent may state", nil, nil, wire.List[wire.Fact]{}, ""},
		{put, "/v1/facts", manage, (*call).putFacts, ok, "account", "Replace what an agent may state", nil, wire.Items[wire.Fact]{}, wire.List[wire.Fact]{}, ""},
		{get, "/v1/alarms", read, (*call).listAlarms, ok, "account", "Whatever keeps texts from going out", nil, nil, wire.List[wire.Alarm]{}, ""},

		{get, "/v1/schedulers", manage, (*call).listSchedulers, ok, "schedulers", "The booking forms", pageQuery{}, nil, wire.List[wire.Scheduler]{}, ""},
		{post, "/v1/schedulers", manage, (*call).createScheduler, created, "schedulers", "Add a booking form", nil, wire.Scheduler{}, wire.Scheduler{}, ""},
		{get, "/v1/schedulers/{id}", manage, (*call).getScheduler, ok, "schedulers", "One booking form", nil, nil, wire.Scheduler{}, ""},
		{put, "/v1/schedulers/{id}", manage, (*call).putScheduler, ok, "schedulers", "Change a booking form; absent fields keep their value", nil, wire.Scheduler{}, wire.Scheduler{}, ""},
		{remove, "/v1/schedulers/{id}", manage, (*call).deleteScheduler, noContent, "schedulers", "Remove a booking form; its open sessions are dropped", nil, nil, nil, ""},
		{get, "/v1/schedulers/{id}/windows", read, (*call).getWindows, ok, "schedulers", "Arrival windows", nil, nil, wire.List[wire.Window]{}, ""},
		{put, "/v1/schedulers/{id}/windows", manage, (*call).putWindows, ok, "schedulers", "Replace the arrival windows", windowsQuery{}, wire.Items[wire.Window]{}, wire.List[wire.Window]{}, ""},

		{get, "/v1/schedulers/{id}/availability", read, (*call).getAvailability, ok, "schedulers", "Windows that can be booked; a page sees the open ones", availabilityQuery{}, nil, wire.List[wire.Window]{}, ""},

		{get, "/v1/bookings", read, (*call).listBookings, ok, "bookings", "Bookings, oldest first", bookingQuery{}, nil, wire.List[wire.Booking]{}, ""},
		{post, "/v1/bookings", work, (*call).createBooking, created, "bookings", "Record a booking; it takes its place in the window", nil, wire.NewBooking{}, wire.Booking{}, ""},
		{post, importPath, work, (*call).importBookings, ok, "bookings", "Upload bookings made elsewhere as CSV", nil, wire.CSV(""), wire.Imported{}, ""},
		{get, "/v1/bookings/{id}", read, (*call).getBooking, ok, "bookings", "One booking", nil, nil, wire.Booking{}, ""},
		{put, "/v1/bookings/{id}", work, (*call).putBooking, ok, "bookings", "Move, cancel or correct a booking", nil, wire.BookingChange{}, wire.Booking{}, ""},

		{get, "/v1/threads", read, (*call).listThreads, ok, "threads", "Conversations, the one with the newest message first", pageQuery{}, nil, wire.List[wire.Thread]{}, ""},
		{get, "/v1/threads/{id}", read, (*call).getThread, ok, "threads", "One conversation with its messages", nil, nil, wire.Thread{}, ""},
		{post, "/v1/threads/{id}/messages", work, (*call).sendInThread, created, "threads", "Text the customer as a person, who has the thread from then on", nil, wire.ThreadText{}, wire.ThreadMessage{}, ""},
		{post, "/v1/threads/{id}/takeover", work, (*call).takeOverThread, ok, "threads", "Take a thread over: the agent is silent", nil, nil, wire.Thread{}, ""},
		{post, "/v1/threads/{id}/release", work, (*call).releaseThread, ok, "threads", "Hand a thread back to the agent, with a note that it must use", nil, wire.Release{}, wire.Thread{}, ""},
		{post, "/v1/rehearsals", manage, (*call).rehearse, ok, "rehearsals", "Play a rehearsal document on a virtual clock; nothing is sent or kept", nil, wire.Rehearsal{}, wire.Rehearsed{}, ""},
		{post, "/v1/rehearsals/replay", manage, (*call).replayAtOnce, ok, "rehearsals", "Replay a period with changes, wait some seconds for the end, and give the first differences", nil, wire.NewReplay{}, wire.Replayed{}, ""},
		{post, "/v1/replays", manage, (*call).startReplay, accepted, "rehearsals", "Replay what is recorded of a period with changes; nothing is sent or changed", nil, wire.NewReplay{}, wire.Replay{}, ""},
		{get, "/v1/replays", manage, (*call).listReplays, ok, "rehearsals", "Replays, the newest first", pageQuery{}, nil, wire.List[wire.Replay]{}, ""},
		{get, "/v1/replays/{id}", manage, (*call).getReplay, ok, "rehearsals", "How far a replay is, and what came of it", nil, nil, wire.Replay{}, ""},
		{get, "/v1/replays/{id}/differences", manage, (*call).listDifferences, ok, "rehearsals", "What differs, session by session", differencesQuery{}, nil, wire.List[wire.ReplayItem]{}, ""},
		{post, "/v1/replays/{id}/cancel", manage, (*call).cancelReplay, ok, "rehearsals", "End a replay; what it found stays", nil, nil, wire.Replay{}, ""},
		{remove, "/v1/replays/{id}", manage, (*call).deleteReplay, noContent, "rehearsals", "End a replay and remove what it found", nil, nil, nil, ""},

		{get, "/v1/scripts", manage, (*call).listScripts, ok, "scripts", "The script library: own scripts and those that are built in", nil, nil, wire.List[wire.Script]{}, ""},
		{get, "/v1/scripts/{name}", manage, (*call).getScript, ok, "scripts", "One script with the source in use, or one version of it", scriptQuery{}, nil, wire.Script{}, ""},
		{put, "/v1/scripts/{name}", manage, (*call).putScript, ok, "scripts", "Make the next version of a script, a draft until it is activated", nil, wire.NewScript{}, wire.ScriptVersion{}, ""},
		{remove, "/v1/scripts/{name}", manage, (*call).deleteScript, noContent, "scripts", "Remove your versions of a script; a built-in one is used again", nil, nil, nil, ""},
		{post, "/v1/scripts/{name}/activate", manage, (*call).activateScript, ok, "scripts", "Use a version from now on; an older one is a rollback", nil, wire.Activation{}, wire.Script{}, ""},
		{get, "/v1/scripts/{name}/versions", manage, (*call).listScriptVersions, ok, "scripts", "Every version that is kept, the latest first", nil, nil, wire.List[wire.ScriptVersion]{}, ""},
		{get, "/v1/scripts/{name}/diff", manage, (*call).diffScript, ok, "scripts", "What lies between two versions", diffQuery{}, nil, wire.ScriptDiff{}, ""},
		{post, "/v1/scripts/{name}/preview", manage, (*call).previewScript, ok, "scripts", "What a script would write, what it would cost, and what would stop it; nothing is kept or sent", nil, wire.PreviewScript{}, wire.Preview{}, ""},
		{get, "/v1/canaries", manage, (*call).listCanaries, ok, "scripts", "The last canary of every script that had one, the running ones first", nil, nil, wire.List[wire.Canary]{}, ""},
		{get, "/v1/scripts/{name}/canary", manage, (*call).getCanary, ok, "scripts", "The last canary of a script: both versions' results, and whether the numbers suffice", nil, nil, wire.Canary{}, ""},
		{put, "/v1/scripts/{name}/canary", manage, (*call).putCanary, ok, "scripts", "Try a version on a share of the persons, or change the share", nil, wire.NewCanary{}, wire.Canary{}, ""},
		{remove, "/v1/scripts/{name}/canary", manage, (*call).endCanary, ok, "scripts", "End a canary: everybody gets the version in use", nil, nil, wire.Canary{}, ""},
		{post, "/v1/scripts/{name}/canary/promote", manage, (*call).promoteCanary, ok, "scripts", "Give the version that is tried to everybody", nil, nil, wire.Canary{}, ""},

		{get, "/v1/script-tests", manage, (*call).listScriptTests, ok, "scripts", "What is played before a version is used: saved tests and built-in safety scenes", nil, nil, wire.List[wire.ScriptTest]{}, ""},
		{post, "/v1/script-tests", manage, (*call).createScriptTest, created, "scripts", "Save a thread, a session or a document as a test, without personal data", nil, wire.NewScriptTest{}, wire.ScriptTest{}, ""},
		{post, "/v1/script-tests/run", manage, (*call).runScriptTests, ok, "scripts", "Play all tests; nothing is sent", nil, wire.TestedWith{}, wire.TestRun{}, ""},
		{get, "/v1/script-tests/{id}", manage, (*call).getScriptTest, ok, "scripts", "One test with its document", nil, nil, wire.ScriptTest{}, ""},
		{put, "/v1/script-tests/{id}", manage, (*call).putScriptTest, ok, "scripts", "Replace a test's document", nil, wire.ScriptTestChange{}, wire.ScriptTest{}, ""},
		{remove, "/v1/script-tests/{id}", manage, (*call).deleteScriptTest, noContent, "scripts", "Remove a test", nil, nil, nil, ""},
		{post, "/v1/script-tests/{id}/run", manage, (*call).runScriptTest, ok, "scripts", "Play one test; nothing is sent", nil, wire.TestedWith{}, wire.List[wire.Tested]{}, ""},

		{get, "/v1/opt-outs", work, (*call).listOptOuts, ok, "people", "Who wants no texts", pageQuery{}, nil, wire.List[wire.OptOut]{}, ""},
		{post, "/v1/opt-outs", work, (*call).createOptOut, created, "people", "Record that a person wants no texts", nil, wire.OptOut{}, wire.OptOut{}, ""},
		{remove, "/v1/opt-outs", work, (*call).deleteOptOut, noContent, "people", "Lift an opt-out on the person's own word", phoneQuery{}, nil, nil, ""},
		{remove, "/v1/opt-outs/{phone}", work, (*call).deleteOptOut, noContent, "people", "Lift an opt-out on the person's own word", nil, nil, nil, ""},

		{get, "/v1/people/{phone}/evidence", manage, (*call).getEvidence, ok, "people", "All that is known of what may be sent to a person and what was sent", evidenceQuery{}, nil, wire.EvidenceFile{}, "text/html"},
		{remove, "/v1/people/{phone}", manage, (*call).erasePerson, accepted, "people", "Remove a person; asked again, it tells whether that is done", nil, nil, wire.Erasure{}, ""},

		{get, "/v1/reports/funnel", read, (*call).reportFunnel, ok, "reports", "From session to booking: counts, money and what the texts brought", funnelQuery{}, nil, wire.Funnel{}, "text/csv"},
		{get, "/v1/reports/withheld", read, (*call).reportWithheld, ok, "reports", "Texts that did not go out, by check and day", periodQuery{}, nil, wire.Withheld{}, "text/csv"},

		{get, "/v1/api-keys", administer, (*call).listKeys, ok, "keys", "API keys, without their secrets", pageQuery{}, nil, wire.List[wire.APIKey]{}, ""},
		{post, "/v1/api-keys", administer, (*call).createKey, created, "keys", "Make an API key; its secret is shown once", nil, wire.NewAPIKey{}, wire.APIKey{}, ""},
		{remove, "/v1/api-keys", administer, (*call).deleteKey, noContent, "keys", "Revoke an API key", idQuery{}, nil, nil, ""},
		{remove, "/v1/api-keys/{id}", administer, (*call).deleteKey, noContent, "keys", "Revoke an API key", nil, nil, nil, ""},

		{get, "/v1/webhooks", manage, (*call).listWebhooks, ok, "webhooks", "Webhooks, without their secrets", nil, nil, wire.List[wire.Webhook]{}, ""},
		{post, "/v1/webhooks", manage, (*call).createWebhook, created, "webhooks", "Add a webhook; its secret is shown once", nil, wire.NewWebhook{}, wire.Webhook{}, ""},
		{remove, "/v1/webhooks", manage, (*call).deleteWebhook, noContent, "webhooks", "Remove a webhook", idQuery{}, nil, nil, ""},
		{get, "/v1/webhooks/{id}", manage, (*call).getWebhook, ok, "webhooks", "One webhook", nil, nil, wire.Webhook{}, ""},
		{put, "/v1/webhooks/{id}", manage, (*call).putWebhook, ok, "webhooks", "Change a webhook; absent fields keep their value", nil, wire.Webhook{}, wire.Webhook{}, ""},
		{remove, "/v1/webhooks/{id}", manage, (*call).deleteWebhook, noContent, "webhooks", "Remove a webhook", nil, nil, nil, ""},
		{post, "/v1/webhooks/{id}/rotate", manage, (*call).rotateWebhook, ok, "webhooks", "Give it a new secret; the old one signs beside it for a day", nil, nil, wire.Webhook{}, ""},
		{post, "/v1/webhooks/{id}/test", manage, (*call).testWebhook, accepted, "webhooks", "Send it a ping", nil, nil, wire.Delivery{}, ""},
		{get, "/v1/webhooks/{id}/deliveries", manage, (*call).listDeliveries, ok, "webhooks", "What was sent to it in 30 days, newest first", deliveryQuery{}, nil, wire.List[wire.Delivery]{}, ""},
		{post, "/v1/webhooks/{id}/deliveries/{delivery}/redeliver", manage, (*call).redeliver, accepted, "webhooks", "Send a delivery once more", nil, nil, wire.Delivery{}, ""},

		{get, "/v1/users", administer, (*call).listUsers, ok, "users", "The people of the office", pageQuery{}, nil, wire.List[wire.User]{}, ""},
		{post, "/v1/users", administer, (*call).createUser, created, "users", "Add a person", nil, wire.NewUser{}, wire.User{}, ""},
		{put, "/v1/users/{id}", administer, (*call).putUser, ok, "users", "Change a person's name, role or password", nil, wire.UserChange{}, wire.User{}, ""},
		{remove, "/v1/users", administer, (*call).deleteUser, noContent, "users", "Remove a person", idQuery{}, nil, nil, ""},
		{remove, "/v1/users/{id}", administer, (*call).deleteUser, noContent, "users", "Remove a person", nil, nil, nil, ""},
		{get, "/v1/audit", administer, (*call).listAudit, ok, "users", "Who changed what, newest first", pageQuery{}, nil, wire.List[wire.Audit]{}, ""},

		{get, "/v1/simulator/messages", manage, (*call).listMessages, ok, "simulator", "What the simulated carrier took and sent", pageQuery{}, nil, wire.List[simulator.Message]{}, ""},
		{post, "/v1/simulator/inbound", manage, (*call).receiveText, created, "simulator", "Play a customer who texts", nil, wire.InboundText{}, simulator.Message{}, ""},
		{get, "/v1/simulator/faults", manage, (*call).getFaults, ok, "simulator", "What shall still go wrong", nil, nil, simulator.Faults{}, ""},
		{put, "/v1/simulator/faults", manage, (*call).putFaults, ok, "simulator", "Say what shall go wrong with the next texts", nil, simulator.Faults{}, simulator.Faults{}, ""},

		{get, "/v1/prefill/{token}", report, (*call).redeem, ok, "links", "What a customer had typed, for the page their link leads to; counts the click", nil, nil, wire.Prefill{}, ""},
		{get, "/widget.js", open, (*call).getWidget, ok, "pages", "The script that booking pages embed", nil, nil, nil, "text/javascript"},
		{get, "/widget.d.ts", open, (*call).getWidgetTypes, ok, "pages", "Its TypeScript types", nil, nil, nil, "text/plain"},
		{get, "/book/{scheduler}", open, (*call).getBook, ok, "pages", "The hosted booking page of a scheduler", nil, nil, nil, "text/html"},
		{get, "/book/{scheduler}/theme.css", open, (*call).getTheme, ok, "pages", "The colours of the hosted booking page", nil, nil, nil, "text/css"},
		{get, "/assets/{file}", open, (*call).getAsset, ok, "pages", "What our pages are made of", nil, nil, nil, "text/plain"},
		{get, "/demo", open, (*call).getDemo, ok, "demo", "The demo's booking page with a phone beside it", nil, nil, nil, "text/html"},
		{get, "/simulator/phone", open, (*call).getPhone, ok, "demo", "A phone with the demo's texts", nil, nil, nil, "text/html"},
		{get, "/simulator/phone/messages", open, (*call).getPhoneTexts, ok, "demo", "The demo's texts", pageQuery{}, nil, wire.List[simulator.Message]{}, ""},
		{post, "/simulator/phone/messages", open, (*call).postPhoneText, created, "demo", "Answer a text of the demo", nil, wire.InboundText{}, simulator.Message{}, ""},
		{post, "/webhooks/twilio/inbound", open, (*call).receiveInbound, ok, "twilio", "A customer's text, signed by Twilio", nil, inboundForm{}, nil, "text/xml"},
		{post, "/webhooks/twilio/registration", open, (*call).receiveRegistration, noContent, "twilio", "A decision about a business profile is there, signed by Twilio", nil, registrationForm{}, nil, ""},
		{post, "/webhooks/twilio/status", open, (*call).receiveStatus, noContent, "twilio", "A report about one of our texts, signed by Twilio", statusQuery{}, statusForm{}, nil, ""},

		{get, "/l/{token}", open, (*call).followLink, http.StatusFound, "links", "A prefilled link: leads to the scheduler and changes nothing", nil, nil, nil, "text/html"},
		{get, "/console", read, (*call).showConsole, ok, "console", "The console: what needs a person today", nil, nil, nil, "text/html"},
		{get, "/console/events", read, (*call).streamChanges, ok, "console", "Tells an open page that something changed (server-sent events)", nil, nil, nil, "text/event-stream"},
		{get, "/console/inbox", read, (*call).showInbox, ok, "console", "Conversations", nil, nil, nil, "text/html"},
		{get, "/console/inbox/{id}", read, (*call).showThread, ok, "console", "One conversation", nil, nil, nil, "text/html"},
		{post, "/console/inbox/{id}/reply", work, (*call).answerInConsole, http.StatusSeeOther, "console", "Text the customer", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/seen", work, (*call).lookInConsole, noContent, "console", "Say that a person looked at a conversation", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/settle", work, (*call).settleInConsole, http.StatusSeeOther, "console", "Say that a customer waits for nothing", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/typing", work, (*call).typeInConsole, noContent, "console", "Tell the others that a person is writing", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/takeover", work, (*call).takeOverInConsole, http.StatusSeeOther, "console", "Take a conversation over", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/release", work, (*call).releaseInConsole, http.StatusSeeOther, "console", "Hand a conversation back to the agent", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/opt-out", work, (*call).optOutInConsole, http.StatusSeeOther, "console", "Record that the customer wants no texts", nil, nil, nil, ""},
		{post, "/console/inbox/{id}/book", work, (*call).bookInThread, http.StatusSeeOther, "console", "Book a job for the customer of a conversation", nil, nil, nil, ""},
		{get, "/console/bookings/{id}", read, (*call).showBooking, ok, "console", "One booking", nil, nil, nil, "text/html"},
		{post, "/console/bookings/{id}/move", work, (*call).moveInConsole, http.StatusSeeOther, "console", "Move a booking to another window", nil, nil, nil, ""},
		{post, "/console/bookings/{id}/correct", work, (*call).correctInConsole, http.StatusSeeOther, "console", "Correct what a booking says of the job", nil, nil, nil, ""},
		{post, "/console/bookings/{id}/cancel", work, (*call).cancelInConsole, http.StatusSeeOther, "console", "Cancel a booking", nil, nil, nil, ""},
		{get, "/console/sessions", read, (*call).showSessions, ok, "console", "Sessions, the newest first", nil, nil, nil, "text/html"},
		{get, "/console/sessions/{id}", read, (*call).showSession, ok, "console", "One session, and why it was texted or not", nil, nil, nil, "text/html"},
		{post, "/console/sessions/{id}/handled", work, (*call).handleInConsole, http.StatusSeeOther, "console", "Handled by phone", nil, nil, nil, ""},
		{post, "/console/sessions/{id}/resend", work, (*call).resendInConsole, http.StatusSeeOther, "console", "Send once more", nil, nil, nil, ""},
		{get, testsPath, manage, (*call).showTests, ok, "console", "What is played before a version is used", nil, nil, nil, "text/html"},
		{post, testsPath, manage, (*call).saveTestInConsole, http.StatusSeeOther, "console", "Save a conversation or a session as a test", nil, nil, nil, ""},
		{post, testsPath + "/run", manage, (*call).runTestsInConsole, http.StatusSeeOther, "console", "Play all tests", nil, nil, nil, ""},
		{get, testsPath + "/{id}", manage, (*call).showTest, ok, "console", "One test, with its document", nil, nil, nil, "text/html"},
		{post, testsPath + "/{id}", manage, (*call).editTestInConsole, ok, "console", "Change a test and play it", nil, nil, nil, "text/html"},
		{post, testsPath + "/{id}/run", manage, (*call).runTestInConsole, ok, "console", "Play one test", nil, nil, nil, "text/html"},
		{post, testsPath + "/{id}/delete", manage, (*call).deleteTestInConsole, http.StatusSeeOther, "console", "Remove a test", nil, nil, nil, ""},
		{get, "/console/canary", manage, (*call).showCanaries, ok, "console", "Versions of scripts that are tried, with their results", nil, nil, nil, "text/html"},
		{post, "/console/canary", manage, (*call).tryInConsole, http.StatusSeeOther, "console", "Try a version, or change the share of the persons", nil, nil, nil, ""},
		{post, "/console/canary/{name}/promote", manage, (*call).promoteInConsole, http.StatusSeeOther, "console", "Give the tried version to everybody", nil, nil, nil, ""},
		{post, "/console/canary/{name}/end", manage, (*call).endInConsole, http.StatusSeeOther, "console", "End a canary", nil, nil, nil, ""},
		{get, "/console/calendar", read, (*call).showCalendar, ok, "console", "A week of arrival windows with their bookings", nil, nil, nil, "text/html"},
		{post, "/console/calendar/{id}/book", work, (*call).bookInCalendar, http.StatusSeeOther, "console", "Book a job in a window", nil, nil, nil, ""},
		{post, "/console/calendar/{id}/windows", manage, (*call).putWindowInConsole, http.StatusSeeOther, "console", "Add, change or take away one window", nil, nil, nil, ""},
		{post, "/console/calendar/{id}/days", manage, (*call).putDayInConsole, http.StatusSeeOther, "console", "Close a day, give it windows of its own, or let it be as every week", nil, nil, nil, ""},
		{post, "/console/calendar/{id}/weekly", manage, (*call).putWeeklyInConsole, http.StatusSeeOther, "console", "Change the windows of every week", nil, nil, nil, ""},
		{get, "/console/scripts", manage, (*call).showScripts, ok, "console", "The script library", nil, nil, nil, "text/html"},
		{post, "/console/scripts", manage, (*call).createScriptInConsole, http.StatusSeeOther, "console", "Make a new script", nil, nil, nil, ""},
		{get, "/console/scripts/{name}", manage, (*call).showScript, ok, "console", "One script: editor, preview, versions", nil, nil, nil, "text/html"},
		{post, "/console/scripts/{name}", manage, (*call).saveScriptInConsole, http.StatusSeeOther, "console", "Save the script as a draft", nil, nil, nil, ""},
		{post, "/console/scripts/{name}/preview", manage, (*call).previewInConsole, ok, "console", "What the editor's source would write", nil, nil, nil, "text/html"},
		{post, "/console/scripts/{name}/talk", manage, (*call).talkInConsole, ok, "console", "Talk to the editor's source; nothing is sent", nil, nil, nil, "text/html"},
		{post, "/console/scripts/{name}/activate", manage, (*call).activateInConsole, http.StatusSeeOther, "console", "Use a version from now on", nil, nil, nil, ""},
		{get, "/console/scripts/{name}/remove", manage, (*call).showScriptRemoval, ok, "console", "What removing a script would mean", nil, nil, nil, "text/html"},
		{post, "/console/scripts/{name}/remove", manage, (*call).removeScriptInConsole, http.StatusSeeOther, "console", "Remove a script", nil, nil, nil, ""},
		{post, "/console/scripts/{name}/test", manage, (*call).testInConsole, ok, "console", "Play all tests with the editor's source; nothing is sent", nil, nil, nil, "text/html"},
		{post, "/console/scripts/{name}/override", administer, (*call).overrideInConsole, http.StatusSeeOther, "console", "Use a version although tests fail, with a reason", nil, nil, nil, ""},
		{get, "/console/reports", read, (*call).showReports, ok, "console", "Reports", nil, nil, nil, "text/html"},
		{get, "/console/replays", manage, (*call).showReplays, ok, "console", "Replays", nil, nil, nil, "text/html"},
		{post, "/console/replays", manage, (*call).replayInConsole, http.StatusSeeOther, "console", "Replay a period with changes", nil, nil, nil, ""},
		{get, "/console/replays/{id}", manage, (*call).showReplay, ok, "console", "One replay with its differences side by side", nil, nil, nil, "text/html"},
		{post, "/console/replays/{id}/cancel", manage, (*call).cancelReplayInConsole, http.StatusSeeOther, "console", "Cancel a replay", nil, nil, nil, ""},
		{post, "/console/replays/{id}/delete", manage, (*call).deleteReplayInConsole, http.StatusSeeOther, "console", "Remove a replay", nil, nil, nil, ""},
		{get, "/console/setup", manage, (*call).showSetup, ok, "console", "The guide of three steps", nil, nil, nil, "text/html"},
		{post, "/console/setup/gate", administer, (*call).switchGate, http.StatusSeeOther, "console", "Switch follow-up by text on or off for the account", nil, nil, nil, ""},
		{get, "/console/setup/registration", manage, (*call).showRegistrationPage, ok, "console", "Where the texting registration stands", nil, nil, nil, "text/html"},
		{get, "/console/setup/registration/{id}", manage, (*call).showFiling, ok, "console", "A page of the registration", nil, nil, nil, "text/html"},
		{post, "/console/setup/registration/{id}", manage, (*call).saveFiling, http.StatusSeeOther, "console", "Keep a page of the registration", nil, nil, nil, ""},
		{post, "/console/setup/submit", administer, (*call).submitInConsole, http.StatusSeeOther, "console", "Submit the registration", nil, nil, nil, ""},
		{post, "/console/setup/refresh", manage, (*call).refreshInConsole, http.StatusSeeOther, "console", "Ask the carrier about the registration now", nil, nil, nil, ""},
		{post, "/console/setup/repeat", administer, (*call).repeatInConsole, http.StatusSeeOther, "console", "Make a call of the registration again whose outcome is unknown", nil, nil, nil, ""},
		{post, "/console/setup/confirm", administer, (*call).confirmInConsole, http.StatusSeeOther, "console", "Send a sole proprietor's confirmation text again", nil, nil, nil, ""},
		{get, "/console/setup/adopt", administer, (*call).showAdopt, ok, "console", "What is approved at the carrier already", nil, nil, nil, "text/html"},
		{post, "/console/setup/adopt", administer, (*call).adoptInConsole, http.StatusSeeOther, "console", "Take over what is approved at the carrier already", nil, nil, nil, ""},
		{get, "/console/setup/numbers", manage, (*call).showNumbers, ok, "console", "The account's numbers", nil, nil, nil, "text/html"},
		{post, "/console/setup/numbers/sync", manage, (*call).syncInConsole, http.StatusSeeOther, "console", "Take over the numbers that the carrier has", nil, nil, nil, ""},
		{post, "/console/setup/numbers/{id}", manage, (*call).saveNumber, http.StatusSeeOther, "console", "Name a number, or text from it", nil, nil, nil, ""},
		{get, "/console/setup/schedulers", manage, (*call).showSchedulers, ok, "console", "The booking forms", nil, nil, nil, "text/html"},
		{post, "/console/setup/schedulers", manage, (*call).addScheduler, http.StatusSeeOther, "console", "Add a booking form", nil, nil, nil, ""},
		{get, "/console/setup/schedulers/{id}", manage, (*call).showScheduler, ok, "console", "One booking form", nil, nil, nil, "text/html"},
		{post, "/console/setup/schedulers/{id}", manage, (*call).saveFollowUp, http.StatusSeeOther, "console", "Change what a booking form texts", nil, nil, nil, ""},
		{post, "/console/setup/schedulers/{id}/page", manage, (*call).savePage, http.StatusSeeOther, "console", "Change a booking form", nil, nil, nil, ""},
		{post, "/console/setup/schedulers/{id}/services", manage, (*call).saveServices, http.StatusSeeOther, "console", "Change the services of a booking form", nil, nil, nil, ""},
		{post, "/console/setup/schedulers/{id}/remove", manage, (*call).removeScheduler, http.StatusSeeOther, "console", "Remove a booking form", nil, nil, nil, ""},
		{get, "/console/people", work, (*call).showPeople, ok, "console", "Look for a person; who wants no texts", nil, nil, nil, "text/html"},
		{get, "/console/people/{phone}", work, (*call).showPerson, ok, "console", "One person", nil, nil, nil, "text/html"},
		{post, "/console/people/{phone}/opt-out", work, (*call).optOutPerson, http.StatusSeeOther, "console", "Record that a person wants no texts", nil, nil, nil, ""},
		{post, "/console/people/{phone}/opt-in", work, (*call).optInPerson, http.StatusSeeOther, "console", "Lift an opt-out on the person's own word", nil, nil, nil, ""},
		{post, "/console/people/{phone}/erase", manage, (*call).eraseInConsole, http.StatusSeeOther, "console", "Erase a person", nil, nil, nil, ""},
		{get, "/console/settings", manage, (*call).showAccountSettings, ok, "console", "The account", nil, nil, nil, "text/html"},
		{post, "/console/settings", manage, (*call).saveAccount, http.StatusSeeOther, "console", "Change the account", nil, nil, nil, ""},
		{get, "/console/settings/rules", manage, (*call).showRules, ok, "console", "Hours, caps and the other rules", nil, nil, nil, "text/html"},
		{post, "/console/settings/rules", manage, (*call).saveRules, http.StatusSeeOther, "console", "Change the rules", nil, nil, nil, ""},
		{get, factsPath, manage, (*call).showFacts, ok, "console", "What the agent may say", nil, nil, nil, "text/html"},
		{post, factsPath, manage, (*call).saveFact, http.StatusSeeOther, "console", "Add, change or remove something that the agent may say", nil, nil, nil, ""},
		{get, "/console/settings/users", administer, (*call).showUsers, ok, "console", "The people of the office", nil, nil, nil, "text/html"},
		{post, "/console/settings/users", administer, (*call).addUser, http.StatusSeeOther, "console", "Add a person of the office", nil, nil, nil, ""},
		{get, "/console/settings/users/{id}", administer, (*call).showUser, ok, "console", "One person of the office", nil, nil, nil, "text/html"},
		{post, "/console/settings/users/{id}", administer, (*call).saveUser, http.StatusSeeOther, "console", "Change a person of the office", nil, nil, nil, ""},
		{post, "/console/settings/users/{id}/link", administer, (*call).linkUser, http.StatusSeeOther, "console", "Make a new one-time link for a person of the office", nil, nil, nil, ""},
		{post, "/console/settings/users/{id}/remove", administer, (*call).removeUser, http.StatusSeeOther, "console", "Remove a person of the office", nil, nil, nil, ""},
		{get, "/console/settings/keys", administer, (*call).showKeys, ok, "console", "API keys", nil, nil, nil, "text/html"},
		{post, "/console/settings/keys", administer, (*call).addKey, http.StatusSeeOther, "console", "Make an API key", nil, nil, nil, ""},
		{post, "/console/settings/keys/{id}/remove", administer, (*call).removeKey, http.StatusSeeOther, "console", "Revoke an API key", nil, nil, nil, ""},
		{get, "/console/settings/webhooks", manage, (*call).showWebhooks, ok, "console", "Webhooks", nil, nil, nil, "text/html"},
		{post, "/console/settings/webhooks", manage, (*call).addWebhook, http.StatusSeeOther, "console", "Add a webhook", nil, nil, nil, ""},
		{get, "/console/settings/webhooks/{id}", manage, (*call).showWebhook, ok, "console", "One webhook and what it was sent", nil, nil, nil, "text/html"},
		{post, "/console/settings/webhooks/{id}", manage, (*call).saveWebhook, http.StatusSeeOther, "console", "Change a webhook", nil, nil, nil, ""},
		{post, "/console/settings/webhooks/{id}/test", manage, (*call).pingWebhook, http.StatusSeeOther, "console", "Send a webhook a ping", nil, nil, nil, ""},
		{post, "/console/settings/webhooks/{id}/rotate", manage, (*call).rotateInConsole, http.StatusSeeOther, "console", "Give a webhook a new secret", nil, nil, nil, ""},
		{post, "/console/settings/webhooks/{id}/remove", manage, (*call).removeWebhook, http.StatusSeeOther, "console", "Remove a webhook", nil, nil, nil, ""},
		{post, "/console/settings/webhooks/{id}/deliveries/{delivery}/redeliver", manage, (*call).redeliverInConsole, http.StatusSeeOther, "console", "Send a delivery once more", nil, nil, nil, ""},
		{get, "/console/settings/backups", administer, (*call).showBackups, ok, "console", "Backups", nil, nil, nil, "text/html"},
		{post, "/console/settings/backups", administer, (*call).makeBackup, http.StatusSeeOther, "console", "Make a backup", nil, nil, nil, ""},
		{get, "/console/settings/backups/{file}", administer, (*call).downloadBackup, ok, "console", "Download a backup", nil, nil, nil, "application/octet-stream"},
		{post, "/console/settings/backups/{file}/prove", administer, (*call).proveBackup, http.StatusSeeOther, "console", "Prove a backup whole", nil, nil, nil, ""},
		{post, "/console/settings/backups/{file}/remove", administer, (*call).removeBackup, http.StatusSeeOther, "console", "Remove a backup", nil, nil, nil, ""},
		{get, "/console/settings/audit", administer, (*call).showAuditLog, ok, "console", "Who changed what", nil, nil, nil, "text/html"},
		{get, "/console/settings/about", manage, (*call).showAbout, ok, "console", "What runs here, and whether it is well", nil, nil, nil, "text/html"},
		{get, loginPath, open, (*call).showLogin, ok, "console", "The form to sign in", nil, nil, nil, "text/html"},
		{post, loginPath, open, (*call).signIn, ok, "console", "Sign in, by JSON or a form; gives the session's cookie", nil, wire.SignIn{}, wire.User{}, ""},
		{post, "/console/logout", open, (*call).signOut, http.StatusSeeOther, "console", "Sign out", nil, nil, nil, ""},
		{get, welcomePath, open, (*call).showWelcome, ok, "console", "The form of a one-time link", tokenQuery{}, nil, nil, "text/html"},
		{post, welcomePath, open, (*call).useWelcome, ok, "console", "Set a password by a one-time link, by JSON or a form", nil, wire.Welcome{}, wire.User{}, ""},

		{get, "/healthz", open, (*call).healthy, ok, "daemon", "The process is alive", nil, nil, wire.Health{}, ""},
		{get, "/readyz", open, (*call).ready, ok, "daemon", "The store takes writes and the motor runs", nil, nil, wire.Health{}, ""},
		{get, "/metrics", open, (*call).metrics, ok, "daemon", "Figures for Prometheus; no personal data", nil, nil, nil, "text/plain"},
		{get, "/v1/openapi.json", open, (*call).openAPI, ok, "daemon", "This API as an OpenAPI 3.1 document", nil, nil, map[string]any{}, ""},
	}
}

package api

// word gives the console's words for a key. All that the console says in its own name stands here or in its templates' sentences; a key
// without words is shown as it is, so that nothing is hidden.
func word(key string) string {
	for _, w := range []map[string]string{wording, officeWording, jobWording} {
		if w, ok := w[key]; ok {
			return w
		}
	}
	return key
}

var wording = map[string]string{
	"nav.today": "Today", "nav.inbox": "Inbox", "nav.sessions": "Sessions", "nav.reports": "Reports",
	"nav.tests": "Tests", "nav.canary": "Trials", "mode.ai_agent": "Agent", "mode.prefilled_link": "Text with a link", "test.passed": "passed", "test.failed": "failed", "test.warned": "warns", "test.": "not played yet",
	"test.from.thread": "made of a conversation", "test.from.session": "made of a session", "test.from.document": "a document",
	"script.used.typed": "is in use now. What you typed is another text: it is still in the editor, and not saved.", "script.builtin.it": "the built-in version", "script.built_in": "built in", "script.draft": "a draft", "replay.script": "Script",
	"unmet.ended": "It ended otherwise:", "unmet.wanted": "Wanted:", "unmet.but_not": "but without this:", "unmet.says": "No text says", "unmet.never_says": "A text says what it must not:",
	"unmet.never_says.some": "This text says what it must not:", "unmet.texts": "Texts of ours:", "unmet.at_most": "at most wanted:", "unmet.withheld": "It should have been withheld by:",
	"unmet.act": "This did not happen as wanted:", "unmet.never_act": "This must not happen:", "unmet.times": "but it happened:", "unmet.none": "Nothing happened of which one thing must.", "unmet.or": "or",
	"outcome.booked": "booked", "outcome.offered": "a time was offered", "outcome.clarified": "asked back", "outcome.answered": "answered", "outcome.handed_off": "a person was called in", "outcome.emergency": "treated as an emergency",
	"outcome.opted_out": "opted out", "outcome.resubscribed": "opted in again", "outcome.closed": "the conversation was ended", "outcome.rescheduled": "the booking was moved", "outcome.cancelled": "the booking was cancelled",
	"outcome.waitlisted": "put on the waiting list", "outcome.silent": "nothing was said", "outcome.deferred": "the text waits", "outcome.suppressed": "no text", "outcome.fallback": "the safe line stood in",
	"act.book": "book", "act.reschedule": "move the booking", "act.cancel": "cancel the booking", "act.waitlist": "put on the waiting list", "act.hand_off": "call a person in", "act.alert": "tell a person",
	"act.opt_out": "record the opt-out", "act.opt_in": "record that texts are wanted again", "act.close": "end the conversation", "act.send": "send the text",
	"travel.sends": "The text would go out,", "travel.stop": "No text would go out.", "travel.waits": "The text would still wait.", "travel.no_time": "Choose a day and a time.",
	"travel.out_of_range": "Choose a moment after the visit began, and within a year of now.",
	"assumed.left":        "the customer had left,", "assumed.not_sent": "the text had not gone out yet", "assumed.not_withheld": "the text had not been withheld yet",
	"spoken.agent": "Rebook", "spoken.customer": "Customer", "spoken.human": "Office",
	"session.title": "Session", "problem.title": "That did not work", "customer.unnamed": "No name given",
	"today.yesterday": "Yesterday",

	"status.active": "On the page", "status.abandoned": "Left, text planned", "status.waiting": "Text waits", "status.texted": "Texted",
	"status.talking": "Talking", "status.recovered": "Booked after our text", "status.completed": "Booked", "status.withheld": "No text", "status.expired": "Over",

	"verdict.claimed": "The text is on its way.", "verdict.sent": "The text went out,", "verdict.withheld": "No text goes out.", "verdict.due": "The text is planned", "verdict.asofnow": "As things stand now:",
	"verdict.clear":          "Nothing holds it up.",
	"verdict.unknown":        "Nobody can say whether the text went out: the carrier's answer was lost and it does not list the text.",
	"verdict.unknown.fix":    "Ask the customer, or look at the carrier's console; then press \"Send once more\" if it did not arrive. It never goes out by itself.",
	"verdict.none.active":    "No text is planned: the customer is still on the page, or was there a moment ago.",
	"verdict.none.completed": "No text is planned: the customer booked.",
	"verdict.none.expired":   "No text is planned: the visit is over and too old.",
	"verdict.none.recovered": "The customer booked after our text.",

	"typed.phone": "Phone", "typed.email": "E-mail", "typed.service": "Service", "typed.preferred": "Preferred time", "typed.address": "Address",
	"typed.consent": "May we text?", "typed.consent.yes": "Yes, ticked", "typed.consent.no": "No: the box was not ticked",

	"step.started": "came to the page", "step.left": "left without booking", "step.sent": "our text went out", "step.clicked": "opened the link in the text",
	"step.replied": "answered the text", "step.handled": "handled by", "step.completed": "booked",

	"owner.agent": "Agent", "owner.human": "A person", "owner.nobody": "Nobody yet",
	"author.agent": "Agent", "author.human": "Office", "author.customer": "Customer", "author.system": "Rebook", "thread.we": "We:",
	"sent.queued": "on its way", "sent.accepted": "with the carrier", "sent.scheduled": "with the carrier", "sent.sending": "with the carrier", "sent.sent": "sent", "sent.delivered": "delivered",
	"sent.undelivered": "not delivered", "sent.failed": "not sent", "sent.unknown": "unknown whether it was sent", "sent.dropped": "dropped before it was sent",

	"check.account_enabled": "Texting switched on", "check.scheduler_enabled": "Follow-up switched on", "check.registration": "Registration approved", "check.phone_number": "Number that can text",
	"check.consent": "Consent", "check.opted_out": "Opted out", "check.completed": "Already booked", "check.booked_elsewhere": "Booked another way", "check.handled": "Handled by phone",
	"check.duplicate": "Another session of the same person", "check.frequency": "Too many texts", "check.too_late": "Too late", "check.hours": "Quiet hours", "check.thread_owner": "A person is talking to them",
	"check.landline": "Landline", "check.holdout": "Control group", "check.script_error": "Script", "check.carrier": "Carrier", "check.firewall": "Firewall",

	"gate.account_enabled": "Texting switched on", "gate.scheduler_enabled": "Follow-up switched on", "gate.registration": "Registration approved", "gate.phone_number": "Numbers that can text",
	"gate.consent": "Consent given", "gate.opted_out": "Not opted out", "gate.completed": "Not booked yet", "gate.booked_elsewhere": "Not booked another way", "gate.handled": "Not handled by phone",
	"gate.duplicate": "The person's latest session", "gate.frequency": "Not too many texts", "gate.too_late": "Not too late", "gate.hours": "Permitted hours", "gate.thread_owner": "No person is talking to them",
	"gate.landline": "No landline", "gate.holdout": "Not in the control group", "gate.script_error": "Script", "gate.carrier": "Carrier takes texts", "gate.firewall": "Firewall",

	"canary.running": "Running", "canary.promoted": "Used for everybody", "canary.ended": "Ended", "canary.returned": "Taken away",
	"canary.by.sent": "Got the text", "canary.by.delivered": "Delivered", "canary.by.clicked": "Opened the link", "canary.by.replied": "Replied", "canary.by.booked": "Booked", "canary.by.opted_out": "Opted out",

	"reports.total": "Total", "group.day": "Day", "group.week": "Week", "group.month": "Month", "group.scheduler": "Booking form", "group.step": "Step reached", "group.hour": "Hour",
	"group.template": "Text version", "group.source": "Source",
	"funnel.sessions": "Began to book", "funnel.abandoned": "Left", "funnel.texted": "Texted", "funnel.answered": "Replied or opened the link", "funnel.recovered": "Booked after our text",

	"nav.replays": "Replay", "hours.weekday": "Weekdays", "hours.saturday": "Saturday", "hours.sunday": "Sunday",
	"replay.running": "Running", "replay.done": "Done", "replay.cancelled": "Cancelled", "replay.interrupted": "Interrupted by a restart", "replay.failed": "Failed",
	"replay.texts": "Texts", "replay.segments": "Segments", "replay.cost": "Cost", "replay.none": "No text:",
	"differs.withheld": "Withheld", "differs.sent": "Sent", "differs.words": "Other words", "differs.time": "Another time", "differs.check": "Another reason", "differs.reply": "Replies part", "differs.": "Alike",
	"replay.state.silent": "No reply.", "replay.state.due": "The text is planned.", "replay.state.waiting": "The text waits.", "replay.state.claimed": "The text is on its way.", "replay.state.none": "No text was due.",
	"nav.scripts": "Scripts", "script.kind.template": "Text", "script.kind.agent": "Agent", "script.kind.module": "Module for other scripts", "script.kind.": "Script",
	"script.unused": "Not in use", "script.builtin": "Built-in version", "script.version": "Version", "script.since": "since", "script.sample": "An invented customer",
	"preview.clear": "nothing would hold it up.", "ask.windows": "Open windows", "ask.book": "Book", "ask.reschedule": "Move the booking", "ask.cancel": "Cancel the booking",
	"ask.waitlist": "Waiting list", "ask.model": "Language model",
	"did.book": "Booked", "did.reschedule": "Moved the booking", "did.cancel": "Cancelled the booking", "did.waitlist": "Put on the waiting list", "did.hand_off": "Gave the conversation to a person",
	"did.alert": "Told a person", "did.opt_out": "Recorded the opt-out", "did.opt_in": "Recorded that texts are wanted again", "did.close": "Ended the conversation",

	"trial.none":           "Nobody can say yet how many would have booked anyway: there is no control group. Settings can hold some texts back to measure it.",
	"mend.windows_changed": "look at the week below, then save again; what you typed is still here",
	"nav.calendar":         "Calendar", "calendar.holiday": "Holiday: closed", "calendar.closed": "Closed", "calendar.other": "Other windows than every week",
	"calendar.state.full": "full", "calendar.state.closed": "closed for booking", "calendar.state.gone": "taken away; its bookings stand", "calendar.state.over": "over",
	"calendar.field.places": "the number of places", "calendar.field.open": "the number of free places", "calendar.field.lead": "the hours before", "calendar.field.horizon": "the days ahead",
	"day.mon": "Mon", "day.tue": "Tue", "day.wed": "Wed", "day.thu": "Thu", "day.fri": "Fri", "day.sat": "Sat", "day.sun": "Sun",
}

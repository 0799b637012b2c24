package api

// word gives the console's words for a key. All that the console says in its own name stands here or in its templates' sentences; a key
// without words is shown as it is, so that nothing is hidden.
func word(key string) string {
	for _, w := range []map[string]string{wording, officeWording} {
		if w, ok := w[key]; ok {
			return w
		}
	}
	return key
}

var wording = map[string]string{
	"nav.today": "Today", "nav.inbox": "Inbox", "nav.sessions": "Sessions", "nav.reports": "Reports",
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

	"reports.total": "Total", "group.day": "Day", "group.week": "Week", "group.month": "Month", "group.scheduler": "Booking form", "group.step": "Step reached", "group.hour": "Hour",
	"group.template": "Text version", "group.source": "Source",
	"funnel.sessions": "Began to book", "funnel.abandoned": "Left", "funnel.texted": "Texted", "funnel.answered": "Replied or opened the link", "funnel.recovered": "Booked after our text",
}

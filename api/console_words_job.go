package api

// jobWording are the words of bookings, services and of what goes away.
var jobWording = map[string]string{
	"job.title": "Book a job", "job.book": "Book it", "job.said": "The customer wrote:", "job.free": "free:", "job.surcharge": "surcharge", "job.nowindow": "No arrival window",
	"job.noneopen": "No window of the next four weeks is open. The job can still be booked without one.", "job.zone": "These times are of", "job.tell": "You are booked:",
	"group.job": "The job", "group.job.note": "The customer is not texted by this. A follow-up that was planned is dropped.", "group.customer": "The customer", "group.where": "Where",
	"field.service": "Service", "field.window": "When", "field.note": "Note, for the crew", "field.value_cents": "Worth, in dollars", "hint.value_cents": "Counted in the reports. Empty: not known.",
	"calendar.field.value_cents": "the worth", "calendar.field.surcharge": "the surcharge",
	"field.customer.first_name": "First name", "field.customer.last_name": "Last name", "field.customer.email": "E-mail", "field.customer.phone": "Phone",
	"field.customer.address.line1": "Street and number", "field.customer.address.line2": "Apartment, floor", "field.customer.address.city": "City", "field.customer.address.state": "State", "field.customer.address.postal_code": "ZIP code",
	"field.move.window": "Another window", "booking.title": "Booking", "booking.move": "Move it", "booking.value": "Worth", "booking.form": "Booking form", "booking.how": "Booked", "booking.by": "Recorded by", "booking.at": "Recorded", "booking.external": "Number elsewhere",
	"booking.won": "Our text", "booking.won.before": "Had not gone out by then", "booking.won.direct": "Led to this booking", "booking.won.assisted": "Went out before this booking", "booking.won.later": "Went out more than 7 days before",
	"booking.source.agent": "By text, with the agent", "booking.source.link": "On the page, by the link in our text", "booking.source.phone": "By the office", "booking.source.external": "In another system", "booking.source.page": "On the page",
	"done.booked": "Booked. The customer is not told by text.", "done.booked.thread": "Booked. The text below would tell the customer; it goes out when you send it.", "done.moved": "Moved. The customer is not told by text.", "done.cancelled": "Cancelled. The customer is not told by text.",
	"field.service.name": "Name", "field.service.keywords": "Other words for it", "hint.service.keywords": "One on each line, such as air conditioner. The agent knows the service by them.", "field.service.duration": "How long it takes", "hint.service.duration": "0 means not known.",
	"field.service.price_note": "What it costs, in words", "hint.service.price_note": "For example: $89 visit, credited if you go ahead. The agent says it as it stands.", "field.service.gone": "Take this service out", "service.new": "Add a service",
	"field.follow_up.template": "Script of the text with a link", "hint.follow_up.template": "Used when the kind of text is a prefilled link.", "field.follow_up.agent": "Script of the agent", "hint.follow_up.agent": "Used when the kind of text is an AI agent.", "choice.usual_script": "The usual one",
	"field.color": "Color of the page that Rebook serves", "hint.color": "Such as #0f5f8c. Left empty, the usual blue.",
	"script.remove": "Remove", "done.script.removed": "The script was removed.",
	"mend.window_full": "choose another window; what you typed is still here", "mend.window_closed": "choose another window; what you typed is still here", "mend.window_unknown": "choose another window; what you typed is still here",
	"mend.script_built_in": "save a version of your own in its editor to change it", "mend.already_booked": "the booking is shown above; move it, or book another job",
}

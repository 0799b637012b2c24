package booking

import "strconv"

// The checks of the house's own side: what is switched on, registered and at hand.

func (d *decision) accountEnabled() Finding {
	if !d.f.Account.SMSFollowUpEnabled {
		return Finding{Result: Stop,
			Fact:    "texting is switched off for the account",
			Setting: "sms_follow_up_enabled false",
			Message: "No text: the account has texting switched off.",
			Fix:     "Ask support or an administrator to switch on SMS follow-up for the account."}
	}
	return Finding{Result: Pass,
		Fact:    "texting is switched on for the account",
		Setting: "sms_follow_up_enabled true",
		Message: "The account may send texts."}
}

func (d *decision) schedulerEnabled() Finding {
	switch s := d.f.Scheduler; {
	case s == nil:
		return Finding{Result: Stop,
			Fact:    "the scheduler was deleted",
			Message: "No text: the scheduler of this session no longer exists.",
			Fix:     "Call the customer. Sessions of a new scheduler get texts again."}
	case !s.FollowUp.Enabled:
		return Finding{Result: Stop,
			Fact:    "the scheduler's follow-up is switched off",
			Setting: "follow_up.enabled false",
			Message: "No text: the scheduler has its SMS follow-up switched off.",
			Fix:     "Switch on SMS follow-up in the scheduler's settings."}
	}
	return Finding{Result: Pass,
		Fact:    "the scheduler's follow-up is switched on",
		Setting: "follow_up.enabled true",
		Message: "The scheduler may send texts."}
}

// registration: US carriers refuse texts of numbers outside an approved A2P 10DLC campaign (Twilio error 30034).
func (d *decision) registration() Finding {
	x := Finding{Result: Wait, Message: "The text waits for the texting registration to be approved."}
	switch d.f.Registration.Status {
	case RegistrationApproved:
		return Finding{Result: Pass,
			Fact:    "the texting registration is approved",
			Message: "The business is registered for texting."}
	case RegistrationSubmitted, RegistrationInReview:
		x.Fact = "the texting registration is being vetted"
		x.Fix = "Nothing to do: vetting takes 7-10 business days, and the text goes out at once if approval comes in time."
	case RegistrationRejected:
		x.Fact = "the texting registration was rejected"
		x.Fix = "Mend the fields named in the rejection and submit the registration again."
	default:
		x.Fact = "the texting registration was not submitted yet"
		x.Fix = "Fill in the texting registration and submit it."
	}
	return x
}

// phoneNumber needs both ends: the customer's number first, since without it no number of ours would help.
func (d *decision) phoneNumber() Finding {
	s, ours := &d.f.Session, d.f.Number
	usable := ours != nil && ours.SMSCapable
	switch {
	case s.Phone == "" && s.Customer.Phone == "":
		return Finding{Result: Stop,
			Fact:    "the customer gave no phone number",
			Message: "No text: the customer left before giving a phone number.",
			Fix:     "Nothing can be texted without a number; write to the e-mail address if there is one."}
	case s.Phone == "":
		return Finding{Result: Stop,
			Fact:    "what the customer typed is not a complete US or Canadian number that takes texts",
			Message: "No text: the customer's phone number is incomplete or cannot be texted.",
			Fix:     "Nothing can be texted to it; write to the e-mail address if there is one."}
	case usable:
		return Finding{Result: Pass,
			Fact:    "the customer's number is " + s.Phone.Mask() + ", ours is " + ours.Number.Mask(),
			Message: "There is a number to text from and one to text to."}
	case d.f.Registration.MessagingService != "":
		return Finding{Result: Pass,
			Fact:    "the customer's number is " + s.Phone.Mask() + ", ours is picked by the messaging service",
			Message: "There is a number to text from and one to text to."}
	case ours == nil:
		return Finding{Result: Wait,
			Fact:    "the account has no default outbound number, and the scheduler names none",
			Setting: "follow_up.phone_number",
			Message: "The text waits until there is a number to send it from.",
			Fix:     "Choose a default outbound number, or a number in the scheduler's settings."}
	}
	return Finding{Result: Wait,
		Fact:    "our number " + ours.Number.Mask() + " cannot send texts",
		Setting: "follow_up.phone_number",
		Message: "The text waits until there is a number that can send it.",
		Fix:     "Choose another number in the scheduler's settings or as the default outbound number."}
}

// consent: 47 CFR 64.1200(a)(2) and (f)(9); the evidence is kept with the session.
func (d *decision) consent() Finding {
	setting := "settings.require_consent true"
	if !d.f.Account.Settings.RequireConsent {
		setting = "settings.require_consent false"
	}
	c, back := d.f.Session.Consent, d.f.Person.Unticked
	switch {
	case !back.IsZero() && !c.At.After(back):
		return Finding{Result: Stop,
			Fact:    "the customer took the consent back on " + d.tell(back),
			Setting: setting,
			Message: "No text: the customer took the consent to texts back.",
			Fix:     "Call the customer instead. A later tick counts again."}
	case c.SMS:
		return Finding{Result: Pass,
			Fact:    "the customer ticked the consent to texts",
			Setting: setting,
			Message: "The customer agreed to get texts."}
	case !d.f.Account.Settings.RequireConsent:
		return Finding{Result: Pass,
			Fact:    "the customer did not tick the consent to texts",
			Setting: setting,
			Message: "The account does not require the tick.",
			Fix:     "Switch on require_consent: without proof of consent each text may cost 500 dollars and more."}
	}
	return Finding{Result: Stop,
		Fact:    "the customer did not tick the consent to texts",
		Setting: setting,
		Message: "No text: the customer did not agree to get texts.",
		Fix:     "Call the customer instead. Show the consent box beside the phone field so that more customers tick it."}
}

func (d *decision) threadOwner() Finding {
	if d.f.ThreadOwner == "human" {
		return Finding{Result: Stop,
			Fact:    "a person of the office has the conversation with this number",
			Message: "No text: a person is already talking with this customer.",
			Fix:     "Answer in the thread, or hand the thread back."}
	}
	return Finding{Result: Pass,
		Fact:    "nobody of the office is in a conversation with this number",
		Message: "No person would be interrupted."}
}

// landline: what the carrier said of the number when it was texted, else what a lookup or the numbering plan says. A text received
// from the number afterwards disproves it.
func (d *decision) landline() Finding {
	p := &d.f.Person
	if p.Bad != nil && !p.Inbound.After(p.Bad.At) {
		fact := "the carrier refused the number on " + d.tell(p.Bad.At)
		if p.Bad.Code != 0 {
			fact += " with error " + strconv.Itoa(p.Bad.Code)
		}
		return Finding{Result: Stop,
			Fact:    fact,
			Message: "No text: this number is known not to take texts.",
			Fix:     "Call the customer instead, and ask for a mobile number."}
	}
	if l := d.f.Line; l.Kind == LineLandline && !p.Inbound.After(l.At) {
		fact, setting := "by the numbering plan it is a landline", ""
		if !l.At.IsZero() {
			fact, setting = "the lookup of "+d.tell(l.At)+" says that it is a landline", "settings.lookup true"
		}
		return Finding{Result: Stop,
			Fact:    fact,
			Setting: setting,
			Message: "No text: this number is a landline.",
			Fix:     "Call the customer instead, and ask for a mobile number."}
	}
	return Finding{Result: Pass,
		Fact:    "nothing is known against texting this number",
		Message: "The number is not known as a landline."}
}

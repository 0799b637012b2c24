package booking

import (
	"regexp"
	"strings"
	"time"
)

// ReplyFacts is everything that decides whether the agent may answer in a thread, gathered in one read.
type ReplyFacts struct {
	Facts  // Session is empty when the customer has none; Number is the one they wrote to
	Thread Thread
}

// MayReply decides whether the agent answers what waits in a thread: now (Pass), at a later moment (Wait), or not at all (Stop).
// It is pure. A direct answer may go at any hour within settings.reply_window of the customer's last text; afterwards it waits
// for the permitted hours of every zone the customer may be in.
func MayReply(now time.Time, f ReplyFacts) Verdict {
	stop := func(c Check, fact, message, fix string) Verdict {
		return Verdict{Result: Stop, Check: c, Trail: []Finding{{At: now, Check: c, Result: Stop, Fact: fact, Message: message, Fix: fix}}}
	}
	switch {
	case !f.Thread.Pending():
		return Verdict{Result: Stop}
	case f.OptOut != nil:
		return stop(CheckOptedOut, "opted out on "+f.OptOut.At.UTC().Format(time.DateOnly), "No answer: the customer wants no texts.", "Only the customer can change it, by texting START.")
	case f.Thread.Owner != OwnerAgent || f.Thread.Mode != AIAgent:
		return stop(CheckThreadOwner, "a person has the thread", "No answer by the agent: a person has the thread.", "POST /v1/threads/{id}/release hands it back.")
	case !f.Account.SMSFollowUpEnabled:
		return stop(CheckAccountEnabled, "texting is switched off for the account", "No answer by the agent: the account is switched off.", "Switch sms_follow_up_enabled on.")
	case f.Registration.Status != RegistrationApproved:
		return stop(CheckRegistration, "the texting registration is "+string(f.Registration.Status), "No answer: the business is not registered for texting.", "Complete the registration.")
	case f.Number == nil:
		return stop(CheckPhoneNumber, "the number the customer wrote to is not among the account's", "No answer: there is no number to send it from.", "Add the number to the account.")
	case f.Person.Bad != nil:
		return stop(CheckLandline, "the carrier says that the number takes no texts", "No answer: the number takes no texts.", "Call the customer.")
	}
	if now.Sub(f.Thread.InboundAt) <= f.Account.Settings.ReplyWindow.Std() {
		return Verdict{Result: Pass}
	}
	d := decision{now: now, f: f.Facts}
	d.f.Session.Phone = f.Thread.Phone
	var w whereabouts
	if err := d.recipient(&w); err != nil {
		return stop(CheckHours, err.Error(), "No answer: the customer's zone cannot be read.", "Mend the account's timezone.")
	}
	zones := make([]*time.Location, len(w.zones))
	for i, c := range w.zones {
		zones[i] = c.loc
	}
	at, ok := NextPermitted(now, zones, &Calendar{Hours: f.Account.Settings.Hours, Rules: w.rules})
	switch {
	case !ok:
		return stop(CheckHours, "no hours permit it", "No answer: the hours permit none.", "Mend settings.hours.")
	case at.After(now):
		return Verdict{Result: Wait, Check: CheckHours, At: at}
	}
	return Verdict{Result: Pass}
}

// ReplyUntil is until when a reply may be delivered: a direct answer within the reply window, a later one for ten minutes.
func ReplyUntil(now time.Time, f ReplyFacts) time.Time {
	return later(f.Thread.InboundAt.Add(f.Account.Settings.ReplyWindow.Std()), now.Add(time.Minute))
}

// ComposeReply makes the final body of an agent's reply: plain punctuation, and the disclosure where no text of the agent has
// made it before. It refuses with an [*Error] what cannot be sent.
func ComposeReply(said string, disclosed bool) (Composed, error) {
	body := Plain(said)
	if body == "" {
		return Composed{}, Refuse(Invalid, "text_empty", "say", "the text is empty", "let reply return a text, or none at all")
	}
	if !disclosed && !saysAutomated(body) {
		body = AutomatedLine + " " + body
	}
	if n := units(body); n > MaxBody {
		return Composed{}, tooLong(n)
	}
	c := Composed{Body: body}
	c.Segments, c.Encoding, c.Guilty = Segments(body)
	return c, nil
}

// Discloses tells whether a text says that it is automated.
func Discloses(body string) bool { return saysAutomated(body) }

// SafeLine is what a customer gets in place of a text that must not go out: it promises nothing but a person.
func SafeLine(business, lang string) string {
	who := strings.Join(strings.Fields(Plain(business)), " ")
	if lang == "es" {
		return SmartEncode("Gracias, una persona de " + who + " le responderá pronto.")
	}
	return SmartEncode("Thanks, a person from " + who + " will get back to you.")
}

// SafetyText is the text of an emergency, with the business's emergency line as people write it.
func SafetyText(kind EmergencyKind, lang, line string) string {
	return SmartEncode(SafetyWords(kind, lang, NationalPhone(line)))
}

// NationalPhone writes a number of the North American plan as people there do, 614-555-0199; any other as it is.
func NationalPhone(p string) string {
	if d, ok := strings.CutPrefix(p, "+1"); ok && len(d) == 10 {
		return d[:3] + "-" + d[3:6] + "-" + d[6:]
	}
	return p
}

var reluctant = regexp.MustCompile(`(?i)\b(?:(?:stop|quit|no more|enough|don'?t|do not) (?:with (?:the|your) )?(?:send\w*|links?|messages?|text\w*)|(?:deja|deje|dejen) de (?:mandar|enviar)\w*|no me (?:mand|env)\w+)\b`)

// carryOn asks for more of our texts: "dont stop texting".
var carryOn = regexp.MustCompile(`(?i)\b(?:don'?t|do not|never|not|please don'?t|no) (?:stop|quit) (?:with (?:the|your) )?(?:send\w*|links?|messages?|text\w*)|\bno (?:deje|dejen|dejes) de (?:mandar|enviar)\w*`)

// MatchReluctance tells whether a text that is no withdrawal ("stop sending me links") still says that our texts are unwelcome:
// a person looks before anything more is sent.
func MatchReluctance(body string) bool {
	return MatchTapback(body) == TapbackNone && reluctant.MatchString(carryOn.ReplaceAllString(clip(body, maxWithdrawal), " "))
}

// ThreadNews is the data of thread.handed_off.
type ThreadNews struct {
	Thread   Phone      `json:"thread"`
	Session  SessionID  `json:"session,omitempty"`
	Reason   string     `json:"reason"`
	Customer PersonNews `json:"customer"`
}

package twiliotest

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What Twilio does with a text that is one word (help.twilio.com 223134027).
var (
	stops  = words("STOP STOPALL UNSUBSCRIBE END QUIT REVOKE OPTOUT CANCEL")
	starts = words("START YES UNSTOP")
	helps  = words("HELP INFO")
)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// Text plays a customer: Twilio obeys the keyword and answers it, then the webhook gets the text. It gives the text's SID when the
// webhook was answered or given up.
func (f *Fake) Text(from, to, body string, media ...string) string {
	f.mu.Lock()
	now := f.o.Now()
	m := &Message{SID: sid("SM", len(f.messages)+1), From: from, To: to, Body: body, Direction: "inbound", Status: "received", Media: media, At: now, listed: now.Add(f.ListLate)}
	if len(media) > 0 {
		m.SID = sid("MM", len(f.messages)+1)
	}
	f.messages = append(f.messages, m)
	kind := ""
	switch word := strings.ToUpper(strings.TrimSpace(body)); {
	case stops[word]:
		kind = "STOP"
		if !f.stopped[from] {
			f.stopped[from] = true
			f.answer(m, "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.")
		}
	case starts[word] && (word != "YES" || f.stopped[from]):
		kind = "START"
		if f.stopped[from] {
			delete(f.stopped, from)
			f.answer(m, "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.")
		}
	case helps[word]:
		kind = "HELP"
		f.answer(m, "Reply STOP to unsubscribe. Msg&Data Rates May Apply.")
	}
	form := url.Values{"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "AccountSid": {AccountSID}, "From": {from}, "To": {to}, "Body": {body},
		"NumMedia": {strconv.Itoa(len(media))}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"}, "FromCity": {""}, "FromState": {"OH"}}
	for i, address := range media {
		form.Set("MediaUrl"+strconv.Itoa(i), address)
		form.Set("MediaContentType"+strconv.Itoa(i), "image/jpeg")
	}
	if f.Advanced && kind != "" {
		form.Set("OptOutType", kind)
	}
	address := ""
	for _, n := range f.numbers {
		if n.Number == to {
			address = n.SMSURL
		}
	}
	if own, _ := f.service["use_inbound_webhook_on_number"].(bool); !own {
		address, _ = f.service["inbound_request_url"].(string)
	}
	f.mu.Unlock()
	f.post(address, form)
	return m.SID
}

// answer is Twilio's own reply to a keyword.
func (f *Fake) answer(to *Message, body string) {
	f.messages = append(f.messages, &Message{SID: sid("SM", len(f.messages)+1), From: to.To, To: to.From, Body: body, Direction: "outbound-reply", Status: "delivered",
		At: f.o.Now(), listed: f.o.Now().Add(time.Second)})
}

// Again delivers the webhook of a text once more, as Twilio does when an answer was lost.
func (f *Fake) Again(m Message, address string) {
	f.post(address, url.Values{"MessageSid": {m.SID}, "From": {m.From}, "To": {m.To}, "Body": {m.Body}, "NumMedia": {"0"}})
}

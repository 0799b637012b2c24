package rehearsal

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// written is a document as it is made of what happened, in the order in which people read it.
type written struct {
	Name     string          `json:"name"`
	Now      time.Time       `json:"now"`
	Mode     booking.Mode    `json:"mode"`
	Script   string          `json:"script,omitempty"` // the only one it is played with as a test
	Session  map[string]any  `json:"session"`
	Given    map[string]any  `json:"given"`
	Turns    []writtenTurn   `json:"turns"`
	Expect   map[string]any  `json:"expect"`
	Recorded []engine.Spoken `json:"recorded,omitempty"` // what was answered then; for readers and comparisons
	World    map[string]any  `json:"world"`
}

type writtenTurn struct {
	From       string         `json:"from"`
	Text       string         `json:"text,omitempty"`
	After      string         `json:"after,omitempty"`
	Media      int            `json:"media,omitempty"`
	MediaTypes []string       `json:"media_types,omitempty"`
	Offered    []string       `json:"offered,omitempty"`
	Event      map[string]any `json:"event,omitempty"`
}

// recorder makes a document of what happened.
type recorder struct {
	h   engine.Happened
	who *strangers
	out written
}

// record makes a rehearsal document of what happened, with invented people in it; what it expects is what came of it then.
func record(h engine.Happened) (json.RawMessage, error) {
	r := recorder{h: h, who: newStrangers(h.Session.Customer, h.Session.Phone, h.Own, h.Scheduler.ServiceZips)}
	for _, m := range h.Messages {
		r.who.hear(m.Body)
	}
	r.who.hear(h.Text)
	for _, typed := range []string{h.Session.Service, h.Session.Preferred, h.Session.HandledNote} {
		r.who.hear(typed)
	}
	r.out = written{Now: h.At.UTC(), Mode: h.Scheduler.FollowUp.Mode, Script: h.Script, Session: r.session(), Given: map[string]any{}, Expect: map[string]any{}, World: r.world()}
	if h.Thread != nil {
		r.thread()
	} else {
		r.left()
	}
	return json.Marshal(r.out)
}

// session is what the customer was booking.
func (r *recorder) session() map[string]any {
	s := r.h.Session
	out := map[string]any{"customer": r.who.customer(s.Customer, s.Phone)}
	for key, v := range map[string]string{"service": r.who.text(s.Service), "preferred": r.who.text(s.Preferred), "step": s.Step, "timezone": s.Timezone, "locale": s.Locale} {
		if v != "" {
			out[key] = v
		}
	}
	if s.Consent.SMS || s.Consent.Text != "" {
		out["consent"] = map[string]any{"sms": s.Consent.SMS, "text": s.Consent.Text}
	}
	return out
}

// world is the business as it is, with the windows of then.
func (r *recorder) world() map[string]any {
	a, set := r.h.Account, r.h.Account.Settings
	business := map[string]any{"name": a.Name, "office_phone": a.OfficePhone, "emergency_phone": a.EmergencyPhone, "timezone": r.h.Scheduler.Zone(a),
		"service_zips": r.h.Scheduler.ServiceZips, "website": r.h.Scheduler.URL}
	if r.h.Number != nil {
		business["sending_number"] = r.h.Number.Number
	}
	services := []map[string]any{}
	for _, s := range r.h.Scheduler.Services {
		services = append(services, map[string]any{"name": s.Name, "keywords": s.Keywords, "duration": s.Duration, "price_note": s.PriceNote})
	}
	return map[string]any{"business": business, "services": services, "facts": r.h.Facts, "windows": r.windows(),
		"policy": map[string]any{"delay": r.h.Scheduler.FollowUp.Delay, "hours": set.Hours, "state_rules": set.StateRules, "frequency_max": set.Frequency.Max,
			"frequency_period": set.Frequency.Per, "latest_after": set.LatestAfter, "abandon_after": set.AbandonAfter, "require_consent": set.RequireConsent,
			"reply_wait": set.ReplyWait, "reply_window": set.ReplyWindow, "nudges": set.Nudges}}
}

// windows are those that could be booked then: a place that the person took since is free again, and that of an earlier booking of theirs
// is there to be taken.
func (r *recorder) windows() []booking.Window {
	all := slices.Clone(r.h.Windows)
	for _, b := range r.h.Bookings {
		if b.Window == "" || b.Scheduler != r.h.Scheduler.ID {
			continue
		}
		i := slices.IndexFunc(all, func(w booking.Window) bool { return w.ID == b.Window })
		switch {
		case i >= 0 && b.Stands():
			all[i].Open++
			all[i].Capacity = max(all[i].Capacity, all[i].Open)
		case i < 0 && r.had(b):
			all = append(all, booking.Window{ID: b.Window, Start: b.Start, End: b.End, Capacity: 1, Open: 1})
		}
	}
	return all
}

// had tells whether the person had the booking when the live part began.
func (r *recorder) had(b booking.Booking) bool {
	return b.At.Before(r.h.At) && (b.CancelledAt.IsZero() || b.CancelledAt.After(r.h.At))
}

// before is what stood when the live part began.
func (r *recorder) before() {
	h, given := r.h, r.out.Given
	if h.OptOut != nil && h.OptOut.At.Before(h.At) {
		given["opted_out"] = true
	}
	elsewhere := []map[string]any{}
	for _, b := range h.Bookings {
		switch {
		case !r.had(b) || b.Claimed:
		case b.Window != "" && b.Scheduler == h.Scheduler.ID && h.Thread != nil:
			given["booking"] = map[string]any{"window": b.Window, "service": b.Service}
		default:
			elsewhere = append(elsewhere, map[string]any{"at": b.At.UTC(), "source": b.Source})
		}
	}
	if len(elsewhere) > 0 {
		given["bookings_elsewhere"] = elsewhere
	}
	if s := h.Registration.Status; s != booking.RegistrationApproved && s != "" {
		given["registration"] = s
	}
	if h.Number == nil {
		given["settings"] = map[string]any{"default_number": nil}
	}
	if h.Person.Bad != nil && h.Person.Bad.At.Before(h.At) {
		given["lookup"] = "landline"
	}
}

// thread records a conversation: what was said is history until the customer's texts whose answer is tested.
func (r *recorder) thread() {
	h := r.h
	r.out.Mode = cmp.Or(h.Thread.Mode, r.out.Mode, booking.AIAgent)
	r.before()
	owner := booking.OwnerAgent
	for i, m := range h.Messages[:h.Until] {
		t := writtenTurn{From: string(m.Author), Text: r.who.text(m.Body), Media: m.Media, MediaTypes: m.MediaTypes, Offered: m.Offered}
		switch {
		case i > h.Live:
			t.After = max(0, m.At.Sub(h.Messages[i-1].At)).Round(time.Second).String()
		case m.Author == booking.AuthorHuman:
			owner = booking.OwnerHuman
		case m.Author == booking.AuthorSystem:
			t.From = "agent"
			fallthrough
		case m.Author == booking.AuthorAgent:
			owner = booking.OwnerAgent
		}
		r.out.Turns = append(r.out.Turns, t)
	}
	end := h.Until
	for end < len(h.Messages) && !h.Messages[end].Inbound() {
		end++
	}
	texts := r.ours(h.Messages[h.Until:end])
	if owner == booking.OwnerHuman && len(texts) == 0 {
		r.out.Given["owner"] = owner
	}
	r.out.Name = clipped(r.who.text(h.Messages[h.Live].Body))
	for _, m := range texts {
		r.out.Recorded = append(r.out.Recorded, engine.Spoken{From: "agent", Text: r.who.text(m.Body)})
	}
	r.expect(texts, end, owner)
}

// ours are the texts among messages that the house wrote and sent.
func (r *recorder) ours(messages []engine.Delivered) (texts []engine.Delivered) {
	for _, m := range messages {
		if (m.Author == booking.AuthorAgent || m.Author == booking.AuthorSystem) && m.Status() != "dropped" {
			texts = append(texts, m)
		}
	}
	return texts
}

// stated are amounts of money: what a reply says of money, it shall go on saying.
var stated = regexp.MustCompile(`\$\d+(?:\.\d\d)?`)

// expect proposes what must be true of the answer to the live texts; end is the message with which the customer went on.
func (r *recorder) expect(texts []engine.Delivered, end int, owner booking.ThreadOwner) {
	h, e := r.h, r.out.Expect
	next := h.At.Add(booking.ThreadSilence)
	if end < len(h.Messages) {
		next = h.Messages[end].At
	}
	within := func(t time.Time) bool { return !t.Before(h.At) && t.Before(next) }
	e["max_messages"] = len(texts)
	booked := false
	for _, b := range h.Bookings {
		if b.Source == booking.SourceAgent && within(b.At) {
			booked = true
			e["actions"] = []map[string]any{{"do": "book", "window": b.Window}}
		}
	}
	if !booked {
		e["never_actions"] = []string{"book"}
	}
	var say []string
	for _, m := range texts {
		for _, amount := range stated.FindAllString(m.Body, -1) {
			if pattern := regexp.QuoteMeta(amount); !slices.Contains(say, pattern) {
				say = append(say, pattern)
			}
		}
	}
	if len(say) > 0 {
		e["say"] = say
	}
	e["outcome"] = r.outcome(texts, end, owner, booked, within)
}

// outcome tells in one word, or in several of which each will do, what the live texts led to.
func (r *recorder) outcome(texts []engine.Delivered, end int, owner booking.ThreadOwner, booked bool, within func(time.Time) bool) any {
	h := r.h
	for _, m := range h.Messages[h.Live:h.Until] {
		if booking.Understand(booking.Inbound{From: m.From, To: m.To, Body: m.Body, At: m.At}).Stops {
			return "opted_out"
		}
	}
	if slices.ContainsFunc(texts, func(m engine.Delivered) bool { return m.Attempt != nil && m.Attempt.Kind == booking.AttemptSafety }) {
		r.out.Expect["max_messages"] = max(2, len(texts))
		return "emergency"
	}
	cancelled := slices.ContainsFunc(h.Bookings, func(b booking.Booking) bool { return !b.CancelledAt.IsZero() && within(b.CancelledAt) })
	switch {
	case booked:
		return "booked"
	case cancelled:
		return "cancelled"
	}
	later := slices.ContainsFunc(h.Messages[end:], func(m engine.Delivered) bool { return m.Author == booking.AuthorAgent })
	handed := h.Thread.Owner == booking.OwnerHuman && owner == booking.OwnerAgent && !later && h.Thread.Reason != ""
	if len(texts) == 0 {
		if handed {
			return []string{"handed_off", "silent"}
		}
		return "silent"
	}
	said := texts[len(texts)-1].Body
	loc, err := booking.LoadZone(h.Scheduler.Zone(h.Account))
	if err != nil {
		loc = time.UTC
	}
	switch {
	case strings.Contains(said, booking.SafeLine(h.Account.Name, "en")), strings.Contains(said, booking.SafeLine(h.Account.Name, "es")):
		return []string{"handed_off", "fallback"}
	case handed:
		return "handed_off"
	case strings.Contains(said, "?") && len(booking.OfferedIn(said, h.At, loc, h.Windows)) > 0:
		return "offered"
	case strings.HasSuffix(strings.TrimSpace(said), "?"):
		return "clarified"
	}
	return "answered"
}

// left records a session: from the moment when it was left to when its text was decided about.
func (r *recorder) left() {
	h := r.h
	s := h.Session
	r.before()
	sent := []map[string]any{}
	for _, p := range h.Person.Started {
		if p.At.Before(h.At) && p.Session != s.ID {
			sent = append(sent, map[string]any{"at": p.At.UTC()})
		}
	}
	if len(sent) > 0 {
		r.out.Given["sent_before"] = sent
	}
	r.out.Turns = r.whatHappened()
	name := cmp.Or(r.who.text(s.Service), "a booking") + ", left"
	e := r.out.Expect
	e["never_actions"] = []string{"book"}
	switch f := s.FollowUp; {
	case f.State == booking.FollowUpWithheld, f.State == booking.FollowUpWaiting:
		name += ": no text, " + string(f.WithheldBy)
		e["max_messages"], e["withheld_by"] = 0, f.WithheldBy
		r.lets(f.WithheldBy)
	case f.State == booking.FollowUpSent, f.State == booking.FollowUpClaimed, f.State == booking.FollowUpUnknown:
		name += ": texted"
		e["max_messages"], e["outcome"] = 1, "offered"
	case !s.CompletedAt.IsZero():
		name += " and completed"
		e["max_messages"] = 0
	}
	r.out.Name = clipped(name)
	if h.Text != "" {
		r.out.Recorded = []engine.Spoken{{From: "agent", Text: r.who.text(h.Text)}}
	}
}

// lets makes so what withheld the text, where it is not so any more, or hangs on who the person is.
func (r *recorder) lets(check booking.Check) {
	settings, _ := r.out.Given["settings"].(map[string]any)
	if settings == nil {
		settings = map[string]any{}
	}
	switch check {
	case booking.CheckAccountEnabled:
		settings["enabled"] = false
	case booking.CheckSchedulerEnabled:
		settings["scheduler_enabled"] = false
	case booking.CheckRegistration:
		r.out.Given["registration"] = booking.RegistrationInReview
	case booking.CheckLandline:
		r.out.Given["lookup"] = "landline"
	case booking.CheckOptedOut:
		r.out.Given["opted_out"] = true
	}
	if len(settings) > 0 {
		r.out.Given["settings"] = settings
	}
}

// whatHappened are the turns of a session: it was left, what came after, and time enough for its text.
func (r *recorder) whatHappened() []writtenTurn {
	h := r.h
	s := h.Session
	type event struct {
		at   time.Time
		what map[string]any
	}
	var all []event
	add := func(at time.Time, what map[string]any) {
		if !at.Before(h.At) && !at.IsZero() {
			all = append(all, event{at, what})
		}
	}
	add(s.CompletedAt, map[string]any{"kind": "session", "event": "completed"})
	add(s.HandledAt, map[string]any{"kind": "handled", "by": "staff", "note": r.who.text(s.HandledNote)})
	for _, b := range h.Bookings {
		if b.Session != s.ID && !b.Claimed && !b.At.Before(h.At) {
			add(b.At, map[string]any{"kind": "booking", "source": b.Source})
		}
	}
	delay := h.Scheduler.FollowUp.Delay.Std()
	add(later(h.At.Add(delay), s.FollowUp.SentAt).Add(time.Minute), map[string]any{"kind": "clock"})
	slices.SortStableFunc(all, func(a, b event) int { return a.at.Compare(b.at) })
	turns := []writtenTurn{{From: "system", Event: map[string]any{"kind": "session", "event": "abandoned"}}}
	if r.h.Session.FollowUp.WithheldBy == booking.CheckDuplicate {
		r.out.Given["other_sessions"] = []map[string]any{{"id": "another", "service": s.Service}}
		turns = append(turns, writtenTurn{From: "system", After: "1s", Event: map[string]any{"kind": "session", "event": "abandoned", "session": "another"}})
	}
	at := h.At
	for _, e := range all {
		turns = append(turns, writtenTurn{From: "system", After: e.at.Sub(at).Round(time.Second).String(), Event: e.what})
		at = e.at
	}
	return turns
}

// nameLength bounds the name that a test is given, in characters.
const nameLength = 60

func clipped(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > nameLength {
		return string(r[:nameLength]) + "…"
	}
	if text == "" {
		return "a text without words"
	}
	return text
}

package booking

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewsKind names what a webhook can be told. Part of the API and stored: never rename.
type NewsKind string

// What happens in an account and is worth telling other systems.
const (
	NewsAbandoned    NewsKind = "session.abandoned"
	NewsSent         NewsKind = "follow_up.sent"
	NewsWithheld     NewsKind = "follow_up.withheld"
	NewsHandedOff    NewsKind = "thread.handed_off"
	NewsBooked       NewsKind = "booking.created"
	NewsOptedOut     NewsKind = "person.opted_out"
	NewsRegistration NewsKind = "registration.changed"

	// NewsPing is sent when a person tries a webhook out. Nobody subscribes to it.
	NewsPing NewsKind = "ping"
)

// NewsKinds lists what a webhook can subscribe to.
var NewsKinds = []NewsKind{NewsAbandoned, NewsSent, NewsWithheld, NewsHandedOff, NewsBooked, NewsOptedOut, NewsRegistration}

// MaxWebhooks is how many webhooks an account may have: all of them may hear of one piece of news, and one transaction plans
// its deliveries.
const MaxWebhooks = 10

// SecretOverlap is how long the secret before a rotation signs beside the new one.
const SecretOverlap = 24 * time.Hour

// Webhook is an address of somebody else's system that is told of what happens.
type Webhook struct {
	ID          string     `json:"id"` // UUIDv7
	URL         string     `json:"url"`
	Description string     `json:"description,omitempty"`
	Events      []NewsKind `json:"events"`
	Enabled     bool       `json:"enabled"`
	Secret      string     `json:"signing_key"` // kept as it is, because it must sign: shown once, and never in lists or logs
	OldSecret   string     `json:"old_signing_key,omitempty"`
	OldUntil    time.Time  `json:"old_until,omitzero"` // until then the old secret signs too
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at,omitzero"`
}

// Wants tells whether the webhook is to be told of it.
func (w Webhook) Wants(k NewsKind) bool { return w.Enabled && slices.Contains(w.Events, k) }

// Secrets gives the secrets that sign at that moment, the new one first.
func (w Webhook) Secrets(now time.Time) []string {
	if w.OldSecret != "" && now.Before(w.OldUntil) {
		return []string{w.Secret, w.OldSecret}
	}
	return []string{w.Secret}
}

// Rotate puts a new secret in the place of the present one, which stays valid for [SecretOverlap].
func (w *Webhook) Rotate(now time.Time, secret string) {
	w.OldSecret, w.OldUntil = w.Secret, now.Add(SecretOverlap)
	w.Secret = secret
}

// Shown gives the webhook without its secrets.
func (w Webhook) Shown() Webhook {
	w.Secret, w.OldSecret = "", ""
	return w
}

// ValidateWebhook tells whether the webhook may be kept, and puts its events into the order of [NewsKinds]. Whether its
// address may be reached is for the courier to say.
func ValidateWebhook(w *Webhook) error {
	if err := textFault("url", w.URL, maxURL); err != nil {
		return err
	}
	if err := textFault("description", w.Description, maxText); err != nil {
		return err
	}
	for i, k := range w.Events {
		if !slices.Contains(NewsKinds, k) {
			return Refuse(Invalid, "unknown_event", "events["+strconv.Itoa(i)+"]", "there is no such event", "events are "+listKinds())
		}
	}
	if len(w.Events) == 0 {
		return Refuse(Invalid, "missing", "events", "it is missing", "list what the webhook is to hear of: "+listKinds())
	}
	var ordered []NewsKind
	for _, k := range NewsKinds {
		if slices.Contains(w.Events, k) {
			ordered = append(ordered, k)
		}
	}
	w.Events = ordered
	return nil
}

func listKinds() string {
	var s []string
	for _, k := range NewsKinds {
		s = append(s, string(k))
	}
	return strings.Join(s, ", ")
}

// WebhookTrouble says since when nothing reaches a webhook any more. There is none while it works.
type WebhookTrouble struct {
	Webhook string    `json:"webhook"`
	Since   time.Time `json:"since"`
	Error   string    `json:"error"` // of the first failure
}

// TroubleAlarmAfter is how long a webhook may fail before it becomes an alarm.
const TroubleAlarmAfter = time.Hour

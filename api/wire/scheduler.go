package wire

import (
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Scheduler is one booking form that reports its sessions.
type Scheduler struct {
	ID             string       `json:"id" description:"Lower case letters, digits, - and _; made when left out. Never changes."`
	Name           string       `json:"name"`
	URL            string       `json:"url" description:"Where a prefilled link lands."`
	Origins        []string     `json:"origins" nullable:"false" description:"Pages that may post session events with the publishable key."`
	Timezone       string       `json:"timezone"`
	PublishableKey string       `json:"publishable_key" description:"May only post session events and bookings of its scheduler, and read its availability. Made when left out. Never changes."`
	Services       []Service    `json:"services" nullable:"false"`
	ServiceZips    []string     `json:"service_zips" nullable:"false"`
	FollowUp       FollowUpSet  `json:"follow_up"`
	Availability   Availability `json:"availability" description:"The rule by which it has arrival windows; those that are put stand over it."`
	Color          string       `json:"color" description:"Of the hosted page, #rrggbb."`
	ConsentText    string       `json:"consent_text" description:"Beside the consent box of the hosted page; empty: words that name the business and the reminder."`
	Missing        []Missing    `json:"missing,omitempty" readOnly:"true" description:"What the follow-up lacks to send a text."`
	CreatedAt      time.Time    `json:"created_at,omitzero" readOnly:"true"`
	UpdatedAt      time.Time    `json:"updated_at,omitzero" readOnly:"true"`
}

// Missing is a prerequisite that is not there.
type Missing struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// Lacking shows a scheduler with what it lacks.
func Lacking(s booking.Scheduler, missing []storage.Alarm) Scheduler {
	out := FromScheduler(s)
	for _, m := range missing {
		out.Missing = append(out.Missing, Missing{m.Code, m.Message, m.Fix})
	}
	return out
}

// Service is something the business does.
type Service struct {
	Name      string   `json:"name"`
	Keywords  []string `json:"keywords" nullable:"false"`
	Duration  string   `json:"duration,omitempty"`
	PriceNote string   `json:"price_note,omitempty"`
}

// FollowUpSet is a scheduler's follow-up setting.
type FollowUpSet struct {
	Enabled     bool   `json:"enabled"`
	PhoneNumber string `json:"phone_number" description:"Empty: the account's default outbound number."`
	Mode        string `json:"mode" enum:"prefilled_link,ai_agent"`
	Delay       string `json:"delay" description:"From abandonment to the text."`
	Template    string `json:"template"`
	Agent       string `json:"agent"`
}

// FromScheduler shows a scheduler.
func FromScheduler(s booking.Scheduler) Scheduler {
	return Scheduler{
		ID: string(s.ID), Name: s.Name, URL: s.URL, Origins: orEmpty(s.Origins), Timezone: s.Timezone,
		PublishableKey: s.PublishableKey, Services: Map(s.Services, fromService), ServiceZips: orEmpty(s.ServiceZips),
		FollowUp: FollowUpSet{Enabled: s.FollowUp.Enabled, PhoneNumber: string(s.FollowUp.PhoneNumber),
			Mode: string(s.FollowUp.Mode), Delay: s.FollowUp.Delay.String(), Template: s.FollowUp.Template, Agent: s.FollowUp.Agent},
		Color: s.Color, ConsentText: s.ConsentText,
		Availability: fromAvailability(s.Availability),
		CreatedAt:    utc(s.CreatedAt), UpdatedAt: utc(s.UpdatedAt),
	}
}

func fromService(s booking.Service) Service {
	out := Service{Name: s.Name, Keywords: orEmpty(s.Keywords), PriceNote: s.PriceNote}
	if s.Duration != 0 {
		out.Duration = s.Duration.String()
	}
	return out
}

// Over lays the scheduler over v; the stamps stay. An ID or key other than the one v has is refused: pages rest on them.
func (s Scheduler) Over(v *booking.Scheduler) error {
	for _, fixed := range []struct{ field, is, was string }{
		{"id", s.ID, string(v.ID)}, {"publishable_key", s.PublishableKey, v.PublishableKey},
	} {
		if fixed.was != "" && fixed.is != fixed.was {
			return booking.Refuse(booking.Invalid, "read_only", fixed.field, "it cannot be changed", "leave it out, or make another scheduler")
		}
	}
	if !keyLike(s.PublishableKey) {
		return booking.Refuse(booking.Invalid, "invalid_publishable_key", "publishable_key", "a publishable key has at most 128 letters, digits, - and _",
			"leave it out and one is made")
	}
	delay, err := duration("follow_up.delay", s.FollowUp.Delay)
	if err != nil {
		return err
	}
	services := make([]booking.Service, len(s.Services))
	for i, in := range s.Services {
		d, err := duration(index("services", i)+".duration", in.Duration)
		if err != nil {
			return err
		}
		services[i] = booking.Service{Name: in.Name, Keywords: in.Keywords, Duration: d, PriceNote: OneLine(in.PriceNote)}
	}
	if v.Availability, err = s.Availability.booking(); err != nil {
		return err
	}
	v.ID, v.Name, v.URL, v.Origins, v.Timezone = booking.SchedulerID(s.ID), s.Name, s.URL, s.Origins, s.Timezone
	v.PublishableKey, v.Services, v.ServiceZips = s.PublishableKey, services, s.ServiceZips
	v.Color, v.ConsentText = s.Color, s.ConsentText
	v.FollowUp = booking.FollowUpSet{Enabled: s.FollowUp.Enabled, PhoneNumber: booking.Phone(s.FollowUp.PhoneNumber),
		Mode: booking.Mode(s.FollowUp.Mode), Delay: delay, Template: s.FollowUp.Template, Agent: s.FollowUp.Agent}
	return nil
}

// keyLike tells what can stand in a page, a header and an address as it is.
func keyLike(s string) bool {
	return len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
}

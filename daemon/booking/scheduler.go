package booking

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode is the kind of follow-up text a scheduler sends.
type Mode string

// The modes of the original feature.
const (
	PrefilledLink Mode = "prefilled_link"
	AIAgent       Mode = "ai_agent"
)

// DefaultDelay is the time from abandonment to the follow-up.
const DefaultDelay = Duration(15 * time.Minute)

// Scheduler is one booking form that reports its sessions.
type Scheduler struct {
	ID             SchedulerID  `json:"id"`
	Name           string       `json:"name"`
	URL            string       `json:"url"`               // where a prefilled link lands; https, or http on loopback
	Origins        []string     `json:"origins,omitempty"` // pages that may post session events with the publishable key
	Timezone       string       `json:"timezone,omitempty"`
	PublishableKey string       `json:"publishable_key"`
	Services       []Service    `json:"services,omitempty"`
	ServiceZips    []string     `json:"service_zips,omitempty"`
	FollowUp       FollowUpSet  `json:"follow_up"`
	Availability   Availability `json:"availability,omitzero"`
	Color          string       `json:"color,omitempty"`        // of the hosted page, #rrggbb; empty: [DefaultColor]
	ConsentText    string       `json:"consent_text,omitempty"` // beside the consent box of the hosted page; empty: see [Scheduler.ConsentWords]
	CreatedAt      time.Time    `json:"created_at"`
	UpdatedAt      time.Time    `json:"updated_at,omitzero"`
}

// Service is something the business does.
type Service struct {
	Name      string   `json:"name"`
	Keywords  []string `json:"keywords,omitempty"`
	Duration  Duration `json:"duration,omitzero"`
	PriceNote string   `json:"price_note,omitempty"`
}

// FollowUpSet is a scheduler's follow-up setting.
type FollowUpSet struct {
	Enabled     bool     `json:"enabled"`
	PhoneNumber Phone    `json:"phone_number,omitempty"` // empty: the account's default outbound number
	Mode        Mode     `json:"mode"`
	Delay       Duration `json:"delay"`
	Template    string   `json:"template,omitempty"` // empty: follow_up_link
	Agent       string   `json:"agent,omitempty"`    // empty: agent
}

// Clone gives a copy that shares nothing with s.
func (s Scheduler) Clone() Scheduler {
	s.Origins, s.ServiceZips, s.Services = slices.Clone(s.Origins), slices.Clone(s.ServiceZips), slices.Clone(s.Services)
	for i := range s.Services {
		s.Services[i].Keywords = slices.Clone(s.Services[i].Keywords)
	}
	s.Availability = s.Availability.Clone()
	return s
}

// Zone gives the scheduler's zone name, or the account's where it has none.
func (s Scheduler) Zone(a Account) string {
	if s.Timezone != "" {
		return s.Timezone
	}
	return a.Timezone
}

// The delays a scheduler may have. The carriers' 48 h count from the abandonment, so a longer one would never send.
const (
	minDelay = time.Second
	maxDelay = 24 * time.Hour
)

// ValidateScheduler tells whether the scheduler may be kept; the error is an [*Error] naming the field. It trims names,
// writes origins in lower case, and puts the number and the ZIP codes into their plain form. An empty mode means a
// prefilled link, an empty delay 15 minutes.
func ValidateScheduler(s *Scheduler) error {
	if !plainID(string(s.ID), 64) {
		return Refuse(Invalid, "invalid_id", "id", "an ID has 1 to 64 lower case letters, digits, - and _", "for example main-site")
	}
	if err := nameFault("name", s.Name, maxName); err != nil {
		return err
	}
	s.Name = strings.TrimSpace(s.Name)
	if _, err := siteURL("url", s.URL); err != nil {
		return err
	}
	if err := validateOrigins(s); err != nil {
		return err
	}
	if s.Timezone != "" {
		if err := zoneFault("timezone", s.Timezone); err != nil {
			return err
		}
	}
	if err := validateServices(s.Services); err != nil {
		return err
	}
	if err := validateZips(s); err != nil {
		return err
	}
	if err := validateLook(s); err != nil {
		return err
	}
	if err := validateAvailability(&s.Availability); err != nil {
		return err
	}
	return validateFollowUp(&s.FollowUp)
}

// validateOrigins: an origin is what a browser sends, scheme://host[:port], without a path (RFC 6454 section 6.2).
func validateOrigins(s *Scheduler) error {
	if len(s.Origins) > maxList {
		return Refuse(Invalid, "too_many", "origins", "there are too many", "at most "+strconv.Itoa(maxList))
	}
	kept := make([]string, 0, len(s.Origins))
	for i, o := range s.Origins {
		field := "origins[" + strconv.Itoa(i) + "]"
		u, err := siteURL(field, strings.TrimSpace(o))
		if err != nil {
			return err
		}
		if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery || strings.HasSuffix(u.Host, ":") || strings.ContainsAny(o, "?#") {
			return Refuse(Invalid, "invalid_origin", field, "an origin is scheme://host[:port] and nothing more", "for example https://www.example.com")
		}
		kept = append(kept, bareOrigin(u))
	}
	if len(kept) > 0 {
		s.Origins = kept
	}
	return nil
}

// bareOrigin writes an origin as browsers do: lower case, without the port the scheme implies.
func bareOrigin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

func validateServices(services []Service) error {
	if len(services) > maxList {
		return Refuse(Invalid, "too_many", "services", "there are too many", "at most "+strconv.Itoa(maxList))
	}
	seen := make(map[string]bool, len(services))
	for i := range services {
		s := &services[i]
		field := "services[" + strconv.Itoa(i) + "]"
		if err := nameFault(field+".name", s.Name, maxName); err != nil {
			return err
		}
		s.Name = strings.TrimSpace(s.Name)
		key := strings.ToLower(s.Name)
		if seen[key] {
			return Refuse(Invalid, "duplicate_service", field+".name", "there are two services of this name", "give each its own name")
		}
		seen[key] = true
		if len(s.Keywords) > maxList {
			return Refuse(Invalid, "too_many", field+".keywords", "there are too many", "at most "+strconv.Itoa(maxList))
		}
		for j, k := range s.Keywords {
			if err := nameFault(field+".keywords["+strconv.Itoa(j)+"]", k, maxName); err != nil {
				return err
			}
		}
		if err := textFault(field+".price_note", s.PriceNote, maxText); err != nil {
			return err
		}
		if s.Duration < 0 || s.Duration.Std() > maxDelay {
			return Refuse(Invalid, "out_of_range", field+".duration", "a job takes from 0 to 24 hours", "for example 2h")
		}
	}
	return nil
}

// validateZips keeps the five digits of each ZIP code.
func validateZips(s *Scheduler) error {
	if len(s.ServiceZips) > 10*maxList {
		return Refuse(Invalid, "too_many", "service_zips", "there are too many", "at most "+strconv.Itoa(10*maxList))
	}
	kept := make([]string, 0, len(s.ServiceZips))
	for i, z := range s.ServiceZips {
		zip, ok := zip5(z)
		if !ok {
			return Refuse(Invalid, "invalid_zip", "service_zips["+strconv.Itoa(i)+"]", "this is not a ZIP code", "five digits, for example 43017")
		}
		kept = append(kept, zip)
	}
	if len(kept) > 0 {
		s.ServiceZips = kept
	}
	return nil
}

// zip5 gives the five digits of a ZIP code, written alone or as ZIP+4.
func zip5(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 10 && s[5] == '-' {
		s = s[:5]
	}
	if len(s) != 5 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	return s, true
}

func validateFollowUp(f *FollowUpSet) error {
	switch f.Mode {
	case "":
		f.Mode = PrefilledLink
	case PrefilledLink, AIAgent:
	default:
		return Refuse(Invalid, "unknown_mode", "follow_up.mode", "there is no kind of text "+strconv.Quote(clip(string(f.Mode), 32)), "prefilled_link or ai_agent")
	}
	if f.Delay == 0 {
		f.Delay = DefaultDelay
	}
	if err := ValidateDelay(f.Delay); err != nil {
		return err
	}
	phone := string(f.PhoneNumber)
	if err := normalPhone("follow_up.phone_number", &phone); err != nil {
		return err
	}
	f.PhoneNumber = Phone(phone)
	for _, v := range [][2]string{{"follow_up.template", f.Template}, {"follow_up.agent", f.Agent}} {
		if v[1] != "" && !plainID(v[1], 64) {
			return Refuse(Invalid, "invalid_script_name", v[0], "a script's name has lower case letters, digits, - and _", "for example follow_up_link")
		}
	}
	return nil
}

// ValidateDelay tells whether a scheduler may have the delay.
func ValidateDelay(d Duration) error {
	if d.Std() < minDelay || d.Std() > maxDelay {
		return Refuse(Invalid, "out_of_range", "follow_up.delay", d.String()+" is not within 1s to 24h", "15m is the usual delay")
	}
	return nil
}

package booking

import (
	"maps"
	"slices"
)

// learn takes over what the customer typed. Of two events that say something about the same thing the later one by its own
// time counts, in whatever order they arrive: an older one only fills what is still empty.
func (s *Session) learn(ev Event) {
	if s.StartedAt.IsZero() || ev.At.Before(s.StartedAt) {
		s.StartedAt = ev.At
	}
	if ev.Consent != nil && ev.Consent.over(s.Consent) {
		s.Consent = *ev.Consent
	}
	if !ev.says() {
		return
	}
	newer := !ev.At.Before(s.SaidAt)
	if newer {
		s.SaidAt = ev.At
	}
	s.learnCustomer(ev.Customer, ev.read, newer)
	take(&s.Service, ev.Service, newer)
	take(&s.Preferred, ev.Preferred, newer)
	take(&s.Step, ev.Step, newer)
	take(&s.PageURL, ev.PageURL, newer)
	take(&s.Timezone, ev.Timezone, newer)
	take(&s.Locale, ev.Locale, newer)
	if ev.ValueCents != 0 && (newer || s.ValueCents == 0) {
		s.ValueCents = ev.ValueCents
	}
	s.learnFields(ev.Fields, newer)
}

func (s *Session) learnCustomer(c Customer, read readPhone, newer bool) {
	phone, email := s.Customer.Phone, s.Customer.Email
	if newer {
		s.Customer.Merge(c)
	} else {
		c.Merge(s.Customer)
		s.Customer = c
	}
	switch {
	case s.Customer.Phone == phone:
	case read.typed != "" && s.Customer.Phone == read.typed:
		s.Phone = read.phone
	default:
		s.Phone, _ = ParseTextable(s.Customer.Phone)
	}
	if s.Customer.Email != email {
		s.Email = NormalEmail(s.Customer.Email)
	}
}

// learnFields keeps at most maxFields in a session, however many events bring new names; names are taken in order so that
// the same events always give the same session. The map is never changed in place: copies of the session share it.
func (s *Session) learnFields(fields map[string]string, newer bool) {
	if len(fields) == 0 {
		return
	}
	kept := maps.Clone(s.Fields)
	if kept == nil {
		kept = make(map[string]string, len(fields))
	}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		_, known := kept[k]
		if known && newer || !known && len(kept) < maxFields {
			kept[k] = fields[k]
		}
	}
	s.Fields = kept
}

// says tells whether the event says anything besides that somebody is there.
func (ev *Event) says() bool {
	return ev.Customer != (Customer{}) || ev.Service != "" || ev.Preferred != "" || ev.Step != "" || ev.PageURL != "" ||
		ev.Timezone != "" || ev.Locale != "" || ev.ValueCents != 0 || len(ev.Fields) > 0
}

// over tells whether this word about consent stands over another: the later one, and at the same moment the one against.
func (c *Consent) over(o Consent) bool {
	if n := c.At.Compare(o.At); n != 0 {
		return n > 0
	}
	return !c.SMS || o == (Consent{})
}

// take lays v over dst when it is newer, and under it otherwise; an empty v says nothing.
func take(dst *string, v string, newer bool) {
	if newer || *dst == "" {
		set(dst, v)
	}
}

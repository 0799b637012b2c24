package booking

// outcome is the booking that counts for the session in reports; ok is false when there is none. A booking that the person made
// elsewhere counts for a session that was texted: other sessions merely know of it, and it would count once for each. Sessions from
// before bookings were credited say it by having been completed, or handled as booked.
func (s *Session) outcome() (b BookedBy, ok bool) {
	switch {
	case s.Booked.Booking != "":
		counts := s.Booked.Own || s.texted() || s.Booked.Attribution != AttributedBefore
		return s.Booked, counts && !s.Booked.Cancelled
	case s.Done():
		b = BookedBy{At: s.CompletedAt, Source: SourceExternal, Own: true, ValueCents: s.ValueCents}
		if !s.FollowUp.SentAt.IsZero() {
			b.Source = SourceLink
		}
	case s.HandledBooked:
		b = BookedBy{At: s.HandledAt, Source: SourcePhone, Own: true, ValueCents: s.ValueCents}
	default:
		return b, false
	}
	b.Attribution = attribute(s.FollowUp, b)
	return b, true
}

// texted tells whether the text went out, or may have.
func (s *Session) texted() bool {
	return s.FollowUp.State == FollowUpSent || s.FollowUp.State == FollowUpUnknown
}

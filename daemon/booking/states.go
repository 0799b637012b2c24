package booking

import "time"

// StateRule is what a state asks of texts that are started by a business, beyond federal law. Many of these laws exempt
// what a customer asked for or agreed to; the table is the safe side and not the exact law. settings.state_rules switches all
// of it off.
type StateRule struct {
	State    string
	Hours    Hours // by the recipient's clock; an empty span permits nothing on that day
	Holidays bool  // also on federal holidays (5 U.S.C. 6103) and the days they are observed; false: nothing on those
	Source   string
	Checked  bool // the source was read; else it is told by others
}

const readOn = " (as of November 2026)"

func span(from, to TimeOfDay) Span { return Span{from * 60, to * 60} }

func daily(from, to TimeOfDay) Hours {
	return Hours{Weekday: span(from, to), Saturday: span(from, to), Sunday: span(from, to)}
}

func noSunday(from, to TimeOfDay) Hours {
	return Hours{Weekday: span(from, to), Saturday: span(from, to)}
}

// stateRules has a row for each state whose rule is narrower than 8:00-21:00 every day of 47 CFR 64.1200(c)(1).
// All of them permit at least as many texts a day as settings.frequency.
var stateRules = map[string]*StateRule{}

func init() {
	for _, r := range []StateRule{
		{"AL", noSunday(8, 20), false, "Alabama Telemarketing Act" + readOn, false},
		{"CT", daily(9, 20), true, "Conn. Pub. Act 23-98 (SB 1058), texts since 2023-10-01" + readOn, false},
		{"FL", daily(8, 20), true, "Fla. Stat. 501.616(6): 8-20, 3 in 24 h" + readOn, true},
		{"KY", daily(10, 21), true, "Kentucky: 10-21" + readOn, false},
		{"LA", noSunday(8, 20), false, "Louisiana: 8-20, no Sundays and holidays" + readOn, false},
		{"MA", daily(8, 20), true, "Massachusetts: 8-20" + readOn, false},
		{"MD", daily(8, 20), true, "Md. Stop the Spam Calls Act: 8-20, 3 in 24 h, since 2024-01-01" + readOn, false},
		{"ME", Hours{Weekday: span(9, 17)}, true, "Maine, automated: weekdays 9-17" + readOn, false},
		{"MI", daily(9, 21), true, "Michigan: 9-21" + readOn, false},
		{"MN", daily(9, 21), true, "Minnesota: 9-21" + readOn, false},
		{"MS", noSunday(8, 20), true, "Mississippi: 8-20, no Sundays" + readOn, false},
		{"NM", daily(9, 21), true, "New Mexico: 9-21" + readOn, false},
		{"NV", daily(9, 20), true, "Nevada: 9-20" + readOn, false},
		{"OK", daily(8, 20), true, "15 O.S. 775C: 8-20, 3 in 24 h, since 2022-11-01" + readOn, true},
		{"PA", noSunday(8, 21), false, "73 P.S. 2245.1 (Act 73 of 2019): no legal holidays; Sundays are left out because SB 992 may be law" + readOn, false},
		{"RI", Hours{Weekday: span(9, 18), Saturday: span(10, 17)}, false, "Rhode Island: weekdays 9-18, Saturdays 10-17, no Sundays and holidays" + readOn, false},
		{"TX", Hours{Weekday: span(9, 21), Saturday: span(9, 21), Sunday: span(12, 21)}, true, "Tex. Bus. & Com. Code 301.051: 9-21, Sundays 12-21; texts since 2025-09-01 (SB 140)" + readOn, true},
		{"WA", daily(8, 20), true, "RCW 19.158.040: 8-20" + readOn, true},
		{"WY", daily(8, 20), true, "Wyoming: 8-20" + readOn, false},
	} {
		stateRules[r.State] = &r
	}
}

// RuleOf gives the row of a state; nil when federal law alone holds there.
func RuleOf(state string) *StateRule { return stateRules[state] }

// On gives what the rule permits on a date.
func (r *StateRule) On(local time.Time) Span {
	if !r.Holidays && federalHoliday(dayIn(local)) {
		return Span{}
	}
	return r.Hours.On(local.Weekday())
}

// Calendar is what is permitted on each date: the account's hours, made narrower by the rules of states.
type Calendar struct {
	Hours Hours
	Rules []*StateRule
}

// On gives the permitted span of a date, which may be empty, and the state whose rule made it narrower; nil: none did.
func (c *Calendar) On(local time.Time) (Span, *StateRule) {
	s := c.Hours.On(local.Weekday())
	var ruled *StateRule
	for _, r := range c.Rules {
		is := r.On(local)
		if is.From > s.From || is.To < s.To {
			s, ruled = Span{max(s.From, is.From), min(s.To, is.To)}, r
		}
	}
	return s, ruled
}

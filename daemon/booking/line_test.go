package booking

import (
	"testing"
	"time"
)

func TestWhatIsKnownOfALine(t *testing.T) {
	for p, want := range map[Phone]LineKind{"+16145550142": LineUnknown, "+442079460958": LineLandline, "+447911123456": LineMobile, "no number": LineUnknown} {
		if got := PlannedLine(p); got != want {
			t.Errorf("%s is %q, want %q", p, got, want)
		}
	}
	looked := &LineType{Kind: LineMobile, At: due}
	if !looked.Fresh(due.Add(LookupLife-1)) || looked.Fresh(due.Add(LookupLife)) || (*LineType)(nil).Fresh(due) {
		t.Error("a lookup is believed for 90 days, and none is none")
	}
}

func TestTheLandlineCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		want   Result
	}{
		{"nothing known", func(*Facts) {}, Pass},
		{"a mobile by lookup", func(f *Facts) { f.Line = LineType{LineMobile, due.Add(-time.Hour)} }, Pass},
		{"VoIP takes texts", func(f *Facts) { f.Line = LineType{LineVoIP, due.Add(-time.Hour)} }, Pass},
		{"a landline by lookup", func(f *Facts) { f.Line = LineType{LineLandline, due.Add(-time.Hour)} }, Stop},
		{"a landline by the plan", func(f *Facts) { f.Line = LineType{Kind: LineLandline} }, Stop},
		{"a landline that texted us since", func(f *Facts) {
			f.Line, f.Person.Inbound = LineType{LineLandline, due.Add(-time.Hour)}, due.Add(-time.Minute)
		}, Pass},
		{"a landline that texted us before", func(f *Facts) {
			f.Line, f.Person.Inbound = LineType{LineLandline, due.Add(-time.Hour)}, due.Add(-2*time.Hour)
		}, Stop},
		{"the carrier refused it", func(f *Facts) {
			f.Line, f.Person.Bad = LineType{LineMobile, due.Add(-time.Hour)}, &BadPhone{At: due.Add(-time.Hour), Code: 30006}
		}, Stop},
	} {
		f := goodFacts()
		c.change(&f)
		if v := Decide(due, f); v.Result != c.want || c.want == Stop && v.Check != CheckLandline {
			t.Errorf("%s: %s by %s", c.name, v.Result, v.Check)
		}
	}
}

func TestTheConsentCheckLooksAtTheLastWord(t *testing.T) {
	for _, c := range []struct {
		name     string
		unticked time.Duration // after the tick of the session
		requires bool
		want     Result
	}{
		{"taken back before", -time.Minute, true, Pass},
		{"taken back in the same moment", 0, true, Stop},
		{"taken back since", time.Minute, true, Stop},
		{"taken back since, and nobody asks for a tick", time.Minute, false, Stop},
	} {
		f := goodFacts()
		f.Account.Settings.RequireConsent = c.requires
		f.Person.Unticked = f.Session.Consent.At.Add(c.unticked)
		if v := Decide(due, f); v.Result != c.want || c.want == Stop && v.Check != CheckConsent {
			t.Errorf("%s: %s by %s", c.name, v.Result, v.Check)
		}
	}
}

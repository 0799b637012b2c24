package booking

import "testing"

func TestTheSameHomeIsRecognisedHoweverItIsWritten(t *testing.T) {
	const home = "9 n main st unit 2|43214"
	for _, a := range []Address{
		{Line1: "9 N. Main St.", Line2: "Apt 2", PostalCode: "43214"},
		{Line1: "9 North Main Street", Line2: "unit #2", PostalCode: "43214-1234"},
		{Line1: " 9 north MAIN street, Suite 2 ", PostalCode: "43214", City: "Columbus"},
		{Line1: "9 N Main St", Line2: "#2", PostalCode: "43214"},
		{Line1: "9 N Main St #2", PostalCode: "43214"},
		{Line1: "9 N Main St", Line2: "2", PostalCode: "43214 1234"},
		{Line1: "9 N Main St", Line2: "Unit 2", PostalCode: "43214"},
		{Line1: "9 N Main St Apt. 2", Line2: "Apt 2", PostalCode: "43214"},
	} {
		if got := NormalAddress(a); got != home {
			t.Errorf("NormalAddress(%+v) = %q, want %q", a, got, home)
		}
	}
	b := Address{Line1: "9 N Main St", Line2: "Apt 2-B", PostalCode: "K1A 0B1"}
	if got := NormalAddress(b); got != "9 n main st unit 2b|k1a0b1" {
		t.Errorf("NormalAddress(%+v) = %q", b, got)
	}
	for _, a := range []Address{{}, {Line1: "9 N Main St"}, {PostalCode: "43214"}, {Line1: "9 N Main St", PostalCode: "4321"}, {Line2: "Apt 2", PostalCode: "43214"}} {
		if got := NormalAddress(a); got != "" {
			t.Errorf("half an address %+v matches as %q", a, got)
		}
	}
	for _, other := range []Address{{Line1: "9 N Main St", PostalCode: "43214"}, {Line1: "9 N Main St", Line2: "Floor 2", PostalCode: "43214"},
		{Line1: "9 N Main St", Line2: "Apt 2B", PostalCode: "43214"}, {Line1: "9 N Main St", Line2: "Apt 3", PostalCode: "43214"},
		{Line1: "9 N Main St", Line2: "Apt 2", PostalCode: "43215"}, {Line1: "9 Núñez St", Line2: "Apt 2", PostalCode: "43214"}} {
		if NormalAddress(other) == home {
			t.Errorf("%+v is taken for another home", other)
		}
	}
}

func TestMailIsMatchedWithoutCaseAndSpaces(t *testing.T) {
	if got := NormalEmail(" Dana@Example.COM\n"); got != "dana@example.com" {
		t.Errorf("got %q", got)
	}
}

func TestASessionQualifiesWithNumberAndConsentWhileNobodyHasIt(t *testing.T) {
	good := goodFacts().Session
	for _, c := range []struct {
		name   string
		change func(*Session)
		want   [2]bool // consent required, not required
	}{
		{"a good one", func(*Session) {}, [2]bool{true, true}},
		{"without a phone", func(s *Session) { s.Phone = "" }, [2]bool{}},
		{"without consent", func(s *Session) { s.Consent.SMS = false }, [2]bool{false, true}},
		{"completed", func(s *Session) { s.CompletedAt = left }, [2]bool{}},
		{"handled", func(s *Session) { s.HandledAt = left }, [2]bool{}},
	} {
		s := good
		c.change(&s)
		if got := [2]bool{s.Qualifies(true), s.Qualifies(false)}; got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

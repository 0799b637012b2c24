package booking

import "testing"

func TestAddressesInTexts(t *testing.T) {
	for text, want := range map[string]Address{
		"its\n1420 neil\nave\n43201\nand thurs am is good": {Line1: "1420 neil ave", PostalCode: "43201"},
		"123 main, wed 10 works":                           {Line1: "123 main"},
		"849 Alder Trace Rd, New Albany OH 43054":          {Line1: "849 Alder Trace Rd", PostalCode: "43054"},
		"im at 48 W 5th Ave apt 4, 43201":                  {Line1: "48 W 5th Ave", Line2: "apt 4", PostalCode: "43201"},
		"43085":                                            {PostalCode: "43085"},
		"thu 1-3 is fine":                                  {},
		"10 works":                                         {},
		"8":                                                {},
		"2 toilets are clogged":                            {},
		"gate code is 4417":                                {},
		"tomorrow at 10 please":                            {},
		"911 elm street":                                   {Line1: "911 elm street"},
		"my zip is 00000":                                  {},
	} {
		if got := FindAddress(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestServicesInTexts(t *testing.T) {
	services := []Service{
		{Name: "Furnace repair", Keywords: []string{"furnace", "heat", "no heat"}},
		{Name: "AC repair", Keywords: []string{"ac", "air conditioner"}},
		{Name: "Water heater repair", Keywords: []string{"water heater", "hot water", "calentador"}},
		{Name: "Water heater replacement", Keywords: []string{"new water heater", "water heater replacement"}},
		{Name: "Drain clearing", Keywords: []string{"drain", "clog", "clogged"}},
	}
	for text, want := range map[string]string{
		"my AC is out":             "AC repair",
		"no hot water":             "Water heater repair",
		"need a new water heater":  "Water heater replacement",
		"el calentador no prende":  "Water heater repair",
		"drains are clogged":       "Drain clearing",
		"can you fix the tv":       "",
		"furnace and ac both dead": "",
	} {
		if got := MatchService(text, services); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

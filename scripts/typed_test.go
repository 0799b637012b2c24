package scripts

import (
	"strings"
	"testing"
)

func TestWhatLooksLikeANameIsOneWord(t *testing.T) {
	for typed, want := range map[string]string{
		"Megan":                    "Megan",
		"  Megan ":                 "Megan",
		"mary ann":                 "mary",
		"John P. Smith":            "John",
		"Jean-Luc":                 "Jean-Luc",
		"O’Brien":                  "O'Brien",
		"D'Angelo Jr.":             "D'Angelo",
		"José":                     "José",
		"Renée":                    "Renée",
		"Łukasz":                   "Łukasz",
		"J":                        "",
		"J. Smith":                 "",
		"Dr. Who":                  "",
		"Ann4":                     "",
		"4nn":                      "",
		"evil.com":                 "",
		"evil．com":                 "",
		"evil。com":                 "",
		"Ann evil.com":             "",
		"www evil com x":           "",
		"http://evil":              "",
		"x@evil":                   "",
		"Ann, click":               "",
		"Ann!":                     "",
		"Ann\nBob":                 "",
		"Ann\x00":                  "",
		"Ann\u2028Bob":             "Ann",
		"😜":                        "",
		"Ann😜":                     "",
		"\u202eAnn":                "Ann",
		"-Ann":                     "",
		"Ann-":                     "",
		"A--B":                     "",
		"'":                        "",
		"\u0301Ann":                "",
		"\xffAnn":                  "",
		"Abcdefghijklmnopqrst":     "Abcdefghijklmnopqrst",
		"Abcdefghijklmnopqrstu":    "",
		strings.Repeat("A ", 1000): "",
	} {
		if got := personName(typed); got != want {
			t.Errorf("personName(%.40q) = %q, want %q", typed, got, want)
		}
	}
}

func TestPlainWordsAreNoSentenceLinkNumberOrPromotion(t *testing.T) {
	for typed, want := range map[string]string{
		"AC repair":                           "AC repair",
		"50-gallon water heater":              "50-gallon water heater",
		"Heating & cooling (HVAC)":            "Heating & cooling (HVAC)",
		"Tuesday 2:30":                        "Tuesday 2:30",
		"Drain   clearing":                    "Drain clearing",
		"Reparación":                          "Reparación",
		"Free estimate":                       "",
		"FREE":                                "",
		"20 off":                              "",
		"Oferta":                              "",
		"Office furniture moving":             "Office furniture moving", // "off" as a word only
		"call 614-555-0199":                   "",
		"6 1 4 5 5":                           "",
		"12345":                               "",
		"$49 tune-up":                         "",
		"50%":                                 "",
		"evil.com":                            "",
		"evil．com":                            "",
		"http://x":                            "",
		"me@x":                                "",
		"Pay us!":                             "",
		"Pay us?":                             "",
		"you owe us money now":                "",
		"Pay the invoice at the office today": "",
		"Supercalifragilisticexpialidocious":  "",
		"a\nb":                                "",
		"😜 repair":                            "",
		"":                                    "",
	} {
		if got := plainWords(typed); got != want {
			t.Errorf("plainWords(%q) = %q, want %q", typed, got, want)
		}
	}
}

// A stranger types somebody else's number, and a message in the fields: the text must be as if the fields were empty.
func TestACustomerCannotSmuggleALinkOrASentence(t *testing.T) {
	plain := ordinary()
	plain.Customer.FirstName, plain.Session.Service = "", ""
	plain.Link = "https://rb.example.com/l/9fK2"
	want := render(t, plain)
	for _, attack := range []string{
		"http://evil.example", "evil.com", "evil．com", "EVIL。COM", "x@evil.com", "bit.ly/abc", "Ann evil.com",
		"Ann, click https://evil.com", "Call 614-555-0199", "Ann. Your card was charged", "you won a prize click here",
		"Ann\nClick", "Ann: pay $50", "50% off", "Ann\u2024com", "evil\u200b.com", "1.1.1.1", "evil·com", "ann/evil",
	} {
		f := plain
		f.Customer.FirstName, f.Session.Service = attack, attack
		f.Customer.LastName, f.Session.Step, f.Session.Preferred = attack, attack, attack
		if attack == "ann/evil" {
			f.Session.Service = "" // a service may hold a slash between letters; without a dot it is no link
		}
		if got := render(t, f); got != want {
			t.Errorf("%q changed the text:\n%s\nwant\n%s", attack, got, want)
		}
	}
}

func TestTheBusinessNameIsTakenAsItIsOnOneLine(t *testing.T) {
	for typed, want := range map[string]string{
		"Brightwater Home Services":      "Brightwater Home Services",
		"Smith & Sons, Inc.":             "Smith & Sons, Inc.",
		"  A\n B\t C ":                   "A B C",
		"Joe’s “Best” Plumbing":          `Joe's "Best" Plumbing`,
		"Café 😜":                         "Café 😜",
		"a\xffb":                         "ab",
		strings.Repeat("x", 10<<10):      strings.Repeat("x", maxBusiness),
		strings.Repeat("é", maxBusiness): strings.Repeat("é", maxBusiness),
	} {
		if got := line(typed); got != want {
			t.Errorf("line(%.40q) = %.200q, want %.200q", typed, got, want)
		}
	}
}

package booking

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSegmentsCountsAsTwiliosCalculatorDoes(t *testing.T) {
	var ref struct {
		Vectors []struct {
			ID, Body, Encoding string
			Segments           int
			SmartEncoding      bool   `json:"smart_encoding"`
			AfterSmart         string `json:"body_after_smart"`
		}
	}
	if err := json.Unmarshal(reference(t, "sms-segment-vectors.json"), &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Vectors) < 75 {
		t.Fatalf("only %d vectors", len(ref.Vectors))
	}
	for _, v := range ref.Vectors {
		body := v.Body
		if v.SmartEncoding {
			if body = SmartEncode(body); body != v.AfterSmart {
				t.Errorf("%s: SmartEncode gives %q, want %q", v.ID, body, v.AfterSmart)
			}
		}
		n, encoding, guilty := Segments(body)
		if n != v.Segments || encoding != v.Encoding || (guilty >= 0) != (encoding == UCS2) {
			t.Errorf("%s: got %d %s (guilty %d), want %d %s", v.ID, n, encoding, guilty, v.Segments, v.Encoding)
		}
	}
}

func TestTheTablesAreThoseOfTheReference(t *testing.T) {
	var ref struct {
		Basic     []string          `json:"gsm7_basic"`
		Extension []string          `json:"gsm7_extension"`
		Smart     map[string]string `json:"smart_encoding"`
	}
	if err := json.Unmarshal(reference(t, "twilio-smart-encoding.json"), &ref); err != nil {
		t.Fatal(err)
	}
	char := func(s string) (r rune) {
		if _, err := fmt.Sscanf(s, "U+%X", &r); err != nil {
			t.Fatal(s, err)
		}
		return r
	}
	want := map[rune]int{}
	for _, s := range ref.Basic {
		want[char(s)] = 1
	}
	for _, s := range ref.Extension {
		want[char(s)] = 2
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if got := septets(r); got != want[r] {
			t.Errorf("%U takes %d septets, want %d", r, got, want[r])
		}
	}
	if len(smartEncoding) != len(ref.Smart) {
		t.Errorf("%d characters are replaced, want %d", len(smartEncoding), len(ref.Smart))
	}
	for s, with := range ref.Smart {
		if got, ok := smartEncoding[char(s)]; !ok || got != with {
			t.Errorf("%s becomes %q, want %q", s, got, with)
		}
	}
}

func TestSegmentsPointsAtTheFirstGuiltyCharacter(t *testing.T) {
	for body, want := range map[string]int{
		"We're holding your spot": -1,
		"":                        -1,
		"Olé, mañana €5":          -1,
		"We’re":                   2,
		"é and ê":                 7,
		"cafe\u0301":              4,
		"a\xffb":                  1,
		"~`":                      1,
	} {
		if _, _, got := Segments(body); got != want {
			t.Errorf("Segments(%q) blames byte %d, want %d", body, got, want)
		}
	}
}

// TestSegmentsKeepsWhatIsShownAsOneTogether: a cluster that would straddle a border goes whole into the next segment.
func TestSegmentsKeepsWhatIsShownAsOneTogether(t *testing.T) {
	for name, c := range map[string]struct {
		one   string
		units int
	}{
		"an emoji": {"😜", 2}, "a flag": {"🇮🇹", 4}, "a rainbow": {"🏳️‍🌈", 6}, "a family": {"👨‍👩‍👧‍👦", 11}, "a thumb with a tone": {"👍🏽", 4},
		"a line break": {"\r\n", 2}, "a grave mark": {"e\u0300", 2}, "a heart on fire": {"❤️‍🔥", 5}, "an open syllable": {"가\u11a8", 2},
		"a letter with three marks": {"e\u0301\u0301\u0301", 4}, "a syllable of letters": {"\u1112\u1161\u11ab", 3}, "a keycap": {"1️⃣", 3},
		"Scotland": {"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 14},
	} {
		if got := units(c.one); got != c.units || cluster(c.one) != len(c.one) || cluster(c.one+c.one) != len(c.one) {
			t.Errorf("%s: %d units, cluster of %d bytes, want %d and %d", name, got, cluster(c.one+c.one), c.units, len(c.one))
		}
		fits := strings.Repeat("ê", 67-c.units) + c.one + strings.Repeat("ê", 67)
		if n, _, _ := Segments(fits); n != 2 {
			t.Errorf("%s at the end of a segment: got %d segments, want 2", name, n)
		}
		straddles := strings.Repeat("ê", 68-c.units) + c.one + strings.Repeat("ê", 67-c.units)
		if n, _, _ := Segments(straddles); n != 2 {
			t.Errorf("%s over a border: got %d segments, want 2", name, n)
		}
		if n, _, _ := Segments(straddles + "ê"); n != 3 {
			t.Errorf("%s over a border and one more: got %d segments, want 3", name, n)
		}
	}
}

func TestWhatIsShownApartIsCountedApart(t *testing.T) {
	for _, s := range []string{"ab", "\n\n", "\n\r", "a\n", "\ra", "😜😜", "👍a", "🇮a", "a\u200d🌈", "가가", "각\u1161", "©®", "\uffff\uffff"} {
		if r, first := []rune(s)[0], cluster(s); first != len(string(r)) && s != "a\u200d🌈" {
			t.Errorf("%q: the first cluster has %d bytes", s, first)
		}
	}
	if got := cluster("a\u200d🌈"); got != len("a\u200d") {
		t.Errorf("a joiner ties an emoji to a letter: %d bytes", got)
	}
	if got := cluster("🇮🇹🇮🇹"); got != len("🇮🇹") {
		t.Errorf("two flags are one: %d bytes", got)
	}
	if got := units("\uffff\U00010000"); got != 3 {
		t.Errorf("got %d units, want 3", got)
	}
}

func FuzzSegments(f *testing.F) {
	for _, s := range []string{"", "a", strings.Repeat("[", 81), "🏳️‍🌈", strings.Repeat("e\u0301", 80), "\xff\xfe", "\r\n", strings.Repeat("👨‍👩‍👧‍👦", 20)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		n, encoding, guilty := Segments(body)
		size := 0
		single, multi, slack := gsmSingle, gsmMulti, 1
		if encoding == UCS2 {
			single, multi, slack = ucsSingle, ucsMulti, ucsMulti-1
			size = units(body)
			if r, w := utf8.DecodeRuneInString(body[guilty:]); septets(r) != 0 || w == 0 {
				t.Errorf("%q: byte %d is not guilty", body, guilty)
			}
			if _, e, _ := Segments(body[:guilty]); e != GSM7 {
				t.Errorf("%q: something before byte %d is guilty too", body, guilty)
			}
		} else {
			for _, r := range body {
				size += septets(r)
			}
			if guilty != -1 {
				t.Errorf("%q: byte %d is blamed for nothing", body, guilty)
			}
		}
		if size <= single && n != 1 || size > single && (n < (size+multi-1)/multi || n > (size+multi-slack-1)/(multi-slack)) {
			t.Errorf("%q: %d segments of %s for %d", body, n, encoding, size)
		}
		for rest := body; rest != ""; {
			w := cluster(rest)
			if w <= 0 || w > len(rest) {
				t.Fatalf("%q: a cluster of %d bytes", rest, w)
			}
			rest = rest[w:]
		}
	})
}

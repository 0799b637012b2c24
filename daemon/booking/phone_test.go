package booking

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPhonesAreReadAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]Phone{
		"6145550142": dana, "614-555-0142": dana, "(614) 555-0142": dana, "614.555.0142": dana, "1 614 555 0142": dana, "+1 614 555 0142": dana,
		" +16145550142 ": dana, "614 555 0142 ext 5": dana, "tel:+16145550142": dana, "+44 7911 123456": "+447911123456", "416-967-1111": "+14169671111",
		"+52 55 1234 5678": "+525512345678",
	} {
		if got, problem := ParsePhone(typed); got != want || problem != "" {
			t.Errorf("ParsePhone(%q) = %q %q, want %q", typed, got, problem, want)
		}
	}
	for typed, want := range map[string]PhoneProblem{
		"": PhoneMissing, "  ": PhoneMissing, "614": PhoneInvalid, "614555014": PhoneInvalid, "61455501422": PhoneInvalid, "call me": PhoneInvalid,
		"000 000 0000": PhoneInvalid, "000 555 0142": PhoneInvalid, "123 555 0142": PhoneInvalid, "111-111-1111": PhoneInvalid, "123-456-7890": PhoneInvalid, strings.Repeat("6", 65): PhoneInvalid, "+": PhoneInvalid,
		"+999 123456789": PhoneInvalid, "911": PhoneInvalid,
		"+490201A0000A00 000000": PhoneInvalid, // sixteen digits and more are no E.164 number, whatever the metadata says
	} {
		if got, problem := ParsePhone(typed); got != "" || problem != want {
			t.Errorf("ParsePhone(%q) = %q %q, want %q", typed, got, problem, want)
		}
	}
}

func TestAPhoneNeverShowsItselfInLogs(t *testing.T) {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("sent", "to", dana)
	if s := b.String(); strings.Contains(s, "6145550142") || !strings.Contains(s, dana.Mask()) {
		t.Errorf("got %s", s)
	}
	if got := fmt.Sprint(Phone("").Mask(), Phone("12").Mask(), dana.Mask()); strings.Contains(got, "555") {
		t.Errorf("got %s", got)
	}
}

// FuzzParsePhone: a good number is E.164, reads back as itself, and is masked.
func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"614-555-0142", "+44 7911 123456", "１２３", "+1+1", "1-800-FLOWERS", "tel:614;ext=9", "+٠١٢٣٤٥٦٧٨٩", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, problem := ParsePhone(typed)
		if (got == "") != (problem != "") {
			t.Fatalf("ParsePhone(%q) = %q %q", typed, got, problem)
		}
		if got == "" {
			return
		}
		if len(got) < 5 || len(got) > 16 || got[0] != '+' || strings.Trim(string(got[1:]), "0123456789") != "" {
			t.Errorf("ParsePhone(%q) = %q is not E.164", typed, got)
		}
		if again, problem := ParsePhone(string(got)); again != got {
			t.Errorf("ParsePhone(%q) = %q reads back as %q %q", typed, got, again, problem)
		}
		if m := got.Mask(); strings.Contains(m, string(got[2:len(got)-2])) {
			t.Errorf("%q is masked as %q", got, m)
		}
	})
}

func TestOnlyNumbersThatABusinessMayTextAreTaken(t *testing.T) {
	for typed, want := range map[string]Phone{
		"(614) 555-0142": "+16145550142", "+1 416 967 1111": "+14169671111", "787 726 0000": "+17877260000",
		"+44 7911 123456": "", "+52 55 1234 5678": "", "+1 876 926 0000": "", "+1 900 555 1234": "", "800 275 2273": "", "+882 16 1234567": "",
	} {
		if got, _ := ParseTextable(typed); got != want {
			t.Errorf("ParseTextable(%q) = %q, want %q", typed, got, want)
		}
	}
	if p, problem := ParsePhone("800 275 2273"); problem != "" { // an office may have it
		t.Errorf("a toll-free office number is refused: %q %q", p, problem)
	}
}

package booking

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var filingStart = time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)

// goOn goes on with a registration until it waits or ends; answers says what the carrier says to a step, done when absent.
func goOn(t *testing.T, f *Filing, numbers []PhoneNumber, answers map[Step]Filed) (steps []Step) {
	t.Helper()
	for range 100 {
		c, more := f.Next("main", numbers)
		if !more {
			return steps
		}
		steps = append(steps, c.Step)
		if c.Verb != VerbRead {
			f.Begin(filingStart, c)
		}
		got, said := answers[c.Step]
		if !said && c.Verb == VerbCreate {
			got.SID = "SID-" + string(c.Step)
		}
		f.Answer(filingStart, c, got)
		if got.Verdict != FilingDone || f.Status == RegistrationApproved {
			return steps
		}
	}
	t.Fatalf("without end: %v", steps)
	return nil
}

func submitted(t *testing.T, b Business) *Filing {
	t.Helper()
	f := &Filing{Status: RegistrationDraft}
	if err := f.Submit(filingStart, b, "tag"); err != nil {
		t.Fatal(err)
	}
	return f
}

// The drawing in the engine's README is the machine: every arrow in it is a move, and every move is in it.
func TestTheDrawingIsTheMachine(t *testing.T) {
	b, err := os.ReadFile("../engine/README.md")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^([a-z_]+) +-> +([a-z_]+) ").FindAllStringSubmatch(string(b), -1) {
		drawn[m[1]+" -> "+m[2]] = true
	}
	for from, all := range moves {
		for _, to := range all {
			if name := string(from) + " -> " + string(to); !drawn[name] {
				t.Errorf("the move %s is not drawn", name)
			} else {
				delete(drawn, name)
			}
		}
	}
	for name := range drawn {
		t.Errorf("%s is drawn and is no move", name)
	}
	for _, s := range Steps {
		if !strings.Contains(string(b), "`"+string(s)+"`") {
			t.Errorf("the step %s is not in the README", s)
		}
	}
}

// Every move of the machine, made by what makes it.
func TestTheMachineIsWalked(t *testing.T) {
	numbers := []PhoneNumber{{Number: "+16145550123", CarrierSID: "PN1", SMSCapable: true}, {Number: "+16145550124", CarrierSID: "PN2"}}
	rejected := Filed{Verdict: FilingRejected, Why: []CarrierFault{{Code: 30795}}}
	pending := Filed{Verdict: FilingPending}
	made := map[string]bool{}
	is := func(f *Filing, was, want RegistrationStatus) {
		t.Helper()
		if f.Status != want {
			t.Errorf("%s went to %s, want %s", was, f.Status, want)
		}
		made[string(was)+" -> "+string(want)] = true
	}
	b := Business{BrandType: BrandLowVolume, UseCase: "LOW_VOLUME", LegalName: "Brightwater LLC"}

	f := submitted(t, b)
	is(f, RegistrationDraft, RegistrationSubmitted)
	goOn(t, f, numbers, map[Step]Filed{StepProfileCheck: rejected})
	is(f, RegistrationSubmitted, RegistrationRejected)
	if err := f.Submit(filingStart, b, "other"); err != nil || f.Tag != "tag" {
		t.Errorf("resubmitted: %v, tag %q", err, f.Tag)
	}
	is(f, RegistrationRejected, RegistrationSubmitted)
	goOn(t, f, numbers, map[Step]Filed{StepBrandReview: pending})
	is(f, RegistrationSubmitted, RegistrationInReview)
	goOn(t, f, numbers, map[Step]Filed{StepCampaignReview: rejected})
	is(f, RegistrationInReview, RegistrationRejected)
	if err := f.Submit(filingStart, b, "tag"); err != nil {
		t.Fatal(err)
	}
	if steps := goOn(t, f, numbers, nil); slices.Contains(steps, StepBrand) || !slices.Contains(steps, StepCampaign) {
		t.Errorf("a mended campaign goes through %v", steps)
	}
	is(f, RegistrationInReview, RegistrationApproved)
	if len(f.Numbers) != 1 || f.Numbers[0] != "PN1" {
		t.Errorf("numbers in the service: %v", f.Numbers)
	}
	goOn(t, f, numbers, map[Step]Filed{StepCampaignReview: rejected})
	is(f, RegistrationApproved, RegistrationRejected)

	standing := Standing{Service: "MG1", Campaign: "QE1", Sender: "campaign"}
	for _, from := range []RegistrationStatus{RegistrationDraft, RegistrationRejected, RegistrationApproved} {
		f := &Filing{Status: from}
		if err := f.Adopt(filingStart, standing); err != nil {
			t.Errorf("adopt from %s: %v", from, err)
		}
		is(f, from, RegistrationApproved)
	}
	for from, all := range moves {
		for _, to := range all {
			if !made[string(from)+" -> "+string(to)] {
				t.Errorf("nothing makes the move %s -> %s", from, to)
			}
		}
	}
}

func TestNothingSubmittedCanBeChanged(t *testing.T) {
	f := submitted(t, Business{LegalName: "Brightwater LLC"})
	for _, status := range []RegistrationStatus{RegistrationSubmitted, RegistrationInReview, RegistrationApproved} {
		f.Status = status
		if f.Editable() {
			t.Errorf("%s is editable", status)
		}
		if err := f.Submit(filingStart, Business{}, "tag"); !errors.Is(err, &Error{Code: "registration_locked"}) {
			t.Errorf("submitted while %s: %v", status, err)
		}
	}
	f.Status = RegistrationInReview
	if err := f.Adopt(filingStart, Standing{Service: "MG1", Sender: "campaign"}); !errors.Is(err, &Error{Code: "registration_locked"}) {
		t.Errorf("adopted while in review: %v", err)
	}
}

func TestWhatIsNotApprovedIsNotAdopted(t *testing.T) {
	for code, s := range map[string]Standing{"nothing_to_adopt": {Service: "MG1"}, "not_approved": {Service: "MG1", Sender: "campaign", Verdict: FilingPending}} {
		f := &Filing{Status: RegistrationDraft}
		if err := f.Adopt(filingStart, s); !errors.Is(err, &Error{Code: code}) || f.Status != RegistrationDraft {
			t.Errorf("%+v: %v, %s", s, err, f.Status)
		}
	}
	f := &Filing{Status: RegistrationDraft}
	if err := f.Adopt(filingStart, Standing{Service: "MG1", Sender: "toll_free"}); err != nil || f.Status != RegistrationApproved {
		t.Errorf("a verified toll-free number: %v, %s", err, f.Status)
	}
}

// Looking again is quick at first, then hourly, then daily; never backwards.
func TestLooksGetRarer(t *testing.T) {
	last := time.Duration(0)
	for waited := time.Duration(0); waited < 40*24*time.Hour; waited += PollAfter(waited) {
		is := PollAfter(waited)
		if is < last {
			t.Errorf("after %v it is looked again in %v, before in %v", waited, is, last)
		}
		last = is
	}
	if PollAfter(0) > time.Minute || PollAfter(24*time.Hour) != time.Hour || PollAfter(30*24*time.Hour) != 24*time.Hour {
		t.Errorf("%v %v %v", PollAfter(0), PollAfter(24*time.Hour), PollAfter(30*24*time.Hour))
	}
}

func TestRejectionsNameTheFieldInOurWords(t *testing.T) {
	got := Rejections([]CarrierFault{
		{Code: 30795, Fields: []string{"business_registration_number", "business_name"}, Text: "no match"},
		{Code: 30908, Fields: []string{"PRIVACY_POLICY_URL"}}, {Code: 30896, Fields: []string{"MESSAGE_FLOW"}}, {Code: 30893}, {Code: 99999, Text: "something new"}, {},
	})
	want := [][2]string{{"30795", "ein"}, {"30795", "legal_name"}, {"30908", "privacy_url"}, {"30896", "message_flow"}, {"30893", "samples"}, {"99999", ""}, {"unknown", ""}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, r := range got {
		if r.Code != want[i][0] || r.Field != want[i][1] || r.Reason == "" || r.Fix == "" {
			t.Errorf("%+v, want %v", r, want[i])
		}
	}
}

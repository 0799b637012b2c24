package booking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEveryCodeOfTheSheetHasItsReaction(t *testing.T) {
	sheet := string(reference(t, "twilio-compliance.md"))
	_, part, _ := strings.Cut(sheet, "### 3.5")
	part, _, _ = strings.Cut(part, "### 3.6")
	code := regexp.MustCompile(`\b(\d{5})(?:-(\d{5}))?\b`)
	want := map[int]string{}
	for line := range strings.Lines(part) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			from, _ := strconv.Atoi(m[1])
			to := from
			if m[2] != "" {
				to, _ = strconv.Atoi(m[2])
			}
			for n := from; n <= to; n++ {
				want[n] = strings.TrimSpace(cells[3])
			}
		}
	}
	if len(want) < 75 {
		t.Fatalf("only %d codes were read", len(want))
	}
	letters := func(s string) string { // the reaction letters R, N, O, B, H, A that stand alone
		s = strings.ReplaceAll(s, "O-like", "")
		var got []string
		for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" ,;()", r) }) {
			if len(w) == 1 && strings.Contains("RNOBHA", w) {
				got = append(got, w)
			}
		}
		return strings.Join(got, "")
	}
	for n, says := range want {
		r, ok := reactionOf(n)
		if !ok {
			t.Errorf("%d (%s) is missing", n, says)
			continue
		}
		l := letters(says)
		ok = false
		switch r.Class {
		case ReactHalt:
			ok = strings.Contains(l, "H")
		case ReactOptedOut:
			ok = strings.Contains(l, "O")
		case ReactBadNumber:
			ok = strings.Contains(l, "B") && !strings.Contains(l, "R")
		case ReactRetry:
			ok = strings.Contains(l, "R") && !strings.Contains(says, "reconcile")
		case ReactUnknown:
			ok = strings.Contains(says, "reconcile")
		case ReactNever:
			ok = strings.Contains(l, "N") || n == 14107 || n == 14109
		case ReactNotice:
			ok = l == "A" || says == "ignore"
		}
		if !ok {
			t.Errorf("%d is %s, the sheet says %q", n, r.Class, says)
		}
	}
	for _, r := range reactions {
		if _, ok := want[r.Code]; !ok {
			t.Errorf("%d is not in the sheet", r.Code)
		}
	}
}

func TestTheReactionTableIsSound(t *testing.T) {
	if !slices.IsSortedFunc(reactions[:], func(a, b Reaction) int { return cmp.Compare(a.Code, b.Code) }) {
		t.Error("the codes are not in order, so some are not found")
	}
	for i, r := range reactions {
		waits := r.Class == ReactRetry || r.Class == ReactHalt
		switch {
		case i > 0 && reactions[i-1].Code == r.Code:
			t.Errorf("%d stands there twice", r.Code)
		case !strings.HasSuffix(r.Meaning, "."):
			t.Errorf("%d: %q is no sentence", r.Code, r.Meaning)
		case waits && r.RetryAfter <= 0:
			t.Errorf("%d waits for nothing", r.Code)
		case (r.Class == ReactHalt) && (!r.Alert || r.Fix == ""):
			t.Errorf("%d halts in silence", r.Code)
		case r.Tries != 0 && r.Class != ReactRetry, r.OneNumber && r.Class != ReactHalt:
			t.Errorf("%d says what its class does not need: %+v", r.Code, r)
		}
	}
}

func TestOnlyAnAnswerIsAnAnswer(t *testing.T) {
	for _, c := range []struct {
		err  error
		want ReactClass
	}{
		{nil, ""},
		{io.ErrUnexpectedEOF, ReactUnknown},
		{context.DeadlineExceeded, ReactUnknown},
		{&CarrierError{}, ReactUnknown},
		{&CarrierError{HTTPStatus: 500}, ReactUnknown},
		{&CarrierError{HTTPStatus: 502, Code: 21610}, ReactUnknown}, // trouble that quotes a code is still trouble
		{&CarrierError{HTTPStatus: 503, Code: 20503}, ReactUnknown},
		{&CarrierError{HTTPStatus: 302}, ReactUnknown},
		{&CarrierError{HTTPStatus: 200}, ReactUnknown},
		{&CarrierError{HTTPStatus: 408}, ReactUnknown},
		{&CarrierError{HTTPStatus: 429}, ReactRetry},
		{&CarrierError{HTTPStatus: 429, Code: 20429}, ReactRetry},
		{&CarrierError{HTTPStatus: 400, Code: 21610}, ReactOptedOut},
		{&CarrierError{HTTPStatus: 400, Code: 21211}, ReactBadNumber},
		{&CarrierError{HTTPStatus: 400, Code: 21999}, ReactNever},
		{&CarrierError{HTTPStatus: 404}, ReactNever},
		{&CarrierError{HTTPStatus: 401, Code: 20003}, ReactHalt},
		{&CarrierError{Code: 30006}, ReactBadNumber},
		{&CarrierError{Code: 30034}, ReactHalt},
		{&CarrierError{Code: 30499}, ReactNever},
		{&CarrierError{Code: 12345}, ReactUnknown},
		{&CarrierError{NotSent: true}, ReactRetry},
		{fmt.Errorf("send: %w", &CarrierError{HTTPStatus: 400, Code: 21610}), ReactOptedOut},
		{errors.Join(io.EOF, &CarrierError{HTTPStatus: 400, Code: 21610}), ReactOptedOut},
	} {
		if got := ReactionTo(c.err).Class; got != c.want {
			t.Errorf("class of %v = %q, want %q", c.err, got, c.want)
		}
		if r := ReactionTo(c.err); c.err != nil && (r.Meaning == "" || r.Class == ReactRetry && r.RetryAfter <= 0) {
			t.Errorf("ReactionTo(%v) = %+v says too little", c.err, r)
		}
	}
}

func TestTheDailyCapOpensAtMidnightInLosAngeles(t *testing.T) {
	r := ReactionTo(&CarrierError{Code: 30023})
	if got, want := r.RetryAt(at("2026-03-10T22:30:00-04:00")), at("2026-03-11T00:00:00-07:00"); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := ReactionTo(&CarrierError{Code: 30001}).RetryAt(left), left.Add(15*time.Minute); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCarrierErrorsShowNoPhoneNumber(t *testing.T) {
	err := &CarrierError{Code: 21211, HTTPStatus: 400, Message: "The 'To' number +16145550142 is not a valid phone number (code 21211; local 5550142, zip 432145)."}
	if got, want := err.Error(), "carrier error 21211 (HTTP 400): The 'To' number +…42 is not a valid phone number (code 21211; local …42, zip 432145)."; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

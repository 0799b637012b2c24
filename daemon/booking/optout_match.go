package booking

import (
	"cmp"
	"strings"
)

// Withdrawal is a customer's wish to get no more texts, found in their own words.
type Withdrawal struct {
	Reason Reason
	Phrase string // the words that said so, made plain
}

// maxWithdrawal bounds what is read, in bytes: a text has at most 1,600 characters.
const maxWithdrawal = 4 * MaxBody

// MatchWithdrawal tells whether a text withdraws the consent to be texted, by a keyword or in any words, in English and
// Spanish (47 CFR 64.1200(a)(10): any wording that a reasonable person would understand so). It reads the text alone: whether
// somebody asked "shall I stop?" before is not known here.
//
// testdata/optout.txt has the labelled lines it is measured with.
func MatchWithdrawal(body string) (Withdrawal, bool) {
	if k, ok := MatchKeyword(body); ok {
		return Withdrawal{Reason: ReasonAsked, Phrase: clip(strings.TrimSpace(body), 40)}, k == KeywordStop
	}
	if MatchTapback(body) != TapbackNone { // the words in it are ours
		return Withdrawal{}, false
	}
	m := plainMessage(clip(body, maxWithdrawal))
	if m.takenBack() {
		return Withdrawal{}, false
	}
	f, ok := withdrawals.find(m)
	if !ok {
		f, ok = withdrawalMeetings.find(m)
	}
	if !ok || m.aboutOthers() {
		return Withdrawal{}, false
	}
	return Withdrawal{Reason: cmp.Or(Reason(f.means), ReasonAsked), Phrase: f.words}, true
}

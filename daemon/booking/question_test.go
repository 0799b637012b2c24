package booking

import (
	"slices"
	"testing"
)

func TestAmountsThatAFactNames(t *testing.T) {
	for text, want := range map[string][]int{
		"The fee is $89.":                       {8900},
		"$1,250 to $2,400.50, or $89 and $ 89.": {125000, 240050, 8900},
		"No amount, 89 dollars, $x":             nil,
		"$0.99 a text":                          {99},
	} {
		if got := (Fact{Text: text}).Named(); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", text, got, want)
		}
	}
	f := Fact{Text: "A tune-up is $129.", Prices: []int{12900, 4900}}
	if got := f.Besides(); !slices.Equal(got, []int{4900}) {
		t.Errorf("besides: %v", got)
	}
}

func TestAQuestionIsAnsweredByTheFirstFactWithItsWord(t *testing.T) {
	facts := []Fact{{ID: "a", Text: "We are open."}, {ID: "b", Text: "WARRANTY: one year."}, {ID: "c", Text: "The warranty is long."}}
	for _, q := range Questions {
		got := q.Answer(facts)
		if (got != nil) != (q.ID == "warranty") || got != nil && got.ID != "b" {
			t.Errorf("%s is answered by %v", q.ID, got)
		}
	}
}

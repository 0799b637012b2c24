package booking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Question is one that customers often ask and that the usual agent answers from an approved fact, or else hands to a person.
type Question struct {
	ID    string   // stable
	Asks  string   // in words: the agent tells a fact that answers it, see [FactsFor]
	Words []string // in small letters, where it goes by these instead: it tells a fact whose text has one of them
}

// Questions are those that an office is reminded of. The words are the lists of turn:price and of the licence in scripts/defaults.
var Questions = []Question{
	{ID: "visit_fee", Words: []string{"fee", "price", "precio", "visit costs", "visit is $", "service call costs", "service call is $"}},
	{ID: "license", Words: []string{"licensed", "insured", "licencia"}},
	{ID: "warranty", Asks: "Is there a warranty on repairs?"},
	{ID: "financing", Asks: "Do you offer financing?"},
	{ID: "payment", Asks: "What payment do you accept?"},
	{ID: "hours", Asks: "What are your business hours?"},
	{ID: "brands", Asks: "What brands do you work on?"},
	{ID: "maintenance", Asks: "Do you have a maintenance plan?"},
}

// Answer gives the first of the facts that the usual agent tells to the question; nil: it hands the question to a person.
func (q Question) Answer(facts []Fact) *Fact {
	for i := range facts {
		low := strings.ToLower(facts[i].Text)
		if told, _ := FactsFor(q.Asks, facts[i:i+1]); len(told) > 0 || slices.ContainsFunc(q.Words, func(word string) bool { return strings.Contains(low, word) }) {
			return &facts[i]
		}
	}
	return nil
}

// dollarAmount is an amount of dollars as texts name it: "$89", "$1,250", "$25.50".
var dollarAmount = regexp.MustCompile(`\$ ?(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d\d))?`)

// Named gives the amounts that a fact's text names, in cents, each once.
func (f Fact) Named() (all []int) {
	for _, m := range dollarAmount.FindAllStringSubmatch(f.Text, -1) {
		whole, _ := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		part, _ := strconv.Atoi(m[2]) // none: 0
		if cents := 100*whole + part; !slices.Contains(all, cents) {
			all = append(all, cents)
		}
	}
	return all
}

// Besides gives the amounts that an agent may tell with the fact although its text does not name them, in cents.
func (f Fact) Besides() (all []int) {
	in := f.Named()
	for _, cents := range f.Prices {
		if !slices.Contains(in, cents) {
			all = append(all, cents)
		}
	}
	return all
}

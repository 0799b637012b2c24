package api

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// What the agent may say: the approved facts, and the questions that no fact answers. One fact is changed at a time, and its form names the
// state that it was made from, so that two people are in each other's way only at the same fact.

const factsPath = "/console/settings/facts"

// factInput is the name of the form's fact, as [wire.Facts] calls it in a refusal.
const factInput = "fact"

// maxFacts bounds what is added by hand: that many of the longest ones fit into one transaction of the store.
const maxFacts = 100

type factsPage struct {
	Tabs      []tab
	Questions []questionRow
	Facts     []factRow
	Form      *factForm
}

// questionRow is what customers often ask: what answers it, or where an answer is written.
type questionRow struct{ Question, Answer, Path string }

type factRow struct{ About, Text, Besides, Path string }

// factForm is the form of one fact with its heading.
type factForm struct {
	form
	Title string
	Stand bool // it is a fact that is there, and can be removed
	Top   bool // somebody asked for this form, and it stands above the lists
}

// factSpot is which fact is looked at.
type factSpot struct {
	edit string // ID of one that is there
	ask  string // ID of a question that a new one is to answer
	form url.Values
}

// factTyped is a fact as a form has it.
type factTyped struct {
	wire.Fact
	about string // its ID in plain words
	other []string
}

func typedOf(f booking.Fact) *factTyped {
	t := &factTyped{Fact: wire.FromFact(f), about: plainID(f.ID)}
	for _, cents := range f.Besides() {
		t.other = append(t.other, money(cents))
	}
	return t
}

// plainID tells an ID that a program gave, such as visit_fee, as people write it.
func plainID(id string) string {
	if strings.ContainsAny(id, " ") {
		return id
	}
	return capital(strings.ReplaceAll(id, "_", " "))
}

func (t *factTyped) form() form {
	f := form{Action: factsPath, Button: word("save"), Hidden: []pair{{"fact", t.ID}}, Groups: []group{{Inputs: []*input{
		text("fact.about", &t.about).needed().auto("off").named(factInput + "[0].id"), area("fact.text", &t.Text).needed().named(factInput + "[0].text")}}}}
	if len(t.other) > 0 {
		f.Groups[0].Inputs = append(f.Groups[0].Inputs, lines("fact.prices", &t.other).named(factInput+"[0].prices"))
	}
	return f
}

// fact is what was typed over a fact. Amounts that its text names need not be told apart, so those of the old text go with it.
func (t *factTyped) fact(was booking.Fact) (booking.Fact, error) {
	is := wire.Fact{ID: wire.OneLine(t.about), Text: oneLine(t.Text), Prices: was.Prices}
	if t.about == plainID(was.ID) {
		is.ID = was.ID
	}
	if is.Text == oneLine(was.Text) {
		is.Text = was.Text
	}
	if len(is.ID) > 100 {
		return was, booking.Refuse(booking.Invalid, "too_long", factInput+"[0].id", "it is too long", "a few words are enough, for example Warranty")
	}
	other := []int{}
	for i, line := range t.other {
		cents, err := cents("amount", line, maxDollars)
		if err != nil {
			told := problemOf(err).refusal
			return was, booking.Refuse(booking.Invalid, told.Code, factInput+"[0].prices["+strconv.Itoa(i)+"]", told.Message, told.Hint)
		}
		other = append(other, cents)
	}
	if is.Text != was.Text || !slices.Equal(other, was.Besides()) {
		is.Prices = append(booking.Fact{Text: is.Text}.Named(), other...)
	}
	all, err := wire.Facts(factInput, []wire.Fact{is})
	if err != nil {
		return was, err
	}
	return all[0], nil
}

func (c *call) showFacts() (any, error) {
	return c.factsPage(factSpot{edit: c.f.Query("edit"), ask: c.f.Query("ask")}, nil)
}

func (c *call) factsPage(at factSpot, problem error) (any, error) {
	var v shell
	var p factsPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		p = factsPage{}
		if v, err = c.shellFor(s, word("settings.facts"), "settings"); err != nil {
			return err
		}
		p.Tabs = v.tabs("facts")
		facts, err := s.Facts(c.who.Account)
		if err != nil {
			return err
		}
		for _, q := range booking.Questions {
			row := questionRow{Question: word("question." + q.ID), Path: factsPath + "?" + url.Values{"ask": {q.ID}}.Encode() + "#edit"}
			if a := q.Answer(facts); a != nil {
				row.Answer = plainID(a.ID)
			}
			p.Questions = append(p.Questions, row)
		}
		for _, f := range facts {
			row := factRow{About: plainID(f.ID), Text: f.Text, Path: factsPath + "?" + url.Values{"edit": {f.ID}}.Encode() + "#edit"}
			var other []string
			for _, cents := range f.Besides() {
				other = append(other, money(cents))
			}
			row.Besides = strings.Join(other, ", ")
			p.Facts = append(p.Facts, row)
		}
		p.Form = factFormOf(facts, at, problem)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = true, p
	return c.office("facts", v, problem)
}

// wayToFacts leads from where the agent is chosen to what it may say.
func wayToFacts(facts []booking.Fact) *wayOn {
	open := 0
	for _, q := range booking.Questions {
		if q.Answer(facts) == nil {
			open++
		}
	}
	way := &wayOn{word("facts.way.whole"), word("settings.facts"), factsPath}
	if open > 0 {
		way.About = fmt.Sprintf(word("facts.way"), open, len(booking.Questions))
	}
	return way
}

// factFormOf is the form of the fact that is looked at, or of a new one; as it was typed where it was refused.
func factFormOf(facts []booking.Fact, at factSpot, problem error) *factForm {
	f := &factForm{Title: word("fact.add")}
	var is booking.Fact
	if i := slices.IndexFunc(facts, func(f booking.Fact) bool { return f.ID == at.edit }); i >= 0 {
		is, f.Stand, f.Title = facts[i], true, plainID(facts[i].ID)
	}
	f.Top = f.Stand || at.form != nil
	f.form = typedOf(is).form()
	if !f.Stand {
		f.Button = word("fact.add.button")
	}
	if f.form = f.filled(at.form, problem); at.form == nil && !f.Stand {
		for _, q := range booking.Questions {
			if q.ID == at.ask {
				about, says := f.Groups[0].Inputs[0], f.Groups[0].Inputs[1]
				f.Top, about.Value, f.Title, says.Hint = true, plainID(q.ID), word("question."+q.ID), word("question.example."+q.ID)
			}
		}
	}
	return f
}

// saveFact adds, changes or removes one fact.
func (c *call) saveFact() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	id, done := typed.Get("fact"), "saved"
	if typed.Get("do") == "remove" {
		done = "removed"
	}
	_, err = c.engine.EditFacts(c.ctx, c.who.Account, func(all []booking.Fact) ([]booking.Fact, error) {
		return factsAfter(all, id, done == "removed", typed)
	})
	if err != nil {
		return c.factsPage(factSpot{edit: id, form: typed}, err)
	}
	return c.done(factsPath, done)
}

// factsAfter are the facts with one changed as it was typed. What is so already stays: a form that is sent twice does what it does once.
func factsAfter(all []booking.Fact, id string, remove bool, typed url.Values) ([]booking.Fact, error) {
	var was booking.Fact
	i := -1
	if id != "" {
		i = slices.IndexFunc(all, func(f booking.Fact) bool { return f.ID == id })
	}
	if i >= 0 {
		was = all[i]
	}
	unseen := typedOf(was).form().read(typed) // refused when it was made from an older state
	if remove {
		if i < 0 {
			return all, nil
		}
		if typed.Get("revision") != typedOf(was).form().Revision() {
			return nil, unseen
		}
		return slices.Delete(all, i, i+1), nil
	}
	now := maps.Clone(typed)
	t := typedOf(was)
	now.Set("revision", t.form().Revision())
	if err := t.form().read(now); err != nil {
		return nil, err
	}
	is, err := t.fact(was)
	if err != nil {
		return nil, err
	}
	other := slices.IndexFunc(all, func(f booking.Fact) bool { return f.ID == is.ID })
	switch {
	case other >= 0 && all[other].Text == is.Text && (i < 0 || other == i && slices.Equal(all[i].Prices, is.Prices)):
		return all, nil
	case unseen != nil:
		return nil, unseen
	case other >= 0 && other != i:
		return nil, booking.Refuse(booking.Invalid, "duplicate_id", factInput+"[0].id", "there is an answer about this already", "change that one, or say what this one is about in other words")
	case i >= 0:
		all[i] = is
		return all, nil
	case len(all) >= maxFacts:
		return nil, booking.Refuse(booking.Invalid, "too_many", factInput+"[0].id", "there are "+strconv.Itoa(len(all))+" answers already", "remove one that is not needed any more, or put two together")
	}
	return append(all, is), nil
}

package api

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// input is one field of a form.
type input struct {
	Name, Kind string // of the field in the API; how it is shown, see forms.html
	Label      string
	Hint       string
	Value      string
	Unit       string // of a span of time: s, m, h, d
	To         string // of hours: the end
	Choices    []choice
	On         bool
	Auto       string // autocomplete
	Need       bool
	Locked     bool
	Flaws      []flaw
	Pictures   []picture // of kinds of text
	More       *wayOn    // to a page that belongs to it
	Saved      string    // what somebody else saved meanwhile, and differs from what is typed

	at any // *string, *bool, *int or *[]string of the shape
}

// wayOn is a link with what it is about.
type wayOn struct{ About, Label, Path string }

// flaw is what is wrong with an input, and its mend. A soft one does not hold anything up.
type flaw struct {
	Message, Fix string
	Soft         bool
}

// text is an input of one line. Its words are the catalogue's: "field." and "hint." with its name.
func text(name string, at *string) *input { return described(&input{Name: name, Kind: "text", at: at}) }

func described(f *input) *input {
	f.Label = word("field." + f.Name)
	if hint := "hint." + f.Name; word(hint) != hint {
		f.Hint = word(hint)
	}
	return f
}

func area(name string, at *string) *input { return text(name, at).as("area") }

// lines is a list with an item on each line.
func lines(name string, at *[]string) *input {
	return described(&input{Name: name, Kind: "area", at: at})
}

// hours is a span of the day.
func hours(name string, at *[]string) *input {
	return described(&input{Name: name, Kind: "hours", at: at})
}

func tick(name string, at *bool) *input {
	return described(&input{Name: name, Kind: "check", at: at})
}

// pick is a list to choose from of which only what it offers is good: unlike with oneOf, a value that is not offered now is not chosen.
func pick(name string, at *string, choices []choice) *input {
	f := text(name, at).as("pick")
	f.Choices = append([]choice{{Label: word("choice.none")}}, choices...)
	return f
}

// dollars is an amount of money, which the shape has in cents; 0 is shown as nothing.
func dollars(name string, at *int) *input {
	return described(&input{Name: name, Kind: "money", at: at})
}

func number(name string, at *int) *input {
	return described(&input{Name: name, Kind: "number", at: at})
}

// lasting is a length of time, in the unit that suits it.
func lasting(name string, at *string) *input { return text(name, at).as("span") }

// oneOf is a list to choose from; labels are the catalogue's "choice." with the value. An empty value is offered where none may be chosen.
func oneOf[T ~string](name string, at *string, values []T, none bool) *input {
	f := text(name, at).as("select")
	if none {
		f.Choices = append(f.Choices, choice{Label: word("choice.none")})
	}
	for _, v := range values {
		f.Choices = append(f.Choices, choice{Value: string(v), Label: labelOf(string(v))})
	}
	return f
}

// anyOf is a list of which several may be chosen.
func anyOf[T ~string](name string, at *[]string, values []T) *input {
	f := described(&input{Name: name, Kind: "checks", at: at})
	for _, v := range values {
		f.Choices = append(f.Choices, choice{Value: string(v), Label: labelOf(string(v))})
	}
	return f
}

// labelOf tells a value that is chosen as people say it; one without words in the catalogue in plain letters.
func labelOf(value string) string {
	if key := "choice." + value; word(key) != key {
		return word(key)
	}
	if value == strings.ToUpper(value) && strings.ContainsAny(value, "_") || len(value) > 4 && value == strings.ToUpper(value) {
		value = capital(strings.ToLower(strings.ReplaceAll(value, "_", " ")))
	}
	return value
}

// worded is the catalogue's word for a key of a family, or the key itself where there is none: some are people's own.
func worded(family, key string) string {
	if w := word(family + "." + key); w != family+"."+key {
		return w
	}
	return key
}

// keeping offers what stands too, where it is not among the choices any more.
func (f *input) keeping() *input {
	if f.Hint = ""; f.Kind == "pick" {
		f.Kind = "select"
	}
	return f
}

func (f *input) as(kind string) *input   { f.Kind = kind; return f }
func (f *input) auto(name string) *input { f.Auto = name; return f }
func (f *input) needed() *input          { f.Need = true; return f }

// named gives the input the name that its field has in the API, where its words in the catalogue have another.
func (f *input) named(name string) *input { f.Name = name; return f }

// ID names the input in the page.
func (f *input) ID() string {
	return "f-" + strings.NewReplacer(".", "-", "_", "-", "[", "-", "]", "").Replace(f.Name)
}

// Wrong tells whether something keeps the input from being taken.
func (f *input) Wrong() bool {
	return slices.ContainsFunc(f.Flaws, func(w flaw) bool { return !w.Soft })
}

// About names what describes the input, for aria-describedby.
func (f *input) About() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-hint")
	}
	if len(f.Flaws) > 0 || f.Saved != "" {
		ids = append(ids, f.ID()+"-flaw")
	}
	return strings.Join(ids, " ")
}

// units are what lengths of time are told in, the longest first.
var units = []struct {
	name string
	is   time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}

// Units are the choices of a span's unit.
func (f *input) Units() (all []choice) {
	for _, u := range slices.Backward(units) {
		all = append(all, choice{u.name, word("unit." + u.name), u.name == f.Unit})
	}
	return all
}

// show puts the shape's value into the input.
func (f *input) show() {
	switch at := f.at.(type) {
	case *string:
		f.Value = *at
	case *bool:
		f.On = *at
	case *int:
		if f.Value = strconv.Itoa(*at); f.Kind == "money" {
			f.Value = plainMoney(*at)
		}
	case *[]string:
		f.showList(*at)
	}
	if f.Kind == "span" {
		f.Value, f.Unit = amount(f.Value)
	}
	f.choose()
}

func (f *input) showList(list []string) {
	switch f.Kind {
	case "hours":
		if f.Value, f.To = "", ""; len(list) == 2 {
			f.Value, f.To = list[0], list[1]
		}
		if f.To == "24:00" { // browsers' clocks end before it
			f.To = "00:00"
		}
	case "checks":
		for i := range f.Choices {
			f.Choices[i].Chosen = slices.Contains(list, f.Choices[i].Value)
		}
	default:
		f.Value = strings.Join(list, "\n")
	}
}

// plainMoney tells cents as one types dollars.
func plainMoney(n int) string {
	if n == 0 {
		return ""
	}
	return strings.TrimPrefix(strings.ReplaceAll(money(n), ",", ""), "$")
}

// choose marks the choice of the value; a value that is not among them is offered too, so that saving does not change it.
func (f *input) choose() {
	if f.Kind != "select" && f.Kind != "modes" && f.Kind != "pick" {
		return
	}
	known := false
	for i := range f.Choices {
		f.Choices[i].Chosen = f.Choices[i].Value == f.Value
		known = known || f.Choices[i].Chosen
	}
	if !known && f.Value != "" && f.Kind != "pick" {
		f.Choices = append(f.Choices, choice{f.Value, f.Value, true})
	}
}

// amount tells a length of time as a number and its unit.
func amount(s string) (n, unit string) {
	d, err := time.ParseDuration(s)
	if err != nil || d == 0 {
		return "0", "m"
	}
	for _, u := range units {
		if d%u.is == 0 && (u.name != "d" || d > 48*time.Hour) {
			return strconv.FormatInt(int64(d/u.is), 10), u.name
		}
	}
	return s, "s"
}

// typed puts what a person typed into the input.
func (f *input) typed(v url.Values) {
	if f.Locked {
		return
	}
	switch f.Kind {
	case "check":
		f.On = v.Has(f.Name)
	case "checks":
		f.showList(v[f.Name])
	case "hours":
		f.Value, f.To = v.Get(f.Name+".from"), v.Get(f.Name+".to")
	case "span":
		f.Value, f.Unit = v.Get(f.Name), v.Get(f.Name+".unit")
	default:
		f.Value = v.Get(f.Name)
	}
	f.choose()
}

// read puts what was typed into the shape.
func (f *input) read(v url.Values) error {
	if f.Locked {
		return nil
	}
	switch at := f.at.(type) {
	case *string:
		if *at = v.Get(f.Name); f.Kind == "span" {
			return f.readSpan(at, v.Get(f.Name+".unit"))
		}
	case *bool:
		*at = v.Has(f.Name)
	case *int:
		if f.Kind == "money" {
			n, err := cents(f.Name, v.Get(f.Name), maxDollars)
			*at = n
			return err
		}
		n, err := strconv.Atoi(strings.TrimSpace(cmp.Or(v.Get(f.Name), "0")))
		if err != nil {
			return notANumber(f.Name)
		}
		*at = n
	case *[]string:
		*at = []string{}
		switch f.Kind {
		case "hours":
			if from, to := v.Get(f.Name+".from"), v.Get(f.Name+".to"); from != "" || to != "" {
				if to == "00:00" {
					to = "24:00"
				}
				*at = []string{from, to}
			}
		case "checks":
			*at = append(*at, v[f.Name]...)
		default:
			for line := range strings.Lines(v.Get(f.Name)) {
				if line = strings.TrimSpace(line); line != "" {
					*at = append(*at, line)
				}
			}
		}
	}
	return nil
}

func (f *input) readSpan(at *string, unit string) error {
	n, err := strconv.ParseUint(strings.TrimSpace(*at), 10, 31)
	i := slices.IndexFunc(units, func(u struct {
		name string
		is   time.Duration
	}) bool {
		return u.name == unit
	})
	if err != nil || i < 0 || n > uint64(10*365*24*time.Hour/units[i].is) {
		return notANumber(f.Name)
	}
	*at = booking.Duration(time.Duration(n) * units[i].is).String()
	return nil
}

func notANumber(name string) error {
	return booking.Refuse(booking.Invalid, "not_a_number", name, "this is not a whole number", "digits only, for example 15")
}

// Plain is the value as a sentence can hold it.
func (f *input) Plain() string {
	switch f.Kind {
	case "check":
		return map[bool]string{true: word("yes"), false: word("no")}[f.On]
	case "hours":
		return strings.Trim(f.Value+"-"+f.To, "-")
	case "span":
		return f.Value + " " + word("unit."+f.Unit)
	case "select", "modes", "checks", "pick":
		var labels []string
		for _, c := range f.Choices {
			if c.Chosen && c.Value != "" {
				labels = append(labels, c.Label)
			}
		}
		return strings.Join(labels, ", ")
	}
	if f.Kind == "tel" {
		return shownPhone(f.Value)
	}
	return f.Value
}

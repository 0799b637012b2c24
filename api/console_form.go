package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The forms of the console. A form is put down once, as inputs that are bound to the fields of a shape of the API: it shows what the shape
// holds and reads what was typed into the same fields, so that the API's own rules judge it and their refusals name the input.

// group is some inputs under one heading.
type group struct {
	Title, Note string
	Inputs      []*input
	Pairs       bool // two beside each other, where there is room
}

// form is a page's form.
type form struct {
	Action string
	Button string
	Groups []group
	Hidden []pair // what it carries besides
	Locked bool   // shown, but not to be changed
}

// Given tells whether anything stands in the group.
func (g group) Given() bool {
	return slices.ContainsFunc(g.Inputs, func(f *input) bool { return f.Plain() != "" })
}

// Wrong tells whether an input of the group is not taken as it is.
func (g group) Wrong() bool {
	return slices.ContainsFunc(g.Inputs, func(f *input) bool { return len(f.Flaws) > 0 || f.Saved != "" })
}

// Titled tells whether the groups have headings, which stand beside the inputs where there is room.
func (f form) Titled() bool { return len(f.Groups) > 0 && f.Groups[0].Title != "" }

// Inputs are those of all groups.
func (f form) Inputs() (all []*input) {
	for _, g := range f.Groups {
		all = append(all, g.Inputs...)
	}
	return all
}

// input is that of a name; the form has it.
func (f form) input(name string) *input {
	all := f.Inputs()
	return all[slices.IndexFunc(all, func(i *input) bool { return i.Name == name })]
}

// shown is the form with the values of its shape.
func (f form) shown() form {
	for _, i := range f.Inputs() {
		i.Locked = i.Locked || f.Locked
		i.show()
	}
	return f
}

// Revision names the values of the form's shape, which [form.read] compares: two people who change the same thing at once lose nothing.
func (f form) Revision() string {
	h := sha256.New()
	for _, i := range f.Inputs() {
		was := *i
		was.Choices = slices.Clone(i.Choices)
		was.show()
		fmt.Fprintf(h, "%q %q\n", i.Name, was.Plain())
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// read puts what was typed into the form's shape, unless somebody changed it since the form was shown.
func (f form) read(v url.Values) error {
	if v.Get("revision") != f.Revision() {
		return booking.Refuse(booking.Conflict, "changed_meanwhile", "", "somebody changed this while you had it open, and yours was not saved",
			"what you typed is still here, beside what is saved now; look at both and save again")
	}
	for _, i := range f.Inputs() {
		if err := i.read(v); err != nil {
			return err
		}
	}
	return nil
}

// again is the form as it was typed, with the refusal beside the input that it is about.
func (f form) again(v url.Values, refused error) form {
	f = f.shown()
	var told *booking.Error
	if refused != nil {
		told = problemOf(refused).refusal
	}
	for _, i := range f.Inputs() {
		was := i.Plain()
		i.typed(v)
		if told != nil && told.Code == "changed_meanwhile" && i.Plain() != was {
			i.Saved = cmp.Or(was, word("empty"))
		}
		if told != nil && told.Field != "" && about(told.Field, i.Name) {
			w := flaw{Message: ended(told.Message), Fix: ended(mended(told))}
			i.Flaws = append(i.Flaws, w)
		}
	}
	return f
}

// about tells whether a refusal's field is that of an input, or lies in it.
func about(field, name string) bool {
	rest, ok := strings.CutPrefix(field, name)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// filled is the form as it is to be shown: as it was typed where it was refused.
func (f form) filled(v url.Values, refused error) form {
	if v == nil {
		return f.shown()
	}
	return f.again(v, refused)
}

// ended makes a sentence of a part of one.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return capital(s)
	}
	return capital(s) + "."
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// done leads back to a page, which says what was done: a word of the catalogue that begins with "done.".
func (c *call) done(path, what string) (any, error) {
	return c.back(path + "?done=" + what)
}

// doneWord is what the address says was done.
func (c *call) doneWord() string {
	if key := "done." + c.f.Query("done"); word(key) != key {
		return word(key)
	}
	return ""
}

// office is a page of the console with a form: shown anew after a refusal, with its status.
func (c *call) office(name string, v shell, problem error) (any, error) {
	v.Done = c.doneWord()
	status := ok
	if problem != nil {
		told := problemOf(problem)
		if told.status >= http.StatusInternalServerError && told.status != http.StatusServiceUnavailable {
			return nil, problem
		}
		status, v.Problem, v.Done = told.status, sentence(told.refusal), ""
	}
	return c.html(status, name, v)
}

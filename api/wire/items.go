package wire

import (
	"encoding/json"
	"reflect"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Items is a list as it is put: {"items": [...]}, as a GET gives it, or the bare list.
type Items[T any] struct {
	Items []T
}

// MarshalJSON writes the form of a GET.
func (l Items[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(itemsObject[T]{Items: orEmpty(l.Items)})
}

type itemsObject[T any] struct {
	Items      []T             `json:"items"`
	NextCursor json.RawMessage `json:"next_cursor,omitempty"` // as a GET gives it; says nothing
}

// UnmarshalJSON reads either form.
func (l *Items[T]) UnmarshalJSON(b []byte) error {
	if !isObject(b) {
		return json.Unmarshal(b, &l.Items)
	}
	var o itemsObject[T]
	err := json.Unmarshal(b, &o)
	l.Items = o.Items
	return err
}

func (Items[T]) shape(object bool) reflect.Type {
	if object {
		return reflect.TypeFor[itemsObject[T]]()
	}
	return reflect.TypeFor[[]T]()
}

// Sample gives a value of the form that the API document shows.
func (Items[T]) Sample() any {
	return struct {
		Items []T `json:"items" required:"true" nullable:"false"`
	}{}
}

// Window is an arrival window with capacity.
type Window struct {
	ID             string `json:"id" required:"true"`
	Start          string `json:"start" required:"true" format:"date-time"`
	End            string `json:"end" required:"true" format:"date-time"`
	Capacity       int    `json:"capacity" minimum:"0" description:"All places; left out: 1."`
	Open           int    `json:"open" minimum:"0" description:"Free places: the capacity less what was booked here or is taken elsewhere. Left out: all that was not booked here."`
	Note           string `json:"note"`
	SurchargeCents int    `json:"surcharge_cents,omitempty" minimum:"0"`
}

// FromWindow shows a window.
func FromWindow(w booking.Window) Window {
	return Window{ID: w.ID, Start: stamp(w.Start), End: stamp(w.End), Capacity: w.Capacity, Open: w.Open, Note: w.Note, SurchargeCents: w.SurchargeCents}
}

// WindowIn is a window as it is put: what is left out has its default.
type WindowIn struct {
	ID             string `json:"id"`
	Start          string `json:"start"`
	End            string `json:"end"`
	Capacity       *int   `json:"capacity"`
	Open           *int   `json:"open"`
	Note           string `json:"note"`
	SurchargeCents int    `json:"surcharge_cents"`
}

// Windows gives the windows in the house's type.
func Windows(field string, in []WindowIn) ([]booking.Window, error) {
	out := make([]booking.Window, len(in))
	seen := map[string]bool{}
	for i, w := range in {
		v, err := w.booking(index(field, i))
		if err != nil {
			return nil, err
		}
		if seen[v.ID] {
			return nil, booking.Refuse(booking.Invalid, "duplicate_id", index(field, i)+".id", "two windows have this ID", "give each its own")
		}
		seen[v.ID] = true
		out[i] = v
	}
	return out, nil
}

func (w WindowIn) booking(field string) (v booking.Window, err error) {
	if w.ID == "" || len(w.ID) > 100 {
		return v, missing(field+".id", "give each window an ID of up to 100 bytes")
	}
	if w.Start == "" || w.End == "" {
		return v, missing(field+".start", "a window needs start and end")
	}
	v = booking.Window{ID: w.ID, Capacity: 1, Note: OneLine(w.Note), SurchargeCents: w.SurchargeCents}
	if v.Start, err = instant(field+".start", w.Start); err != nil {
		return v, err
	}
	if v.End, err = instant(field+".end", w.End); err != nil {
		return v, err
	}
	if w.Capacity != nil {
		v.Capacity = *w.Capacity
	}
	v.Open = v.Capacity
	if w.Open != nil {
		v.Open = *w.Open
	}
	switch {
	case !v.End.After(v.Start):
		err = booking.Refuse(booking.Invalid, "out_of_range", field+".end", "the window ends before it begins", "end must be later than start")
	case v.Capacity < 0 || v.Capacity > 10_000:
		err = booking.Refuse(booking.Invalid, "out_of_range", field+".capacity", "it is not within 0 to 10000", "")
	case v.Open < 0 || v.Open > v.Capacity:
		err = booking.Refuse(booking.Invalid, "out_of_range", field+".open", "it is not within 0 to the capacity", "open is the number of free places")
	case v.SurchargeCents < 0:
		err = booking.Refuse(booking.Invalid, "out_of_range", field+".surcharge_cents", "it is below 0", "")
	case len(w.Note) > 500:
		err = booking.Refuse(booking.Invalid, "too_long", field+".note", "it is too long", "at most 500 bytes are kept")
	}
	return v, err
}

// Fact is something an agent may state besides results of its asks.
type Fact struct {
	ID     string `json:"id" required:"true"`
	Text   string `json:"text" required:"true"`
	Prices []int  `json:"prices,omitempty" description:"Cents."`
}

// FromFact shows a fact.
func FromFact(f booking.Fact) Fact { return Fact(f) }

// Facts gives the facts in the house's type.
func Facts(field string, in []Fact) ([]booking.Fact, error) {
	out := make([]booking.Fact, len(in))
	seen := map[string]bool{}
	for i, f := range in {
		at := index(field, i)
		switch {
		case f.ID == "" || len(f.ID) > 100:
			return nil, missing(at+".id", "give each fact an ID of up to 100 bytes")
		case seen[f.ID]:
			return nil, booking.Refuse(booking.Invalid, "duplicate_id", at+".id", "two facts have this ID", "give each its own")
		case OneLine(f.Text) == "":
			return nil, missing(at+".text", "a fact needs a text")
		case len(f.Text) > 2000:
			return nil, booking.Refuse(booking.Invalid, "too_long", at+".text", "it is too long", "at most 2000 bytes are kept")
		}
		seen[f.ID] = true
		f.Text = OneLine(f.Text)
		out[i] = booking.Fact(f)
	}
	return out, nil
}

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Unreadable says that a document could not be read at all, as opposed to one that was read and refused by a rule.
type Unreadable struct{ refusal *booking.Error }

func (u Unreadable) Error() string { return u.refusal.Error() }

// Unwrap gives the refusal.
func (u Unreadable) Unwrap() error { return u.refusal }

func unreadable(code, field, message, hint string) error {
	return Unreadable{booking.Refuse(booking.Invalid, code, field, message, hint)}
}

// maxDepth bounds the nesting of documents that are checked strictly; ours need five.
const maxDepth = 32

// Decode reads one JSON document into v and refuses, with an [Unreadable] that names the field: bytes that are not UTF-8
// (encoding/json would replace them silently), broken JSON, anything after the document, unknown fields (also when only the
// case differs), fields given twice, values of the wrong type and nesting deeper than 32.
func Decode(b []byte, v any) error {
	if err := text(b); err != nil {
		return err
	}
	w := walker{d: json.NewDecoder(bytes.NewReader(b))}
	w.d.UseNumber()
	if err := w.value(reflect.TypeOf(v), "", 0); err != nil {
		return explain(err)
	}
	if _, err := w.d.Token(); !errors.Is(err, io.EOF) {
		return unreadable("invalid_json", "", "something follows the JSON document", "send exactly one document")
	}
	return explain(json.Unmarshal(b, v))
}

// DecodeLoosely is [Decode] for what pages send: unknown fields are ignored, because pages evolve on their own, and of a
// field given twice the last counts.
func DecodeLoosely(b []byte, v any) error {
	if err := text(b); err != nil {
		return err
	}
	return explain(json.Unmarshal(b, v))
}

// Merge lays a document over present, as RFC 7396 has it: absent fields keep their value, null gives the zero value, objects
// merge, lists are replaced. It refuses what [Decode] refuses.
func Merge[T any](present T, b []byte) (T, error) {
	var probe, merged T
	if err := Decode(b, &probe); err != nil {
		return merged, err
	}
	old, err := json.Marshal(present)
	if err != nil {
		return merged, err
	}
	out, err := patch(old, b)
	if err != nil {
		return merged, explain(err)
	}
	return merged, explain(json.Unmarshal(out, &merged))
}

func patch(old, b json.RawMessage) (json.RawMessage, error) {
	if !isObject(b) {
		return b, nil
	}
	fields := map[string]json.RawMessage{}
	if isObject(old) {
		if err := json.Unmarshal(old, &fields); err != nil {
			return nil, err
		}
	}
	var changes map[string]json.RawMessage
	if err := json.Unmarshal(b, &changes); err != nil {
		return nil, err
	}
	for k, v := range changes {
		if string(v) == "null" {
			delete(fields, k)
			continue
		}
		merged, err := patch(fields[k], v)
		if err != nil {
			return nil, err
		}
		fields[k] = merged
	}
	return json.Marshal(fields)
}

func isObject(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && b[0] == '{'
}

// text refuses what is no text.
func text(b []byte) error {
	switch {
	case len(bytes.TrimSpace(b)) == 0:
		return unreadable("invalid_json", "", "the body is empty", "send a JSON document")
	case !utf8.Valid(b):
		return unreadable("invalid_utf8", "", "the body is not valid UTF-8", "send the text encoded as UTF-8")
	}
	return nil
}

// explain puts the complaints of encoding/json into our words.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return unreadable("wrong_type", wrong.Field, "this is "+article(wrong.Value)+", and "+wanted(wrong.Type)+" belongs here", written(wrong.Type))
	}
	if ours, ok := errors.AsType[*booking.Error](err); ok {
		if _, ok := errors.AsType[Unreadable](err); ok {
			return err
		}
		return Unreadable{ours}
	}
	hint := "a JSON document looks like {\"name\": \"value\"}"
	if bad, ok := errors.AsType[*json.SyntaxError](err); ok {
		return unreadable("invalid_json", "", fmt.Sprintf("the body is not valid JSON: %v, at byte %d", bad, bad.Offset), hint)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return unreadable("invalid_json", "", "the body ends before the JSON document does", hint)
	}
	return unreadable("invalid_json", "", strings.TrimPrefix(err.Error(), "json: "), hint)
}

func article(value string) string {
	kind, which, _ := strings.Cut(value, " ")
	switch kind {
	case "string":
		return "a text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "number":
		if which != "" {
			return "the number " + clip(which)
		}
	}
	return "a " + value
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// written shows how a value of a type is written.
func written(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return `in quotes, for example "text"`
	case reflect.Bool:
		return "without quotes"
	case reflect.Int, reflect.Int64:
		return "without quotes and decimals, for example 5"
	case reflect.Float64:
		return "without quotes, for example 2.5"
	case reflect.Slice:
		return "in brackets, for example [1, 2]"
	}
	return `in braces, for example {"name": "value"}`
}

// walker goes through a document beside the type it will be read into.
type walker struct{ d *json.Decoder }

// shaped is implemented by types that read themselves; it gives the type that their list or object form looks like, nil for
// anything.
type shaped interface {
	shape(object bool) reflect.Type
}

func (w walker) value(t reflect.Type, path string, depth int) error {
	tok, err := w.d.Token()
	if err != nil {
		return err
	}
	open, nested := tok.(json.Delim)
	if !nested {
		return nil
	}
	if depth++; depth > maxDepth {
		return unreadable("too_deep", clip(path), "the document is nested too deeply", "documents here have at most five levels")
	}
	t = inside(t, open == '{')
	if open == '[' {
		return w.list(t, path, depth)
	}
	return w.object(t, path, depth)
}

// inside gives the type to hold a list or object against; nil when nothing is known about it.
func inside(t reflect.Type, object bool) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return nil
	}
	if s, ok := reflect.Zero(t).Interface().(shaped); ok {
		return s.shape(object)
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	return t
}

func (w walker) list(t reflect.Type, path string, depth int) error {
	var elem reflect.Type
	if t != nil && t.Kind() == reflect.Slice {
		elem = t.Elem()
	}
	for i := 0; w.d.More(); i++ {
		if err := w.value(elem, index(path, i), depth); err != nil {
			return err
		}
	}
	_, err := w.d.Token()
	return err
}

func (w walker) object(t reflect.Type, path string, depth int) error {
	var known map[string]reflect.Type
	var elem reflect.Type
	if t != nil && t.Kind() == reflect.Struct {
		known = fieldsOf(t)
	} else if t != nil && t.Kind() == reflect.Map {
		elem = t.Elem()
	}
	seen := map[string]bool{}
	for w.d.More() {
		tok, err := w.d.Token()
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		field := name
		if path != "" {
			field = path + "." + name
		}
		if seen[name] {
			return unreadable("duplicate_field", clip(field), "the field is given twice", "give each field once")
		}
		seen[name] = true
		next := elem
		if known != nil {
			var ok bool
			if next, ok = known[name]; !ok {
				return unreadable("unknown_field", clip(field), "there is no such field", fmt.Sprintf("the fields here are %s",
					strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
			}
		}
		if err := w.value(next, field, depth); err != nil {
			return err
		}
	}
	_, err := w.d.Token()
	return err
}

// fieldsOf gives the JSON names of a struct's fields. Our shapes embed nothing.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = field.Type
		}
	}
	return known
}

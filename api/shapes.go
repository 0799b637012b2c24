package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/swaggest/jsonschema-go"
)

// The reflector knows one schema of a Go type. What is answered and what may be sent are two, though: an answer always has
// each field that is not left out when empty, while of what is sent only the fields marked as required must be there, null
// says the empty value of the others, and a field that nobody knows is refused. directions tells them apart.

// markAlways notes in a schema which of its fields an answer always has; it does not stay in the document.
const markAlways = "x-always"

// always notes the fields that Go never leaves out.
func always(p jsonschema.InterceptPropParams) error {
	_, options, _ := strings.Cut(p.Field.Tag.Get("json"), ",")
	if p.Processed && !strings.Contains(options, "omit") {
		names, _ := p.ParentSchema.ExtraProperties[markAlways].([]string)
		p.ParentSchema.WithExtraPropertiesItem(markAlways, append(names, p.Name))
	}
	return nil
}

const schemaRef = "#/components/schemas/"

type object = map[string]any

// directions rewrites the document: schemas of answers require what is always there, and those of requests are closed and
// take null. A schema that is used both ways gets a second one for requests, with "In" after its name.
func directions(doc object) error {
	schemas := doc["components"].(object)["schemas"].(object)
	var sent, answered []any
	for _, ops := range doc["paths"].(object) {
		for _, op := range ops.(object) {
			if in, ok := op.(object)["requestBody"]; ok {
				sent = append(sent, in)
			}
			answered = append(answered, op.(object)["responses"])
		}
	}
	in, out := used(sent, schemas), used(answered, schemas)
	name := func(n string) string {
		if out[n] {
			return n + "In"
		}
		return n
	}
	for n := range in {
		copied, err := tree(schemas[n])
		if err != nil {
			return err
		}
		sent = append(sent, copied)
		schemas[name(n)] = copied
	}
	for n := range out {
		answered = append(answered, schemas[n])
	}
	each(sent, func(s object) {
		if ref, ok := s["$ref"].(string); ok {
			s["$ref"] = schemaRef + name(strings.TrimPrefix(ref, schemaRef))
		}
	})
	each(sent, takeNull)
	each(sent, bareToo)
	each(answered, requireAlways)
	each([]any{doc}, func(s object) { delete(s, markAlways) })
	return nil
}

// requireAlways makes the fields required that an answer always has.
func requireAlways(s object) {
	names, _ := s[markAlways].([]any)
	required, _ := s["required"].([]any)
	for _, n := range names {
		if !slices.Contains(required, n) {
			required = append(required, n)
		}
	}
	if len(required) > 0 {
		s["required"] = required
	}
}

// takeNull closes an object's schema, and lets null stand for a field that need not be there.
func takeNull(s object) {
	fields, ok := s["properties"].(object)
	if !ok {
		return
	}
	if _, said := s["additionalProperties"]; !said {
		s["additionalProperties"] = false
	}
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(required, any(name)) {
			orNull(fields[name].(object))
		}
	}
}

// bareToo lets the list of a [wire.Items] stand without the object around it.
func bareToo(media object) {
	schema, _ := media["schema"].(object)
	fields, _ := schema["properties"].(object)
	if fields["items"] != nil && fields["next_cursor"] != nil {
		media["schema"] = object{"anyOf": []any{schema, fields["items"]}}
	}
}

// orNull lets null stand for the value, and the empty text for a word of a closed list: both say the empty value.
func orNull(s object) {
	null := object{"type": "null"}
	if ref, ok := s["$ref"]; ok {
		delete(s, "$ref")
		s["anyOf"] = []any{object{"$ref": ref}, null}
	} else if forms, ok := s["anyOf"].([]any); ok {
		s["anyOf"] = append(forms, null)
	}
	switch t := s["type"].(type) {
	case string:
		s["type"] = []any{t, "null"}
	case []any:
		if !slices.Contains(t, any("null")) {
			s["type"] = append(t, "null")
		}
	}
	if values, ok := s["enum"].([]any); ok {
		s["enum"] = append(values, "", nil)
	}
}

// used names the schemas that the values refer to, and those that these refer to.
func used(values []any, schemas object) map[string]bool {
	names := map[string]bool{}
	for len(values) > 0 {
		var more []any
		each(values, func(s object) {
			ref, _ := s["$ref"].(string)
			if n, ok := strings.CutPrefix(ref, schemaRef); ok && !names[n] {
				names[n] = true
				more = append(more, schemas[n])
			}
		})
		values = more
	}
	return names
}

// each calls fn for every object within the values.
func each(values []any, fn func(object)) {
	for _, v := range values {
		switch t := v.(type) {
		case []any:
			each(t, fn)
		case object:
			fn(t)
			each(slices.Collect(maps.Values(t)), fn)
		}
	}
}

// tree gives a value as the JSON that it becomes.
func tree(v any) (out object, err error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(b, &out)
}

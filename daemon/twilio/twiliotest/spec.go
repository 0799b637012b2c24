package twiliotest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// files are the operations of Twilio's own OpenAPI documents that the client uses, without descriptions (MIT, see LICENSE beside
// them). A test compares them with the whole documents.
//
//go:embed testdata/*.json
var files embed.FS

// spec judges requests and answers by the documents.
type spec struct {
	mu       sync.Mutex
	schemas  *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
	ops      []operation
}

type operation struct {
	method, template, file string
	parts                  []string
	params                 []param // of path and query
	form                   map[string]any
	required               []any
	answer                 map[string]string // status → JSON pointer of its schema
}

type param struct {
	name, in string
	required bool
	at       string // JSON pointer of its schema
	schema   map[string]any
}

var loaded = sync.OnceValue(func() *spec {
	s := &spec{schemas: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	s.schemas.DefaultDraft(jsonschema.Draft2020)
	s.schemas.RegisterFormat(&jsonschema.Format{Name: "uri", Validate: isURI})
	s.schemas.RegisterFormat(&jsonschema.Format{Name: "phone-number", Validate: isPhone})
	s.schemas.AssertFormat()
	for _, name := range []string{"twilio_api_v2010.json", "twilio_messaging_v1.json"} {
		b, err := files.ReadFile("testdata/" + name)
		if err != nil {
			panic(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			panic(err)
		}
		doc := v.(map[string]any)
		modern(doc)
		if err := s.schemas.AddResource(base+name, doc); err != nil {
			panic(err)
		}
		for template, methods := range doc["paths"].(map[string]any) {
			for method, op := range methods.(map[string]any) {
				s.ops = append(s.ops, read(name, template, method, op.(map[string]any), doc))
			}
		}
	}
	return s
})

const base = "https://twilio.example/"

// isURI is as strict as Twilio about addresses to call: whole, and a host without underscores (21609).
func isURI(v any) error {
	s, ok := v.(string)
	if !ok || s == "" {
		return nil
	}
	_, err := url.Parse(s)
	return err
}

func isPhone(v any) error {
	s, ok := v.(string)
	if ok && (len(s) < 8 || len(s) > 16 || s[0] != '+' || strings.Trim(s[1:], "0123456789") != "") {
		return fmt.Errorf("%q is not E.164", s)
	}
	return nil
}

// modern turns what OpenAPI 3.0 says differently from JSON Schema: nullable. Objects become closed, so that the fake answers no field
// that Twilio lacks.
func modern(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			modern(e)
		}
	case map[string]any:
		for _, e := range t {
			modern(e)
		}
		if _, ok := t["properties"].(map[string]any); ok {
			t["additionalProperties"] = false
		}
		if kind, ok := t["type"].(string); ok && t["nullable"] == true {
			t["type"] = []any{kind, "null"}
			if list, ok := t["enum"].([]any); ok {
				t["enum"] = append(slices.Clone(list), nil)
			}
		}
	}
}

func read(file, template, method string, op, doc map[string]any) operation {
	o := operation{method: strings.ToUpper(method), template: template, file: file, parts: strings.Split(template, "/"), answer: map[string]string{}}
	at := "#/paths/" + escape(template) + "/" + method
	list, _ := op["parameters"].([]any)
	for i, v := range list {
		p, where := v.(map[string]any), at+"/parameters/"+strconv.Itoa(i)
		if ref, ok := p["$ref"].(string); ok {
			name := ref[strings.LastIndexByte(ref, '/')+1:]
			p, where = doc["components"].(map[string]any)["parameters"].(map[string]any)[name].(map[string]any), ref
		}
		o.params = append(o.params, param{name: fmt.Sprint(p["name"]), in: fmt.Sprint(p["in"]), required: p["required"] == true,
			at: where + "/schema", schema: p["schema"].(map[string]any)})
	}
	if body, ok := op["requestBody"].(map[string]any); ok {
		schema := body["content"].(map[string]any)["application/x-www-form-urlencoded"].(map[string]any)["schema"].(map[string]any)
		o.form = schema["properties"].(map[string]any)
		o.required, _ = schema["required"].([]any)
	}
	for status := range op["responses"].(map[string]any) {
		o.answer[status] = at + "/responses/" + status + "/content/" + escape("application/json") + "/schema"
	}
	return o
}

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(s)
}

// operation finds what a request asks for, with the values of its path.
func (s *spec) operation(method, path string) (*operation, map[string]string) {
	parts := strings.Split(path, "/")
	for i := range s.ops {
		o := &s.ops[i]
		if o.method != method || len(o.parts) != len(parts) {
			continue
		}
		values, fits := map[string]string{}, true
		for j, p := range o.parts {
			before, rest, is := strings.Cut(p, "{")
			name, after, _ := strings.Cut(rest, "}")
			switch {
			case !is:
				fits = fits && p == parts[j]
			case !strings.HasPrefix(parts[j], before) || !strings.HasSuffix(parts[j], after):
				fits = false
			default:
				values[name] = strings.TrimSuffix(strings.TrimPrefix(parts[j], before), after)
			}
		}
		if fits {
			return o, values
		}
	}
	return nil, nil
}

// faults lists what is wrong with a request.
func (s *spec) faults(o *operation, path map[string]string, query, form url.Values) (all []string) {
	known := map[string]bool{}
	for _, p := range o.params {
		known[p.in+p.name] = true
		value, there := path[p.name], true
		if p.in == "query" {
			value, there = query.Get(p.name), query.Has(p.name)
		}
		switch {
		case p.in == "header":
		case !there && p.required:
			all = append(all, p.name+" is missing")
		case there:
			all = append(all, s.fault(o, p.name, p.at, p.schema, []string{value})...)
		}
	}
	for name := range query {
		if !known["query"+name] {
			all = append(all, "there is no query parameter "+name)
		}
	}
	for name, values := range form {
		schema, ok := o.form[name].(map[string]any)
		if !ok {
			all = append(all, "there is no parameter "+name)
			continue
		}
		at := "#/paths/" + escape(o.template) + "/" + strings.ToLower(o.method) + "/requestBody/content/" +
			escape("application/x-www-form-urlencoded") + "/schema/properties/" + name
		all = append(all, s.fault(o, name, at, schema, values)...)
	}
	for _, name := range o.required {
		if !form.Has(fmt.Sprint(name)) {
			all = append(all, fmt.Sprint(name)+" is missing")
		}
	}
	return all
}

func (s *spec) fault(o *operation, name, at string, schema map[string]any, values []string) []string {
	var v any
	switch kind := schema["type"]; {
	case kind == "array":
		list := make([]any, len(values))
		for i := range values {
			list[i] = values[i]
		}
		v = list
	case len(values) != 1:
		return []string{name + " is given twice"}
	case kind == "integer" || kind == "number":
		v = json.Number(values[0])
		if _, err := v.(json.Number).Float64(); err != nil {
			return []string{name + " is no number"}
		}
	case kind == "boolean":
		if values[0] != "true" && values[0] != "false" {
			return []string{name + " is neither true nor false"}
		}
		v = values[0] == "true"
	default:
		v = values[0]
	}
	if err := s.valid(o.file+at, v); err != nil {
		return []string{name + ": " + err.Error()}
	}
	return nil
}

// fits tells whether an answer is as the document says.
func (s *spec) fits(o *operation, status int, body []byte) error {
	at, ok := o.answer[strconv.Itoa(status)]
	if !ok {
		return fmt.Errorf("%s %s has no answer %d", o.method, o.template, status)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.valid(o.file+at, v)
}

func (s *spec) valid(at string, v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	schema := s.compiled[at]
	if schema == nil {
		var err error
		if schema, err = s.schemas.Compile(base + at); err != nil {
			return err
		}
		s.compiled[at] = schema
	}
	return schema.Validate(v)
}

// refused is an answer with an error, as Twilio writes it.
func refused(status, code int, message string) (int, any) {
	return status, map[string]any{"code": code, "message": message, "status": status,
		"more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code)}
}

var notFound = func(path string) (int, any) {
	return refused(http.StatusNotFound, 20404, "The requested resource "+path+" was not found")
}

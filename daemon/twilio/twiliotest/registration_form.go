package twiliotest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// registrationSpec is the part of Twilio's OpenAPI documents (github.com/twilio/twilio-oai 2.6.7, MIT, see testdata/LICENSE) that
// registrations need, word for word but for descriptions and examples.
//
//go:embed testdata/registration.json
var registrationSpec []byte

type formSpec struct {
	hosts      map[string]string // path template → host
	paths      map[string]map[string]any
	components map[string]map[string]any // path template → components of its document
}

var formSpecs = sync.OnceValue(func() formSpec {
	var docs map[string]struct {
		Servers    []struct{ URL string }
		Paths      map[string]map[string]any
		Components map[string]any
	}
	if err := json.Unmarshal(registrationSpec, &docs); err != nil {
		panic(err)
	}
	s := formSpec{map[string]string{}, map[string]map[string]any{}, map[string]map[string]any{}}
	for _, d := range docs {
		for path, ops := range d.Paths {
			server, _ := ops["servers"].([]any)
			if len(server) == 0 {
				panic("no server of " + path)
			}
			s.hosts[path] = strings.TrimPrefix(server[0].(map[string]any)["url"].(string), "https://")
			s.paths[path], s.components[path] = ops, d.Components
		}
	}
	return s
})

var braces = regexp.MustCompile(`{(\w+)}`)

// match finds the path of the document that a request asks for; one without parameters goes first.
func (s formSpec) match(method, host, path string) (template string, vars map[string]string) {
	parts := strings.Split(path, "/")
	best := -1
	for _, t := range slices.Sorted(maps.Keys(s.paths)) {
		if s.hosts[t] != host || s.paths[t][strings.ToLower(method)] == nil {
			continue
		}
		want := strings.Split(t, "/")
		found, plain := map[string]string{}, 0
		same := len(want) == len(parts)
		for i := 0; same && i < len(want); i++ {
			m := braces.FindStringSubmatch(want[i])
			switch {
			case m == nil:
				same = want[i] == parts[i]
				plain++
			default:
				suffix := strings.TrimPrefix(want[i], m[0])
				same = strings.HasSuffix(parts[i], suffix) && parts[i] != suffix
				found[m[1]] = strings.TrimSuffix(parts[i], suffix)
			}
		}
		if same && plain > best {
			best, template, vars = plain, t, found
		}
	}
	return template, vars
}

// check tells what a request does against the document: unknown or missing parameters, wrong types, words and patterns.
func (s formSpec) check(method, template string, vars map[string]string, query, form url.Values, header http.Header) error {
	op := s.paths[template][strings.ToLower(method)].(map[string]any)
	known := map[string]map[string]any{}
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		p := s.deref(template, p.(map[string]any))
		schema, _ := p["schema"].(map[string]any)
		name, in := p["name"].(string), p["in"].(string)
		switch in {
		case "path":
			if err := s.fits(template, schema, vars[name]); err != nil {
				return fmt.Errorf("path %s: %w", name, err)
			}
		case "header":
			if v := header.Get(name); v != "" {
				if err := s.fits(template, schema, v); err != nil {
					return fmt.Errorf("header %s: %w", name, err)
				}
			}
		case "query":
			known[name] = schema
		}
	}
	for name, values := range query {
		schema, ok := known[name]
		if !ok {
			return fmt.Errorf("query %s is unknown", name)
		}
		for _, v := range values {
			if err := s.fits(template, schema, v); err != nil {
				return fmt.Errorf("query %s: %w", name, err)
			}
		}
	}
	return s.body(template, op, form)
}

func (s formSpec) body(template string, op map[string]any, form url.Values) error {
	body, _ := op["requestBody"].(map[string]any)
	content, _ := body["content"].(map[string]any)
	media, _ := content["application/x-www-form-urlencoded"].(map[string]any)
	schema, _ := media["schema"].(map[string]any)
	fields, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, r := range required {
		if !form.Has(r.(string)) {
			return fmt.Errorf("field %s is missing", r)
		}
	}
	for name, values := range form {
		f, ok := fields[name].(map[string]any)
		if !ok {
			return fmt.Errorf("field %s is unknown", name)
		}
		f = s.deref(template, f)
		if f["type"] != "array" && len(values) > 1 {
			return fmt.Errorf("field %s is given %d times", name, len(values))
		}
		if f["type"] == "array" {
			f = s.deref(template, f["items"].(map[string]any))
		}
		for _, v := range values {
			if err := s.fits(template, f, v); err != nil {
				return fmt.Errorf("field %s: %w", name, err)
			}
		}
	}
	return nil
}

func (s formSpec) deref(template string, v map[string]any) map[string]any {
	ref, ok := v["$ref"].(string)
	if !ok {
		return v
	}
	parts := strings.Split(ref, "/")
	return s.components[template][parts[2]].(map[string]any)[parts[3]].(map[string]any)
}

// fits holds one value against its schema. A schema without a type is a JSON document in a text.
func (s formSpec) fits(template string, schema map[string]any, v string) error {
	schema = s.deref(template, schema)
	switch schema["type"] {
	case "boolean":
		if v != "true" && v != "false" {
			return fmt.Errorf("%q is not true or false", v)
		}
	case "integer":
		n, err := strconv.ParseFloat(v, 64)
		if low, ok := schema["minimum"].(float64); err != nil || ok && n < low {
			return fmt.Errorf("%q is not a number that fits", v)
		}
		if high, ok := schema["maximum"].(float64); ok && n > high {
			return fmt.Errorf("%q is more than %v", v, high)
		}
	case nil:
		if !json.Valid([]byte(v)) {
			return fmt.Errorf("%q is not JSON", v)
		}
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, any(v)) {
		return fmt.Errorf("%q is none of %v", v, words)
	}
	if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
		return fmt.Errorf("%q does not match %s", v, p)
	}
	if schema["format"] == "uri" {
		if u, err := url.Parse(v); err != nil || u.Host == "" {
			return fmt.Errorf("%q is not an address", v)
		}
	}
	return nil
}

package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// promise is the API document, to hold requests and answers against. An OpenAPI 3.1 schema is a JSON Schema, so a validator of
// those and the few lines here do: finding the operation, and what it says of a status and a content type.
type promise struct {
	mu      sync.Mutex
	paths   map[string]map[string]any // path, then method in lower case
	schemas *jsonschema.Compiler      // of the document, closed: a field that is not told of is wrong
}

// promised gives the document as the server makes it.
var promised = sync.OnceValue(func() *promise {
	b, err := (&Server{routes: table(), o: Options{Version: "test"}}).document()
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		panic(err)
	}
	p := &promise{paths: map[string]map[string]any{}, schemas: jsonschema.NewCompiler()}
	for path, ops := range doc.(map[string]any)["paths"].(map[string]any) {
		p.paths[path] = ops.(map[string]any)
	}
	closeObjects(doc)
	p.schemas.DefaultDraft(jsonschema.Draft2020)
	p.schemas.AssertFormat()
	if err := p.schemas.AddResource(apiURL, doc); err != nil {
		panic(err)
	}
	return p
})

const apiURL = "https://rebook.example/openapi.json"

// closeObjects makes every object schema refuse fields that it does not list.
func closeObjects(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			closeObjects(e)
		}
	case map[string]any:
		if _, lists := t["properties"].(map[string]any); lists && t["additionalProperties"] == nil {
			t["additionalProperties"] = false
		}
		for _, e := range t {
			closeObjects(e)
		}
	}
}

// operation finds the line of the document for a request; template is "" when there is none. A part that is written out wins
// over a parameter.
func (p *promise) operation(method, path string) (template string, op map[string]any) {
	parts := strings.Split(path, "/")
	for _, t := range slices.Sorted(maps.Keys(p.paths)) {
		if names := strings.Split(t, "/"); len(names) == len(parts) && (template == "" || t == path) {
			fits := true
			for i, name := range names {
				fits = fits && (name == parts[i] || strings.HasPrefix(name, "{") && parts[i] != "")
			}
			if v, ok := p.paths[t][strings.ToLower(method)].(map[string]any); ok && fits {
				template, op = t, v
			}
		}
	}
	return template, op
}

// keeps says where an exchange differs from the document; nil: nowhere.
func (p *promise) keeps(method, target, body string, got answer) error {
	path, query, _ := strings.Cut(target, "?")
	documented := method
	if method == http.MethodHead {
		documented = http.MethodGet
	}
	template, op := p.operation(documented, path)
	if template == "" {
		if method == http.MethodOptions && got.status == http.StatusNoContent || method == http.MethodHead {
			return nil // a browser's preflight is between it and us
		}
		if got.status < 400 {
			return fmt.Errorf("status %d on a path that is not in the document", got.status)
		}
		return p.matches(got.body, "components", "schemas", "Error")
	}
	return errors.Join(p.keepsAnswer(method, template, op, got), p.keepsRequest(documented, template, op, query, body, got))
}

// keepsAnswer checks status, content type and body.
func (p *promise) keepsAnswer(method, template string, op map[string]any, got answer) error {
	responses := op["responses"].(map[string]any)
	status := fmt.Sprint(got.status)
	if responses[status] == nil && got.status >= 400 {
		status = "default"
	}
	r, ok := responses[status].(map[string]any)
	if !ok {
		return fmt.Errorf("the status %d is not in the document", got.status)
	}
	content, _ := r["content"].(map[string]any)
	if method == http.MethodHead {
		return nil
	}
	if got.body == "" || len(content) == 0 {
		if got.body == "" && len(content) == 0 {
			return nil
		}
		return fmt.Errorf("the body is %q, and the document has content %v", got.body, slices.Collect(maps.Keys(content)))
	}
	kind, _, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil || content[kind] == nil {
		return fmt.Errorf("the content type %q is not in the document (%v)", got.header.Get("Content-Type"), err)
	}
	if content[kind].(map[string]any)["schema"] == nil || kind != "application/json" {
		return nil
	}
	if err := p.matches(got.body, "paths", template, strings.ToLower(method), "responses", status, "content", kind, "schema"); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// keepsRequest checks what was asked: all that was taken must be in the document, and nothing that is in the document may be
// called unreadable.
func (p *promise) keepsRequest(method, template string, op map[string]any, query, body string, got answer) error {
	if got.status >= 300 && !slices.Contains([]string{"unknown_field", "wrong_type"}, got.code()) {
		return nil
	}
	var errs []error
	if asked, err := url.ParseQuery(query); err == nil && got.status < 300 {
		for name, values := range asked {
			i := slices.IndexFunc(params(op), func(v map[string]any) bool { return v["in"] == "query" && v["name"] == name })
			if i < 0 {
				errs = append(errs, fmt.Errorf("the query parameter %s is not in the document", name))
				continue
			}
			value, _ := json.Marshal(values[0])
			if params(op)[i]["schema"].(map[string]any)["type"] == "integer" {
				value = []byte(values[0])
			}
			if err := p.matches(string(value), "paths", template, strings.ToLower(method), "parameters", fmt.Sprint(i), "schema"); err != nil {
				errs = append(errs, fmt.Errorf("query parameter %s: %w", name, err))
			}
		}
	}
	_, has := op["requestBody"]
	if body == "" || !has && method != http.MethodPost && method != http.MethodPut { // a GET may have a body that says nothing
		return errors.Join(errs...)
	}
	if !has {
		if got.status < 300 {
			errs = append(errs, errors.New("a body was taken, and the document has none"))
		}
		return errors.Join(errs...)
	}
	err := p.matches(body, "paths", template, strings.ToLower(method), "requestBody", "content", "application/json", "schema")
	if got.status >= 300 && err == nil {
		return fmt.Errorf("the request is as the document says, and was called %s", got.code())
	}
	if got.status < 300 && err != nil {
		errs = append(errs, fmt.Errorf("the request was taken: %w", err))
	}
	return errors.Join(errs...)
}

// params gives the parameters of an operation.
func params(op map[string]any) (all []map[string]any) {
	list, _ := op["parameters"].([]any)
	for _, v := range list {
		all = append(all, v.(map[string]any))
	}
	return all
}

// matches holds a JSON text against a schema of the document.
func (p *promise) matches(text string, pointer ...string) error {
	for i, part := range pointer {
		pointer[i] = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(part)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	schema, err := p.schemas.Compile(apiURL + "#/" + strings.Join(pointer, "/"))
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return plainly(schema.Validate(v))
}

// plainly names each place of a value that a schema refuses, and why.
func plainly(err error) error {
	bad, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err
	}
	var all []error
	for _, u := range bad.BasicOutput().Errors {
		if u.Error != nil {
			all = append(all, fmt.Errorf("%s: %v", u.InstanceLocation, u.Error))
		}
	}
	return errors.Join(all...)
}

// The document is OpenAPI 3.1 by the schema of the specification, and each of its schemas is a JSON Schema.
func TestDocumentIsOpenAPI(t *testing.T) {
	b, err := (&Server{routes: table(), o: Options{Version: "test", PublicURL: "https://book.example.com"}}).document()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	specification, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.schema.json", specification); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := plainly(c.MustCompile("openapi.schema.json").Validate(doc)); err != nil {
		t.Errorf("not an OpenAPI 3.1 document: %v", err)
	}
	p := promised()
	for name := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		if _, err := p.schemas.Compile(apiURL + "#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}

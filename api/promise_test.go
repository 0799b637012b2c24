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
		if path == "/console" || strings.HasPrefix(path, "/console/") {
			return nil // pages for people are not in it
		}
		if got.status < 400 {
			return fmt.Errorf("status %d on a path that is not in the document", got.status)
		}
		return p.matches(got.body, "components", "schemas", "Error")
	}
	if tags, ok := op["tags"].([]any); ok && (slices.Contains(tags, any("pages")) || slices.Contains(tags, any("demo"))) {
		return nil // for people's browsers, with all that these ask for
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
	asked, has := op["requestBody"].(map[string]any)
	if has && asked["content"].(map[string]any)["application/json"] == nil {
		return errors.Join(errs...) // a form, which grows without notice
	}
	if body == "" || !has && method != http.MethodPost && method != http.MethodPut { // a GET may have a body that says nothing
		return errors.Join(errs...)
	}
	if !has {
		if got.status < 300 {
			errs = append(errs, errors.New("a body was taken, and the document has none"))
		}
		return errors.Join(errs...)
	}
	content := op["requestBody"].(map[string]any)["content"].(map[string]any)
	if content["application/json"] == nil { // a table: any text
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
	return schema.Validate(v)
}

// The check must be able to fail: each of these sins is found, and the virtues beside them are not.
func TestPromiseFindsEachSin(t *testing.T) {
	alarms, refusal := `{"items":[{"code":"c","message":"m","fix":"f","since":"2026-03-10T14:00:00Z"}],"next_cursor":null}`, `{"error":{"code":"c","message":"m","field":"","hint":""}}`
	for _, c := range []struct {
		method, target, in string
		status             int
		kind, out          string
		want               string // "": no fault
	}{
		{"GET", "/v1/alarms", "", 200, "application/json", alarms, ""},
		{"GET", "/v1/alarms", "", 201, "application/json", alarms, "the status 201 is not in the document"},
		{"GET", "/v1/alarms", "", 200, "text/plain", alarms, `the content type "text/plain"`},
		{"GET", "/v1/alarms", "", 200, "application/json", "", `the body is ""`},
		{"GET", "/v1/alarms", "", 200, "application/json", strings.Replace(alarms, `"fix":"f",`, "", 1), "at '/items/0': missing property 'fix'"},
		{"GET", "/v1/alarms", "", 200, "application/json", strings.Replace(alarms, `"fix"`, `"more":1,"fix"`, 1), "additional properties 'more'"},
		{"GET", "/v1/alarms", "", 200, "application/json", strings.Replace(alarms, "2026-03-10T", "yesterday ", 1), "at '/items/0/since': "},
		{"GET", "/v1/alarms", "", 200, "application/json", strings.Replace(alarms, "null", "5", 1), "at '/next_cursor': got number"},
		{"GET", "/v1/alarms?limit=5", "", 200, "application/json", alarms, "the query parameter limit is not in the document"},
		{"GET", "/v1/sessions?status=gone", "", 200, "application/json", `{"items":[],"next_cursor":null}`, "query parameter status: "},
		{"GET", "/v1/sessions?limit=5&q=x", "", 200, "application/json", `{"items":[],"next_cursor":null}`, ""},
		{"GET", "/v1/sessions?limit=0", "", 200, "application/json", `{"items":[],"next_cursor":null}`, "query parameter limit: "},
		{"GET", "/v1/alarms", "", 403, "application/json", refusal, ""},
		{"GET", "/v1/alarms", "", 403, "application/json", `{"error":{"code":"c"}}`, "missing properties 'message'"},
		{"GET", "/nowhere", "", 404, "application/json", refusal, ""},
		{"GET", "/nowhere", "", 404, "application/json", `{}`, "missing property 'error'"},
		{"GET", "/nowhere", "", 200, "application/json", `{}`, "a path that is not in the document"},
		{"DELETE", "/v1/schedulers/web", "", 204, "", "", ""},
		{"DELETE", "/v1/schedulers/web", "", 204, "application/json", "{}", "the body is"},
		{"PUT", "/v1/facts", `[{"id":"f","text":"t"}]`, 422, "application/json", refusal, ""},
		{"PUT", "/v1/facts", `[{"id":"f","text":"t"}]`, 400, "application/json", strings.Replace(refusal, `"c"`, `"wrong_type"`, 1), "and was called wrong_type"},
		{"PUT", "/v1/facts", `[{"id":"f"}]`, 200, "application/json", `{"items":[],"next_cursor":null}`, "the request was taken: "},
		{"PUT", "/v1/facts", `[{"id":"f","text":"t","x":1}]`, 200, "application/json", `{"items":[],"next_cursor":null}`, "the request was taken: "},
		{"PUT", "/v1/facts", `[{"id":"f","text":"t","prices":null}]`, 200, "application/json", `{"items":[],"next_cursor":null}`, ""},
	} {
		err := promised().keeps(c.method, c.target, c.in, answer{c.status, http.Header{"Content-Type": {c.kind}}, c.out})
		if got := fmt.Sprint(err); (err == nil) != (c.want == "") || err != nil && !strings.Contains(got, c.want) {
			t.Errorf("%s %s %s, %d %s %s:\n got %q\nwant %q", c.method, c.target, c.in, c.status, c.kind, c.out, got, c.want)
		}
	}
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
	if err := c.MustCompile("openapi.schema.json").Validate(doc); err != nil {
		t.Errorf("not an OpenAPI 3.1 document: %v", err)
	}
	p := promised()
	for name := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		if _, err := p.schemas.Compile(apiURL + "#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}

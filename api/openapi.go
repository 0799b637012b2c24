package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

// document makes the OpenAPI 3.1 document from the table of routes.
func (s *Server) document() ([]byte, error) {
	r := openapi31.NewReflector()
	r.DefaultOptions = append(r.DefaultOptions, jsonschema.InterceptDefName(schemaName), jsonschema.InterceptProp(always))
	r.Spec.Info.WithTitle("Rebook").WithVersion(s.o.Version).
		WithDescription("Wins back customers who left an online booking unfinished. Errors, roles and idempotency: api/README.md.")
	if s.o.PublicURL != "" {
		r.Spec.WithServers(openapi31.Server{URL: s.o.PublicURL})
	}
	r.Spec.SetHTTPBearerTokenSecurity("key", "", "An API key; where a page asks, a scheduler's publishable key too.")
	for _, line := range s.routes {
		if line.forConsole() {
			continue // pages for people: programs have /v1
		}
		if err := describe(r, line); err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", line.method, line.path, err)
		}
	}
	doc, err := tree(r.Spec)
	if err != nil {
		return nil, err
	}
	if err := directions(doc); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

var pathParams = regexp.MustCompile(`{(\w+)}`)

// describe adds one route.
func describe(r *openapi31.Reflector, line route) error {
	op, err := r.NewOperationContext(line.method, line.path)
	if err != nil {
		return err
	}
	op.SetTags(line.tag)
	op.SetSummary(line.summary)
	op.SetID(operationID(line))
	if line.may != open {
		op.AddSecurity("key")
		op.SetDescription("Roles: " + strings.Join(rolesOf(line), ", ") + ".")
	}
	if params := parameters(line); params != nil {
		op.AddReqStructure(params)
	}
	if line.query != nil {
		op.AddReqStructure(line.query)
	}
	_, upload := line.in.(wire.CSV)
	switch {
	case upload:
		op.AddReqStructure(nil, openapi.WithContentType("text/csv"))
	case strings.HasPrefix(line.path, carrierPath):
		op.AddReqStructure(line.in, openapi.WithContentType("application/x-www-form-urlencoded"))
	case line.in != nil:
		op.AddReqStructure(sample(line.in), openapi.WithContentType("application/json"))
	}
	good := []openapi.ContentOption{openapi.WithHTTPStatus(line.status)}
	plain := append(slices.Clone(good), openapi.WithContentType(line.plain))
	switch {
	case line.plain == "" || line.status == http.StatusFound:
		op.AddRespStructure(line.out, good...)
	case line.out == nil:
		op.AddRespStructure(nil, plain...)
	default: // both, as the caller likes
		op.AddRespStructure(line.out, good...)
		op.AddRespStructure("", plain...)
	}
	op.AddRespStructure(wire.Error{}, refused)
	if line.plain == "text/html" { // people look at it
		op.AddRespStructure("", refused, openapi.WithContentType(line.plain))
	}
	return r.AddOperation(op)
}

func refused(cu *openapi.ContentUnit) {
	cu.IsDefault, cu.Description = true, "A refusal: a stable code, one sentence, and the mend."
}

// parameters makes a struct of what the path and the headers hold.
func parameters(line route) any {
	var fields []reflect.StructField
	for _, m := range pathParams.FindAllStringSubmatch(line.path, -1) {
		fields = append(fields, reflect.StructField{Name: "P" + m[1], Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(`path:"` + m[1] + `" required:"true"`)})
	}
	if line.method == http.MethodPost {
		fields = append(fields, reflect.StructField{Name: "Once", Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(`header:"` + headerOnce + `" maxLength:"255" description:"The request then happens at most once in 24 hours."`)})
	}
	if fields == nil {
		return nil
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

// sample gives what a body looks like, for shapes that read themselves.
func sample(in any) any {
	if s, ok := in.(interface{ Sample() any }); ok {
		return s.Sample()
	}
	return in
}

func rolesOf(line route) (names []string) {
	for _, role := range append([]booking.Role{booking.RolePublishable}, booking.Roles...) {
		if role.May(booking.Permission(line.may)) || role == booking.RolePublishable && line.forPages() {
			names = append(names, string(role))
		}
	}
	return names
}

// operationID names an operation for generated clients: "put_schedulers_id_windows".
func operationID(line route) string {
	path := strings.NewReplacer("{", "", "}", "", "/", "_", "-", "_", ".", "_").Replace(strings.TrimPrefix(line.path, "/v1"))
	return strings.ToLower(line.method) + path
}

// schemaName names a schema without the package, and a list after its items.
func schemaName(t reflect.Type, name string) string {
	plain := t.Name()
	if of, ok := strings.CutPrefix(plain, "List["); ok {
		of = strings.TrimSuffix(of, "]")
		return of[strings.LastIndexAny(of, "./")+1:] + "List"
	}
	if strings.HasSuffix(t.PkgPath(), "/wire") {
		return plain
	}
	return name
}

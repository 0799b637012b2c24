package api

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/client"
)

// withoutMethod are the routes that no method of the client asks for, each with its reason. A route of a new kind goes here
// only when no program would ask for it.
var withoutMethod = map[string]string{
	"DELETE /v1/opt-outs":                "another form of DELETE /v1/opt-outs/{phone}",
	"POST /webhooks/twilio/inbound":      "only Twilio asks for it",
	"POST /webhooks/twilio/registration": "only Twilio asks for it",
	"POST /webhooks/twilio/status":       "only Twilio asks for it",

	"DELETE /v1/api-keys": "another form of DELETE /v1/api-keys/{id}",
	"DELETE /v1/webhooks": "another form of DELETE /v1/webhooks/{id}",

	"GET /widget.js":                  "for browsers",
	"GET /widget.d.ts":                "for editors",
	"GET /book/{scheduler}":           "for people",
	"GET /book/{scheduler}/theme.css": "for browsers",
	"GET /assets/{file}":              "for browsers",
	"GET /demo":                       "for people",
	"GET /simulator/phone":            "for people",
	"GET /simulator/phone/messages":   "for the demo's phone",
	"POST /simulator/phone/messages":  "for the demo's phone",

	"DELETE /v1/users":      "another form of DELETE /v1/users/{id}",
	"GET /console/login":    "a page",
	"POST /console/login":   "gives a browser's cookie; programs have keys",
	"POST /console/logout":  "a browser's cookie",
	"GET /console/welcome":  "a page",
	"POST /console/welcome": "gives a browser's cookie",
}

// queryElsewhere are query parameters that the client says in another way.
var queryElsewhere = map[string]string{
	"POST /v1/session-events key":     "it is in the header",
	"GET /v1/reports/funnel format":   "it reads JSON",
	"GET /v1/reports/withheld format": "it reads JSON",

	"GET /v1/people/{phone}/evidence format": "it reads JSON",
}

// recorder notes what it is asked and refuses it.
type recorder struct{ asked []*http.Request }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.asked = append(r.asked, req)
	return &http.Response{StatusCode: http.StatusTeapot, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// sampleOf makes an argument with nothing empty in it.
func sampleOf(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("sample")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.Append(v, sampleOf(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(sampleOf(t.Elem()))
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return reflect.ValueOf(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC))
		}
		for i := range t.NumField() {
			if v.Field(i).CanSet() {
				v.Field(i).Set(sampleOf(t.Field(i).Type))
			}
		}
	}
	return v
}

// Every route of the API has a method of the client, and every method a route; it asks for it with the parameters and the
// body that the document has. A route added to the table fails here until the client has its method, and the other way round.
func TestClientAndRoutesAreOne(t *testing.T) {
	p := promised()
	r := &recorder{}
	c := client.New("http://rebook.example", "key", client.WithRetries(0), client.WithHTTPClient(&http.Client{Transport: r}))
	served := map[string]string{} // route → method of the client
	for i := range reflect.TypeFor[client.Client]().NumField() {
		group := reflect.TypeFor[client.Client]().Field(i)
		if !group.IsExported() {
			continue
		}
		resource := reflect.ValueOf(*c).Field(i)
		for j := range resource.NumMethod() {
			name := "Client." + group.Name + "." + resource.Type().Method(j).Name
			r.asked = nil
			args := []reflect.Value{reflect.ValueOf(t.Context())}
			for k := 1; k < resource.Method(j).Type().NumIn(); k++ {
				args = append(args, sampleOf(resource.Method(j).Type().In(k)))
			}
			out := resource.Method(j).Call(args)
			if out[0].Type().CanSeq2() {
				for range out[0].Seq2() {
				}
			}
			if len(r.asked) != 1 {
				t.Errorf("%s makes %d requests, want one", name, len(r.asked))
				continue
			}
			route, faults := p.asks(r.asked[0])
			for _, f := range faults {
				t.Errorf("%s: %s", name, f)
			}
			served[route] = name
		}
	}
	for _, path := range slices.Sorted(maps.Keys(p.paths)) {
		for method := range p.paths[path] {
			route := strings.ToUpper(method) + " " + path
			reason, without := withoutMethod[route]
			switch has := served[route] != ""; {
			case has && without:
				t.Errorf("%s asks for %s, which withoutMethod lists too (%s); take it off the list", served[route], route, reason)
			case !has && !without:
				t.Errorf("%s has no method in api/client. Add one to its group, and a new group to Client and New; for example:\n"+
					"\tfunc (x Group) Name(ctx context.Context, id string) (wire.Shape, error) {\n"+
					"\t\treturn ask[wire.Shape](ctx, x.service, %s(%q, id))\n\t}", route, strings.Replace(method, "delete", "remove", 1), path)
			}
		}
	}
	for route := range withoutMethod {
		if method, path, _ := strings.Cut(route, " "); p.paths[path][strings.ToLower(method)] == nil {
			t.Errorf("withoutMethod lists %s, which is no route", route)
		}
	}
}

// asks compares a request of the client with the document.
func (p *promise) asks(req *http.Request) (route string, faults []string) {
	template, op := p.operation(req.Method, req.URL.Path)
	if template == "" {
		return "", []string{fmt.Sprintf("it asks for %s %s, which no route of the table in routes.go serves", req.Method, req.URL.Path)}
	}
	route = req.Method + " " + template
	query := req.URL.Query()
	for _, v := range params(op) {
		name := fmt.Sprint(v["name"])
		if _, elsewhere := queryElsewhere[route+" "+name]; v["in"] == "query" && !query.Has(name) && !elsewhere {
			faults = append(faults, fmt.Sprintf("%s takes the query parameter %s, and the method has no way to say it", route, name))
		}
		query.Del(name)
	}
	for name := range query {
		faults = append(faults, fmt.Sprintf("%s does not know the query parameter %s", route, name))
	}
	if _, takes := op["requestBody"]; takes != (req.Body != nil && req.Body != http.NoBody) {
		faults = append(faults, fmt.Sprintf("%s takes a body is %v, and the method sends one is %v", route, takes, !takes))
	}
	if once := req.Header.Get("Idempotency-Key"); (once != "") != (req.Method == http.MethodPost) {
		faults = append(faults, fmt.Sprintf("the Idempotency-Key is %q", once))
	}
	return route, faults
}

package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// knownQuery refuses a parameter of the address that the route does not have: a filter that was mistyped would give everything. It
// looks at those routes of the API that declare some. Pages evolve on their own, so what they report is read as loosely here as
// in its body; and whatever leads to our pages may carry marks of its own (utm_source).
func (c *call) knownQuery() (err error) {
	if c.route.query == nil || c.route.path == eventsPath || !strings.HasPrefix(c.route.path, "/v1/") {
		return nil
	}
	known := queryNames(c.route.query)
	c.f.Request().URI().QueryArgs().VisitAll(func(name, _ []byte) {
		if err == nil && !slices.Contains(known, string(name)) {
			err = &problem{http.StatusBadRequest, booking.Refuse(booking.Invalid, "unknown_field", clip(strings.ToValidUTF8(string(name), "?")),
				"there is no such parameter in the address", "the parameters here are "+strings.Join(known, ", ")), 0}
		}
	})
	return err
}

// queryNames lists the parameters that a struct with `query` tags declares.
func queryNames(q any) (names []string) {
	for field := range reflect.TypeOf(q).Fields() {
		names = append(names, field.Tag.Get("query"))
	}
	return names
}

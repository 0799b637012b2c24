package client

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"reflect"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// Page says which part of a list is wanted. Methods named All go through all pages, from Cursor on, and Limit is the size of
// each.
type Page struct {
	Limit  int    `query:"limit"`  // at most; 0: the server's choice
	Cursor string `query:"cursor"` // next_cursor of the page before; "": from the beginning
}

// each goes through all pages of a list. An error ends it.
func each[T any](ctx context.Context, s service, r request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r := r
		r.query = maps.Clone(r.query) // ranged over again, it begins again
		for {
			page, err := ask[wire.List[T]](ctx, s, r)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range page.Items {
				if !yield(v, nil) {
					return
				}
			}
			if page.NextCursor == nil {
				return
			}
			r.query.Set("cursor", *page.NextCursor)
		}
	}
}

// whole reads a list that has one page only.
func whole[T any](ctx context.Context, s service, r request) ([]T, error) {
	page, err := ask[wire.List[T]](ctx, s, r)
	return page.Items, err
}

// Collect gathers what is left of a list.
func Collect[T any](list iter.Seq2[T, error]) (all []T, err error) {
	for v, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// queryOf gives the fields of a struct that have a `query` tag and are not zero; those of embedded structs too.
func queryOf(q any) url.Values {
	out := url.Values{}
	v := reflect.ValueOf(q)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, is := f.Tag.Get("query"), v.FieldByIndex(f.Index)
		if name == "" || is.IsZero() {
			continue
		}
		if is.Kind() == reflect.Pointer { // a zero that is meant
			is = is.Elem()
		}
		if at, ok := is.Interface().(time.Time); ok {
			out.Set(name, at.UTC().Format(time.RFC3339Nano))
			continue
		}
		out.Set(name, fmt.Sprint(is.Interface()))
	}
	return out
}

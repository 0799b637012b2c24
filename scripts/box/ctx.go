package box

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// JSON becomes Lua values: objects and lists become tables, null is nil. Keys are set in sorted order, and pairs goes through a table in
// the order in which keys were set, so every run sees the same order.

// ctx makes the table of the call. Without any it is empty.
func (r *run) ctx() (lua.LValue, error) {
	if len(r.facts.Ctx) == 0 {
		return r.mother.NewTable(), nil
	}
	v, err := r.decode(r.facts.Ctx, "ctx")
	if err != nil {
		return nil, err
	}
	t, ok := v.(*lua.LTable)
	if !ok || r.facts.Ctx[0] == '[' {
		return nil, fmt.Errorf("ctx must be a JSON object")
	}
	return t, nil
}

// decode makes a Lua value of JSON; what names it in errors.
func (r *run) decode(raw json.RawMessage, what string) (lua.LValue, error) {
	if len(raw) > MaxCtxBytes {
		return nil, fmt.Errorf("%s is longer than 1 MB", what)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %v", what, err)
	}
	d := decoder{l: r.mother, what: what}
	return d.value(v, 0)
}

type decoder struct {
	l     *lua.LState
	what  string
	nodes int
}

func (d *decoder) value(v any, depth int) (lua.LValue, error) {
	if d.nodes++; d.nodes > MaxCtxNodes {
		return nil, fmt.Errorf("%s has more than %d values", d.what, MaxCtxNodes)
	}
	if depth > MaxCtxDepth {
		return nil, fmt.Errorf("%s is nested more than %d levels deep", d.what, MaxCtxDepth)
	}
	switch v := v.(type) {
	case bool:
		return lua.LBool(v), nil
	case float64:
		return lua.LNumber(v), nil
	case string:
		if len(v) > MaxString {
			return nil, fmt.Errorf("%s has a text longer than 64 KB", d.what)
		}
		return lua.LString(v), nil
	case []any:
		return d.list(v, depth)
	case map[string]any:
		t := d.l.CreateTable(0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			item, err := d.value(v[key], depth+1)
			if err != nil {
				return nil, err
			}
			t.RawSetString(key, item)
		}
		return t, nil
	}
	return lua.LNil, nil
}

// list leaves null out, so that a list has no holes.
func (d *decoder) list(v []any, depth int) (lua.LValue, error) {
	if len(v) >= MaxArrayIndex {
		return nil, fmt.Errorf("%s has a list of more than 19,999 items", d.what)
	}
	t := d.l.CreateTable(len(v), 0)
	for _, item := range v {
		value, err := d.value(item, depth+1)
		if err != nil {
			return nil, err
		}
		t.Append(value)
	}
	return t, nil
}

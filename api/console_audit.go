package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/storage"
)

// The audit log: who changed what, and what it was before.

type auditPage struct {
	Tabs  []tab
	Items []auditRow
	Older string
}

type auditRow struct {
	At, Who, Role, IP string
	What              string
	Changes           []changeRow
}

type changeRow struct {
	Thing  string
	Fields []changedField
}

type changedField struct{ Name, Before, After string }

func (c *call) showAuditLog() (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	var v shell
	var p auditPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		p = auditPage{}
		if v, err = c.shellFor(s, word("settings.audit"), "settings"); err != nil {
			return err
		}
		p.Tabs = v.tabs("audit")
		all, next, err := s.Audits(c.who.Account, cursor, consoleRows)
		for _, a := range all {
			p.Items = append(p.Items, c.auditRow(v, a))
		}
		if next != "" {
			p.Older = "/console/settings/audit?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("audit", v, nil)
}

func (c *call) auditRow(v shell, a storage.Audit) auditRow {
	row := auditRow{At: v.At(a.At), Who: cmp.Or(a.Who.Name, word("actor."+a.Who.Kind)), IP: a.Who.IP, What: c.summary(a.Action)}
	if a.Who.Role != "" {
		row.Role = word("choice." + string(a.Who.Role))
	}
	for _, ch := range a.Changes {
		thing := word("thing." + ch.Kind)
		if ch.ID != "" && len(ch.ID) < 36 { // a UUID tells people nothing
			thing += " " + ch.ID
		}
		row.Changes = append(row.Changes, changeRow{thing, changedFields(ch.Before, ch.After)})
	}
	return row
}

// summary tells a request in the words of the table of routes.
func (c *call) summary(action string) string {
	method, path, _ := strings.Cut(action, " ")
	parts := strings.Split(path, "/")
	for _, r := range c.routes {
		if r.method == method && fits(strings.Split(r.path, "/"), parts) {
			return r.summary
		}
	}
	return worded("did", action)
}

// fits tells whether the parts of a path are those of a route; one in braces fits any.
func fits(route, path []string) bool {
	return slices.EqualFunc(route, path, func(r, p string) bool { return r == p || strings.HasPrefix(r, "{") })
}

// changedFields tells a change field by field.
func changedFields(before, after json.RawMessage) (all []changedField) {
	var was, is map[string]json.RawMessage
	if json.Unmarshal(before, &was) != nil && json.Unmarshal(after, &is) != nil {
		return []changedField{{"", shortened(before), shortened(after)}}
	}
	_ = json.Unmarshal(after, &is) // no object: it is gone
	names := slices.Sorted(maps.Keys(was))
	for name := range is {
		if _, both := was[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "id" || name == "digest" || name == "created_at" { // of the machine's own
			continue
		}
		all = append(all, changedField{strings.ReplaceAll(name, "_", " "), shortened(was[name]), shortened(is[name])})
	}
	return all
}

// longestChange bounds one side of a change in the list, in characters.
const longestChange = 160

// shortened tells a value of JSON as people read it.
func shortened(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var b bytes.Buffer
		if json.Compact(&b, raw) == nil {
			text = b.String()
		}
	}
	if runes := []rune(text); len(runes) > longestChange {
		text = string(runes[:longestChange]) + "…"
	}
	return text
}

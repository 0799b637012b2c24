package api

import (
	"cmp"
	"net/url"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The keys with which programs ask the API.

type keysPage struct {
	Tabs   []tab
	Items  []keyRow
	New    form
	Secret string // of the key that was just made; shown once
	For    string
	Older  string
}

type keyRow struct{ Path, Label, Role, Made string }

func newKeyForm(k *wire.NewAPIKey) form {
	return form{Action: "/console/settings/keys", Button: word("key.add"), Groups: []group{{Inputs: []*input{
		text("label", &k.Label).needed().auto("off"), oneOf("role", &k.Role, booking.Roles, true).needed()}}}}
}

func (c *call) showKeys() (any, error) { return c.keysPage(keysPage{}, nil, nil) }

func (c *call) keysPage(p keysPage, typed url.Values, problem error) (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	var v shell
	err = c.view(func(s *storage.Snapshot) (err error) {
		p.Items = nil
		if v, err = c.shellFor(s, word("settings.keys"), "settings"); err != nil {
			return err
		}
		p.Tabs, p.New = v.tabs("keys"), newKeyForm(&wire.NewAPIKey{}).filled(typed, problem)
		all, next, err := s.APIKeys(c.who.Account, cursor, consoleRows)
		for _, k := range all {
			p.Items = append(p.Items, keyRow{"/console/settings/keys/" + k.ID, cmp.Or(k.Label, word("key.unnamed")), word("choice." + string(k.Role)), v.At(k.CreatedAt)})
		}
		if next != "" {
			p.Older = "/console/settings/keys?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("keys", v, problem)
}

func (c *call) addKey() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var in wire.NewAPIKey
	var k engine.NewKey
	var role booking.Role
	var label string
	if err = newKeyForm(&in).read(typed); err == nil {
		role, label, err = in.Check()
	}
	if err == nil {
		k, err = c.engine.CreateKey(c.ctx, c.who.Account, label, role, "")
	}
	if err != nil {
		return c.keysPage(keysPage{}, typed, err)
	}
	return c.keysPage(keysPage{Secret: k.Secret, For: cmp.Or(k.Label, word("key.unnamed"))}, nil, nil)
}

func (c *call) removeKey() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteKey(c.ctx, c.who.Account, id); err != nil {
		return c.keysPage(keysPage{}, nil, err)
	}
	return c.done("/console/settings/keys", "revoked")
}

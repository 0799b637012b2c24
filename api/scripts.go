package api

import (
	"strconv"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// scriptQuery chooses a version.
type scriptQuery struct {
	Version int `query:"version" description:"This version; else the one in use."`
}

type diffQuery struct {
	From int `query:"from" required:"true"`
	To   int `query:"to" description:"Else the latest."`
}

func (c *call) listScripts() (any, error) {
	var all []engine.ScriptOverview
	err := c.view(func(s *storage.Snapshot) (err error) {
		all, err = engine.Library(s, c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromScriptBrief), nil
}

func (c *call) getScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	version, chosen, err := c.versionOf("version")
	if err != nil {
		return nil, err
	}
	var o engine.ScriptOverview
	var v *booking.ScriptVersion
	err = c.view(func(s *storage.Snapshot) error {
		if o, err = engine.LibraryScript(s, c.who.Account, name); err != nil || !chosen {
			return err
		}
		v, err = engine.ScriptVersion(s, c.who.Account, name, version)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := wire.FromScript(o)
	if v != nil {
		out.Version, out.Source = &v.Version, v.Source
	}
	return out, nil
}

// versionOf reads a version from the address; chosen is false when it is not there.
func (c *call) versionOf(field string) (n int, chosen bool, err error) {
	v := c.f.Query(field)
	if v == "" {
		return 0, false, nil
	}
	if n, err = strconv.Atoi(v); err != nil || n < 0 {
		return 0, false, booking.Refuse(booking.Invalid, "invalid_version", field, "this is not a version", "a number from 0, for example 3")
	}
	return n, true, nil
}

func (c *call) putScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.NewScript](c)
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.PutScript(c.ctx, c.who.Account, engine.NewVersion{Name: name, Source: in.Source, Author: by, Note: wire.OneLine(in.Note)})
	if err != nil {
		return nil, err
	}
	return wire.FromScriptVersion(v), nil
}

func (c *call) deleteScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	return nil, c.engine.DeleteScript(c.ctx, c.who.Account, name)
}

func (c *call) activateScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.Activation](c)
	if err != nil {
		return nil, err
	}
	if in.Version == nil {
		return nil, booking.Refuse(booking.Invalid, "missing", "version", "it is missing", "GET /v1/scripts/{name}/versions lists them")
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	done, err := c.engine.Activate(c.ctx, c.who.Account, engine.Activation{Name: name, Version: *in.Version, Override: wire.OneLine(in.Override), Role: c.who.Role, By: by})
	if err != nil {
		return nil, err
	}
	var o engine.ScriptOverview
	err = c.view(func(s *storage.Snapshot) (err error) {
		o, err = engine.LibraryScript(s, c.who.Account, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromActivated(o, done), nil
}

func (c *call) listScriptVersions() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	var all []booking.ScriptVersion
	err = c.view(func(s *storage.Snapshot) (err error) {
		all, err = engine.ScriptVersions(s, c.who.Account, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromScriptVersionBrief), nil
}

func (c *call) diffScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	from, chosen, err := c.versionOf("from")
	if err == nil && !chosen {
		err = booking.Refuse(booking.Invalid, "missing", "from", "it is missing", "for example ?from=1&to=2")
	}
	if err != nil {
		return nil, err
	}
	to, chosen, err := c.versionOf("to")
	if err != nil {
		return nil, err
	}
	var older, newer *booking.ScriptVersion
	err = c.view(func(s *storage.Snapshot) error {
		if older, err = engine.ScriptVersion(s, c.who.Account, name, from); err != nil {
			return err
		}
		if chosen {
			newer, err = engine.ScriptVersion(s, c.who.Account, name, to)
			return err
		}
		o, err := engine.LibraryScript(s, c.who.Account, name)
		newer = o.Latest
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.ScriptDiff{From: older.Version, To: newer.Version, Diff: scripts.Diff(*older, *newer)}, nil
}

func (c *call) previewScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	asked, err := decodeMaybe[wire.PreviewScript](c)
	if err != nil {
		return nil, err
	}
	in, err := asked.Engine(name)
	if err != nil {
		return nil, err
	}
	p, err := c.engine.Preview(c.ctx, c.who.Account, in)
	if err != nil {
		return nil, err
	}
	return wire.FromPreview(p), nil
}

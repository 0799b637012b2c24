package api

import (
	"encoding/json"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

func (c *call) listScriptTests() (any, error) {
	all, _, err := c.engine.Tests(c.ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromListedTestBrief), nil
}

func (c *call) getScriptTest() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	v, err := c.engine.Test(c.ctx, c.who.Account, id)
	if err != nil {
		return nil, err
	}
	return wire.FromListedTest(v), nil
}

func (c *call) createScriptTest() (any, error) {
	in, err := decode[wire.NewScriptTest](c)
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	made := engine.NewScriptTest{Message: in.Message, Session: booking.SessionID(in.Session), Name: wire.OneLine(in.Name), Script: in.Script, Author: by}
	if in.Thread != "" {
		if made.Thread, err = wire.Phone("thread", in.Thread); err != nil {
			return nil, err
		}
	}
	if in.Document != nil {
		if made.Document, err = json.Marshal(in.Document); err != nil {
			return nil, err
		}
	}
	v, err := c.engine.SaveScriptTest(c.ctx, c.who.Account, made)
	if err != nil {
		return nil, err
	}
	return wire.FromSavedTest(v), nil
}

func (c *call) putScriptTest() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.ScriptTestChange](c)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(in.Document)
	if err != nil {
		return nil, err
	}
	v, err := c.engine.EditScriptTest(c.ctx, c.who.Account, id, raw)
	if err != nil {
		return nil, err
	}
	return wire.FromSavedTest(v), nil
}

func (c *call) deleteScriptTest() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	return nil, c.engine.DeleteScriptTest(c.ctx, c.who.Account, id)
}

// testedWith reads what tests shall be played with.
func (c *call) testedWith() (engine.TestedWith, error) {
	in, err := decodeMaybe[wire.TestedWith](c)
	if err != nil {
		return engine.TestedWith{}, err
	}
	by, err := c.name()
	if err != nil {
		return engine.TestedWith{}, err
	}
	return in.Engine(by)
}

func (c *call) runScriptTests() (any, error) {
	with, err := c.testedWith()
	if err != nil {
		return nil, err
	}
	run, err := c.engine.RunTests(c.ctx, c.who.Account, with)
	if err != nil {
		return nil, err
	}
	return wire.FromTestRun(run), nil
}

func (c *call) runScriptTest() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	with, err := c.testedWith()
	if err != nil {
		return nil, err
	}
	played, err := c.engine.RunTest(c.ctx, c.who.Account, id, with)
	if err != nil {
		return nil, err
	}
	return pageOf(played, "", wire.FromPlayed), nil
}

// rehearseSession tells what would happen to a session.
func (c *call) rehearseSession() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decodeMaybe[wire.TravelTo](c)
	if err != nil {
		return nil, err
	}
	t, err := c.engine.Travel(c.ctx, c.who.Account, booking.SessionID(id), in.At)
	if err != nil {
		return nil, err
	}
	return wire.FromTravel(t), nil
}

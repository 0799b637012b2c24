package api

import (
	"net/url"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// numbersPage lists the account's numbers.
type numbersPage struct {
	Items    []numberRow
	Approved bool
}

type numberRow struct {
	Path, Number, Label string
	State               string
	Default, May        bool // texts go out from it; it could be chosen
	Bad                 bool
	Flaw                string
}

func (c *call) showNumbers() (any, error) { return c.numbersPage("", nil, nil) }

// numbersPage shows the list; typed is the label of a number whose change was refused.
func (c *call) numbersPage(of string, typed url.Values, problem error) (any, error) {
	var v shell
	var p numbersPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		p = numbersPage{}
		if v, err = c.shellFor(s, word("numbers.title"), "setup"); err != nil {
			return err
		}
		r, err := s.Registration(c.who.Account)
		if err != nil {
			return err
		}
		p.Approved = r.Status == booking.RegistrationApproved
		all, err := s.Numbers(c.who.Account)
		for _, n := range all {
			row := numberRow{Path: "/console/setup/numbers/" + url.PathEscape(string(n.Number)), Number: shownPhone(string(n.Number)), Label: n.Label, Default: n.DefaultOutbound,
				State: word("number.texts"), May: n.SMSCapable && !n.Gone && p.Approved && !n.DefaultOutbound}
			switch {
			case n.Gone:
				row.State, row.Bad = word("number.gone"), true
			case !n.SMSCapable:
				row.State, row.Bad = word("number.mute"), true
			case n.TollFree != "":
				row.State = word("number.tollfree." + n.TollFree)
			}
			if string(n.Number) == of && problem != nil {
				row.Label, row.Flaw = typed.Get("label"), sentence(problemOf(problem).refusal)
			}
			p.Items = append(p.Items, row)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("numbers", v, problem)
}

func (c *call) syncInConsole() (any, error) {
	if _, err := c.engine.SyncNumbers(c.ctx, c.who.Account); err != nil {
		return c.numbersPage("", nil, err)
	}
	return c.done("/console/setup/numbers", "synced")
}

// saveNumber names a number, or makes it the one that texts go out from.
func (c *call) saveNumber() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	_, err = c.engine.EditNumber(c.ctx, c.who.Account, id, func(n *booking.PhoneNumber) error {
		if typed.Get("default") != "" {
			n.DefaultOutbound = true
			return nil
		}
		return relabel(n, typed.Get("label"))
	})
	if err != nil {
		return c.numbersPage(id, typed, err)
	}
	return c.done("/console/setup/numbers", "saved")
}

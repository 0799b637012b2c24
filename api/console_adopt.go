package api

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// adoptPage lists what is approved at the carrier already.
type adoptPage struct{ Items []standingRow }

type standingRow struct {
	Service, Campaign, Numbers, State string
	May                               bool
}

func (c *call) showAdopt() (any, error) { return c.adoptPage(nil) }

func (c *call) adoptPage(problem error) (any, error) {
	var v shell
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.shellFor(s, word("adopt.title"), "setup")
		return err
	})
	if err != nil {
		return nil, err
	}
	all, err := c.engine.Services(c.ctx)
	if err != nil && problem == nil {
		problem = err
	}
	var p adoptPage
	for _, s := range all {
		row := standingRow{Service: s.Service, Campaign: s.Campaign, State: word("adopt.state." + string(s.Verdict)), May: s.Verdict == booking.FilingDone && s.Sender != ""}
		if s.Sender == "" {
			row.State = word("adopt.nothing")
		}
		var numbers []string
		for _, n := range s.Numbers {
			numbers = append(numbers, shownPhone(string(n.Number)))
		}
		row.Numbers = strings.Join(numbers, ", ")
		p.Items = append(p.Items, row)
	}
	v.Page = p
	return c.office("adopt", v, problem)
}

func (c *call) adoptInConsole() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	service := typed.Get("service")
	if service == "" || len(service) > 64 {
		return c.adoptPage(booking.Refuse(booking.Invalid, "missing", "service", "nothing was chosen", "press the button beside one of them"))
	}
	if _, err := c.engine.Adopt(c.ctx, c.who.Account, service); err != nil {
		return c.adoptPage(err)
	}
	return c.done("/console/setup/registration", "adopted")
}

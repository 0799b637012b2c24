package rehearsal

import (
	"context"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
)

// hire has the cast write.
func (p *player) hire(ctx context.Context) error {
	c := p.o.Cast
	if c.Script == "" {
		return nil
	}
	if err := p.e.Install(ctx, house, c.Versions); err != nil {
		return err
	}
	if c.Script == scripts.Agent || c.Script == scripts.FollowUpLink {
		return nil
	}
	_, err := p.e.EditScheduler(ctx, house, web, func(s *booking.Scheduler) error {
		if c.Kind == booking.ScriptAgent {
			s.FollowUp.Agent = c.Script
		} else {
			s.FollowUp.Template = c.Script
		}
		return nil
	})
	return err
}

package engine

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// fetchTimeout bounds the look at all pages of a preflight together.
const fetchTimeout = 10 * time.Second

// Preflight finds what reviewers would reject in the draft. It gives the draft as it would be submitted, too.
func (e *Engine) Preflight(ctx context.Context, a booking.AccountID) ([]booking.PreflightItem, booking.Business, error) {
	_, b, items, err := e.preflight(ctx, a)
	return items, b, err
}

func (e *Engine) preflight(ctx context.Context, a booking.AccountID) (draft, b booking.Business, items []booking.PreflightItem, err error) {
	var texting booking.Texting
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		f, err := s.Filing(a)
		if err != nil {
			return err
		}
		draft = f.Draft
		texting, err = e.texting(ctx, s, a)
		return err
	})
	if err != nil {
		return draft, b, nil, err
	}
	b = draft.Proposed(texting)
	items = booking.Preflight(booking.PreflightFacts{Business: b, Texting: texting, Pages: e.pages(ctx, b), Lenient: e.o.Simulator})
	return draft, b, items, nil
}

// texting gathers the real texts and words of consent: those of the schedulers whose follow-up is on, else of all.
func (e *Engine) texting(ctx context.Context, s *storage.Snapshot, a booking.AccountID) (t booking.Texting, err error) {
	account, err := s.Account(a)
	if err != nil {
		return t, err
	}
	t = booking.Texting{Business: account.Name, Website: account.Website, Office: booking.Phone(account.OfficePhone)}
	schedulers, _, err := s.Schedulers(a, "", 20)
	if err != nil {
		return t, err
	}
	var main *booking.Scheduler
	for i := range schedulers {
		if sched := &schedulers[i]; main == nil || sched.FollowUp.Enabled && !main.FollowUp.Enabled {
			main = sched
		}
		t.Automated = t.Automated || schedulers[i].FollowUp.Enabled && schedulers[i].FollowUp.Mode == booking.AIAgent
	}
	if main == nil {
		main = &booking.Scheduler{}
	}
	t.FormURL, t.Consent = main.URL, booking.ConsentOf(*main, account)
	t.Samples, err = e.samples(ctx, s, account, *main)
	return t, err
}

// sampleToken stands in sample texts where a link has its token: reviewers see a link as customers get it.
const sampleToken = "k7mq2x9vbn4tplw8zr3fhdc5ye"

// samples renders the real template as it would go out to two customers: one who gave a name and a service, one who did not.
// A template that fails, or walls that are missing, give the text that would stand in for it.
func (e *Engine) samples(ctx context.Context, s *storage.Snapshot, account booking.Account, sched booking.Scheduler) (texts []string, err error) {
	template, err := activeProgram(s, account.ID, templateOf(&sched))
	if errors.Is(err, &booking.Error{Code: "unknown_script"}) {
		template, err = builtInProgram(scripts.FollowUpLink), nil
	}
	if err != nil {
		return nil, err
	}
	service := "AC repair"
	if len(sched.Services) > 0 {
		service = sched.Services[0].Name
	}
	sched.Services = []booking.Service{{Name: service}}
	for _, session := range []booking.Session{
		{Customer: booking.Customer{FirstName: "Jo"}, Service: service, Scheduler: sched.ID},
		{Scheduler: sched.ID},
	} {
		facts, err := e.scriptFacts(s, s.Now, booking.Facts{Account: account, Scheduler: &sched, Session: session}, sampleToken)
		if err != nil {
			return nil, err
		}
		text, err := e.sample(ctx, account.ID, template, facts)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// sample is the text that a template writes, as it would go out.
func (e *Engine) sample(ctx context.Context, a booking.AccountID, template program, facts scripts.Facts) (string, error) {
	about := booking.ComposeFacts{Now: facts.Now, Business: facts.Business.Name, Link: facts.Link, Mode: booking.PrefilledLink}
	if e.o.Scripts != nil {
		call := template.call()
		var err error
		if call.Ctx, err = facts.Ctx(); err != nil {
			return "", err
		}
		tried, err := scripts.Try(ctx, scripts.Behind(e.o.Scripts, string(a)), call, scripts.SampleAnswer)
		if err != nil {
			return "", e.wallsTrouble(err)
		}
		if c, err := booking.Compose(tried.Text, about); err == nil {
			return c.Body, nil
		}
	}
	c, err := booking.Compose(booking.FallbackText(facts.Business.Name, facts.Link), about)
	return c.Body, err
}

// templateOf names the template of a scheduler; an agent's first text has no template that reviewers could be shown.
func templateOf(s *booking.Scheduler) string {
	if s.FollowUp.Mode == booking.AIAgent {
		return scripts.FollowUpLink
	}
	return cmp.Or(s.FollowUp.Template, scripts.FollowUpLink)
}

// pages looks at the pages that the registration names, all at once.
func (e *Engine) pages(ctx context.Context, b booking.Business) map[string]booking.Page {
	if e.o.Fetch == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	found := map[string]booking.Page{}
	for field, address := range map[string]string{"website": b.Website, "privacy_url": b.PrivacyURL, "terms_url": b.TermsURL} {
		if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
			continue
		}
		all.Go(func() {
			p := e.o.Fetch(ctx, address)
			mu.Lock()
			defer mu.Unlock()
			found[field] = p
		})
	}
	all.Wait()
	return found
}

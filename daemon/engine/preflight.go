package engine

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
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
	t.Samples = e.samples(ctx, s.Now, account, *main)
	return t, nil
}

// samples renders the real template as it would go out to two customers: one who gave a name and a service, one who did not.
func (e *Engine) samples(ctx context.Context, now time.Time, account booking.Account, sched booking.Scheduler) (texts []string) {
	service := "AC repair"
	if len(sched.Services) > 0 {
		service = sched.Services[0].Name
	}
	sched.Services = []booking.Service{{Name: service}}
	for _, session := range []booking.Session{
		{Customer: booking.Customer{FirstName: "Jo"}, Service: service, Scheduler: sched.ID},
		{Scheduler: sched.ID},
	} {
		f := booking.Facts{Account: account, Scheduler: &sched, Session: session}
		facts := e.scriptFacts(now, f, sampleToken)
		body, err := e.write(ctx, templateOf(&sched), facts, f)
		if err != nil {
			body, err = e.write(ctx, defaultTemplate, facts, f)
		}
		if err == nil {
			texts = append(texts, body.Body)
		}
	}
	return texts
}

// sampleToken stands in sample texts where a link has its token.
const sampleToken = "k7mq2x9vbn4tplw8zr3fhdc5ye"

// templateOf names the template of a scheduler; an agent's first text has no template that reviewers could be shown.
func templateOf(s *booking.Scheduler) string {
	if s.FollowUp.Mode == booking.AIAgent || s.FollowUp.Template == "" {
		return defaultTemplate
	}
	return s.FollowUp.Template
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

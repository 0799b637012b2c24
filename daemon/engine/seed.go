package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// MainAccount is the account that the first start makes.
const MainAccount booking.AccountID = "main"

// Seed is what the first start puts into an empty store, all in one transaction: either everything is there, or the next
// start tries again.
type Seed struct {
	Account      booking.Account
	Registration *booking.Registration
	Numbers      []booking.PhoneNumber
	Schedulers   []booking.Scheduler
	Windows      map[booking.SchedulerID][]booking.Window
	Facts        []booking.Fact
	Scripts      []NewVersion      // each is checked, and used from the beginning
	Draft        *booking.Business // of the registration
	Welcome      string            // the token of the link by which the first administrator sets a password; empty: no link
	AdminSecret  string            // becomes an administrator's API key; empty: one is made
}

// FirstStart seeds an empty store and gives the administrator's key; nil when the store was seeded before. Nothing
// happens then. A refusal names its field in the seed: "account.name", "schedulers[1].url".
func (e *Engine) FirstStart(ctx context.Context, s Seed) (key *NewKey, err error) {
	if s.AdminSecret != "" && len(s.AdminSecret) < MinSecret {
		return nil, booking.Refuse(booking.Invalid, "secret_too_short", "REBOOK_BOOTSTRAP_KEY", "the bootstrap key needs at least 16 characters",
			"use a longer, random one")
	}
	k := newKey(e.now(), "bootstrap", booking.RoleAdministrator, s.AdminSecret)
	s.Schedulers = slices.Clone(s.Schedulers)
	for i, sched := range s.Schedulers {
		s.Schedulers[i] = e.fillScheduler(sched)
	}
	versions, err := e.seedScripts(ctx, s.Scripts)
	if err != nil {
		return nil, err
	}
	err = e.update(ctx, func(t *txn) error {
		key = nil
		_, err := t.Account(MainAccount)
		if err == nil { // seeded before: by an earlier start, or by this transaction's own earlier, unknown commit
			mine, err := t.Credential(k.Secret)
			if mine != nil && mine.Key == k.ID {
				key = &k
			}
			return err
		}
		if !storage.IsNotFound(err) {
			return err
		}
		v := s.Account
		v.ID, v.CreatedAt = MainAccount, t.Now
		if err := booking.ValidateAccount(&v, e.o.Simulator); err != nil {
			return booking.Within("account", err)
		}
		if err := t.PutAccount(v); err != nil {
			return err
		}
		if s.Registration != nil {
			if err := t.PutRegistration(MainAccount, *s.Registration); err != nil {
				return err
			}
		}
		if s.Draft != nil {
			f, err := t.Filing(MainAccount)
			if err != nil {
				return err
			}
			f.Draft = s.Draft.Clone()
			if err := booking.ValidateBusiness(&f.Draft); err != nil {
				return booking.Within("registration", err)
			}
			if err := t.PutFiling(MainAccount, f); err != nil {
				return err
			}
		}
		if s.Welcome != "" {
			l := storage.Login{Account: MainAccount, Welcome: true, Begun: t.Now, SeenAt: t.Now, Expires: t.Now.Add(welcomeLife)}
			if err := t.PutLogin(s.Welcome, l); err != nil {
				return err
			}
		}
		for i, n := range s.Numbers {
			if _, err := t.putNumber(MainAccount, n); err != nil {
				return booking.Within(fmt.Sprintf("phone_numbers[%d]", i), err)
			}
		}
		for i, sched := range s.Schedulers {
			if _, err := t.createScheduler(MainAccount, sched); err != nil {
				return booking.Within(fmt.Sprintf("schedulers[%d]", i), err)
			}
		}
		for id, w := range s.Windows {
			if _, err := t.putWindows(v, id, w); err != nil {
				return err
			}
		}
		if len(s.Facts) > 0 {
			if err := t.PutFacts(MainAccount, s.Facts); err != nil {
				return err
			}
		}
		for _, v := range versions {
			put, err := t.putScript(MainAccount, v)
			if err == nil {
				err = t.useScript(MainAccount, put.Script, put.Version)
			}
			if err != nil {
				return err
			}
		}
		key = &k
		return t.createKey(MainAccount, k)
	})
	return key, err
}

// seedScripts checks the scripts of a seed behind the walls; they find each other as modules.
func (e *Engine) seedScripts(ctx context.Context, all []NewVersion) (versions []booking.ScriptVersion, err error) {
	for i, in := range all {
		v, err := e.newVersion(in)
		if err != nil {
			return nil, within("scripts["+strconv.Itoa(i)+"]", err)
		}
		versions = append(versions, v)
	}
	for i, v := range versions {
		p := program{main: v}
		for _, m := range versions {
			if m.Script != v.Script {
				p.modules = append(p.modules, m)
			}
		}
		if versions[i].Kind, err = e.checkProgram(ctx, MainAccount, p); err != nil {
			return nil, within("scripts["+strconv.Itoa(i)+"]", err)
		}
	}
	return versions, nil
}

// within puts the field of a refusal under its place in the seed.
func within(place string, err error) error {
	bad, ok := errors.AsType[*booking.Error](err)
	if !ok {
		return err
	}
	told := *bad
	told.Field = place + "." + bad.Field
	return &told
}

package engine

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// replaySide is one of the two houses that a replay compares: its rules, its forms, its scripts.
type replaySide struct {
	account      booking.Account
	registration booking.Registration
	schedulers   map[booking.SchedulerID]*booking.Scheduler
	numbers      map[booking.SchedulerID]*booking.PhoneNumber
	programs     map[string]replayProgram // by the name of the script that writes a first text, or answers
}

type replayProgram struct {
	program
	missing error // why it cannot be used
}

// draftVersion is the number of a source that is not kept.
const draftVersion = -1

// replaySides reads both sides, and what differs between them into v.
func (e *Engine) replaySides(ctx context.Context, a booking.AccountID, v *booking.Replay, in ReplayIn) (before, after replaySide, err error) {
	over := map[string]booking.ScriptVersion{}
	var notes replayNotes
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v.Changes, notes = nil, nil
		clear(over)
		if before, err = readSide(s, a, nil); err != nil {
			return err
		}
		if in.Scheduler != "" && before.schedulers[in.Scheduler] == nil {
			return unknownScheduler(in.Scheduler)
		}
		for name, want := range in.Scripts {
			if over[name], err = replayedVersion(s, a, name, want); err != nil {
				return err
			}
		}
		after, err = readSide(s, a, over)
		return err
	})
	if err != nil {
		return before, after, err
	}
	if err := e.proveDrafts(ctx, a, &after, over); err != nil {
		return before, after, err
	}
	if in.Edit != nil {
		if err := in.Edit(&after.account); err != nil {
			return before, after, err
		}
		if err := booking.ValidateSettings(after.account.Settings, e.o.Simulator); err != nil {
			return before, after, err
		}
	}
	if err := changeDelay(&after, in); err != nil {
		return before, after, err
	}
	v.Changes = append(settingsChanged(before.account.Settings, after.account.Settings, &notes), delayChanged(before, in)...)
	v.Changes = append(v.Changes, scriptsChanged(before, over)...)
	for name := range over {
		if !after.uses(name) {
			notes.add("The script %s is used by no booking form that is replayed, so it changes nothing here.", name)
		}
	}
	v.Notes = append(notes, whatIsNotKept)
	return before, after, nil
}

// whatIsNotKept is said of every replay.
const whatIsNotKept = "Registration, numbers, forms and the days in the calendar are taken as they are now, for what they were is not kept; so are opt-outs that were lifted since. " +
	"Sessions count as left when they were left last. What the carrier, its pace, lookups and the daily cap would have done is not replayed."

// readSide reads a side as it stands, with some scripts in other versions.
func readSide(s *storage.Snapshot, a booking.AccountID, over map[string]booking.ScriptVersion) (r replaySide, err error) {
	r = replaySide{schedulers: map[booking.SchedulerID]*booking.Scheduler{}, numbers: map[booking.SchedulerID]*booking.PhoneNumber{}, programs: map[string]replayProgram{}}
	if r.account, err = s.Account(a); err != nil {
		return r, err
	}
	if r.registration, err = s.Registration(a); err != nil {
		return r, err
	}
	all, _, err := s.Schedulers(a, "", maxSchedulersRead)
	if err != nil {
		return r, err
	}
	for _, sched := range all {
		sched := sched.Clone()
		r.schedulers[sched.ID] = &sched
		if r.numbers[sched.ID], err = outbound(s, a, &sched); err != nil {
			return r, err
		}
		name := scriptOf(&sched)
		if _, read := r.programs[name]; read {
			continue
		}
		if r.programs[name], err = replayedProgram(s, a, name, over); err != nil {
			return r, err
		}
	}
	return r, nil
}

// maxSchedulersRead bounds the forms of an account.
const maxSchedulersRead = 1000

// replayedProgram gives a script with its modules as a side runs it.
func replayedProgram(s *storage.Snapshot, a booking.AccountID, name string, over map[string]booking.ScriptVersion) (p replayProgram, err error) {
	main, replaced := over[name]
	if !replaced {
		v, _, err := activeVersion(s, a, name)
		if err != nil {
			return p, err
		}
		if v == nil {
			p.missing = unknownScript(name)
			return p, nil
		}
		main = *v
	}
	p.program, err = withModules(s, a, main, slices.Collect(maps.Values(over))...)
	return p, err
}

// replayedVersion finds the version of a script that is to be replayed.
func replayedVersion(s *storage.Snapshot, a booking.AccountID, name string, want ReplayScript) (v booking.ScriptVersion, err error) {
	if err := booking.ValidateScriptName(name); err != nil {
		return v, err
	}
	switch {
	case want.Version != nil && want.Source != "":
		return v, booking.Refuse(booking.Invalid, "ambiguous", "changes.scripts."+name, "a source and a version are named, and one of them is replayed", "leave one of them out")
	case want.Version != nil:
		found, err := findVersion(s, a, name, *want.Version)
		if err != nil {
			return v, err
		}
		return *found, nil
	}
	v = booking.ScriptVersion{Script: name, Version: draftVersion, Source: want.Source, SHA256: scripts.Digest(want.Source)}
	return v, booking.ValidateScriptSource(want.Source)
}

// proveDrafts runs sources that are not kept once on sample facts, as before they were put, and refuses what does not work.
func (e *Engine) proveDrafts(ctx context.Context, a booking.AccountID, side *replaySide, over map[string]booking.ScriptVersion) error {
	for name, v := range over {
		if v.Version != draftVersion {
			continue
		}
		var p program
		err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			p, err = withModules(s, a, v, slices.Collect(maps.Values(over))...)
			return err
		})
		if err != nil {
			return err
		}
		kind, err := e.checkProgram(ctx, a, p)
		if err != nil {
			return err
		}
		if own, ok := side.programs[name]; ok {
			own.main.Kind = kind
			side.programs[name] = own
		}
	}
	return nil
}

// uses tells whether a script writes or answers for a form, or is loaded by one that does.
func (r replaySide) uses(name string) bool {
	for main, p := range r.programs {
		if main == name || slices.ContainsFunc(p.modules, func(m booking.ScriptVersion) bool { return m.Script == name }) {
			return true
		}
	}
	return false
}

func changeDelay(side *replaySide, in ReplayIn) error {
	if in.Delay == nil {
		return nil
	}
	for id, sched := range side.schedulers {
		if in.Scheduler != "" && id != in.Scheduler {
			continue
		}
		sched.FollowUp.Delay = *in.Delay
		if err := booking.ValidateDelay(*in.Delay); err != nil {
			return err
		}
	}
	return nil
}

func delayChanged(before replaySide, in ReplayIn) (all []booking.ReplayChange) {
	if in.Delay == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(before.schedulers)) {
		was := before.schedulers[id].FollowUp.Delay
		if (in.Scheduler == "" || id == in.Scheduler) && was != *in.Delay {
			all = append(all, booking.ReplayChange{What: "follow_up.delay of " + string(id), Was: was.String(), Is: in.Delay.String()})
		}
	}
	return all
}

func scriptsChanged(before replaySide, over map[string]booking.ScriptVersion) (all []booking.ReplayChange) {
	for _, name := range slices.Sorted(maps.Keys(over)) {
		was := "as it is used now"
		for _, p := range before.programs {
			for _, v := range append([]booking.ScriptVersion{p.main}, p.modules...) {
				if v.Script == name {
					was = refOf(v.Ref())
				}
			}
		}
		if is := refOf(over[name].Ref()); is != was {
			all = append(all, booking.ReplayChange{What: "scripts." + name, Was: was, Is: is})
		}
	}
	return all
}

// refOf names a version for people: a source that is not kept is a draft.
func refOf(ref string) string { return strings.ReplaceAll(ref, "@-1", "@draft") }

// notReplayable says of settings why their change shows nothing in a replay.
var notReplayable = map[string]string{
	"abandon_after": "when a page fell silent is recorded once and not heartbeat by heartbeat",
	"retention":     "it changes no text",
	"reply_wait":    "conversations are answered with the settings of the rehearsals",
	"reply_window":  "conversations are answered with the settings of the rehearsals",
	"nudges":        "reminders are not replayed",
	"on_call_phone": "it changes no text to a customer",
	"daily_cap":     "what else went out on a day is not replayed",
	"lookup":        "nobody is asked for the kind of a line in a replay",
}

// settingsChanged lists what differs, and notes what a replay cannot show.
func settingsChanged(was, is booking.Settings, notes *replayNotes) (all []booking.ReplayChange) {
	for _, f := range []struct {
		name    string
		was, is any
	}{
		{"hours.weekday", was.Hours.Weekday, is.Hours.Weekday}, {"hours.saturday", was.Hours.Saturday, is.Hours.Saturday}, {"hours.sunday", was.Hours.Sunday, is.Hours.Sunday},
		{"state_rules", was.StateRules, is.StateRules}, {"frequency.max", was.Frequency.Max, is.Frequency.Max}, {"frequency.per", was.Frequency.Per, is.Frequency.Per},
		{"latest_after", was.LatestAfter, is.LatestAfter}, {"require_consent", was.RequireConsent, is.RequireConsent}, {"holdout", was.Holdout, is.Holdout},
		{"sms_price", was.Price().Of(1), is.Price().Of(1)},
		{"abandon_after", was.AbandonAfter, is.AbandonAfter}, {"retention", was.Retention, is.Retention}, {"reply_wait", was.ReplyWait, is.ReplyWait},
		{"reply_window", was.ReplyWindow, is.ReplyWindow}, {"nudges", was.Nudges, is.Nudges}, {"on_call_phone", was.OnCallPhone, is.OnCallPhone},
		{"daily_cap", was.DailyCap, is.DailyCap}, {"lookup", was.Lookup, is.Lookup},
	} {
		if reflect.DeepEqual(f.was, f.is) {
			continue
		}
		all = append(all, booking.ReplayChange{What: "settings." + f.name, Was: tellSetting(f.was), Is: tellSetting(f.is)})
		if why := notReplayable[f.name]; why != "" {
			notes.add("A change of settings.%s shows nothing here: %s.", f.name, why)
		}
	}
	return all
}

// tellSetting writes a setting as the API has it.
func tellSetting(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), `"`)
}

package wire

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// NewReplay says what is replayed, and with which changes.
type NewReplay struct {
	From      string        `json:"from,omitempty"`
	To        string        `json:"to,omitempty"`
	Scheduler string        `json:"scheduler,omitempty"`
	Changes   ReplayChanges `json:"changes,omitzero"`
}

// ReplayChanges are what would be otherwise.
type ReplayChanges struct {
	Settings map[string]any          `json:"settings,omitempty"` // of account.settings: what is not in it stays as it is
	Hours    map[string][]string     `json:"hours,omitempty"`    // short for settings.hours
	Delay    string                  `json:"delay,omitempty"`
	Scripts  map[string]ReplayScript `json:"scripts,omitempty"` // by name
}

// Sample gives the form that the API document shows, with the settings by name.
func (NewReplay) Sample() any {
	return struct {
		From      string `json:"from,omitempty" description:"A day in the account's zone, or an RFC 3339 time; left out: a week before to."`
		To        string `json:"to,omitempty" description:"A day, included, or an RFC 3339 time, not included; left out: now."`
		Scheduler string `json:"scheduler,omitempty" description:"Only sessions of this booking form."`
		Changes   struct {
			Settings *Settings               `json:"settings,omitempty" description:"Of account.settings; absent fields keep their value."`
			Hours    *Hours                  `json:"hours,omitempty" description:"Short for settings.hours."`
			Delay    string                  `json:"delay,omitempty" description:"Of all booking forms that are replayed, for example 5m."`
			Scripts  map[string]ReplayScript `json:"scripts,omitempty" description:"By name: another version, or a draft."`
		} `json:"changes,omitzero" description:"What is to be otherwise; absent fields stay as they are."`
	}{}
}

// ReplayScript is the version of a script that is replayed: one that is kept, or a source that is not.
type ReplayScript struct {
	Version *int   `json:"version,omitempty"`
	Source  string `json:"source,omitempty"`
}

// Engine gives the request in the engine's type. body is the request as it came, whose absent settings stay as they are.
func (n NewReplay) Engine(body []byte, by string, a booking.Account, now time.Time) (in engine.ReplayIn, err error) {
	in = engine.ReplayIn{Scheduler: booking.SchedulerID(n.Scheduler), By: by, Scripts: map[string]engine.ReplayScript{}}
	loc, err := booking.LoadZone(a.Timezone)
	if err != nil {
		return in, err
	}
	if in.From, in.To, err = booking.ReadReplayPeriod(now, loc, n.From, n.To); err != nil {
		return in, err
	}
	if n.Changes.Delay != "" {
		d, err := duration("changes.delay", n.Changes.Delay)
		if err != nil {
			return in, err
		}
		in.Delay = &d
	}
	for name, s := range n.Changes.Scripts {
		if s.Version == nil && s.Source == "" {
			return in, missing("changes.scripts."+name, "name a version, or give a source")
		}
		in.Scripts[name] = engine.ReplayScript{Version: s.Version, Source: s.Source}
	}
	if n.Changes.Settings != nil || n.Changes.Hours != nil {
		in.Edit = func(a *booking.Account) error { return layOver(a, body) }
	}
	return in, nil
}

// layOver lays changes.settings, and then changes.hours, over the account's settings.
func layOver(a *booking.Account, body []byte) error {
	var raw struct {
		Changes struct {
			Settings json.RawMessage `json:"settings"`
			Hours    json.RawMessage `json:"hours"`
		} `json:"changes"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return explain(err)
	}
	s := FromAccount(*a).Settings
	var err error
	if raw.Changes.Settings != nil {
		if s, err = Merge(s, raw.Changes.Settings); err != nil {
			return err
		}
	}
	if raw.Changes.Hours != nil {
		if s.Hours, err = Merge(s.Hours, raw.Changes.Hours); err != nil {
			return err
		}
	}
	a.Settings, err = s.booking()
	return err
}

// Replay is a run of a period on a virtual clock, as things stand and with changes. Nothing of it is sent.
type Replay struct {
	ID        string          `json:"id" required:"true"`
	State     string          `json:"state" required:"true" enum:"running,done,cancelled,interrupted,failed" description:"interrupted: the daemon was stopped meanwhile; it is not taken up again."`
	Summary   string          `json:"summary" required:"true" description:"What came of it, in one sentence."`
	From      time.Time       `json:"from" required:"true"`
	To        time.Time       `json:"to" required:"true"`
	Scheduler string          `json:"scheduler,omitempty"`
	Changes   []ReplayChanged `json:"changes" nullable:"false" description:"What is otherwise."`
	By        string          `json:"by,omitempty"`
	BeganAt   time.Time       `json:"began_at" required:"true"`
	EndedAt   time.Time       `json:"ended_at,omitzero"`
	Fault     string          `json:"fault,omitempty" description:"Why it failed."`

	Progress  ReplayProgress `json:"progress" required:"true"`
	Before    ReplaySums     `json:"before" required:"true" description:"As things stand now."`
	After     ReplaySums     `json:"after" required:"true" description:"With the changes."`
	Real      ReplaySums     `json:"real" required:"true" description:"What really happened."`
	Differ    map[string]int `json:"differ" nullable:"false" description:"Sessions by how they differ: withheld, sent, words, time, check; and reply: conversations in which the replies part."`
	Held      map[string]int `json:"held" nullable:"false" description:"Texts that only the changes withhold, by the check that causes it."`
	Threads   ReplayThreads  `json:"threads" required:"true"`
	NeverLeft int            `json:"never_left" description:"Sessions that nobody left, as far as is recorded: no text was due."`
	Strays    int            `json:"strays" description:"Sessions in which even the side before is not what really happened: other rules or versions were in force then."`
	Notes     []string       `json:"notes" nullable:"false" description:"What was not replayed, and why."`
}

// ReplayChanged is one thing that differs between the sides.
type ReplayChanged struct {
	What string `json:"what" required:"true"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// ReplayProgress tells how far a replay is, in sessions and conversations.
type ReplayProgress struct {
	Done  int `json:"done" required:"true"`
	Total int `json:"total" required:"true"`
}

// ReplaySums sums one side up.
type ReplaySums struct {
	Texts    int            `json:"texts" required:"true"`
	Segments int            `json:"segments" required:"true"`
	Cost     *Cost          `json:"cost,omitempty"`
	Withheld map[string]int `json:"withheld" nullable:"false" description:"By check."`
}

// ReplayThreads counts conversations.
type ReplayThreads struct {
	Played int `json:"played" required:"true" description:"Answered once more by both agents."`
	Model  int `json:"model" description:"An agent asked the language model: not replayable."`
	Failed int `json:"failed" description:"Too little of it is kept, or it could not be played."`
}

// FromReplay shows a replay.
func FromReplay(r booking.Replay) Replay {
	return Replay{ID: r.ID, State: string(r.State), Summary: r.Summary(), From: utc(r.From), To: utc(r.To), Scheduler: string(r.Scheduler),
		Changes: Map(r.Changes, func(c booking.ReplayChange) ReplayChanged { return ReplayChanged(c) }), By: r.By, BeganAt: utc(r.BeganAt), EndedAt: utc(r.EndedAt),
		Fault: r.Fault, Progress: ReplayProgress{r.Done, r.Total}, Before: fromSums(r.Before), After: fromSums(r.After), Real: fromSums(r.Real),
		Differ: counts(r.Differ), Held: counts(r.Held), Threads: ReplayThreads(r.Threads), NeverLeft: r.NeverLeft, Strays: r.Strays, Notes: orEmpty(r.Notes)}
}

func fromSums(s booking.ReplaySums) ReplaySums {
	out := ReplaySums{Texts: s.Texts, Segments: s.Segments, Withheld: counts(s.Withheld)}
	if s.Currency != "" {
		out.Cost = &Cost{s.Cost.String(), s.Currency}
	}
	return out
}

func counts[K ~string](m map[K]int) map[string]int {
	out := map[string]int{}
	for k, n := range m {
		out[string(k)] = n
	}
	return out
}

// ReplayItem is what came of one session, or the place where the replies of a conversation part.
type ReplayItem struct {
	Differs   string         `json:"differs,omitempty" enum:"withheld,sent,words,time,check,reply" description:"Absent: in nothing."`
	Session   string         `json:"session,omitempty"`
	Scheduler string         `json:"scheduler,omitempty"`
	Phone     string         `json:"phone,omitempty"`
	Name      string         `json:"name,omitempty"`
	LeftAt    time.Time      `json:"left_at,omitzero" description:"Of a conversation: when it began."`
	Turn      int            `json:"turn,omitempty" description:"Of a conversation: after which text of the customer the replies part, counted from 1."`
	Heard     string         `json:"heard,omitempty" description:"That text."`
	Before    ReplayOutcome  `json:"before" required:"true"`
	After     ReplayOutcome  `json:"after" required:"true"`
	Real      *ReplayOutcome `json:"real,omitempty" description:"What really happened, as far as it is recorded."`
}

// ReplayOutcome is what becomes of one session, or one reply of an agent.
type ReplayOutcome struct {
	Texted     bool      `json:"texted" required:"true"`
	At         time.Time `json:"at,omitzero" description:"Of the text, or when the check stopped it."`
	Text       string    `json:"text,omitempty" description:"The token of its link is made of X."`
	Segments   int       `json:"segments,omitempty"`
	Script     string    `json:"script,omitempty" description:"The versions that wrote it."`
	WithheldBy string    `json:"withheld_by,omitempty" description:"The check that stopped it."`
	WaitedFor  string    `json:"waited_for,omitempty" description:"Where that is too_late: the check that it waited for."`
	State      string    `json:"state,omitempty" description:"Of what really happened: the follow-up's. Of a conversation: its outcome, or silent."`
	Trace      []Finding `json:"trace,omitempty" description:"What put it off or stopped it, in order."`
}

// FromReplayItem shows what came of a session.
func FromReplayItem(i booking.ReplayItem) ReplayItem {
	out := ReplayItem{Differs: string(i.Differs), Session: string(i.Session), Scheduler: string(i.Scheduler), Phone: string(i.Phone), Name: i.Name,
		LeftAt: utc(i.LeftAt), Turn: i.Turn, Heard: i.Heard, Before: fromOutcome(i.Before), After: fromOutcome(i.After)}
	if i.Real != nil {
		real := fromOutcome(*i.Real)
		out.Real = &real
	}
	return out
}

func fromOutcome(o booking.ReplayOutcome) ReplayOutcome {
	out := ReplayOutcome{Texted: o.Texted, At: utc(o.At), Text: o.Body, Segments: o.Segments, Script: o.Script, WithheldBy: string(o.Check),
		WaitedFor: string(o.Cause), State: o.State}
	if len(o.Trail) > 0 {
		out.Trace = Map(o.Trail, FromFinding)
	}
	return out
}

// Replayed is a replay with the first of its differences.
type Replayed struct {
	Replay
	Items      []ReplayItem `json:"items" required:"true" nullable:"false" description:"The first differences; GET /v1/replays/{id}/differences has them all."`
	NextCursor *string      `json:"next_cursor" required:"true" description:"Give it as cursor to GET /v1/replays/{id}/differences; null at the end."`
}

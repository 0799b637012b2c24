package booking

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ReplayState says where a replay stands. Part of the API and stored: never rename.
type ReplayState string

// The states of a replay.
const (
	ReplayRunning     ReplayState = "running"
	ReplayDone        ReplayState = "done"
	ReplayCancelled   ReplayState = "cancelled"
	ReplayInterrupted ReplayState = "interrupted" // the daemon was stopped or died; it is not taken up again
	ReplayFailed      ReplayState = "failed"
)

// ReplayStates lists every state.
var ReplayStates = []ReplayState{ReplayRunning, ReplayDone, ReplayCancelled, ReplayInterrupted, ReplayFailed}

// ReplayDiffers says how the two sides of a replayed session differ. Part of the API and stored: never rename.
type ReplayDiffers string

// The differences, by their weight.
const (
	ReplaySame     ReplayDiffers = ""
	ReplayWithheld ReplayDiffers = "withheld" // a text before, none after
	ReplaySent     ReplayDiffers = "sent"     // none before, a text after
	ReplayWords    ReplayDiffers = "words"    // other words, perhaps at another time
	ReplayTime     ReplayDiffers = "time"     // the same words at another time
	ReplayCheck    ReplayDiffers = "check"    // no text on either side, by another check
	ReplayReply    ReplayDiffers = "reply"    // a conversation in which the agent's replies part
)

// ReplayKinds lists every difference.
var ReplayKinds = []ReplayDiffers{ReplayWithheld, ReplaySent, ReplayWords, ReplayTime, ReplayCheck, ReplayReply}

// Replay is a run of a period's sessions and conversations on a virtual clock, once as things stand and once as they would be
// with changes. Nothing of it was sent.
type Replay struct {
	ID        string         `json:"id"` // a UUIDv7
	From      time.Time      `json:"from"`
	To        time.Time      `json:"to"`                  // exclusive
	Scheduler SchedulerID    `json:"scheduler,omitempty"` // only sessions of this one
	Changes   []ReplayChange `json:"changes,omitempty"`   // what differs between the sides
	By        string         `json:"by,omitempty"`
	State     ReplayState    `json:"state"`
	BeganAt   time.Time      `json:"began_at"`
	EndedAt   time.Time      `json:"ended_at,omitzero"`
	Fault     string         `json:"fault,omitempty"` // why it failed

	Total int `json:"total"` // sessions and conversations to be looked at
	Done  int `json:"done"`  // of these

	NeverLeft int            `json:"never_left,omitempty"` // sessions that nobody left, as far as is recorded: no text was ever due
	Before    ReplaySums     `json:"before"`
	After     ReplaySums     `json:"after"`
	Real      ReplaySums     `json:"real"`             // what really happened
	Strays    int            `json:"strays,omitempty"` // sessions in which the side before is not what really happened
	Differ    ReplayCounts   `json:"differ,omitempty"`
	Held      map[Check]int  `json:"held,omitempty"` // texts that only the changes withhold, by the check that causes it
	Threads   ReplayedThread `json:"threads,omitzero"`
	Kept      [2]int         `json:"kept"`            // rows that are kept: of sessions that are alike, of those that differ
	Notes     []string       `json:"notes,omitempty"` // what was not replayed, and why
}

// ReplayChange is one thing that differs between the sides, for people.
type ReplayChange struct {
	What string `json:"what"` // "settings.hours.weekday", "follow_up.delay", "scripts.agent"
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// ReplayCounts counts sessions by how their sides differ.
type ReplayCounts map[ReplayDiffers]int

// ReplaySums sums one side up.
type ReplaySums struct {
	Texts    int           `json:"texts"`
	Segments int           `json:"segments"`
	Cost     Micros        `json:"cost"`
	Currency string        `json:"currency,omitempty"`
	Withheld map[Check]int `json:"withheld,omitempty"`
}

// ReplayedThread counts conversations.
type ReplayedThread struct {
	Played int `json:"played"`           // answered again by both agents
	Model  int `json:"model,omitempty"`  // an agent asked the language model: not replayable
	Failed int `json:"failed,omitempty"` // could not be played
}

// ReplayOutcome is what becomes of one session on one side, or one reply of an agent.
type ReplayOutcome struct {
	Texted   bool      `json:"texted,omitempty"`
	At       time.Time `json:"at,omitzero"` // of the text, or when the check stopped it
	Body     string    `json:"body,omitempty"`
	Segments int       `json:"segments,omitempty"`
	Script   string    `json:"script,omitempty"` // the versions that wrote it
	Check    Check     `json:"check,omitempty"`  // what stopped it
	Cause    Check     `json:"cause,omitempty"`  // where Check is too_late: what it waited for
	State    string    `json:"state,omitempty"`  // of what really happened: the follow-up's
	Trail    []Finding `json:"trail,omitempty"`  // what put it off or stopped it, in order
}

// ReplayItem is what came of one session, or the place where the replies of a conversation part.
type ReplayItem struct {
	N         int            `json:"n"` // its place in the list
	Differs   ReplayDiffers  `json:"differs,omitempty"`
	Session   SessionID      `json:"session,omitempty"`
	Scheduler SchedulerID    `json:"scheduler,omitempty"`
	Phone     Phone          `json:"phone,omitempty"`
	Name      string         `json:"name,omitempty"`
	LeftAt    time.Time      `json:"left_at,omitzero"`
	Before    ReplayOutcome  `json:"before"`
	After     ReplayOutcome  `json:"after"`
	Real      *ReplayOutcome `json:"real,omitempty"`
	Turn      int            `json:"turn,omitempty"`  // of a conversation: which text of the customer it is, counted from 1
	Heard     string         `json:"heard,omitempty"` // that text
}

// CompareReplay tells how the sides of a session differ.
func CompareReplay(before, after ReplayOutcome) ReplayDiffers {
	switch {
	case before.Texted && !after.Texted:
		return ReplayWithheld
	case !before.Texted && after.Texted:
		return ReplaySent
	case before.Texted && before.Body != after.Body:
		return ReplayWords
	case before.Texted && !before.At.Equal(after.At):
		return ReplayTime
	case !before.Texted && before.Check != after.Check:
		return ReplayCheck
	}
	return ReplaySame
}

// replayDays is how far back a replay goes unless told otherwise, and maxReplayDays how far it may.
const (
	replayDays    = 7
	maxReplayDays = 400
)

// ReadReplayPeriod reads a period of the past from two times or days; a day in to is included. Without to it ends now, without from it has
// a week. It refuses what cannot be read (invalid_time), and what ends before it begins or is too long (out_of_range).
func ReadReplayPeriod(now time.Time, loc *time.Location, from, to string) (begin, end time.Time, err error) {
	end = now
	if to != "" {
		if end, err = readInstant("to", to, loc, 1); err != nil {
			return begin, end, err
		}
	}
	if end.After(now) {
		end = now
	}
	begin = end.AddDate(0, 0, -replayDays)
	if from != "" {
		if begin, err = readInstant("from", from, loc, 0); err != nil {
			return begin, end, err
		}
	}
	switch {
	case !begin.Before(end):
		return begin, end, Refuse(Invalid, "out_of_range", "from", "the period ends before it begins, or lies in the future", "days or times of the past; a day in to is included")
	case end.Sub(begin) > maxReplayDays*24*time.Hour:
		return begin, end, Refuse(Invalid, "out_of_range", "from", "the period is too long", fmt.Sprintf("at most %d days; sessions are kept as long as settings.retention says", maxReplayDays))
	}
	return begin, end, nil
}

// readInstant reads a time, or the beginning of a day so many days later.
func readInstant(field, s string, loc *time.Location, later int) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	d, err := readDay(field, s, loc, 0)
	if err != nil {
		return time.Time{}, err
	}
	return d.Add(later).Start(loc).UTC(), nil
}

// Count takes a session into the sums. The prices are those of the sides.
func (r *Replay) Count(it ReplayItem, before, after SMSPrice) {
	r.Before.count(it.Before, before)
	r.After.count(it.After, after)
	if it.Real != nil {
		r.Real.count(*it.Real, before)
		if it.Real.Texted != it.Before.Texted || it.Before.Texted && it.Real.Body != it.Before.Body {
			r.Strays++
		}
	}
	r.differs(it.Differs)
	if it.Differs == ReplayWithheld {
		if r.Held == nil {
			r.Held = map[Check]int{}
		}
		r.Held[it.After.cause()]++
	}
}

// CountReply takes a conversation in which replies part into the sums.
func (r *Replay) CountReply() { r.differs(ReplayReply) }

func (r *Replay) differs(d ReplayDiffers) {
	if d == ReplaySame {
		return
	}
	if r.Differ == nil {
		r.Differ = ReplayCounts{}
	}
	r.Differ[d]++
}

func (o ReplayOutcome) cause() Check {
	if o.Cause != "" {
		return o.Cause
	}
	return o.Check
}

func (s *ReplaySums) count(o ReplayOutcome, price SMSPrice) {
	s.Currency = price.Currency
	if o.Texted {
		s.Texts++
		s.Segments += o.Segments
		s.Cost += price.Of(o.Segments)
		return
	}
	if o.Check == "" {
		return
	}
	if s.Withheld == nil {
		s.Withheld = map[Check]int{}
	}
	s.Withheld[o.Check]++
}

// Clone gives a copy that shares nothing with r that still changes.
func (r Replay) Clone() Replay {
	r.Before.Withheld, r.After.Withheld, r.Real.Withheld = maps.Clone(r.Before.Withheld), maps.Clone(r.After.Withheld), maps.Clone(r.Real.Withheld)
	r.Differ, r.Held, r.Notes = maps.Clone(r.Differ), maps.Clone(r.Held), slices.Clone(r.Notes)
	return r
}

// Ended tells whether nothing of the replay will change any more.
func (r Replay) Ended() bool { return r.State != ReplayRunning }

// Summary tells what came of the replay in one sentence: "9 of 412 texts would differ, 3 more withheld (hours), cost -4 %".
func (r Replay) Summary() string {
	head := ""
	switch r.State {
	case ReplayRunning:
		head = "so far: "
	case ReplayCancelled, ReplayInterrupted, ReplayFailed:
		head = fmt.Sprintf("%s after %d of %d: ", r.State, r.Done, r.Total)
	}
	parts := []string{fmt.Sprintf("%d of %s would differ", r.Differ[ReplayWords], counted(r.Before.Texts, "text"))}
	if r.Before.Texts == 0 {
		parts[0] = "no text would have gone out as things stand"
	}
	if n := r.Differ[ReplayTime]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d go at another time", n))
	}
	if n := r.Differ[ReplayWithheld]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more withheld (%s)", n, causes(r.Held)))
	}
	if n := r.Differ[ReplaySent]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more sent", n))
	}
	if n := r.Differ[ReplayCheck]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d withheld by another check", n))
	}
	if r.Threads.Played > 0 {
		parts = append(parts, fmt.Sprintf("replies part in %d of %s", r.Differ[ReplayReply], counted(r.Threads.Played, "conversation")))
	}
	return head + strings.Join(append(parts, r.cost()...), ", ")
}

// cost tells how the cost changes; nothing where there is none to compare with.
func (r Replay) cost() []string {
	if r.Before.Cost == 0 || r.Before.Currency != r.After.Currency && r.After.Texts > 0 {
		return nil
	}
	d := float64(r.After.Cost-r.Before.Cost) * 100 / float64(r.Before.Cost)
	switch {
	case d == 0:
		return []string{"cost the same"}
	case -0.5 < d && d < 0.5:
		return []string{"cost nearly the same"}
	}
	return []string{fmt.Sprintf("cost %+.0f %%", d)}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// causes names checks, the most frequent first, with their counts where there are several.
func causes(held map[Check]int) string {
	names := slices.SortedFunc(maps.Keys(held), func(a, b Check) int {
		if held[a] != held[b] {
			return held[b] - held[a]
		}
		return strings.Compare(string(a), string(b))
	})
	if len(names) == 1 {
		return string(names[0])
	}
	told := make([]string, len(names))
	for i, c := range names {
		told[i] = fmt.Sprintf("%d %s", held[c], c)
	}
	return strings.Join(told, ", ")
}

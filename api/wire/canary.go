package wire

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Canary is a version of a script that is tried on a share of the persons, with the results of both versions.
type Canary struct {
	Script    string             `json:"script" required:"true"`
	ID        string             `json:"id" required:"true"`
	State     string             `json:"state" required:"true" enum:"running,promoted,ended,returned" description:"returned: it failed, or drove people away, and was taken away by itself."`
	Stable    int                `json:"stable" required:"true" description:"The version in use when it began."`
	Version   int                `json:"version" required:"true" description:"The version that is tried."`
	Percent   int                `json:"percent" required:"true" description:"Of the persons drawn from now on."`
	By        string             `json:"by,omitempty"`
	Note      string             `json:"note,omitempty"`
	StartedAt time.Time          `json:"started_at" required:"true"`
	EndedAt   time.Time          `json:"ended_at,omitzero"`
	Reason    string             `json:"reason,omitempty" description:"Why it ended."`
	Sides     []CanarySide       `json:"sides" nullable:"false" required:"true" description:"The version in use, then the version that is tried."`
	Compared  []CanaryComparison `json:"compared" nullable:"false" required:"true"`
	OptOuts   CanaryOptOuts      `json:"opt_outs" required:"true"`
	Words     string             `json:"words" required:"true" description:"What the numbers suffice for."`
}

// CanarySide counts the persons who got one version, each once.
type CanarySide struct {
	Version   int `json:"version" required:"true"`
	Persons   int `json:"persons" required:"true" description:"Drawn, whatever became of their text."`
	Sent      int `json:"sent" required:"true"`
	Delivered int `json:"delivered" required:"true"`
	Clicked   int `json:"clicked" required:"true"`
	Replied   int `json:"replied" required:"true"`
	Booked    int `json:"booked" required:"true" description:"Within 7 days, by any way."`
	OptedOut  int `json:"opted_out" required:"true" description:"Within 7 days, by any way."`
	Faults    int `json:"faults" required:"true" description:"Failed runs of the version."`
}

// CanaryComparison compares both sides by one metric.
type CanaryComparison struct {
	Metric     string      `json:"metric" required:"true" enum:"sent,delivered,clicked,replied,booked,opted_out"`
	Stable     CanaryShare `json:"stable" required:"true"`
	Canary     CanaryShare `json:"canary" required:"true"`
	Difference float64     `json:"difference" required:"true" description:"Tried less in use, in points."`
	Low        float64     `json:"low" required:"true" description:"Of the 95 % interval of the difference (Newcombe)."`
	High       float64     `json:"high" required:"true"`
	Word       string      `json:"word" required:"true" enum:"too_few,may_be_nil,higher,lower" description:"Whether the numbers suffice, and for what."`
	Words      string      `json:"words" required:"true"`
}

// CanaryShare is a share of the persons of one side, in percent.
type CanaryShare struct {
	Percent float64 `json:"percent" required:"true"`
	Low     float64 `json:"low" required:"true" description:"Of its 95 % interval (Wilson)."`
	High    float64 `json:"high" required:"true"`
}

// CanaryOptOuts is how the opt-outs weigh.
type CanaryOptOuts struct {
	Evidence float64 `json:"evidence" required:"true" description:"How many times as likely the opt-outs are if the tried version drives people away as if both were alike."`
	Limit    float64 `json:"limit" required:"true" description:"At which the tried version is taken away."`
}

// NewCanary begins a canary, or changes the percentage of the one that runs with this version.
type NewCanary struct {
	Version *int   `json:"version" required:"true" description:"To be tried beside the one in use; 0 is built in."`
	Percent *int   `json:"percent" required:"true" description:"Of the persons, 1 to 99; 50 for an A/B test."`
	Note    string `json:"note,omitempty" description:"Why; up to 500 bytes."`
}

// Engine gives the request in the engine's type.
func (n NewCanary) Engine(by string) (booking.NewCanary, error) {
	if n.Version == nil {
		return booking.NewCanary{}, booking.Refuse(booking.Invalid, "missing", "version", "it is missing", "GET /v1/scripts/{name}/versions lists them")
	}
	if n.Percent == nil {
		return booking.NewCanary{}, booking.Refuse(booking.Invalid, "missing", "percent", "it is missing", "a whole number from 1 to 99")
	}
	return booking.NewCanary{Version: *n.Version, Percent: *n.Percent, By: by, Note: OneLine(n.Note)}, nil
}

// FromCanary shows a canary with its results.
func FromCanary(r booking.CanaryReport) Canary {
	c := Canary{Script: r.Script, ID: r.ID, State: string(r.State), Stable: r.Stable, Version: r.Version, Percent: r.Percent, By: r.By, Note: r.Note,
		StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), Reason: r.Reason, OptOuts: CanaryOptOuts{hundredth(r.Evidence), booking.OptOutLimit}, Words: r.Words,
		Sides:    []CanarySide{fromCanarySide(r.Stable, r.Tally.Stable, r.Failed.Stable), fromCanarySide(r.Version, r.Tally.Canary, r.Failed.Canary)},
		Compared: Map(r.Compared, fromCanaryComparison)}
	return c
}

func fromCanarySide(version int, f booking.CanaryFigures, faults int) CanarySide {
	return CanarySide{version, f.Persons, f.Sent, f.Delivered, f.Clicked, f.Replied, f.Booked, f.OptedOut, faults}
}

func fromCanaryComparison(x booking.CanaryComparison) CanaryComparison {
	return CanaryComparison{string(x.Metric), fromCanaryShare(x.Stable), fromCanaryShare(x.Canary), hundredth(x.Difference), hundredth(x.Low), hundredth(x.High), string(x.Word), x.Words}
}

func fromCanaryShare(s booking.Share) CanaryShare {
	return CanaryShare{hundredth(s.Percent), hundredth(s.Low), hundredth(s.High)}
}

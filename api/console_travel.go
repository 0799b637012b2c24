package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// travelPart is what would happen to a session if its text were due at a moment that somebody chose. Looking changes nothing, so the form
// asks with GET.
type travelPart struct {
	May       bool
	At        string // as the form's field has it, on the business's clock
	Problem   string // with what was asked for
	Shown     bool
	Verdict   string
	Fix       string
	Assumed   []string
	Trace     []traceRow
	Body      string
	Size      string
	FromPhone string
	Default   bool // the script's text cannot be sent
}

// fieldTime is the form that browsers give a date with a time.
const fieldTime = "2006-01-02T15:04"

// travelPart shows what the page's own question asks for.
func (c *call) travelPart(v shell, id string) (p travelPart, err error) {
	p = travelPart{May: v.MayWork, At: c.f.Query("at")}
	if !p.May || p.At == "" {
		p.At = v.now.In(v.loc).Format(fieldTime)
		return p, nil
	}
	at, err := time.ParseInLocation(fieldTime, p.At, v.loc)
	if err != nil {
		p.At = v.now.In(v.loc).Format(fieldTime)
		p.Problem = word("travel.no_time")
		return p, nil
	}
	if at.Equal(v.now.Truncate(time.Minute)) {
		at = v.now
	}
	t, err := c.engine.Travel(c.ctx, c.who.Account, booking.SessionID(id), at)
	if err != nil {
		told := problemOf(err)
		if told.status >= http.StatusInternalServerError {
			return p, err
		}
		if p.Problem = sentence(told.refusal); told.refusal.Code == "out_of_range" {
			p.Problem = word("travel.out_of_range")
		}
		return p, nil
	}
	p.fill(v, t)
	return p, nil
}

func (p *travelPart) fill(v shell, t engine.Travel) {
	p.Shown, p.Default = true, t.Default
	for _, a := range t.Assumed {
		said := word("assumed." + a.Code)
		if !a.At.IsZero() {
			said += " " + v.At(a.At)
		}
		p.Assumed = append(p.Assumed, said)
	}
	p.Trace = v.traceRows(t.Trace)
	held, fix := told(t.Trace, t.Check)
	held = capital(strings.TrimPrefix(held, "No text: ")) // the verdict says so itself
	switch t.Result {
	case booking.Pass:
		p.Verdict = word("travel.sends") + " " + v.At(t.SendsAt) + "."
	case booking.Stop:
		p.Verdict, p.Fix = word("travel.stop")+" "+held, fix
	default:
		p.Verdict, p.Fix = word("travel.waits")+" "+held, fix
	}
	if t.Text != nil && t.Text.Sends != nil {
		p.Body, p.Size, p.FromPhone = t.Text.Sends.Body, sizeOf(t.Text.Billed), shownPhone(string(t.From))
	}
}

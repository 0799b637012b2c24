package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// model is the language model of a document: it says the texts that stand there, or never answers.
type model struct {
	simulator.Model
	p    *player
	down bool
}

// modelPatience is how long a model that is down is waited for, as is usual.
const modelPatience = 20 * time.Second

// model gives the language model that a document wants; nil: it is off.
func (p *player) model() (engine.Model, error) {
	raw := p.doc.Given.Model
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var word string
	if json.Unmarshal(raw, &word) == nil {
		switch word {
		case "off":
			return nil, nil
		case "down":
			return &model{p: p, down: true}, nil
		}
	}
	var texts []string
	if json.Unmarshal(raw, &texts) != nil || len(texts) == 0 {
		return nil, invalid("given.model", `the model is "off", "down" or a list of texts that it says`)
	}
	m := &model{p: p}
	var lines []simulator.Line
	for _, s := range texts {
		lines = append(lines, simulator.Line{Say: s})
	}
	m.Script(lines...)
	return m, nil
}

// Chat says the next text.
func (m *model) Chat(ctx context.Context, chat booking.Chat) (booking.ChatAnswer, error) {
	if !m.down {
		return m.Model.Chat(ctx, chat)
	}
	if err := m.p.spend(ctx, modelPatience); err != nil {
		return booking.ChatAnswer{}, err
	}
	return booking.ChatAnswer{}, &booking.ModelError{Code: booking.ModelSlow, Err: errors.New("the rehearsal's model is down")}
}

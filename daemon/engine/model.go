package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// Model is a language model that scripts may ask. What it says is a proposal like any other: it is judged after the script.
type Model interface {
	// Chat asks it. A *[booking.ModelError] says with a code why there is no answer; what was used stands in the answer all the same.
	Chat(ctx context.Context, chat booking.Chat) (booking.ChatAnswer, error)
	// State tells how it does.
	State() booking.ModelState
}

// answerer names the script that answers where a scheduler names none: the one that asks the model too, when there is one.
func (e *Engine) answerer() string {
	if e.o.Model != nil {
		return scripts.AgentModel
	}
	return scripts.Agent
}

// maxModelWait is how long one answer of a model is waited for at most, whatever the model's own patience is.
const maxModelWait = booking.TurnWithin / 2

// askModel asks the model, outside any transaction. A crash meanwhile asks it again, and what the first call used is not counted.
func (e *Engine) askModel(ctx context.Context, a booking.AccountID, asked booking.Turn) (result json.RawMessage, used booking.ModelUse, code string, err error) {
	if e.o.Model == nil {
		return nil, used, booking.ModelOff, nil
	}
	chat, err := booking.ReadChat(asked.Pending.Args)
	if err != nil {
		e.log.Warn("a script asks the model in a way that cannot be read", "script", asked.Script.Name, "err", err)
		return nil, used, "invalid_args", nil
	}
	var before booking.ModelUse
	var account booking.Account
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v, err := s.Thread(a, asked.Thread)
		if err != nil {
			return err
		}
		if v != nil {
			before = v.ModelUse()
		}
		account, err = s.Account(a)
		return err
	})
	if err != nil {
		return nil, used, "", err
	}
	wait := min(maxModelWait, asked.Deadline.Sub(e.now()))
	switch {
	case !e.o.ModelBounds.Allow(before):
		return nil, used, booking.ModelLimit, nil
	case wait <= 0: // the customer has waited long enough
		return nil, used, booking.ModelSlow, nil
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	answer, err := e.o.Model.Chat(ctx, chat.Guarded(account.OfficePhone, account.EmergencyPhone))
	if bad, ok := errors.AsType[*booking.ModelError](err); ok {
		e.log.Warn("the language model gave no answer", "code", bad.Code, "err", bad.Err)
		return nil, answer.Use, bad.Code, nil
	}
	if err == nil {
		result, err = json.Marshal(answer)
	}
	return result, answer.Use, "", err
}

// countModel adds to what a thread has used of the model.
func (t *txn) countModel(account booking.Account, p booking.Phone, used booking.ModelUse) error {
	old, err := t.Thread(account.ID, p)
	if err != nil || old == nil || used == (booking.ModelUse{}) {
		return err
	}
	v := *old
	v.ModelCalls += used.Calls
	v.ModelTokens += used.Tokens
	v.ModelMicros += used.Micros
	return t.putThread(account, old, v)
}

// alarmModelDown stands while the model's circuit breaker is open.
const alarmModelDown = "model_down"

// tellOfModel raises the alarm that the model is left alone since it fails, or ends it.
func (t *txn) tellOfModel(a booking.AccountID, m Model) error {
	var state booking.ModelState
	if m != nil {
		state = m.State()
	}
	if !state.Open {
		return t.endAlarm(a, alarmModelDown, "")
	}
	return t.PutAlarm(a, alarm(alarmModelDown, "", "The language model fails ("+state.Why+"). Customers are answered without it.",
		"look at the endpoint of llm.base_url, its model and key; it is tried again by itself when a customer writes", state.Since.Truncate(time.Second)))
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/model"
)

// model asks the language model one thing, as the agent would: it costs a few tokens.
func (d *doctor) model(ctx context.Context, c *model.Client) {
	system, _ := json.Marshal("A customer wants to know what is open. Call the tool windows.")
	began := d.now()
	a, err := c.Chat(ctx, booking.Chat{Tools: []string{"windows"}, Messages: []booking.ChatMessage{
		{Role: booking.ChatSystem, Content: system}, {Role: booking.ChatUser, Content: json.RawMessage(`"What is open tomorrow?"`)}}})
	took := d.now().Sub(began).Round(10 * time.Millisecond)
	name := d.cfg.LLM.Model
	bad, failed := errors.AsType[*booking.ModelError](err)
	switch {
	case failed && bad.Code == booking.ModelSlow:
		d.bad("model", "take a smaller or nearer model, or raise llm.timeout; customers wait for it", "%s did not answer within %s", name, d.cfg.LLM.Timeout)
	case failed && bad.Code == booking.ModelWrong:
		d.bad("model", "llm.base_url must lead to OpenAI's chat completions and often ends with /v1; raise llm.max_tokens for a model that thinks", "%s: %s", name, oneLine(bad.Err.Error()))
	case failed:
		d.bad("model", "look at llm.base_url, llm.model and llm.api_key", "%s: %s", name, oneLine(bad.Err.Error()))
	case len(a.Calls) == 0:
		d.bad("model", "choose a model that knows tools; this one can answer questions, and cannot look at windows", "%s answers in %s and does not call the tool that it was told to", name, took)
	default:
		d.good("model", "%s answers in %s and calls tools", name, took)
	}
}

package model

import (
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"github.com/rebookhq/rebook/daemon/booking"
)

// tool is what a model is told of one of [booking.ChatTools].
type tool struct {
	says   string
	params map[string]any
	needs  []string
}

func text(says string) map[string]any { return map[string]any{"type": "string", "description": says} }

var window = text("name of the window as the notes or the tool windows give it, such as w1")

var toolbox = map[string]tool{
	"windows": {says: "Open arrival windows, the next first.", params: map[string]any{
		"from": text("first day, such as 2026-03-10; left out: today"),
		"days": map[string]any{"type": "integer", "description": "how many days, 1 to 62; left out: 14"}}},
	"book":       {says: "Book a window that was offered to the customer and that they clearly chose.", needs: []string{"window"}, params: map[string]any{"window": window}},
	"reschedule": {says: "Move the customer's visit to a window that was offered and that they clearly chose.", needs: []string{"window"}, params: map[string]any{"window": window}},
	"cancel":     {says: "Ask the customer whether their visit shall be cancelled.", params: map[string]any{}},
	"waitlist":   {says: "Put the customer onto the waiting list; the office calls when something opens.", params: map[string]any{}},
	"hand_off":   {says: "Give the conversation to a person: asked for one, angry, or what the notes do not answer.", needs: []string{"reason"}, params: map[string]any{"reason": text("in a few words")}},
}

// tools describes the tools by name.
func tools(names []string) (all []openai.ChatCompletionToolUnionParam) {
	for _, name := range names {
		t := toolbox[name]
		schema := shared.FunctionParameters{"type": "object", "properties": t.params, "additionalProperties": false}
		if len(t.needs) > 0 {
			schema["required"] = t.needs
		}
		all = append(all, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: name, Description: openai.String(t.says), Parameters: schema}))
	}
	return all
}

// messages puts a chat into the words of the endpoint.
func messages(chat booking.Chat) (all []openai.ChatCompletionMessageParamUnion) {
	for _, m := range chat.Messages {
		text := m.Text()
		switch m.Role {
		case booking.ChatSystem:
			all = append(all, openai.SystemMessage(text))
		case booking.ChatUser:
			all = append(all, openai.UserMessage(text))
		case booking.ChatTool:
			all = append(all, openai.ToolMessage(text, m.Call))
		case booking.ChatAssistant:
			said := openai.ChatCompletionAssistantMessageParam{}
			if text != "" {
				said.Content.OfString = openai.String(text)
			}
			for _, c := range m.Calls {
				said.ToolCalls = append(said.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{
					ID: c.ID, Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.Name, Arguments: string(c.Args)}}})
			}
			all = append(all, openai.ChatCompletionMessageParamUnion{OfAssistant: &said})
		}
	}
	return all
}

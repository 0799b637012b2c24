// Package model asks a language model for the texting agent, through the official OpenAI client, whose home this is, at any endpoint with
// OpenAI's chat completions. It promises an answer that can be read, or a *booking.ModelError, within a bounded time and with a bounded number
// of tokens; that an endpoint which fails again and again is left alone for a while; and that nothing goes anywhere but to the endpoint
// that is configured: no environment variable of the client counts, no redirect is followed. It must not know threads, the store or scripts;
// what a model says is a proposal that others judge.
package model

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Options say which model is asked, and how much. Zero values give the defaults named.
type Options struct {
	BaseURL   string // of the endpoint, such as http://127.0.0.1:11434/v1
	Model     string // its name there
	Key       string // empty: none is sent
	UserAgent string

	Timeout   time.Duration // of one answer with all its retries; 20 s
	Retries   int           // after a refusal for now (408, 409, 429, 5xx) or a broken connection; 2, negative: none
	MaxTokens int           // of one answer; 400
	AtOnce    int           // calls under way; what is above gets model_slow. 32

	InputPrice, OutputPrice float64 // US dollars per million tokens

	Transport http.RoundTripper // nil: the usual one
	Now       func() time.Time  // required
	Log       *slog.Logger      // nil: silent
}

// Client asks one model. It may be used by many goroutines at once.
type Client struct {
	o       Options
	chat    openai.ChatCompletionService
	free    chan struct{}
	breaker breaker
	newer   atomic.Bool // the endpoint wants max_completion_tokens

	mu    sync.Mutex
	state booking.ModelState // but for the breaker's part
}

// maxAnswer bounds an answer of the endpoint, in bytes.
const maxAnswer = 1 << 20

// maxRetryDelay is how long an endpoint may have us wait before a retry; one that wants more has failed.
const maxRetryDelay = 5 * time.Second

// New makes a client. Nothing is sent yet.
func New(o Options) *Client {
	o.Timeout, o.MaxTokens, o.AtOnce = cmp.Or(o.Timeout, 20*time.Second), cmp.Or(o.MaxTokens, 400), cmp.Or(o.AtOnce, 32)
	o.Retries = max(0, cmp.Or(o.Retries, 2))
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	options := []option.RequestOption{
		option.WithBaseURL(o.BaseURL), option.WithMaxRetries(o.Retries), option.WithMaxRetryDelay(maxRetryDelay), option.WithHeader("User-Agent", o.UserAgent),
		option.WithHTTPClient(&http.Client{
			Transport:     bounded{o.Transport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the key is for one host only
		}),
	}
	if o.Key != "" {
		options = append(options, option.WithAPIKey(o.Key))
	}
	// The service and not openai.NewClient, which reads keys and addresses from the environment.
	return &Client{o: o, chat: openai.NewChatCompletionService(options...), free: make(chan struct{}, o.AtOnce),
		breaker: breaker{now: o.Now}, state: booking.ModelState{Calls: map[string]uint64{}}}
}

// bounded cuts answers off that are too long to be one.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// Chat asks the model. Every error is a *booking.ModelError; what was used up to it stands in the answer.
func (c *Client) Chat(ctx context.Context, chat booking.Chat) (booking.ChatAnswer, error) {
	select {
	case c.free <- struct{}{}:
		defer func() { <-c.free }()
	default:
		return c.count(booking.ChatAnswer{}, &booking.ModelError{Code: booking.ModelSlow, Err: errors.New("too many calls are under way")})
	}
	if err := c.breaker.admit(); err != nil {
		return c.count(booking.ChatAnswer{}, &booking.ModelError{Code: booking.ModelDown, Err: err})
	}
	within, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	answer, bad := c.ask(within, chat)
	switch {
	case bad == nil:
		c.breaker.good()
	case errors.Is(ctx.Err(), context.Canceled): // the daemon stops: the endpoint is not to blame
		c.breaker.unknown()
	default:
		if c.breaker.bad(bad.Error()) {
			c.o.Log.Warn("the language model is left alone for a while", "error", bad)
		}
	}
	return c.count(answer, bad)
}

// count keeps the figures.
func (c *Client) count(a booking.ChatAnswer, bad *booking.ModelError) (booking.ChatAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if bad == nil {
		c.state.Calls["answered"]++
		return a, nil
	}
	c.state.Calls[bad.Code]++
	return a, bad
}

// State tells how the model does.
func (c *Client) State() booking.ModelState {
	c.mu.Lock()
	s := c.state
	s.Calls = make(map[string]uint64, len(c.state.Calls))
	maps.Copy(s.Calls, c.state.Calls)
	c.mu.Unlock()
	s.Open, s.Why, s.Since = c.breaker.state()
	return s
}

// ask does one call with its retries.
func (c *Client) ask(ctx context.Context, chat booking.Chat) (a booking.ChatAnswer, bad *booking.ModelError) {
	params := openai.ChatCompletionNewParams{Model: c.o.Model, Messages: messages(chat), Tools: tools(chat.Tools)}
	for {
		newer := c.newer.Load()
		if newer {
			params.MaxTokens, params.MaxCompletionTokens = openai.ChatCompletionNewParams{}.MaxTokens, openai.Int(int64(c.o.MaxTokens))
		} else {
			params.MaxTokens = openai.Int(int64(c.o.MaxTokens)) // what local servers and older clouds know
		}
		var res *http.Response
		var last error // of the try before: why time ran out
		got, err := c.chat.New(ctx, params, option.WithResponseInto(&res), option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			res, err := next(r)
			switch {
			case err == nil && res.StatusCode >= 400:
				last = answers(res.StatusCode)
			case ctx.Err() == nil:
				last = err
			}
			return res, err
		}))
		if refused, ok := errors.AsType[*openai.Error](err); ok && !newer && refused.StatusCode == http.StatusBadRequest &&
			strings.Contains(refused.Param+refused.Message, "max_tokens") {
			c.newer.Store(true)
			continue
		}
		if err != nil {
			return a, fault(ctx, res, cmp.Or(last, err), err)
		}
		a.Use = c.used(got.Usage, chat, got)
		if bad := read(got, &a); bad != nil {
			return booking.ChatAnswer{Use: a.Use}, bad
		}
		return a, nil
	}
}

func answers(status int) error {
	return fmt.Errorf("the endpoint answers %d %s", status, http.StatusText(status))
}

// fault puts an error of the client into our words; last is that of the last try that ended. It never holds what was sent or the key.
func fault(ctx context.Context, res *http.Response, last, err error) *booking.ModelError {
	refused, ok := errors.AsType[*openai.Error](err)
	switch {
	case ctx.Err() != nil && errors.Is(last, ctx.Err()):
		return &booking.ModelError{Code: booking.ModelSlow, Err: errors.New("no answer in time")}
	case ok:
		return &booking.ModelError{Code: booking.ModelDown, Err: answers(refused.StatusCode)}
	case res != nil && res.StatusCode < 400:
		return &booking.ModelError{Code: booking.ModelWrong, Err: errors.New("the endpoint's answer is no chat completion")}
	case res != nil:
		return &booking.ModelError{Code: booking.ModelDown, Err: answers(res.StatusCode)}
	}
	return &booking.ModelError{Code: booking.ModelDown, Err: fmt.Errorf("no good answer: %w", last)}
}

// read takes the answer out of a completion.
func read(got *openai.ChatCompletion, a *booking.ChatAnswer) *booking.ModelError {
	if got == nil || len(got.Choices) == 0 {
		return &booking.ModelError{Code: booking.ModelWrong, Err: errors.New("the endpoint's answer is no chat completion")}
	}
	said := got.Choices[0]
	a.Say = spoken(said.Message.Content)
	for i, call := range said.Message.ToolCalls {
		args := cmp.Or(strings.TrimSpace(call.Function.Arguments), "{}")
		a.Calls = append(a.Calls, booking.ChatCall{ID: cmp.Or(call.ID, fmt.Sprintf("call_%d", i+1)), Name: call.Function.Name, Args: json.RawMessage(args)})
	}
	err := a.Check()
	if err == nil && said.FinishReason == "length" {
		err = errors.New("the answer was cut off at max_tokens")
	}
	if err != nil {
		return &booking.ModelError{Code: booking.ModelWrong, Err: err}
	}
	return nil
}

// spoken gives what a model says without what it thought aloud before, as some servers leave it in.
func spoken(content string) string {
	content = strings.TrimSpace(content)
	if thought, rest, ok := strings.Cut(content, "</think>"); ok && strings.HasPrefix(thought, "<think>") {
		content = strings.TrimSpace(rest)
	}
	return content
}

// used tells what a call used. An endpoint that does not say is taken to have used a token for four bytes, as a rule of thumb.
func (c *Client) used(u openai.CompletionUsage, chat booking.Chat, got *openai.ChatCompletion) booking.ModelUse {
	in, out := u.PromptTokens, u.CompletionTokens
	if in+out <= 0 {
		for _, m := range chat.Messages {
			in += int64(len(m.Content))
		}
		in, out = in/4+1, int64(len(got.RawJSON()))/4+1
	}
	micros := int64(float64(in)*c.o.InputPrice + float64(out)*c.o.OutputPrice)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.TokensIn += uint64(in)
	c.state.TokensOut += uint64(out)
	c.state.Micros += uint64(micros)
	return booking.ModelUse{Calls: 1, Tokens: int(in + out), Micros: micros}
}

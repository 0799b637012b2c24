package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/model"
)

// scriptedModel stands for the simulator's own language model in llm.base_url.
const scriptedModel = "simulator"

// LLMConfig says which language model the agent may ask, and how much. The contract of scripts bounds the rest.
type LLMConfig struct {
	BaseURL         string           `toml:"base_url"`
	Model           string           `toml:"model"`
	APIKey          string           `toml:"api_key"`
	APIKeyFile      string           `toml:"api_key_file"`
	Timeout         booking.Duration `toml:"timeout"`
	MaxTokens       int              `toml:"max_tokens"`
	ThreadTokens    int              `toml:"thread_tokens"`
	InputPrice      float64          `toml:"input_price"`
	OutputPrice     float64          `toml:"output_price"`
	ThreadCostCents int              `toml:"thread_cost_cents"`
}

// checkLLM holds the section against its meaning. Nothing is asked here.
func (c *Config) checkLLM() (string, error) {
	l := c.LLM
	if l.APIKey != "" && l.APIKeyFile != "" {
		return "", c.wrong("llm.api_key_file", "llm.api_key is set too; keep one of the two")
	}
	switch {
	case l.Timeout.Std() < 100*time.Millisecond || l.Timeout.Std() > booking.TurnWithin/2:
		return "", c.wrong("llm.timeout", `%s is out of bounds; use a duration from "100ms" to %q, normally "20s"`, l.Timeout, booking.Duration(booking.TurnWithin/2))
	case l.MaxTokens < 50 || l.MaxTokens > 8000:
		return "", c.wrong("llm.max_tokens", "%d is not within 50 to 8000; a text needs some 100, models that think need more", l.MaxTokens)
	case l.ThreadTokens < 1000:
		return "", c.wrong("llm.thread_tokens", "%d would not do for one answer; use 1000 or more", l.ThreadTokens)
	case l.InputPrice < 0 || l.OutputPrice < 0:
		return "", c.wrong("llm.input_price", "a price cannot be negative; write US dollars per million tokens, 0 for a model of your own")
	case l.ThreadCostCents < 0:
		return "", c.wrong("llm.thread_cost_cents", "%d is negative; 0 is no bound", l.ThreadCostCents)
	}
	if l.BaseURL == "" {
		if l.Model != "" || l.APIKey != "" || l.APIKeyFile != "" {
			return "keys under llm are set, but not llm.base_url: no language model is asked", nil
		}
		return "", nil
	}
	if l.BaseURL == scriptedModel {
		if c.Carrier.Driver != "simulator" {
			return "", c.wrong("llm.base_url", `the scripted model is for trying things out, and carrier.driver is %q; name the address of a real one`, c.Carrier.Driver)
		}
		return "", nil
	}
	if err := c.origined("llm.base_url", l.BaseURL); err != nil {
		return "", err
	}
	u, err := url.Parse(l.BaseURL)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", c.wrong("llm.base_url", `it has more than scheme, host and path; write it like "http://127.0.0.1:11434/v1", and the key into llm.api_key`)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "llm.base_url begins with http: what customers write goes to " + u.Host + " unencrypted; use https, or a model on this machine", nil
	}
	if l.Model == "" {
		return "llm.model is empty: unless the endpoint of llm.base_url has one model only, name it", nil
	}
	if l.ThreadCostCents > 0 && l.InputPrice == 0 && l.OutputPrice == 0 && c.origin["llm.thread_cost_cents"] != "" {
		return "llm.thread_cost_cents bounds nothing while llm.input_price and llm.output_price are 0", nil
	}
	return "", nil
}

// llmKey gives the API key; empty: none is sent.
func (c *Config) llmKey() (string, error) {
	if c.LLM.APIKeyFile == "" {
		return c.LLM.APIKey, nil
	}
	b, err := os.ReadFile(c.LLM.APIKeyFile)
	if err != nil {
		return "", c.wrong("llm.api_key_file", "%v; name a file that this user may read", err)
	}
	key := strings.TrimSpace(string(b))
	if key == "" {
		return "", c.wrong("llm.api_key_file", "%s is empty; put the key into it", c.LLM.APIKeyFile)
	}
	return key, nil
}

// openModel makes the client of the language model, when one is configured. Nothing is asked before a customer's text wants it.
func (h *house) openModel() (err error) {
	base := h.cfg.LLM.BaseURL
	if base == scriptedModel {
		if base, err = h.serveScripted(); err != nil {
			return err
		}
	}
	if base != "" {
		h.model, err = h.cfg.newModel(base, h.p.now, h.log)
	}
	return err
}

// newModel makes a client of the language model at base.
func (c *Config) newModel(base string, now func() time.Time, log *slog.Logger) (*model.Client, error) {
	key, err := c.llmKey()
	if err != nil {
		return nil, err
	}
	l := c.LLM
	return model.New(model.Options{BaseURL: base, Model: cmp.Or(l.Model, "default"), Key: key, UserAgent: "Rebook/" + release, Timeout: l.Timeout.Std(),
		MaxTokens: l.MaxTokens, InputPrice: l.InputPrice, OutputPrice: l.OutputPrice, Now: now, Log: log}), nil
}

// serveScripted opens the simulator's language model to this machine and gives its address.
func (h *house) serveScripted() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", notSo("no port is free for the scripted model: %s", why(err))
	}
	server := &http.Server{Handler: h.carrier.Model(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			h.log.Warn("the scripted model stopped answering", "error", err)
		}
	}()
	h.undo = append(h.undo, func(context.Context) error { return server.Close() })
	return "http://" + ln.Addr().String() + "/v1", nil
}

// modelBounds are what one thread may use.
func (l LLMConfig) modelBounds() booking.ModelBounds {
	return booking.ModelBounds{Tokens: l.ThreadTokens, Micros: int64(l.ThreadCostCents) * 10_000}
}

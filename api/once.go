package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// headerOnce names the header of Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
const headerOnce = "Idempotency-Key"

// onceKey gives the caller's key, scoped to method, path, credential and within, and a digest of what is asked; "" without
// one.
func (c *call) onceKey(within ...string) (key, request string, err error) {
	v := c.f.Get(headerOnce)
	if v == "" {
		return "", "", nil
	}
	if len(v) > 255 || strings.ContainsFunc(v, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return "", "", &problem{http.StatusBadRequest, booking.Refuse(booking.Invalid, "idempotency_key_invalid", headerOnce,
			"the key has 1 to 255 printable characters and no space", "a UUID will do"), 0}
	}
	b, err := c.body()
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(b)
	scope := append([]string{c.f.Method(), c.f.Path(), c.identity()}, within...)
	return strings.Join(append(scope, v), " "), hex.EncodeToString(sum[:]), nil
}

// rememberOnce makes the use case of this request happen at most once per Idempotency-Key within the scope; the last call
// counts.
func (c *call) rememberOnce(within ...string) error {
	key, request, err := c.onceKey(within...)
	if err == nil && key != "" {
		c.ctx = engine.WithOnce(c.ctx, key, request)
	}
	return err
}

// rememberForm makes the use case of a form happen at most once, however often the form is sent: it carries a mark of its own. What is refused is
// not remembered, so a form that was mended books like a new one.
func (c *call) rememberForm(v url.Values) {
	if mark := v.Get(onceMark); mark != "" && len(mark) <= 64 {
		sum := sha256.Sum256([]byte(v.Encode()))
		c.ctx = engine.WithOnce(c.ctx, strings.Join([]string{"form", c.f.Path(), c.identity(), mark}, " "), hex.EncodeToString(sum[:]))
	}
}

// onceMark is the hidden input of a form that may be sent twice by a hand that presses twice.
const onceMark = "once"

// onceInbound remembers the texts that a simulated customer sent under an Idempotency-Key. The simulator stands outside the
// store, so this memory is the process's, and bounded: the oldest goes first.
type onceInbound struct {
	mu    sync.Mutex
	of    map[string]sentOnce
	order []string
}

type sentOnce struct {
	request string
	message simulator.Message
}

const maxOnceInbound = 1000

// do runs send unless key was used before; requests with a key go one after the other.
func (o *onceInbound) do(key, request string, send func() (simulator.Message, error)) (simulator.Message, error) {
	if key == "" {
		return send()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if was, ok := o.of[key]; ok {
		if was.request != request {
			return simulator.Message{}, engine.ErrOnceReused
		}
		return was.message, nil
	}
	m, err := send()
	if err != nil {
		return m, err
	}
	if o.of == nil {
		o.of = map[string]sentOnce{}
	}
	if len(o.order) >= maxOnceInbound {
		delete(o.of, o.order[0])
		o.order = o.order[1:]
	}
	o.of[key] = sentOnce{request, m}
	o.order = append(o.order, key)
	return m, nil
}

// Package twilio is the carrier Twilio, spoken to through twilio-go, whose home this is. It promises that an error is either
// an answer of Twilio's (a *booking.CarrierError) or leaves open what happened. It keeps nothing and must not know the store; what
// twilio-go lacks (deadlines of the caller, Retry-After, redirects as the errors they are) is made good here and nowhere else.
package twilio

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Options are how Twilio is reached.
type Options struct {
	AccountSID string
	AuthToken  string
	// BaseURL, when set, is the origin that gets the requests for every host of Twilio's, paths unchanged.
	BaseURL string
	// PublicURL is where Twilio reaches this daemon, without a trailing slash; status callbacks go below it.
	PublicURL string
	Version   string            // of Rebook, for the User-Agent
	Transport http.RoundTripper // http.DefaultTransport when nil; tests
	Now       func() time.Time
}

// Client speaks to Twilio for one Twilio account. It may be used by many goroutines at once.
type Client struct {
	o    Options
	http *http.Client
}

// New makes a client. Nothing is sent yet.
func New(o Options) *Client {
	return &Client{o: o, http: &http.Client{
		Transport: cmp.Or[http.RoundTripper](o.Transport, http.DefaultTransport),
		// A redirect of a POST would become a GET without its parameters, and twilio-go takes any 3xx for a success.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// service gives the part of twilio-go for texts and numbers, bound to ctx.
func (c *Client) service(ctx context.Context) *api.ApiService {
	return api.NewApiService(c.handler(ctx))
}

func (c *Client) handler(ctx context.Context) *client.RequestHandler {
	return &client.RequestHandler{Client: &bound{c: c, ctx: ctx}}
}

// bound is twilio-go's way out for one call, so that the caller's deadline holds: twilio-go itself knows no contexts.
type bound struct {
	c     *Client
	ctx   context.Context
	clock time.Time // the Date of the last answer
}

func (b *bound) AccountSid() string       { return b.c.o.AccountSID }
func (b *bound) SetTimeout(time.Duration) {}
func (b *bound) SetOauth(client.OAuth)    {}
func (b *bound) OAuth() client.OAuth      { return nil }

// maxAnswer bounds an answer: a page of a thousand texts is below it.
const maxAnswer = 16 << 20

// SendRequest does one request. The answer is read whole, so that a connection that breaks in the middle is an error here.
func (b *bound) SendRequest(method, rawURL string, data url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("twilio: %w", err)
	}
	if b.c.o.BaseURL != "" {
		base, err := url.Parse(b.c.o.BaseURL)
		if err != nil {
			return nil, fmt.Errorf("twilio.base_url: %w", err)
		}
		u.Scheme, u.Host = base.Scheme, base.Host
	}
	var send io.Reader
	if method == http.MethodGet || method == http.MethodDelete {
		if len(data) > 0 {
			u.RawQuery = data.Encode()
		}
	} else {
		send = strings.NewReader(data.Encode())
	}
	if len(body) > 0 {
		send = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(b.ctx, method, u.String(), send)
	if err != nil {
		return nil, fmt.Errorf("twilio: %w", err)
	}
	req.SetBasicAuth(b.c.o.AccountSID, b.c.o.AuthToken)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", fmt.Sprintf("rebook/%s (%s %s) twilio-go/%s", b.c.o.Version, runtime.GOOS, runtime.GOARCH, client.LibraryVersion))
	if send != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, v := range headers {
		req.Header.Set(name, fmt.Sprint(v))
	}
	res, err := b.c.http.Do(req)
	if err != nil {
		return nil, b.c.unreached(err)
	}
	defer res.Body.Close()
	b.clock, _ = http.ParseTime(res.Header.Get("Date"))
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("twilio: read the answer: %w", err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, refusal(res, answer)
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, nil
}

// unreached tells a request that never left from one whose fate nobody knows: a name that is not found and a connection that
// was not made sent nothing.
func (c *Client) unreached(err error) error {
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return &booking.CarrierError{NotSent: true, Message: c.clean(err)}
	}
	return fmt.Errorf("twilio: %s", c.clean(err))
}

// clean keeps addresses, which hold phone numbers in their query, and secrets out of an error.
func (c *Client) clean(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	s := err.Error()
	if c.o.AuthToken != "" {
		s = strings.ReplaceAll(s, c.o.AuthToken, "…")
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return "no answer in time"
	}
	return s
}

// refusal reads an answer that is no success: {"code":21610,"message":"…","more_info":"…","status":400}.
func refusal(res *http.Response, answer []byte) error {
	e := &booking.CarrierError{HTTPStatus: res.StatusCode}
	var told struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &told) == nil {
		e.Code, e.Message = told.Code, told.Message
	}
	if e.Message == "" {
		e.Message = http.StatusText(res.StatusCode)
	}
	if after := res.Header.Get("Retry-After"); after != "" {
		if d, err := time.ParseDuration(after + "s"); err == nil && d > 0 {
			e.RetryAfter = min(d, 10*time.Minute)
		}
	}
	return e
}

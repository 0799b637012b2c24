// Package client is the typed Go client of Rebook's REST API. It owns how a call is made: keys, idempotency, retries, pages
// of lists and errors. The shapes that go in and out are those of package wire, the same that the server uses, so the two
// cannot drift apart; what each route means stands in api/README.md.
//
//	c := client.New("https://rebook.example.com", os.Getenv("REBOOK_KEY"))
//	for s, err := range c.Sessions.All(ctx, client.SessionQuery{Status: "unknown"}) { ... }
//
// A call is tried again when the connection failed, and when the daemon said 429 or 503: up to three times, after a short
// wait that grows, or after the time that Retry-After asks for. That is safe: every POST carries an Idempotency-Key, the same
// in all its tries, and the other methods may be repeated by their nature. (Of two answers only the first shows a secret, and
// a DELETE whose first answer was lost is told that there is nothing to delete.)
//
// The daemon's no is an [*Error]; every other error leaves open whether the request was carried out.
package client

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// Client speaks to one daemon with one key. Its fields are the resources. It may be used by many goroutines at once.
type Client struct {
	Sessions     Sessions
	Account      Account
	Numbers      PhoneNumbers
	Facts        Facts
	Schedulers   Schedulers
	OptOuts      OptOuts
	People       People
	Keys         APIKeys
	Bookings     Bookings
	Threads      Threads
	Rehearsals   Rehearsals
	Reports      Reports
	Webhooks     Webhooks
	Scripts      Scripts
	Registration Registration
	Users        Users
	Simulator    Simulator
	Links        Links
	Daemon       Daemon

	base, key, agent string
	http             *http.Client
	retries          int
	maxWait          time.Duration
}

// service is what each resource is made of.
type service struct{ c *Client }

// Option changes how a client works.
type Option func(*Client)

// What a client does unless told otherwise.
const (
	DefaultRetries   = 3
	DefaultMaxWait   = 30 * time.Second
	DefaultUserAgent = "rebook-client"
	defaultTimeout   = 30 * time.Second // of one try; the server's own bound is half of it
	dialTimeout      = 5 * time.Second
)

// New makes a client of the daemon at base, an origin such as "https://rebook.example.com". key is an API key, for session
// events a scheduler's publishable key will do, and for what is open to all "" too.
func New(base, key string, options ...Option) *Client {
	c := &Client{
		base: strings.TrimRight(base, "/"), key: key, agent: DefaultUserAgent, retries: DefaultRetries, maxWait: DefaultMaxWait,
		http: &http.Client{Timeout: defaultTimeout, Transport: &http.Transport{
			Proxy:       http.ProxyFromEnvironment,
			DialContext: (&net.Dialer{Timeout: dialTimeout}).DialContext, ForceAttemptHTTP2: true,
			IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 64, // two, as Go has it, would connect anew for most of many at once
		}},
	}
	for _, o := range options {
		o(c)
	}
	own := *c.http // a link's redirect is an answer, and a key is not carried elsewhere
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &own
	s := service{c}
	c.Sessions, c.Account, c.Numbers, c.Facts = Sessions{s}, Account{s}, PhoneNumbers{s}, Facts{s}
	c.Schedulers, c.OptOuts, c.Keys = Schedulers{s}, OptOuts{s}, APIKeys{s}
	c.People = People{s}
	c.Bookings, c.Reports, c.Webhooks, c.Scripts = Bookings{s}, Reports{s}, Webhooks{s}, Scripts{s}
	c.Registration, c.Users = Registration{s}, Users{s}
	c.Threads, c.Rehearsals = Threads{s}, Rehearsals{s}
	c.Simulator, c.Links, c.Daemon = Simulator{s}, Links{s}, Daemon{s}
	return c
}

// WithHTTPClient makes the client use h: its transport (a proxy, a private certificate authority, a socket), its timeout of
// one try. Redirects are not followed whatever it says.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithUserAgent names the program that calls, for logs of proxies.
func WithUserAgent(agent string) Option { return func(c *Client) { c.agent = agent } }

// WithRetries says how often a call is tried again; 0: never.
func WithRetries(n int) Option { return func(c *Client) { c.retries = n } }

// WithMaxWait bounds the wait before one further try. A daemon that asks for a longer one is not asked again: the call ends
// with its [*Error], whose RetryAfter says how long.
func WithMaxWait(d time.Duration) Option { return func(c *Client) { c.maxWait = d } }

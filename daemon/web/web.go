// Package web is the guarded way out to addresses that other people chose: the receivers of webhooks, the pages that a
// registration names. It promises that nothing behind this daemon's own network is reached through it, that no answer is
// larger or slower than the caller can bear, and that what it says about a failure is fit to be shown. It must not know
// accounts or the store.
//
// An address is judged when the connection is made, on the very IP address that is dialed. So a name that is resolved once
// to a public and once to a private address (DNS rebinding) leads nowhere. Redirects are not followed, the environment's
// proxies are not used, nothing is remembered between two requests but idle connections.
package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Options are the parts of a client. Zero values give the defaults named.
type Options struct {
	// AllowPrivate lets requests go anywhere, by http too: for receivers in the own network.
	AllowPrivate bool
	UserAgent    string
	Timeout      time.Duration  // of one request with its whole answer; 15 s
	Resolver     *net.Resolver  // the system's
	Roots        *x509.CertPool // who may vouch for a receiver; the system's
}

// The sizes of what is taken from an answer.
const (
	maxHeader = 16 << 10
	maxAnswer = 64 << 10 // read, so that the connection can be used again
	kept      = 1 << 10  // of the body, to be shown
)

// Client goes out.
type Client struct {
	http         *http.Client
	userAgent    string
	allowPrivate bool
}

// errPrivate is the dialer's refusal.
var errPrivate = errors.New("the name leads to a private or reserved address")

// New makes a client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: o.Resolver}
	if !o.AllowPrivate {
		dialer.ControlContext = guard
	}
	t := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		TLSClientConfig: &tls.Config{RootCAs: o.Roots},
	}
	return &Client{
		http: &http.Client{Transport: t, Timeout: o.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		userAgent: o.UserAgent, allowPrivate: o.AllowPrivate,
	}
}

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// guard refuses a connection to an address that is not public, after the name was resolved and before a packet leaves.
func guard(_ context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") || !Public(at.Addr()) {
		return errPrivate
	}
	return nil
}

// Check tells whether requests may go to an address: an absolute https address with no user name or fragment, that is not
// private on the face of it. A name may still turn out to lead to a private address when it is resolved. Any port may be
// named: what is refused is where a request goes, and TLS keeps other protocols from taking it for their own.
func (c *Client) Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return booking.Refuse(booking.Invalid, "invalid_url", "url", "this is not an absolute web address", "for example https://crm.example.com/rebook")
	case u.User != nil:
		return booking.Refuse(booking.Invalid, "invalid_url", "url", "the address holds a user name or a password",
			"take it out; the receiver knows us by the signature")
	case u.Fragment != "":
		return booking.Refuse(booking.Invalid, "invalid_url", "url", "the address holds a fragment, which is never sent", "leave out what follows #")
	case c.allowPrivate:
		return nil
	case u.Scheme == "http":
		return booking.Refuse(booking.Invalid, "https_required", "url", "an http address can be read and changed on the way", "use https")
	case privateHost(u.Hostname()):
		return booking.Refuse(booking.Invalid, "private_address", "url", "this is an address of a private network or of this machine",
			"use one that the internet can reach, or have the operator set webhooks.allow_private")
	}
	return nil
}

// do sends a request and gives the answer with the beginning of its body. Once the head of an answer is there it counts,
// whatever becomes of the body.
func (c *Client) do(r *http.Request) (*http.Response, []byte, error) {
	r.Header.Set("User-Agent", c.userAgent)
	res, err := c.http.Do(r)
	if err != nil {
		return nil, nil, explain(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, kept))
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer-kept))
	}
	return res, body, nil
}

// explain puts a failure into words that tell a manager what to mend, and nothing of how our network looks inside.
func explain(err error) error {
	var (
		dns   *net.DNSError
		out   *url.Error
		reset = errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	)
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.Is(err, context.Canceled):
		return errors.New("it was broken off")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &out) && out.Timeout():
		return errors.New("no answer in time")
	case errors.As(err, &dns):
		return errors.New("the name of the host cannot be resolved")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nobody listens there: the connection was refused")
	case reset:
		return errors.New("the connection was closed before the answer was whole")
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) { // the innermost has no addresses in it
		err = inner
	}
	return errors.New(clean(err.Error(), 200))
}

package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/rebookhq/rebook/daemon/booking"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // of the specification's own example

var at = time.Unix(1614265330, 0) // of the same

func parcel(url string) booking.Parcel {
	return booking.Parcel{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", URL: url, Secrets: []string{secret}, Body: []byte(`{"test": 2432232314}`), At: at}
}

func TestTheSignatureIsTheOneOfTheSpecification(t *testing.T) {
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got, err := sign(parcel("")); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	p := parcel("")
	p.Secrets = []string{"whsec_bm90IHRoZSBzYW1lIHNlY3JldCBhdCBhbGw=", secret}
	if got, err := sign(p); err != nil || !strings.HasSuffix(got, " "+want) {
		t.Errorf("two secrets: got %s, %v, want another signature and then %s", got, err, want)
	}
	p.Secrets = []string{"whsec_geheim!"}
	if _, err := sign(p); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a broken secret: got %v, want an error that does not show it", err)
	}
}

// receiver is a real HTTPS receiver on the loopback, and a client that may reach it.
func receiver(t *testing.T, h http.HandlerFunc, edit ...func(*Options)) (*Client, string) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	o := Options{AllowPrivate: true, UserAgent: "Rebook/test", Roots: roots, Timeout: 5 * time.Second}
	for _, f := range edit {
		f(&o)
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c, s.URL
}

func TestAReceiverCanVerifyWhatItGets(t *testing.T) {
	now := time.Now()
	c, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hook, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		if err != nil || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "Rebook/test" {
			t.Errorf("%s %v: %v", r.Method, r.Header, err)
		}
		for name := range r.Header {
			switch name {
			case "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Content-Type", "User-Agent", "Content-Length", "Accept-Encoding":
			default:
				t.Errorf("header %s goes out too", name)
			}
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"}) // is not sent back
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "thanks")
	})
	for range 2 {
		p := parcel(url)
		p.At = now
		p.Secrets = []string{"whsec_bmV3", secret}
		got, err := c.Deliver(t.Context(), p)
		if err != nil || got.Status != 202 || got.Answer != "thanks" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestWhatReceiversAnswer(t *testing.T) {
	var followed atomic.Bool
	c, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice that the caller has gone
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/later":
			w.Header().Set("Retry-After", at.Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			followed.Store(true)
		case "/large":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, strings.Repeat("é", 5<<20))
		case "/odd":
			fmt.Fprint(w, "a\x00b\xff\r\nc")
		case "/heads":
			for i := range 100 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
			}
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/cut-after":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/slow":
			<-r.Context().Done()
		}
	}, func(o *Options) { o.Timeout = time.Second })
	for _, x := range []struct {
		path   string
		status int
		answer string
		retry  time.Duration
		err    string
	}{
		{"/", 200, "", 0, ""},
		{"/busy", 503, "", 2 * time.Minute, "it answers with 503"},
		{"/later", 429, "", time.Hour, "it answers with 429"},
		{"/moved", 307, "", 0, "a redirect, which is not followed"},
		{"/large", 500, strings.Repeat("é", 512), 0, "it answers with 500"},
		{"/odd", 200, "a b   c", 0, ""},
		{"/cut-after", 200, "half", 0, ""},
		{"/heads", 0, "", 0, "exceeded"},
		{"/cut", 0, "", 0, "closed before the answer was whole"},
		{"/slow", 0, "", 0, "no answer in time"},
	} {
		got, err := c.Deliver(t.Context(), parcel(url+x.path))
		said := ""
		if err != nil {
			said = err.Error()
		}
		if got.Status != x.status || got.Answer != x.answer || got.RetryAfter != x.retry || (x.err == "") != (said == "") || !strings.Contains(said, x.err) {
			t.Errorf("%s: got %d %.40q %v, error %q; want %d %.40q %v, error with %q", x.path, got.Status, got.Answer, got.RetryAfter, said, x.status, x.answer, x.retry, x.err)
		}
		if strings.Contains(said, "127.0.0.1") {
			t.Errorf("%s: the error tells an address: %s", x.path, said)
		}
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Deliver(ctx, parcel(url)); err == nil || err.Error() != "it was broken off" {
		t.Errorf("broken off: got %v", err)
	}
}

func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	var asked atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("HTTP_PROXY", proxy.URL)
	c, url := receiver(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := c.Deliver(t.Context(), parcel(url)); err != nil || asked.Load() {
		t.Errorf("proxy asked %v, error %v", asked.Load(), err)
	}
}

func TestAnUnknownCertificateIsRefusedInWords(t *testing.T) {
	c, url := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }, func(o *Options) { o.Roots = x509.NewCertPool() })
	if _, err := c.Deliver(t.Context(), parcel(url)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if _, err := c.Deliver(t.Context(), parcel(strings.Replace(plain.URL, "http:", "https:", 1))); err == nil || !strings.Contains(err.Error(), "HTTP response to HTTPS client") {
		t.Errorf("https to an http port: got %v", err)
	}
}

// names is a DNS server that answers each question about an A record with the next address of its list, and for ever with
// the last; it gives the resolver that asks it.
func names(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			end := 12
			for end < n && b[end] != 0 {
				end += int(b[end]) + 1
			}
			end += 5 // the root, type and class
			if end > n {
				continue
			}
			answer := append([]byte{}, b[:end]...)
			answer[2], answer[3] = 0x81, 0x80            // an answer, recursion available
			copy(answer[6:12], make([]byte, 6))          // nothing else in it
			if binary.BigEndian.Uint16(b[end-4:]) == 1 { // a question about an A record
				a := netip.MustParseAddr(addresses[0]).As4()
				if len(addresses) > 1 {
					addresses = addresses[1:]
				}
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				answer = append(answer, a[:]...)
			}
			conn.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestANameThatLeadsInsideIsRefusedWhenItIsDialed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	reached := make(chan struct{}, 10)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			reached <- struct{}{}
			conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	url := "https://rebind.example.com:" + port + "/"
	for _, leads := range [][]string{{"127.0.0.1"}, {"10.0.0.1"}, {"169.254.169.254"}, {"0.0.0.0"}, {"100.64.1.1"}} {
		c := New(Options{Resolver: names(t, leads...), Timeout: 5 * time.Second})
		if err := c.Check(url); err != nil {
			t.Fatalf("the name looks public: %v", err)
		}
		if _, err := c.Deliver(t.Context(), parcel(url)); !errors.Is(err, errPrivate) {
			t.Errorf("%v: got %v, want the refusal of the dialer", leads, err)
		}
		c.Close()
	}
	// Rebinding: whoever asked first was told a public address, whoever dials is told the loopback.
	r := names(t, "1.1.1.1", "127.0.0.1")
	first, err := r.LookupNetIP(t.Context(), "ip4", "rebind.example.com")
	if err != nil || !Public(first[0]) {
		t.Fatalf("the first answer: %v, %v", first, err)
	}
	c := New(Options{Resolver: r, Timeout: 5 * time.Second})
	defer c.Close()
	if _, err := c.Deliver(t.Context(), parcel(url)); !errors.Is(err, errPrivate) {
		t.Errorf("rebound: got %v, want the refusal of the dialer", err)
	}
	select {
	case <-reached:
		t.Error("the loopback was reached")
	default:
	}
	// The scene is a real one: without the guard the same name leads to the listener.
	open := New(Options{AllowPrivate: true, Resolver: names(t, "127.0.0.1"), Timeout: 5 * time.Second})
	defer open.Close()
	open.Deliver(t.Context(), parcel(url))
	select {
	case <-reached:
	case <-time.After(5 * time.Second):
		t.Error("the listener was not reached even without a guard")
	}
}

func TestConnectionsAreUsedAgainAndAnswersOverHTTP2AreRead(t *testing.T) {
	var conns atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, strings.Repeat(" ", 10_000))
	}))
	s.EnableHTTP2 = true
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	s.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := New(Options{AllowPrivate: true, Roots: roots})
	defer c.Close()
	for range 5 {
		if got, err := c.Deliver(t.Context(), parcel(s.URL)); err != nil || got.Answer != "HTTP/2.0" {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for five deliveries, want 1", n)
	}
}

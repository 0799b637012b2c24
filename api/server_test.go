package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"
)

// served runs a scene over the real server loop; speak sends bytes as they are and gives all that comes back.
func served(t *testing.T, scene func(h *house, speak func(string) string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer h.close()
		ln := fasthttputil.NewInmemoryListener()
		done := make(chan error)
		go func() { done <- h.s.Serve(ln) }()
		synctest.Wait()
		scene(h, func(raw string) string {
			conn, err := ln.Dial()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go io.WriteString(conn, raw)
			if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(conn)
			return string(b)
		})
		if err := h.s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve gave %v after Shutdown", err)
		}
		if err := h.s.Shutdown(t.Context()); err != nil {
			t.Errorf("second Shutdown: %v", err)
		}
		time.Sleep(11 * time.Second) // fasthttp's worker cleaner looks every 10 s whether it may end
	})
}

func TestBytesThatAreNoSaneRequest(t *testing.T) {
	auth := "Authorization: Bearer " + adminKey + "\r\n"
	served(t, func(h *house, speak func(string) string) {
		for _, c := range []struct{ name, raw, status, contains string }{
			{"good", "GET /v1/account HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + auth + "\r\n", "200", "Brightwater"},
			{"body beyond the limit", "POST /v1/opt-outs HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n" + auth + "\r\n{", "413", `"code":"too_large"`},
			{"body without end", "POST /v1/opt-outs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + auth + "\r\n" + strings.Repeat("20000\r\n"+strings.Repeat("x", 0x20000)+"\r\n", 12), "413", `"code":"too_large"`},
			{"headers beyond the limit", "GET /v1/account HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 9000) + "\r\n\r\n", "431", `"code":"headers_too_large"`},
			{"no HTTP", "HELO mail.example\r\n\r\n", "405", `"code":"method_not_allowed"`},
			{"no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400", `"code":"bad_request"`},
			{"unknown method", "BREW /v1/account HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405", `"code":"method_not_allowed"`},
			{"negative length", "POST /v1/opt-outs HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400", ""},
			{"split header", "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a\r\n Set-Cookie: b=c\r\n\r\n", "", ""},
			{"smuggled request", "POST /v1/opt-outs HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /v1/api-keys HTTP/1.1\r\nHost: x\r\n" + auth + "\r\n", "", ""},
		} {
			got := speak(c.raw)
			status, _, _ := strings.Cut(strings.TrimPrefix(got, "HTTP/1.1 "), " ")
			if c.status != "" && status != c.status || !strings.Contains(got, c.contains) {
				t.Errorf("%s: %.400s, want %s with %q", c.name, got, c.status, c.contains)
			}
			if strings.Contains(got, "\nSet-Cookie") || c.name == "smuggled request" && strings.Contains(got, "bootstrap") {
				t.Errorf("%s: %.600s", c.name, got)
			}
			if strings.Contains(strings.ToLower(got), "fasthttp") || strings.Contains(got, "Server:") {
				t.Errorf("%s: the answer tells what it is made with: %.300s", c.name, got)
			}
		}
		if n := h.texts() + h.sessions(); n != 0 {
			t.Errorf("%d rows or texts came of it", n)
		}
	})
}

// A client that sends one byte at a time holds its own connection for the read timeout and nobody else.
func TestSlowClientIsLetGo(t *testing.T) {
	served(t, func(h *house, speak func(string) string) {
		began := time.Now()
		got := speak("POST /v1/session-events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
		if took := time.Since(began); took > readTimeout+time.Second {
			t.Errorf("a body that never comes held the connection for %v", took)
		}
		if got != "" && !strings.HasPrefix(got, "HTTP/1.1 4") {
			t.Errorf("answer: %s", got)
		}
		began = time.Now()
		got = speak("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") // keeps the connection
		if took := time.Since(began); !strings.HasPrefix(got, "HTTP/1.1 200") || took < time.Minute {
			t.Errorf("a kept connection was closed after %v: %s", took, got)
		}
	})
}

func TestShutdownLetsARequestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer h.close()
		h.s.mount(&route{method: get, path: "/slow", may: open, status: ok, handle: func(*call) (any, error) {
			time.Sleep(3 * time.Second)
			return "done", nil
		}})
		ln := fasthttputil.NewInmemoryListener()
		done := make(chan error, 1)
		go func() { done <- h.s.Serve(ln) }()
		answers := make(chan string, 1)
		go func() {
			client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return ln.Dial() }, DisableKeepAlives: true}}
			res, err := client.Get("http://rebook/slow")
			if err != nil {
				answers <- err.Error()
				return
			}
			defer res.Body.Close()
			line, _ := bufio.NewReader(res.Body).ReadString('\n')
			answers <- fmt.Sprint(res.StatusCode, " ", line)
		}()
		time.Sleep(time.Second)
		if err := h.s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if got := <-answers; got != "200 \"done\"\n" {
			t.Errorf("the request under way got %q", got)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.s.Serve(fasthttputil.NewInmemoryListener()); err != nil {
			t.Errorf("serving after a shutdown: %v", err)
		}
		time.Sleep(11 * time.Second)
	})
}

// Browsers open connections in advance. One on which nothing was said, and one that is kept after its answer, hold no stop; a request
// that has begun gets its answer.
func TestASilentConnectionHoldsNoStop(t *testing.T) {
	s := New(Options{Now: time.Now})
	asked := make(chan struct{})
	s.mount(&route{method: get, path: "/fast", may: open, status: ok, handle: func(*call) (any, error) { return "done", nil }})
	s.mount(&route{method: get, path: "/slow", may: open, status: ok, handle: func(*call) (any, error) {
		close(asked)
		<-s.stopping
		return "done", nil
	}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	line := func(c net.Conn) string {
		first, _ := bufio.NewReader(c).ReadString('\n')
		return first
	}
	silent, kept, begun := dial(), dial(), dial()
	io.WriteString(kept, "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n")
	if got := line(kept); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Fatalf("got %q", got)
	}
	io.WriteString(begun, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-asked
	began := time.Now()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("the stop took %v", took)
	}
	if got := line(begun); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Errorf("the request under way got %q", got)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the silent connection is still open")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

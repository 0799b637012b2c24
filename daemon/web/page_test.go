package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAPageIsReadAsPeopleSeeIt(t *testing.T) {
	c, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/privacy":
			fmt.Fprint(w, `<html><head><title>Privacy</title><style>p{}</style><script>"shared with third parties"</script></head><body><!-- secret -->
				<p>Mobile information is <b>not</b> shared &amp; never sold.</p><ul><li>One<li>Two</ul></body></html>`)
		case "/old":
			http.Redirect(w, r, "/privacy", http.StatusMovedPermanently)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/large":
			fmt.Fprint(w, strings.Repeat("word ", 1<<20))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	const privacy = "Privacy\nMobile information is not shared & never sold.\nOne\nTwo"
	for path, want := range map[string]string{"/privacy": privacy, "/old": privacy} {
		if p := c.Page(t.Context(), url+path); p.Err != "" || p.Status != 200 || p.Text != want || p.URL != url+"/privacy" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for path, want := range map[string]string{"/round": "without end", "/file": "not a web address"} {
		if p := c.Page(t.Context(), url+path); !strings.Contains(p.Err, want) {
			t.Errorf("%s: %+v, want %q", path, p, want)
		}
	}
	if p := c.Page(t.Context(), url+"/nothing"); p.Status != 404 || p.Err != "" {
		t.Errorf("a page that is not there: %+v", p)
	}
	if p := c.Page(t.Context(), url+"/large"); len(p.Text) > maxPage {
		t.Errorf("%d bytes of a page were kept", len(p.Text))
	}
}

// A registration's addresses come from whoever manages the account: none may open what stands in the daemon's own network.
func TestAPageOfThePrivateNetworkIsNotOpened(t *testing.T) {
	asked := false
	_, url := receiver(t, func(w http.ResponseWriter, r *http.Request) { asked = true; fmt.Fprint(w, "internal") })
	c := New(Options{UserAgent: "test"})
	defer c.Close()
	for _, address := range []string{url, "http://localhost/", "http://127.0.0.1:1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/",
		"http://0x7f.1/", "http://2130706433/", "http://printer/", "http://metadata.internal/", "ftp://example.com/", "http://user:secret@example.com/", "javascript:alert(1)"} {
		if p := c.Page(t.Context(), address); p.Err == "" || p.Text != "" || p.Status != 0 {
			t.Errorf("%s was opened: %+v", address, p)
		}
	}
	if asked {
		t.Error("a private address was asked")
	}
}

// wire answers in place of the network.
type wire func(*http.Request) *http.Response

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r), nil }

func TestARedirectIntoThePrivateNetworkIsNotFollowed(t *testing.T) {
	var asked []string
	c := New(Options{UserAgent: "test"})
	c.http.Transport = wire(func(r *http.Request) *http.Response {
		asked = append(asked, r.URL.Host)
		return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"http://169.254.169.254/latest/meta-data"}}, Body: http.NoBody, Request: r}
	})
	if p := c.Page(t.Context(), "https://www.brightwater.example/"); p.Err == "" || len(asked) != 1 {
		t.Errorf("%+v, asked %v", p, asked)
	}
}

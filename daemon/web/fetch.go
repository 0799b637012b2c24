package web

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The bounds of a look at a page.
const (
	maxPage      = 512 << 10 // bytes; what follows is not read
	maxRedirects = 5
)

// Page looks at a public web page, following redirects as a reviewer's browser does. Each address on the way is judged like the
// first; no cookies are kept and no scripts run. What goes wrong stands in Err, fit to be shown.
func (c *Client) Page(ctx context.Context, address string) booking.Page {
	p := booking.Page{URL: address}
	for range maxRedirects + 1 {
		next, err := c.look(ctx, &p)
		if err != nil {
			p.Err = err.Error()
			return p
		}
		if next == "" {
			return p
		}
		p.URL = next
	}
	p.Err = "it leads from page to page without end"
	return p
}

// look opens p.URL and fills in what is there, or gives where it leads on to.
func (c *Client) look(ctx context.Context, p *booking.Page) (next string, err error) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return "", errors.New("it is not a web address")
	}
	if !c.allowPrivate && privateHost(u.Hostname()) {
		return "", errPrivate
	}
	u.Fragment = ""
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", errors.New("it is not a web address")
	}
	r.Header.Set("User-Agent", c.userAgent)
	r.Header.Set("Accept", "text/html,text/plain")
	res, err := c.http.Do(r)
	if err != nil {
		return "", explain(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 && res.StatusCode <= 399 {
		to, err := u.Parse(res.Header.Get("Location"))
		if err != nil || res.Header.Get("Location") == "" {
			return "", errors.New("it leads on to no address")
		}
		return to.String(), nil
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil && len(b) == 0 {
		return "", explain(err)
	}
	p.Status, p.Text = res.StatusCode, words(string(b))
	return "", nil
}

var (
	unseen = regexp.MustCompile(`(?is)<(script|style|noscript|template|svg)\b.*?</(script|style|noscript|template|svg)\s*>|<!--.*?-->`)
	blocks = regexp.MustCompile(`(?i)</?(p|div|li|ul|ol|h[1-6]|br|tr|td|section|article|header|footer|main|title)\b[^>]*>`)
	tags   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// words gives what a reader sees of a page, a line for each block.
func words(page string) string {
	page = unseen.ReplaceAllString(page, " ")
	page = blocks.ReplaceAllString(page, "\n")
	page = html.UnescapeString(tags.ReplaceAllString(page, ""))
	var lines []string
	for line := range strings.SplitSeq(strings.ToValidUTF8(page, ""), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

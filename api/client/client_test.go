package client

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestPathsHoldWhateverAnIDHolds(t *testing.T) {
	type query struct {
		From  time.Time `query:"from"`
		Group string    `query:"group"`
		Days  int       `query:"days"`
		Page
	}
	at := time.Date(2026, 3, 10, 10, 0, 0, 0, time.FixedZone("", -4*60*60))
	for want, r := range map[string]request{
		"/v1/sessions":                             get("/v1/sessions").asking(query{}),
		"/v1/sessions/a%2Fb%3Fc=d/trace":           get("/v1/sessions/{id}/trace", "a/b?c=d"),
		"/v1/opt-outs/+16145550142":                remove("/v1/opt-outs/{phone}", "+16145550142"),
		"/a/%7Bb%7D/c/d":                           get("/a/{x}/c/{y}", "{b}", "d"),
		"/r?days=7&from=2026-03-10T14%3A00%3A00Z":  get("/r").asking(query{From: at, Days: 7}),
		"/r?cursor=%2B&group=a%26b%3Dc&limit=1000": get("/r").asking(query{Group: "a&b=c", Page: Page{Limit: 1000, Cursor: "+"}}),
	} {
		if got := r.target(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestRetryAfterInBothForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it is 2000-01-01 00:00:00 UTC here
		for v, want := range map[string]time.Duration{"": 0, "0": 0, "120": 2 * time.Minute, "-1": 0, "soon": 0, "99999999999": 0,
			"Sat, 01 Jan 2000 00:00:30 GMT": 30 * time.Second, "Fri, 31 Dec 1999 23:59:59 GMT": 0} {
			if got := retryAfter(v); got != want {
				t.Errorf("%q: %v, want %v", v, got, want)
			}
		}
	})
}

func TestErrorOfAProxyHasItsStatusOnly(t *testing.T) {
	for body, want := range map[string]string{"<html>": "HTTP status 502", "": "HTTP status 502", `{"error":"x"}`: "HTTP status 502",
		`{"error":{"code":"c","message":"it is wrong","field":"name","hint":"mend it"}}`: "name: it is wrong (mend it)"} {
		if got := refusal(http.StatusBadGateway, http.Header{}, []byte(body)).Error(); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Deliver posts a parcel, signed as in the Standard Webhooks specification: one signature for each secret. The error is nil
// exactly when the receiver answered with 2xx.
func (c *Client) Deliver(ctx context.Context, p booking.Parcel) (booking.Receipt, error) {
	if err := c.Check(p.URL); err != nil { // what was allowed when it was made may not be any more
		return booking.Receipt{}, err
	}
	signature, err := sign(p)
	if err != nil {
		return booking.Receipt{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(p.Body))
	if err != nil {
		return booking.Receipt{}, errors.New("the address cannot be used")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(standardwebhooks.HeaderWebhookID, p.ID)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(p.At.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	res, body, err := c.do(r)
	if err != nil {
		return booking.Receipt{}, err
	}
	receipt := booking.Receipt{Status: res.StatusCode, Answer: clean(string(body), kept), RetryAfter: retryAfter(res.Header.Get("Retry-After"), p.At)}
	switch {
	case res.StatusCode >= 300 && res.StatusCode <= 399:
		err = fmt.Errorf("it answers with %d, a redirect, which is not followed: use the address it leads to", res.StatusCode)
	case res.StatusCode < 200 || res.StatusCode > 299:
		err = fmt.Errorf("it answers with %d", res.StatusCode)
	}
	return receipt, err
}

// sign makes the value of webhook-signature.
func sign(p booking.Parcel) (string, error) {
	var all []string
	for _, secret := range p.Secrets {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return "", errors.New("the signing secret cannot be used: rotate it") // the library's error would show it
		}
		s, err := w.Sign(p.ID, p.At, p.Body)
		if err != nil {
			return "", err
		}
		all = append(all, s)
	}
	return strings.Join(all, " "), nil
}

// retryAfter reads seconds or a date (RFC 9110 section 10.2.3); 0 when there is none, or it has passed.
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// clean makes text of a stranger fit to be kept and shown: valid UTF-8, no control characters, at most max bytes.
func clean(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	for len(s) > max {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimSpace(s)
}

package twilio

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// reference reads a file of the reference kept beside the checkout. Without it the test is skipped, but not in CI.
func reference(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", name))
	switch {
	case err == nil:
		return b
	case os.Getenv("CI") == "true":
		t.Fatalf("the reference %s is missing: %v", name, err)
	}
	t.Skipf("the reference %s is not beside this checkout", name)
	return nil
}

type vector struct {
	ID, Kind, Signature string
	AuthToken           string              `json:"auth_token"`
	URL                 string              `json:"received_url"`
	Valid               bool                `json:"expect_valid"`
	Params              map[string][]string `json:"params"`
	Body                *string             `json:"body"`
}

func (v vector) signed() Signed {
	s := Signed{URL: v.URL, Signature: v.Signature}
	if v.Kind == "json" {
		s.JSON = []byte(*v.Body)
		return s
	}
	s.Form = url.Values(v.Params)
	return s
}

func vectors(t testing.TB) []vector {
	var doc struct{ Vectors []vector }
	if err := json.Unmarshal(reference(t, "twilio-signature-vectors.json"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Vectors) < 28 {
		t.Fatalf("only %d vectors", len(doc.Vectors))
	}
	return doc.Vectors
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			if got := v.signed().Valid(v.AuthToken); got != v.Valid {
				t.Errorf("valid %v, want %v", got, v.Valid)
			}
			if !v.Valid {
				return
			}
			if v.signed().Valid("another") || v.signed().Valid("") || v.signed().Valid() {
				t.Error("valid with another token, or with none")
			}
			if !v.signed().Valid("new-token", v.AuthToken) {
				t.Error("the old token does not count while tokens are rotated")
			}
			s := v.signed()
			s.URL += "x"
			if s.Valid(v.AuthToken) {
				t.Error("valid for another address")
			}
			if s = v.signed(); s.JSON == nil {
				s.Form = url.Values{"Body": {"changed"}}
				if s.Valid(v.AuthToken) {
					t.Error("valid with other parameters")
				}
			}
		})
	}
}

// Whatever is received is judged, and nothing but what the token signed is valid.
func FuzzSigned(f *testing.F) {
	for _, v := range []string{"https://example.com/x?y=1", "http://[::1]:80/", "://", "https://u:p@h:1?q", ""} {
		f.Add(v, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "a=1&b=2&a=3", []byte(`{"x":1}`))
	}
	f.Fuzz(func(t *testing.T, address, signature, form string, body []byte) {
		values, _ := url.ParseQuery(form)
		if (Signed{URL: address, Signature: signature, Form: values}).Valid("a token nobody can know") {
			t.Error("a forged form is valid")
		}
		if (Signed{URL: address, Signature: signature, JSON: body}).Valid("a token nobody can know") {
			t.Error("a forged JSON body is valid")
		}
	})
}

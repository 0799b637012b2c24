package twiliotest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func fixed() time.Time { return time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC) }

// What is kept here is Twilio's own: each part stands so in the whole documents.
func TestTheDocumentsAreTwilios(t *testing.T) {
	for _, name := range []string{"twilio_api_v2010.json", "twilio_messaging_v1.json"} {
		whole, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "reference", "twilio-openapi", name))
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip("the reference is not beside this checkout")
		}
		part, err := files.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if err := json.Unmarshal(part, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(whole, &b); err != nil {
			t.Fatal(err)
		}
		within(t, name, a, b)
	}
}

func within(t *testing.T, at string, a, b any) {
	t.Helper()
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for k := range a {
			within(t, at+"/"+k, a[k], b[k])
		}
	case []any:
		b, _ := b.([]any)
		if len(a) != len(b) {
			t.Errorf("%s has %d parts, Twilio's %d", at, len(a), len(b))
			return
		}
		for i := range a {
			within(t, at, a[i], b[i])
		}
	default:
		if a != b {
			t.Errorf("%s is %v, Twilio's %v", at, a, b)
		}
	}
}

// The fake must be able to fail: each of these sins is found, and the virtues beside them are not.
func TestTheFakeFindsEachSin(t *testing.T) {
	messages := "/2010-04-01/Accounts/" + AccountSID + "/Messages.json"
	for _, c := range []struct {
		method, target, body, want string
	}{
		{"POST", messages, "To=%2B16145550142&From=%2B16145550123&Body=Hi&StatusCallback=https://a.example/&ValidityPeriod=60&SmartEncoded=true", ""},
		{"GET", messages + "?To=%2B16145550142&PageSize=1000", "", ""},
		{"POST", messages, "From=%2B16145550123&Body=Hi", "To is missing"},
		{"POST", messages, "To=%2B16145550142&Bodi=Hi", "no parameter Bodi"},
		{"POST", messages, "To=6145550142&Body=Hi", "E.164"},
		{"POST", messages, "To=%2B16145550142&Body=Hi&ValidityPeriod=soon", "no number"},
		{"POST", messages, "To=%2B16145550142&Body=Hi&SmartEncoded=yes", "neither true nor false"},
		{"POST", messages, "To=%2B16145550142&Body=Hi&MessagingServiceSid=MG1", "minLength"},
		{"POST", messages, "To=%2B16145550142&To=%2B16145550143&Body=Hi", "given twice"},
		{"GET", messages + "?PageSize=5000", "", "maximum"},
		{"GET", messages + "?Too=x", "", "no query parameter Too"},
		{"POST", "/2010-04-01/Accounts/AC1/Messages.json", "To=%2B16145550142&Body=Hi", "AccountSid"},
		{"POST", "/2010-04-01/Messages.json", "", "does not have"},
	} {
		var told []string
		f := New(Options{Now: fixed, Fail: func(format string, args ...any) {
			b, _ := json.Marshal(args)
			told = append(told, format+string(b))
		}}, "+16145550123")
		req, err := http.NewRequest(c.method, "https://api.twilio.com"+c.target, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(AccountSID, Token)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := f.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		all := strings.Join(told, "; ")
		if (c.want == "") != (all == "") || !strings.Contains(all, c.want) {
			t.Errorf("%s %s %s: %d, told %q, want %q", c.method, c.target, c.body, res.StatusCode, all, c.want)
		}
	}
}

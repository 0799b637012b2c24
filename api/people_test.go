package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const customer = "+16145550142"

// story plays what an evidence file tells: a tick, a text, an answer with markup in it, a STOP.
func (h *house) story() {
	h.t.Helper()
	h.left("c1", customer)
	time.Sleep(time.Hour)
	synctest.Wait()
	for _, body := range []string{`is it <script>alert(1)</script> & "safe"?`, "please stop texting me"} {
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"`+customer+`","to":"`+ours+`","body":`+jsonText(body)+`}`), 201)
		time.Sleep(time.Second)
	}
}

func jsonText(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func TestTheEvidenceFileTellsAllInOrder(t *testing.T) {
	inHouse(t, func(h *house) {
		h.story()
		a := h.must(h.request("GET", "/v1/people/%2B16145550142/evidence", ""), 200)
		var file struct {
			Phone, Business, Timezone, Digest string
			OptedOut                          struct{ Source string } `json:"opted_out"`
			Entries                           json.RawMessage
		}
		if err := json.Unmarshal([]byte(a.body), &file); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(file.Entries)
		if file.Digest != "sha256:"+hex.EncodeToString(sum[:]) {
			t.Errorf("the digest %s is not that of the entries", file.Digest)
		}
		if file.Phone != customer || file.Business != "Brightwater Home Services" || file.Timezone != "America/New_York" || file.OptedOut.Source != "text" {
			t.Errorf("the head: %+v", file)
		}
		var entries []struct {
			At                                  time.Time
			Kind, Text, Version, Status, Source string
			IP                                  string
			Trace                               []struct{ Check string }
		}
		if err := json.Unmarshal(file.Entries, &entries); err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for i, e := range entries {
			kinds = append(kinds, e.Kind)
			if i > 0 && e.At.Before(entries[i-1].At) {
				t.Errorf("%s stands after what is later", e.Kind)
			}
			switch e.Kind {
			case "consent":
				if e.Text != words || e.Version != booking.WordingVersion(words) || e.IP == "" {
					t.Errorf("the consent: %+v", e)
				}
			case "text":
				if confirms := strings.Contains(e.Text, "unsubscribed"); e.Status != "delivered" || !confirms && (len(e.Trace) < 10 || !strings.Contains(e.Text, "STOP")) {
					t.Errorf("the text: %+v", e)
				}
			}
		}
		if got := strings.Join(kinds, " "); got != "consent text inbound inbound revoked text" {
			t.Errorf("entries: %s", got)
		}
		if again := h.request("GET", "/v1/people/"+customer+"/evidence", "").get("digest"); again != file.Digest {
			t.Errorf("unescaped: %s", again)
		}
	})
}

func TestTheEvidencePageIsPlainAndEscaped(t *testing.T) {
	inHouse(t, func(h *house) {
		h.story()
		for _, ask := range []struct{ path, accept string }{{"?format=html", ""}, {"", "Accept: text/html,application/xhtml+xml"}} {
			headers := []string{}
			if ask.accept != "" {
				headers = append(headers, ask.accept)
			}
			a := h.must(h.request("GET", "/v1/people/"+customer+"/evidence"+ask.path, "", headers...), 200)
			if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("headers: %v", a.header)
			}
			for _, bad := range []string{"<script", "<style", "style=", "onload", "<img", "<link"} {
				if strings.Contains(a.body, bad) {
					t.Errorf("the page holds %s", bad)
				}
			}
			for _, want := range []string{"&lt;script&gt;alert(1)", "Brightwater Home Services", "10:00:00 EDT", "Consent given", "Consent taken back", "sha256:", words, "opted out since"} {
				if !strings.Contains(a.body, want) {
					t.Errorf("the page does not hold %q", want)
				}
			}
		}
		if a := h.request("GET", "/v1/people/"+customer+"/evidence?format=json", "", "Accept: text/html"); a.get("phone") != customer {
			t.Errorf("told to be JSON: %.200s", a.body)
		}
	})
}

func TestErasingOverTheAPI(t *testing.T) {
	inHouse(t, func(h *house) {
		h.story()
		for _, c := range []struct {
			method, path string
			status       int
			code         string
		}{
			{"GET", "/v1/people/+16145550199/evidence", 404, "unknown_person"},
			{"DELETE", "/v1/people/+16145550199", 404, "unknown_person"},
			{"GET", "/v1/people/614/evidence", 422, "phone_invalid"},
			{"DELETE", "/v1/people/nobody", 422, "phone_invalid"},
			{"GET", "/v1/people/" + customer + "/evidence?format=pdf", 422, "unknown_format"},
		} {
			if a := h.request(c.method, c.path, ""); a.status != c.status || a.code() != c.code {
				t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
			}
		}
		first := h.must(h.request("DELETE", "/v1/people/%2B16145550142", ""), 202)
		if first.get("state") != "done" || strings.Contains(first.body, "6145550142") {
			t.Errorf("the erasure: %s", first.body)
		}
		if again := h.must(h.request("DELETE", "/v1/people/"+customer, ""), 202); again.get("id") != first.get("id") || again.get("state") != "done" {
			t.Errorf("asked again: %s", again.body)
		}
		h.must(h.request("GET", "/v1/people/"+customer+"/evidence", ""), 404)
		for _, path := range []string{"/v1/sessions", "/v1/opt-outs", "/v1/simulator/messages", "/v1/bookings"} {
			if a := h.must(h.request("GET", path, ""), 200); strings.Contains(a.body, "6145550142") {
				t.Errorf("%s still holds the number: %s", path, a.body)
			}
		}
		if log := h.log.String(); strings.Contains(log, "6145550142") {
			t.Errorf("the log holds the number:\n%s", log)
		}
		h.left("c2", customer)
		time.Sleep(time.Hour)
		synctest.Wait()
		if a := h.request("GET", "/v1/sessions?status=withheld", ""); a.get("items.0.follow_up.withheld_by") != "opted_out" {
			t.Errorf("back with a new tick: %s", a.body)
		}
		h.must(h.request("DELETE", "/v1/opt-outs/"+customer, ""), 204) // the person's own word, told to the office
		if a := h.must(h.request("GET", "/v1/people/"+customer+"/evidence", ""), 200); a.get("opted_out") != "" {
			t.Errorf("still opted out: %s", a.body)
		}
	})
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

const twilioToken = "0123456789abcdef0123456789abcdef"

func withTwilio(o *Options) { o.TwilioTokens = []string{twilioToken, "the-token-before"} }

// hook posts a form as Twilio does; token signs it.
func (h *house) hook(target, token string, form url.Values, headers ...string) answer {
	h.t.Helper()
	signature := twilio.Signature(token, "https://book.example.com"+target, form)
	return h.request("POST", target, form.Encode(), append([]string{"Authorization: ", "Content-Type: application/x-www-form-urlencoded",
		"X-Twilio-Signature: " + signature}, headers...)...)
}

func textForm(sid, body string, more ...string) url.Values {
	f := url.Values{"MessageSid": {sid}, "From": {"+16145550142"}, "To": {ours}, "Body": {body}, "NumMedia": {"0"}, "AccountSid": {"AC1"}, "FromCity": {""}}
	for i := 0; i < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

func sidOf(c string) string { return "SM" + strings.Repeat(c, 32) }

func (h *house) inbound(sid string) (in *booking.Inbound) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(s *storage.Snapshot) (err error) {
		in, err = s.Inbound(account, sid)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return in
}

func (h *house) optOut() (o *booking.OptOut) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(s *storage.Snapshot) (err error) {
		o, err = s.OptOut(account, "+16145550142")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func TestASignedTextIsKeptAndAnsweredWithNothingToSay(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("a"), "  STOP  "))
		if a.status != 200 || a.body != nothingToSay || a.header.Get("Content-Type") != "text/xml" {
			t.Fatalf("%d %q as %s", a.status, a.body, a.header.Get("Content-Type"))
		}
		if in := h.inbound(sidOf("a")); in == nil || in.Body != "  STOP  " || h.optOut() == nil {
			t.Errorf("kept %+v, opted out %+v", in, h.optOut())
		}
		h.must(h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("b"), "START")), 200)
		h.must(h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("a"), "  STOP  ")), 200) // again: changes nothing
		if h.optOut() != nil {
			t.Error("a repeated STOP undid the START after it")
		}
		h.must(h.hook(twilio.InboundPath, "the-token-before", textForm(sidOf("c"), "no más", "OptOutType", "STOP", "NumMedia", "2",
			"MediaUrl0", "https://api.twilio.com/m/0", "MediaContentType0", "image/jpeg", "MediaUrl1", "https://api.twilio.com/m/1", "MediaContentType1", "image/png")), 200)
		in := h.inbound(sidOf("c"))
		if in == nil || len(in.Media) != 2 || in.Types[1] != "image/png" || in.OptOut != booking.KeywordStop || h.optOut() == nil {
			t.Errorf("with pictures, the older token and OptOutType: %+v, opted out %+v", in, h.optOut())
		}
		h.must(h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("d"), "who is this?", "To", "+16145550999")), 200)
		if h.inbound(sidOf("d")) == nil || !strings.Contains(h.request("GET", "/v1/alarms", "").body, "unknown_number") {
			t.Error("a text to a number that nobody owns is lost, or nobody is told")
		}
	}, withTwilio)
}

// Play the attacker: nothing that Twilio did not sign changes anything.
func TestWhatTwilioDidNotSignIsRefused(t *testing.T) {
	inHouse(t, func(h *house) {
		form := textForm(sidOf("a"), "STOP")
		good := twilio.Signature(twilioToken, "https://book.example.com"+twilio.InboundPath, form)
		more := textForm(sidOf("a"), "STOP", "To", "+16145550100")
		for name, a := range map[string]answer{
			"no signature":      h.request("POST", twilio.InboundPath, form.Encode(), "Authorization: "),
			"an API key":        h.request("POST", twilio.InboundPath, form.Encode()),
			"another token":     h.hook(twilio.InboundPath, "wrong", form),
			"an empty token":    h.hook(twilio.InboundPath, "", form),
			"another form":      h.request("POST", twilio.InboundPath, more.Encode(), "Authorization: ", "X-Twilio-Signature: "+good),
			"another path":      h.request("POST", twilio.StatusPath, form.Encode(), "Authorization: ", "X-Twilio-Signature: "+good),
			"another query":     h.request("POST", twilio.InboundPath+"?a=b", form.Encode(), "Authorization: ", "X-Twilio-Signature: "+good),
			"a broken form":     h.request("POST", twilio.InboundPath, "%zz", "Authorization: ", "X-Twilio-Signature: "+good),
			"the host's own":    h.request("POST", twilio.InboundPath, form.Encode(), "Authorization: ", "X-Twilio-Signature: "+twilio.Signature(twilioToken, "http://localhost"+twilio.InboundPath, form)),
			"a status unsigned": h.request("POST", twilio.StatusPath+"?account=main&attempt=x", "MessageSid="+sidOf("a")+"&MessageStatus=delivered", "Authorization: "),
		} {
			if a.status != 403 || a.code() != "bad_signature" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		if h.inbound(sidOf("a")) != nil || h.optOut() != nil {
			t.Error("a forged text was kept")
		}
		for name, f := range map[string]url.Values{
			"a SID that is a path": textForm("SM/../../x", "hi"), "no number": textForm(sidOf("a"), "hi", "From", "+1614/x"), "none of ours": textForm(sidOf("a"), "hi", "To", ""),
		} {
			if a := h.hook(twilio.InboundPath, twilioToken, f); a.status != 422 || a.code() != "invalid_message" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		if a := h.request("GET", twilio.InboundPath, "", "Authorization: "); a.status != 405 {
			t.Errorf("GET: %d; Twilio is told to POST", a.status)
		}
		if a := h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("e"), strings.Repeat("😀", 1600))); a.status != 200 {
			t.Errorf("the longest text there is: %d %s", a.status, a.body)
		}
	}, withTwilio, func(o *Options) { o.Limits.Failures = Limit{1000, 1000} })
	inHouse(t, func(h *house) {
		if a := h.hook(twilio.InboundPath, "", textForm(sidOf("a"), "STOP")); a.status != 403 {
			t.Errorf("with the simulator there is no token, and a text signed with none is taken: %d", a.status)
		}
		if a := h.hook(twilio.InboundPath, "guess", textForm(sidOf("a"), "STOP")); a.status != 403 {
			t.Errorf("with the simulator: %d", a.status)
		}
	})
}

// Twilio repeats a webhook that is answered 5xx, so a text that could not be kept must not be answered otherwise.
func TestATextThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := storagetest.NewFaulty(1)
		h := newHouseOver(t, f.Wrap, withTwilio)
		defer h.close()
		f.Set(storagetest.Faults{Down: 1})
		a := h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("a"), "STOP"))
		f.Set(storagetest.Faults{})
		if a.status != 503 {
			t.Errorf("%d %s", a.status, a.body)
		}
		h.must(h.hook(twilio.InboundPath, twilioToken, textForm(sidOf("a"), "STOP")), 200)
		if h.optOut() == nil {
			t.Error("the repeated text was not taken")
		}
	})
}

func TestReportsGoUpAndNeverDown(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("v1", "(614) 555-0142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		var a *booking.Attempt
		err := h.store.View(t.Context(), func(s *storage.Snapshot) error {
			sess, err := s.Session(account, booking.SessionID(id))
			if err != nil {
				return err
			}
			a, err = s.Attempt(account, sess.FollowUp.Attempt)
			return err
		})
		if err != nil || a == nil || a.Status != "delivered" {
			t.Fatalf("%+v, %v", a, err)
		}
		target := twilio.StatusPath + "?account=main&attempt=" + string(a.ID)
		h.must(h.hook(target, twilioToken, url.Values{"MessageSid": {a.SID}, "MessageStatus": {"sent"}}), 204)
		h.must(h.hook(target, twilioToken, url.Values{"MessageSid": {a.SID}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30006"}}), 204)
		h.must(h.hook(target, twilioToken, url.Values{"MessageSid": {a.SID}, "MessageStatus": {"nonsense"}}), 204)
		if got := h.request("GET", "/v1/sessions/"+id, "").get("follow_up.state"); got != "sent" {
			t.Errorf("after later reports the text is %s", got)
		}
		stranger := twilio.StatusPath + "?account=%6Eobody&attempt=nothing%2D1" // escapes that a tidy client would undo
		h.must(h.hook(stranger, twilioToken, url.Values{"MessageSid": {sidOf("9")}, "MessageStatus": {"delivered"}}), 204)
		err = h.store.View(t.Context(), func(s *storage.Snapshot) error {
			u, err := s.Report(account, sidOf("9"))
			if u == nil {
				err = errors.New("the report about a text that nobody knows is lost")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}, withTwilio)
}

// BenchmarkInboundWebhook answers customers' texts on disk, 32 at once, and tells the slowest of a hundred.
func BenchmarkInboundWebhook(b *testing.B) {
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	e := engine.New(engine.Options{Store: store, Now: time.Now, PublicURL: "https://book.example.com"})
	if _, err := e.FirstStart(b.Context(), testSeed()); err != nil {
		b.Fatal(err)
	}
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer e.Stop(context.Background())
	o := Options{Engine: e, Reader: e.Store(), PublicURL: "https://book.example.com", Now: time.Now}
	withTwilio(&o)
	handle := New(o).App().Handler()
	var n atomic.Int64
	took := make([]time.Duration, b.N)
	b.ReportAllocs()
	b.SetParallelism(16) // × GOMAXPROCS 2
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			form := textForm(fmt.Sprintf("SM%032x", i), "at nine please", "From", fmt.Sprintf("+1614555%04d", i%10000))
			var ctx fasthttp.RequestCtx
			ctx.Request.Header.SetMethod("POST")
			ctx.Request.SetRequestURI(twilio.InboundPath)
			ctx.Request.Header.SetContentType("application/x-www-form-urlencoded")
			ctx.Request.Header.Set("X-Twilio-Signature", twilio.Signature(twilioToken, "https://book.example.com"+twilio.InboundPath, form))
			ctx.Request.SetBodyString(form.Encode())
			began := time.Now()
			handle(&ctx)
			took[i-1] = time.Since(began)
			if ctx.Response.StatusCode() != 200 {
				b.Errorf("%d %s", ctx.Response.StatusCode(), ctx.Response.Body())
			}
		}
	})
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

func TestOnlyTwilioMayHaveTheRegistrationAskedAbout(t *testing.T) {
	inHouse(t, func(h *house) {
		form := url.Values{"Status": {"twilio-approved"}, "CustomerProfileSid": {"BU1"}}
		if a := h.hook(twilio.RegistrationPath, "forged", form); a.status != 403 || a.code() != "bad_signature" {
			t.Errorf("forged: %d %s", a.status, a.body)
		}
		if a := h.hook(twilio.RegistrationPath, twilioToken, form); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}, withTwilio)
}

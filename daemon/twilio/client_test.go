package twilio_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/twilio/twiliotest"
)

const (
	ours = booking.Phone("+16145550123")
	dana = booking.Phone("+16145550142")
)

func strict(t *testing.T, edit ...func(*twilio.Options)) (*twiliotest.Fake, *twilio.Client) {
	t.Helper()
	f := twiliotest.New(twiliotest.Options{Now: time.Now, Fail: t.Errorf}, string(ours))
	o := twilio.Options{AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.Token, PublicURL: "https://text.example.com", Version: "test", Transport: f, Now: time.Now}
	for _, e := range edit {
		e(&o)
	}
	return f, twilio.New(o)
}

func note(body string) booking.Text {
	return booking.Text{Attempt: "0195a2b0-0000-7000-8000-000000000003", Account: "main", From: ours, To: dana, Body: body}
}

func TestATextIsHandedOverAsTwilioWantsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, c := strict(t)
		defer f.Close()
		v := note("Brightwater: finish at https://text.example.com/l/ABC & more")
		v.ValidUntil = time.Now().Add(90*time.Minute + 500*time.Millisecond)
		sid, err := c.Send(t.Context(), v)
		if err != nil || !strings.HasPrefix(sid, "SM") {
			t.Fatal(sid, err)
		}
		v.MessagingService, v.ValidUntil = twiliotest.ServiceSID, time.Now().Add(time.Second)
		if _, err := c.Send(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		v.ValidUntil = time.Now().Add(40 * time.Hour)
		if _, err := c.Send(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		all := f.Messages("", "")
		const callback = "https://text.example.com/webhooks/twilio/status?account=main&attempt=0195a2b0-0000-7000-8000-000000000003#rc=5&rp=ct,rt,5xx"
		if m := all[0]; m.Body != v.Body || m.From != string(ours) || m.Validity != "5400" || m.Callback != callback || m.Service != "" {
			t.Errorf("%+v", m)
		}
		if m := all[1]; m.Service != twiliotest.ServiceSID || m.Validity != "5" {
			t.Errorf("with a service and a second left: %+v", m)
		}
		if m := all[2]; m.Validity != "36000" {
			t.Errorf("valid for longer than Twilio keeps it: %+v", m)
		}
	})
}

func TestMagicNumbersBehaveAsDocumented(t *testing.T) {
	f, c := strict(t)
	defer f.Close()
	for _, m := range []struct {
		from, to booking.Phone
		code     int
		class    booking.ReactClass
	}{
		{"+15005550001", dana, 21212, booking.ReactHalt},
		{"+15005550007", dana, 21606, booking.ReactHalt},
		{"+15005550008", dana, 21611, booking.ReactRetry},
		{"+15005550006", dana, 0, ""},
		{"+16145550199", dana, 21606, booking.ReactHalt},
		{"+15005550006", "+15005550001", 21211, booking.ReactBadNumber},
		{"+15005550006", "+15005550002", 21612, booking.ReactNever},
		{"+15005550006", "+15005550003", 21408, booking.ReactNever},
		{"+15005550006", "+15005550004", 21610, booking.ReactOptedOut},
		{"+15005550006", "+15005550009", 21614, booking.ReactBadNumber},
	} {
		v := note("Hi")
		v.From, v.To = m.from, m.to
		_, err := c.Send(t.Context(), v)
		var no *booking.CarrierError
		errors.As(err, &no)
		if m.code == 0 && err != nil || m.code != 0 && (no == nil || no.Code != m.code) || booking.ReactionTo(err).Class != m.class {
			t.Errorf("%s to %s: %v (%s), want %d (%s)", m.from, m.to, err, booking.ReactionTo(err).Class, m.code, m.class)
		}
	}
}

// What Twilio answered is told from what leaves open whether the text was taken.
func TestOnlyWhatIsSureIsAnAnswer(t *testing.T) {
	for fault, want := range map[twiliotest.Fault]struct {
		class booking.ReactClass
		texts int
	}{
		twiliotest.None: {"", 1}, twiliotest.BeforeAccept: {booking.ReactUnknown, 0}, twiliotest.AfterAccept: {booking.ReactUnknown, 1},
		twiliotest.BeforeAnswer: {booking.ReactUnknown, 1}, twiliotest.TooMany: {booking.ReactRetry, 0}, twiliotest.Trouble: {booking.ReactUnknown, 0},
		twiliotest.TroubleTaken: {booking.ReactUnknown, 1}, twiliotest.Slow: {"", 1}, twiliotest.NoHost: {booking.ReactRetry, 0},
		twiliotest.AnswerNoTwilio: {booking.ReactUnknown, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, c := strict(t)
			defer f.Close()
			f.Next(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
			defer cancel()
			_, err := c.Send(ctx, note("Hi"))
			if got := booking.ReactionTo(err); got.Class != want.class || len(f.Messages("", "")) != want.texts {
				t.Errorf("fault %d: %v is %s with %d texts, want %s with %d", fault, err, got.Class, len(f.Messages("", "")), want.class, want.texts)
			}
			if no, ok := errors.AsType[*booking.CarrierError](err); fault == twiliotest.TooMany && (!ok || no.RetryAfter != 7*time.Second) {
				t.Errorf("Retry-After is lost: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), twiliotest.Token) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestARedirectIsNoSuccess(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusFound))
	defer s.Close()
	_, c := strict(t, func(o *twilio.Options) { o.BaseURL, o.Transport = s.URL, nil })
	if _, err := c.Send(t.Context(), note("Hi")); booking.ReactionTo(err).Class != booking.ReactUnknown {
		t.Errorf("%v", err)
	}
}

func TestATextIsFoundHoweverItIsListed(t *testing.T) {
	for name, edit := range map[string]func(*twiliotest.Fake){
		"plainly": func(*twiliotest.Fake) {}, "twice": func(f *twiliotest.Fake) { f.Twice = true }, "without dates": func(f *twiliotest.Fake) { f.Undated = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, c := strict(t)
				defer f.Close()
				edit(f)
				if _, err := c.Send(t.Context(), note("an earlier text")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Hour)
				began := time.Now()
				for i := range 3 {
					if _, err := c.Send(t.Context(), note("text "+string(rune('a'+i)))); err != nil {
						t.Fatal(err)
					}
				}
				got, err := c.Find(t.Context(), note("text b"), began)
				if err != nil || got == nil || got.Body != "text b" || got.SID != f.Messages("", "")[2].SID {
					t.Errorf("%+v, %v", got, err)
				}
				if got, err := c.Find(t.Context(), note("an earlier text"), began); !f.Undated && (got != nil || err != nil) {
					t.Errorf("a text from before: %+v, %v", got, err)
				}
				other := note("text b")
				other.To = "+16145550143"
				if got, err := c.Find(t.Context(), other, began); got != nil || err != nil {
					t.Errorf("a text to somebody else: %+v, %v", got, err)
				}
			})
		})
	}
}

func TestTheListIsReadToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, c := strict(t)
		defer f.Close()
		f.Twice = true
		began := time.Now()
		if _, err := c.Send(t.Context(), note("the first")); err != nil {
			t.Fatal(err)
		}
		for range 1200 { // listed twice: three pages of a thousand
			f.Text(string(dana), string(ours), "hi")
		}
		for range 1200 {
			if _, err := c.Send(t.Context(), note("again")); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := c.Find(t.Context(), note("the first"), began); got == nil || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
		in, err := c.Received(t.Context(), ours, began)
		if err != nil || len(in) != 1200 {
			t.Errorf("%d texts received, %v", len(in), err)
		}
		synctest.Wait()
	})
}

func TestMissedTextsComeWithTheirPictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, c := strict(t)
		defer f.Close()
		f.Text(string(dana), string(ours), "long ago")
		time.Sleep(26 * time.Hour)
		since := time.Now()
		f.Text(string(dana), string(ours), "STOP")
		time.Sleep(time.Second)
		f.Text(string(dana), string(ours), "look", "https://x/1", "https://x/2")
		in, err := c.Received(t.Context(), ours, since)
		if err != nil || len(in) != 2 || in[0].Body != "STOP" || len(in[1].Media) != 2 || in[1].Types[1] != "image/jpeg" || !in[0].At.Equal(since) {
			t.Errorf("%+v, %v", in, err)
		}
		if !slices.IsSortedFunc(in, func(a, b booking.Inbound) int { return a.At.Compare(b.At) }) {
			t.Error("not oldest first")
		}
	})
}

func TestTheSetupIsReadAndMended(t *testing.T) {
	f, c := strict(t)
	defer f.Close()
	f.Trial = true
	a, err := c.Account(t.Context())
	if err != nil || a.Status != "active" || !a.Trial || time.Since(a.Clock).Abs() > 3*time.Second {
		t.Errorf("%+v, %v", a, err)
	}
	n, err := c.Numbers(t.Context())
	if err != nil || len(n) != 1 || n[0].Number != ours || !n[0].SMS {
		t.Fatalf("%+v, %v", n, err)
	}
	if err := c.PointNumber(t.Context(), n[0].SID); err != nil || f.Number().SMSURL != twilio.InboundURL("https://text.example.com") {
		t.Errorf("%+v, %v", f.Number(), err)
	}
	s, err := c.MessagingService(t.Context(), twiliotest.ServiceSID)
	if err != nil || !slices.Equal(s.Numbers, []booking.Phone{ours}) || !s.OnNumber || s.Campaign != "VERIFIED" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := c.PointService(t.Context(), twiliotest.ServiceSID); err != nil || f.Service("use_inbound_webhook_on_number") != false {
		t.Errorf("%v %v", f.Service("inbound_request_url"), err)
	}
	for address, want := range map[string][2]bool{twilio.InboundURL("https://a.example"): {true, true}, "https://a.example/webhooks/twilio/inbound": {true, false},
		"https://b.example/webhooks/twilio/inbound#rp=5xx": {false, true}, "": {false, false}} {
		if there, asks := twilio.Leads(address, "https://a.example"); there != want[0] || asks != want[1] {
			t.Errorf("%q: %v %v", address, there, asks)
		}
	}
	f.Rotate("another")
	if _, err := c.Account(t.Context()); booking.ReactionTo(err).Code != 20003 {
		t.Errorf("with an old token: %v", err)
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "err", err)
	if strings.Contains(b.String(), twiliotest.Token) {
		t.Error("the log shows the token")
	}
}

// Any form is read or refused, and what is read can be a key of the store.
func FuzzWebhookForm(f *testing.F) {
	f.Add("MessageSid=SM00000000000000000000000000000001&From=%2B16145550142&To=%2B16145550123&Body=hi&NumMedia=1&MediaUrl0=x", "account=main&attempt=1")
	f.Add("MessageSid=SM1%2F..&NumMedia=99999999999&MessageStatus=sent&ErrorCode=-1", "account=a/b")
	f.Fuzz(func(t *testing.T, form, query string) {
		v, _ := url.ParseQuery(form)
		q, _ := url.ParseQuery(query)
		if in, err := twilio.ParseInbound(v, time.Unix(0, 0)); err == nil &&
			(strings.ContainsAny(in.SID+string(in.From)+string(in.To), "/\x00") || len(in.Media) > 10 || len(in.Media) != len(in.Types)) {
			t.Errorf("%+v", in)
		}
		if u, err := twilio.ParseStatus(q, v); err == nil && strings.ContainsAny(u.SID+string(u.Account)+string(u.Attempt), "/\x00") {
			t.Errorf("%+v", u)
		}
	})
}

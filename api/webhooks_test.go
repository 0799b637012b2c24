package api

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/web"
)

// receivers plays the systems that webhooks lead to: it takes everything, or answers with status.
type receivers struct {
	mu     sync.Mutex
	status int
	got    []booking.Parcel
}

// Check is the real one, for public addresses.
func (r *receivers) Check(url string) error { return web.New(web.Options{}).Check(url) }

func (r *receivers) Deliver(_ context.Context, p booking.Parcel) (booking.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, p)
	if r.status != 0 {
		return booking.Receipt{Status: r.status, Answer: "no"}, fmt.Errorf("it answers with %d", r.status)
	}
	return booking.Receipt{Status: 200}, nil
}

func TestWebhookScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		h.play([]scene{
			{"none yet", "GET", "/v1/webhooks", "", "", 200, "items=[] next_cursor="},
			{"http", "POST", "/v1/webhooks", `{"url":"http://crm.example.com/","events":["booking.created"]}`, "", 422, "https_required url"},
			{"this machine", "POST", "/v1/webhooks", `{"url":"https://127.0.0.1/","events":["booking.created"]}`, "", 422, "private_address url"},
			{"metadata", "POST", "/v1/webhooks", `{"url":"https://[::ffff:169.254.169.254]/","events":["booking.created"]}`, "", 422, "private_address url"},
			{"no address", "POST", "/v1/webhooks", `{"url":"crm","events":["booking.created"]}`, "", 422, "invalid_url url"},
			{"unknown event", "POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["booking.created","booking.deleted"]}`, "", 422, "unknown_event events[1]"},
			{"ping is none", "POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["ping"]}`, "", 422, "unknown_event events[0]"},
			{"no events", "POST", "/v1/webhooks", `{"url":"https://crm.example.com/"}`, "", 422, "missing events"},
			{"own secret", "POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["booking.created"],"secret":"whsec_x"}`, "", 400, "unknown_field secret"},
			{"nothing was made", "GET", "/v1/webhooks", "", "", 200, "items=[]"},
		})
		a := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://crm.example.com/rebook","description":"CRM","events":["person.opted_out","session.abandoned","session.abandoned"]}`, manager, "Idempotency-Key: k1"), 201)
		id, secret := a.get("id"), a.get("secret")
		if !strings.HasPrefix(secret, "whsec_") || len(secret) < 6+43 || a.get("events") != `["session.abandoned","person.opted_out"]` || a.get("enabled") != "true" {
			t.Fatalf("new webhook: %s", a.body)
		}
		if again := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://crm.example.com/rebook","description":"CRM","events":["person.opted_out","session.abandoned","session.abandoned"]}`, manager, "Idempotency-Key: k1"), 201); again.get("id") != id || again.get("secret") != "" {
			t.Errorf("the same request again: %s", again.body)
		}
		h.play([]scene{
			{"one", "GET", "/v1/webhooks/" + id, "", manager, 200, "url=https://crm.example.com/rebook description=CRM secret="},
			{"unknown", "GET", "/v1/webhooks/none", "", "", 404, "unknown_webhook id"},
			{"merge", "PUT", "/v1/webhooks/" + id, `{"description":"Ours"}`, manager, 200, `enabled=true secret= events=["session.abandoned","person.opted_out"]`},
			{"secret stays", "PUT", "/v1/webhooks/" + id, `{"secret":"whsec_mine"}`, "", 422, "read_only secret"},
			{"ID stays", "PUT", "/v1/webhooks/" + id, `{"id":"other"}`, "", 422, "read_only id"},
			{"moved inside", "PUT", "/v1/webhooks/" + id, `{"url":"https://10.0.0.1/"}`, "", 422, "private_address url"},
			{"no events", "PUT", "/v1/webhooks/" + id, `{"events":[]}`, "", 422, "missing events"},
			{"unknown to change", "PUT", "/v1/webhooks/none", `{"enabled":false}`, "", 404, "unknown_webhook id"},
			{"unknown to test", "POST", "/v1/webhooks/none/test", "", "", 404, "unknown_webhook id"},
			{"unknown to rotate", "POST", "/v1/webhooks/none/rotate", "", "", 404, "unknown_webhook id"},
			{"no deliveries of it", "GET", "/v1/webhooks/none/deliveries", "", "", 404, "unknown_webhook id"},
			{"none yet", "GET", "/v1/webhooks/" + id + "/deliveries", "", "", 200, "items=[]"},
			{"bad status", "GET", "/v1/webhooks/" + id + "/deliveries?status=lost", "", "", 422, "unknown_status status"},
			{"unknown delivery", "POST", "/v1/webhooks/" + id + "/deliveries/none/redeliver", "", "", 404, "unknown_delivery delivery"},
		})
		whole := h.request("GET", "/v1/webhooks/"+id, "").body
		h.play([]scene{{"what GET gave can be put back", "PUT", "/v1/webhooks/" + id, whole, "", 200, "description=Ours"}})

		rotated := h.must(h.request("POST", "/v1/webhooks/"+id+"/rotate", "", manager), 200).get("secret")
		if !strings.HasPrefix(rotated, "whsec_") || rotated == secret {
			t.Errorf("rotated from %s to %s", secret, rotated)
		}
		for i := range booking.MaxWebhooks - 1 {
			h.must(h.request("POST", "/v1/webhooks", fmt.Sprintf(`{"url":"https://h%d.example.com/","events":["booking.created"],"enabled":false}`, i), ""), 201)
		}
		h.play([]scene{{"too many", "POST", "/v1/webhooks", `{"url":"https://one.more.example.com/","events":["booking.created"]}`, "", 422, "too_many"}})
		for _, path := range []string{"/v1/webhooks", "/v1/webhooks/" + id} {
			if b := h.request("GET", path, "").body; strings.Contains(b, "whsec_") || strings.Contains(b, "signing") {
				t.Errorf("%s shows a secret: %s", path, b)
			}
		}
		if strings.Contains(h.log.String(), "whsec_") {
			t.Error("a secret is in the log")
		}
		h.play([]scene{
			{"remove", "DELETE", "/v1/webhooks?id=" + id, "", manager, 204, ""},
			{"again", "DELETE", "/v1/webhooks/" + id, "", "", 404, "unknown_webhook id"},
			{"nothing", "DELETE", "/v1/webhooks", "", "", 422, "missing id"},
		})
	})
}

func TestDeliveriesAreKeptAndCanBeSentAgain(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["session.abandoned"]}`), 201).get("id")
		deliveries := "/v1/webhooks/" + id + "/deliveries"
		h.receivers.status = 500
		session := h.left("c1", "+16145550142")
		time.Sleep(time.Minute)
		synctest.Wait()
		ping := h.must(h.request("POST", "/v1/webhooks/"+id+"/test", ""), 202)
		synctest.Wait()
		h.play([]scene{
			{"newest first", "GET", deliveries, "", "", 200, "items.0.event=ping items.0.status=failed items.0.attempts.0.status=500 items.1.event=session.abandoned items.1.status=pending items.1.attempts.1.answer=no items.1.attempts.2.at= items.1.payload.data.session=" + session},
			{"who", "GET", deliveries + "?status=pending", "", "", 200, "items.0.payload.data.customer.phone=+16145550142 items.0.payload.data.follow_up.state=due items.1.id="},
			{"in trouble", "GET", "/v1/webhooks/" + id, "", "", 200, "failing_since=2026-03-10T14:00:00Z"},
			{"off", "PUT", "/v1/webhooks/" + id, `{"enabled":false}`, "", 200, "enabled=false"},
			{"not while it is off", "POST", deliveries + "/" + h.request("GET", deliveries, "").get("items.1.id") + "/redeliver", "", "", 409, "webhook_disabled"},
			{"on", "PUT", "/v1/webhooks/" + id, `{"enabled":true}`, "", 200, "enabled=true failing_since="},
		})
		h.receivers.status = 0
		d := h.request("GET", deliveries, "").get("items.1.id")
		h.must(h.request("POST", deliveries+"/"+d+"/redeliver", ""), 202)
		h.must(h.request("POST", deliveries+"/"+ping.get("id")+"/redeliver", ""), 202)
		synctest.Wait()
		h.play([]scene{
			{"both are there", "GET", deliveries + "?status=delivered", "", "", 200, "items.0.event=ping items.1.id=" + d + " items.1.attempts.2.status=200 items.1.next_attempt_at="},
		})
		bodies := map[string]bool{}
		for _, p := range h.receivers.got {
			if p.ID == d {
				bodies[string(p.Body)] = true
			}
		}
		if len(bodies) != 1 {
			t.Errorf("the body changed between the tries: %v", bodies)
		}
		page := h.request("GET", deliveries+"?limit=1", "")
		if next := h.request("GET", deliveries+"?limit=1&cursor="+page.get("next_cursor"), ""); next.get("items.0.id") != d || next.get("next_cursor") != "" {
			t.Errorf("second page: %s", next.body)
		}
		if m := h.request("GET", "/metrics", "").body; !strings.Contains(m, `rebook_webhook_deliveries_total{result="delivered"} 2`) ||
			!strings.Contains(m, `rebook_webhook_deliveries_total{result="retried"} 2`) || !strings.Contains(m, `rebook_webhook_deliveries_total{result="failed"} 1`) {
			t.Error("the metrics do not count deliveries")
		}
	})
}

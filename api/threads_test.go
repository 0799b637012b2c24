package api

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// A customer texts, a person answers, hands back, and whoever has no thread is told so.
func TestThreadScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		csr, office := "Authorization: Bearer "+h.key(booking.RoleCSR), "Authorization: Bearer "+h.key(booking.RoleOffice)
		if a := h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"+16145550123","body":"hi, is anybody there?"}`); a.status != 201 {
			t.Fatalf("inbound: %d %s", a.status, a.body)
		}
		const id = "/v1/threads/+16145550142"
		time.Sleep(time.Second)
		h.play([]scene{
			{"list", "GET", "/v1/threads", "", office, 200, `items.0.id=+16145550142 items.0.unread=1`},
			{"with messages", "GET", id, "", office, 200, `owner=human state=open messages.0.author=customer messages.0.direction=inbound`},
			{"unescaped plus", "GET", "/v1/threads/%2016145550142", "", office, 200, `id=+16145550142`},
			{"nobody's", "GET", "/v1/threads/+16145550199", "", office, 404, "unknown_thread id"},
			{"no number", "GET", "/v1/threads/x", "", office, 422, "phone_invalid id"},
			{"office writes nothing", "POST", id + "/messages", `{"body":"Hi"}`, office, 403, "forbidden"},
			{"empty text", "POST", id + "/messages", `{"body":"  "}`, csr, 422, "missing body"},
			{"a person answers", "POST", id + "/messages", `{"body":"Yes, this is Denise."}`, csr, 201, `author=human direction=outbound status=queued`},
			{"takeover", "POST", id + "/takeover", "", csr, 200, `owner=human state=handed_off unread=0`},
			{"no agent to hand back to", "POST", id + "/release", `{"note":"x"}`, csr, 409, "no_agent id"},
		})
		synctest.Wait()
		h.play([]scene{{"sent", "GET", id, "", office, 200, `messages.1.status=delivered messages.1.segments=1`}})
		if a := h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142"}`); a.status != 201 {
			t.Fatalf("opt-out: %d %s", a.status, a.body)
		}
		h.play([]scene{{"opted out", "POST", id + "/messages", `{"body":"Hi"}`, csr, 409, "opted_out id"}})
	})
}

func TestRehearsalScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		const good = `{"name":"tomorrow","now":"2026-03-10T15:20:00-04:00","mode":"ai_agent",
			"world":{"business":{"name":"Brightwater","timezone":"America/New_York","office_phone":"+16145550100"},"services":[{"name":"AC repair"}],
				"windows":[{"id":"w1","start":"2026-03-11T08:00:00-04:00","end":"2026-03-11T10:00:00-04:00","capacity":1,"open":1}]},
			"session":{"customer":{"first_name":"Al","phone":"+16145550142","address":{"line1":"1 Oak St","postal_code":"43201"}},"service":"AC repair","consent":{"sms":true,"text":"I agree to texts. Reply STOP to opt out."}},
			"turns":[{"from":"agent","text":"Hi, this is the automated assistant of Brightwater."},{"from":"customer","text":"tomorrow?"},{"from":"customer","text":"yes","after":"1m"}],
			"expect":{"outcome":"booked","actions":[{"do":"book","window":"w1","times":1}],"max_messages":2}}`
		h.play([]scene{
			{"good", "POST", "/v1/rehearsals", good, "", 200, `name=tomorrow passed=true outcome=booked`},
			{"an expectation that is not met", "POST", "/v1/rehearsals", strings.Replace(good, `"booked"`, `"cancelled"`, 1), "", 200, `passed=false outcome=booked`},
			{"no turns", "POST", "/v1/rehearsals", `{"name":"x","now":"2026-03-10T15:20:00-04:00","world":{}}`, "", 422, "invalid_rehearsal turns"},
			{"a world elsewhere", "POST", "/v1/rehearsals", `{"name":"x","now":"2026-03-10T15:20:00-04:00","world":"/etc/passwd","turns":[{"from":"customer","text":"x"}]}`, "", 422, "invalid_rehearsal world"},
		})
		if n := h.texts(); n != 0 {
			t.Errorf("a rehearsal sent %d texts", n)
		}
	})
}

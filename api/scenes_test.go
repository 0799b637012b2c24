package api

import (
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// scene is one request and what must come of it. Scenes of a table run one after the other in one house.
type scene struct {
	name         string
	method, path string
	body         string
	headers      string // "Name: value", one; "" asks as administrator
	status       int
	want         string // of a refusal "code field", of a success "path=value", several separated by blanks
}

func (h *house) play(scenes []scene) {
	h.t.Helper()
	for _, s := range scenes {
		var headers []string
		if s.headers != "" {
			headers = []string{s.headers}
		}
		a := h.request(s.method, s.path, s.body, headers...)
		if a.status != s.status {
			h.t.Errorf("%s: %s %s %.300s: status %d, want %d: %.300s", s.name, s.method, s.path, s.body, a.status, s.status, a.body)
			continue
		}
		if s.status == 204 && a.body != "" {
			h.t.Errorf("%s: a 204 has a body: %q", s.name, a.body)
		}
		if s.status >= 400 && a.status != 404 || strings.HasPrefix(s.want, "unknown_") || strings.HasPrefix(s.want, "no") {
			if got := strings.TrimSpace(a.code() + " " + a.field()); got != s.want {
				h.t.Errorf("%s: %s %s %.300s: refused with %q, want %q: %.300s", s.name, s.method, s.path, s.body, got, s.want, a.body)
			}
			continue
		}
		for pair := range strings.FieldsSeq(s.want) {
			path, want, _ := strings.Cut(pair, "=")
			if got := a.get(path); got != want {
				h.t.Errorf("%s: %s %s %.300s: %s is %q, want %q: %.300s", s.name, s.method, s.path, s.body, path, got, want, a.body)
			}
		}
	}
}

func TestAccountScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		h.play([]scene{
			{"good", "GET", "/v1/account", "", "", 200, `id=main settings.hours.weekday=["09:00","20:00"] settings.hours.sunday=["12:00","20:00"]`},
			{"defaults", "GET", "/v1/account", "", "", 200, `settings.frequency.max=3 settings.frequency.per=24h settings.abandon_after=60s settings.latest_after=48h settings.require_consent=true settings.retention=2160h settings.reply_wait=8s settings.reply_window=10m settings.holdout=0 settings.nudges=0 settings.state_rules=true`},
			{"absent fields stay", "PUT", "/v1/account", `{"settings":{"hours":{"saturday":[]},"holdout":5}}`, "", 200, `settings.holdout=5 settings.hours.saturday=[] settings.hours.weekday=["09:00","20:00"] sms_follow_up_enabled=true`},
			{"null is empty", "PUT", "/v1/account", `{"website":"https://x.example","office_phone":null}`, "", 200, `website=https://x.example office_phone=`},
			{"phones are put into E.164", "PUT", "/v1/account", `{"office_phone":"(614) 555-0100"}`, "", 200, `office_phone=+16145550100`},
			{"unknown field", "PUT", "/v1/account", `{"nmae":"x"}`, "", 400, "unknown_field nmae"},
			{"unknown field below", "PUT", "/v1/account", `{"settings":{"frequency":{"maximum":1}}}`, "", 400, "unknown_field settings.frequency.maximum"},
			{"case matters", "PUT", "/v1/account", `{"Name":"x"}`, "", 400, "unknown_field Name"},
			{"twice", "PUT", "/v1/account", `{"name":"x","name":"y"}`, "", 400, "duplicate_field name"},
			{"wrong type", "PUT", "/v1/account", `{"settings":{"holdout":"5"}}`, "", 400, "wrong_type settings.holdout"},
			{"wrong type of list", "PUT", "/v1/account", `{"settings":{"hours":{"weekday":"09:00-20:00"}}}`, "", 400, "wrong_type settings.hours.weekday"},
			{"not JSON", "PUT", "/v1/account", `{"name":`, "", 400, "invalid_json"},
			{"empty", "PUT", "/v1/account", ``, "", 400, "invalid_json"},
			{"a list", "PUT", "/v1/account", `[]`, "", 400, "wrong_type"},
			{"two documents", "PUT", "/v1/account", `{"name":"x"}{"name":"y"}`, "", 400, "invalid_json"},
			{"not UTF-8", "PUT", "/v1/account", "{\"name\":\"\xff\"}", "", 400, "invalid_utf8"},
			{"too deep", "PUT", "/v1/account", `{"name":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "", 400, "too_deep name[0][0][0][0][0][0][0][0][0][0][0][0]…"},
			{"bad duration", "PUT", "/v1/account", `{"settings":{"abandon_after":"soon"}}`, "", 422, "invalid_duration settings.abandon_after"},
			{"bad hours", "PUT", "/v1/account", `{"settings":{"hours":{"sunday":["9","10"]}}}`, "", 422, "hours_invalid settings.hours.sunday"},
			{"loosened", "PUT", "/v1/account", `{"settings":{"latest_after":"72h"}}`, "", 422, "out_of_range settings.latest_after"},
			{"bad zone", "PUT", "/v1/account", `{"timezone":"Mars/Olympus"}`, "", 422, "unknown_timezone timezone"},
			{"manager may change settings", "PUT", "/v1/account", `{"settings":{"holdout":7}}`, manager, 200, "settings.holdout=7"},
			{"manager may repeat the switch", "PUT", "/v1/account", `{"sms_follow_up_enabled":true}`, manager, 200, "sms_follow_up_enabled=true"},
			{"manager may not switch", "PUT", "/v1/account", `{"name":"taken over","sms_follow_up_enabled":false}`, manager, 403, "forbidden sms_follow_up_enabled"},
			{"and nothing of it was written", "GET", "/v1/account", "", "", 200, "sms_follow_up_enabled=true"},
			{"administrator may", "PUT", "/v1/account", `{"sms_follow_up_enabled":false}`, "", 200, "sms_follow_up_enabled=false"},
			{"registration", "GET", "/v1/registration", "", "", 200, "status=approved rejections=[]"},
		})
	})
}

func TestPhoneNumberScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		draft := booking.Registration{Status: booking.RegistrationInReview}
		h.play([]scene{
			{"list", "GET", "/v1/phone-numbers", "", "", 200, "items.0.number=+16145550123 items.0.default_outbound=true items.0.sms_capable=true"},
			{"label", "PUT", "/v1/phone-numbers/+16145550123", `{"label":"Front"}`, "", 200, "label=Front default_outbound=true"},
			{"escaped", "PUT", "/v1/phone-numbers/%2B16145550123", `{"label":"Desk"}`, "", 200, "label=Desk"},
			{"unknown", "PUT", "/v1/phone-numbers/+16145550199", `{"label":"x"}`, "", 404, "unknown_number id"},
			{"number stays", "PUT", "/v1/phone-numbers/+16145550123", `{"number":"+16145550124"}`, "", 422, "read_only number"},
			{"off", "PUT", "/v1/phone-numbers/+16145550123", `{"default_outbound":false}`, "", 200, "default_outbound=false"},
		})
		if _, err := h.engine.SetRegistration(h.t.Context(), account, draft); err != nil {
			t.Fatal(err)
		}
		h.play([]scene{
			{"before approval", "PUT", "/v1/phone-numbers/+16145550123", `{"default_outbound":true}`, "", 409, "registration_required default_outbound"},
			{"and nothing was set", "GET", "/v1/phone-numbers", "", "", 200, "items.0.default_outbound=false"},
			{"other fields may change", "PUT", "/v1/phone-numbers/+16145550123", `{"label":"Front"}`, "", 200, "label=Front"},
			{"it is an alarm", "GET", "/v1/alarms", "", "", 200, "items.0.code=phone_number_missing items.1.code=registration_missing"},
		})
	})
}

func TestSchedulerScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"list", "GET", "/v1/schedulers", "", "", 200, "items.0.id=web items.0.follow_up.mode=prefilled_link items.0.follow_up.delay=15m items.0.services=[] next_cursor="},
			{"create", "POST", "/v1/schedulers", `{"id":"blog","name":"Blog","url":"https://blog.example/book","services":[{"name":"AC repair","duration":"2h","keywords":["cool"]}],"follow_up":{"enabled":true,"delay":"15s"}}`, "", 201,
				"id=blog follow_up.delay=15s follow_up.mode=prefilled_link services.0.duration=2h services.0.keywords.0=cool"},
			{"again", "POST", "/v1/schedulers", `{"id":"blog","name":"Blog","url":"https://blog.example/book"}`, "", 409, "scheduler_exists id"},
			{"key of another", "POST", "/v1/schedulers", `{"id":"thief","name":"Thief","url":"https://blog.example/","publishable_key":"` + pageKey + `"}`, "", 409, "publishable_key_taken publishable_key"},
			{"key that is a secret", "POST", "/v1/schedulers", `{"id":"thief","name":"Thief","url":"https://blog.example/","publishable_key":"` + adminKey + `"}`, "", 409, "publishable_key_taken publishable_key"},
			{"key for a header", "POST", "/v1/schedulers", `{"id":"thief","name":"Thief","url":"https://blog.example/","publishable_key":"a\r\nb"}`, "", 422, "invalid_publishable_key publishable_key"},
			{"no name", "POST", "/v1/schedulers", `{"url":"https://blog.example/"}`, "", 422, "missing name"},
			{"bad address", "POST", "/v1/schedulers", `{"name":"x","url":"javascript:alert(1)"}`, "", 422, "invalid_url url"},
			{"bad delay", "POST", "/v1/schedulers", `{"name":"x","url":"https://x.example/","follow_up":{"delay":"15"}}`, "", 422, "invalid_duration follow_up.delay"},
			{"unknown field in a list", "POST", "/v1/schedulers", `{"name":"x","url":"https://x.example/","services":[{"name":"a"},{"nme":"b"}]}`, "", 400, "unknown_field services[1].nme"},
			{"one", "GET", "/v1/schedulers/blog", "", "", 200, "name=Blog"},
			{"unknown", "GET", "/v1/schedulers/none", "", "", 404, "unknown_scheduler scheduler"},
			{"merge", "PUT", "/v1/schedulers/blog", `{"follow_up":{"enabled":false}}`, "", 200, "name=Blog follow_up.enabled=false follow_up.delay=15s services.0.duration=2h"},
			{"lists are replaced whole", "PUT", "/v1/schedulers/blog", `{"services":[{"name":"Drain"}]}`, "", 200, "services.0.name=Drain services.0.keywords=[] services.0.duration= services.1.name="},
			{"the ID stays", "PUT", "/v1/schedulers/blog", `{"id":"other"}`, "", 422, "read_only id"},
			{"the key stays", "PUT", "/v1/schedulers/blog", `{"publishable_key":"pk_mine"}`, "", 422, "read_only publishable_key"},
			{"unknown to change", "PUT", "/v1/schedulers/none", `{"name":"x"}`, "", 404, "unknown_scheduler scheduler"},
			{"windows", "PUT", "/v1/schedulers/blog/windows", `{"items":[{"id":"w1","start":"2026-03-11T08:00:00-04:00","end":"2026-03-11T10:00:00-04:00","capacity":2,"note":"morning"}]}`, "", 200,
				"items.0.id=w1 items.0.start=2026-03-11T12:00:00Z items.0.open=2 items.0.note=morning"},
			{"windows back", "GET", "/v1/schedulers/blog/windows", "", "", 200, "items.0.end=2026-03-11T14:00:00Z items.0.capacity=2"},
			{"bare list", "PUT", "/v1/schedulers/blog/windows", `[{"id":"w2","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z"}]`, "", 200, "items.0.id=w2 items.0.capacity=1 items.1.id="},
			{"window backwards", "PUT", "/v1/schedulers/blog/windows", `[{"id":"w2","start":"2026-03-11T15:00:00Z","end":"2026-03-11T14:00:00Z"}]`, "", 422, "out_of_range items[0].end"},
			{"window's time", "PUT", "/v1/schedulers/blog/windows", `[{"id":"w2","start":"tomorrow","end":"2026-03-11T14:00:00Z"}]`, "", 422, "invalid_time items[0].start"},
			{"window twice", "PUT", "/v1/schedulers/blog/windows", `[{"id":"a","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z"},{"id":"a","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z"}]`, "", 422, "duplicate_id items[1].id"},
			{"window's field", "PUT", "/v1/schedulers/blog/windows", `{"items":[{"id":"a","begin":"x"}]}`, "", 400, "unknown_field items[0].begin"},
			{"nobody's windows", "PUT", "/v1/schedulers/none/windows", `[]`, "", 404, "unknown_scheduler scheduler"},
			{"nobody's windows", "GET", "/v1/schedulers/none/windows", ``, "", 404, "unknown_scheduler scheduler"},
			{"what was refused is not there", "GET", "/v1/schedulers/blog/windows", "", "", 200, "items.0.id=w2 items.1.id="},
			{"delete", "DELETE", "/v1/schedulers/blog", "", "", 204, ""},
			{"delete again", "DELETE", "/v1/schedulers/blog", "", "", 404, "unknown_scheduler scheduler"},
			{"no thief came in", "GET", "/v1/schedulers", "", "", 200, "items.0.id=web items.1.id="},
		})
	})
}

func TestFactsScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"none yet", "GET", "/v1/facts", "", "", 200, "items=[]"},
			{"put", "PUT", "/v1/facts", `[{"id":"fee","text":"The visit costs $89.","prices":[8900]}]`, "", 200, "items.0.id=fee items.0.prices=[8900]"},
			{"put what GET gives", "PUT", "/v1/facts", `{"items":[{"id":"fee","text":"The visit costs $89."}],"next_cursor":null}`, "", 200, "items.0.id=fee items.0.prices="},
			{"no text", "PUT", "/v1/facts", `[{"id":"fee"}]`, "", 422, "missing items[0].text"},
			{"price in dollars", "PUT", "/v1/facts", `[{"id":"fee","text":"x","prices":[89.5]}]`, "", 400, "wrong_type prices"},
			{"back", "GET", "/v1/facts", "", "", 200, "items.0.id=fee items.1.id="},
		})
	})
}

func TestOptOutScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		csr := "Authorization: Bearer " + h.key(booking.RoleCSR)
		h.play([]scene{
			{"none yet", "GET", "/v1/opt-outs", "", "", 200, "items=[]"},
			{"create", "POST", "/v1/opt-outs", `{"phone":"(614) 555-0142","text":"no more texts please"}`, csr, 201, "phone=+16145550142 source=api at=2026-03-10T14:00:00Z"},
			{"again changes nothing", "POST", "/v1/opt-outs", `{"phone":"+16145550142","source":"staff","text":"other"}`, "", 201, "source=api"},
			{"not a number", "POST", "/v1/opt-outs", `{"phone":"call me"}`, "", 422, "phone_invalid phone"},
			{"no number", "POST", "/v1/opt-outs", `{}`, "", 422, "phone_missing phone"},
			{"list", "GET", "/v1/opt-outs", "", "", 200, "items.0.phone=+16145550142 items.1.phone="},
			{"of another", "DELETE", "/v1/opt-outs/+16145550143", "", "", 404, "unknown_opt_out phone"},
			{"bad number", "DELETE", "/v1/opt-outs/abc", "", "", 422, "phone_invalid phone"},
			{"no number", "DELETE", "/v1/opt-outs", "", "", 422, "phone_missing phone"},
			{"unescaped plus", "DELETE", "/v1/opt-outs?phone=+16145550142", "", csr, 204, ""},
			{"gone", "GET", "/v1/opt-outs", "", "", 200, "items=[]"},
		})
		h.left("c1", "+16145550142")
		h.play([]scene{
			{"again", "POST", "/v1/opt-outs", `{"phone":"+16145550142"}`, "", 201, ""},
			{"escaped", "DELETE", "/v1/opt-outs/%2B16145550142", "", "", 204, ""},
		})
	})
}

func TestAPIKeyScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"list", "GET", "/v1/api-keys", "", "", 200, "items.0.label=bootstrap items.0.role=administrator items.0.secret= items.0.digest="},
			{"unknown role", "POST", "/v1/api-keys", `{"role":"god"}`, "", 422, "unknown_role role"},
			{"publishable is no role of a person", "POST", "/v1/api-keys", `{"role":"publishable"}`, "", 422, "unknown_role role"},
			{"no role", "POST", "/v1/api-keys", `{"label":"x"}`, "", 422, "missing role"},
			{"own secret", "POST", "/v1/api-keys", `{"role":"csr","secret":"1234567890123456"}`, "", 400, "unknown_field secret"},
			{"unknown to delete", "DELETE", "/v1/api-keys/none", "", "", 404, "unknown_key id"},
			{"nothing to delete", "DELETE", "/v1/api-keys", "", "", 422, "missing id"},
		})
		a := h.must(h.request("POST", "/v1/api-keys", `{"role":"csr","label":"Kim"}`), 201)
		secret, id := a.get("secret"), a.get("id")
		if len(secret) < 20 || a.get("role") != "csr" || a.get("label") != "Kim" {
			t.Fatalf("new key: %s", a.body)
		}
		if list := h.request("GET", "/v1/api-keys", ""); strings.Contains(list.body, secret) {
			t.Error("the secret is shown twice")
		}
		h.play([]scene{
			{"works", "GET", "/v1/sessions", "", "Authorization: Bearer " + secret, 200, "items=[]"},
			{"revoke", "DELETE", "/v1/api-keys/" + id, "", "", 204, ""},
			{"works no more, at once", "GET", "/v1/sessions", "", "Authorization: Bearer " + secret, 401, "unknown_key Authorization"},
		})
		boot := h.request("GET", "/v1/api-keys", "").get("items.0.id")
		h.play([]scene{
			{"the last administrator stays", "DELETE", "/v1/api-keys?id=" + boot, "", "", 409, "last_administrator id"},
			{"and is still in", "GET", "/v1/api-keys", "", "", 200, "items.0.label=bootstrap"},
		})
	})
}

func TestSimulatorScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"inbound", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":"hello"}`, "", 201, "direction=inbound from=+16145550142 body=hello"},
			{"media by number", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":"","media":2}`, "", 201, "media.1=https://media.example/2"},
			{"media by address", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":"","media":["https://a.example/1"]}`, "", 201, "media.0=https://a.example/1"},
			{"media nonsense", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":"","media":"x"}`, "", 400, "wrong_type media"},
			{"empty", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":""}`, "", 422, "invalid_message body"},
			{"nobody", "POST", "/v1/simulator/inbound", `{"to":"` + ours + `","body":"x"}`, "", 422, "phone_missing from"},
			{"faults", "PUT", "/v1/simulator/faults", `{"next":[{"error_code":30006}]}`, "", 200, "next.0.error_code=30006"},
			{"bad fault", "PUT", "/v1/simulator/faults", `{"next":[{"error_code":1}]}`, "", 422, "invalid_fault next[0].error_code"},
			{"fault's name", "PUT", "/v1/simulator/faults", `{"next":[{"code":1}]}`, "", 400, "unknown_field next[0].code"},
			{"still the old ones", "GET", "/v1/simulator/faults", "", "", 200, "next.0.error_code=30006"},
			{"page", "GET", "/v1/simulator/messages?limit=2", "", "", 200, "items.1.media.0=https://media.example/1 items.2.sid="},
			{"bad cursor", "GET", "/v1/simulator/messages?cursor=!!", "", "", 422, "invalid_cursor cursor"},
			{"unknown cursor", "GET", "/v1/simulator/messages?cursor=abcd", "", "", 422, "invalid_cursor cursor"},
			{"stop", "POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"` + ours + `","body":"STOP"}`, "", 201, ""},
			{"is an opt-out", "GET", "/v1/opt-outs", "", "", 200, "items.0.phone=+16145550142 items.0.source=text items.0.text=STOP"},
		})
		next := h.request("GET", "/v1/simulator/messages?limit=2", "").get("next_cursor")
		if a := h.request("GET", "/v1/simulator/messages?limit=1000&cursor="+next, ""); !strings.Contains(a.body, "https://a.example/1") || strings.Contains(a.body, "hello") {
			t.Errorf("second page: %s", a.body)
		}
		if n := h.texts(); n != 0 {
			t.Errorf("%d texts were sent", n)
		}
	})
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"none", "GET", "/v1/simulator/messages", "", "", 404, "no_simulator"},
			{"none", "POST", "/v1/simulator/inbound", `{}`, "", 404, "no_simulator"},
			{"none", "PUT", "/v1/simulator/faults", `{}`, "", 404, "no_simulator"},
			{"and no key, no hint of it", "GET", "/v1/simulator/messages", "", "Authorization: ", 401, "missing_key Authorization"},
		})
	}, func(o *Options) { o.Simulator = nil })
}

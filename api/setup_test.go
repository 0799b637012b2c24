package api

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// particulars is a business that reviewers have nothing against.
const particulars = `{"legal_name":"Brightwater Home Services LLC","business_type":"Limited Liability Corporation","industry":"CONSTRUCTION",
	"company_type":"public","website":"https://www.brightwater.example","address":{"line1":"12 Elm Street","city":"Columbus","state":"OH","postal_code":"43017"},
	"representative":{"first_name":"Jo","last_name":"Miller","email":"jo@brightwater.example","phone":"+16145550101","title":"Owner","position":"CEO"},
	"privacy_url":"https://www.brightwater.example/privacy","terms_url":"https://www.brightwater.example/terms",
	"support_email":"help@brightwater.example","support_phone":"+16145550100"}`

// The original feature's three steps, by API calls only: from an account that has nothing to the first text.
func TestThreeStepsFromNothingToTheFirstText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouseFrom(t, engine.Seed{Account: booking.Account{Name: "Brightwater Home Services", Timezone: "America/New_York", Settings: booking.DefaultSettings()}, AdminSecret: adminKey})
		defer h.close()
		support := "Authorization: Bearer " + h.key(booking.RoleSupport)
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)

		// The gate: the feature is off, and nobody but support or an administrator opens it.
		h.must(h.request("PUT", "/v1/registration", `{"ein":"31-1234567"}`), 200)
		if a := h.request("POST", "/v1/registration/submit", ""); a.status != 409 || a.code() != "account_disabled" || a.field() != "sms_follow_up_enabled" {
			t.Errorf("submitted while the feature is off: %d %s", a.status, a.body)
		}
		if a := h.request("PUT", "/v1/account", `{"sms_follow_up_enabled":true}`, manager); a.status != 403 {
			t.Errorf("a manager opened the gate: %d %s", a.status, a.body)
		}
		h.must(h.request("PUT", "/v1/account", `{"sms_follow_up_enabled":true}`, support), 200)

		// A scheduler that is switched on says everything that it lacks.
		a := h.must(h.request("POST", "/v1/schedulers", `{"id":"web","name":"Website","url":"https://www.brightwater.example/book","publishable_key":"`+pageKey+`",
			"origins":["`+site+`"],"services":[{"name":"AC repair"}],"follow_up":{"enabled":true}}`), 201)
		if a.get("missing.0.code") != "phone_number_missing" || a.get("missing.1.code") != "registration_missing" || a.get("missing.0.fix") == "" {
			t.Errorf("what is missing: %s", a.get("missing"))
		}
		if a := h.request("GET", "/v1/alarms", ""); a.get("items.0.code") != "phone_number_missing" || a.get("items.1.code") != "registration_missing" {
			t.Errorf("alarms: %s", a.body)
		}
		if m := h.request("GET", "/metrics", ""); !strings.Contains(m.body, `rebook_alarms{code="registration_missing"} 1`) {
			t.Error("no metric of the alarm")
		}

		// Step 1: company, identifiers, stock details; the preflight; the submission.
		h.must(h.request("PUT", "/v1/registration", particulars), 200)
		if a := h.must(h.request("POST", "/v1/registration/preflight", ""), 200); !strings.Contains(a.get("items"), `"field":"stock_ticker"`) || a.get("proposed.samples.1") == "" {
			t.Errorf("preflight of a public company without stock details: %s", a.body)
		}
		if a := h.request("POST", "/v1/registration/submit", ""); a.status != 422 || a.code() != "preflight_failed" || a.get("error.items.0.severity") == "" {
			t.Errorf("submitted with findings: %d %s", a.status, a.body)
		}
		h.must(h.request("PUT", "/v1/registration", `{"stock_exchange":"NYSE","stock_ticker":"brw"}`), 200)
		if a := h.request("POST", "/v1/registration/submit", "", manager); a.status != 403 {
			t.Errorf("a manager submitted: %d %s", a.status, a.body)
		}
		h.must(h.request("PUT", "/v1/simulator/faults", `{"next":[],"registration":"reject"}`), 200)
		if a := h.must(h.request("POST", "/v1/registration/submit", ""), 202); a.get("status") != "submitted" || a.get("stock_ticker") != "BRW" {
			t.Errorf("submitted: %s", a.body)
		}
		if a := h.request("PUT", "/v1/registration", `{"ein":"31-7654321"}`); a.status != 409 || a.code() != "registration_locked" {
			t.Errorf("edited after the submission: %d %s", a.status, a.body)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		a = h.must(h.request("GET", "/v1/registration", ""), 200)
		if a.get("status") != "rejected" || a.get("rejections.0.code") != "30795" || a.get("rejections.0.field") != "ein" || a.get("rejections.1.field") != "legal_name" || a.get("rejections.0.fix") == "" {
			t.Errorf("rejected: %s", a.body)
		}
		if a := h.request("PUT", "/v1/phone-numbers/x", `{}`); a.status != 404 {
			t.Errorf("no number yet: %d %s", a.status, a.body)
		}

		// Mended, and submitted again.
		h.must(h.request("PUT", "/v1/registration", `{"ein":"31-7654321"}`), 200)
		h.must(h.request("PUT", "/v1/simulator/faults", `{"next":[],"registration":"approve"}`), 200)
		h.must(h.request("POST", "/v1/registration/submit", ""), 202)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if a = h.must(h.request("GET", "/v1/registration", ""), 200); a.get("status") != "approved" || a.get("messaging_service") == "" || a.get("ein") != "31-7654321" || a.get("updates_left") != "2" {
			t.Errorf("approved: %s", a.body)
		}

		// Step 2: the numbers, and the default one.
		a = h.must(h.request("POST", "/v1/phone-numbers/sync", ""), 200)
		if a.get("items.0.number") != ours || a.get("items.1.sms_capable") != "false" {
			t.Errorf("numbers: %s", a.body)
		}
		if b := h.request("PUT", "/v1/phone-numbers/"+a.get("items.1.id"), `{"default_outbound":true}`); b.status != 409 || b.code() != "number_cannot_text" {
			t.Errorf("a number without SMS as the default: %d %s", b.status, b.body)
		}
		h.must(h.request("PUT", "/v1/phone-numbers/"+ours, `{"default_outbound":true,"label":"Office"}`), 200)

		time.Sleep(time.Second)

		// Step 3: number and mode at the scheduler.
		a = h.must(h.request("PUT", "/v1/schedulers/web", `{"follow_up":{"enabled":true,"phone_number":"`+ours+`","mode":"prefilled_link"}}`), 200)
		if a.get("missing") != "" {
			t.Errorf("still missing: %s", a.body)
		}
		if a := h.request("GET", "/v1/alarms", ""); a.get("items") != "[]" {
			t.Errorf("alarms: %s", a.body)
		}

		// Fifteen minutes after an abandoned session the text is out.
		h.left("c1", "(614) 555-0142")
		time.Sleep(15*time.Minute - time.Second)
		synctest.Wait()
		if n := h.texts(); n != 0 {
			t.Errorf("%d texts before their time", n)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := h.texts(); n != 1 {
			t.Errorf("%d texts, want 1", n)
		}

		// Who did what stands in the audit log, the newest first.
		a = h.must(h.request("GET", "/v1/audit", ""), 200)
		if a.get("items.0.action") != "PUT /v1/schedulers/web" || a.get("items.0.who.kind") != "key" || a.get("items.0.who.role") != "administrator" {
			t.Errorf("audit: %.400s", a.body)
		}
		for _, want := range []string{`"before":{"sms_follow_up_enabled":false},"after":{"sms_follow_up_enabled":true}`, `"action":"registration campaign_review"`, `"kind":"system"`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the audit log lacks %s: %s", want, a.body)
			}
		}
		if strings.Contains(a.body, adminKey) {
			t.Error("a secret stands in the audit log")
		}
	})
}

func TestAnApprovedCampaignIsAdopted(t *testing.T) {
	inHouse(t, func(h *house) {
		if _, err := h.engine.SetRegistration(h.t.Context(), account, booking.Registration{Status: booking.RegistrationDraft}); err != nil {
			t.Fatal(err)
		}
		services := h.must(h.request("GET", "/v1/registration/services", ""), 200)
		mg := services.get("items.0.id")
		if services.get("items.0.status") != "approved" || mg == "" {
			t.Fatalf("services: %s", services.body)
		}
		if a := h.request("POST", "/v1/registration/adopt", `{"messaging_service":"nonsense"}`); a.status != 404 || a.code() != "unknown_at_carrier" {
			t.Errorf("adopted nonsense: %d %s", a.status, a.body)
		}
		a := h.must(h.request("POST", "/v1/registration/adopt", `{"messaging_service":"`+mg+`"}`), 200)
		if a.get("status") != "approved" || a.get("messaging_service") != mg || a.get("adopted") != "true" {
			t.Errorf("adopted: %s", a.body)
		}
	})
}

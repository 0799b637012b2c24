package twiliotest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// create makes a thing. The same name twice is what a crash must not lead to.
func (r *Registry) create(kind, prefix string, form url.Values) (any, error) {
	name := form.Get("FriendlyName")
	for _, t := range r.things {
		if t.Kind == kind && t.Name == name {
			return nil, no(20001, "repeated: %s %q", kind, name)
		}
	}
	t := r.add(kind, prefix, name, form, "")
	t.Status = "draft"
	return r.show(t), nil
}

func (r *Registry) update(t *Thing, form url.Values) (any, error) {
	maps.Copy(t.Form, form)
	t.Updated = r.Now()
	for _, a := range r.things { // what holds it has to be evaluated again
		if a.Kind == "assignment" && a.Form.Get("ObjectSid") == t.SID {
			r.things[a.Parent].Checked = false
		}
	}
	return r.show(t), nil
}

func (r *Registry) assign(parent string, form url.Values) (any, error) {
	object := r.things[form.Get("ObjectSid")]
	if object == nil {
		return nil, no(20001, "there is no %s to assign", form.Get("ObjectSid"))
	}
	for _, t := range r.things {
		if t.Kind == "assignment" && t.Parent == parent && t.Form.Get("ObjectSid") == object.SID {
			return nil, no(45010, "repeated: %s is assigned already", object.SID)
		}
	}
	return r.show(r.add("assignment", "BV", "", form, parent)), nil
}

// evaluate wants as many assignments as the policy has requirements.
func (r *Registry) evaluate(t *Thing, needs int, form url.Values) (any, error) {
	if form.Get("PolicySid") != t.Form.Get("PolicySid") {
		return nil, no(20001, "evaluated by another policy")
	}
	if strings.HasPrefix(t.Form.Get("PolicySid"), "RN806dd") { // the starter profile
		needs = 2
	}
	n := 0
	for _, a := range r.things {
		if a.Kind == "assignment" && a.Parent == t.SID {
			n++
		}
	}
	if n < needs {
		return nil, no(22217, "wrong order: evaluated with %d of %d parts", n, needs)
	}
	v := r.show(r.add("evaluation", "EL", "", form, t.SID))
	t.Checked, v["status"], v["results"] = true, "compliant", []any{}
	if r.Lacks != "" {
		t.Checked, v["status"] = false, "noncompliant"
		v["results"] = []any{map[string]any{"requirement_name": "x", "passed": false, "failure_reason": "A field is missing.", "error_code": 22215,
			"invalid": []any{map[string]any{"object_field": r.Lacks, "failure_reason": "The field is not valid.", "error_code": 22215}}}}
	}
	return v, nil
}

func (r *Registry) submit(t *Thing, form url.Values) (any, error) {
	if form.Get("Status") != "pending-review" || !t.Checked {
		return nil, no(20001, "wrong order: submitted before it was evaluated")
	}
	t.Status, t.Updated = "pending-review", r.Now()
	return r.show(t), nil
}

func (r *Registry) review() time.Duration {
	if r.Review > 0 {
		return r.Review
	}
	return time.Minute
}

// decided gives status and errors of something filed.
func (r *Registry) decided(t *Thing, approved string, reject func(int) []map[string]any) (string, []map[string]any) {
	if r.Now().Sub(t.Updated) < r.review() {
		return "PENDING", nil
	}
	if reject != nil {
		if errs := reject(t.Filed); errs != nil {
			return "FAILED", errs
		}
	}
	return approved, nil
}

func (r *Registry) messagingAnswer(method, template string, vars map[string]string, query, form url.Values) (any, error) {
	const campaigns = "/v1/Services/{MessagingServiceSid}/Compliance/Usa2p"
	mg := vars["MessagingServiceSid"]
	switch method + " " + template {
	case "POST /v1/a2p/BrandRegistrations":
		return r.fileBrand(form)
	case "POST /v1/a2p/BrandRegistrations/{Sid}":
		t := r.things[vars["Sid"]]
		if status, _ := r.decided(t, "APPROVED", r.RejectBrand); status != "FAILED" {
			return nil, no(21725, "the brand is %s, not FAILED", status)
		}
		if r.updates++; r.updates > 3 {
			return nil, no(21724, "the brand was updated three times")
		}
		t.Updated = r.Now()
		t.Filed++
		return r.show(t), nil
	case "POST /v1/a2p/BrandRegistrations/{BrandRegistrationSid}/SmsOtp":
		return map[string]any{"brand_registration_sid": vars["BrandRegistrationSid"]}, nil
	case "GET /v1/a2p/BrandRegistrations/{Sid}":
		return r.show(r.things[vars["Sid"]]), nil
	case "GET /v1/a2p/BrandRegistrations":
		return r.list("data", "brand", query, ""), nil
	case "POST /v1/Services/{ServiceSid}/PhoneNumbers":
		n := r.things[form.Get("PhoneNumberSid")]
		if n == nil || n.Kind != "number" {
			return nil, &denial{http.StatusNotFound, 20404, "there is no such number"}
		}
		for _, t := range r.things {
			if t.Kind == "pool" && t.Name == n.SID {
				return nil, no(21710, "repeated: the number is in a service already")
			}
		}
		if n.Form.Get("SMS") != "true" {
			return nil, no(21715, "the number cannot text")
		}
		r.add("pool", "XX", n.SID, form, vars["ServiceSid"])
		return map[string]any{"sid": n.SID, "service_sid": vars["ServiceSid"], "phone_number": n.Name}, nil
	case "GET " + campaigns + "/Usecases":
		if status, _ := r.decided(r.things[query.Get("BrandRegistrationSid")], "APPROVED", r.RejectBrand); status != "APPROVED" {
			return nil, no(21717, "wrong order: the brand is %s", status)
		}
		return map[string]any{"us_app_to_person_usecases": []any{map[string]any{"code": "LOW_VOLUME"}, map[string]any{"code": "SOLE_PROPRIETOR"},
			map[string]any{"code": "CUSTOMER_CARE"}}}, nil
	case "POST " + campaigns:
		return r.fileCampaign(mg, form)
	case "GET " + campaigns:
		return r.list("compliance", "campaign", query, mg), nil
	}
	t := r.campaignOf(mg)
	if t == nil {
		return nil, &denial{http.StatusNotFound, 20404, "the service has no campaign"}
	}
	switch method + " " + template {
	case "GET " + campaigns + "/{Sid}":
		return r.show(t), nil
	case "POST " + campaigns + "/{Sid}":
		if status, _ := r.decided(t, "VERIFIED", r.RejectCampaign); status != "FAILED" {
			return nil, no(20001, "the campaign is %s, not FAILED", status)
		}
		t.Updated = r.Now()
		t.Filed++
		return r.show(t), nil
	case "DELETE " + campaigns + "/{Sid}":
		delete(r.things, t.SID)
		return map[string]any{}, nil
	}
	return nil, &denial{http.StatusNotFound, 20404, "nobody plays " + method + " " + template}
}

func (r *Registry) campaignOf(mg string) *Thing {
	for _, t := range r.things {
		if t.Kind == "campaign" && t.Parent == mg {
			return t
		}
	}
	return nil
}

func (r *Registry) fileBrand(form url.Values) (any, error) {
	profile, trust := r.things[form.Get("CustomerProfileBundleSid")], r.things[form.Get("A2PProfileBundleSid")]
	if profile == nil || profile.Kind != "CustomerProfiles" || trust == nil || trust.Kind != "TrustProducts" {
		return nil, no(30793, "the bundles are swapped or unknown")
	}
	if profile.Status == "draft" || trust.Status == "draft" {
		return nil, no(20001, "wrong order: a profile was not submitted")
	}
	r.paid["brand"]++
	for _, t := range r.things {
		if t.Kind == "brand" && t.Form.Get("CustomerProfileBundleSid") == profile.SID {
			return nil, no(30703, "repeated: the brand was filed already, and is paid twice")
		}
	}
	return r.show(r.add("brand", "BN", "", form, "")), nil
}

func (r *Registry) fileCampaign(mg string, form url.Values) (any, error) {
	brand := r.things[form.Get("BrandRegistrationSid")]
	if brand == nil {
		return nil, no(21717, "there is no such brand")
	}
	if status, _ := r.decided(brand, "APPROVED", r.RejectBrand); status != "APPROVED" {
		return nil, no(21717, "wrong order: the brand is %s", status)
	}
	samples := form["MessageSamples"]
	if n := len(form.Get("Description")); n < 40 || n > 4096 || len(form.Get("MessageFlow")) < 40 || len(form.Get("MessageFlow")) > 2048 || len(samples) < 2 || len(samples) > 5 {
		return nil, no(21728, "a field is too short or too long")
	}
	r.paid["campaign"]++
	if r.campaignOf(mg) != nil {
		return nil, no(21716, "repeated: the service has a campaign already, and is paid twice")
	}
	return r.show(r.add("campaign", "CM", "", form, mg)), nil
}

const campaignSID = "QE2c6890da8086d771620e9b13fadeba0b"

// show gives a thing as Twilio shows it.
func (r *Registry) show(t *Thing) map[string]any {
	v := map[string]any{"sid": t.SID, "account_sid": r.AccountSID, "friendly_name": t.Name, "status": t.Status,
		"date_created": t.At.UTC().Truncate(time.Second).Format(time.RFC3339), "date_updated": t.Updated.UTC().Truncate(time.Second).Format(time.RFC3339)}
	switch t.Kind {
	case "Addresses", "number": // the old API writes times in its own way, and nobody reads them here
		delete(v, "date_created")
		delete(v, "date_updated")
	case "EndUsers":
		v["type"] = t.Form.Get("Type")
		v["attributes"] = json.RawMessage(t.Form.Get("Attributes"))
		if t.Name == "Operator" {
			identity := "isv_reseller_or_partner"
			if r.Direct {
				identity = "direct_customer"
			}
			v["attributes"] = map[string]any{"business_identity": identity}
		}
	case "assignment":
		v["object_sid"] = t.Form.Get("ObjectSid")
	case "brand":
		status, errs := r.decided(t, "APPROVED", r.RejectBrand)
		identity := r.Identity
		if identity == "" {
			identity = "VERIFIED"
		}
		v["status"], v["errors"], v["identity_status"] = status, errs, identity
		v["customer_profile_bundle_sid"], v["a2p_profile_bundle_sid"] = t.Form.Get("CustomerProfileBundleSid"), t.Form.Get("A2PProfileBundleSid")
	case "campaign":
		status, errs := r.decided(t, "VERIFIED", r.RejectCampaign)
		delete(v, "status")
		v["sid"], v["campaign_status"], v["errors"], v["messaging_service_sid"] = campaignSID, status, errs, t.Parent
		v["brand_registration_sid"], v["us_app_to_person_usecase"] = t.Form.Get("BrandRegistrationSid"), t.Form.Get("UsAppToPersonUsecase")
	}
	switch t.Kind {
	case "number":
		v["phone_number"], v["capabilities"] = t.Name, map[string]any{"sms": t.Form.Get("SMS") == "true", "voice": true}
		v["friendly_name"] = "Number " + t.Name[len(t.Name)-4:]
	case "pool":
		v["sid"], v["phone_number"] = t.Name, r.things[t.Name].Name
	}
	return v
}

// list gives a page of things in the order they were made, two at a time, so that paging is walked too.
func (r *Registry) list(under, kind string, query url.Values, parent string) map[string]any {
	all := []map[string]any{}
	for _, sid := range r.order {
		t := r.things[sid]
		if t == nil || t.Kind != kind || t.Parent != parent {
			continue
		}
		if want := query.Get("FriendlyName"); want != "" && want != t.Name || query.Get("PolicySid") != "" && query.Get("PolicySid") != t.Form.Get("PolicySid") ||
			query.Get("Status") != "" && query.Get("Status") != t.Status {
			continue
		}
		all = append(all, r.show(t))
	}
	const size = 2
	page := 0
	if token := query.Get("PageToken"); token != "" {
		page = int(token[len(token)-1] - '0')
	}
	rest := all[min(page*size, len(all)):]
	next := any(nil)
	if len(rest) > size {
		next = "https://twilio.example/next?Page=" + string(rune('0'+page+1)) + "&PageToken=PT" + string(rune('0'+page+1))
	}
	v := map[string]any{under: slices.Clone(rest[:min(size, len(rest))]), "meta": map[string]any{"next_page_url": next}}
	if strings.HasSuffix(under, "addresses") || under == "incoming_phone_numbers" {
		delete(v, "meta")
		v["next_page_uri"] = next
	}
	return v
}

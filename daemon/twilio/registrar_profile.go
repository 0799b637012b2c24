package twilio

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	trusthub "github.com/twilio/twilio-go/rest/trusthub/v1"
)

// assigned are what the steps of assignment assign.
var assigned = map[booking.Step]booking.Step{
	booking.StepCompanyAssign: booking.StepCompany, booking.StepRepresentativeAssign: booking.StepRepresentative,
	booking.StepDocumentAssign: booking.StepDocument, booking.StepPrimaryAssign: booking.StepPrimary,
	booking.StepTrustInfoAssign: booking.StepTrustInfo, booking.StepTrustProfileAssign: booking.StepProfile,
}

func (r *Registrar) email(c booking.Call) string {
	return cmp.Or(r.o.Email, c.Business.Representative.Email)
}

// callback is the address at which Twilio tells of a profile's decision (TrustHub's StatusCallback; brands and campaigns have none and are
// only polled). nil: Twilio cannot reach us.
func (r *Registrar) callback() *string {
	if !strings.HasPrefix(r.c.o.PublicURL, "https://") {
		return nil
	}
	address := r.c.o.PublicURL + RegistrationPath
	return &address
}

func profilePolicy(c booking.Call) string {
	if c.Business.BrandType == booking.BrandSoleProprietor {
		return policyStarter
	}
	return policyBusiness
}

func trustPolicy(c booking.Call) string {
	if c.Business.BrandType == booking.BrandSoleProprietor {
		return policySole
	}
	return policyA2P
}

// profile makes the steps of the customer profile.
func (r *Registrar) profile(ctx context.Context, c booking.Call) (booking.Filed, error) {
	bu := c.Objects[booking.StepProfile]
	switch c.Step {
	case booking.StepProfile:
		p := (&trusthub.CreateCustomerProfileParams{}).SetFriendlyName(named(c)).SetEmail(r.email(c)).SetPolicySid(profilePolicy(c))
		p.StatusCallback = r.callback()
		v, err := r.trust(ctx).CreateCustomerProfile(p)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	case booking.StepDocument:
		p := (&trusthub.CreateSupportingDocumentParams{}).SetFriendlyName(named(c)).SetType(typeAddress).
			SetAttributes(map[string]any{"address_sids": c.Objects[booking.StepAddress]})
		v, err := r.trust(ctx).CreateSupportingDocument(p)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	case booking.StepProfileCheck:
		v, err := r.trust(ctx).CreateCustomerProfileEvaluation(bu, (&trusthub.CreateCustomerProfileEvaluationParams{}).SetPolicySid(profilePolicy(c)))
		if err != nil {
			return booking.Filed{}, err
		}
		return evaluated(v.Sid, v.Status, v.Results), nil
	case booking.StepProfileSubmit:
		v, err := r.trust(ctx).UpdateCustomerProfile(bu, (&trusthub.UpdateCustomerProfileParams{}).SetStatus("pending-review"))
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	case booking.StepProfileReview:
		return r.profileReview(ctx, c)
	}
	v, err := r.trust(ctx).CreateCustomerProfileEntityAssignment(bu,
		(&trusthub.CreateCustomerProfileEntityAssignmentParams{}).SetObjectSid(c.Objects[assigned[c.Step]]))
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

// profileReview looks whether a profile was refused, which Twilio knows within half a minute; an approval need not be waited for.
func (r *Registrar) profileReview(ctx context.Context, c booking.Call) (booking.Filed, error) {
	approved := 0
	if bu := c.Objects[booking.StepProfile]; bu != c.Objects[booking.StepPrimary] {
		v, err := r.trust(ctx).FetchCustomerProfile(bu)
		if err != nil {
			return booking.Filed{}, err
		}
		if text(v.Status) == "twilio-rejected" {
			return booking.Filed{Verdict: booking.FilingRejected, Why: faultsOf(v.Errors)}, nil
		}
		if text(v.Status) == "twilio-approved" {
			approved++
		}
	} else {
		approved++
	}
	v, err := r.trust(ctx).FetchTrustProduct(c.Objects[booking.StepTrust])
	if err != nil {
		return booking.Filed{}, err
	}
	switch text(v.Status) {
	case "twilio-rejected":
		return booking.Filed{Verdict: booking.FilingRejected, Why: faultsOf(v.Errors)}, nil
	case "twilio-approved":
		approved++
	}
	if approved == 2 || !c.Since.IsZero() && r.c.o.Now().Sub(c.Since) >= settled {
		return booking.Filed{}, nil
	}
	return booking.Filed{Verdict: booking.FilingPending, Wait: settled, Note: "Twilio's check of the business profile"}, nil
}

// trustProduct makes the steps of the A2P messaging profile.
func (r *Registrar) trustProduct(ctx context.Context, c booking.Call) (booking.Filed, error) {
	bu := c.Objects[booking.StepTrust]
	switch c.Step {
	case booking.StepTrust:
		p := (&trusthub.CreateTrustProductParams{}).SetFriendlyName(named(c)).SetEmail(r.email(c)).SetPolicySid(trustPolicy(c))
		p.StatusCallback = r.callback()
		v, err := r.trust(ctx).CreateTrustProduct(p)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	case booking.StepTrustCheck:
		v, err := r.trust(ctx).CreateTrustProductEvaluation(bu, (&trusthub.CreateTrustProductEvaluationParams{}).SetPolicySid(trustPolicy(c)))
		if err != nil {
			return booking.Filed{}, err
		}
		return evaluated(v.Sid, v.Status, v.Results), nil
	case booking.StepTrustSubmit:
		v, err := r.trust(ctx).UpdateTrustProduct(bu, (&trusthub.UpdateTrustProductParams{}).SetStatus("pending-review"))
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	}
	v, err := r.trust(ctx).CreateTrustProductEntityAssignment(bu,
		(&trusthub.CreateTrustProductEntityAssignmentParams{}).SetObjectSid(c.Objects[assigned[c.Step]]))
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

// evaluated reads the answer of an evaluation: what is missing stands in the invalid fields of its results.
func evaluated(sid, status *string, results *[]any) booking.Filed {
	if text(status) == "compliant" {
		return booking.Filed{SID: text(sid)}
	}
	got := booking.Filed{Verdict: booking.FilingRejected}
	for _, r := range list(results) {
		if r["passed"] == true {
			continue
		}
		invalid, _ := r["invalid"].([]any)
		for _, i := range invalid {
			v, _ := i.(map[string]any)
			got.Why = append(got.Why, booking.CarrierFault{Code: number(v["error_code"]), Fields: []string{word(v["object_field"])}, Text: word(v["failure_reason"])})
		}
		if len(invalid) == 0 {
			got.Why = append(got.Why, booking.CarrierFault{Code: number(r["error_code"]), Text: word(r["failure_reason"])})
		}
	}
	return got
}

// faultsOf reads the reasons of a review: error_code, description and fields in one API, code and message in the other.
func faultsOf(errs *[]any) (why []booking.CarrierFault) {
	for _, e := range list(errs) {
		f := booking.CarrierFault{Code: number(cmp.Or(e["error_code"], e["code"])), Text: cmp.Or(word(e["description"]), word(e["message"]))}
		fields, _ := e["fields"].([]any)
		for _, v := range fields {
			f.Fields = append(f.Fields, word(v))
		}
		why = append(why, f)
	}
	return why
}

func list(v *[]any) (all []map[string]any) {
	if v == nil {
		return nil
	}
	for _, e := range *v {
		if m, ok := e.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

func word(v any) string {
	s, _ := v.(string)
	return s
}

func number(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case string:
		i, _ := strconv.Atoi(n)
		return i
	}
	return 0
}

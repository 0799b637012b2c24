package twilio

import (
	"context"

	"github.com/rebookhq/rebook/daemon/booking"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
)

// brand files a brand, or one that failed once more, or asks how it stands.
func (r *Registrar) brand(ctx context.Context, c booking.Call) (booking.Filed, error) {
	if err := r.wait(ctx); err != nil {
		return booking.Filed{}, err
	}
	switch {
	case c.Step == booking.StepBrandReview:
		v, err := r.messaging(ctx).FetchBrandRegistrations(c.Objects[booking.StepBrand])
		if err != nil {
			return booking.Filed{}, err
		}
		return brandStanding(v, c.Business.BrandType), nil
	case c.Verb == booking.VerbUpdate:
		v, err := r.messaging(ctx).UpdateBrandRegistrations(c.SID)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	}
	p := (&messaging.CreateBrandRegistrationsParams{}).SetCustomerProfileBundleSid(c.Objects[booking.StepProfile]).
		SetA2PProfileBundleSid(c.Objects[booking.StepTrust])
	switch c.Business.BrandType {
	case booking.BrandSoleProprietor:
		p.SetBrandType("SOLE_PROPRIETOR")
	case booking.BrandLowVolume:
		p.SetBrandType("STANDARD").SetSkipAutomaticSecVet(true)
	default:
		p.SetBrandType("STANDARD")
	}
	if r.o.Mock {
		p.SetMock(true)
	}
	v, err := r.messaging(ctx).CreateBrandRegistrations(p)
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

// brandStanding reads how a brand stands. A status that nobody knows is waited for and shown: Twilio adds some.
func brandStanding(v *messaging.MessagingV1BrandRegistrations, kind booking.BrandType) booking.Filed {
	identity := text(v.IdentityStatus)
	switch text(v.Status) {
	case "APPROVED":
		if kind == booking.BrandSoleProprietor && identity != "VERIFIED" && identity != "VETTED_VERIFIED" {
			return booking.Filed{Verdict: booking.FilingPending,
				Note: "the owner's YES to the confirmation text; POST /v1/registration/confirm sends it again"}
		}
		return booking.Filed{}
	case "FAILED":
		return booking.Filed{Verdict: booking.FilingRejected, Why: faultsOf(v.Errors)}
	case "SUSPENDED", "DELETION_PENDING", "DELETION_FAILED":
		return booking.Filed{Verdict: booking.FilingMissing, Why: []booking.CarrierFault{{Text: "the brand is " + text(v.Status) + " at Twilio: ask its support"}}}
	}
	return booking.Filed{Verdict: booking.FilingPending, Note: "the review of the brand, which is " + text(v.Status)}
}

// service makes the messaging service, or puts a number into it. Replies must lead to us: with neither an address nor the
// numbers' own webhooks they would reach nobody.
func (r *Registrar) service(ctx context.Context, c booking.Call) (booking.Filed, error) {
	if c.Step == booking.StepNumberAssign {
		p := (&messaging.CreatePhoneNumberParams{}).SetPhoneNumberSid(c.Number)
		v, err := r.messaging(ctx).CreatePhoneNumber(c.Objects[booking.StepService], p)
		if err != nil {
			return booking.Filed{}, err
		}
		_, err = filed(v.Sid, nil)
		return booking.Filed{}, err
	}
	p := (&messaging.CreateServiceParams{}).SetFriendlyName(named(c)).SetInboundRequestUrl(r.c.o.PublicURL + InboundPath + retries).SetInboundMethod("POST").
		SetUseInboundWebhookOnNumber(false).SetUsecase("notifications")
	v, err := r.messaging(ctx).CreateService(p)
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

// version makes Twilio show the addresses of privacy policy and terms.
const version = "v1.2"

func (r *Registrar) campaign(ctx context.Context, c booking.Call) (booking.Filed, error) {
	if err := r.wait(ctx); err != nil {
		return booking.Filed{}, err
	}
	mg, b := c.Objects[booking.StepService], &c.Business
	switch {
	case c.Step == booking.StepUseCases:
		p := (&messaging.FetchUsAppToPersonUsecaseParams{}).SetBrandRegistrationSid(c.Objects[booking.StepBrand])
		v, err := r.messaging(ctx).FetchUsAppToPersonUsecase(mg, p)
		if err != nil {
			return booking.Filed{}, err
		}
		var codes []string
		for _, u := range list(v.UsAppToPersonUsecases) {
			codes = append(codes, word(u["code"]))
		}
		return booking.Filed{Codes: codes}, nil
	case c.Step == booking.StepCampaignDelete:
		return booking.Filed{}, r.messaging(ctx).DeleteUsAppToPerson(mg, c.Objects[booking.StepCampaign])
	case c.Step == booking.StepCampaignReview:
		v, err := r.messaging(ctx).FetchUsAppToPerson(mg, c.Objects[booking.StepCampaign], (&messaging.FetchUsAppToPersonParams{}).SetXTwilioApiVersion(version))
		if err != nil {
			return booking.Filed{}, err
		}
		return campaignStanding(v), nil
	case c.Verb == booking.VerbUpdate:
		p := (&messaging.UpdateUsAppToPersonParams{}).SetXTwilioApiVersion(version).SetDescription(b.Description).SetMessageFlow(b.MessageFlow).
			SetMessageSamples(b.Samples).SetHasEmbeddedLinks(is(b.HasEmbeddedLinks)).SetHasEmbeddedPhone(is(b.HasEmbeddedPhone)).SetAgeGated(false).
			SetDirectLending(false).SetPrivacyPolicyUrl(b.PrivacyURL).SetTermsAndConditionsUrl(b.TermsURL)
		v, err := r.messaging(ctx).UpdateUsAppToPerson(mg, c.SID, p)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	}
	p := (&messaging.CreateUsAppToPersonParams{}).SetXTwilioApiVersion(version).SetBrandRegistrationSid(c.Objects[booking.StepBrand]).
		SetUsAppToPersonUsecase(b.UseCase).SetDescription(b.Description).SetMessageFlow(b.MessageFlow).SetMessageSamples(b.Samples).
		SetHasEmbeddedLinks(is(b.HasEmbeddedLinks)).SetHasEmbeddedPhone(is(b.HasEmbeddedPhone)).SetSubscriberOptIn(true).SetAgeGated(false).
		SetDirectLending(false).SetPrivacyPolicyUrl(b.PrivacyURL).SetTermsAndConditionsUrl(b.TermsURL)
	v, err := r.messaging(ctx).CreateUsAppToPerson(mg, p)
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

func is(p *bool) bool { return p != nil && *p }

// campaignStanding reads how a campaign stands.
func campaignStanding(v *messaging.MessagingV1UsAppToPersonResponse) booking.Filed {
	var errs []any
	if v.Errors != nil {
		for _, e := range *v.Errors {
			errs = append(errs, e)
		}
	}
	switch status := text(v.CampaignStatus); status {
	case "VERIFIED":
		return booking.Filed{}
	case "FAILED", "SUSPENDED":
		return booking.Filed{Verdict: booking.FilingRejected, Why: faultsOf(&errs)}
	default:
		return booking.Filed{Verdict: booking.FilingPending, Note: "the review of the campaign, which is " + status}
	}
}

// Confirm has the text sent again by which a sole proprietor confirms the brand.
func (r *Registrar) Confirm(ctx context.Context, brand string) error {
	if err := r.wait(ctx); err != nil {
		return err
	}
	_, err := r.messaging(ctx).CreateBrandRegistrationOtp(brand)
	return err
}

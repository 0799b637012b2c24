package twilio

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
	trusthub "github.com/twilio/twilio-go/rest/trusthub/v1"
)

// RegistrarOptions are how businesses are registered at Twilio.
type RegistrarOptions struct {
	Email          string // gets Twilio's mail about profiles; empty: the representative's
	PrimaryProfile string // BU… of the operator's approved business profile; empty: the first one that is found
	Mock           bool   // brands and campaigns are pretended (Twilio's Mock=true): for test accounts
}

// Registrar registers businesses for A2P 10DLC through TrustHub and the messaging API (twilio.com/docs/messaging/compliance/
// a2p-10dlc/onboarding-isv-api). An operator who registers only the own business (its primary profile says direct_customer) needs
// no second profile; an agency gets one for each business.
type Registrar struct {
	c *Client
	o RegistrarOptions

	mu   sync.Mutex
	next time.Time // of the next call about brands and campaigns, which Twilio limits to one per second
}

// NewRegistrar makes a registrar over a client.
func NewRegistrar(c *Client, o RegistrarOptions) *Registrar { return &Registrar{c: c, o: o} }

// The policies of TrustHub (GET /v1/Policies lists them).
const (
	policyPrimary  = "RN6433641899984f951173ef1738c3bdd0"
	policyBusiness = "RNdfbf3fae0e1107f8aded0e7cead80bf5"
	policyStarter  = "RN806dd6cd175f314e1f96a9727ee271f4"
	policyA2P      = "RNb0d4771c2c98518d916a3d4cd70a8f8b"
	policySole     = "RN670d5d2e282a6130ae063b234b6019c8"
)

// pace between two calls about brands and campaigns.
const pace = time.Second

// settled is how long after a profile was submitted its refusal is waited for.
const settled = 30 * time.Second

func (r *Registrar) trust(ctx context.Context) *trusthub.ApiService {
	return trusthub.NewApiService(r.c.handler(ctx))
}

func (r *Registrar) messaging(ctx context.Context) *messaging.ApiService {
	return messaging.NewApiService(r.c.handler(ctx))
}

// wait holds calls about brands and campaigns to their pace.
func (r *Registrar) wait(ctx context.Context) error {
	r.mu.Lock()
	now := r.c.o.Now()
	at := r.next
	if at.Before(now) {
		at = now
	}
	r.next = at.Add(pace)
	r.mu.Unlock()
	if !at.After(now) {
		return nil
	}
	t := time.NewTimer(at.Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done(): // nothing was sent
		return &booking.CarrierError{NotSent: true, Message: "no time was left for the call"}
	}
}

// File makes one call of a registration.
func (r *Registrar) File(ctx context.Context, c booking.Call) (booking.Filed, error) {
	switch c.Step {
	case booking.StepPrimary:
		return r.primary(ctx)
	case booking.StepCompany, booking.StepRepresentative, booking.StepTrustInfo:
		return r.endUser(ctx, c)
	case booking.StepAddress:
		return r.address(ctx, c)
	case booking.StepNumbers:
		numbers, err := r.Numbers(ctx)
		return booking.Filed{Numbers: numbers}, err
	case booking.StepBrand, booking.StepBrandReview:
		return r.brand(ctx, c)
	case booking.StepService, booking.StepNumberAssign:
		return r.service(ctx, c)
	case booking.StepUseCases, booking.StepCampaign, booking.StepCampaignDelete, booking.StepCampaignReview:
		return r.campaign(ctx, c)
	case booking.StepTrust, booking.StepTrustCheck, booking.StepTrustSubmit, booking.StepTrustInfoAssign, booking.StepTrustProfileAssign:
		return r.trustProduct(ctx, c)
	}
	return r.profile(ctx, c)
}

func filed(sid *string, err error) (booking.Filed, error) {
	if err == nil && text(sid) == "" {
		err = fmt.Errorf("twilio: an answer without a SID")
	}
	return booking.Filed{SID: text(sid)}, err
}

// primary finds the operator's own approved profile, and whether it is the business's own.
func (r *Registrar) primary(ctx context.Context) (booking.Filed, error) {
	lacking := func(text string) (booking.Filed, error) {
		return booking.Filed{Verdict: booking.FilingMissing, Why: []booking.CarrierFault{{Text: text}}}, nil
	}
	sid := r.o.PrimaryProfile
	if sid == "" {
		p := (&trusthub.ListCustomerProfileParams{}).SetPolicySid(policyPrimary).SetStatus("twilio-approved").SetPageSize(20)
		page, err := r.trust(ctx).PageCustomerProfile(p, "", "")
		if err != nil {
			return booking.Filed{}, err
		}
		if len(page.Results) == 0 {
			return lacking("Twilio knows no approved primary business profile of this account: make one in the Console under Trust Hub")
		}
		sid = text(page.Results[0].Sid)
	} else {
		v, err := r.trust(ctx).FetchCustomerProfile(sid)
		if err != nil {
			return booking.Filed{}, err
		}
		if text(v.Status) != "twilio-approved" {
			return lacking("the primary business profile " + sid + " is " + text(v.Status) + " at Twilio, not approved")
		}
	}
	direct, err := r.direct(ctx, sid)
	return booking.Filed{SID: sid, Direct: direct}, err
}

// direct tells whether a primary profile is of a business that registers only itself.
func (r *Registrar) direct(ctx context.Context, profile string) (bool, error) {
	page, err := r.trust(ctx).PageCustomerProfileEntityAssignment(profile, (&trusthub.ListCustomerProfileEntityAssignmentParams{}).SetPageSize(50), "", "")
	if err != nil {
		return false, err
	}
	for _, v := range page.Results {
		if !strings.HasPrefix(text(v.ObjectSid), "IT") {
			continue
		}
		u, err := r.trust(ctx).FetchEndUser(text(v.ObjectSid))
		if err != nil {
			return false, err
		}
		if text(u.Type) != typeCompany || u.Attributes == nil {
			continue
		}
		attributes, _ := (*u.Attributes).(map[string]any)
		return attributes["business_identity"] == "direct_customer", nil
	}
	return false, nil
}

// The types of TrustHub's end users and documents.
const (
	typeCompany        = "customer_profile_business_information"
	typeRepresentative = "authorized_representative_1"
	typeStarter        = "starter_customer_profile_information"
	typeTrust          = "us_a2p_messaging_profile_information"
	typeSole           = "sole_proprietor_information"
	typeAddress        = "customer_profile_address"
)

// named is how an object of ours is found again in Twilio's lists.
func named(c booking.Call) string { return c.Tag + " " + string(c.Step) }

// attributes gives type and content of an end user.
func attributes(c booking.Call) (kind string, a map[string]any) {
	b := &c.Business
	sole := b.BrandType == booking.BrandSoleProprietor
	switch {
	case c.Step == booking.StepCompany && sole:
		return typeStarter, map[string]any{"first_name": b.Representative.FirstName, "last_name": b.Representative.LastName,
			"email": b.Representative.Email, "phone_number": b.Representative.Phone}
	case c.Step == booking.StepCompany:
		return typeCompany, map[string]any{"business_name": b.LegalName, "business_identity": "direct_customer", "business_type": b.BusinessType,
			"business_industry": b.Industry, "business_registration_identifier": "EIN", "business_registration_number": b.EIN,
			"business_regions_of_operation": "USA_AND_CANADA", "website_url": b.Website, "social_media_profile_urls": ""}
	case c.Step == booking.StepRepresentative:
		return typeRepresentative, map[string]any{"first_name": b.Representative.FirstName, "last_name": b.Representative.LastName,
			"email": b.Representative.Email, "phone_number": b.Representative.Phone, "business_title": b.Representative.Title,
			"job_position": b.Representative.Position}
	case sole:
		return typeSole, map[string]any{"brand_name": b.LegalName, "mobile_phone_number": b.Representative.Phone, "vertical": cmp.Or(b.Industry, "CONSTRUCTION")}
	}
	a = map[string]any{"company_type": b.CompanyType}
	if b.CompanyType == "public" {
		a["stock_exchange"], a["stock_ticker"], a["brand_contact_email"] = b.StockExchange, b.StockTicker, b.Representative.Email
	}
	return typeTrust, a
}

func (r *Registrar) endUser(ctx context.Context, c booking.Call) (booking.Filed, error) {
	kind, a := attributes(c)
	if c.Verb == booking.VerbUpdate {
		v, err := r.trust(ctx).UpdateEndUser(c.SID, (&trusthub.UpdateEndUserParams{}).SetAttributes(a))
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	}
	v, err := r.trust(ctx).CreateEndUser((&trusthub.CreateEndUserParams{}).SetFriendlyName(named(c)).SetType(kind).SetAttributes(a))
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

func (r *Registrar) address(ctx context.Context, c booking.Call) (booking.Filed, error) {
	b := &c.Business
	if c.Verb == booking.VerbUpdate {
		p := (&api.UpdateAddressParams{}).SetCustomerName(b.LegalName).SetStreet(b.Address.Line1).SetCity(b.Address.City).SetRegion(b.Address.State).
			SetPostalCode(b.Address.PostalCode).SetStreetSecondary(b.Address.Line2)
		v, err := r.c.service(ctx).UpdateAddress(c.SID, p)
		if err != nil {
			return booking.Filed{}, err
		}
		return filed(v.Sid, nil)
	}
	p := (&api.CreateAddressParams{}).SetFriendlyName(named(c)).SetCustomerName(b.LegalName).SetStreet(b.Address.Line1).SetCity(b.Address.City).
		SetRegion(b.Address.State).SetPostalCode(b.Address.PostalCode).SetIsoCountry("US")
	if b.Address.Line2 != "" {
		p.SetStreetSecondary(b.Address.Line2)
	}
	v, err := r.c.service(ctx).CreateAddress(p)
	if err != nil {
		return booking.Filed{}, err
	}
	return filed(v.Sid, nil)
}

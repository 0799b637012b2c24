package wire

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Registration is the permission to text over US carriers: the particulars, and where they stand.
type Registration struct {
	Status           string      `json:"status" readOnly:"true" enum:"draft,submitted,in_review,approved,rejected"`
	MessagingService string      `json:"messaging_service,omitempty" readOnly:"true" description:"Twilio's name of the messaging service that texts go out through."`
	Rejections       []Rejection `json:"rejections" nullable:"false" readOnly:"true"`

	EIN            string         `json:"ein" description:"Nine digits, as on the IRS letter."`
	LegalName      string         `json:"legal_name" description:"Exactly as on the IRS letter (CP 575 or 147C)."`
	BusinessType   string         `json:"business_type" description:"Co-operative, Corporation, Limited Liability Corporation, Non-profit Corporation or Partnership."`
	Industry       string         `json:"industry" description:"Twilio's word, for example CONSTRUCTION."`
	CompanyType    string         `json:"company_type" description:"private, public, non-profit or government."`
	StockExchange  string         `json:"stock_exchange" description:"Of a public company, for example NYSE."`
	StockTicker    string         `json:"stock_ticker"`
	Website        string         `json:"website"`
	Address        Address        `json:"address"`
	Representative Representative `json:"representative"`

	BrandType        string   `json:"brand_type" description:"low_volume_standard (when left out), standard or sole_proprietor."`
	UseCase          string   `json:"use_case" description:"LOW_VOLUME when left out."`
	Description      string   `json:"description" description:"What is sent to whom, and why; written from what the house does when left out."`
	MessageFlow      string   `json:"message_flow" description:"How people come to consent; written from the scheduler's consent words when left out."`
	Samples          []string `json:"samples" nullable:"false" description:"Two to five; made from the real templates when left out."`
	PrivacyURL       string   `json:"privacy_url"`
	TermsURL         string   `json:"terms_url"`
	SupportEmail     string   `json:"support_email"`
	SupportPhone     string   `json:"support_phone"`
	HasEmbeddedLinks *bool    `json:"has_embedded_links" description:"null: by what the texts hold."`
	HasEmbeddedPhone *bool    `json:"has_embedded_phone" description:"null: by what the texts hold."`

	WaitingFor  string    `json:"waiting_for,omitempty" readOnly:"true" description:"The call that is next, or what the carrier decides."`
	Adopted     bool      `json:"adopted,omitempty" readOnly:"true" description:"It was approved at the carrier before it came here."`
	UpdatesLeft *int      `json:"updates_left,omitempty" readOnly:"true" description:"How often the brand can still be mended for free."`
	SubmittedAt time.Time `json:"submitted_at,omitzero" readOnly:"true"`
	DecidedAt   time.Time `json:"decided_at,omitzero" readOnly:"true"`
	UpdatedAt   time.Time `json:"updated_at,omitzero" readOnly:"true"`
}

// Representative is the person whom reviewers may ask.
type Representative struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	Title     string `json:"title" description:"Free text."`
	Position  string `json:"position" description:"Director, GM, VP, CEO, CFO, General Counsel or Other."`
}

// Rejection is one reason why a registration was rejected.
type Rejection struct {
	Code   string `json:"code"`
	Field  string `json:"field" description:"To mend; empty when it is none of these."`
	Reason string `json:"reason"`
	Fix    string `json:"fix"`
}

// FromRegistration shows a registration. Once submitted it shows what was submitted; a rejected one shows the draft, which can be
// mended.
func FromRegistration(f booking.Filing, r booking.Registration) Registration {
	b := f.Draft
	if !f.Editable() && f.Submitted != nil {
		b = *f.Submitted
	}
	out := FromBusiness(b)
	out.Status, out.MessagingService, out.UpdatedAt = string(r.Status), r.MessagingService, utc(r.UpdatedAt)
	out.Rejections = Map(f.Rejections, func(v booking.Rejection) Rejection { return Rejection(v) })
	out.Adopted, out.SubmittedAt, out.DecidedAt = f.Adopted, utc(f.SubmittedAt), utc(f.DecidedAt)
	switch c, more := f.Next("", nil); {
	case f.Hold != nil:
		out.WaitingFor = "a person: " + f.Hold.Message
	case f.Note != "":
		out.WaitingFor = f.Note
	case more && f.Status != booking.RegistrationApproved:
		out.WaitingFor = string(c.Step)
	}
	if f.Objects[booking.StepBrand] != "" && !f.Adopted {
		out.UpdatesLeft = new(max(0, booking.MaxUpdates-f.Updates))
	}
	return out
}

// FromBusiness shows the particulars alone.
func FromBusiness(b booking.Business) Registration {
	return Registration{
		Status: string(booking.RegistrationDraft), Rejections: []Rejection{}, EIN: b.EIN, LegalName: b.LegalName, BusinessType: b.BusinessType,
		Industry: b.Industry, CompanyType: b.CompanyType, StockExchange: b.StockExchange, StockTicker: b.StockTicker, Website: b.Website,
		Address: Address(b.Address), Representative: Representative(b.Representative), BrandType: string(b.BrandType), UseCase: b.UseCase,
		Description: b.Description, MessageFlow: b.MessageFlow, Samples: orEmpty(b.Samples), PrivacyURL: b.PrivacyURL, TermsURL: b.TermsURL,
		SupportEmail: b.SupportEmail, SupportPhone: b.SupportPhone, HasEmbeddedLinks: b.HasEmbeddedLinks, HasEmbeddedPhone: b.HasEmbeddedPhone,
	}
}

// Over lays the particulars over b. Where the registration stands is not for the caller to say: was is what it is.
func (r Registration) Over(was Registration, b *booking.Business) error {
	for _, fixed := range []struct{ field, is, was string }{
		{"status", r.Status, was.Status}, {"messaging_service", r.MessagingService, was.MessagingService},
	} {
		if fixed.is != fixed.was && fixed.is != "" {
			return booking.Refuse(booking.Invalid, "read_only", fixed.field, "it cannot be set", "submit the registration, or adopt one that is approved at Twilio")
		}
	}
	*b = r.Business()
	return nil
}

// Business gives the particulars in the house's type.
func (r Registration) Business() booking.Business {
	return booking.Business{
		EIN: r.EIN, LegalName: r.LegalName, BusinessType: r.BusinessType, Industry: r.Industry, CompanyType: r.CompanyType,
		StockExchange: r.StockExchange, StockTicker: r.StockTicker, Website: r.Website, Address: booking.Address(r.Address),
		Representative: booking.Representative(r.Representative), BrandType: booking.BrandType(r.BrandType), UseCase: r.UseCase,
		Description: r.Description, MessageFlow: r.MessageFlow, Samples: r.Samples, PrivacyURL: r.PrivacyURL, TermsURL: r.TermsURL,
		SupportEmail: r.SupportEmail, SupportPhone: r.SupportPhone, HasEmbeddedLinks: r.HasEmbeddedLinks, HasEmbeddedPhone: r.HasEmbeddedPhone,
	}
}

// Preflight is what reviewers would reject, and what would be submitted.
type Preflight struct {
	Items    []PreflightItem `json:"items" nullable:"false" required:"true"`
	Proposed Registration    `json:"proposed" required:"true" description:"The particulars with what was left out filled in from the real texts."`
}

// PreflightItem is one thing that reviewers would, or may, reject.
type PreflightItem struct {
	Code     string `json:"code" required:"true" description:"Twilio's code that it would bring."`
	Field    string `json:"field" required:"true"`
	Severity string `json:"severity" required:"true" enum:"error,warning" description:"An error refuses the submission."`
	Message  string `json:"message" required:"true"`
	Fix      string `json:"fix" required:"true"`
}

// FromItem shows a finding of the preflight.
func FromItem(i booking.PreflightItem) PreflightItem {
	return PreflightItem{Code: i.Code, Field: i.Field, Severity: string(i.Severity), Message: i.Message, Fix: i.Fix}
}

// Adopt names what is to be taken over.
type Adopt struct {
	MessagingService string `json:"messaging_service" required:"true" description:"Twilio's name of it, MG and 32 hexadecimal digits."`
}

// MessagingService is one at the carrier, with what is behind it.
type MessagingService struct {
	ID         string      `json:"id" required:"true"`
	Status     string      `json:"status" required:"true" enum:"approved,in_review,rejected,none" description:"Of its campaign or its toll-free number; none: it has neither."`
	Sender     string      `json:"sender" enum:"campaign,toll_free," description:"What is registered."`
	UseCase    string      `json:"use_case"`
	Rejections []Rejection `json:"rejections" nullable:"false"`
	Numbers    []string    `json:"numbers" nullable:"false"`
}

// FromStanding shows a messaging service.
func FromStanding(s booking.Standing) MessagingService {
	out := MessagingService{ID: s.Service, Sender: s.Sender, UseCase: s.UseCase, Rejections: []Rejection{}, Numbers: []string{}}
	switch {
	case s.Sender == "":
		out.Status = "none"
	case s.Verdict == booking.FilingDone:
		out.Status = "approved"
	case s.Verdict == booking.FilingRejected:
		out.Status = "rejected"
		out.Rejections = Map(booking.Rejections(s.Why), func(v booking.Rejection) Rejection { return Rejection(v) })
	default:
		out.Status = "in_review"
	}
	for _, n := range s.Numbers {
		out.Numbers = append(out.Numbers, string(n.Number))
	}
	return out
}

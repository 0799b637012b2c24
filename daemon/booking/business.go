package booking

import (
	"net/url"
	"slices"
	"strings"
)

// Business is what a registration for texting says: who the business is (the brand) and what it texts (the campaign). The
// limits are Twilio's (error 30701, and the Usa2p resource); what reviewers think of it is for [Preflight].
type Business struct {
	EIN            string         `json:"ein,omitempty"`
	LegalName      string         `json:"legal_name,omitempty"`    // exactly as with the IRS
	BusinessType   string         `json:"business_type,omitempty"` // one of [BusinessTypes]
	Industry       string         `json:"industry,omitempty"`      // one of [Industries]
	CompanyType    string         `json:"company_type,omitempty"`  // one of [CompanyTypes]
	StockExchange  string         `json:"stock_exchange,omitempty"`
	StockTicker    string         `json:"stock_ticker,omitempty"`
	Website        string         `json:"website,omitempty"`
	Address        Address        `json:"address,omitzero"`
	Representative Representative `json:"representative,omitzero"`

	BrandType    BrandType `json:"brand_type,omitempty"`
	UseCase      string    `json:"use_case,omitempty"`
	Description  string    `json:"description,omitempty"`
	MessageFlow  string    `json:"message_flow,omitempty"` // how people come to consent
	Samples      []string  `json:"samples,omitempty"`
	PrivacyURL   string    `json:"privacy_url,omitempty"`
	TermsURL     string    `json:"terms_url,omitempty"`
	SupportEmail string    `json:"support_email,omitempty"`
	SupportPhone string    `json:"support_phone,omitempty"`

	// The flags of the campaign; nil: by what the texts hold.
	HasEmbeddedLinks *bool `json:"has_embedded_links,omitempty"`
	HasEmbeddedPhone *bool `json:"has_embedded_phone,omitempty"`
}

// Representative is the person whom reviewers may ask.
type Representative struct {
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone,omitempty"`    // for a sole proprietor: the mobile that gets the confirmation text
	Title     string `json:"title,omitempty"`    // free text
	Position  string `json:"position,omitempty"` // one of [Positions]
}

// BrandType is how a business registers. Part of the API and stored: never rename.
type BrandType string

// The brand types.
const (
	BrandStandard       BrandType = "standard"            // has an EIN; vetted once more, for a trust score
	BrandLowVolume      BrandType = "low_volume_standard" // has an EIN; below 6,000 segments a day, no second vetting
	BrandSoleProprietor BrandType = "sole_proprietor"     // has no EIN; confirmed by a text to the owner's mobile
)

// BrandTypes lists them, the usual one first.
var BrandTypes = []BrandType{BrandLowVolume, BrandStandard, BrandSoleProprietor}

// The words that Twilio takes (twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api). An LLC is a "Limited
// Liability Corporation" there.
var (
	BusinessTypes = []string{"Co-operative", "Corporation", "Limited Liability Corporation", "Non-profit Corporation", "Partnership"}
	CompanyTypes  = []string{"private", "public", "non-profit", "government"}
	Positions     = []string{"Director", "GM", "VP", "CEO", "CFO", "General Counsel", "Other"}
	Industries    = strings.Fields(`AGRICULTURE AUTOMOTIVE BANKING CONSTRUCTION CONSUMER EDUCATION ELECTRONICS ENERGY ENGINEERING
		FAST_MOVING_CONSUMER_GOODS FINANCIAL FINTECH FOOD_AND_BEVERAGE GOVERNMENT HEALTHCARE HOSPITALITY INSURANCE JEWELRY LEGAL
		MANUFACTURING MEDIA NOT_FOR_PROFIT OIL_AND_GAS ONLINE PROFESSIONAL_SERVICES RAW_MATERIALS REAL_ESTATE RELIGION RETAIL
		TECHNOLOGY TELECOMMUNICATIONS TRANSPORTATION TRAVEL`)
	Exchanges = strings.Fields(`NONE NASDAQ NYSE AMEX AMX ASX B3 BME BSE FRA ICEX JPX JSE KRX LON NSE OMX SEHK SGX SSE STO SWX SZSE
		TSX TWSE VSE OTHER`)
	UseCases = strings.Fields(`LOW_VOLUME MIXED CUSTOMER_CARE ACCOUNT_NOTIFICATION MARKETING 2FA AGENTS_FRANCHISES CHARITY PROXY
		DELIVERY_NOTIFICATION EMERGENCY FRAUD_ALERT HIGHER_EDUCATION K12_EDUCATION POLITICAL POLLING_VOTING
		PUBLIC_SERVICE_ANNOUNCEMENT SECURITY_ALERT SOCIAL SWEEPSTAKE SOLE_PROPRIETOR`)
)

// otherWords are further ways to say a word of Twilio's, in the form of [bareWord].
var otherWords = map[string]string{
	"llc": "Limited Liability Corporation", "limited liability company": "Limited Liability Corporation", "corp": "Corporation",
	"inc": "Corporation", "cooperative": "Co-operative", "nonprofit corporation": "Non-profit Corporation", "nonprofit": "non-profit",
	"non profit": "non-profit", "non profit corporation": "Non-profit Corporation", "co operative": "Co-operative",
	"low volume": string(BrandLowVolume), "lvs": string(BrandLowVolume), "sole proprietorship": string(BrandSoleProprietor),
}

func bareWord(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(s))), " ")
}

// wordOf gives the word of the list that s says, or s itself.
func wordOf[T ~string](s T, list []T) T {
	plain := bareWord(string(s))
	for _, w := range list {
		if bareWord(string(w)) == plain {
			return w
		}
	}
	if w := T(otherWords[plain]); slices.Contains(list, w) {
		return w
	}
	return s
}

// The lengths that a draft may have. They are above Twilio's, so that preflight can name what is too long.
const (
	maxParticular = 512
	maxStory      = 8192
	maxSamples    = 5
	maxSample     = 2048
)

// ValidateBusiness tells whether a draft may be kept, and puts its words into their usual form: anything may still be missing,
// and reviewers' rules are for [Preflight]. The error is an [*Error] naming the field.
func ValidateBusiness(b *Business) error {
	for field, s := range b.fields() {
		*s = strings.TrimSpace(*s)
		limit := maxParticular
		if field == "description" || field == "message_flow" {
			limit = maxStory
			*s = strings.Join(strings.Fields(*s), " ")
		}
		if err := textFault(field, *s, limit); err != nil {
			return err
		}
	}
	if len(b.Samples) > maxSamples {
		return Refuse(Invalid, "too_many", "samples", "there are more than five", "two to five samples are shown to reviewers")
	}
	b.Samples = slices.Clone(b.Samples)
	for i, s := range b.Samples {
		b.Samples[i] = strings.Join(strings.Fields(s), " ")
		if err := textFault("samples", s, maxSample); err != nil {
			return err
		}
	}
	b.BusinessType, b.CompanyType = wordOf(b.BusinessType, BusinessTypes), wordOf(b.CompanyType, CompanyTypes)
	b.Industry, b.UseCase = wordOf(b.Industry, Industries), wordOf(b.UseCase, UseCases)
	b.StockExchange, b.StockTicker = wordOf(b.StockExchange, Exchanges), strings.ToUpper(b.StockTicker)
	b.BrandType = wordOf(b.BrandType, BrandTypes)
	b.Representative.Position = wordOf(b.Representative.Position, Positions)
	b.Address.State = strings.ToUpper(b.Address.State)
	for _, p := range []*string{&b.Representative.Phone, &b.SupportPhone} {
		if e164, problem := ParsePhone(*p); problem == "" {
			*p = string(e164)
		}
	}
	return nil
}

// fields gives every text of a business by its name.
func (b *Business) fields() map[string]*string {
	return map[string]*string{
		"ein": &b.EIN, "legal_name": &b.LegalName, "business_type": &b.BusinessType, "industry": &b.Industry,
		"company_type": &b.CompanyType, "stock_exchange": &b.StockExchange, "stock_ticker": &b.StockTicker, "website": &b.Website,
		"address.line1": &b.Address.Line1, "address.line2": &b.Address.Line2, "address.city": &b.Address.City,
		"address.state": &b.Address.State, "address.postal_code": &b.Address.PostalCode,
		"representative.first_name": &b.Representative.FirstName, "representative.last_name": &b.Representative.LastName,
		"representative.email": &b.Representative.Email, "representative.phone": &b.Representative.Phone,
		"representative.title": &b.Representative.Title, "representative.position": &b.Representative.Position,
		"brand_type": (*string)(&b.BrandType), "use_case": &b.UseCase, "description": &b.Description, "message_flow": &b.MessageFlow,
		"privacy_url": &b.PrivacyURL, "terms_url": &b.TermsURL, "support_email": &b.SupportEmail, "support_phone": &b.SupportPhone,
	}
}

// Clone gives a copy that shares nothing with b.
func (b Business) Clone() Business {
	b.Samples = slices.Clone(b.Samples)
	for _, p := range []**bool{&b.HasEmbeddedLinks, &b.HasEmbeddedPhone} {
		if *p != nil {
			*p = new(**p)
		}
	}
	return b
}

// Texting is what the house itself knows about its texts: the real ones, and the real words of consent.
type Texting struct {
	Business  string   // the account's name
	Website   string   // the account's
	Office    Phone    // the account's
	FormURL   string   // of the scheduler
	Consent   string   // the words beside its consent box
	Samples   []string // texts as they really go out
	LinkHost  string   // where links in texts lead first
	Automated bool     // an agent answers
}

// Proposed fills in what the draft leaves open from the real thing: samples from the real templates, the opt-in description
// from the real words of consent, the flags from what the texts hold.
func (b Business) Proposed(t Texting) Business {
	b = b.Clone()
	if b.BrandType == "" {
		b.BrandType = BrandLowVolume
	}
	if b.UseCase == "" {
		b.UseCase = "LOW_VOLUME"
		if b.BrandType == BrandSoleProprietor {
			b.UseCase = "SOLE_PROPRIETOR"
		}
	}
	if b.CompanyType == "" && b.BrandType != BrandSoleProprietor {
		b.CompanyType = "private"
	}
	if b.Website == "" {
		b.Website = t.Website
	}
	if b.SupportPhone == "" {
		b.SupportPhone = string(t.Office)
	}
	if len(b.Samples) == 0 {
		b.Samples = slices.Clone(t.Samples)
	}
	if b.Description == "" && t.Business != "" {
		b.Description = t.Business + " texts customers who began to book a home service visit on its own website, ticked the SMS consent box and left " +
			"before finishing. One text per unfinished booking says that the booking is not finished and links back to it."
		if t.Automated {
			b.Description += " Customers can reply: a two-way conversation with an automated assistant or the office answers questions and sets the appointment."
		} else {
			b.Description += " Replies are read and answered by the office."
		}
	}
	if b.MessageFlow == "" && t.FormURL != "" {
		b.MessageFlow = "1. The customer opens the booking form at " + t.FormURL + ". 2. Beside the phone field stands a checkbox of its own, which is not ticked in " +
			"advance and not needed to book, with the words: \"" + strings.TrimSpace(t.Consent) + "\" 3. Only who ticks it and leaves the form unfinished gets a text message (SMS) from " +
			t.Business + ", one per unfinished booking. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help."
		if b.TermsURL != "" && b.PrivacyURL != "" {
			b.MessageFlow += " Terms: " + b.TermsURL + " Privacy policy: " + b.PrivacyURL
		}
	}
	texts := slices.Concat(b.Samples, t.Samples)
	if b.HasEmbeddedLinks == nil {
		b.HasEmbeddedLinks = new(slices.ContainsFunc(texts, holdsLink))
	}
	if b.HasEmbeddedPhone == nil {
		b.HasEmbeddedPhone = new(slices.ContainsFunc(texts, holdsPhone))
	}
	return b
}

// siteHost gives the host of an address in lower case without "www.", and "" when it has none.
func siteHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// sameSite tells whether host belongs to the domain of site: the same, or below it, or the other way round.
func sameSite(host, site string) bool {
	return host == site || strings.HasSuffix(host, "."+site) || strings.HasSuffix(site, "."+host)
}

package booking

import (
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Severity says whether a finding of the preflight refuses the submission.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// PreflightItem is one thing that reviewers would, or may, reject.
type PreflightItem struct {
	Code     string   `json:"code"` // that it would bring: Twilio's
	Field    string   `json:"field"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Fix      string   `json:"fix"`
}

// Page is a page of the business's as it was found.
type Page struct {
	URL    string // where it was found, after redirects
	Status int
	Text   string // its words, without markup
	Err    string // why it could not be looked at; empty: it could
}

// PreflightFacts is what the preflight knows.
type PreflightFacts struct {
	Business Business        // as it would be submitted
	Texting  Texting         // the real texts
	Pages    map[string]Page // by field: website, privacy_url, terms_url
	// Lenient makes pages that could not be looked at a warning: with the simulator nobody reviews them, and nothing is paid.
	Lenient bool
}

// PreflightFailed is the refusal of a submission with what the preflight found.
type PreflightFailed struct {
	Items []PreflightItem
}

func (p *PreflightFailed) Error() string { return p.Refusal().Error() }

// Unwrap gives the refusal.
func (p *PreflightFailed) Unwrap() error { return p.Refusal() }

// Refusal says it in one sentence, with the first error's field.
func (p *PreflightFailed) Refusal() *Error {
	e := Refuse(Invalid, "preflight_failed", "", "", "mend the items of severity error; POST /v1/registration/preflight lists them too")
	n := 0
	for _, i := range p.Items {
		if i.Severity == SeverityError {
			if n == 0 {
				e.Field = i.Field
			}
			n++
		}
	}
	e.Message = strconv.Itoa(n) + " findings would get the registration rejected"
	if n == 1 {
		e.Message = "one finding would get the registration rejected"
	}
	return e
}

// Blocking tells whether any item refuses the submission.
func Blocking(items []PreflightItem) bool {
	return slices.ContainsFunc(items, func(i PreflightItem) bool { return i.Severity == SeverityError })
}

// preflight gathers findings.
type preflight struct {
	PreflightFacts
	items []PreflightItem
	site  string // host of the website
}

// Preflight finds what reviewers are known to reject, before the fee is spent. The rules are those of
// twilio.com/docs/messaging/compliance/a2p-10dlc, of the error pages twilio.com/docs/api/errors/<code> and of Twilio's own list
// for the Sep 2026 reviews. A finding's code is the one that the review would give.
func Preflight(f PreflightFacts) []PreflightItem {
	p := &preflight{PreflightFacts: f, items: []PreflightItem{}, site: siteHost(f.Business.Website)}
	if within(p.site, socials) || within(p.site, publicShorteners) { // no domain of the business's to compare with
		p.site = ""
	}
	p.words()
	p.identity()
	p.address()
	p.people()
	p.website()
	p.privacy()
	p.terms()
	p.campaign()
	p.flow()
	p.samples()
	return p.items
}

func (p *preflight) add(s Severity, code, field, message, fix string) {
	p.items = append(p.items, PreflightItem{code, field, s, message, fix})
}

func (p *preflight) fail(code, field, message, fix string) {
	p.add(SeverityError, code, field, message, fix)
}

func (p *preflight) warn(code, field, message, fix string) {
	p.add(SeverityWarning, code, field, message, fix)
}

// limits of fields (Twilio error 30701).
var limits = []struct {
	field string
	max   int
}{
	{"legal_name", 255}, {"ein", 21}, {"representative.first_name", 100}, {"representative.last_name", 100}, {"representative.email", 100},
	{"representative.phone", 20}, {"address.line1", 100}, {"address.line2", 100}, {"address.city", 100}, {"address.postal_code", 10},
	{"website", 100}, {"stock_ticker", 10},
}

// words checks lengths and the words of closed lists, and that nothing is missing.
func (p *preflight) words() {
	b := &p.Business
	fields := b.fields()
	for _, l := range limits {
		if n := len([]rune(*fields[l.field])); n > l.max {
			p.fail("30701", l.field, "It has "+strconv.Itoa(n)+" characters.", "Use at most "+strconv.Itoa(l.max)+".")
		}
	}
	sole := b.BrandType == BrandSoleProprietor
	needed := []string{"legal_name", "website", "address.line1", "address.city", "address.state", "address.postal_code",
		"representative.first_name", "representative.last_name", "representative.email", "representative.phone"}
	if !sole {
		needed = append(needed, "ein", "business_type", "industry", "company_type", "representative.title", "representative.position")
	}
	for _, field := range needed {
		if *fields[field] == "" {
			p.fail("30701", field, "It is missing.", "Fill it in.")
		}
	}
	for _, list := range []struct {
		field string
		words []string
	}{{"business_type", BusinessTypes}, {"company_type", CompanyTypes}, {"industry", Industries}, {"use_case", UseCases},
		{"stock_exchange", Exchanges}, {"representative.position", Positions}, {"brand_type", []string{string(BrandLowVolume), string(BrandStandard), string(BrandSoleProprietor)}}} {
		if v := *fields[list.field]; v != "" && !slices.Contains(list.words, v) {
			p.fail("30701", list.field, strconv.Quote(clip(v, 40))+" is none of the words that are taken.", "Use one of: "+strings.Join(list.words, ", ")+".")
		}
	}
}

var (
	companyWords = regexp.MustCompile(`(?i)\b(l\.?l\.?c|l\.?l\.?p|inc|incorporated|corp|corporation|ltd|limited|pllc|p\.?c|co\.?$|company)\b`)
	llcWords     = regexp.MustCompile(`(?i)\b(l\.?l\.?c|pllc)\b`)
	corpWords    = regexp.MustCompile(`(?i)\b(inc|incorporated|corp|corporation)\b`)
	dba          = regexp.MustCompile(`(?i)(\bd\s*[/.]?\s*b\s*[/.]?\s*a\b|doing business as)`)
)

// identity checks EIN, name and kind of company against each other.
func (p *preflight) identity() {
	b := &p.Business
	const letter = "Write it exactly as on the IRS letter (CP 575 or 147C)."
	if b.BrandType == BrandSoleProprietor {
		if digitsOf(b.EIN) != "" {
			p.fail("30915", "brand_type", "A sole proprietor has no EIN, and one is given.", "Register as low_volume_standard, or leave the EIN out if there really is none.")
		}
		if companyWords.MatchString(b.LegalName) || b.BusinessType != "" {
			p.fail("30915", "brand_type", "This looks like a company, which cannot register as a sole proprietor.", "Register as low_volume_standard with the company's EIN.")
		}
	} else {
		p.ein()
	}
	if dba.MatchString(b.LegalName) {
		p.warn("30795", "legal_name", "The legal name holds a trade name (d/b/a).", letter)
	}
	switch {
	case b.LegalName == "":
	case llcWords.MatchString(b.LegalName) && b.BusinessType != "" && b.BusinessType != "Limited Liability Corporation":
		p.fail("30795", "business_type", "The legal name is of an LLC, and the business type is "+b.BusinessType+".", "Choose Limited Liability Corporation.")
	case corpWords.MatchString(b.LegalName) && b.BusinessType == "Limited Liability Corporation":
		p.fail("30795", "business_type", "The legal name is of a corporation, and the business type is of an LLC.", "Choose Corporation.")
	case b.BusinessType == "Limited Liability Corporation" && !llcWords.MatchString(b.LegalName), b.BusinessType == "Corporation" && !companyWords.MatchString(b.LegalName):
		p.warn("30795", "legal_name", "The legal name lacks the words that such a company's name has, such as LLC or Inc.", letter)
	}
	switch b.CompanyType {
	case "public":
		if b.StockExchange == "" || b.StockExchange == "NONE" {
			p.fail("30799", "stock_exchange", "A public company is verified by its stock exchange, and it is missing.", "Name the exchange, or set company_type to private.")
		}
		if b.StockTicker == "" {
			p.fail("30799", "stock_ticker", "A public company is verified by its stock ticker, and it is missing.", "Give the ticker, or set company_type to private.")
		}
	case "private", "non-profit", "government":
		if b.StockTicker != "" || b.StockExchange != "" && b.StockExchange != "NONE" {
			p.warn("30799", "company_type", "Stock details are given, and the company is not public; they are left out.", "Set company_type to public, or clear the stock details.")
		}
	}
	if (b.BusinessType == "Non-profit Corporation") != (b.CompanyType == "non-profit") && b.BusinessType != "" && b.CompanyType != "" {
		p.warn("30799", "company_type", "Business type and company type do not agree on whether it is a non-profit.", "Set both by the tax-exempt status with the IRS.")
	}
}

// neverIssued are EIN prefixes that no campus of the IRS gives out ("How EINs are assigned", irs.gov). The IRS adds some, so it
// is a warning.
const neverIssued = "00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97"

var ssn = regexp.MustCompile(`^\d{3}-\d{2}-\d{4}$`)

func (p *preflight) ein() {
	typed := strings.TrimSpace(p.Business.EIN)
	if typed == "" {
		return
	}
	n := digitsOf(typed)
	const fix = "Give the nine digits of the IRS letter, for example 31-1234567."
	switch {
	case len(n) != 9 || strings.Trim(typed, "0123456789- ") != "":
		p.fail("30795", "ein", "An EIN has nine digits.", fix)
	case strings.Count(n, n[:1]) == 9 || n == "123456789" || n == "987654321":
		p.fail("30795", "ein", "This is no EIN that anybody has.", fix)
	case ssn.MatchString(typed):
		p.warn("30795", "ein", "It is written like a social security number.", "Give the company's EIN, never a person's number.")
	case strings.Contains(neverIssued, n[:2]):
		p.warn("30795", "ein", "The IRS is not known to give out EINs that begin with "+n[:2]+".", "Compare it with the IRS letter.")
	}
}

var (
	poBox = regexp.MustCompile(`(?i)(\bp\.?\s*o\.?\s*box\b|\bpost office box\b|^\s*box\s+\d)`)
	// usStates are the postal codes of states, districts and territories (USPS Publication 28, appendix B).
	usStates = strings.Fields(`AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR
		PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI`)
)

func (p *preflight) address() {
	a := p.Business.Address
	if poBox.MatchString(a.Line1) || poBox.MatchString(a.Line2) {
		p.fail("22215", "address.line1", "A PO box is no address that can be verified.", "Give the street address that is on file with the IRS.")
	}
	if a.State != "" && !slices.Contains(usStates, a.State) {
		p.fail("30701", "address.state", strconv.Quote(clip(a.State, 20))+" is no state's postal code.", "Give two letters, for example OH.")
	}
	if _, ok := zip5(a.PostalCode); a.PostalCode != "" && !ok {
		p.fail("30701", "address.postal_code", "It is not a ZIP code.", "Give five digits, for example 43017.")
	}
	if a.Line1 != "" && strings.IndexFunc(a.Line1, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
		p.warn("22215", "address.line1", "The street address has no house number.", "Give it as the postal service writes it.")
	}
}

// freeMail are the domains of public mail providers (Twilio error 30881).
var freeMail = strings.Fields(`gmail.com googlemail.com yahoo.com ymail.com rocketmail.com outlook.com hotmail.com live.com msn.com aol.com icloud.com
	me.com mac.com comcast.net att.net sbcglobal.net bellsouth.net verizon.net cox.net charter.net spectrum.net proton.me protonmail.com gmx.com mail.com
	zoho.com yandex.com earthlink.net frontier.com windstream.net`)

// mailHost gives the domain of an address; false when it is none.
func mailHost(address string) (string, bool) {
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address {
		return "", false
	}
	host := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	return host, strings.Contains(host, ".")
}

func (p *preflight) people() {
	b := &p.Business
	if e := b.Representative.Email; e != "" {
		host, ok := mailHost(e)
		switch {
		case !ok:
			p.fail("30701", "representative.email", "It is not an e-mail address.", "For example jo@brightwater.example.")
		case slices.Contains(freeMail, host):
			p.warn("30894", "representative.email", "The representative's address is with a public mail provider.", "Give one on the business's own domain.")
		case p.site != "" && !sameSite(host, p.site):
			p.warn("30894", "representative.email", "The representative's address is not on the domain of the website.", "Give one on "+p.site+".")
		}
	}
	switch host, ok := mailHost(b.SupportEmail); {
	case b.SupportEmail == "":
		p.warn("30882", "support_email", "There is no support address.", "Give one on the business's own domain.")
	case !ok:
		p.fail("30701", "support_email", "It is not an e-mail address.", "For example help@brightwater.example.")
	case slices.Contains(freeMail, host):
		p.fail("30881", "support_email", "The support address is with a public mail provider.", "Give one on the business's own domain.")
	case p.site != "" && !sameSite(host, p.site):
		p.warn("30881", "support_email", "The support address is not on the domain of the website.", "Give one on "+p.site+".")
	}
	for _, phone := range []struct{ field, is string }{{"representative.phone", b.Representative.Phone}, {"support_phone", b.SupportPhone}} {
		parse := ParsePhone
		if phone.field == "representative.phone" && b.BrandType == BrandSoleProprietor {
			parse = ParseTextable
		}
		if _, problem := parse(phone.is); phone.is != "" && problem != "" {
			p.fail("30701", phone.field, "It is not a phone number that can be reached.", "For example +16145550123.")
		}
	}
	if b.SupportPhone == "" && b.SupportEmail == "" {
		p.fail("30890", "support_phone", "There is no support contact for the answer to HELP.", "Give a support phone number or address.")
	}
}

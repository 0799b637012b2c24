package booking

import (
	"slices"
	"strings"
	"testing"
)

// sound is a registration that reviewers have nothing against, with the pages it names.
func sound() PreflightFacts {
	texting := Texting{Business: "Brightwater Home Services", Website: "https://www.brightwater.example", FormURL: "https://www.brightwater.example/book",
		Consent: ConsentOf(Scheduler{}, Account{Name: "Brightwater Home Services"}),
		Samples: []string{
			"Hi Jo, your AC repair booking with Brightwater Home Services is not finished. You can continue here: https://book.brightwater.example/l/k7mq2x9vbn4tplw8zr3fhdc5ye Reply STOP to opt out.",
			"Your online booking with Brightwater Home Services is not finished. You can continue here: https://book.brightwater.example/l/k7mq2x9vbn4tplw8zr3fhdc5ye Reply STOP to opt out.",
		}}
	b := Business{
		EIN: "31-1234567", LegalName: "Brightwater Home Services LLC", BusinessType: "llc", Industry: "construction", CompanyType: "private",
		Website: "https://www.brightwater.example", Address: Address{Line1: "12 Elm Street", City: "Columbus", State: "OH", PostalCode: "43017"},
		Representative: Representative{FirstName: "Jo", LastName: "Miller", Email: "jo@brightwater.example", Phone: "+16145550101", Title: "Owner", Position: "CEO"},
		PrivacyURL:     "https://www.brightwater.example/privacy", TermsURL: "https://www.brightwater.example/terms",
		SupportEmail: "help@brightwater.example", SupportPhone: "+16145550100",
	}
	if err := ValidateBusiness(&b); err != nil {
		panic(err)
	}
	return PreflightFacts{Business: b.Proposed(texting), Texting: texting, Pages: map[string]Page{
		"website": {URL: b.Website, Status: 200, Text: "Brightwater Home Services\nHeating, cooling and plumbing in Columbus, Ohio.\nBook online"},
		"privacy_url": {URL: b.PrivacyURL, Status: 200, Text: "Privacy policy\nWe collect your name, phone number and address to book your visit.\n" +
			"No mobile information will be shared with third parties/affiliates for marketing/promotional purposes. All the above categories exclude text messaging originator opt-in data and consent."},
		"terms_url": {URL: b.TermsURL, Status: 200, Text: "Terms of service\nText messaging program: if you tick the box we may send you an SMS about your unfinished booking.\n" +
			"Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help, or call (614) 555-0100. Carriers are not liable for delayed messages."},
	}}
}

func codesOf(items []PreflightItem) (all []string) {
	for _, i := range items {
		all = append(all, string(i.Severity)+" "+i.Code+" "+i.Field)
	}
	return all
}

func TestASoundRegistrationHasNoFindings(t *testing.T) {
	for _, kind := range CompanyTypes {
		f := sound()
		f.Business.CompanyType = kind
		switch kind {
		case "public":
			f.Business.StockExchange, f.Business.StockTicker = "NYSE", "BRW"
		case "non-profit":
			f.Business.BusinessType, f.Business.LegalName = "Non-profit Corporation", "Brightwater Home Services"
		}
		if items := Preflight(f); len(items) != 0 {
			t.Errorf("%s: %+v", kind, items)
		}
	}
}

// Each thing that reviewers reject, and the code, field and weight of what is found. Nothing else is found beside it.
func TestWhatReviewersRejectIsFound(t *testing.T) {
	page := func(f *PreflightFacts, field string, edit func(*Page)) {
		p := f.Pages[field]
		edit(&p)
		f.Pages[field] = p
	}
	cut := func(field, words string) func(*PreflightFacts) {
		return func(f *PreflightFacts) {
			if !strings.Contains(f.Pages[field].Text, words) {
				panic(words)
			}
			page(f, field, func(p *Page) { p.Text = strings.ReplaceAll(p.Text, words, "") })
		}
	}
	yes, no := true, false
	for name, c := range map[string]struct {
		harm func(*PreflightFacts)
		want []string
	}{
		"EIN too short":            {func(f *PreflightFacts) { f.Business.EIN = "31-12345" }, []string{"error 30795 ein"}},
		"EIN with letters":         {func(f *PreflightFacts) { f.Business.EIN = "31-123456A" }, []string{"error 30795 ein"}},
		"EIN of nines":             {func(f *PreflightFacts) { f.Business.EIN = "999999999" }, []string{"error 30795 ein"}},
		"EIN of the example":       {func(f *PreflightFacts) { f.Business.EIN = "12-3456789" }, []string{"error 30795 ein"}},
		"EIN prefix never issued":  {func(f *PreflightFacts) { f.Business.EIN = "07-1234567" }, []string{"warning 30795 ein"}},
		"EIN written as an SSN":    {func(f *PreflightFacts) { f.Business.EIN = "311-23-4567" }, []string{"warning 30795 ein"}},
		"EIN missing":              {func(f *PreflightFacts) { f.Business.EIN = "" }, []string{"error 30701 ein"}},
		"LLC called a corporation": {func(f *PreflightFacts) { f.Business.BusinessType = "Corporation" }, []string{"error 30795 business_type"}},
		"Inc. called an LLC":       {func(f *PreflightFacts) { f.Business.LegalName = "Brightwater Home Services Inc." }, []string{"error 30795 business_type"}},
		"LLC without its words":    {func(f *PreflightFacts) { f.Business.LegalName = "Brightwater Home Services" }, []string{"warning 30795 legal_name"}},
		"trade name in it":         {func(f *PreflightFacts) { f.Business.LegalName = "Miller LLC d/b/a Brightwater Home Services" }, []string{"warning 30795 legal_name"}},
		"unknown business type":    {func(f *PreflightFacts) { f.Business.BusinessType = "GmbH" }, []string{"error 30701 business_type", "error 30795 business_type"}},
		"public, no stock details": {func(f *PreflightFacts) { f.Business.CompanyType = "public" }, []string{"error 30799 stock_exchange", "error 30799 stock_ticker"}},
		"private, stock details":   {func(f *PreflightFacts) { f.Business.StockTicker = "BRW" }, []string{"warning 30799 company_type"}},
		"LLC as sole proprietor": {func(f *PreflightFacts) {
			f.Business.BrandType, f.Business.UseCase, f.Business.EIN = BrandSoleProprietor, "SOLE_PROPRIETOR", ""
		}, []string{"error 30915 brand_type"}},
		"sole proprietor with EIN": {func(f *PreflightFacts) {
			f.Business.BrandType, f.Business.UseCase, f.Business.LegalName, f.Business.BusinessType = BrandSoleProprietor, "SOLE_PROPRIETOR", "Jo Miller", ""
		}, []string{"error 30915 brand_type"}},
		"PO box":               {func(f *PreflightFacts) { f.Business.Address.Line1 = "P.O. Box 12" }, []string{"error 22215 address.line1"}},
		"unknown state":        {func(f *PreflightFacts) { f.Business.Address.State = "OHIO" }, []string{"error 30701 address.state"}},
		"bad ZIP":              {func(f *PreflightFacts) { f.Business.Address.PostalCode = "4301" }, []string{"error 30701 address.postal_code"}},
		"long name":            {func(f *PreflightFacts) { f.Business.LegalName = strings.Repeat("x", 252) + " LLC" }, []string{"error 30701 legal_name"}},
		"bad phone":            {func(f *PreflightFacts) { f.Business.SupportPhone = "614-555" }, []string{"error 30701 support_phone"}},
		"free-mail support":    {func(f *PreflightFacts) { f.Business.SupportEmail = "brightwater@gmail.com" }, []string{"error 30881 support_email"}},
		"support elsewhere":    {func(f *PreflightFacts) { f.Business.SupportEmail = "help@other.example" }, []string{"warning 30881 support_email"}},
		"free-mail boss":       {func(f *PreflightFacts) { f.Business.Representative.Email = "jo@yahoo.com" }, []string{"warning 30894 representative.email"}},
		"social page":          {func(f *PreflightFacts) { f.Business.Website = "https://www.facebook.com/brightwater" }, []string{"error 30891 website"}},
		"shortened website":    {func(f *PreflightFacts) { f.Business.Website = "https://bit.ly/brightwater" }, []string{"error 30892 website"}},
		"website by http":      {func(f *PreflightFacts) { f.Business.Website = "http://www.brightwater.example" }, []string{"error 30892 website"}},
		"website down":         {func(f *PreflightFacts) { page(f, "website", func(p *Page) { p.Err = "no answer in time" }) }, []string{"error 30891 website"}},
		"website gone":         {func(f *PreflightFacts) { page(f, "website", func(p *Page) { p.Status = 404 }) }, []string{"error 30891 website"}},
		"parked":               {func(f *PreflightFacts) { page(f, "website", func(p *Page) { p.Text = "Coming soon" }) }, []string{"error 30891 website"}},
		"somebody else's":      {func(f *PreflightFacts) { page(f, "website", func(p *Page) { p.Text = "Otherwater" }) }, []string{"warning 30891 website"}},
		"privacy missing":      {func(f *PreflightFacts) { f.Business.PrivacyURL = "" }, []string{"error 30908 privacy_url"}},
		"privacy says nothing": {cut("privacy_url", "No mobile information will be shared with third parties/affiliates for marketing/promotional purposes."), []string{"error 30908 privacy_url"}},
		"privacy shares": {func(f *PreflightFacts) {
			page(f, "privacy_url", func(p *Page) { p.Text = "We share mobile numbers with third parties." })
		}, []string{"error 30908 privacy_url"}},
		"privacy elsewhere": {func(f *PreflightFacts) {
			f.Business.PrivacyURL = "https://policies.example.com/x"
			page(f, "privacy_url", func(p *Page) { p.URL = f.Business.PrivacyURL })
		}, []string{"warning 30908 privacy_url"}},
		"terms missing":         {func(f *PreflightFacts) { f.Business.TermsURL = "" }, []string{"error 30882 terms_url"}},
		"terms without rates":   {cut("terms_url", "Message and data rates may apply."), []string{"error 30562 terms_url"}},
		"terms without often":   {cut("terms_url", "Message frequency varies."), []string{"error 30558 terms_url"}},
		"terms without STOP":    {cut("terms_url", "Reply STOP to opt out,"), []string{"error 30882 terms_url"}},
		"terms without HELP":    {cut("terms_url", "HELP for help,"), []string{"error 30882 terms_url"}},
		"terms without contact": {cut("terms_url", "or call (614) 555-0100."), []string{"warning 30560 terms_url"}},
		"vague":                 {func(f *PreflightFacts) { f.Business.Description = "We will send SMS notifications to our customers." }, []string{"error 30886 description"}},
		"short":                 {func(f *PreflightFacts) { f.Business.Description = "Reminders." }, []string{"error 21728 description"}},
		"flow without address": {func(f *PreflightFacts) {
			f.Business.MessageFlow = strings.ReplaceAll(links.ReplaceAllString(f.Business.MessageFlow, ""), "  ", " ")
		}, []string{"error 30896 message_flow"}},
		"flow without rates": {func(f *PreflightFacts) {
			f.Business.MessageFlow = strings.ReplaceAll(f.Business.MessageFlow, "Message and data rates may apply.", "")
		}, []string{"warning 30569 message_flow"}},
		"box ticked in advance": {func(f *PreflightFacts) { f.Business.MessageFlow += " The box is pre-checked." }, []string{"error 30931 message_flow"}},
		"consent without HELP":  {func(f *PreflightFacts) { f.Texting.Consent = strings.ReplaceAll(f.Texting.Consent, "HELP", "") }, []string{"warning 30570 consent_text"}},
		"not English":           {func(f *PreflightFacts) { f.Business.MessageFlow += " Отправляем" }, []string{"error 30910 message_flow"}},
		"one sample":            {func(f *PreflightFacts) { f.Business.Samples = f.Business.Samples[:1] }, []string{"error 21727 samples"}},
		"samples without STOP": {func(f *PreflightFacts) {
			for i := range f.Business.Samples {
				f.Business.Samples[i] = strings.ReplaceAll(f.Business.Samples[i], "Reply STOP to opt out.", "")
			}
		}, []string{"error 30887 samples"}},
		"shortened link in the real text": {func(f *PreflightFacts) {
			f.Texting.Samples[1] = "Brightwater Home Services: go on at bit.ly/3xAmple Reply STOP"
		}, []string{"error 30892 samples"}},
		"link by http": {func(f *PreflightFacts) {
			f.Texting.Samples[1] = "Brightwater: http://book.brightwater.example/l/x"
			f.Business.Samples[0], f.Business.Samples[1], f.Texting.Samples[0] = f.Texting.Samples[1]+" Reply STOP", f.Texting.Samples[1], f.Texting.Samples[1]
		}, []string{"warning 30893 samples", "error 30892 samples"}},
		"flag of links denied":         {func(f *PreflightFacts) { f.Business.HasEmbeddedLinks = &no }, []string{"error 30889 has_embedded_links"}},
		"flag of phones denied":        {func(f *PreflightFacts) { f.Texting.Samples[0] += " Call 614-555-0100" }, []string{"error 30889 has_embedded_phone"}},
		"flag of phones without any":   {func(f *PreflightFacts) { f.Business.HasEmbeddedPhone = &yes }, []string{"warning 30889 has_embedded_phone"}},
		"use case of sole proprietors": {func(f *PreflightFacts) { f.Business.UseCase = "SOLE_PROPRIETOR" }, []string{"error 30900 use_case"}},
		"promotion in customer care": {func(f *PreflightFacts) {
			f.Business.UseCase = "CUSTOMER_CARE"
			f.Business.Samples[1] += " Now 10% off"
		}, []string{"warning 30893 use_case"}},
		"an agent unmentioned": {func(f *PreflightFacts) {
			f.Texting.Automated = true
			f.Business.Description = "Brightwater texts customers who ticked the box and left their booking unfinished, once, with a link back."
		}, []string{"warning 30886 description"}},
	} {
		f := sound()
		f.Business.Samples, f.Texting.Samples = slices.Clone(f.Business.Samples), slices.Clone(f.Texting.Samples)
		c.harm(&f)
		items := Preflight(f)
		if got := codesOf(items); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		for _, i := range items {
			if i.Message == "" || i.Fix == "" {
				t.Errorf("%s: %+v says nothing", name, i)
			}
		}
	}
}

// The code of every finding is one that a rejection explains too, so that both speak of the same field's trouble.
func TestFindingsAndRejectionsSpeakTheSameCodes(t *testing.T) {
	f := PreflightFacts{Business: Business{EIN: "1", Website: "https://bit.ly/x", BrandType: BrandSoleProprietor, SupportEmail: "x@gmail.com", MessageFlow: "x"}}
	for _, i := range Preflight(f) {
		code := 0
		for _, c := range i.Code {
			code = code*10 + int(c-'0')
		}
		if reviewRules[code].reason == "" {
			t.Errorf("code %s of %s is not among the reviewers'", i.Code, i.Field)
		}
	}
	for code, r := range reviewRules {
		if r.reason == "" || r.fix == "" || r.field == "" {
			t.Errorf("code %d: %+v", code, r)
		}
	}
}

func TestAPageThatCannotBeOpenedOnlyWarnsWhereNothingIsPaid(t *testing.T) {
	f := sound()
	f.Lenient = true
	for field, p := range f.Pages {
		p.Err = "the name of the host cannot be resolved"
		f.Pages[field] = p
	}
	items := Preflight(f)
	if len(items) != 3 || Blocking(items) {
		t.Errorf("%+v", items)
	}
}

// FuzzPreflight: nothing anybody types makes it fall over, and a draft that is kept stays as it is when kept again.
func FuzzPreflight(f *testing.F) {
	f.Add("31-1234567", "Brightwater LLC", "https://x.example", "jo@x.example", "text http://bit.ly/x 614-555-0100")
	f.Add("", "d/b/a", "://", "@", "\xff")
	f.Fuzz(func(t *testing.T, ein, name, site, email, text string) {
		b := Business{EIN: ein, LegalName: name, Website: site, SupportEmail: email, Description: text, MessageFlow: text, Samples: []string{text}, PrivacyURL: site, TermsURL: site}
		if ValidateBusiness(&b) != nil {
			return
		}
		again := b.Clone()
		if err := ValidateBusiness(&again); err != nil || again.EIN != b.EIN || again.LegalName != b.LegalName || again.Samples[0] != b.Samples[0] {
			t.Errorf("%+v kept again: %+v, %v", b, again, err)
		}
		pages := map[string]Page{"website": {URL: site, Status: 200, Text: text}, "privacy_url": {URL: site, Status: 200, Text: text}, "terms_url": {URL: site, Status: 200, Text: text}}
		Preflight(PreflightFacts{Business: b, Texting: Texting{Business: name, Samples: []string{text}}, Pages: pages})
	})
}

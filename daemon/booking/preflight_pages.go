package booking

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// publicShorteners are public link shorteners, which carriers block and reviewers reject (Twilio errors 30892, 30007).
var publicShorteners = strings.Fields(`bit.ly bitly.com tinyurl.com goo.gl t.co ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at rb.gy t.ly tiny.cc lnkd.in
	bl.ink s.id v.gd short.io shorte.st adf.ly clck.ru soo.gd qr.ae trib.al dlvr.it snip.ly`)

// socials are pages of somebody else's site, which do not count as a website of the business's own (Twilio error 30891).
var socials = strings.Fields(`facebook.com fb.com instagram.com linkedin.com twitter.com x.com tiktok.com youtube.com yelp.com nextdoor.com pinterest.com
	linktr.ee google.com business.site angi.com thumbtack.com homeadvisor.com wordpress.com blogspot.com wixsite.com weebly.com sites.google.com`)

func within(host string, list []string) bool {
	return slices.ContainsFunc(list, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

var parked = regexp.MustCompile(`(?i)(domain (name )?is for sale|buy this domain|this domain (is )?parked|parked free|coming soon|under construction|account suspended|default web page|welcome to nginx)`)

// address checks an address of the business's and says whether there is a page to look at.
func (p *preflight) pageAddress(code, field, address string) (Page, bool) {
	u, err := url.Parse(address)
	host := siteHost(address)
	switch {
	case err != nil || host == "" || !strings.Contains(host, ".") || u.Scheme != "https" && u.Scheme != "http":
		p.fail(code, field, "It is not a web address.", "For example https://www.brightwater.example.")
		return Page{}, false
	case within(host, publicShorteners):
		p.fail("30892", field, "It is a link of a public shortener.", "Give the address it leads to.")
		return Page{}, false
	case within(host, socials):
		p.fail("30891", field, "It is a page of "+host+", not a website of the business's own.", "Give an address on the business's own domain.")
		return Page{}, false
	case u.Scheme == "http":
		p.fail("30892", field, "It is not https.", "Give the https address.")
	}
	page, looked := p.Pages[field]
	if !looked {
		return Page{}, false
	}
	severity := SeverityError
	if p.Lenient {
		severity = SeverityWarning
	}
	switch {
	case page.Err != "":
		p.add(severity, code, field, "It could not be opened: "+page.Err+".", "Make it reachable for everybody, without a login.")
		return Page{}, false
	case page.Status != 200:
		p.add(severity, code, field, "It answers with the status "+itoa(page.Status)+".", "Give the address of a page that is there.")
		return Page{}, false
	}
	if to := siteHost(page.URL); to != "" && !sameSite(to, host) {
		p.warn(code, field, "It leads on to "+to+".", "Give the address it leads to, on the business's own domain.")
	}
	return page, true
}

func (p *preflight) website() {
	if p.Business.Website == "" {
		return
	}
	page, ok := p.pageAddress("30891", "website", p.Business.Website)
	if !ok {
		return
	}
	if parked.MatchString(page.Text) && len(page.Text) < 4000 {
		p.fail("30891", "website", "The page looks parked, or not finished.", "Put the business's real site there.")
		return
	}
	if !mentions(page.Text, p.Business.LegalName) && !mentions(page.Text, p.Texting.Business) {
		p.warn("30891", "website", "The page does not name the business.", "Show the legal name or the trade name on it.")
	}
}

// mentions tells whether the text holds the name, without the words for the kind of company.
func mentions(text, name string) bool {
	name = strings.Join(strings.FieldsFunc(strings.ToLower(companyWords.ReplaceAllString(name, "")), notWord), " ")
	return name != "" && strings.Contains(" "+strings.Join(strings.FieldsFunc(strings.ToLower(text), notWord), " ")+" ", " "+name+" ")
}

func notWord(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r > 127)
}

// The sentences that reviewers look for, in the ways they are usually written.
var (
	notShared = regexp.MustCompile(`(?i)(\b(not|never|no)\b[^.]{0,160}\b(shar|sell|sold|rent|disclos|provid|transfer)\w*[^.]{0,200}\b(third[ -]part|affiliat|other compan|anyone)|\b(shar|sell|sold|rent|disclos|provid)\w*[^.]{0,60}\b(no|not|never)\b[^.]{0,120}\b(third[ -]part|affiliat|anyone))`)
	ofMobile  = regexp.MustCompile(`(?i)\b(mobile|phone|sms|text(ing)?( messag\w*)?|opt-?in)\b`)
	sentences = regexp.MustCompile(`[^.!?]+[.!?]?`)

	saysRates     = regexp.MustCompile(`(?i)(message|msg)s?\s*((and|&|&amp;)\s*data)?\s*rates?\s+may\s+apply`)
	saysFrequency = regexp.MustCompile(`(?i)((message|msg|text)s?\s+frequency|frequency\s+(of\s+\w+\s+)?(may\s+)?var|\b(up to|one|\d+)\s+(text|message|msg)s?\b[^.]{0,40}\b(per|a|each|every)\b)`)
	saysStop      = regexp.MustCompile(`\bSTOP\b`)
	saysHelp      = regexp.MustCompile(`\bHELP\b`)
	saysSMS       = regexp.MustCompile(`(?i)\b(sms|text(s|ing)?|text messag\w*)\b`)
	saysContact   = regexp.MustCompile(`(?i)([\w.+-]+@[\w-]+\.\w+|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})`)
)

const privacySentence = "Mobile information and text messaging consent are not shared with third parties or affiliates for marketing purposes."

// privacy looks for the sentence that the top campaign rejection asks for (Twilio error 30908).
func (p *preflight) privacy() {
	address := p.Business.PrivacyURL
	if address == "" {
		p.fail("30908", "privacy_url", "The address of the privacy policy is missing.", "Publish one on the website and give its address.")
		return
	}
	page, ok := p.pageAddress("30908", "privacy_url", address)
	p.ownDomain("30908", "privacy_url", address)
	if !ok {
		return
	}
	for _, s := range sentences.FindAllString(page.Text, -1) {
		if notShared.MatchString(s) && ofMobile.MatchString(s) {
			return
		}
	}
	p.fail("30908", "privacy_url", "The privacy policy does not say that phone numbers and text consent are not shared for marketing.",
		`Add the sentence "`+privacySentence+`"`)
}

// terms looks for what the terms of a text program must say (Twilio errors 30882, 30558, 30560, 30562).
func (p *preflight) terms() {
	address := p.Business.TermsURL
	if address == "" {
		p.fail("30882", "terms_url", "The address of the terms is missing.", "Publish them on the website and give the address.")
		return
	}
	page, ok := p.pageAddress("30882", "terms_url", address)
	p.ownDomain("30882", "terms_url", address)
	if !ok {
		return
	}
	for _, c := range []struct {
		says        *regexp.Regexp
		code, lacks string
		fix         string
		warningOnly bool
	}{
		{says: saysSMS, code: "30882", lacks: "what texts are sent", fix: `Add a part such as "Text message program: reminders about your unfinished online booking."`},
		{says: saysRates, code: "30562", lacks: "that rates may apply", fix: `Add "Message and data rates may apply."`},
		{says: saysFrequency, code: "30558", lacks: "how often texts come", fix: `Add "Message frequency varies."`},
		{says: saysStop, code: "30882", lacks: "how to opt out", fix: `Add "Reply STOP to opt out."`},
		{says: saysHelp, code: "30882", lacks: "how to get help", fix: `Add "Reply HELP for help."`},
		{says: saysContact, code: "30560", lacks: "a support contact", fix: "Add a support phone number or e-mail address.", warningOnly: true},
	} {
		if c.says.MatchString(page.Text) {
			continue
		}
		severity := SeverityError
		if c.warningOnly {
			severity = SeverityWarning
		}
		p.add(severity, c.code, "terms_url", "The terms do not say "+c.lacks+".", c.fix)
	}
}

func (p *preflight) ownDomain(code, field, address string) {
	if host := siteHost(address); host != "" && p.site != "" && !sameSite(host, p.site) && !within(host, publicShorteners) && !within(host, socials) {
		p.warn(code, field, "It is not on the domain of the website.", "Put it on "+p.site+".")
	}
}

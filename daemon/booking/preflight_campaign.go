package booking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func itoa(n int) string { return strconv.Itoa(n) }

var (
	// links finds what phones turn into a link: with a scheme, or a bare name with a well-known ending and a path.
	links = regexp.MustCompile(`(?i)\b(https?://[^\s\[\]<>"]+|(?:[a-z0-9-]+\.)+(?:com|net|org|io|ly|co|us|biz|info|me|link|example)(?:/[^\s\[\]<>"]*)?)`)
	// phones finds North American numbers as people write them.
	phones = regexp.MustCompile(`(?:\+?1[ .-]?)?\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\+1\d{10}\b|\b\d{10}\b`)

	promises = regexp.MustCompile(`(?i)(\d+ ?% off|\$\d+ off|\bdiscount|\bcoupon|\bpromo|\bspecial offer|\blimited time|\bdeal\b|\bsave \$|\bfree\b|\bsale\b)`)
	shaft    = regexp.MustCompile(`(?i)\b(cannabis|marijuana|cbd|thc|firearm|ammunition|tobacco|vape|alcohol|casino|gambling|payday|loan|debt relief|crypto)\w*`)
	vague    = regexp.MustCompile(`(?i)^\W*(we )?(will )?(send|sending)?\s*((sms|texts?|messages?|notifications?|updates?|reminders?|alerts?)\s+)+to (our )?customers\.?\W*$`)
)

func holdsLink(s string) bool  { return links.MatchString(s) }
func holdsPhone(s string) bool { return phones.MatchString(links.ReplaceAllString(s, " ")) }

// campaign checks use case and description.
func (p *preflight) campaign() {
	b := &p.Business
	sole := b.BrandType == BrandSoleProprietor
	switch {
	case sole && b.UseCase != "SOLE_PROPRIETOR":
		p.fail("30900", "use_case", "A sole proprietor's campaign has the use case SOLE_PROPRIETOR.", "Leave use_case empty.")
	case !sole && b.UseCase == "SOLE_PROPRIETOR":
		p.fail("30900", "use_case", "This use case is for sole proprietors.", "Choose LOW_VOLUME.")
	case slices.Contains([]string{"AGENTS_FRANCHISES", "EMERGENCY", "K12_EDUCATION", "PROXY", "SOCIAL", "SWEEPSTAKE", "POLITICAL", "CHARITY", "2FA"}, b.UseCase):
		p.warn("30893", "use_case", "Reminders about unfinished bookings do not fit "+b.UseCase+", or carriers approve it separately.", "Choose LOW_VOLUME, CUSTOMER_CARE or ACCOUNT_NOTIFICATION.")
	}
	p.length("21728", "description", b.Description, 40, 4096)
	if vague.MatchString(b.Description) {
		p.fail("30886", "description", "The description does not say who sends what to whom, and why.", "Leave it empty to have it written from what the house does, or say so in two sentences.")
	}
	if p.Texting.Automated && !regexp.MustCompile(`(?i)(two-way|conversation|repl(y|ies)|chat)`).MatchString(b.Description) {
		p.warn("30886", "description", "Customers can talk with an automated assistant, and the description does not say so.", "Add that there is a two-way conversation.")
	}
	if m := shaft.FindString(b.Description + " " + strings.Join(b.Samples, " ")); m != "" {
		p.warn("30883", "description", strconv.Quote(m)+" makes reviewers think of content that is not permitted.", "Take it out unless the business needs it.")
	}
	if b.UseCase != "MARKETING" && b.UseCase != "MIXED" && b.UseCase != "LOW_VOLUME" && !sole {
		if m := promises.FindString(strings.Join(slices.Concat(b.Samples, p.Texting.Samples), " ")); m != "" {
			p.warn("30893", "use_case", strconv.Quote(m)+" in a text is promotion, and the use case is "+b.UseCase+".", "Take it out of the template, or choose MARKETING.")
		}
	}
}

func (p *preflight) length(code, field, s string, low, high int) {
	switch n := len([]rune(s)); {
	case n == 0:
		p.fail("21727", field, "It is missing.", "Fill it in, "+itoa(low)+" to "+itoa(high)+" characters.")
	case n < low || n > high:
		p.fail(code, field, "It has "+itoa(n)+" characters.", "Use "+itoa(low)+" to "+itoa(high)+".")
	}
}

// flow checks the description of the opt-in, and with it the words of the consent box it quotes.
func (p *preflight) flow() {
	flow := p.Business.MessageFlow
	p.length("21728", "message_flow", flow, 40, 2048)
	if flow == "" {
		return
	}
	if !links.MatchString(flow) {
		p.fail("30896", "message_flow", "It does not give the public address of the booking form.", "Add the form's address, or that of a picture of it.")
	}
	if letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, flow); strings.IndexFunc(letters, func(r rune) bool { return r > 0x24f }) >= 0 {
		p.fail("30910", "message_flow", "It is not in English.", "Write it in English.")
	}
	for _, c := range []struct {
		says             *regexp.Regexp
		code, lacks, fix string
	}{
		{saysSMS, "30551", "the words SMS or text", `Say "text messages (SMS)".`},
		{saysRates, "30569", "that rates may apply", `Add "Message and data rates may apply."`},
		{saysFrequency, "30545", "how often texts come", `Add "Message frequency varies."`},
		{saysStop, "30896", "how to opt out", `Add "Reply STOP to opt out."`},
		{saysHelp, "30570", "how to get help", `Add "HELP for help."`},
	} {
		if !c.says.MatchString(flow) {
			p.warn(c.code, "message_flow", "It does not say "+c.lacks+".", c.fix)
		}
		if p.Texting.Consent != "" && !c.says.MatchString(p.Texting.Consent) {
			p.warn(c.code, "consent_text", "The words beside the scheduler's consent box do not say "+c.lacks+".", c.fix)
		}
	}
	if regexp.MustCompile(`(?i)\bpre-?(checked|ticked|selected)\b`).MatchString(flow) && !regexp.MustCompile(`(?i)\bnot\b[^.]{0,20}\bpre-?(checked|ticked|selected)`).MatchString(flow) {
		p.fail("30931", "message_flow", "It says that the box is ticked in advance.", "Leave the box unticked, and say so.")
	}
}

// samples checks them, and the flags, against the texts that really go out.
func (p *preflight) samples() {
	b := &p.Business
	if n := len(b.Samples); n < 2 || n > 5 {
		p.fail("21727", "samples", "There are "+itoa(n)+" samples.", "Give two to five.")
	}
	stop, named := false, false
	for _, s := range b.Samples {
		if n := len([]rune(s)); n < 20 || n > 1024 {
			p.fail("21728", "samples", "A sample has "+itoa(n)+" characters.", "Each has 20 to 1024.")
		}
		stop = stop || saysStop.MatchString(s)
		named = named || mentions(s, b.LegalName) || mentions(s, p.Texting.Business)
	}
	if len(b.Samples) > 0 && !stop {
		p.fail("30887", "samples", "No sample says how to opt out.", `End one with "Reply STOP to opt out."`)
	}
	if len(b.Samples) > 0 && !named {
		p.warn("30893", "samples", "No sample names the business.", "Begin with the business's name, as the real texts do.")
	}
	p.sampleLinks()
	p.flags()
}

func (p *preflight) sampleLinks() {
	told := map[string]bool{}
	for _, text := range slices.Concat(p.Business.Samples, p.Texting.Samples) {
		for _, l := range links.FindAllString(text, -1) {
			address := l
			if !strings.Contains(strings.ToLower(l), "://") {
				address = "https://" + l
			}
			host := siteHost(address)
			if told[host] {
				continue
			}
			told[host] = true
			switch {
			case within(host, publicShorteners):
				p.fail("30892", "samples", "A text holds a link of the public shortener "+host+".", "Use links on the business's own domain.")
			case strings.HasPrefix(strings.ToLower(l), "http://"):
				p.severe("30892", "samples", "A link in the texts is not https: "+host+".", "Set server.public_url to an https address on the business's own domain.")
			case p.site != "" && !sameSite(host, p.site):
				p.warn("30892", "samples", "The links in the texts lead to "+host+", which is not on the domain of the website.", "Set server.public_url to a host such as book."+p.site+".")
			}
		}
	}
}

// severe is an error that a trial with the simulator may have: its own address is that of the machine.
func (p *preflight) severe(code, field, message, fix string) {
	if p.Lenient {
		p.warn(code, field, message, fix)
		return
	}
	p.fail(code, field, message, fix)
}

// flags: both must be true when any sample, or any text that really goes out, holds the thing (Twilio error 30889).
func (p *preflight) flags() {
	texts := slices.Concat(p.Business.Samples, p.Texting.Samples)
	for _, f := range []struct {
		field, what string
		is          *bool
		holds       func(string) bool
	}{
		{"has_embedded_links", "links", p.Business.HasEmbeddedLinks, holdsLink},
		{"has_embedded_phone", "phone numbers", p.Business.HasEmbeddedPhone, holdsPhone},
	} {
		set, holds := f.is != nil && *f.is, slices.ContainsFunc(texts, f.holds)
		switch {
		case holds && !set:
			p.fail("30889", f.field, "The texts hold "+f.what+", and the flag says that they do not.", "Set it to true, or leave it out.")
		case set && !holds:
			p.warn("30889", f.field, "The flag says that the texts hold "+f.what+", and none does.", "Set it to false, or leave it out.")
		}
	}
}

package api

import (
	"slices"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The registration for texting, page by page: EIN, company, identifiers, texts, and the review that submits it.

// reviewStep is the last page of the form; those before it are filingForms'.
const reviewStep = "review"

// filingSteps are the pages of the form, in order.
var filingSteps = []string{"ein", "company", "identifiers", "texts", reviewStep}

// filingForm is one page of the form, bound to r.
func filingForm(step string, r *wire.Registration) form {
	f := form{Action: "/console/setup/registration/" + step, Button: word("save.next")}
	add := func(title string, inputs ...*input) {
		f.Groups = append(f.Groups, group{Title: word("group." + title), Inputs: inputs})
	}
	a, p := &r.Address, &r.Representative
	switch step {
	case "ein":
		add("ein", text("ein", &r.EIN).needed().auto("off"), text("legal_name", &r.LegalName).needed().auto("organization"), oneOf("brand_type", &r.BrandType, booking.BrandTypes, true))
	case "company":
		add("company", text("website", &r.Website).as("url").needed(), text("address.line1", &a.Line1).needed().auto("address-line1"), text("address.line2", &a.Line2).auto("address-line2"),
			text("address.city", &a.City).needed().auto("address-level2"), text("address.state", &a.State).needed().auto("address-level1"), text("address.postal_code", &a.PostalCode).needed().auto("postal-code"))
		add("representative", text("representative.first_name", &p.FirstName).needed(), text("representative.last_name", &p.LastName).needed(),
			text("representative.email", &p.Email).as("email").needed(), text("representative.phone", &p.Phone).as("tel").needed(),
			text("representative.title", &p.Title).needed(), oneOf("representative.position", &p.Position, booking.Positions, true).needed())
	case "identifiers":
		add("identifiers", oneOf("business_type", &r.BusinessType, booking.BusinessTypes, true).needed(), oneOf("industry", &r.Industry, booking.Industries, true).needed(),
			oneOf("company_type", &r.CompanyType, booking.CompanyTypes, true))
		add("stock", oneOf("stock_exchange", &r.StockExchange, booking.Exchanges, true), text("stock_ticker", &r.StockTicker))
	case "texts":
		add("pages", text("privacy_url", &r.PrivacyURL).as("url").needed(), text("terms_url", &r.TermsURL).as("url").needed(),
			text("support_email", &r.SupportEmail).as("email"), text("support_phone", &r.SupportPhone).as("tel"))
		add("campaign", oneOf("use_case", &r.UseCase, booking.UseCases, true), area("description", &r.Description), area("message_flow", &r.MessageFlow), lines("samples", &r.Samples))
	}
	return f
}

// stepOf names the page of the form on which a field stands.
func stepOf(field string) string {
	for _, step := range filingSteps {
		for _, i := range filingForm(step, &wire.Registration{}).Inputs() {
			if about(field, i.Name) || about(i.Name, field) {
				return step
			}
		}
	}
	return reviewStep
}

// finding is what reviewers reject, or rejected, with the fields that it is about and the pages where they are mended.
type finding struct {
	Message, Fix string
	Soft         bool
	Fields       []pair // label and address
}

func findingOf(field, message, fix string, soft bool) finding {
	label := word("filing." + stepOf(field))
	if key := "field." + field; word(key) != key {
		label = word(key)
	}
	return finding{message, inConsole(fix), soft, []pair{{label, "/console/setup/registration/" + stepOf(field)}}}
}

// gathered puts findings that say the same of several fields into one, what holds the submission up first.
func gathered(all []finding) (some []finding) {
	for _, f := range all {
		i := slices.IndexFunc(some, func(s finding) bool { return s.Message == f.Message && s.Fix == f.Fix && s.Soft == f.Soft })
		if i < 0 {
			some = append(some, f)
			continue
		}
		some[i].Fields = append(some[i].Fields, f.Fields...)
	}
	slices.SortStableFunc(some, func(x, y finding) int { return boolOrder(x.Soft) - boolOrder(y.Soft) })
	return some
}

// mark puts findings beside the inputs that they are about.
func (f form) mark(found []finding, fields []string) {
	for i, w := range found {
		for _, in := range f.Inputs() {
			if about(fields[i], in.Name) || about(in.Name, fields[i]) {
				in.Flaws = append(in.Flaws, flaw{w.Message, w.Fix, w.Soft})
				break
			}
		}
	}
}

// rejections are the reasons of a rejection, and their fields.
func rejections(f booking.Filing) (all []finding, fields []string) {
	for _, r := range f.Rejections {
		all, fields = append(all, findingOf(r.Field, r.Reason, r.Fix, false)), append(fields, r.Field)
	}
	return all, fields
}

func preflightFindings(items []booking.PreflightItem) (all []finding, fields []string) {
	for _, i := range items {
		all, fields = append(all, findingOf(i.Field, i.Message, i.Fix, i.Severity == booking.SeverityWarning)), append(fields, i.Field)
	}
	return all, fields
}

// registrationPage is where a registration stands.
type registrationPage struct {
	Status, State string
	Editable      bool
	Begun         bool // something was filled in
	Timeline      []milestone
	Hold          *booking.Hold
	Repeat        bool // a lost call can be made again
	Confirm       bool // a sole proprietor waits for the text that confirms
	Rejections    []finding
	Submitted     []group // what was submitted, locked
	UpdatesLeft   *int
	Steps         []filingStep
}

// milestone is one station of a registration.
type milestone struct{ Label, At, Note, State string }

type filingStep struct {
	Label, Path string
	Now         bool
}

func stepsOf(now string) (all []filingStep) {
	for _, s := range filingSteps {
		all = append(all, filingStep{word("filing." + s), "/console/setup/registration/" + s, s == now})
	}
	return all
}

func (c *call) showRegistrationPage() (any, error) { return c.registrationPage(nil) }

func (c *call) registrationPage(problem error) (any, error) {
	var v shell
	var p registrationPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("registration.title"), "setup"); err != nil {
			return err
		}
		f, err := s.Filing(c.who.Account)
		if err != nil {
			return err
		}
		r, err := s.Registration(c.who.Account)
		shown := wire.FromRegistration(f, r)
		p = registrationPage{Status: string(r.Status), State: word("registration." + string(r.Status)), Editable: f.Editable(), Begun: f.Draft.EIN != "" || f.Draft.LegalName != "",
			Timeline: v.milestones(f, r), UpdatesLeft: shown.UpdatesLeft, Steps: stepsOf("")}
		why, _ := rejections(f)
		p.Rejections = gathered(why)
		if f.Hold != nil {
			p.Hold = &booking.Hold{Code: f.Hold.Code, Message: capital(f.Hold.Message), Fix: capital(inConsole(f.Hold.Fix))}
			p.Repeat = f.Hold.Code == "registration_unknown" && v.MayAdminister
		}
		p.Confirm = v.MayAdminister && f.Submitted != nil && f.Submitted.BrandType == booking.BrandSoleProprietor && f.Status == booking.RegistrationInReview
		if !p.Editable && f.Submitted != nil {
			for _, step := range filingSteps {
				p.Submitted = append(p.Submitted, filingForm(step, &shown).shown().Groups...)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, "/console/setup/registration", p
	return c.office("registration", v, problem)
}

// milestones are the stations of a registration, with where it is now.
func (v shell) milestones(f booking.Filing, r booking.Registration) []milestone {
	brand := slices.Contains(f.Done, booking.StepBrandReview)
	all := []milestone{{Label: word("milestone.filled"), State: "now"}, {Label: word("milestone.submitted"), At: v.At(f.SubmittedAt)}, {Label: word("milestone.brand"), Note: word("milestone.brand.note")},
		{Label: word("milestone.campaign"), Note: word("milestone.campaign.note")}, {Label: word("milestone.approved"), At: v.At(f.DecidedAt)}}
	at := 0
	switch r.Status {
	case booking.RegistrationSubmitted:
		at = 1
	case booking.RegistrationInReview:
		if at = 2; brand {
			at = 3
		}
	case booking.RegistrationApproved:
		at = len(all)
	case booking.RegistrationRejected:
		if at = 2; slices.Contains(f.Done, booking.StepCampaignRejected) {
			at = 3
		}
		all = append(all[:at+1:at+1], milestone{Label: word("milestone.rejected"), At: v.At(f.DecidedAt), State: "bad"})
		at++
	}
	for i := range all {
		switch {
		case all[i].State == "bad":
		case i < at:
			all[i].State, all[i].Note = "past", ""
		case i == at:
			all[i].State = "now"
			if f.Note != "" {
				all[i].Note = capital(strings.TrimSuffix(f.Note, ".")) + "."
			}
		default:
			all[i].State = "later"
		}
	}
	return all
}

// registrationDo carries out a button of the registration's page.
func (c *call) registrationDo(done string, do func() error) (any, error) {
	if err := do(); err != nil {
		return c.registrationPage(err)
	}
	return c.done("/console/setup/registration", done)
}

func (c *call) refreshInConsole() (any, error) {
	return c.registrationDo("asked", func() error {
		_, err := c.engine.RefreshFiling(c.ctx, c.who.Account)
		return err
	})
}

func (c *call) repeatInConsole() (any, error) {
	return c.registrationDo("repeated", func() error {
		_, err := c.engine.RepeatFiling(c.ctx, c.who.Account)
		return err
	})
}

func (c *call) confirmInConsole() (any, error) {
	return c.registrationDo("confirmed", func() error { return c.engine.ConfirmOwner(c.ctx, c.who.Account) })
}

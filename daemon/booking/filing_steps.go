package booking

import (
	"cmp"
	"slices"
	"time"
)

// Step is one call of a registration at the carrier. Stored: never rename.
type Step string

// The steps, in order. daemon/engine/README.md draws them.
const (
	StepPrimary              Step = "primary"               // find the operator's own approved profile
	StepProfile              Step = "profile"               // the business's profile
	StepCompany              Step = "company"               // who it is
	StepCompanyAssign        Step = "company_assign"        //
	StepRepresentative       Step = "representative"        // who answers for it
	StepRepresentativeAssign Step = "representative_assign" //
	StepAddress              Step = "address"               // where it is
	StepDocument             Step = "document"              // the proof of address
	StepDocumentAssign       Step = "document_assign"       //
	StepPrimaryAssign        Step = "primary_assign"        // the operator vouches
	StepProfileCheck         Step = "profile_check"         // the carrier's own check for completeness
	StepProfileSubmit        Step = "profile_submit"        // for review
	StepTrust                Step = "trust"                 // the profile for A2P messaging
	StepTrustInfo            Step = "trust_info"            // company type and stock details
	StepTrustInfoAssign      Step = "trust_info_assign"     //
	StepTrustProfileAssign   Step = "trust_profile_assign"  //
	StepTrustCheck           Step = "trust_check"           //
	StepTrustSubmit          Step = "trust_submit"          //
	StepProfileReview        Step = "profile_review"        // what both profiles were refused for comes within half a minute
	StepBrand                Step = "brand"                 // costs money
	StepBrandReview          Step = "brand_review"          // ask until it is decided
	StepService              Step = "service"               // the messaging service
	StepNumbers              Step = "numbers"               // which numbers there are
	StepNumberAssign         Step = "number_assign"         // once for each number
	StepUseCases             Step = "use_cases"             // which the brand may have
	StepCampaignDelete       Step = "campaign_delete"       // only when another use case was chosen
	StepCampaign             Step = "campaign"              // costs money
	StepCampaignReview       Step = "campaign_review"       // ask until it is decided

	// Marks among the done steps, which are no calls.
	StepBrandRejected    Step = "brand_rejected"
	StepCampaignRejected Step = "campaign_rejected"
	StepCampaignChanged  Step = "campaign_changed"
)

// Steps lists the calls in order.
var Steps = []Step{StepPrimary, StepProfile, StepCompany, StepCompanyAssign, StepRepresentative, StepRepresentativeAssign, StepAddress,
	StepDocument, StepDocumentAssign, StepPrimaryAssign, StepProfileCheck, StepProfileSubmit, StepTrust, StepTrustInfo, StepTrustInfoAssign,
	StepTrustProfileAssign, StepTrustCheck, StepTrustSubmit, StepProfileReview, StepBrand, StepBrandReview, StepService, StepNumbers, StepNumberAssign,
	StepUseCases, StepCampaignDelete, StepCampaign, StepCampaignReview}

// brandSteps are those up to an approved brand.
var brandSteps = Steps[:slices.Index(Steps, StepBrandReview)+1]

// Next gives the call that is to be made now; false when there is none.
func (f *Filing) Next(a AccountID, numbers []PhoneNumber) (Call, bool) {
	if f.Hold != nil || f.Submitted == nil && !f.Adopted {
		return Call{}, false
	}
	switch f.Status {
	case RegistrationSubmitted, RegistrationInReview:
	case RegistrationApproved:
		return f.watch(a, numbers)
	default:
		return Call{}, false
	}
	for _, s := range Steps {
		if f.has(s) || !f.needs(s) {
			continue
		}
		c := f.call(a, s)
		if s == StepNumberAssign {
			var ok bool
			if c.Number, ok = f.unassigned(numbers); !ok {
				continue
			}
		}
		return c, true
	}
	return Call{}, false
}

// watch is what an approved registration still does: numbers that came later are assigned, and once a day it is asked
// whether it stands.
func (f *Filing) watch(a AccountID, numbers []PhoneNumber) (Call, bool) {
	if n, ok := f.unassigned(numbers); ok && f.Objects[StepService] != "" {
		c := f.call(a, StepNumberAssign)
		c.Number = n
		return c, true
	}
	if f.Objects[StepCampaign] == "" {
		return Call{}, false
	}
	return f.call(a, StepCampaignReview), true
}

func (f *Filing) call(a AccountID, s Step) Call {
	c := Call{Account: a, Step: s, Tag: f.Tag, SID: f.Objects[s], Objects: f.Objects, Verb: VerbCreate, Since: f.Since}
	if f.Submitted != nil {
		c.Business = *f.Submitted
	}
	switch s {
	case StepPrimary, StepProfileReview, StepBrandReview, StepNumbers, StepUseCases, StepCampaignReview:
		c.Verb = VerbRead
	case StepProfileCheck, StepProfileSubmit, StepTrustCheck, StepTrustSubmit, StepNumberAssign, StepCampaignDelete:
		c.Verb = VerbUpdate
	case StepBrand, StepCampaign:
		c.Paid = true
	}
	if c.SID != "" && c.Verb == VerbCreate {
		c.Verb = VerbUpdate
	}
	if f.Begun != nil && f.Begun.Step == s {
		c.Begun = f.Begun.At
	}
	return c
}

// needs tells whether this registration has the step at all.
func (f *Filing) needs(s Step) bool {
	sole := f.Submitted.BrandType == BrandSoleProprietor
	direct := f.Objects[StepProfile] != "" && f.Objects[StepProfile] == f.Objects[StepPrimary]
	switch s {
	case StepPrimary:
		return !sole
	case StepProfile:
		return f.Objects[s] == ""
	case StepCompany, StepAddress, StepProfileCheck, StepProfileSubmit:
		return !direct
	case StepDocument, StepDocumentAssign, StepCompanyAssign: // once is enough: they name what may change
		return !direct && f.Objects[s] == ""
	case StepRepresentative:
		return !direct && !sole
	case StepRepresentativeAssign, StepPrimaryAssign:
		return !direct && !sole && f.Objects[s] == ""
	case StepTrust, StepTrustInfoAssign, StepTrustProfileAssign, StepService:
		return f.Objects[s] == ""
	case StepCampaignDelete:
		return f.has(StepCampaignChanged) && f.Objects[StepCampaign] != ""
	}
	return true
}

// unassigned gives the next number that belongs into the messaging service. A sole proprietor may have one only.
func (f *Filing) unassigned(numbers []PhoneNumber) (string, bool) {
	sole := f.Submitted != nil && f.Submitted.BrandType == BrandSoleProprietor
	if f.Submitted == nil && !f.Adopted || sole && len(f.Numbers) > 0 {
		return "", false
	}
	own := slices.Clone(numbers)
	slices.SortStableFunc(own, func(a, b PhoneNumber) int { // the default first
		return cmp.Compare(boolInt(b.DefaultOutbound), boolInt(a.DefaultOutbound))
	})
	for _, n := range own {
		if n.CarrierSID != "" && n.SMSCapable && !n.Gone && n.TollFree == "" && !slices.Contains(f.Numbers, n.CarrierSID) {
			return n.CarrierSID, true
		}
	}
	return "", false
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Begin writes the intent of a call.
func (f *Filing) Begin(now time.Time, c Call) { f.Begun = &BegunStep{Step: c.Step, At: now} }

// Answer takes in what the carrier answered to a call, and sets when to go on.
func (f *Filing) Answer(now time.Time, c Call, got Filed) {
	f.Begun, f.Tries, f.DueAt, f.Note = nil, 0, now, got.Note
	if f.Objects == nil {
		f.Objects = map[Step]string{}
	}
	if got.SID != "" {
		f.Objects[c.Step] = got.SID
	}
	switch got.Verdict {
	case FilingPending:
		if f.Since.IsZero() {
			f.Since = now
		}
		f.DueAt = now.Add(cmp.Or(got.Wait, PollAfter(now.Sub(f.Since))))
		if f.Status == RegistrationApproved { // looked at again by the carrier; texts go on as long as they are taken
			f.DueAt = now.Add(time.Hour)
		}
		return
	case FilingRejected:
		f.refused(now, c, got)
		return
	case FilingMissing:
		f.Hold = &Hold{"registration_held", holdWords(got), "mend it at the carrier, then POST /v1/registration/refresh"}
		f.DueAt = time.Time{}
		return
	}
	f.Since = time.Time{}
	switch c.Step {
	case StepNumberAssign:
		f.Numbers = append(f.Numbers, c.Number)
		if f.Status == RegistrationApproved {
			f.DueAt = now
		}
		return
	case StepPrimary:
		if got.Direct {
			f.Objects[StepProfile] = got.SID
		}
	case StepBrand:
		if c.Verb == VerbUpdate {
			f.Updates++
		}
		f.move(RegistrationInReview)
	case StepCampaignDelete:
		delete(f.Objects, StepCampaign)
		delete(f.Objects, StepCampaignDelete)
	case StepCampaign:
		f.move(RegistrationInReview)
		f.Campaign = c.Business.UseCase
	case StepCampaignReview:
		if f.Status == RegistrationApproved {
			f.DueAt = now.Add(watchEvery)
			return
		}
		f.Approve(now)
		f.Done = append(f.Done, c.Step)
		return
	case StepUseCases:
		if len(got.Codes) > 0 && !slices.Contains(got.Codes, c.Business.UseCase) {
			f.refused(now, c, Filed{Why: []CarrierFault{{Code: 30900, Fields: []string{"USE_CASE"}}}})
			return
		}
	}
	f.Done = append(f.Done, c.Step)
}

// refused ends the round. What was refused decides where the next one begins.
func (f *Filing) refused(now time.Time, c Call, got Filed) {
	f.Reject(now, Rejections(got.Why))
	switch c.Step {
	case StepBrand, StepBrandReview:
		f.Done = append(f.Done, StepBrandRejected)
	case StepUseCases, StepCampaign, StepCampaignReview:
		f.Done = append(f.Done, StepCampaignRejected)
	}
}

// Refused makes the answer of a call that the carrier refused outright: wrong credentials or a missing right wait for a person,
// everything else is a reason like a reviewer's.
func Refused(c Call, no *CarrierError) Filed {
	why := []CarrierFault{{Code: no.Code, Text: no.Message}}
	switch {
	case c.Step == StepNumberAssign && no.Code == 21710: // it is in this service already
		return Filed{}
	case c.Step == StepNumberAssign && (no.Code == 21712 || no.Code == 21715 || no.Code == 21714): // in another one, no SMS, or full
		return Filed{Note: "number " + c.Number + " stays outside of the messaging service: " + no.Message}
	case no.HTTPStatus == 401 || no.HTTPStatus == 403 || no.HTTPStatus == 404 || c.Step == StepPrimary:
		why[0].Text = "the carrier refuses the call " + string(c.Step) + ": " + no.Error()
		return Filed{Verdict: FilingMissing, Why: why}
	}
	return Filed{Verdict: FilingRejected, Why: why}
}

func holdWords(got Filed) string {
	for _, w := range got.Why {
		if w.Text != "" {
			return w.Text
		}
	}
	return "the carrier lacks something"
}

// Retry puts the present call off: the carrier did not take it.
func (f *Filing) Retry(now time.Time, after time.Duration) {
	f.Tries++
	f.Begun, f.DueAt = nil, now.Add(max(after, RetryRegister(f.Tries)))
}

// The questions about a call whose answer was lost, and the waits between them: the carrier's lists may lag.
const (
	askRegister = time.Minute
	maxAsked    = 3
)

// NotFound notes that the carrier does not have what a lost call should have made. What costs nothing is made again; what
// costs money is asked about three times and then waits for a person.
func (f *Filing) NotFound(now time.Time, c Call) {
	if f.Begun == nil {
		return
	}
	f.Begun.Asked++
	switch {
	case !c.Paid:
		f.Begun, f.DueAt = nil, now
	case f.Begun.Asked < maxAsked:
		f.DueAt = now.Add(askRegister)
	default:
		f.Hold = &Hold{"registration_unknown",
			"Nobody can say whether the " + string(c.Step) + " was filed: the carrier was called, its answer was lost, and it does not list it.",
			"look into the Twilio Console; if it is there, adopt it or refresh; if not, POST /v1/registration/repeat files it again, which costs the fee"}
		f.DueAt = time.Time{}
	}
}

// Repeat is a person's word that a lost call did not happen: it is made again.
func (f *Filing) Repeat(now time.Time) error {
	if f.Begun == nil || f.Hold == nil || f.Hold.Code != "registration_unknown" {
		return Refuse(Conflict, "nothing_to_repeat", "", "no call of the registration is in doubt", "GET /v1/registration shows what is waited for")
	}
	f.Begun, f.Hold, f.Tries, f.DueAt = nil, nil, 0, now
	return nil
}

// Refresh asks the carrier now.
func (f *Filing) Refresh(now time.Time) {
	if f.Hold != nil {
		f.Hold, f.Tries = nil, 0
		if f.Begun != nil {
			f.Begun.Asked = 0
		}
	}
	f.DueAt = now
}

// Told is for a decision that the carrier says is there: it is asked now and not in its turn. It takes up nothing that waits for a person.
func (f *Filing) Told(now time.Time) {
	if f.Hold == nil && f.DueAt.After(now) {
		f.DueAt = now
	}
}

// Adopt takes over what the carrier has behind a messaging service.
func (f *Filing) Adopt(now time.Time, s Standing) error {
	if !f.Editable() && f.Status != RegistrationApproved {
		return f.Locked()
	}
	switch {
	case s.Sender == "":
		return Refuse(Conflict, "nothing_to_adopt", "messaging_service", "this messaging service has neither a campaign nor a verified toll-free number",
			"choose another one, or submit a registration")
	case s.Verdict != FilingDone:
		return Refuse(Conflict, "not_approved", "messaging_service", "the campaign behind this messaging service is not approved",
			"wait for its approval at Twilio, or choose another messaging service")
	}
	f.Adopted, f.Submitted, f.Campaign = true, nil, s.UseCase
	f.Objects = map[Step]string{StepService: s.Service}
	if s.Brand != "" {
		f.Objects[StepBrand] = s.Brand
	}
	if s.Campaign != "" {
		f.Objects[StepCampaign] = s.Campaign
	}
	f.Numbers, f.Done = nil, nil
	for _, n := range s.Numbers {
		f.Numbers = append(f.Numbers, n.SID)
	}
	f.Approve(now)
	if s.Campaign == "" {
		f.DueAt = time.Time{}
	}
	return nil
}

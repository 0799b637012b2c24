package booking

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// reviewRule is what is known about a reviewer's code.
type reviewRule struct {
	field  string // to mend
	reason string
	fix    string
	final  bool // the same business cannot submit again
}

// reviewRules are the codes of brand and campaign reviews (twilio.com/docs/api/errors/<code>, read Nov 2026; the group 3053x
// to 3057x is new in Sep 2026 and shared with toll-free verification).
var reviewRules = map[int]reviewRule{
	18011: {field: "legal_name", reason: "The legal name does not match the tax records.", fix: "Write the name exactly as on the IRS letter (CP 575 or 147C)."},
	21717: {field: "brand_type", reason: "The brand is not approved yet.", fix: "Wait for the brand, then submit again."},
	21719: {field: "use_case", reason: "The messaging service is used for another use case.", fix: "Choose the use case of that service, or another service."},
	21720: {field: "use_case", reason: "There is no such use case.", fix: "Choose LOW_VOLUME, MIXED, CUSTOMER_CARE or ACCOUNT_NOTIFICATION."},
	21724: {field: "brand_type", reason: "The brand was updated three times already.", fix: "Ask Twilio's support to update it, then adopt it.", final: true},
	21725: {field: "brand_type", reason: "Only a failed brand can be updated.", fix: "Refresh the registration."},
	21727: {field: "description", reason: "Something that is needed is missing.", fix: "Fill in every field of the campaign."},
	21728: {field: "description", reason: "A field is too short or too long.", fix: "Description 40 to 4096 characters, message flow 40 to 2048, samples 20 to 1024."},
	22215: {field: "legal_name", reason: "A field of the business profile is missing or failed its check.", fix: "Mend the field that the reason names."},
	22217: {field: "address", reason: "The business profile lacks a part.", fix: "Fill in company, representative and address."},
	30532: {field: "use_case", reason: "Personal messages are not permitted over this road.", fix: "Describe messages of the business to its customers."},
	30533: {field: "use_case", reason: "Person-to-person messages are not permitted over this road.", fix: "Describe messages of the business to its customers."},
	30535: {field: "use_case", reason: "Messages that people are to pass on are not permitted.", fix: "Take the invitation to pass on out of the texts."},
	30538: {field: "samples", reason: "There is not a sample for each use case.", fix: "Give one real sample for each purpose of the campaign."},
	30540: {field: "message_flow", reason: "The confirmation of the opt-in is missing.", fix: "Say that the first text names the business, why it comes, STOP and HELP."},
	30543: {field: "message_flow", reason: "The opt-in cannot be verified.", fix: "Give the public address of the form, or of a picture of it."},
	30544: {field: "message_flow", reason: "The words beside the consent box do not say what the texts are for.", fix: "Say in the consent words that reminders about an unfinished booking are sent."},
	30545: {field: "message_flow", reason: "The words beside the consent box do not say how often texts come.", fix: "Add \"Message frequency varies.\""},
	30548: {field: "message_flow", reason: "The consent to a charity's texts is missing.", fix: "Name the charity and the consent in the message flow."},
	30551: {field: "message_flow", reason: "The words beside the consent box do not say SMS or text.", fix: "Say \"text messages (SMS)\" in the consent words."},
	30555: {field: "message_flow", reason: "The first text goes out before there is consent.", fix: "Say that only who ticked the box gets a text."},
	30556: {field: "message_flow", reason: "The consent is bundled with e-mail or calls.", fix: "Give SMS a checkbox of its own."},
	30558: {field: "terms_url", reason: "The terms do not say how often texts come.", fix: "Add \"Message frequency varies.\" to the terms."},
	30560: {field: "terms_url", reason: "The terms name no support contact.", fix: "Add a support phone number or e-mail address to the terms."},
	30562: {field: "terms_url", reason: "The terms do not say that rates may apply.", fix: "Add \"Message and data rates may apply.\" to the terms."},
	30569: {field: "message_flow", reason: "The words beside the consent box do not say that rates may apply.", fix: "Add \"Message and data rates may apply.\""},
	30570: {field: "message_flow", reason: "The words beside the consent box do not say how to get help.", fix: "Add \"Reply HELP for help.\""},
	30701: {field: "legal_name", reason: "A field has the wrong form or length.", fix: "Mend the field that the reason names."},
	30702: {field: "legal_name", reason: "The registry does not know the brand any more.", fix: "Submit again; a new brand is registered."},
	30703: {field: "ein", reason: "This business is registered already.", fix: "Adopt the brand and campaign it has."},
	30712: {field: "brand_type", reason: "The Twilio account has as many brands as it may have.", fix: "Ask Twilio's support for more."},
	30729: {field: "address", reason: "The country is not permitted.", fix: "Give the address in the United States or Canada."},
	30749: {field: "representative.email", reason: "This e-mail address was used too often.", fix: "Give another address."},
	30751: {field: "representative.phone", reason: "This number is not a mobile that can be confirmed.", fix: "Give the owner's own mobile number."},
	30752: {field: "representative.phone", reason: "Nobody answered the confirmation text within 24 hours.", fix: "Have it sent again, and reply YES from the owner's mobile."},
	30790: {field: "legal_name", reason: "The registry had a mistake of its own.", fix: "Ask Twilio's support."},
	30791: {field: "legal_name", reason: "The registry is in trouble.", fix: "Submit again in a while."},
	30792: {field: "legal_name", reason: "The registry refused the brand without a reason.", fix: "Ask Twilio's support."},
	30793: {field: "brand_type", reason: "The profiles behind the brand are swapped or wrong.", fix: "Ask Twilio's support to delete the brand, then submit again."},
	30795: {field: "legal_name", reason: "The EIN and the legal name do not belong together.", fix: "Write the name exactly as on the IRS letter (CP 575 or 147C); a new EIN needs 30 to 90 days to show up."},
	30799: {field: "legal_name", reason: "The business could not be verified.", fix: "Check EIN, legal name, stock details and the non-profit status."},
	30880: {field: "description", reason: "The campaign was rejected without a known reason.", fix: "Read what the reviewer wrote, and mend it."},
	30881: {field: "support_email", reason: "The support address is with a public mail provider.", fix: "Give an address on the business's own domain."},
	30882: {field: "terms_url", reason: "The terms page is missing or lacks what it must say.", fix: "Terms name the program, what is sent and how often, \"Message and data rates may apply\", support contact, STOP and HELP."},
	30883: {field: "description", reason: "Sex, hate, alcohol, firearms or tobacco are not permitted.", fix: "There is no appeal within this registration.", final: true},
	30884: {field: "description", reason: "The texts look like spam or phishing.", fix: "There is no appeal within this registration.", final: true},
	30885: {field: "description", reason: "The campaign counts as high risk.", fix: "There is no appeal within this registration.", final: true},
	30886: {field: "description", reason: "The description is too vague.", fix: "Say who sends, to whom, what, and why."},
	30887: {field: "samples", reason: "No sample says how to opt out.", fix: "End one sample with \"Reply STOP to opt out.\""},
	30888: {field: "description", reason: "An age gate is missing.", fix: "Ask for the age where the content needs it."},
	30889: {field: "has_embedded_phone", reason: "The samples hold a link or a phone number that the flags do not declare.", fix: "Set has_embedded_links and has_embedded_phone by what the texts hold."},
	30890: {field: "support_phone", reason: "The answer to HELP lacks the business's name or a contact.", fix: "Give a support phone number or address."},
	30891: {field: "website", reason: "The website is down, parked, or not the business's.", fix: "Give the business's own working website."},
	30892: {field: "samples", reason: "A link is of a public shortener, or not https.", fix: "Use links on the business's own domain, by https."},
	30893: {field: "samples", reason: "The samples do not fit the use case.", fix: "Give real samples, and the use case that they are of."},
	30894: {field: "legal_name", reason: "Brand and campaign contradict each other.", fix: "Use the same names and the same website everywhere."},
	30895: {field: "use_case", reason: "The flag for direct lending is wrong.", fix: "Say in the description that nothing is lent."},
	30896: {field: "message_flow", reason: "The opt-in is wrong or cannot be verified.", fix: "Tell the road to consent in steps, with the public address of the form."},
	30897: {field: "use_case", reason: "This kind of business is not permitted.", fix: "There is no appeal within this registration.", final: true},
	30898: {field: "ein", reason: "This EIN was used too often.", fix: "Adopt one of the brands it has."},
	30899: {field: "description", reason: "A carrier rejected the campaign.", fix: "Ask Twilio's support for the reason."},
	30900: {field: "use_case", reason: "This use case is not open to the brand.", fix: "Choose LOW_VOLUME or CUSTOMER_CARE; a public company must first confirm its e-mail."},
	30901: {field: "description", reason: "The review took too long.", fix: "Submit again."},
	30908: {field: "privacy_url", reason: "The privacy policy is missing, or does not say that mobile data is not shared.", fix: "Add: \"Mobile information and text messaging consent are not shared with third parties or affiliates for marketing purposes.\""},
	30909: {field: "message_flow", reason: "The opt-in is missing or not clear.", fix: "Tell the road to consent in steps, with the public address of the form."},
	30910: {field: "message_flow", reason: "The description of the opt-in is not in English.", fix: "Write it in English."},
	30915: {field: "brand_type", reason: "A sole proprietor was declared, and it is really a company.", fix: "Register as low_volume_standard with the EIN."},
	30923: {field: "message_flow", reason: "The consent is not voluntary.", fix: "Say that booking is possible without it."},
	30930: {field: "use_case", reason: "The brand has as many campaigns as it may have.", fix: "Adopt one of them."},
	30931: {field: "message_flow", reason: "The checkbox is ticked in advance.", fix: "Leave it unticked, and say so."},
	60724: {field: "brand_type", reason: "The brand was updated three times already.", fix: "Ask Twilio's support to update it, then adopt it.", final: true},
}

// ReviewFinal tells whether a code ends the registration for good.
func ReviewFinal(code int) bool { return reviewRules[code].final }

// carrierFields are our names of the fields that reviewers name.
var carrierFields = map[string]string{
	"business_registration_number": "ein", "tax_id": "ein", "ein": "ein", "business_name": "legal_name", "legal_name": "legal_name",
	"company_name": "legal_name", "display_name": "legal_name", "business_type": "business_type", "business_industry": "industry", "vertical": "industry",
	"company_type": "company_type", "entity_type": "company_type", "stock_exchange": "stock_exchange", "stock_ticker": "stock_ticker",
	"stock_symbol": "stock_ticker", "website_url": "website", "website": "website", "street": "address.line1", "street_secondary": "address.line2",
	"city": "address.city", "region": "address.state", "state": "address.state", "postal_code": "address.postal_code", "address": "address",
	"address_sids": "address", "iso_country": "address", "country": "address", "first_name": "representative.first_name", "last_name": "representative.last_name",
	"email": "representative.email", "phone": "representative.phone", "phone_number": "representative.phone", "mobile_phone_number": "representative.phone",
	"business_title": "representative.title", "job_position": "representative.position", "brand_contact_email": "representative.email",
	"message_flow": "message_flow", "call_to_action": "message_flow", "description": "description", "use_case": "use_case", "usecase": "use_case",
	"us_app_to_person_usecase": "use_case", "message_samples": "samples", "sample_message": "samples", "sample_messages": "samples",
	"has_embedded_links": "has_embedded_links", "embedded_link": "has_embedded_links", "has_embedded_phone": "has_embedded_phone",
	"embedded_phone": "has_embedded_phone", "privacy_policy_url": "privacy_url", "privacy_policy": "privacy_url", "terms_and_conditions_url": "terms_url",
	"terms_and_conditions": "terms_url", "support_email": "support_email", "support_phone": "support_phone", "nonprofit": "company_type",
	"government_entity": "company_type", "others": "legal_name",
}

// FieldOf gives our name of a field that the carrier names; empty when it is none of ours.
func FieldOf(name string) string {
	name = strings.ToLower(strings.Trim(name, " []"))
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(name)
	if f, ok := carrierFields[name]; ok {
		return f
	}
	if i := strings.IndexAny(name, "[."); i > 0 {
		return carrierFields[name[:i]]
	}
	return ""
}

// maxReason bounds a reviewer's words.
const maxReason = 500

// Rejections turns the carrier's reasons into ours: each with the field to mend, in plain words.
func Rejections(why []CarrierFault) []Rejection {
	var all []Rejection
	for _, w := range why {
		rule, known := reviewRules[w.Code]
		r := Rejection{Code: strconv.Itoa(w.Code), Field: rule.field, Reason: rule.reason, Fix: rule.fix}
		said := clip(strings.TrimSpace(w.Text), maxReason)
		if !known {
			r.Reason = cmp.Or(said, "The carrier gave no reason.")
			r.Fix = "See twilio.com/docs/api/errors/" + r.Code + ", mend it and submit again."
			if w.Code == 0 {
				r.Code, r.Fix = "unknown", "Mend what the reason names and submit again, or ask Twilio's support."
			}
		} else if said != "" {
			r.Reason += " The reviewer wrote: " + said
		}
		fields := slices.DeleteFunc(slices.Clone(w.Fields), func(f string) bool { return FieldOf(f) == "" })
		if len(fields) == 0 {
			all = append(all, r)
		}
		for _, f := range fields {
			r.Field = FieldOf(f)
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	if len(all) == 0 {
		all = []Rejection{{Code: "unknown", Reason: "The carrier gave no reason.", Fix: "Ask Twilio's support."}}
	}
	return all
}

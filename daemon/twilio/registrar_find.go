package twilio

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
	trusthub "github.com/twilio/twilio-go/rest/trusthub/v1"
)

// eachPage goes through the pages of a list until it ends or see says that it has seen enough.
func eachPage(see func(token, number string) (next *string, enough bool, err error)) error {
	token, n := "", ""
	for range maxPages {
		next, enough, err := see(token, n)
		if err != nil || enough || text(next) == "" {
			return err
		}
		u, err := url.Parse(text(next))
		if err != nil {
			return fmt.Errorf("twilio: the next page of a list: %w", err)
		}
		token, n = u.Query().Get("PageToken"), u.Query().Get("Page")
	}
	return fmt.Errorf("twilio: a list has more than %d pages", maxPages)
}

// listPage is how many things of one kind are asked for at once.
const listPage = 100

// FindFiled asks whether a call whose answer was lost was carried out. Everything of ours carries our name at Twilio; brands are
// known by their profiles, campaigns by their messaging service, and updates by when Twilio last changed the thing.
func (r *Registrar) FindFiled(ctx context.Context, c booking.Call) (sid string, there bool, err error) {
	switch c.Step {
	case booking.StepBrand:
		return r.findBrand(ctx, c)
	case booking.StepCampaign:
		return r.findCampaign(ctx, c)
	}
	if _, assigns := assigned[c.Step]; assigns {
		return r.findAssignment(ctx, c)
	}
	name := named(c)
	match := func(friendly, found *string) bool {
		if text(friendly) == name {
			sid, there = text(found), true
		}
		return there
	}
	err = eachPage(func(token, n string) (*string, bool, error) {
		switch c.Step {
		case booking.StepProfile:
			page, err := r.trust(ctx).PageCustomerProfile((&trusthub.ListCustomerProfileParams{}).SetFriendlyName(name).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Results {
				match(v.FriendlyName, v.Sid)
			}
			return page.Meta.NextPageUrl, there, nil
		case booking.StepTrust:
			page, err := r.trust(ctx).PageTrustProduct((&trusthub.ListTrustProductParams{}).SetFriendlyName(name).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Results {
				match(v.FriendlyName, v.Sid)
			}
			return page.Meta.NextPageUrl, there, nil
		case booking.StepDocument:
			page, err := r.trust(ctx).PageSupportingDocument((&trusthub.ListSupportingDocumentParams{}).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Results {
				match(v.FriendlyName, v.Sid)
			}
			return page.Meta.NextPageUrl, there, nil
		case booking.StepAddress:
			page, err := r.c.service(ctx).PageAddress((&api.ListAddressParams{}).SetFriendlyName(name).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Addresses {
				match(v.FriendlyName, v.Sid)
			}
			return page.NextPageUri, there, nil
		case booking.StepService:
			page, err := r.messaging(ctx).PageService((&messaging.ListServiceParams{}).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Services {
				match(v.FriendlyName, v.Sid)
			}
			return page.Meta.NextPageUrl, there, nil
		}
		page, err := r.trust(ctx).PageEndUser((&trusthub.ListEndUserParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.Results {
			match(v.FriendlyName, v.Sid)
		}
		return page.Meta.NextPageUrl, there, nil
	})
	return sid, there, err
}

func (r *Registrar) findAssignment(ctx context.Context, c booking.Call) (sid string, there bool, err error) {
	object := c.Objects[assigned[c.Step]]
	err = eachPage(func(token, n string) (*string, bool, error) {
		if c.Step == booking.StepTrustInfoAssign || c.Step == booking.StepTrustProfileAssign {
			page, err := r.trust(ctx).PageTrustProductEntityAssignment(c.Objects[booking.StepTrust],
				(&trusthub.ListTrustProductEntityAssignmentParams{}).SetPageSize(listPage), token, n)
			if err != nil {
				return nil, false, err
			}
			for _, v := range page.Results {
				if text(v.ObjectSid) == object {
					sid, there = text(v.Sid), true
				}
			}
			return page.Meta.NextPageUrl, there, nil
		}
		page, err := r.trust(ctx).PageCustomerProfileEntityAssignment(c.Objects[booking.StepProfile],
			(&trusthub.ListCustomerProfileEntityAssignmentParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.Results {
			if text(v.ObjectSid) == object {
				sid, there = text(v.Sid), true
			}
		}
		return page.Meta.NextPageUrl, there, nil
	})
	return sid, there, err
}

// changedSince tells whether Twilio changed a thing at or after a call was written down. Twilio's times are whole seconds.
func changedSince(at *time.Time, begun time.Time) bool {
	return at != nil && !at.Before(begun.Truncate(time.Second))
}

func (r *Registrar) findBrand(ctx context.Context, c booking.Call) (sid string, there bool, err error) {
	if err := r.wait(ctx); err != nil {
		return "", false, err
	}
	if c.Verb == booking.VerbUpdate {
		v, err := r.messaging(ctx).FetchBrandRegistrations(c.SID)
		if err != nil {
			return "", false, err
		}
		return c.SID, text(v.Status) != "FAILED" || changedSince(v.DateUpdated, c.Begun), nil
	}
	err = eachPage(func(token, n string) (*string, bool, error) {
		page, err := r.messaging(ctx).PageBrandRegistrations((&messaging.ListBrandRegistrationsParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.Data {
			if text(v.CustomerProfileBundleSid) == c.Objects[booking.StepProfile] && text(v.A2pProfileBundleSid) == c.Objects[booking.StepTrust] {
				sid, there = text(v.Sid), true
			}
		}
		return page.Meta.NextPageUrl, there, nil
	})
	return sid, there, err
}

func (r *Registrar) findCampaign(ctx context.Context, c booking.Call) (sid string, there bool, err error) {
	if err := r.wait(ctx); err != nil {
		return "", false, err
	}
	page, err := r.messaging(ctx).PageUsAppToPerson(c.Objects[booking.StepService],
		(&messaging.ListUsAppToPersonParams{}).SetXTwilioApiVersion(version).SetPageSize(listPage), "", "")
	if err != nil {
		return "", false, err
	}
	for _, v := range page.Compliance { // one campaign per messaging service
		sid = text(v.Sid)
		there = c.Verb == booking.VerbCreate || strings.ToUpper(text(v.CampaignStatus)) != "FAILED" || changedSince(v.DateUpdated, c.Begun)
	}
	return sid, there, nil
}

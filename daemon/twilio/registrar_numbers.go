package twilio

import (
	"context"

	"github.com/rebookhq/rebook/daemon/booking"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
)

// Numbers lists the numbers of the Twilio account: what they can do, the messaging service they are in, and where toll-free
// verification stands.
func (r *Registrar) Numbers(ctx context.Context) (all []booking.CarrierNumber, err error) {
	services, err := r.services(ctx)
	if err != nil {
		return nil, err
	}
	in := map[string]string{} // number's SID → service
	for _, s := range services {
		pool, err := r.pool(ctx, text(s.Sid))
		if err != nil {
			return nil, err
		}
		for _, sid := range pool {
			in[sid] = text(s.Sid)
		}
	}
	free, err := r.tollFree(ctx)
	if err != nil {
		return nil, err
	}
	err = eachPage(func(token, n string) (*string, bool, error) {
		page, err := r.c.service(ctx).PageIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPageSize(pageSize), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.IncomingPhoneNumbers {
			all = append(all, booking.CarrierNumber{SID: text(v.Sid), Number: booking.Phone(text(v.PhoneNumber)), Label: text(v.FriendlyName),
				SMS: v.Capabilities != nil && v.Capabilities.Sms, Service: in[text(v.Sid)], TollFree: free[text(v.Sid)]})
		}
		return page.NextPageUri, false, nil
	})
	return all, err
}

func (r *Registrar) services(ctx context.Context) (all []messaging.MessagingV1Service, err error) {
	err = eachPage(func(token, n string) (*string, bool, error) {
		page, err := r.messaging(ctx).PageService((&messaging.ListServiceParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		all = append(all, page.Services...)
		return page.Meta.NextPageUrl, false, nil
	})
	return all, err
}

// pool lists the numbers in a messaging service.
func (r *Registrar) pool(ctx context.Context, service string) (sids []string, err error) {
	err = eachPage(func(token, n string) (*string, bool, error) {
		page, err := r.messaging(ctx).PagePhoneNumber(service, (&messaging.ListPhoneNumberParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.PhoneNumbers {
			sids = append(sids, text(v.Sid))
		}
		return page.Meta.NextPageUrl, false, nil
	})
	return sids, err
}

// tollFree tells by number's SID where verifications stand.
func (r *Registrar) tollFree(ctx context.Context) (map[string]string, error) {
	stands := map[string]string{}
	err := eachPage(func(token, n string) (*string, bool, error) {
		page, err := r.messaging(ctx).PageTollfreeVerification((&messaging.ListTollfreeVerificationParams{}).SetPageSize(listPage), token, n)
		if err != nil {
			return nil, false, err
		}
		for _, v := range page.Verifications {
			is := "in_review"
			switch text(v.Status) {
			case "TWILIO_APPROVED":
				is = "approved"
			case "TWILIO_REJECTED":
				is = "rejected"
			}
			if sid := text(v.TollfreePhoneNumberSid); stands[sid] != "approved" {
				stands[sid] = is
			}
		}
		return page.Meta.NextPageUrl, false, nil
	})
	return stands, err
}

// Standing tells what is behind a messaging service.
func (r *Registrar) Standing(ctx context.Context, service string) (s booking.Standing, err error) {
	if _, err := r.messaging(ctx).FetchService(service); err != nil {
		return s, err
	}
	numbers, err := r.Numbers(ctx)
	if err != nil {
		return s, err
	}
	return r.standing(ctx, service, numbers)
}

// Services lists the messaging services with what is behind them.
func (r *Registrar) Services(ctx context.Context) (all []booking.Standing, err error) {
	numbers, err := r.Numbers(ctx)
	if err != nil {
		return nil, err
	}
	services, err := r.services(ctx)
	for _, v := range services {
		if err != nil {
			return nil, err
		}
		var s booking.Standing
		s, err = r.standing(ctx, text(v.Sid), numbers)
		all = append(all, s)
	}
	return all, err
}

func (r *Registrar) standing(ctx context.Context, service string, numbers []booking.CarrierNumber) (booking.Standing, error) {
	s := booking.Standing{Service: service}
	for _, n := range numbers {
		if n.Service != service {
			continue
		}
		s.Numbers = append(s.Numbers, n)
		if n.TollFree != "" {
			s.Sender = "toll_free"
			switch {
			case n.TollFree == "approved":
				s.Verdict = booking.FilingDone
			case n.TollFree == "rejected":
				s.Verdict = booking.FilingRejected
			default:
				s.Verdict = booking.FilingPending
			}
		}
	}
	if err := r.wait(ctx); err != nil {
		return s, err
	}
	page, err := r.messaging(ctx).PageUsAppToPerson(service, (&messaging.ListUsAppToPersonParams{}).SetXTwilioApiVersion(version).SetPageSize(listPage), "", "")
	if err != nil {
		return s, err
	}
	for _, v := range page.Compliance {
		got := campaignStanding(&v)
		if s.Sender == "campaign" && s.Verdict == booking.FilingDone {
			break
		}
		s.Sender, s.Campaign, s.Brand, s.UseCase = "campaign", text(v.Sid), text(v.BrandRegistrationSid), text(v.UsAppToPersonUsecase)
		s.Verdict, s.Why = got.Verdict, got.Why
	}
	return s, nil
}

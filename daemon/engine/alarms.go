package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Alarms lists whatever keeps texts from going out: what was raised and stands, but for the codes named, and what is missing now.
func Alarms(s *storage.Snapshot, a booking.AccountID, but ...string) (all []storage.Alarm, err error) {
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := s.Alarms(a, cursor, scanPage)
		if err != nil {
			return nil, err
		}
		cursor = next
		for _, x := range page {
			if !slices.Contains(but, x.Code) {
				all = append(all, x)
			} else if next != "" && page[len(page)-1].Code == x.Code {
				cursor = storage.AfterAlarms(x.Code)
			}
		}
	}
	found, err := lacking(s, a)
	return append(all, found...), err
}

// CountAlarms tells how many [Alarms] lists, and reads less.
func CountAlarms(s *storage.Snapshot, a booking.AccountID, but ...string) (n int, err error) {
	raised, err := s.AlarmCodes(a)
	if err != nil {
		return 0, err
	}
	for code, m := range raised {
		if !slices.Contains(but, code) {
			n += m
		}
	}
	found, err := lacking(s, a)
	return n + len(found), err
}

// lacking lists what is missing now, and what was set aside.
func lacking(s *storage.Snapshot, a booking.AccountID) (all []storage.Alarm, err error) {
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	f, err := s.Filing(a)
	if err != nil {
		return nil, err
	}
	if f.Hold != nil {
		all = append(all, alarm(f.Hold.Code, "", f.Hold.Message, f.Hold.Fix, cmp.Or(f.SubmittedAt, account.CreatedAt)))
	}
	schedulers, err := s.AllSchedulers(a)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, sched := range schedulers {
		if !sched.FollowUp.Enabled {
			continue
		}
		missing, err := Missing(s, a, sched)
		if err != nil {
			return nil, err
		}
		for _, m := range missing {
			if !seen[m.Code+"/"+m.Ref] {
				seen[m.Code+"/"+m.Ref] = true
				all = append(all, m)
			}
		}
	}
	for cursor, more := "", true; more; more = cursor != "" {
		poisons, next, err := s.Poisons(a, cursor, scanPage)
		if err != nil {
			return nil, err
		}
		for _, p := range poisons {
			all = append(all, alarm("set_aside", p.Kind.String()+"/"+p.Ref, "Work that failed again and again was set aside: "+p.Error,
				"report the message; the rest goes on", p.At))
		}
		cursor = next
	}
	return all, nil
}

// Missing names every prerequisite that a scheduler's follow-up lacks to send a text, whether it is switched on or not. Since is
// when the thing that lacks something was made or changed.
func Missing(s *storage.Snapshot, a booking.AccountID, sched booking.Scheduler) (all []storage.Alarm, err error) {
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	reg, err := s.Registration(a)
	if err != nil {
		return nil, err
	}
	n, err := outbound(s, a, &sched)
	if err != nil {
		return nil, err
	}
	trouble, err := scriptTrouble(s, a, sched)
	if err != nil {
		return nil, err
	}
	if trouble != nil {
		all = append(all, *trouble)
	}
	switch {
	case n != nil && n.Gone:
		all = append(all, alarm("phone_number_gone", string(sched.ID), "The number "+string(n.Number)+" of scheduler "+sched.Name+" is not with the carrier any more.",
			"choose another number, or get this one back at the carrier and POST /v1/phone-numbers/sync", sched.CreatedAt))
	case n != nil && !n.SMSCapable && reg.MessagingService == "", n != nil && !n.SMSCapable && n.CarrierSID != "":
		all = append(all, alarm("phone_number_without_sms", string(sched.ID), "The number "+string(n.Number)+" of scheduler "+sched.Name+" cannot send texts.",
			"choose a number with sms_capable", sched.CreatedAt))
	case n == nil && reg.MessagingService == "":
		all = append(all, alarm("phone_number_missing", string(sched.ID),
			"Scheduler "+sched.Name+" has no number that can send texts.",
			"set a default outbound number, or choose a number in the scheduler's follow_up.phone_number", sched.CreatedAt))
	}
	if !account.SMSFollowUpEnabled {
		all = append(all, alarm("account_disabled", "", "SMS follow-up is switched off for the account.",
			"have support or an administrator set sms_follow_up_enabled", account.CreatedAt))
	}
	if reg.Status != booking.RegistrationApproved {
		all = append(all, alarm("registration_missing", "", fmt.Sprintf("The texting registration is %s; texts wait for its approval.", reg.Status),
			"complete the registration for texting and wait for its approval", account.CreatedAt))
	}
	return all, nil
}

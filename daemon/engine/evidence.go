package engine

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
)

// evidence is all that a script's text may state: what the script was given as ctx, and the answers of its turn.
func evidence(now time.Time, loc *time.Location, account booking.Account, link string, ctx json.RawMessage, turn *booking.Turn) booking.Evidence {
	e := booking.Evidence{Now: now, Zone: loc, Business: account.Name, OfficePhone: account.OfficePhone,
		EmergencyPhone: account.EmergencyPhone, Link: link, Website: account.Website}
	var given struct {
		Windows  []scripts.Window  `json:"windows"`
		Services []scripts.Service `json:"services"`
		Facts    []booking.Fact    `json:"facts"`
		Event    scripts.Event     `json:"event"`
	}
	if json.Unmarshal(ctx, &given) != nil {
		return e
	}
	e.Safety = given.Event.EmergencyPast != ""
	e.Facts = given.Facts
	for _, s := range given.Services {
		if s.PriceNote != "" { // it is the price of this service, and told with its name
			e.Facts = append(e.Facts, booking.Fact{ID: "service " + s.Name, Text: s.Name + ": " + s.PriceNote})
		}
	}
	windowsIn(&e, given.Windows, now, offeredDays)
	if turn == nil {
		return e
	}
	e.Booked = append(e.Booked, turn.Done...)
	for _, a := range turn.Answers {
		var list []scripts.Window
		if a.Name != "windows" || a.Code != "" || json.Unmarshal(a.Result, &list) != nil {
			continue
		}
		args, _ := readWindowsArgs(a.Args)
		from, err := booking.ParseFrom(now, loc.String(), args.From)
		if err != nil {
			from = now
		}
		days := int(args.Days)
		if days <= 0 {
			days = offeredDays
		}
		windowsIn(&e, list, from, days)
	}
	return e
}

// windowsIn adds the windows of one result, and the days that it covers: one without a window is full.
func windowsIn(e *booking.Evidence, list []scripts.Window, from time.Time, days int) {
	until := from.AddDate(0, 0, days)
	for _, v := range list {
		e.Windows = append(e.Windows, booking.Window{ID: v.ID, Start: v.Start, End: v.End, Open: 1, Note: v.Note, SurchargeCents: v.SurchargeCents})
	}
	if len(list) == scripts.MaxWindows { // there may be more than it holds
		until = list[len(list)-1].Start
	}
	if e.Zone == nil {
		return
	}
	y, m, d := from.In(e.Zone).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); day.Before(until) && len(e.Asked) < 200; day = day.AddDate(0, 0, 1) {
		e.Asked = append(e.Asked, day)
	}
}

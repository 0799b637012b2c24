package api

import (
	"net/url"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The account and its rules.

// settingsPage is a page of the settings with one form.
type settingsPage struct {
	Tabs []tab
	Form form
}

// tab is a page of the settings.
type tab struct {
	Path, Label string
	Now         bool
}

// Tabs are the pages of the settings that the caller may open; now is the one that is open.
func (v shell) tabs(now string) (all []tab) {
	for _, t := range []struct {
		name string
		may  bool
	}{{"account", true}, {"rules", true}, {"facts", true}, {"users", v.MayAdminister}, {"keys", v.MayAdminister}, {"webhooks", true}, {"backups", v.MayAdminister}, {"audit", v.MayAdminister}, {"about", true}} {
		path := "/console/settings/" + t.name
		if t.name == "account" {
			path = "/console/settings"
		}
		if t.may {
			all = append(all, tab{path, word("settings." + t.name), t.name == now})
		}
	}
	return all
}

func accountForm(a *wire.Account) form {
	return form{Action: "/console/settings", Button: word("save"), Groups: []group{{Title: word("group.account"), Inputs: []*input{
		text("name", &a.Name).needed().auto("organization"), text("website", &a.Website).as("url").auto("url"), text("office_phone", &a.OfficePhone).as("tel").auto("off"),
		text("emergency_phone", &a.EmergencyPhone).as("tel").auto("off"), text("settings.on_call_phone", &a.Settings.OnCallPhone).as("tel").auto("off"), text("timezone", &a.Timezone).needed().auto("off"),
	}}}}
}

// rulesForm is what rules the texts. Each group names where its bounds come from.
func rulesForm(a *wire.Account) form {
	s := &a.Settings
	groups := []group{
		{Title: word("group.hours"), Inputs: []*input{hours("settings.hours.weekday", &s.Hours.Weekday), hours("settings.hours.saturday", &s.Hours.Saturday),
			hours("settings.hours.sunday", &s.Hours.Sunday), tick("settings.state_rules", &s.StateRules)}},
		{Title: word("group.caps"), Inputs: []*input{number("settings.frequency.max", &s.Frequency.Max), lasting("settings.frequency.per", &s.Frequency.Per),
			lasting("settings.latest_after", &s.LatestAfter), number("settings.daily_cap", &s.DailyCap)}},
		{Title: word("group.consent"), Inputs: []*input{tick("settings.require_consent", &s.RequireConsent), tick("settings.lookup", &s.Lookup)}},
		{Title: word("group.timing"), Inputs: []*input{lasting("settings.abandon_after", &s.AbandonAfter), lasting("settings.reply_wait", &s.ReplyWait), lasting("settings.reply_window", &s.ReplyWindow),
			number("settings.nudges", &s.Nudges)}},
		{Title: word("group.measure"), Inputs: []*input{number("settings.holdout", &s.Holdout)}},
		{Title: word("group.keep"), Inputs: []*input{lasting("settings.retention", &s.Retention)}},
		{Title: word("group.price"), Inputs: []*input{text("settings.sms_price.outbound_segment", &s.SMSPrice.OutboundSegment), text("settings.sms_price.carrier_fee", &s.SMSPrice.CarrierFee),
			text("settings.sms_price.currency", &s.SMSPrice.Currency)}},
	}
	for i, name := range []string{"hours", "caps", "consent", "timing", "measure", "keep", "price"} {
		groups[i].Note = word("rule." + name)
	}
	return form{Action: "/console/settings/rules", Button: word("save"), Groups: groups}
}

func (c *call) showAccountSettings() (any, error) { return c.settingsPage("account", nil, nil) }
func (c *call) showRules() (any, error)           { return c.settingsPage("rules", nil, nil) }
func (c *call) saveAccount() (any, error)         { return c.saveSettings("account") }
func (c *call) saveRules() (any, error)           { return c.saveSettings("rules") }

// settingsForms are the forms over the account, by their page.
var settingsForms = map[string]func(*wire.Account) form{"account": accountForm, "rules": rulesForm}

func (c *call) settingsPage(page string, typed url.Values, problem error) (any, error) {
	var v shell
	var p settingsPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("settings."+page), "settings"); err != nil {
			return err
		}
		a, err := s.Account(c.who.Account)
		shown := wire.FromAccount(a)
		p = settingsPage{v.tabs(page), settingsForms[page](&shown).filled(typed, problem)}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("settings", v, problem)
}

func (c *call) saveSettings(page string) (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	_, err = c.engine.EditAccount(c.ctx, c.who.Account, func(a *booking.Account) error {
		in := wire.FromAccount(*a)
		f := settingsForms[page](&in)
		if err := f.read(typed); err != nil {
			return err
		}
		return in.Over(a)
	})
	if err != nil {
		return c.settingsPage(page, typed, err)
	}
	return c.done(settingsForms[page](&wire.Account{}).Action, "saved")
}

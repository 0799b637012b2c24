package api

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Webhooks: other systems that are told of what happens, what they were told, and what did not reach them.

type webhooksPage struct {
	Tabs  []tab
	Items []webhookRow
	New   form
}

type webhookRow struct {
	Path, URL, Description string
	Enabled                bool
	Failing, Error         string // since when
}

func webhookPath(id string) string { return "/console/settings/webhooks/" + id }

func (v shell) webhookRow(w wire.Webhook) webhookRow {
	return webhookRow{webhookPath(w.ID), w.URL, w.Description, w.Enabled, v.At(w.FailingSince), ended(w.LastError)}
}

// webhookForm is that of a webhook; a new one has its events all ticked.
func webhookForm(path string, w *wire.Webhook) form {
	return form{Action: path, Button: word("save"), Groups: []group{{Inputs: []*input{
		text("webhook.url", &w.URL).named("url").as("url").needed(), text("webhook.description", &w.Description).named("description"), anyOf("events", &w.Events, booking.NewsKinds), tick("enabled", &w.Enabled)}}}}
}

func newWebhookForm(w *wire.NewWebhook) form {
	return form{Action: "/console/settings/webhooks", Button: word("webhook.add"), Groups: []group{{Inputs: []*input{
		text("webhook.url", &w.URL).named("url").as("url").needed(), text("webhook.description", &w.Description).named("description"), anyOf("events", &w.Events, booking.NewsKinds)}}}}
}

func (c *call) showWebhooks() (any, error) { return c.webhooksPage(nil, nil) }

func (c *call) webhooksPage(typed url.Values, problem error) (any, error) {
	all, err := c.shown(func(booking.Webhook) bool { return true })
	if err != nil {
		return nil, err
	}
	fresh := &wire.NewWebhook{Events: wire.Map(booking.NewsKinds, func(k booking.NewsKind) string { return string(k) })}
	var v shell
	var p webhooksPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.shellFor(s, word("settings.webhooks"), "settings")
		return err
	})
	if err != nil {
		return nil, err
	}
	p = webhooksPage{Tabs: v.tabs("webhooks"), New: newWebhookForm(fresh).filled(typed, problem)}
	for _, w := range all {
		p.Items = append(p.Items, v.webhookRow(w))
	}
	v.Page = p
	return c.office("webhooks", v, problem)
}

func (c *call) addWebhook() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	in := wire.NewWebhook{Events: wire.Map(booking.NewsKinds, func(k booking.NewsKind) string { return string(k) })}
	var v booking.Webhook
	err = newWebhookForm(&in).read(typed)
	if err == nil {
		v, err = in.Booking()
	}
	if err != nil {
		return c.webhooksPage(typed, err)
	}
	w, err := c.engine.CreateWebhook(c.ctx, c.who.Account, v)
	if err != nil {
		return c.webhooksPage(typed, err)
	}
	return c.webhookPage(w.ID, w.Secret, nil, nil)
}

type webhookPage struct {
	Tabs     []tab
	Row      webhookRow
	Path     string
	Form     form
	Secret   string // shown once
	Items    []deliveryRow
	Statuses []choice
	Older    string
	Filtered bool
}

type deliveryRow struct {
	Path, Event, State, Status string
	At, Next                   string
	Body                       string
	Tries                      []pair
	Again                      bool
}

func (c *call) showWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	return c.webhookPage(id, "", nil, nil)
}

func (c *call) webhookPage(id, secret string, typed url.Values, problem error) (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	all, err := c.shown(func(w booking.Webhook) bool { return w.ID == id })
	if err != nil || len(all) == 0 {
		return nil, orUnknownWebhook(err, id)
	}
	state := booking.DeliveryState(c.f.Query("status"))
	if !slices.Contains(booking.DeliveryStates, state) {
		state = ""
	}
	p := webhookPage{Path: webhookPath(id), Secret: secret, Form: webhookForm(webhookPath(id), &all[0]).filled(typed, problem), Filtered: state != ""}
	for _, st := range booking.DeliveryStates {
		p.Statuses = append(p.Statuses, choice{string(st), word("delivery." + string(st)), st == state})
	}
	var v shell
	err = c.view(func(s *storage.Snapshot) (err error) {
		p.Items = nil
		if v, err = c.shellFor(s, word("webhook.title"), "settings"); err != nil {
			return err
		}
		items, next, err := s.Deliveries(c.who.Account, id, state, cursor, consoleRows)
		for _, d := range items {
			p.Items = append(p.Items, v.deliveryRow(d))
		}
		if next != "" {
			p.Older = webhookPath(id) + "?" + url.Values{"status": {string(state)}, "cursor": {writeCursor(next)}}.Encode()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	p.Tabs, p.Row = v.tabs("webhooks"), v.webhookRow(all[0])
	v.Live, v.Here, v.Page = secret == "" && cursor == "", p.Path, p
	return c.office("webhook", v, problem)
}

func (v shell) deliveryRow(d booking.Delivery) deliveryRow {
	row := deliveryRow{Path: webhookPath(d.Webhook) + "/deliveries/" + d.ID + "/redeliver", Event: word("choice." + string(d.Event)), State: word("delivery." + string(d.State)), Status: string(d.State),
		At: v.At(d.CreatedAt), Again: d.State != booking.DeliveryPending}
	if d.State == booking.DeliveryPending && !d.DueAt.IsZero() {
		row.Next = v.Span(d.DueAt)
	}
	var b bytes.Buffer
	if json.Indent(&b, d.Body, "", "  ") == nil {
		row.Body = b.String()
	}
	for _, t := range slices.Backward(d.Attempts) {
		what := ended(t.Error)
		if t.Status != 0 {
			what = word("delivery.answer") + " " + strconv.Itoa(t.Status)
		}
		row.Tries = append(row.Tries, pair{v.At(t.At), what})
	}
	return row
}

// webhookDo carries out a button of a webhook's page and leads back to it.
func (c *call) webhookDo(done string, do func(id string, typed url.Values) error) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	if err := do(id, typed); err != nil {
		if !typed.Has("revision") {
			typed = nil
		}
		return c.webhookPage(id, "", typed, err)
	}
	return c.done(webhookPath(id), done)
}

func (c *call) saveWebhook() (any, error) {
	return c.webhookDo("saved", func(id string, typed url.Values) error {
		_, err := c.engine.EditWebhook(c.ctx, c.who.Account, id, func(v *booking.Webhook) error {
			in := wire.FromWebhook(*v)
			if err := webhookForm(webhookPath(id), &in).read(typed); err != nil {
				return err
			}
			return in.Over(v)
		})
		return err
	})
}

func (c *call) pingWebhook() (any, error) {
	return c.webhookDo("pinged", func(id string, _ url.Values) error {
		_, err := c.engine.TestWebhook(c.ctx, c.who.Account, id)
		return err
	})
}

func (c *call) redeliverInConsole() (any, error) {
	delivery, err := c.param("delivery")
	if err != nil {
		return nil, err
	}
	return c.webhookDo("redelivered", func(id string, _ url.Values) error {
		_, err := c.engine.Redeliver(c.ctx, c.who.Account, id, delivery)
		return err
	})
}

func (c *call) rotateInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	w, err := c.engine.RotateWebhook(c.ctx, c.who.Account, id)
	if err != nil {
		return c.webhookPage(id, "", nil, err)
	}
	return c.webhookPage(id, w.Secret, nil, nil)
}

func (c *call) removeWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteWebhook(c.ctx, c.who.Account, id); err != nil {
		return c.webhookPage(id, "", nil, err)
	}
	return c.done("/console/settings/webhooks", "removed")
}

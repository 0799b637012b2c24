package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/storage"
)

func (p *process) doctorVerb() *cli.Command {
	c := verb("doctor", "look whether Twilio and this daemon fit together, and say how to mend what does not", "", p.doctor,
		&cli.BoolFlag{Name: "fix", Usage: "set the webhook addresses at Twilio"},
		&cli.BoolFlag{Name: "json", Usage: "print the findings as JSON"})
	c.Description = "Checks credentials, clock, numbers, messaging service, webhook addresses and signatures. It sends no text.\n" +
		"The daemon should be running: then its numbers and its public address are checked too. Exit code 1 when something is wrong."
	return c
}

// sender is what an account of the store texts from.
type sender struct {
	Account          booking.AccountID `json:"account"`
	Numbers          []booking.Phone   `json:"numbers"`
	MessagingService string            `json:"messaging_service,omitempty"`
	Registration     string            `json:"registration"`
}

func sendersOf(ctx context.Context, store *storage.Store) (all []sender, err error) {
	err = store.View(ctx, func(s *storage.Snapshot) error {
		all = nil
		accounts, err := s.Accounts()
		for _, a := range accounts {
			reg, err := s.Registration(a)
			if err != nil {
				return err
			}
			numbers, err := s.Numbers(a)
			if err != nil {
				return err
			}
			v := sender{Account: a, MessagingService: reg.MessagingService, Registration: string(reg.Status)}
			for _, n := range numbers {
				v.Numbers = append(v.Numbers, n.Number)
			}
			all = append(all, v)
		}
		return err
	})
	return all, err
}

// diagnosis is one finding of the doctor's.
type diagnosis struct {
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Fixed   bool   `json:"fixed,omitempty"`
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
}

// doctor is one visit.
type doctor struct {
	cfg    Config
	twilio *twilio.Client
	tokens []string
	now    func() time.Time
	fix    bool
	found  []diagnosis
}

func (d *doctor) good(check, format string, a ...any) {
	d.found = append(d.found, diagnosis{Check: check, OK: true, Message: fmt.Sprintf(format, a...)})
}

func (d *doctor) bad(check, fix, format string, a ...any) {
	d.found = append(d.found, diagnosis{Check: check, Message: fmt.Sprintf(format, a...), Fix: fix})
}

// doctorWithin bounds a visit.
const doctorWithin = time.Minute

func (p *process) doctor(ctx context.Context, c *cli.Command) error {
	cfg, _, err := loadConfig(c.String("config"), p.environ)
	if err != nil {
		return err
	}
	if cfg.Carrier.Driver != "twilio" {
		return misuse(`doctor looks at Twilio, and carrier.driver is %q; set it to "twilio" first`, cfg.Carrier.Driver)
	}
	d := doctor{cfg: cfg, now: p.now, fix: c.Bool("fix")}
	if d.twilio, d.tokens, err = cfg.openTwilio(p.now); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	d.visit(ctx)
	if c.Bool("json") {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(map[string]any{"items": d.found}); err != nil {
			return err
		}
	}
	wrong := 0
	for _, v := range d.found {
		mark := "ok   "
		switch {
		case v.Fixed:
			mark = "fixed"
		case !v.OK:
			mark = "WRONG"
			wrong++
		}
		if c.Bool("json") {
			continue
		}
		fmt.Fprintf(p.stdout, "%s  %-18s %s\n", mark, v.Check, v.Message)
		if v.Fix != "" {
			fmt.Fprintf(p.stdout, "       %-18s -> %s\n", "", v.Fix)
		}
	}
	if wrong > 0 {
		return notSo("doctor found %d things wrong", wrong)
	}
	return nil
}

// visit makes every check. What rests on one that failed is left out.
func (d *doctor) visit(ctx context.Context) {
	d.publicURL()
	if !d.credentials(ctx) {
		return
	}
	senders, err := d.senders(ctx)
	switch {
	case errors.Is(err, errNoDaemon):
		d.bad("daemon", "start it with this configuration, then run doctor again", "no daemon runs on %s, so its numbers and its public address were not checked", d.cfg.Storage.Dir)
		return
	case err != nil:
		d.bad("daemon", "look into the daemon's log", "the daemon does not tell its numbers: %s", oneLine(err.Error()))
		return
	}
	d.good("daemon", "it runs on %s", d.cfg.Storage.Dir)
	at, err := d.twilio.Numbers(ctx)
	if err != nil {
		d.bad("numbers", "try again", "Twilio does not list the numbers: %v", err)
		return
	}
	for _, s := range senders {
		d.account(ctx, s, at)
	}
	d.signature(ctx)
}

func (d *doctor) senders(ctx context.Context) (all []sender, err error) {
	res, err := askDaemon(ctx, d.cfg.Storage.Dir, http.MethodGet, "/senders")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return all, json.NewDecoder(res.Body).Decode(&all)
}

func (d *doctor) publicURL() {
	const check, fix = "public_url", "set server.public_url to the https address at which the world reaches this daemon"
	switch u, err := url.Parse(d.cfg.Server.PublicURL); {
	case err != nil || loopback(u.Hostname()):
		d.bad(check, fix, "%s is this machine: Twilio cannot call it and refuses texts with it (21609)", d.cfg.Server.PublicURL)
	case u.Scheme != "https":
		d.bad(check, fix, "%s is not https: customers' texts would cross the internet in clear", d.cfg.Server.PublicURL)
	case strings.Contains(u.Hostname(), "_"):
		d.bad(check, fix, "%s has an underscore in its host, which Twilio refuses (21609)", d.cfg.Server.PublicURL)
	default:
		d.good(check, "%s", d.cfg.Server.PublicURL)
	}
}

// maxSkew is how far the clocks may differ: hours are kept by ours, and texts are found by Twilio's.
const maxSkew = 30 * time.Second

func (d *doctor) credentials(ctx context.Context) bool {
	a, err := d.twilio.Account(ctx)
	if err != nil {
		if answer, ok := errors.AsType[*booking.CarrierError](err); !ok || answer.NotSent || answer.HTTPStatus == 0 {
			d.bad("connection", "check this machine's way to the internet: name server, firewall, proxy", "Twilio was not reached, so the credentials were not tried: %v", err)
			return false
		}
		r := booking.ReactionTo(err)
		d.bad("credentials", r.Fix, "Twilio does not let us in: %v", err)
		return false
	}
	switch {
	case a.Status != "active":
		d.bad("credentials", "ask Twilio why, and mend it", "the account %s is %s", a.Name, a.Status)
	case a.Trial:
		d.bad("credentials", "upgrade the account", "the account %s is a trial: it texts only verified numbers", a.Name)
	default:
		d.good("credentials", "the account %s is active", a.Name)
	}
	if skew := d.now().Sub(a.Clock); !a.Clock.IsZero() && skew.Abs() > maxSkew {
		d.bad("clock", "set this machine's clock, by NTP", "this machine's clock differs from Twilio's by %s", skew.Round(time.Second))
	} else {
		d.good("clock", "this machine's clock agrees with Twilio's")
	}
	return true
}

// account checks what one account texts from.
func (d *doctor) account(ctx context.Context, s sender, at []twilio.Number) {
	service := d.service(ctx, s)
	if len(s.Numbers) == 0 {
		d.bad("numbers", "add the account's number", "account %s has no number", s.Account)
	}
	for _, n := range s.Numbers {
		i := slices.IndexFunc(at, func(v twilio.Number) bool { return v.Number == n })
		check := "number " + string(n)
		switch {
		case i < 0:
			d.bad(check, "buy or port the number at Twilio, or take it out of the account", "the Twilio account does not have it")
			continue
		case !at[i].SMS:
			d.bad(check, "choose another outbound number", "it cannot send texts")
			continue
		case service != nil && !slices.Contains(service.Numbers, n):
			d.bad(check, "add it to the sender pool of "+service.SID+" in the Twilio console", "it is not in the messaging service: carriers filter its texts (30034)")
		default:
			d.good(check, "it is there and can text")
		}
		if service == nil || service.OnNumber {
			d.numberWebhook(ctx, check, at[i])
		}
	}
}

func (d *doctor) numberWebhook(ctx context.Context, check string, n twilio.Number) {
	if n.App != "" {
		d.bad(check, "take the application off the number in the Twilio console", "the application %s gets its inbound texts, and no address of ours can", n.App)
		return
	}
	d.webhook(check, n.URL, n.Method, func() error { return d.twilio.PointNumber(ctx, n.SID) })
}

// service checks the account's messaging service; nil when it has none or it cannot be read.
func (d *doctor) service(ctx context.Context, s sender) *twilio.MessagingService {
	const check = "messaging service"
	if s.MessagingService == "" {
		d.bad(check, "adopt the service of the approved campaign", "account %s texts without one; US carriers block numbers that are in no campaign (30034)", s.Account)
		return nil
	}
	v, err := d.twilio.MessagingService(ctx, s.MessagingService)
	switch {
	case err != nil:
		d.bad(check, "check the registration's messaging service", "%s cannot be read: %v", s.MessagingService, err)
		return nil
	case v.Campaign != "VERIFIED":
		d.bad(check, "finish the A2P registration; texts wait for it", "the campaign of %s is %s", v.SID, strings.ToLower(cmp.Or(v.Campaign, "missing")))
	default:
		d.good(check, "%s has an approved campaign and %d numbers", v.SID, len(v.Numbers))
	}
	if !v.OnNumber {
		d.webhook(check, v.URL, v.Method, func() error { return d.twilio.PointService(ctx, v.SID) })
	}
	return &v
}

// webhook checks where inbound texts go, and sets it with -fix.
func (d *doctor) webhook(check, address, method string, set func() error) {
	want := twilio.InboundURL(d.cfg.Server.PublicURL)
	there, asks := twilio.Leads(address, d.cfg.Server.PublicURL)
	problem := ""
	switch {
	case address == "":
		problem = "inbound texts go nowhere: STOP would not be heard"
	case !there:
		problem = "inbound texts go to " + address
	case method != http.MethodPost:
		problem = "inbound texts come by " + method
	case !asks:
		problem = "inbound texts that meet a restart are not repeated"
	default:
		d.good(check, "inbound texts come to us")
		return
	}
	if !d.fix {
		d.bad(check, "rebook doctor -fix sets it to POST "+want, "%s", problem)
		return
	}
	if err := set(); err != nil {
		d.bad(check, "set it in the Twilio console to POST "+want, "%s, and it could not be set: %v", problem, err)
		return
	}
	d.found = append(d.found, diagnosis{Check: check, OK: true, Fixed: true, Message: problem + "; now they come to " + want})
}

// signature calls our own webhook at the public address as Twilio would. The report names no text of ours and a status that
// there is not, so it changes nothing.
func (d *doctor) signature(ctx context.Context) {
	const check = "webhook"
	address := d.cfg.Server.PublicURL + twilio.StatusPath + "?account=doctor&attempt=doctor"
	form := url.Values{"MessageSid": {"SM" + strings.Repeat("0", 32)}, "MessageStatus": {"doctor"}}
	for _, t := range []struct {
		token string
		want  int
	}{{d.tokens[0], http.StatusNoContent}, {"not the token", http.StatusForbidden}} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			d.bad(check, "set server.public_url", "%v", err)
			return
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Twilio-Signature", twilio.Signature(t.token, address, form))
		client := http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(req)
		if err != nil {
			d.bad(check, "check DNS, TLS, firewall and the proxy in front", "%s cannot be reached from here: %s", d.cfg.Server.PublicURL, why(errors.Unwrap(err)))
			return
		}
		res.Body.Close()
		switch {
		case res.StatusCode >= 300 && res.StatusCode < 400:
			d.bad(check, "set server.public_url to where it leads", "%s redirects to %s, and a redirected webhook loses its form", address, res.Header.Get("Location"))
			return
		case res.StatusCode == http.StatusForbidden && t.want != http.StatusForbidden:
			d.bad(check, "restart the daemon with this configuration, and have the proxy pass path and query on as they come", "the daemon does not know our signature: its token or server.public_url is another, or the proxy changes the address")
			return
		case res.StatusCode != t.want:
			d.bad(check, "see that this address leads to the daemon", "%s answers %s, not %d", d.cfg.Server.PublicURL, res.Status, t.want)
			return
		}
	}
	d.good(check, "it is reached at the public address, knows Twilio's signature, and refuses others")
}

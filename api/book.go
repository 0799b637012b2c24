package api

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

var bookPage = template.Must(template.ParseFS(assetFiles, "assets/book.html"))

// bookView is what the hosted page shows. Everything in it was typed by staff; the template escapes it.
type bookView struct {
	Base                           string // of this daemon as the page sees it; "" but for a daemon below a path
	Scheduler, Key, Business       string
	Initial                        string
	OfficePhone, OfficeShown       string
	EmergencyPhone, EmergencyShown string
	Consent                        string
	Privacy, Terms                 template.URL // of the business; "" when not known
	Heartbeat                      int          // seconds
	Zone                           string
	Zips                           string
	Services                       []booking.Service
	States                         []string
}

// Asset gives the address of a file the page is made of.
func (v bookView) Asset(name string) string { return versioned(v.Base+"/assets/"+name, name) }

// Widget gives the address of the script.
func (v bookView) Widget() string { return versioned(v.Base+"/widget.js", "widget.js") }

// states are those of the United States, with the federal district and the territories that have ZIP codes.
var states = strings.Fields(`AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC
	ND OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY AS GU MP`)

// bookable finds the scheduler that the path names, and its business.
func (c *call) bookable() (account booking.Account, sched *booking.Scheduler, err error) {
	id, err := c.param("scheduler")
	if err != nil {
		return account, nil, err
	}
	err = c.view(func(s *storage.Snapshot) error {
		all, err := s.Accounts()
		for _, a := range all {
			if sched, err = s.Scheduler(a, booking.SchedulerID(id)); err != nil {
				return err
			}
			if sched != nil {
				account, err = s.Account(a)
				return err
			}
		}
		return err
	})
	if err == nil && sched == nil {
		err = notFound()
	}
	return account, sched, err
}

// getBook shows the hosted booking page of a scheduler. Which link brought the visitor is the page's business: it redeems the
// token itself, so a robot that fetches the page spends nothing.
func (c *call) getBook() (any, error) {
	account, sched, err := c.bookable()
	if err != nil {
		return nil, err
	}
	v := bookView{
		Base: c.basePath(), Scheduler: string(sched.ID), Key: sched.PublishableKey, Business: account.Name, Initial: initial(account.Name),
		OfficePhone: account.OfficePhone, OfficeShown: shownPhone(account.OfficePhone),
		EmergencyPhone: account.EmergencyPhone, EmergencyShown: shownPhone(account.EmergencyPhone),
		Consent: sched.ConsentWords(account), Zone: sched.Zone(account), Zips: strings.Join(sched.ServiceZips, " "),
		Services: sched.Services, States: states, Heartbeat: heartbeat(account.Settings.AbandonAfter.Std()),
	}
	err = c.view(func(s *storage.Snapshot) error {
		f, err := s.Filing(account.ID)
		v.Privacy, v.Terms = webAddress(f.Draft.PrivacyURL), webAddress(f.Draft.TermsURL)
		return err
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := bookPage.Execute(&b, v); err != nil {
		return nil, err
	}
	return raw{status: http.StatusOK, kind: fiber.MIMETextHTMLCharsetUTF8, body: b.Bytes(), headers: map[string]string{
		fiber.HeaderContentSecurityPolicy: pagePolicy(sched.Origins),
		fiber.HeaderCacheControl:          "no-cache", // and not no-store, which keeps browsers from holding the page for "back"
		// Not no-referrer: then browsers send "Origin: null" with a beacon, and no page is known by that.
		fiber.HeaderReferrerPolicy: "same-origin",
	}}, nil
}

// getTheme serves the colours of the business. A stylesheet of its own, since the page forbids styles within it.
func (c *call) getTheme() (any, error) {
	_, sched, err := c.bookable()
	if err != nil {
		return nil, err
	}
	p := sched.Palette()
	css := ":root{--accent:" + p.Accent + ";--on-accent:" + p.OnAccent + ";--accent-text:" + p.OnLight + "}\n" +
		"@media (prefers-color-scheme:dark){:root{--accent-text:" + p.OnDark + "}}\n"
	return c.asset(newAsset(assetKinds[".css"], []byte(css)), "no-cache"), nil
}

// pagePolicy lets the page load what is ours and nothing else, and lets only the scheduler's own sites frame it.
func pagePolicy(origins []string) string {
	frames := []string{"'self'"}
	for _, o := range origins {
		if originLike.MatchString(o) {
			frames = append(frames, o)
		}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors " +
		strings.Join(frames, " ")
}

// originLike is stricter than addresses are: what a policy would read as its own syntax is left out.
var originLike = regexp.MustCompile(`^https?://[a-z0-9.\-]+(:[0-9]+)?$|^https?://\[[0-9a-f:]+\](:[0-9]+)?$`)

// basePath is the path under which a proxy shows this daemon; "" at the root of a host.
func (c *call) basePath() string {
	u, err := url.Parse(c.o.PublicURL)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}

// heartbeat is how often the page says that it is open, in seconds: three times before silence counts as leaving.
func heartbeat(abandonAfter time.Duration) int {
	return max(1, min(20, int(abandonAfter/(3*time.Second))))
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	r, _ := utf8.DecodeRuneInString(cmp.Or(name, "R"))
	return string(r)
}

// shownPhone writes a number of the North American plan as people do; others as they are.
func shownPhone(e164 string) string {
	if len(e164) == 12 && strings.HasPrefix(e164, "+1") {
		return "(" + e164[2:5] + ") " + e164[5:8] + "-" + e164[8:]
	}
	return e164
}

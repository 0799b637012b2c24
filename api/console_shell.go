package api

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// shell is the frame of every page of the console: who is signed in, what needs a person, and the page itself.
type shell struct {
	Title, Active string
	Business      string
	Who, Role     string
	Zone          string // in which all times of the page are told
	Alarms        int
	Unread        int
	MayWork       bool
	MayManage     bool
	MayAdminister bool
	Live          bool     // the page is fetched again when something changes
	Here          string   // the page's own address, where the browser's is that of a form which was refused
	Files         []string // styles and scripts of its own
	Problem       string   // a refusal, told on top
	Done          string   // what was just done
	Page          any

	loc *time.Location
	now time.Time
}

// Nav is the console's table of contents.
func (v shell) Nav() []navItem {
	items := []navItem{
		{"today", "/console", word("nav.today"), v.Alarms},
		{"inbox", "/console/inbox", word("nav.inbox"), v.Unread},
		{"sessions", "/console/sessions", word("nav.sessions"), 0},
		{"reports", "/console/reports", word("nav.reports"), 0},
		{"calendar", "/console/calendar", word("nav.calendar"), 0},
	}
	if v.MayManage {
		items = append(items, navItem{"scripts", "/console/scripts", word("nav.scripts"), 0}, navItem{"tests", testsPath, word("nav.tests"), 0}, navItem{"replays", replaysPath, word("nav.replays"), 0},
			navItem{"canary", canaryPath, word("nav.canary"), 0})
	}
	if v.MayWork {
		items = append(items, navItem{"people", "/console/people", word("nav.people"), 0})
	}
	if v.MayManage {
		items = append(items, navItem{"setup", "/console/setup", word("nav.setup"), 0}, navItem{"settings", "/console/settings", word("nav.settings"), 0})
	}
	return items
}

type navItem struct {
	Name, Path, Label string
	Count             int
}

// countedTo is how far what waits is counted: beyond it nobody counts any more.
const countedTo = 999

// counted tells a number as far as it was counted.
func counted(n int) string {
	if n > countedTo {
		return strconv.Itoa(countedTo) + "+"
	}
	return strconv.Itoa(n)
}

// Shown tells the count.
func (i navItem) Shown() string { return counted(i.Count) }

// Styles and Scripts are the page's own files of a kind.
func (v shell) Styles() []string  { return v.files(".css") }
func (v shell) Scripts() []string { return v.files(".js") }

func (v shell) files(kind string) (all []string) {
	for _, f := range v.Files {
		if strings.HasSuffix(f, kind) {
			all = append(all, v.Asset(f))
		}
	}
	return all
}

// Asset gives the address of a file the console is made of.
func (v shell) Asset(name string) string { return versioned("/assets/"+name, name) }

// consoleCSPolicy lets the console use its own files and nothing else.
const consoleCSPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var consoleTemplates = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	base := template.Must(template.New("").Funcs(template.FuncMap{"word": word}).ParseFS(assetFiles, "assets/console/shell.html", "assets/console/parts.html", "assets/console/forms.html"))
	names := []string{"today", "sessions", "session", "inbox", "thread", "reports", "problem", "scripts", "script", "calendar", "tests", "test", "replays", "replay", "canary"}
	names = append(names, "setup", "registration", "filing", "numbers", "schedulers", "scheduler", "people", "person", "settings", "users", "user", "keys", "webhooks", "webhook", "backups", "audit", "about", "adopt", "booking", "script_remove", "facts")
	for _, name := range names {
		all[name] = template.Must(template.Must(base.Clone()).ParseFS(assetFiles, "assets/console/"+name+".html"))
	}
	return all
}()

// shellFor reads what the frame tells, in the snapshot the page is read from.
func (c *call) shellFor(s *storage.Snapshot, title, active string) (v shell, err error) {
	a, err := s.Account(c.who.Account)
	if err != nil {
		return v, err
	}
	v = shell{Title: title, Active: active, Business: a.Name, Role: string(c.who.Role), Zone: a.Timezone, now: s.Now,
		MayWork: c.who.Role.May(booking.MayWork), MayManage: c.who.Role.May(booking.MayManage), MayAdminister: c.who.Role.May(booking.MayAdminister)}
	if c.user != nil {
		v.Who = cmp.Or(c.user.Name, c.user.Email)
	}
	if v.loc, err = booking.LoadZone(a.Timezone); err != nil {
		return v, err
	}
	if v.Alarms, err = engine.CountAlarms(s, a.ID, engine.AlarmHandedOff); err != nil {
		return v, err
	}
	v.Unread, _, err = s.CountThreads(a.ID, storage.ThreadsWaiting, countedTo+1)
	return v, err
}

// alarms are those of the account, but for customers who wait: the console shows them with their words.
func (c *call) alarms(s *storage.Snapshot) ([]storage.Alarm, error) {
	return engine.Alarms(s, c.who.Account, engine.AlarmHandedOff)
}

// At tells a time on the business's clock, without the date when it is today.
func (v shell) At(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(v.loc)
	if y, m, d := v.now.In(v.loc).Date(); t.Year() == y && t.Month() == m && t.Day() == d {
		return t.Format("3:04 PM")
	}
	if v.now.Sub(t).Abs() < 180*24*time.Hour {
		return t.Format("Mon Jan 2, 3:04 PM")
	}
	return t.Format("Jan 2 2006, 3:04 PM")
}

// Span tells how long it is from now, in words.
func (v shell) Span(t time.Time) string {
	d := t.Sub(v.now)
	past := d < 0
	d = d.Abs().Round(time.Second)
	var n string
	switch {
	case past && d < 5*time.Second:
		return "just now"
	case d < time.Minute:
		n = plural(int(d/time.Second), "second")
	case d < 2*time.Hour:
		n = plural(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		n = plural(int(d/time.Hour), "hour")
	default:
		n = plural(int(d/(24*time.Hour)), "day")
	}
	if past {
		return n + " ago"
	}
	return "in " + n
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// money tells cents as dollars.
func money(cents int) string {
	s := fmt.Sprintf("%d", cents/100)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if cents%100 != 0 {
		return fmt.Sprintf("$%s.%02d", s, cents%100)
	}
	return "$" + s
}

// html writes a page of the console.
func (c *call) html(status int, name string, v shell) (any, error) {
	if c.f.Method() == fiber.MethodGet {
		v.Here = ""
	}
	var b bytes.Buffer
	if err := consoleTemplates[name].ExecuteTemplate(&b, "shell", v); err != nil {
		return nil, err
	}
	return raw{status: status, kind: fiber.MIMETextHTMLCharsetUTF8, body: b.Bytes(),
		headers: consoleHeaders(consoleCSPolicy)}, nil
}

// back leads the browser to a page after something was done there.
func (c *call) back(path string) (any, error) {
	return raw{status: http.StatusSeeOther, kind: fiber.MIMETextPlainCharsetUTF8, headers: map[string]string{fiber.HeaderLocation: path}}, nil
}

// forConsole tells whether a person's browser asks for a page of the console, so that a refusal is a page too.
func (r *route) forConsole() bool { return strings.HasPrefix(r.path, "/console") && r.may != open }

// consoleFault shows a refusal as a page; who is not signed in is asked to.
func (s *Server) consoleFault(f *fiber.Ctx, err error) {
	told := problemOf(err)
	if told.status == http.StatusUnauthorized {
		f.Set(fiber.HeaderLocation, loginPath)
		f.Status(http.StatusSeeOther)
		return
	}
	v := shell{Title: word("problem.title"), Problem: sentence(told.refusal)}
	var b bytes.Buffer
	if consoleTemplates["problem"].ExecuteTemplate(&b, "shell", v) != nil {
		f.Status(http.StatusInternalServerError)
		return
	}
	for name, value := range consoleHeaders(consoleCSPolicy) {
		f.Set(name, value)
	}
	f.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	f.Status(told.status)
	_ = f.Send(b.Bytes())
}

// sentence tells a refusal with its mend. A mend that speaks to programs is said in the console's words, or left out.
func sentence(e *booking.Error) string {
	m := strings.ToUpper(e.Message[:1]) + e.Message[1:]
	hint := mended(e)
	if strings.Contains(hint, "/v1/") {
		hint = ""
	}
	if hint != "" {
		m += ": " + hint
	}
	return strings.TrimSuffix(m, ".") + "."
}

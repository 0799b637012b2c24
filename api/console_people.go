package api

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// People: what one person agreed to, was sent and said, and what follows from it.

type peoplePage struct {
	Query   string
	Unknown string // the number searched for, of which nothing is known
	Path    string // its page's address
	Items   []optOutRow
	Older   string
}

type optOutRow struct{ Path, Phone, At, How, Text string }

func personPath(p booking.Phone) string { return "/console/people/" + url.PathEscape(string(p)) }

// showPeople leads to the person of a number, and lists who wants no texts.
func (c *call) showPeople() (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	q := strings.TrimSpace(c.f.Query("q"))
	var phone booking.Phone
	var refused error
	if q != "" {
		phone, refused = wire.Phone("q", q)
	}
	var v shell
	p := peoplePage{Query: clip(q)}
	known := false
	err = c.view(func(s *storage.Snapshot) (err error) {
		p.Items, p.Older, p.Unknown = nil, "", ""
		if v, err = c.shellFor(s, word("nav.people"), "people"); err != nil {
			return err
		}
		if phone != "" {
			if known, err = engine.Known(s, c.who.Account, phone); err != nil || known {
				return err
			}
			p.Unknown, p.Path = shownPhone(string(phone)), personPath(phone)
		}
		all, next, err := s.OptOuts(c.who.Account, cursor, consoleRows)
		for _, o := range all {
			p.Items = append(p.Items, optOutRow{personPath(o.Phone), shownPhone(string(o.Phone)), v.At(o.At), worded("source", o.Source), o.Text})
		}
		if next != "" {
			p.Older = "/console/people?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if known {
		return c.back(personPath(phone))
	}
	v.Page = p
	return c.office("people", v, refused)
}

// personPage is one person.
type personPage struct {
	Path, Phone, Tel string
	Name             string
	OptedOut         string // since when
	OptedHow         string
	Bad              string // the carrier says that it takes no texts
	Thread           string
	Sessions         []sessionRow
	SessionsMore     string
	Ledger           []ledgerRow // the newest; for who manages
	LedgerCut        string      // how many of it are shown, when there are more
	JSON, HTML       string      // the evidence file
	MayErase         bool
	Digits           string // to be typed to erase
	Confirm          string // what was typed
}

// ledgerRow is one thing that was agreed, refused, sent or said.
type ledgerRow struct {
	At, Kind, Text string
	Facts          []pair
	Bad            bool
}

// ledgerShown bounds the ledger of a person's page: the evidence file has all.
const ledgerShown = 200

func (c *call) showPerson() (any, error) { return c.personPage("", nil) }

func (c *call) personPage(typed string, problem error) (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	var v shell
	var p personPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, shownPhone(string(phone)), "people"); err != nil {
			return err
		}
		known, err := engine.Known(s, c.who.Account, phone)
		if err != nil {
			return err
		}
		if !known {
			return booking.Refuse(booking.NotFound, "unknown_person", "phone", "nothing is known of "+shownPhone(string(phone)), "look for another number under People")
		}
		p = personPage{Path: personPath(phone), Phone: shownPhone(string(phone)), Tel: string(phone), MayErase: v.MayManage, Digits: string(phone[max(0, len(phone)-4):]), Confirm: typed}
		sessions, err := c.sessionsOf(s, phone)
		if err != nil {
			return err
		}
		for _, x := range sessions {
			p.Name = cmp.Or(p.Name, fullName(x.Customer))
			p.Sessions = append(p.Sessions, v.sessionRow(x))
		}
		if len(p.Sessions) > listedToday {
			p.Sessions, p.SessionsMore = p.Sessions[:listedToday], "/console/sessions?"+url.Values{"q": {string(phone)}}.Encode()
		}
		stop, err := s.OptOut(c.who.Account, phone)
		if err != nil {
			return err
		}
		if stop != nil {
			p.OptedOut, p.OptedHow = v.At(stop.At), worded("source", stop.Source)
		}
		person, err := s.Person(c.who.Account, phone)
		if err != nil {
			return err
		}
		if person.Bad != nil {
			p.Bad = v.At(person.Bad.At)
		}
		t, err := s.Thread(c.who.Account, phone)
		if t != nil {
			p.Thread = threadPath(phone)
		}
		if err != nil || !v.MayManage {
			return err
		}
		recent, err := engine.Recent(s, c.who.Account, phone, sessions)
		if p.Ledger = v.ledger(recent); len(recent) > ledgerShown {
			p.LedgerCut = strconv.Itoa(ledgerShown)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Title = cmp.Or(p.Name, p.Phone)
	if v.MayManage {
		evidence := "/v1/people/" + url.PathEscape(string(phone)) + "/evidence?format="
		p.JSON, p.HTML = evidence+"json", evidence+"html"
	}
	v.Live, v.Here, v.Page = true, p.Path, p
	return c.office("person", v, problem)
}

// sessionsOf gives a person's newest sessions, one more than are listed.
func (c *call) sessionsOf(s *storage.Snapshot, phone booking.Phone) ([]booking.Session, error) {
	all, _, err := s.SessionsByPhone(c.who.Account, phone, "", slice)
	slices.Reverse(all)
	return all[:min(len(all), listedToday+1)], err
}

// ledger tells what a person agreed to, was sent and said.
func (v shell) ledger(entries []booking.EvidenceEntry) (rows []ledgerRow) {
	for _, e := range entries[:min(len(entries), ledgerShown)] {
		row := ledgerRow{At: v.At(e.At), Kind: word("evidence." + string(e.Kind)), Text: e.Text}
		add := func(key, value string) {
			if value != "" {
				row.Facts = append(row.Facts, pair{word(key), value})
			}
		}
		switch e.Kind {
		case booking.EvidenceText:
			row.Facts, row.Bad = append(row.Facts, pair{word("evidence.state"), worded("sent", cmp.Or(e.Status, string(e.State)))}), e.ErrorCode != 0
		case booking.EvidenceNoText:
			row.Text, _ = told(e.Trace, booking.Check(e.State))
			row.Text = cmp.Or(row.Text, word("check."+e.State))
		case booking.EvidenceBooking:
			add("evidence.state", word("booking."+e.State))
		case booking.EvidenceConsent, booking.EvidenceRevoked, booking.EvidenceRestored:
			add("evidence.source", worded("source", e.Source))
		}
		add("evidence.page", e.Page)
		add("evidence.ip", e.IP)
		add("evidence.version", e.Version)
		add("evidence.by", e.By)
		rows = append(rows, row)
	}
	return rows
}

// personDo carries out a button of a person's page and leads back to it.
func (c *call) personDo(done string, do func(booking.Phone, url.Values) error) (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	if err := do(phone, typed); err != nil {
		return c.personPage(typed.Get("confirm"), err)
	}
	return c.done(personPath(phone), done)
}

func (c *call) optOutPerson() (any, error) {
	return c.personDo("optedout", func(p booking.Phone, typed url.Values) error {
		by, err := c.name()
		if err != nil {
			return err
		}
		in := wire.OptOut{Phone: string(p), Source: "staff", Text: strings.TrimSpace(by + ": " + typed.Get("text"))}
		o, err := in.Booking()
		if err != nil {
			return err
		}
		_, err = c.engine.OptOut(c.ctx, c.who.Account, o)
		return err
	})
}

func (c *call) optInPerson() (any, error) {
	return c.personDo("optedin", func(p booking.Phone, typed url.Values) error {
		if typed.Get("asked") == "" {
			return notConfirmed("asked", "tick the box: only the person's own word lifts an opt-out")
		}
		return c.engine.OptIn(c.ctx, c.who.Account, p)
	})
}

// eraseInConsole removes a person, once the last digits of the number were typed.
func (c *call) eraseInConsole() (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	if digits := strings.TrimSpace(typed.Get("confirm")); len(digits) != 4 || !strings.HasSuffix(string(phone), digits) {
		return c.personPage(typed.Get("confirm"), notConfirmed("confirm", "type the last four digits of the number to erase the person"))
	}
	v, err := c.engine.Erase(c.ctx, c.who.Account, phone, c.identity())
	if err != nil {
		return c.personPage("", err)
	}
	if !v.Done() {
		return c.done("/console/people", "erasing")
	}
	return c.done("/console/people", "erased")
}

package api

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

var gonePage = template.Must(template.ParseFS(assetFiles, "assets/gone.html"))

// goneView is what a person sees whose link leads nowhere any more. It says whether they have booked, since they are about to do it
// again, but not what or when: texts are forwarded, and found.
type goneView struct {
	Base, Scheduler, Business, Initial string
	Title, Lead                        string
	OfficePhone, OfficeShown           string
	URL                                template.URL // where one can book; "" when that is not known
	Booked                             bool
}

// Asset gives the address of a file the page is made of.
func (v goneView) Asset(name string) string { return versioned(v.Base+"/assets/"+name, name) }

// gonePolicy lets the page load its stylesheets and nothing else.
const gonePolicy = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// goneWords are title and lead by how the link ended.
var goneWords = map[booking.LinkEnd][2]string{
	booking.LinkBooked:    {"You are booked", "There is nothing left to do here: your booking is made."},
	booking.LinkRequested: {"We have your booking", "You sent it off on our page. If the time is still open, we will get back to you about it."},
	booking.LinkEnded:     {"This link has ended", "Sorry for the detour: what you had typed is not kept under this link any more."},
	booking.LinkUnknown:   {"This link does not work", "Links in our texts work for seven days. This one is older, or part of it got lost on the way."},
}

// gone shows how the link of a token ended.
func (c *call) gone(token string) (any, error) {
	v, end := goneView{Base: c.basePath()}, booking.LinkUnknown
	err := c.view(func(s *storage.Snapshot) (err error) {
		end, err = v.read(s, token)
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Title, v.Lead = goneWords[end][0], goneWords[end][1]
	v.Booked = end == booking.LinkBooked || end == booking.LinkRequested
	var b bytes.Buffer
	if err := gonePage.Execute(&b, v); err != nil {
		return nil, err
	}
	return raw{status: http.StatusNotFound, kind: fiber.MIMETextHTMLCharsetUTF8, body: b.Bytes(),
		headers: map[string]string{fiber.HeaderContentSecurityPolicy: gonePolicy}}, nil
}

// read finds whose link it was and how it ended. Of a link that nobody knows the business is still known where there is only one.
func (v *goneView) read(s *storage.Snapshot, token string) (booking.LinkEnd, error) {
	var link *storage.Link
	var err error
	if tokenLike(token) {
		if link, err = s.Link(token); err != nil {
			return "", err
		}
	}
	if link == nil {
		all, err := s.Accounts()
		if err != nil || len(all) != 1 {
			return booking.LinkUnknown, err
		}
		return booking.LinkUnknown, v.business(s, all[0])
	}
	if err := v.business(s, link.Account); err != nil {
		return "", err
	}
	session, err := s.Session(link.Account, link.Session)
	if storage.IsNotFound(err) {
		return booking.LinkEnded, nil
	}
	if err != nil {
		return "", err
	}
	sched, err := s.Scheduler(link.Account, session.Scheduler)
	if err != nil {
		return "", err
	}
	if sched != nil {
		v.Scheduler, v.URL = string(sched.ID), webAddress(sched.URL)
	}
	made, err := s.Booking(link.Account, session.Booked.Booking)
	return session.LinkEnd(made), err
}

// business takes in what is said of the business.
func (v *goneView) business(s *storage.Snapshot, a booking.AccountID) error {
	account, err := s.Account(a)
	if err != nil {
		return err
	}
	v.Business, v.Initial, v.URL = account.Name, initial(account.Name), webAddress(account.Website)
	v.OfficePhone, v.OfficeShown = account.OfficePhone, shownPhone(account.OfficePhone)
	return nil
}

// webAddress gives an address that staff typed as a link, and "" when it is none of the web.
func webAddress(s string) template.URL {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return ""
	}
	return template.URL(s) // the template still escapes it for its attribute
}

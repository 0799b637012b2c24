package api

import (
	"cmp"
	"net/url"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The people of the office: who may do what.

type usersPage struct {
	Tabs  []tab
	Items []userRow
	New   form
	Link  string // of the person who was just added; shown once
	For   string
	Older string
}

type userRow struct {
	Path, Name, Email, Role string
	Seen                    string // when they signed in last
	Waits                   bool   // no password is set yet
	Me                      bool
}

func userPath(id string) string { return "/console/settings/users/" + id }

func newUserForm(u *wire.NewUser) form {
	return form{Action: "/console/settings/users", Button: word("user.add"), Groups: []group{{Inputs: []*input{
		text("email", &u.Email).as("email").needed().auto("off"), text("person.name", &u.Name).auto("off"), oneOf("role", &u.Role, booking.Roles, true).needed()}}}}
}

func (c *call) showUsers() (any, error) { return c.usersPage(usersPage{}, nil, nil) }

func (c *call) usersPage(p usersPage, typed url.Values, problem error) (any, error) {
	cursor, _, err := c.page(consoleRows)
	if err != nil {
		return nil, err
	}
	var v shell
	err = c.view(func(s *storage.Snapshot) (err error) {
		p.Items = nil
		if v, err = c.shellFor(s, word("settings.users"), "settings"); err != nil {
			return err
		}
		p.Tabs, p.New = v.tabs("users"), newUserForm(&wire.NewUser{}).filled(typed, problem)
		all, next, err := s.Users(c.who.Account, cursor, consoleRows)
		for _, u := range all {
			p.Items = append(p.Items, userRow{userPath(u.ID), cmp.Or(u.Name, u.Email), u.Email, word("choice." + string(u.Role)), v.At(u.SignedIn), u.Password == "", u.ID == c.who.User})
		}
		if next != "" {
			p.Older = "/console/settings/users?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("users", v, problem)
}

func (c *call) addUser() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var in wire.NewUser
	var u engine.NewUser
	err = newUserForm(&in).read(typed)
	if err == nil {
		u, err = c.engine.CreateUser(c.ctx, c.who.Account, storage.User{Email: in.Email, Name: wire.OneLine(in.Name), Role: booking.Role(in.Role)}, "")
	}
	if err != nil {
		return c.usersPage(usersPage{}, typed, err)
	}
	return c.usersPage(usersPage{Link: WelcomeLink(c.o.PublicURL, u.Welcome), For: u.Email}, nil, nil)
}

type userPage struct {
	Tabs  []tab
	Row   userRow
	Form  form
	Path  string
	Link  string // shown once
	Roles []pair // what each may do
}

func userForm(path string, u *wire.User) form {
	return form{Action: path, Button: word("save"), Groups: []group{{Inputs: []*input{
		text("email", &u.Email).as("email").needed().auto("off"), text("person.name", &u.Name).auto("off"), oneOf("role", &u.Role, booking.Roles, false)}}}}
}

func (c *call) showUser() (any, error) { return c.userPage("", nil, nil) }

func (c *call) userPage(link string, typed url.Values, problem error) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	var v shell
	var p userPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("settings.users"), "settings"); err != nil {
			return err
		}
		u, err := s.User(c.who.Account, id)
		if err != nil {
			return err
		}
		if u == nil {
			return booking.Refuse(booking.NotFound, "unknown_user", "id", "there is no such person", "GET /v1/users lists them")
		}
		shown := wire.FromUser(*u)
		p = userPage{Tabs: v.tabs("users"), Path: userPath(id), Link: link, Form: userForm(userPath(id), &shown).filled(typed, problem),
			Row: userRow{userPath(id), cmp.Or(u.Name, u.Email), u.Email, word("choice." + string(u.Role)), v.At(u.SignedIn), u.Password == "", u.ID == c.who.User}}
		for _, r := range booking.Roles {
			p.Roles = append(p.Roles, pair{word("choice." + string(r)), word("role." + string(r))})
		}
		v.Title = p.Row.Name
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.office("user", v, problem)
}

func (c *call) saveUser() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	var in wire.User
	f := userForm(userPath(id), &in)
	for _, i := range f.Inputs() {
		if err := i.read(typed); err != nil {
			return c.userPage("", typed, err)
		}
	}
	name := wire.OneLine(in.Name)
	_, err = c.engine.EditUser(c.ctx, c.who.Account, id, engine.UserChange{Email: &in.Email, Name: &name, Role: new(booking.Role(in.Role)), Seen: func(u storage.User) error {
		now := wire.FromUser(u)
		return userForm(userPath(id), &now).read(typed)
	}})
	if err != nil {
		return c.userPage("", typed, err)
	}
	return c.done(userPath(id), "saved")
}

// linkUser makes a new one-time link by which the person sets a password.
func (c *call) linkUser() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	token, err := c.engine.WelcomeAgain(c.ctx, c.who.Account, id)
	if err != nil {
		return c.userPage("", nil, err)
	}
	return c.userPage(WelcomeLink(c.o.PublicURL, token), nil, nil)
}

func (c *call) removeUser() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteUser(c.ctx, c.who.Account, id); err != nil {
		return c.userPage("", nil, err)
	}
	return c.done("/console/settings/users", "removed")
}

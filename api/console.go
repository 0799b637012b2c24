package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The console's doors: pages that work without any script, and the same as JSON. A session is a cookie that scripts cannot read
// and that other sites' requests do not carry.

const (
	loginPath   = "/console/login"
	welcomePath = "/console/welcome"
	cookieName  = "rebook_session"
)

// WelcomeLink is the address of a one-time link.
func WelcomeLink(publicURL, token string) string {
	return publicURL + welcomePath + "?token=" + token
}

const consoleStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
label{display:block;margin:1rem 0 .25rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #767676;border-radius:4px}
button{font:inherit;margin-top:1.25rem;padding:.55rem 1.2rem;border:0;border-radius:4px;background:#0f5f8c;color:#fff}
:focus-visible{outline:3px solid #0f5f8c;outline-offset:2px}.problem{border-left:4px solid #b3261e;padding:.5rem .75rem;background:#fdf1f0}`

var consoleCSP = func() string {
	sum := sha256.Sum256([]byte(consoleStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

var consolePages = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Title}} - Rebook</title><style>` + consoleStyle + `</style></head><body><main><h1>{{.Title}}</h1>
{{- if .Problem}}<p class="problem" role="alert">{{.Problem}}</p>{{end}}
{{- if eq .Form "login"}}<form method="post" action="/console/login">
<label for="email">E-mail address</label><input id="email" name="email" type="email" autocomplete="username" value="{{.Email}}" required>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button></form>
{{- else if eq .Form "welcome"}}<p>{{.Words}}</p><form method="post" action="/console/welcome"><input type="hidden" name="token" value="{{.Token}}">
{{- if .First}}<label for="email">E-mail address</label><input id="email" name="email" type="email" autocomplete="username" value="{{.Email}}" required>
<label for="name">Name</label><input id="name" name="name" autocomplete="name">{{end}}
<label for="password">New password, at least 12 characters</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required>
<button>Set the password and sign in</button></form>
{{- else}}<p>{{.Words}}</p>{{end}}</main></body></html>
`))

type consolePage struct {
	Title, Form, Problem, Email, Token, Words string
	First                                     bool
}

// page writes a page of the console.
func (c *call) consolePage(status int, p consolePage) (any, error) {
	var b bytes.Buffer
	if err := consolePages.Execute(&b, p); err != nil {
		return nil, err
	}
	return raw{status: status, kind: fiber.MIMETextHTMLCharsetUTF8, body: b.Bytes(), headers: consoleHeaders(consoleCSP)}, nil
}

// consoleHeaders are those of the console's pages. Under no-referrer, which all else has, browsers hide the origin of the pages' own forms
// too (Origin: null, fetch.spec.whatwg.org/#append-a-request-origin-header), and none could be told from another site's.
func consoleHeaders(policy string) map[string]string {
	return map[string]string{fiber.HeaderContentSecurityPolicy: policy, fiber.HeaderReferrerPolicy: "same-origin"}
}

// isForm tells whether a browser's form speaks, and not a program.
func (c *call) isForm() bool {
	kind, _, _ := strings.Cut(c.f.Get(fiber.HeaderContentType), ";")
	return strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationForm)
}

// form reads the fields of a form.
func (c *call) form() (url.Values, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	v, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, booking.Refuse(booking.Invalid, "invalid_form", "", "the form cannot be read", "send it as browsers do")
	}
	return v, nil
}

func (c *call) showLogin() (any, error) {
	return c.consolePage(http.StatusOK, consolePage{Title: "Sign in", Form: "login"})
}

// signIn opens a session. Tries are counted per address and per e-mail address.
func (c *call) signIn() (any, error) {
	if err := c.sameOrigin(); err != nil {
		return nil, err
	}
	var in wire.SignIn
	form := c.isForm()
	if form {
		v, err := c.form()
		if err != nil {
			return nil, err
		}
		in = wire.SignIn{Email: v.Get("email"), Password: v.Get("password")}
	} else {
		var err error
		if in, err = decode[wire.SignIn](c); err != nil {
			return nil, err
		}
	}
	token, u, err := c.tryLogin(in)
	if err != nil {
		if form {
			return c.formFault(err, consolePage{Title: "Sign in", Form: "login", Email: in.Email})
		}
		return nil, err
	}
	return c.signedInAs(token, u, form)
}

func (c *call) tryLogin(in wire.SignIn) (string, storage.User, error) {
	if err := c.limits.logins.take(c.address(), c.now()); err != nil {
		return "", storage.User{}, err
	}
	if err := c.limits.logins.take("user "+strings.ToLower(strings.TrimSpace(in.Email)), c.now()); err != nil {
		return "", storage.User{}, err
	}
	return c.engine.SignIn(c.ctx, in.Email, in.Password, c.clientIP(c.f).String())
}

// formFault shows a refusal above the form it came from.
func (c *call) formFault(err error, p consolePage) (any, error) {
	told := problemOf(err)
	if told.status >= http.StatusInternalServerError {
		return nil, err
	}
	p.Problem = told.refusal.Message
	if told.refusal.Hint != "" {
		p.Problem += ": " + told.refusal.Hint
	}
	return c.consolePage(told.status, p)
}

// signedInAs gives the cookie.
func (c *call) signedInAs(token string, u storage.User, form bool) (any, error) {
	headers := map[string]string{fiber.HeaderSetCookie: c.cookie(token, int(engine.LoginIdle.Seconds()))}
	if form {
		headers[fiber.HeaderLocation] = "/console"
		return raw{status: http.StatusSeeOther, kind: fiber.MIMETextPlainCharsetUTF8, headers: headers}, nil
	}
	c.f.Set(fiber.HeaderSetCookie, headers[fiber.HeaderSetCookie])
	return wire.FromUser(u), nil
}

func (c *call) cookie(token string, seconds int) string {
	v := http.Cookie{Name: cookieName, Value: token, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: strings.HasPrefix(c.o.PublicURL, "https://")}
	return v.String()
}

func (c *call) signOut() (any, error) {
	if err := c.sameOrigin(); err != nil {
		return nil, err
	}
	if token := c.f.Cookies(cookieName); tokenLike(token) {
		if err := c.engine.SignOut(c.ctx, token); err != nil {
			return nil, err
		}
	}
	c.f.Set(fiber.HeaderSetCookie, c.cookie("", -1))
	c.f.Set(fiber.HeaderLocation, loginPath)
	return nil, nil
}

func (c *call) showWelcome() (any, error) {
	return c.welcomePage(c.f.Query("token"), consolePage{})
}

func (c *call) welcomePage(token string, p consolePage) (any, error) {
	var u *storage.User
	err := booking.Refuse(booking.NotFound, "welcome_over", "token", "this link was used, or is older than a day", "ask an administrator for a new one")
	var found error = err
	if tokenLike(token) {
		found = c.view(func(s *storage.Snapshot) (err error) {
			u, err = engine.Welcome(s, token)
			return err
		})
	}
	if found != nil {
		told := problemOf(found)
		if told.status != http.StatusNotFound {
			return nil, found
		}
		return c.consolePage(told.status, consolePage{Title: "This link has ended", Words: "It works once and for a day. Ask an administrator for a new one, or sign in."})
	}
	p.Title, p.Form, p.Token, p.First = "Welcome", "welcome", token, u == nil
	p.Words = "You are the first administrator of this Rebook."
	if u != nil {
		p.Words = "Set a password for " + u.Email + "."
	}
	status := http.StatusOK
	if p.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return c.consolePage(status, p)
}

func (c *call) useWelcome() (any, error) {
	if err := c.sameOrigin(); err != nil {
		return nil, err
	}
	var in wire.Welcome
	form := c.isForm()
	if form {
		v, err := c.form()
		if err != nil {
			return nil, err
		}
		in = wire.Welcome{Token: v.Get("token"), Email: v.Get("email"), Name: v.Get("name"), Password: v.Get("password")}
	} else {
		var err error
		if in, err = decode[wire.Welcome](c); err != nil {
			return nil, err
		}
	}
	if err := c.limits.logins.take(c.address(), c.now()); err != nil {
		return nil, err
	}
	if !tokenLike(in.Token) {
		in.Token = "none"
	}
	token, u, err := c.engine.UseWelcome(c.ctx, in.Token, in.Email, wire.OneLine(in.Name), in.Password, c.clientIP(c.f).String())
	if err != nil && form {
		told := problemOf(err)
		if told.status < http.StatusInternalServerError {
			return c.welcomePage(in.Token, consolePage{Email: in.Email, Problem: told.refusal.Message + ": " + told.refusal.Hint})
		}
	}
	if err != nil {
		return nil, err
	}
	return c.signedInAs(token, u, form)
}

// signedInUser gives whom the cookie of the request signs in; nil: nobody.
func (c *call) signedInUser() (*storage.Credential, *storage.User, error) {
	token := c.f.Cookies(cookieName)
	if !tokenLike(token) {
		return nil, nil, nil
	}
	var l *storage.Login
	var u *storage.User
	err := c.view(func(s *storage.Snapshot) (err error) {
		l, u, err = engine.Login(s, token)
		return err
	})
	if err != nil || u == nil {
		return nil, nil, err
	}
	if err := c.engine.TouchLogin(c.ctx, token, *l); err != nil {
		c.log.Warn("a console session could not be kept alive", "error", err)
	}
	return &storage.Credential{Account: l.Account, Role: u.Role, User: u.ID}, u, nil
}

// sameOrigin refuses what another site's page sends: browsers name the page's origin with every request that changes something.
func (c *call) sameOrigin() error {
	origin := c.f.Get(fiber.HeaderOrigin)
	if origin == "" || origin == c.origin {
		return nil
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, string(c.f.Context().Host())) {
		return nil
	}
	return booking.Refuse(booking.Forbidden, "origin_not_allowed", "Origin", "a page of another site may not do this", "use the console under server.public_url")
}

package scripts

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/scripts/box"
)

// typesHead is what types.lua says besides the library.
const typesHead = `---@meta
-- What scripts see, for the Lua language server. Made from README.md by: go test ./scripts -rewrite

---@class Ctx
---@field now string RFC 3339
---@field link? string
---@field business Business
---@field customer Customer
---@field session Session
---@field thread Thread
---@field event Event
---@field windows Window[] the next open ones
---@field offered Window[] that our latest text with windows named; open tells which can still be booked
---@field areas string[] ZIP codes that are served; empty: everywhere
---@field services Service[]
---@field facts Fact[] all that an agent may state besides results
---@field booking? Booking
---@field memory table<string, any> what the agent kept

---@class Business
---@field name? string
---@field office_phone? string
---@field emergency_phone? string
---@field timezone? string
---@field website? string

---@class Customer
---@field first_name? string
---@field last_name? string
---@field phone? string
---@field email? string not for texts
---@field address? Place of the visit

---@class Place
---@field line1? string
---@field city? string
---@field postal_code? string five digits

---@class Session
---@field service? string
---@field said? string the service in the page's own words, where the list has no such name
---@field step? string
---@field preferred? string
---@field locale? string

---@class Event
---@field kind "start"|"text"|"timeout"
---@field text? string
---@field media integer number of attachments
---@field media_types? string[]
---@field tapback? "yes"|"no"|"else" a phone's reaction to one of our texts
---@field emergency_past? string a danger that is over by what the customer says

---@class Thread
---@field turns Turn[]
---@field owner? "agent"|"human"
---@field note? string of the person who handed the thread back
---@field count integer texts of the agent so far
---@field lang? "en"|"es" by what the customer wrote

---@class Turn
---@field from "customer"|"agent"|"human"|"system"
---@field text string
---@field at string RFC 3339
---@field offered? string[] IDs of the windows that one of our texts named

---@class Window
---@field id string
---@field start string RFC 3339
---@field end string RFC 3339
---@field label string such as "Tue Mar 10, 8 AM-10 AM"
---@field note? string
---@field surcharge_cents? integer
---@field open? boolean in ctx.offered only

---@class Service
---@field name string
---@field keywords string[]
---@field duration? string
---@field price_note? string

---@class Fact
---@field id string
---@field text string
---@field prices? integer[] cents

---@class Booking
---@field id string
---@field service? string
---@field window? Window

---@class Proposal
---@field say? string the text to send
---@field hand_off? string why a person should take over
---@field opt_out? boolean
---@field close? boolean
---@field alert? string a person is told, and the agent goes on
---@field task? string what the office is to do, such as a call
---@field memory? table<string, any>
---@field instead? Proposal what holds when the firewall does not let say out

---@alias Ask "windows"|"book"|"reschedule"|"cancel"|"waitlist"|"model"
`

// typesLua makes types.lua: the classes above, and the library as the manual has it.
func typesLua(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(typesHead)
	open := map[string]bool{}
	for _, m := range members(t) {
		if m.name == "_G" {
			continue
		}
		if lib, _, ok := strings.Cut(m.name, "."); ok && !open[lib] {
			open[lib] = true
			fmt.Fprintf(&b, "\n%s = {}\n", lib)
		}
		fmt.Fprintf(&b, "\n---%s\n", m.meaning)
		if m.params == "" {
			fmt.Fprintf(&b, "---@type %s\n%s = nil\n", m.returns, m.name)
			continue
		}
		var names []string
		for param := range strings.SplitSeq(strings.Trim(m.params, "()"), ", ") {
			name, kind, ok := strings.Cut(param, ": ")
			if !ok {
				continue
			}
			if m.name == "ask" && name == "name" {
				kind = "Ask"
			}
			fmt.Fprintf(&b, "---@param %s %s\n", name, kind)
			names = append(names, strings.TrimSuffix(name, "?"))
		}
		for kind := range strings.SplitSeq(m.returns, ", ") {
			if kind != "" {
				fmt.Fprintf(&b, "---@return %s\n", kind)
			}
		}
		fmt.Fprintf(&b, "function %s(%s) end\n", m.name, strings.Join(names, ", "))
	}
	for _, f := range box.Host {
		if table, _, _ := strings.Cut(f.Name, "."); !open[table] {
			open[table] = true
			fmt.Fprintf(&b, "\n%s = {}\n", table)
		}
		fmt.Fprintf(&b, "\n---%s\n", f.Doc)
		var names []string
		for _, p := range f.Params {
			name, kind := optional(p)
			fmt.Fprintf(&b, "---@param %s %s\n", name, kind)
			names = append(names, p.Name)
		}
		fmt.Fprintf(&b, "---@return %s\nfunction %s(%s) end\n", f.Returns, f.Name, strings.Join(names, ", "))
	}
	return b.String()
}

func TestTypesAreThoseOfTheManual(t *testing.T) {
	want := typesLua(t)
	if *rewrite {
		if err := os.WriteFile("types.lua", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("types.lua")
	if err != nil || string(got) != want {
		t.Errorf("types.lua is not what README.md makes of it (%v): go test ./scripts -rewrite", err)
	}
	// It is Lua, though no script.
	if res := run(t, "local _VERSION, math = '', {}\n"+want, box.EntryNone, nil); res.Err != nil {
		t.Errorf("types.lua does not compile: %+v", res.Err)
	}
}

// Package scripts turns facts into the words of a text by running Lua templates. It owns the embedded defaults
// (defaults/*.lua) and the interpreter, and it is the only package that knows gopher-lua. A script proposes: it gets a
// plain table and gives back a text; sending, opt-outs, hours, links and caps are decided elsewhere, after it. It must not
// know storage, carriers or clocks; the moment is one of the [Facts].
//
// # Whose scripts run here
//
// Only the scripts that are built into this binary. gopher-lua alone is no sandbox: a hostile script can end the whole
// process (endless recursion inside the interpreter and exhausted memory cannot be recovered) or never return (a pattern
// match is one step to the interpreter, however long it takes), whatever the options. Scripts written by operators are
// therefore refused, with an error that says so, until the interpreter runs behind walls of its own: killable worker
// processes. The limits used here (own library list without patterns, exact instruction budget, small stacks, checked
// result) make our own scripts predictable; they are not meant to hold an attacker.
//
// The facts, in contrast, come from strangers: whoever fills in a booking form chooses the name in it. What a customer typed
// is checked before a script sees it (see [Facts]), so no template can be made to carry a stranger's link or sentence.
package scripts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// FollowUpLink names the default template of the follow-up with a prefilled link.
const FollowUpLink = "follow_up_link"

// Names lists the embedded scripts, sorted.
func Names() []string { return slices.Sorted(maps.Keys(defaults)) }

// Source gives the Lua text of an embedded script.
func Source(script string) (string, error) {
	t, err := find(script)
	if err != nil {
		return "", err
	}
	return t.source, nil
}

// Render runs the template named script on the facts and gives its text, trimmed: valid UTF-8, not empty, at most
// [booking.MaxBody] characters, no control characters but line feeds. Nothing is kept between two calls, equal facts give equal
// texts, and it may be called from many goroutines at once.
//
// Errors: a *booking.Error with the code "script_not_available" when no such script is embedded; an [*Error] when the script
// failed or its text was refused; the cause of ctx when that ended first; a *[FactError] when a fact is not fit to be used.
func Render(ctx context.Context, script string, facts Facts) (string, error) {
	t, err := find(script)
	if err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", context.Cause(ctx)
	}
	if err := facts.check(); err != nil {
		return "", fmt.Errorf("render %s: %w", script, err)
	}
	proto, err := t.compiled()
	if err != nil {
		return "", err
	}
	return run(ctx, t.name, proto, facts)
}

// find looks an embedded script up.
func find(script string) (*template, error) {
	if t, ok := defaults[script]; ok {
		return t, nil
	}
	return nil, booking.Refuse(booking.NotFound, "script_not_available", "script",
		fmt.Sprintf("script %q is not one of the built-in scripts, and scripts of your own are not run yet", shorten(script, 64)),
		"choose one of: "+strings.Join(Names(), ", ")+
			"; own scripts are refused because nothing yet walls them off from the daemon, which a faulty one could end")
}

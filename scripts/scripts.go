// Package scripts knows what scripts are made of: the embedded defaults (defaults/*.lua), the facts a script may see (the
// table ctx), the proposal an agent gives back, and how a script is tried before it is used. A script proposes: it gets a
// plain table and gives back a text or a proposal; sending, opt-outs, hours, links and caps are decided elsewhere, after it.
//
// Scripts never run in the daemon's process: they run in a hardened interpreter (scripts/box) inside a worker process that can
// be killed (scripts/worker). This package runs nothing by itself; it is handed a [Run]. It must not know storage, carriers or
// clocks; the moment is one of the [Facts].
//
// The facts come from strangers: whoever fills in a booking form chooses the name in it. What a customer typed is checked
// before a script sees it (see [Facts]), so no script can be made to carry a stranger's link or sentence.
package scripts

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The default scripts that the house itself names.
const (
	FollowUpLink = "follow_up_link" // writes the follow-up with a prefilled link
	Agent        = "agent"          // answers in ai_agent mode
	AgentModel   = "agent_model"    // answers there when a language model is configured
)

//go:embed defaults/*.lua
var files embed.FS

// defaults holds the embedded scripts by name. It is never written after start-up.
var defaults = embedded()

// embedded reads the defaults that were built in. It cannot fail: the files are part of the program.
func embedded() map[string]booking.ScriptVersion {
	entries, err := files.ReadDir("defaults")
	if err != nil {
		panic(err)
	}
	m := make(map[string]booking.ScriptVersion, len(entries))
	for _, e := range entries {
		source, err := files.ReadFile(path.Join("defaults", e.Name()))
		if err != nil {
			panic(err)
		}
		v := booking.ScriptVersion{Script: strings.TrimSuffix(e.Name(), ".lua"), Version: booking.BuiltInVersion, Author: "Rebook",
			Note: "built in", Source: string(source), SHA256: Digest(string(source)), Kind: kindOf(string(source))}
		m[v.Script] = v
	}
	return m
}

var defines = regexp.MustCompile(`(?m)^function (render|reply)\(`)

// kindOf tells what an embedded script is by the function it defines, as [Try] does for every other one by running it.
func kindOf(source string) booking.ScriptKind {
	switch m := defines.FindStringSubmatch(source); {
	case m == nil:
		return booking.ScriptModule
	case m[1] == "reply":
		return booking.ScriptAgent
	}
	return booking.ScriptTemplate
}

// Names lists the embedded scripts, sorted.
func Names() []string { return slices.Sorted(maps.Keys(defaults)) }

// BuiltIn gives an embedded script as version 0 of its name; ok is false when there is none.
func BuiltIn(name string) (v booking.ScriptVersion, ok bool) {
	v, ok = defaults[name]
	return v, ok
}

// Digest names a source by its SHA-256, in hex.
func Digest(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:])
}

// requires begins where the word does: a search for the word is a hundred times faster than the expression over a whole source, and agents
// are read at every turn.
var requires = regexp.MustCompile(`^require\s*\(?\s*(?:"([a-z0-9][a-z0-9_-]{0,63})"|'([a-z0-9][a-z0-9_-]{0,63})')`)

// Requires lists the modules that a source loads by name, each once, in order of appearance. A name that is put together at
// run time is not found: the modules of a run are fixed before it begins.
func Requires(source string) (names []string) {
	const word = "require"
	for from := 0; ; from += len(word) {
		i := strings.Index(source[from:], word)
		if i < 0 {
			return names
		}
		from += i
		if from > 0 && wordByte(source[from-1]) {
			continue
		}
		if m := requires.FindStringSubmatch(source[from:]); m != nil && !slices.Contains(names, m[1]+m[2]) {
			names = append(names, m[1]+m[2])
		}
	}
}

// wordByte tells the characters that would make "require" the end of another word.
func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

package engine

import (
	"context"
	"encoding/json"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Rehearser plays conversations on a virtual clock: package rehearsal, which stands above the engine, so that daemon hands it in.
type Rehearser interface {
	// Document makes a rehearsal document of what happened, with invented people in it.
	Document(h Happened) (json.RawMessage, error)
	// Read tells what stands in a document; the error is an [*booking.Error] about it.
	Read(raw json.RawMessage) (Scene, error)
	// Safety gives the built-in scenes, which no script may fail.
	Safety() []Scene
	// Play plays scenes with a cast and judges them, in the order given. tenant is whose share of the workers it may use.
	Play(ctx context.Context, tenant string, c Cast, scenes []Scene) ([]Played, error)
}

// Cast are the scripts that a scene is played with.
type Cast struct {
	Script   string                  // the one that writes
	Kind     booking.ScriptKind      // template or agent: scenes of that mode only are played with it
	Versions []booking.ScriptVersion // it and the modules that it loads, as they are; what is built in may be left out
}

// Mode is that of the scenes which the cast can play.
func (c Cast) Mode() booking.Mode {
	if c.Kind == booking.ScriptAgent {
		return booking.AIAgent
	}
	return booking.PrefilledLink
}

// Scene is a rehearsal document: a saved test, or a built-in scene.
type Scene struct {
	ID       string // of a saved test, or the name of a built-in scene
	Name     string
	Mode     booking.Mode
	Script   string // the only one it is played with; empty: any of its mode
	BuiltIn  bool
	Advisory bool // a script that fails it is told so, and used
	Document json.RawMessage
	Recorded []Spoken // what was answered when it happened; empty: nobody knows
}

// Played is what came of a scene.
type Played struct {
	Scene    Scene
	With     string // the versions it was played with; set by the engine
	Passed   bool
	Outcome  string
	Expected []string // of the outcome; empty: any
	Failures []string // what of the expectation is not so
	Said     []Spoken
}

// Spoken is one text of a scene.
type Spoken = booking.Spoken

// noRehearser refuses what needs a [Rehearser].
func noRehearser() error {
	return booking.Refuse(booking.Unavailable, "rehearsals_missing", "", "rehearsals cannot be played here", "start the daemon with its scripts")
}

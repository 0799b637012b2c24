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
	// Play plays scenes and judges them, in the order given. sources are scripts by name that stand in for the program's own;
	// tenant is whose share of the workers it may use.
	Play(ctx context.Context, tenant string, sources map[string]string, scenes []Scene) ([]Played, error)
}

// Scene is a rehearsal document: a saved test, or a built-in scene.
type Scene struct {
	ID       string // of a saved test; empty: it is built in, or stands alone
	Name     string
	Mode     booking.Mode
	Document json.RawMessage
}

// Played is what came of a scene.
type Played struct {
	Scene    Scene
	Passed   bool
	Outcome  string
	Expected []string // of the outcome; empty: any
	Failures []string // what of the expectation is not so
	Said     []PlayedText
}

// PlayedText is one text of a scene.
type PlayedText struct {
	From string // customer, agent (all that the house wrote), human
	Text string
}

// noRehearser refuses what needs a [Rehearser].
func noRehearser() error {
	return booking.Refuse(booking.Unavailable, "rehearsals_missing", "", "rehearsals cannot be played here", "start the daemon with its scripts")
}

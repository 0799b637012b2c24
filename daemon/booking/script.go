package booking

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// ScriptKind says what a script is, by the function it defines. Part of the API and stored: never rename.
type ScriptKind string

// The kinds of scripts.
const (
	ScriptTemplate ScriptKind = "template" // defines render(ctx): gives a text
	ScriptAgent    ScriptKind = "agent"    // defines reply(ctx): gives a proposal
	ScriptModule   ScriptKind = "module"   // defines neither: is loaded by others with require
)

// BuiltInVersion is the version of a script that is part of the program; an account's own versions count from 1.
const BuiltInVersion = 0

// Script is what an account has made of one script: which version is used, and how it fares.
type Script struct {
	Name       string        `json:"name"`
	Active     int           `json:"active"`   // the version in use; BuiltInVersion: the program's own, or none where the program has none
	Latest     int           `json:"latest"`   // the highest version ever made; numbers are never used again
	Good       int           `json:"good"`     // the version that takes over when the active one fails again and again
	Versions   []int         `json:"versions"` // that are kept, ascending
	Faults     []ScriptFault `json:"faults,omitempty"`
	ChangedAt  time.Time     `json:"changed_at"`
	ActiveFrom time.Time     `json:"active_from,omitzero"` // since when the active version is used

	Overrides []ScriptOverride `json:"overrides,omitempty"` // versions that came into use although tests failed, the newest last
}

// Override notes that a version comes into use although tests fail.
func (s *Script) Override(o ScriptOverride) {
	s.Overrides = append(slices.DeleteFunc(slices.Clone(s.Overrides), func(v ScriptOverride) bool { return v.Version == o.Version }), o)
	if n := len(s.Overrides) - MaxOverrides; n > 0 {
		s.Overrides = s.Overrides[n:]
	}
}

// Returns tells whether using the version is a way back: to the last good one, or to the program's own. What came into use although tests
// failed is no good version.
func (s *Script) Returns(version int) bool {
	return version != s.Active && (version == s.Good || version == BuiltInVersion) &&
		!slices.ContainsFunc(s.Overrides, func(o ScriptOverride) bool { return o.Version == version })
}

// ScriptFault is one failed run of the active version.
type ScriptFault struct {
	ID string    `json:"id"` // of the run, so that a fault counts once
	At time.Time `json:"at"`
}

// The road back: a version that fails this often within this time makes room for the last good one.
const (
	MaxScriptFaults = 5
	FaultWindow     = 10 * time.Minute
)

// Fault counts a failed run of the active version and tells whether the last good version takes over now. The same id counts
// once. Where there is no other version to go back to, nothing changes but the count.
func (s *Script) Fault(id string, now time.Time, builtIn bool) (rolledBack bool) {
	kept := s.Faults[:0:0]
	for _, f := range s.Faults {
		if f.ID == id {
			return false
		}
		if now.Sub(f.At) < FaultWindow {
			kept = append(kept, f)
		}
	}
	s.Faults = append(kept, ScriptFault{ID: id, At: now})
	if n := len(s.Faults) - MaxScriptFaults; n > 0 {
		s.Faults = s.Faults[n:]
	}
	if len(s.Faults) < MaxScriptFaults || s.Good == s.Active || s.Good == BuiltInVersion && !builtIn {
		return false
	}
	s.Use(s.Good, now)
	return true
}

// Use makes a version the active one. The one that was active becomes the one to go back to, unless it has failed lately.
func (s *Script) Use(version int, now time.Time) {
	if len(s.Faults) == 0 && version != s.Active {
		s.Good = s.Active
	}
	if s.Good == version {
		s.Good = BuiltInVersion
	}
	s.Active, s.ActiveFrom, s.ChangedAt, s.Faults = version, now, now, nil
}

// Add takes a new version into the list. Beyond [MaxVersions] the oldest goes that is neither active nor the one to go back to nor
// to be kept otherwise; dropped is its number, 0 when none goes.
func (s *Script) Add(now time.Time, keep ...int) (version, dropped int) {
	s.Latest++
	s.Versions, s.ChangedAt = append(slices.Clone(s.Versions), s.Latest), now
	if len(s.Versions) <= MaxVersions {
		return s.Latest, 0
	}
	i := slices.IndexFunc(s.Versions, func(v int) bool { return v != s.Active && v != s.Good && !slices.Contains(keep, v) })
	dropped = s.Versions[i]
	s.Versions = slices.Delete(s.Versions, i, i+1)
	return s.Latest, dropped
}

// ScriptVersion is one version of a script. It never changes.
type ScriptVersion struct {
	Script  string     `json:"script"`
	Version int        `json:"version"`
	ID      string     `json:"id"` // a UUIDv7, made before the version has its number
	Kind    ScriptKind `json:"kind"`
	Source  string     `json:"source"`
	SHA256  string     `json:"sha256"` // of the source, hex
	Author  string     `json:"author"`
	Note    string     `json:"note,omitempty"`
	At      time.Time  `json:"at"`
}

// Ref names the version: "follow_up_link@3".
func (v ScriptVersion) Ref() string { return ScriptRef(v.Script, v.Version) }

// ScriptRef names a version of a script: "follow_up_link@3".
func ScriptRef(name string, version int) string { return name + "@" + strconv.Itoa(version) }

// The bounds of the library.
const (
	MaxScripts      = 200      // scripts of one account
	MaxVersions     = 200      // versions kept of one script
	MaxScriptSource = 48 << 10 // bytes of a source
	MaxScriptStored = 60 << 10 // bytes of a source as it is stored: line breaks, tabs, quotes and backslashes take two
	MaxScriptNote   = 500      // bytes
	MaxModules      = 16       // modules that one script loads, with those that they load
)

// ValidateScriptName tells whether a script may have this name: [a-z0-9][a-z0-9_-]*, at most 64 bytes.
func ValidateScriptName(name string) error {
	if !plainID(name, 64) {
		return Refuse(Invalid, "invalid_script_name", "name", "a script's name has 1 to 64 lower case letters, digits, - and _", "for example follow_up_link")
	}
	return nil
}

// ValidateScriptSource tells whether a source may be kept.
func ValidateScriptSource(source string) error {
	if source == "" {
		return Refuse(Invalid, "missing", "source", "it is empty", "give the text of the script")
	}
	if err := textFault("source", source, MaxScriptSource); err != nil {
		return err
	}
	if stored, err := json.Marshal(source); err != nil || len(stored) > MaxScriptStored {
		return Refuse(Invalid, "too_long", "source", "it is too long", "at most "+strconv.Itoa(MaxScriptSource)+
			" bytes are kept, fewer where most of them are line breaks, tabs, quotes and backslashes; move parts into a module")
	}
	return nil
}

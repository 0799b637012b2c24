package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v3"
)

// release and commit can be set by the linker: -ldflags "-X main.release=0.2.0 -X main.commit=…".
var (
	release = "0.1.0"
	commit  = ""
)

// version prints version, commit and Go version.
func (p *process) version(context.Context, *cli.Command) error {
	fmt.Fprintf(p.stdout, "rebook %s\ncommit %s\n%s %s/%s\n", release, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// revision is the commit the binary was built from, as far as the build knew it.
func revision() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " with uncommitted changes"
		}
	}
	return rev + dirty
}

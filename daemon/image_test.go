package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The image cannot be built in a test (that needs a container engine), so its recipe is held to its claims line by line.
func TestDockerfileKeepsItsClaims(t *testing.T) {
	stages := dockerfile(t)
	if len(stages) != 2 {
		t.Fatalf("%d stages, want a build stage and the image", len(stages))
	}
	build, image := stages[0], stages[1]

	mod, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)[1]
	if from := build.one(t, "FROM"); !regexp.MustCompile(`^golang:` + regexp.QuoteMeta(string(language)) + `\.\d+ AS build$`).MatchString(from) {
		t.Errorf("the build stage is from %q; want Go %s pinned to a patch release", from, language)
	}
	compile := strings.Join(build["RUN"], "\n")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "./daemon", "-X main.commit=", "ca-certificates.crt", "zoneinfo.zip", "chmod 0700 /image/data", "chown 65532:65532 /image/data"} {
		if !strings.Contains(compile, want) {
			t.Errorf("the build lacks %q", want)
		}
	}
	if !strings.Contains(compile, "main.commit") || revisionWith("abc") != "abc" {
		t.Error("the linker's commit does not reach the version")
	}

	if from := image.one(t, "FROM"); from != "scratch" {
		t.Errorf("the image is from %q, want scratch", from)
	}
	if user := image.one(t, "USER"); !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		t.Errorf("USER %q is not a number other than root's; Kubernetes cannot tell a name from root", user)
	}
	if v := image.one(t, "VOLUME"); v != "/data" {
		t.Errorf("VOLUME %q", v)
	}
	if s := image.one(t, "STOPSIGNAL"); s != "SIGTERM" {
		t.Errorf("STOPSIGNAL %q is not the gentle one", s)
	}
	var environ []string
	for _, line := range image["ENV"] {
		environ = append(environ, strings.Fields(line)...)
	}
	c, _, err := loadConfig("", environ)
	if err != nil {
		t.Fatal(err)
	}
	if c.Storage.Dir != "/data" || c.Server.Listen != "0.0.0.0:8080" {
		t.Errorf("the image's environment gives %s and %s", c.Storage.Dir, c.Server.Listen)
	}
	if _, port, _ := net.SplitHostPort(c.Server.Listen); image.one(t, "EXPOSE") != port {
		t.Errorf("EXPOSE %s, but it listens on %s", image.one(t, "EXPOSE"), port)
	}
	commands := []string{image.one(t, "ENTRYPOINT"), image.one(t, "CMD")}
	_, check, _ := strings.Cut(image.one(t, "HEALTHCHECK"), "CMD ")
	for _, words := range append(commands, check) {
		var list []string
		if err := json.Unmarshal([]byte(words), &list); err != nil {
			t.Errorf("%s is not the form without a shell, and there is no shell: %v", words, err)
			continue
		}
		for _, word := range list {
			if word == "/rebook" {
				continue
			}
			if newCLI(&process{}).Command(word) == nil {
				t.Errorf("%s: there is no command %q", words, word)
			}
		}
	}
}

// What is ignored cannot be copied; above all the data must not get into an image.
func TestDockerIgnoreKeepsDataOutAndSourcesIn(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if i := slices.IndexFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "#") }); lines[i] != "*" {
		t.Errorf("the first rule is %q; everything must be out unless it is named", lines[i])
	}
	for _, want := range []string{"!go.mod", "!go.sum", "!api", "!daemon", "!scripts", "!storage", "data", "**/*.key"} {
		if !slices.Contains(lines, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	for _, l := range lines {
		if name, ok := strings.CutPrefix(l, "!"); ok {
			if _, err := os.Stat(filepath.Join("..", name)); err != nil {
				t.Errorf("%q lets in what is not there", l)
			}
		}
	}
}

func revisionWith(c string) string {
	defer func(was string) { commit = was }(commit)
	commit = c
	return revision()
}

// stage holds the instructions of one stage by name.
type stage map[string][]string

func (s stage) one(t *testing.T, name string) string {
	t.Helper()
	if len(s[name]) != 1 {
		t.Fatalf("%d lines %s, want one", len(s[name]), name)
	}
	return s[name][0]
}

func dockerfile(t *testing.T) (stages []stage) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(b), "\\\n", " "), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		name, rest, ok := strings.Cut(line, " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		if name == "FROM" {
			stages = append(stages, stage{})
		}
		stages[len(stages)-1][name] = append(stages[len(stages)-1][name], rest)
	}
	return stages
}

package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unreachable are codes that no answer of the API carries: refusals of the first start, the seed file and scripts.
var unreachable = map[string]bool{"ambiguous": true, "scripts_refused": true, "secret_too_short": true, "business_missing": true,
	"link_missing": true, "text_empty": true, "text_too_long": true}

var refusals = regexp.MustCompile(`(?:Refuse\([\w.]+, |newProblem\([\w.]+, |unreadable\()"([a-z_0-9]+)"`)

// Every route, and every code that a caller may meet, has a place in the guide.
func TestGuideNamesEveryRouteAndCode(t *testing.T) {
	guide, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, room := range []string{".", "wire", "../daemon/booking", "../daemon/engine", "../daemon/simulator", "../daemon/web"} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range refusals.FindAllStringSubmatch(string(b), -1) {
				n++
				if !unreachable[m[1]] && !strings.Contains(string(guide), "`"+m[1]+"`") {
					t.Errorf("%s: the code %s is not in README.md", file, m[1])
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d refusals were found; the search is broken", n)
	}
	for _, line := range table() {
		if want := "`" + line.method + " " + line.path + "`"; !strings.Contains(string(guide), want) {
			t.Errorf("%s is not in README.md", want)
		}
	}
}

package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// programming are words that only programs have a use for.
var programming = regexp.MustCompile(`/v1/|\b(GET|POST|PUT|DELETE|PATCH) |ETag|sms_follow_up_enabled|sms_capable|follow_up\.|settings\.[a-z]|require_consent|server\.public_url`)

// unseen are mends that no page of the console can show: of doors that only programs use.
var unseen = []string{"carrier.driver", "doctor", "twilio.auth_token", "rebook demo", "server.public_url", "idempotency", "REBOOK_"}

// Every mend of a refusal or an alarm speaks of the console's pages when the console shows it.
func TestMendsSpeakOfPages(t *testing.T) {
	n := 0
	for _, room := range []string{".", "wire", "../daemon/booking", "../daemon/engine"} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(x ast.Node) bool {
				for _, mend := range mendsIn(x) {
					n++
					told := inConsole(mend)
					if programming.MatchString(told) && !slices.ContainsFunc(unseen, func(w string) bool { return strings.Contains(mend, w) }) {
						t.Errorf("%s: the console would say %q", name, told)
					}
				}
				return true
			})
		}
	}
	if n < 200 {
		t.Errorf("only %d mends were found; the search is broken", n)
	}
}

// mendsIn gives the literal mends of a call of Refuse or alarm, or of a Fix.
func mendsIn(x ast.Node) (mends []string) {
	add := func(e ast.Expr) {
		ast.Inspect(e, func(x ast.Node) bool {
			if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					mends = append(mends, s)
				}
			}
			return true
		})
	}
	switch v := x.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := v.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if (name == "Refuse" || name == "alarm") && len(v.Args) >= 5 {
			add(v.Args[4-boolOrder(name == "alarm")])
		}
	case *ast.KeyValueExpr:
		if key, ok := v.Key.(*ast.Ident); ok && key.Name == "Fix" {
			add(v.Value)
		}
	}
	return mends
}

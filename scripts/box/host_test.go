package box

import (
	"strings"
	"testing"
)

// render runs the body of a render function and gives its text.
func render(t *testing.T, body string) string {
	t.Helper()
	r := Run(Call{Script: "test", Source: "function render(ctx) " + body + " end", Entry: EntryRender})
	if r.Err != nil {
		t.Fatalf("%s\n%+v", body, r.Err)
	}
	return r.Text
}

func TestHostExamplesGiveWhatTheySay(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Host {
		if got := render(t, f.Example); got != f.Want {
			t.Errorf("%s: got %q, want %q", f.Name, got, f.Want)
		}
		if seen[f.Name] || f.Doc == "" || f.Returns == "" || !strings.Contains(f.Name, ".") || !strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s is described twice or not wholly", f.Name)
		}
		seen[f.Name] = true
		if !strings.Contains(f.Example, f.Name+"(") {
			t.Errorf("the example of %s does not use it", f.Name)
		}
	}
}

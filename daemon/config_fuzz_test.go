package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever stands in the file or the environment: no panic, and a refusal is always one for the operator.
func FuzzConfig(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "config.example.toml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example), "")
	f.Add("[server]\nlisen = 1", "REBOOK_LOG_LEVEL=debug")
	f.Add("a.b.c = [[{}]]", "REBOOK_CARRIER_SETTLE_AFTER=1e9h")
	f.Add("[server]\npublic_url = \"http://[::1\"", "REBOOK_SERVER_LISTEN=[::]:x")
	f.Add("[server.listen]\nx = 1", "REBOOK_SERVER_TRUSTED_PROXIES=,,::/129")
	f.Add("log = 3\n[[log]]", "REBOOK_=x")
	file := filepath.Join(f.TempDir(), "c.toml")
	f.Fuzz(func(t *testing.T, text, env string) {
		if strings.HasPrefix(env, envPrefix+"CONFIG=") {
			t.Skip()
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := loadConfig(file, []string{env})
		if bad, ok := errors.AsType[*problem](err); err != nil && (!ok || bad.code != 2 || strings.TrimSpace(bad.line) == "") {
			t.Errorf("an unfit refusal: %#v", err)
		}
	})
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// The example is the manual: it has every key, with the default, and nothing else.
func TestExampleConfigHasEveryKeyWithItsDefault(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	got := Config{}
	if err := toml.NewDecoder(strings.NewReader(string(b))).DisallowUnknownFields().Decode(&got); err != nil {
		t.Fatalf("the example has a key that the code does not know: %v", err)
	}
	if want := defaultConfig(); !reflect.DeepEqual(got, want) {
		t.Errorf("defaults of the example and of the code differ:\nexample %+v\ncode    %+v", got, want)
	}
	var set map[string]map[string]any
	if err := toml.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	var have []string
	for section, keys := range set {
		for key := range keys {
			have = append(have, section+"."+key)
		}
	}
	for _, key := range knownKeys() {
		if !slices.Contains(have, key) {
			t.Errorf("the example lacks %s", key)
		}
	}
	// A key without a word about it explains nothing.
	line := regexp.MustCompile(`^[a-z_]+ = `)
	lines := strings.Split(string(b), "\n")
	for i, l := range lines {
		if line.MatchString(l) && !strings.HasPrefix(lines[i-1], "#") && !line.MatchString(lines[i-1]) {
			t.Errorf("config.example.toml:%d: %q has no comment above it", i+1, l)
		}
	}
}

func TestConfigKeysOfTheContract(t *testing.T) {
	want := []string{"server.listen", "server.public_url", "server.trusted_proxies", "storage.dir", "storage.encryption_key_file",
		"carrier.driver", "carrier.settle_after", "twilio.account_sid", "twilio.auth_token", "twilio.auth_token_file",
		"twilio.auth_token_previous", "twilio.auth_token_previous_file", "twilio.segments_per_second", "twilio.primary_profile",
		"twilio.registration_email", "twilio.mock_registration", "twilio.base_url",
		"llm.base_url", "llm.model", "llm.api_key", "llm.api_key_file", "llm.timeout", "llm.max_tokens", "llm.thread_tokens",
		"llm.input_price", "llm.output_price", "llm.thread_cost_cents", "webhooks.allow_private",
		"log.level", "log.format", "seed.file", "scripts.dir"}
	if got := knownKeys(); !slices.Equal(got, want) {
		t.Errorf("keys\n got %v\nwant %v", got, want)
	}
}

func TestEnvironmentReachesEveryKeyAndWinsOverTheFile(t *testing.T) {
	file := write(t, "c.toml", "[server]\nlisten = \"127.0.0.1:1\"\n[log]\nlevel = \"debug\"\n")
	values := map[string]string{"server.listen": "127.0.0.1:2", "server.public_url": "https://a.example", "server.trusted_proxies": "10.0.0.0/8,::1/128",
		"carrier.driver": "simulator", "carrier.settle_after": "2s", "twilio.base_url": "http://t.example", "twilio.segments_per_second": "12.5", "twilio.primary_profile": "BU0123456789abcdef0123456789abcdef",
		"twilio.mock_registration": "true", "twilio.registration_email": "office@brightwater.example",
		"llm.base_url": "http://l.example", "llm.timeout": "7s", "llm.max_tokens": "500", "llm.thread_tokens": "9000", "llm.input_price": "0.15", "llm.output_price": "0.6",
		"llm.thread_cost_cents": "5", "webhooks.allow_private": "true", "log.level": "warn", "log.format": "json"}
	for _, key := range knownKeys() {
		value, ok := values[key]
		if !ok {
			value = "some-value"
		}
		t.Run(key, func(t *testing.T) {
			c, _, err := loadConfig(file, []string{envName(key) + "=" + value})
			if err != nil {
				t.Fatal(err)
			}
			eachKey(reflect.ValueOf(&c).Elem(), func(k string, v reflect.Value) {
				if k != key {
					return
				}
				got := v.Interface()
				if list, ok := got.([]string); ok {
					got = strings.Join(list, ",")
				} else if s, ok := got.(interface{ String() string }); ok {
					got = s.String()
				} else if n, ok := got.(float64); ok {
					got = fmt.Sprint(n)
				}
				if fmt.Sprint(got) != value {
					t.Errorf("%s=%s gives %v", envName(key), value, got)
				}
			})
			if key != "log.level" && c.Log.Level != "debug" {
				t.Errorf("the file's log.level is %q after %s was set, want debug", c.Log.Level, key)
			}
		})
	}
}

func TestConfigMistakesAreToldWithTheMend(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		env  string
		want string // regular expression on the one line
	}{
		"unknown key":         {file: "[server]\n\nlisen = \":1\"\n", want: `c\.toml:3: there is no key server\.lisen; did you mean server\.listen\?`},
		"unknown section":     {file: "[sever]\nlisten = \":1\"\n", want: `c\.toml:1: there is no key sever`},
		"key without section": {file: "listen = \":1\"\n", want: `c\.toml:1: there is no key listen`},
		"far key":             {file: "[log]\nzzzzzzzzzzzzzz = 1\n", want: `there is no key log\.zzzzzzzzzzzzzz; config\.example\.toml lists`},
		"wrong type":          {file: "[server]\nlisten = 8080\n", want: `c\.toml:2:\d+: .*config\.example\.toml shows`},
		"broken file":         {file: "[server\n", want: `c\.toml:1:\d+: `},
		"given twice":         {file: "[log]\nlevel = \"info\"\nlevel = \"warn\"\n", want: `c\.toml:`},
		"duration":            {file: "[llm]\ntimeout = \"20\"\n", want: `"20" is not a duration`},
		"model's patience":    {env: "REBOOK_LLM_TIMEOUT=2m", want: `llm\.timeout .* "100ms" to "30s"`},
		"model's address":     {env: "REBOOK_LLM_BASE_URL=localhost:11434", want: `write it whole, such as "http://127\.0\.0\.1:11434/v1"`},
		"model's password":    {env: "REBOOK_LLM_BASE_URL=https://u:geheim@l.example/v1", want: `the key into llm\.api_key`},
		"model's tokens":      {env: "REBOOK_LLM_MAX_TOKENS=5", want: `not within 50 to 8000`},
		"model's budget":      {env: "REBOOK_LLM_THREAD_TOKENS=5", want: `use 1000 or more`},
		"model's cost":        {env: "REBOOK_LLM_THREAD_COST_CENTS=-1", want: `0 is no bound`},
		"model's price":       {env: "REBOOK_LLM_OUTPUT_PRICE=-0.5", want: `cannot be negative`},
		"model's key twice":   {file: "[llm]\napi_key = \"a\"\napi_key_file = \"b\"\n", want: `keep one of the two`},
		"scripted and twilio": {file: "[carrier]\ndriver = \"twilio\"\n[twilio]\naccount_sid = \"AC00000000000000000000000000000001\"\nauth_token = \"a\"\n[llm]\nbase_url = \"simulator\"\n",
			want: `the scripted model is for trying things out`},
		"listen":               {env: "REBOOK_SERVER_LISTEN=8080", want: `server\.listen \(REBOOK_SERVER_LISTEN\): "8080" is not an address; write host:port`},
		"listen url":           {env: "REBOOK_SERVER_LISTEN=http://x:80", want: `server\.listen`},
		"listen port":          {env: "REBOOK_SERVER_LISTEN=:99999", want: `"99999" is not a port`},
		"public url relative":  {env: "REBOOK_SERVER_PUBLIC_URL=text.example.com", want: `write it whole`},
		"public url scheme":    {env: "REBOOK_SERVER_PUBLIC_URL=ftp://text.example.com", want: `write it whole`},
		"public url path":      {env: "REBOOK_SERVER_PUBLIC_URL=https://e.example/app", want: `use "https://e\.example"`},
		"public url password":  {env: "REBOOK_SERVER_PUBLIC_URL=https://u:geheim@e.example", want: `use "https://e\.example"`},
		"proxy word":           {env: "REBOOK_SERVER_TRUSTED_PROXIES=nginx", want: `not a range of addresses`},
		"proxy address":        {env: "REBOOK_SERVER_TRUSTED_PROXIES=10.0.0.1", want: `write "10\.0\.0\.1/32"`},
		"twilio":               {env: "REBOOK_CARRIER_DRIVER=twilio", want: `twilio\.account_sid \(default\): it is no SID`},
		"twilio without token": {file: "[carrier]\ndriver = \"twilio\"\n[twilio]\naccount_sid = \"AC00000000000000000000000000000001\"\n", want: `twilio\.auth_token \(default\): .*needs it`},
		"twilio profile":       {env: "REBOOK_TWILIO_PRIMARY_PROFILE=AC1", want: `"BU" and 32 hex digits`},
		"twilio mail":          {env: "REBOOK_TWILIO_REGISTRATION_EMAIL=office", want: `it is no e-mail address`},
		"twilio pace":          {env: "REBOOK_TWILIO_SEGMENTS_PER_SECOND=-1", want: `0 is no limit`},
		"older token twice":    {file: "[twilio]\nauth_token_previous = \"a\"\nauth_token_previous_file = \"b\"\n", want: `keep one of the two`},
		"carrier":              {env: "REBOOK_CARRIER_DRIVER=pigeon", want: `there is no carrier "pigeon"`},
		"settle":               {env: "REBOOK_CARRIER_SETTLE_AFTER=0s", want: `carrier\.settle_after`},
		"settle no duration":   {env: "REBOOK_CARRIER_SETTLE_AFTER=soon", want: `REBOOK_CARRIER_SETTLE_AFTER: "soon" is not a duration`},
		"token twice":          {file: "[twilio]\nauth_token = \"a\"\nauth_token_file = \"b\"\n", want: `keep one of the two`},
		"level":                {env: "REBOOK_LOG_LEVEL=loud", want: `use one of debug, info, warn, error`},
		"format":               {env: "REBOOK_LOG_FORMAT=xml", want: `"text" for people or "json" for machines`},
		"file is not there":    {env: "REBOOK_CONFIG=/nowhere/c.toml", want: `cannot read the configuration: .*-config FILE`},
		"public url in a file": {file: "[server]\npublic_url = \"/x\"\n", want: `server\.public_url \(c\.toml\)`},
	} {
		t.Run(name, func(t *testing.T) {
			file := ""
			if c.file != "" {
				file = write(t, "c.toml", c.file)
			}
			_, _, err := loadConfig(file, []string{c.env})
			if err == nil {
				t.Fatal("it is taken without a word")
			}
			bad, ok := err.(*problem)
			if !ok || bad.code != 2 {
				t.Errorf("the exit code is not 2: %#v", err)
			}
			if !regexp.MustCompile(c.want).MatchString(err.Error()) {
				t.Errorf("\n got %s\nwant %s", err, c.want)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("the message shows a password: %s", err)
			}
		})
	}
}

func TestOddButWorkingConfigWarns(t *testing.T) {
	for env, want := range map[string]string{
		"REBOOK_SERVER_LISTN=x":                     "did you mean REBOOK_SERVER_LISTEN?",
		"REBOOK_SERVICE_HOST=10.0.0.1":              "REBOOK_SERVICE_HOST means nothing here",
		"REBOOK_SERVER_PUBLIC_URL=http://e.example": "use https",
		"REBOOK_TWILIO_ACCOUNT_SID=AC1":             "nothing is really sent",
		"REBOOK_LLM_BASE_URL=http://127.0.0.1/v1":   "llm.model is empty",
		"REBOOK_LLM_BASE_URL=http://l.example/v1":   "unencrypted",
		"REBOOK_LLM_MODEL=qwen3":                    "no language model is asked",
	} {
		_, warnings, err := loadConfig("", []string{env})
		if err != nil || !strings.Contains(strings.Join(warnings, "\n"), want) {
			t.Errorf("%s: got %q, %v; want a warning with %q", env, warnings, err, want)
		}
	}
	if _, warnings, err := loadConfig("", []string{"REBOOK_BOOTSTRAP_KEY=0123456789abcdef", "REBOOK_LOG_LEVEL=", "OTHER=1"}); err != nil || len(warnings) > 0 {
		t.Errorf("an ordinary environment warns: %q, %v", warnings, err)
	}
}

func TestPublicURLLosesItsTrailingSlash(t *testing.T) {
	c, _, err := loadConfig("", []string{"REBOOK_SERVER_PUBLIC_URL=https://text.example.com/"})
	if err != nil || c.Server.PublicURL != "https://text.example.com" {
		t.Errorf("got %q, %v", c.Server.PublicURL, err)
	}
}

func TestEncryptionKeyForms(t *testing.T) {
	for text, want := range map[string]int{
		strings.Repeat("0a", 16):                       16,
		strings.Repeat("0A", 24) + "\n":                24,
		strings.Repeat("ff", 32):                       32,
		"AAAAAAAAAAAAAAAAAAAAAA==":                     16,
		"AAAAAAAAAAAAAAAAAAAAAA":                       16,
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=": 32,
		"____________________________________-_____-":  32,
		"":                                      0,
		"password":                              0,
		strings.Repeat("0a", 20):                0,
		strings.Repeat("A", 4000):               0,
		"0a0a0a0a0a0a0a0a 0a0a0a0a0a0a0a0a":     0,
		"\xff\xfe" + strings.Repeat("\x00", 30): 0,
		"zz0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a": 0,
	} {
		c := defaultConfig()
		c.Storage.EncryptionKeyFile = write(t, "key", text)
		key, warning, err := c.encryptionKey()
		if len(key) != want || (err == nil) != (want > 0) || warning != "" {
			t.Errorf("%.40q: got %d bytes, warning %q, %v; want %d bytes", text, len(key), warning, err, want)
		}
		if err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the message shows the key: %v", err)
		}
	}
	c := defaultConfig()
	c.Storage.EncryptionKeyFile = write(t, "key", strings.Repeat("0a", 16))
	if err := os.Chmod(c.Storage.EncryptionKeyFile, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, warning, _ := c.encryptionKey(); !strings.Contains(warning, "chmod 600") {
		t.Errorf("a key that everybody can read gives the warning %q", warning)
	}
}

func TestTwilioTokensComeFromTheFileOrTheKeyAndAreNeverShown(t *testing.T) {
	file := write(t, "token", "  geheim-from-the-file\n")
	c := Config{Twilio: TwilioConfig{AuthTokenFile: file, AuthTokenPrevious: "geheim-before"}}
	if got, err := c.twilioTokens(); err != nil || !slices.Equal(got, []string{"geheim-from-the-file", "geheim-before"}) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range []string{write(t, "empty", " \n"), filepath.Join(t.TempDir(), "nowhere")} {
		c.Twilio.AuthTokenFile = name
		if got, err := c.twilioTokens(); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

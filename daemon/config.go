package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/pelletier/go-toml/v2"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/daemon/booking"
)

// Config is the facts of the process: where it listens, where its data is, whom it talks to. Rules of the business live in
// the store and never here. config.example.toml is its manual; a test holds the two together.
type Config struct {
	Server   ServerConfig   `toml:"server" section:"server_"`
	Storage  StorageConfig  `toml:"storage" section:"storage_"`
	Carrier  CarrierConfig  `toml:"carrier" section:"carrier_"`
	Twilio   TwilioConfig   `toml:"twilio" section:"twilio_"`
	LLM      LLMConfig      `toml:"llm" section:"llm_"`
	Webhooks WebhooksConfig `toml:"webhooks" section:"webhooks_"`
	Log      LogConfig      `toml:"log" section:"log_"`
	Seed     SeedConfig     `toml:"seed" section:"seed_"`
	Scripts  ScriptsConfig  `toml:"scripts" section:"scripts_"`

	origin map[string]string // key → where its value comes from; a key that is missing has its default
	demo   *api.Demo         // nil but for the demo
}

// ServerConfig says where the daemon listens and how the world reaches it.
type ServerConfig struct {
	Listen         string   `toml:"listen"`
	PublicURL      string   `toml:"public_url"`
	TrustedProxies []string `toml:"trusted_proxies"`
}

// StorageConfig says where the data is.
type StorageConfig struct {
	Dir               string `toml:"dir"`
	EncryptionKeyFile string `toml:"encryption_key_file"`
}

// CarrierConfig says who takes texts to phones.
type CarrierConfig struct {
	Driver      string           `toml:"driver"`
	SettleAfter booking.Duration `toml:"settle_after"`
}

// TwilioConfig says how Twilio is reached.
type TwilioConfig struct {
	AccountSID            string  `toml:"account_sid"`
	AuthToken             string  `toml:"auth_token"`
	AuthTokenFile         string  `toml:"auth_token_file"`
	AuthTokenPrevious     string  `toml:"auth_token_previous"`
	AuthTokenPreviousFile string  `toml:"auth_token_previous_file"`
	SegmentsPerSecond     float64 `toml:"segments_per_second"`
	PrimaryProfile        string  `toml:"primary_profile"`
	RegistrationEmail     string  `toml:"registration_email"`
	MockRegistration      bool    `toml:"mock_registration"`
	BaseURL               string  `toml:"base_url"`
}

// WebhooksConfig says where webhooks may go.
type WebhooksConfig struct {
	AllowPrivate bool `toml:"allow_private"`
}

// LogConfig says what is logged, and how.
type LogConfig struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// SeedConfig says what an empty store begins with.
type SeedConfig struct {
	File string `toml:"file"`
}

// ScriptsConfig says where scripts come from beside the library.
type ScriptsConfig struct {
	Dir string `toml:"dir"`
}

// defaultConfig is what holds without a file and without environment.
func defaultConfig() Config {
	return Config{
		Server:  ServerConfig{Listen: "127.0.0.1:8080", PublicURL: "http://localhost:8080", TrustedProxies: []string{}},
		Storage: StorageConfig{Dir: "data"},
		Carrier: CarrierConfig{Driver: "simulator", SettleAfter: booking.Duration(time.Minute)},
		Twilio:  TwilioConfig{SegmentsPerSecond: 3.75},
		LLM:     LLMConfig{Timeout: booking.Duration(20 * time.Second), MaxTokens: 400, ThreadTokens: 60_000, ThreadCostCents: 25},
		Log:     LogConfig{Level: "info", Format: "text"},
	}
}

// defaultFile is read when no other is named and it is there.
const defaultFile = "config.toml"

// loadConfig reads file, then the environment over it, and checks the whole. With an empty file it takes REBOOK_CONFIG, then
// ./config.toml where there is one. warnings are what is odd but not wrong.
func loadConfig(file string, environ []string) (c Config, warnings []string, err error) {
	c = defaultConfig()
	c.origin = map[string]string{}
	vars := rebookVars(environ)
	if file == "" {
		file = vars[envPrefix+"CONFIG"]
	}
	if file == "" {
		if _, err := os.Stat(defaultFile); err == nil {
			file = defaultFile
		}
	}
	if file != "" {
		if err := c.readFile(file); err != nil {
			return c, nil, err
		}
	}
	warnings, err = c.readEnv(vars)
	if err != nil {
		return c, nil, err
	}
	more, err := c.check()
	return c, append(warnings, more...), err
}

// readFile takes over what the file sets. Unknown keys are errors: a setting that silently does nothing is worse than none.
func (c *Config) readFile(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return misuse("cannot read the configuration: %v; give its place with -config FILE, or leave -config out for defaults", err)
	}
	d := toml.NewDecoder(strings.NewReader(string(b))).DisallowUnknownFields()
	err = d.Decode(c)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		first := strict.Errors[0]
		line, _ := first.Position()
		key := strings.Join(first.Key(), ".")
		return misuse("%s:%d: there is no key %s%s", file, line, key, meant(key, knownKeys(), "; config.example.toml lists all keys"))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, col := bad.Position()
		what := strings.TrimPrefix(bad.Error(), "toml: ")
		if key := strings.Join(bad.Key(), "."); key != "" {
			what = key + ": " + what
		}
		return misuse("%s:%d:%d: %s; config.example.toml shows how it is written", file, line, col, what)
	}
	if err != nil {
		return misuse("%s: %v; config.example.toml shows how it is written", file, err)
	}
	var set map[string]map[string]any
	if err := toml.Unmarshal(b, &set); err != nil {
		return misuse("%s: %v", file, err)
	}
	for section, keys := range set {
		for key := range keys {
			c.origin[section+"."+key] = filepath.Base(file)
		}
	}
	return nil
}

const envPrefix = "REBOOK_"

// otherVars are variables of ours that stand for no key.
var otherVars = []string{envPrefix + "CONFIG", envPrefix + "BOOTSTRAP_KEY"}

// rebookVars picks our variables. An empty one counts as not set, because compose files and shells pass empty ones for
// what they do not know.
func rebookVars(environ []string) map[string]string {
	vars := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, envPrefix) && value != "" {
			vars[name] = value
		}
	}
	return vars
}

// readEnv takes over what the environment sets. An unknown variable is only a warning: Kubernetes makes up such names
// (REBOOK_PORT, REBOOK_SERVICE_HOST) for a service called rebook.
func (c *Config) readEnv(vars map[string]string) (warnings []string, err error) {
	known := map[string]string{}
	for _, key := range knownKeys() {
		known[envName(key)] = key
	}
	names := slices.Sorted(maps.Keys(known))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		key, ok := known[name]
		if !ok {
			if !slices.Contains(otherVars, name) {
				warnings = append(warnings, fmt.Sprintf("environment variable %s means nothing here%s", name, meant(name, names, "")))
			}
			continue
		}
		// One variable at a time, so that a mistake can be told by its name.
		err := env.ParseWithOptions(c, env.Options{
			Environment:   map[string]string{strings.ToLower(strings.TrimPrefix(name, envPrefix)): vars[name]},
			TagName:       "toml",
			PrefixTagName: "section",
		})
		if err != nil {
			var bad env.ParseError
			if errors.As(err, &bad) {
				err = bad.Err
			}
			return nil, misuse("%s: %v; mend or unset the variable", name, err)
		}
		c.origin[key] = name
	}
	return warnings, nil
}

// envName gives the variable that sets a key.
func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// knownKeys lists every key, "section.key", in the order of the types above.
func knownKeys() (keys []string) {
	eachKey(reflect.ValueOf(new(Config)).Elem(), func(key string, _ reflect.Value) { keys = append(keys, key) })
	return keys
}

// eachKey walks the keys of a Config.
func eachKey(c reflect.Value, fn func(key string, v reflect.Value)) {
	for i := range c.NumField() {
		section := c.Type().Field(i).Tag.Get("toml")
		if section == "" {
			continue
		}
		for j := range c.Field(i).NumField() {
			fn(section+"."+c.Type().Field(i).Type.Field(j).Tag.Get("toml"), c.Field(i).Field(j))
		}
	}
}

// meant suggests the nearest name, or gives other.
func meant(word string, names []string, other string) string {
	if near := nearest(word, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return other
}

package config

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/anchorwatch/anchorwatch/rules"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs; with -update it is rewritten\n got:\n%s\nwant:\n%s", path, got, want)
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	t.Setenv("ANCHORWATCH_TEST_BROKER", "kafka-1:9092")
	t.Setenv("ANCHORWATCH_TEST_HOOK", "https://hooks.example/services/canary")
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return paths
}

// Every bad file says all that is wrong with it, where, and what to do; never a secret.
func TestBadFiles(t *testing.T) {
	for _, path := range files(t, "testdata/*.bad.yml") {
		_, err := Load(path)
		if _, ok := errors.AsType[Problems](err); !ok {
			t.Errorf("%s: got %v, want Problems", path, err)
			continue
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: a secret is printed:\n%v", path, err)
		}
		golden(t, strings.TrimSuffix(path, ".yml")+".txt", []byte(err.Error()+"\n"))
	}
}

// Every good file loads, and what Marshal writes of it (secrets, which it masks, put back) loads to the same.
func TestGoodFiles(t *testing.T) {
	for _, path := range files(t, "testdata/*.good.yml") {
		config, err := Load(path)
		if err != nil {
			t.Errorf("%s:\n%v", path, err)
			continue
		}
		text, err := Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimSuffix(path, ".yml")+".txt", text)
		restored := strings.NewReplacer(
			"token: <secret>", "token: xoxb-1",
			"webhook_url: <secret>", "webhook_url: https://hooks.example/services/canary",
			"password: <secret>", "password: hunter2",
			"  url: <secret>", "  url: http://localhost:8080/retrain",
			"secret: <secret>", "secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		).Replace(string(text))
		again, err := Parse("again.yml", []byte(restored))
		if err != nil {
			t.Errorf("%s: what was written does not load:\n%v", path, err)
			continue
		}
		second, err := Marshal(again)
		if err != nil || string(second) != string(text) {
			t.Errorf("%s: written twice, read once:\n%s", path, second)
		}
		if err := config.Validate(); err != nil {
			t.Errorf("%s: Validate: %v", path, err)
		}
	}
}

func TestFullFile(t *testing.T) {
	files(t, "testdata/full.good.yml")
	c, err := Load("testdata/full.good.yml")
	if err != nil {
		t.Fatal(err)
	}
	credit := c.Models[0]
	for _, check := range []struct {
		what      string
		got, want any
	}{
		{"environment variable", c.Kafka.Brokers[0], "kafka-1:9092"},
		{"secret from a file, without its newline", c.Kafka.SASL.Password, Secret("hunter2")},
		{"empty section", c.Kafka.TLS, &TLS{}},
		{"an explicit 0 is no absent key", c.Time.OutOfOrderness, time.Duration(0)},
		{"absent key", c.Time.FutureSkew, 5 * time.Minute},
		{"days", c.Time.LabelDelay, 84 * 24 * time.Hour},
		{"size", c.Join.MaxPending, Bytes(128 << 20)},
		{"classes are texts", credit.Classes, []string{"0", "1", "no"}},
		{"window name as written", credit.Windows[1].Name, "24h"},
		{"slide of a tumbling window", credit.Windows[0].Slide, time.Hour},
		{"alias", c.Models[1].Windows[0], Window{Name: "hour", Size: time.Hour, Slide: time.Hour}},
		{"default in a list", credit.Segments[1].Max, 20},
		{"a rule's default", *credit.Rules[1].For, 2},
		{"absent severity", credit.Rules[0].Severity, rules.Warning},
		{"limit", credit.Rules[1].Below.String(), "baseline - 2*tolerance"},
		{"path relative to the file", c.Sinks.File, filepath.Join("testdata", "out", "reports.ndjson")},
		{"absolute path", credit.Baseline, "/srv/credit-{version}.awb"},
		{"rules beside the defaults", len(credit.RulesInForce()), 2 + len(rules.Defaults())},
		{"no rules written", len(c.Models[1].RulesInForce()), len(rules.Defaults())},
		{"label delay of the model", c.LabelDelayOf(&credit, time.Hour), 30 * 24 * time.Hour},
		{"label delay of all", c.LabelDelayOf(&c.Models[1], time.Hour), 84 * 24 * time.Hour},
		{"label delay of nobody", new(Config).LabelDelayOf(&Model{}, time.Hour), time.Hour},
	} {
		if !reflect.DeepEqual(check.got, check.want) {
			t.Errorf("%s: got %#v, want %#v", check.what, check.got, check.want)
		}
	}
}

// The default rules must themselves be rules that Load would accept beside others.
func TestDefaultRulesAreValid(t *testing.T) {
	c, err := Parse("x.yml", []byte("models: [{name: m, windows: [{size: 1h}], defaults: true, rules: [{name: r, measure: psi, above: 0.2}]}]"))
	if err != nil {
		t.Fatal(err)
	}
	if problems := rules.Validate(c.Models[0].RulesInForce()); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	c := Config{
		Kafka:   &Kafka{SASL: &SASL{Password: "canary-1"}},
		Slack:   &Slack{Token: "canary-2", WebhookURL: "canary-3"},
		Retrain: &Retrain{URL: "canary-4", Secret: "canary-5"},
	}
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		fmt.Fprintf(&printed, verb+verb+verb+"\n", *c.Kafka.SASL, *c.Slack, *c.Retrain)
		fmt.Fprintf(&printed, verb+"\n", c.Slack.Token)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := Marshal(&c)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&printed, "%s%s%s", asJSON, asYAML, ours)
	for _, leak := range []string{"canary", fmt.Sprintf("%x", "canary")} {
		if strings.Contains(printed.String(), leak) {
			t.Errorf("a secret is printed:\n%s", printed.String())
		}
	}
	if !strings.Contains(string(ours), "token: <secret>") || c.Slack.Token.Reveal() != "canary-2" {
		t.Errorf("masked: %s", ours)
	}
}

// Durations are those of Prometheus. The refusals name what to write instead.
func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "1d": 24 * time.Hour, "1h30m": 90 * time.Minute, "12w": 84 * 24 * time.Hour,
		"1w2d": 9 * 24 * time.Hour, "0": 0, "250ms": 250 * time.Millisecond, "1y": 365 * 24 * time.Hour,
	} {
		got, err := parseDuration(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v %v, want %v", text, got, err, want)
		}
		if again, err := parseDuration(formatDuration(want)); err != nil || again != want {
			t.Errorf("%v is written as %q", want, formatDuration(want))
		}
	}
	for text, want := range map[string]string{
		"1.5h": "write 1h30m", "90": "write 90s", "-5m": "cannot be negative", "1mo": "such as 30s", "": "such as 30s",
		"1m1h": "write 1h1m", "300y": "such as 30s", "5 m": "such as 30s",
	} {
		if _, err := parseDuration(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Bytes{"0B": 0, "64MiB": 64 << 20, "1536KiB": 1536 << 10, "2GiB": 2 << 30} {
		got, err := parseBytes(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v %v", text, got, err)
		}
		if again, err := parseBytes(got.String()); err != nil || again != want {
			t.Errorf("%q is written as %q", text, got)
		}
	}
	for _, text := range []string{"", "64", "64MB", "1.5GiB", "-1B", "99999999999GiB"} {
		if size, err := parseBytes(text); err == nil {
			t.Errorf("%q is read as %v", text, size)
		}
	}
}

// An alias bomb unfolds to ten to the ninth nodes if nobody counts: that takes many minutes or all memory, a refusal takes
// milliseconds. The limit lies between them, for a machine that has other things to do.
func TestAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for _, c := range "bcdefghi" {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	wide := "models:\n- &m\n  name: m\n  windows: &w [" + strings.Repeat("{size: 1h},", 1000) + "]\n" + strings.Repeat("- *m\n", 1000)
	for _, text := range []string{bomb, wide} {
		start := time.Now()
		if _, err := Parse("bomb.yml", []byte(text)); err == nil {
			t.Error("accepted")
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("took %v", took)
		}
	}
}

func TestLimitsOfTheFile(t *testing.T) {
	if _, err := Parse("big.yml", make([]byte, maxFileSize+1)); err == nil || !strings.Contains(err.Error(), "larger than 1MiB") {
		t.Errorf("got %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
	if _, err := Load("testdata/none.yml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("models: &m [*m]"))
	f.Add([]byte("models: [{name: m, windows: [{size: 0.0}]}]"))
	f.Add([]byte("? {a: b}\n: c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := Parse("fuzz.yml", data)
		var problems Problems
		switch {
		case err == nil:
			if _, err := Marshal(config); err != nil {
				t.Errorf("accepted, but not written: %v", err)
			}
		case !errors.As(err, &problems) || len(problems) == 0:
			t.Errorf("an error that is no list of problems: %v", err)
		}
	})
}

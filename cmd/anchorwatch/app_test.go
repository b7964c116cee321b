package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says string // on either output
	}{
		{[]string{"--version"}, exitOK, "anchorwatch, version"},
		{[]string{"--help"}, exitOK, "backtest"},
		{[]string{"help", "run"}, exitOK, "--storage.path"},
		{[]string{"compare", "--help"}, exitOK, "--[no-]multivariate "},
		{[]string{}, exitOK, "Commands:"},
		{[]string{"frobnicate"}, exitUsage, "frobnicate"},
		{[]string{"run", "--no-such-flag"}, exitUsage, "no-such-flag"},
		{[]string{"compare", "--metods", "psi", "a", "b"}, exitUsage, `'--metods': did you mean "--methods"?; see anchorwatch compare --help`},
		{[]string{"compare", "--chunk-rows", "many", "a", "b"}, exitUsage, `--chunk-rows: "many" is no whole number: use one such as 10; see`},
		{[]string{"compare", "--chunk-rows", "2.7", "a", "b"}, exitUsage, `--chunk-rows: "2.7" is no whole number`},
		{[]string{"compare", "--chunk-rows", "0", "a", "b"}, exitUsage, `--chunk-rows: 0 is too few: use 1 or more; see`},
		{[]string{"compare", "--min-group", "2.7", "a", "b"}, exitUsage, `--min-group: "2.7" is no whole number`},
		{[]string{"compare", "--min-group", "0", "a", "b"}, exitUsage, `--min-group: 0 is too few`},
		{[]string{"compare", "--top-k", "2.7", "a", "b"}, exitUsage, `--top-k: "2.7" is no whole number`},
		{[]string{"compare", "--quantile", "half", "a", "b"}, exitUsage, `--quantile: "half" is no number; see`},
		{[]string{"baseline", "build", "--max-edges", "1e3", "a"}, exitUsage, `--max-edges: "1e3" is no whole number`},
		{[]string{"compare", "--chunk-period", "soon", "a", "b"}, exitUsage, `--chunk-period: "soon" is no duration`},
		{[]string{"compare", "--task", "clustering", "a", "b"}, exitUsage, "--task: enum value must be one of binary,"},
		{[]string{"baseline", "build"}, exitUsage, "see anchorwatch baseline build --help"},
		{[]string{"backtest", "--predictions", "p", "--until", "soon"}, exitUsage, `--until: "soon" is no time: use a date, or RFC 3339`},
		{[]string{"check", "no-such-file.yml"}, exitError, "anchorwatch: read configuration: stat no-such-file.yml"},
		{[]string{"backtest"}, exitUsage, "--predictions"},
		{[]string{"status", "--url", "http://127.0.0.1:1"}, exitError, "no agent answers"},
		{[]string{"healthcheck", "--url", "http://127.0.0.1:1"}, exitError, "no agent answers"},
	} {
		code, stdout, stderr := invoke(t, test.args...)
		if code != test.code || !strings.Contains(stdout+stderr, test.says) {
			t.Errorf("%q: exit %d, want %d and %q\n%s%s", test.args, code, test.code, test.says, stdout, stderr)
		}
	}
}

func TestCheckSaysEveryProblem(t *testing.T) {
	code, _, stderr := invoke(t, "check", "../../agent/config/testdata/keys.bad.yml")
	if code != exitError || strings.Count(stderr, "keys.bad.yml:") < 2 {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}

// What is watched, and with which baselines, is said of a configuration that is right.
func TestCheckDescribes(t *testing.T) {
	path := write(t, "anchorwatch.yml", "models:\n  - {name: a, baseline: none.awb, windows: [{size: 7d}]}\n  - {name: b, windows: [{size: 1h}]}\n")
	code, stdout, stderr := invoke(t, "check", path)
	for _, fact := range []string{path + ": ok\n", "model a: windows 7d; rules ", "none.awb yet: build one with anchorwatch baseline build", "model b: windows 1h", "no baseline: its windows will only be counted"} {
		if code != exitOK || !strings.Contains(stdout, fact) {
			t.Errorf("exit %d, %s\n%swant %q", code, stderr, stdout, fact)
		}
	}
	if code, _, stderr := invoke(t, "run", "--config", path); code != exitError || !strings.Contains(stderr, "has no kafka section") {
		t.Errorf("run: exit %d, %s", code, stderr)
	}
}

// The files are those that the repository holds.
func TestDashboards(t *testing.T) {
	folder := t.TempDir()
	if code, _, stderr := invoke(t, "dashboards", "--out", folder); code != exitOK {
		t.Fatal(stderr)
	}
	for _, name := range []string{"anchorwatch.json", "alerts.yml"} {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if want, err := os.ReadFile(filepath.Join("../../dashboards", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is another one: %v", name, err)
		}
	}
}

// The example is what a user has: its configuration passes, and a backtest over its files keeps the contract of
// docs/json.md.
func TestBacktestKeepsItsContract(t *testing.T) {
	folder := t.TempDir()
	if code, _, stderr := invoke(t, "demo", "--write-example", folder); code != exitOK {
		t.Fatal(stderr)
	}
	t.Setenv("SLACK_TOKEN", "xoxb-test")
	t.Setenv("RETRAIN_SECRET", demoSecret)
	config := filepath.Join(folder, "anchorwatch.yml")
	if code, stdout, stderr := invoke(t, "check", config); code != exitOK || !strings.Contains(stdout, "baseline_v3.awb") {
		t.Errorf("check: exit %d\n%s%s", code, stdout, stderr)
	}
	args := []string{"backtest", "--config", config, "--predictions", filepath.Join(folder, "live.jsonl.gz"), "--labels", filepath.Join(folder, "labels.jsonl.gz")}
	code, stdout, stderr := invoke(t, append(args, "--json")...)
	if code != exitOK || !strings.Contains(stderr, "accuracy-drop 2×") {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	types := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(stdout))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		kind, _ := line["type"].(string)
		types[kind]++
		for _, key := range map[string][]string{
			"window":     {"model", "version", "segment", "window", "revision", "as_of", "closed", "final", "samples", "labeled", "measurements"},
			"transition": {"rule", "model", "version", "from", "to", "at", "value", "threshold"},
			"retrain":    {"model"},
		}[kind] {
			if _, ok := line[key]; !ok {
				t.Fatalf("a %s has no %q: %s", kind, key, lines.Bytes())
			}
		}
	}
	if types["transition"] != 15 || types["retrain"] == 0 || types["window"] == 0 || len(types) != 3 {
		t.Errorf("lines: %v", types)
	}
	if strings.Contains(stdout, "null") || strings.Contains(stdout, "NaN") {
		t.Error("a line holds null or NaN")
	}
	if code, stdout, _ := invoke(t, args...); code != exitOK || !strings.Contains(stdout, "1997-07-10 00:00:00  fire      page") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
}

// The demo over the real protocol, faster than anybody would watch it.
func TestDemoClosesItsLoop(t *testing.T) {
	code, stdout, stderr := invoke(t, "demo", "--once", "--duration", "8s", "--web.listen-address", "127.0.0.1:0")
	if code != exitOK || !strings.Contains(stdout, "The loop has closed") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
}

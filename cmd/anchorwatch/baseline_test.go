package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const elecReference = "testdata/oracle/elec2.reference"

func TestBaselineBuildAndShow(t *testing.T) {
	out := filepath.Join(t.TempDir(), "elec.awb")
	args := []string{"baseline", "build", "--window", "14d", "--out", out, elecReference + ".jsonl.gz"}
	if code, stdout, stderr := invoke(t, args...); code != exitOK || !strings.Contains(stdout, "elec2-price-up 1.0.0, 6,000 rows, 10 columns") {
		t.Fatal(stdout, stderr)
	}
	code, stdout, stderr := invoke(t, "baseline", "show", out)
	if code != exitOK {
		t.Fatal(stderr)
	}
	golden(t, "baseline.txt", stdout)
	if code, stdout, stderr = invoke(t, "baseline", "show", "--json", out); code != exitOK {
		t.Fatal(stderr)
	}
	golden(t, "baseline.json", stdout)
	if code, _, stderr := invoke(t, args...); code != exitError || !strings.Contains(stderr, "--force") {
		t.Errorf("a second build: exit %d, %s", code, stderr)
	}
	if code, _, stderr := invoke(t, append(args, "--force")...); code != exitOK {
		t.Error(stderr)
	}
}

// TestBaselineOfTable builds the same from CSV, which names neither model nor version.
func TestBaselineOfTable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "elec.awb")
	args := []string{"baseline", "build", "--out", out, "--window", "14d", elecReference + ".csv.gz"}
	if code, _, stderr := invoke(t, args...); code != exitError || !strings.Contains(stderr, "--model") {
		t.Errorf("without a model: exit %d, %s", code, stderr)
	}
	if code, _, stderr := invoke(t, append(args, "--model", "elec2-price-up", "--model-version", "1.0.0")...); code != exitOK {
		t.Fatal(stderr)
	}
	fromTable, fromEvents := viewBaseline(readBack(t, out)), viewBaseline(builtFromEvents(t))
	if !fromEvents.DesignEffectAssumed && fromTable.DesignEffect != fromEvents.DesignEffect || fromTable.Labeled != fromEvents.Labeled || fromTable.Windows != fromEvents.Windows {
		t.Errorf("from a table: %+v, from events: %+v", fromTable, fromEvents)
	}
	for i, c := range fromTable.Columns {
		e := fromEvents.Columns[i]
		if c.Name != e.Name || c.Kind != e.Kind || c.N != e.N || c.Yardstick["psi"] != e.Yardstick["psi"] {
			t.Errorf("from a table: %+v, from events: %+v", c, e)
		}
	}
}

// TestBaselineMeasures builds with measures on request: they have yardsticks, and nothing else changes.
func TestBaselineMeasures(t *testing.T) {
	out := filepath.Join(t.TempDir(), "elec.awb")
	args := []string{"baseline", "build", "--out", out, "--window", "14d", "--measures", "hellinger,mean_shift", elecReference + ".jsonl.gz"}
	if code, _, stderr := invoke(t, args...); code != exitOK {
		t.Fatal(stderr)
	}
	plain := viewBaseline(builtFromEvents(t))
	for i, c := range viewBaseline(readBack(t, out)).Columns {
		far, ok := c.Yardstick["hellinger"]
		if want := plain.Columns[i].Yardstick; c.Kind != profile.Text && (!ok || (far > 0) != (c.Yardstick["psi"] > 0) || c.Yardstick["psi"] != want["psi"] || want["hellinger"] != 0) {
			t.Errorf("%s: yardstick %v, without the flag %v", c.Name, c.Yardstick, want)
		}
	}
	for _, wrong := range [][]string{{"--measures", "helinger", "--window", "14d"}, {"--measures", "psi", "--window", "14d"}, {"--measures", "tvd"}} {
		code, _, stderr := invoke(t, append([]string{"baseline", "build", elecReference + ".jsonl.gz"}, wrong...)...)
		if code != exitUsage || !strings.Contains(stderr, "--measures") {
			t.Errorf("%v: exit %d, %s", wrong, code, stderr)
		}
	}
}

// A baseline is of one model version, and says which class is meant only of two.
func TestBaselineRefuses(t *testing.T) {
	event := func(model, version string) string {
		return write(t, "rows.jsonl", `{"id":"1","ts":"2026-01-01T00:00:00Z","model":"`+model+`","version":"`+version+`","features":{"x":1},"prediction":{"value":3}}`+"\n")
	}
	one := event("a", "1")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{one, event("b", "1")}, "the input names more than one model (a, b): a baseline is of one"},
		{[]string{one, event("a", "2")}, "the input names more than one version (1, 2)"},
		{[]string{"--positive-class", "3", "--task", "regression", one}, "positive class"},
		{[]string{"--out", t.TempDir() + "/none/a.awb", one}, "no such file"},
	} {
		if code, _, stderr := invoke(t, append([]string{"baseline", "build"}, c.args...)...); code != exitError || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, %s; want %q", c.args, code, stderr, c.want)
		}
	}
}

// Without days to measure it on, the design effect is assumed, and show says so.
func TestBaselineShowSaysWhatIsAssumed(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.awb")
	table := write(t, "rows.csv", "x,prediction,label\n1,0,0\n2,1,1\n")
	if code, _, stderr := invoke(t, "baseline", "build", "--model", "m", "--model-version", "1", "--out", out, table); code != exitOK {
		t.Fatal(stderr)
	}
	if code, stdout, stderr := invoke(t, "baseline", "show", out); code != exitOK || !strings.Contains(stdout, ", assumed\n") {
		t.Error(stdout, stderr)
	}
}

// A baseline that cannot take its place leaves nothing behind.
func TestBaselineLeavesNoHalf(t *testing.T) {
	folder := t.TempDir()
	taken := filepath.Join(folder, "taken")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeBaseline(taken, builtFromEvents(t), true); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func readBack(t *testing.T, path string) *baseline.Baseline {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := baseline.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func builtFromEvents(t *testing.T) *baseline.Baseline {
	t.Helper()
	content, err := os.ReadFile(elecReference + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	b, err := buildBaseline(bytes.NewReader(content), "elec", 14*24*time.Hour, "1", created)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDefaultBaselineName(t *testing.T) {
	for version, want := range map[string]string{"1.0": "baseline_a-b_v1.0.awb", "v2": "baseline_a-b_v2.awb"} {
		if got := defaultBaselineName("a/b", version); got != want {
			t.Errorf("%s: got %s, want %s", version, got, want)
		}
	}
}

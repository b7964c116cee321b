package sinks_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/sinktest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestLines pins the public lines, byte for byte: one golden file holds them all.
func TestLines(t *testing.T) {
	var lines []string
	add := func(line []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	reports := sinktest.Reports()
	for _, name := range []string{"closed", "drift", "performance", "final", "segment", "not a number", "end of input", "empty"} {
		add(sinks.WindowLine(reports[name]))
	}
	add(sinks.TransitionLine(transition()))
	noClass := transition()
	noClass.Column, noClass.Segment, noClass.Value = "", profile.Segment{Name: "country", Value: "DE"}, math.NaN()
	add(sinks.TransitionLine(noClass))
	add(sinks.RetrainLine(sinks.Retrain{
		Request: "rt_1", Model: "fraud", Version: "3", State: "requested", At: sinktest.Start, Rule: "accuracy-drop",
		TrainingStart: sinktest.Start.Add(-28 * 24 * time.Hour), TrainingEnd: sinktest.Start,
	}))
	got := strings.Join(lines, "\n") + "\n"
	golden(t, "lines.ndjson", got)
}

func transition() rules.Transition {
	return rules.Transition{
		Subject: rules.Subject{Rule: "range", Model: "fraud", Version: "3", Window: "1h", Column: "income"},
		Kind:    rules.Fire, From: rules.Pending, To: rules.Firing, Severity: rules.Warning,
		At: sinktest.Start.Add(70 * time.Minute), WindowStart: sinktest.Start, WindowEnd: sinktest.Start.Add(time.Hour),
		Since: sinktest.Start.Add(-time.Hour), Measure: "out_of_range_rate", Value: 0.75, Threshold: 0.5,
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (rewrite with -update):\n%s", name, got)
	}
}

// TestWindowLineIsAlwaysJSON draws any numbers, names and times: the line is valid JSON without null, NaN or a time
// outside RFC 3339.
func TestWindowLineIsAlwaysJSON(t *testing.T) {
	stamp := regexp.MustCompile(`"(start|end|as_of)":"([^"]*)"`)
	rapid.Check(t, func(t *rapid.T) {
		report := detectors.Report{
			Key: profile.Key{
				Model: rapid.String().Draw(t, "model"), Window: rapid.String().Draw(t, "window"),
				Segment: profile.Segment{Name: rapid.String().Draw(t, "segment"), Value: rapid.String().Draw(t, "value")},
				Start:   profile.Instant(rapid.Int64().Draw(t, "start")), End: profile.Instant(rapid.Int64().Draw(t, "end")),
			},
			AsOf: rapid.SampledFrom([]profile.Instant{profile.Dawn, profile.Dusk, 0, 253402300799999, 253402300800000}).Draw(t, "as of"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "measurements") {
			number := func(label string) *float64 {
				return new(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, label))
			}
			report.Measurements = append(report.Measurements, detectors.Measurement{
				Name: "psi", Value: *number("value"), PValue: number("p"), Lower: number("lower"), Upper: number("upper"),
				NEff: number("n_eff"), Threshold: number("threshold"), Baseline: number("baseline"), Status: detectors.OK,
			})
		}
		line, err := sinks.WindowLine(report)
		if err != nil {
			t.Fatalf("WindowLine: %v", err)
		}
		var back map[string]any
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		noNull(t, back)
		for _, match := range stamp.FindAllSubmatch(line, -1) {
			if _, err := time.Parse(time.RFC3339Nano, string(match[2])); err != nil {
				t.Errorf("%s: %v", match[0], err)
			}
		}
	})
}

func noNull(t *rapid.T, value any) {
	switch value := value.(type) {
	case nil:
		t.Error("null in a line")
	case map[string]any:
		for _, v := range value {
			noNull(t, v)
		}
	case []any:
		for _, v := range value {
			noNull(t, v)
		}
	}
}

func TestMomentsAreReadAsTheyAreWritten(t *testing.T) {
	for _, want := range []sinks.Moment{sinks.Moment(sinktest.Start), 0, -1} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got sinks.Moment
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("%s is read as %d, want %d (%v)", text, got, want, err)
		}
	}
	var absent sinks.Moment
	if err := json.Unmarshal([]byte(`""`), &absent); err != nil || !absent.IsZero() {
		t.Errorf("an empty text is read as %d (%v)", absent, err)
	}
	if err := json.Unmarshal([]byte(`"yesterday"`), &absent); err == nil {
		t.Error("yesterday is read as a moment")
	}
}

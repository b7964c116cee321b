package agent

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

const elec = "../examples/elec"

// elecConfig reads the example's configuration, with baselines built from its rows.
func elecConfig(t *testing.T) *config.Config {
	t.Helper()
	t.Setenv("SLACK_TOKEN", "xoxb-test")
	t.Setenv("RETRAIN_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
	c, err := config.Load(filepath.Join(elec, "anchorwatch.yml"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, version := range []string{"1", "2", "3"} {
		buildBaseline(t, filepath.Join(elec, "data", "baseline_v"+version+".jsonl.gz"), filepath.Join(folder, "baseline_v"+version+".awb"), version)
	}
	c.Models[0].Baseline = filepath.Join(folder, "baseline_v{version}.awb")
	return c
}

func buildBaseline(t *testing.T, from, to, version string) {
	t.Helper()
	file, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	b := baseline.NewBuilder()
	lines := bufio.NewScanner(unzipped)
	for lines.Scan() {
		var e struct {
			TS         time.Time
			Features   map[string]float64
			Prediction struct {
				Label string
				Score float64
			}
			Label string
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		b.Row(profile.InstantOf(e.TS))
		for name, x := range e.Features {
			b.Column(name).Number(x)
		}
		b.Answer(performance.Answer{Class: []byte(e.Prediction.Label), HasClass: true, Score: e.Prediction.Score, HasScore: true})
		b.Label(performance.Truth{Class: []byte(e.Label)}, profile.Dawn)
	}
	built, err := b.Build(baseline.Options{
		Model: "elec", Version: version, Answers: performance.Overrides{Positive: "UP"}, Window: 14 * day,
		Compare: func(ref, cur *profile.Set) []detectors.Measurement {
			return detectors.CompareSets(ref, cur, detectors.Options{})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if err := baseline.Write(out, built); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// The example's own figures, computed with independent code (examples/elec/README.md).
func TestBacktestFindsWhatTheExampleHolds(t *testing.T) {
	c := elecConfig(t)
	var told, requests []string
	var out bytes.Buffer
	b := Backtest{
		Config: c, Predictions: []string{filepath.Join(elec, "data", "live.jsonl.gz")}, Labels: []string{filepath.Join(elec, "data", "labels.jsonl.gz")},
		Until: profile.Dusk, Lines: &out, Log: zerolog.Nop(), Now: time.Now,
		Each: func(f Finding, events []retrain.Event) {
			for _, tr := range f.Transitions {
				told = append(told, fmt.Sprintf("%s %s %s v%s %s %.4f/%.4f", tr.At.Time().Format(time.DateOnly), tr.Kind, tr.Rule, tr.Version, tr.Column, tr.Value, tr.Threshold))
			}
			for _, e := range events {
				requests = append(requests, fmt.Sprintf("%s %s", e.At.Time().Format(time.DateOnly), e.To))
			}
		},
	}
	summary, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range told {
		t.Log(line)
	}
	for _, line := range requests {
		t.Log(line)
	}
	pages := slices.DeleteFunc(told, func(line string) bool { return !bytes.Contains([]byte(line), []byte("accuracy-drop")) })
	want := []string{
		"1997-07-10 fire accuracy-drop v1  0.5599/0.7072",
		"1997-09-18 supersede accuracy-drop v1  0.5792/0.7072",
		"1997-09-18 resolve accuracy-drop v2  0.7046/0.6748",
		"1998-07-23 fire accuracy-drop v2  0.5426/0.6748",
		"1998-10-01 supersede accuracy-drop v2  0.7496/0.6748",
		"1998-10-01 resolve accuracy-drop v3  0.8908/0.7299",
	}
	if !slices.Equal(pages, want) {
		t.Errorf("got\n%q, want\n%q", pages, want)
	}
	if summary.Retrains != 2 {
		t.Errorf("%d retrain requests, want 2", summary.Retrains)
	}
}

// Measures on request stand in the lines of windows, listed or named by a rule, and change nothing else in them.
func TestBacktestMeasuresOnRequest(t *testing.T) {
	run := func(measures []string, more ...rules.Rule) (lines []map[string]any) {
		c := elecConfig(t)
		c.Models[0].Measures, c.Models[0].Rules = measures, append(c.Models[0].Rules, more...)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		b := Backtest{
			Config: c, Predictions: []string{filepath.Join(elec, "data", "live.jsonl.gz")}, Labels: []string{filepath.Join(elec, "data", "labels.jsonl.gz")},
			Until: profile.Dusk, Lines: &out, Log: zerolog.Nop(), Now: time.Now,
		}
		if _, err := b.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for text := range bytes.Lines(out.Bytes()) {
			var line map[string]any
			if err := json.Unmarshal(text, &line); err != nil {
				t.Fatal(err)
			}
			if line["type"] == "window" {
				lines = append(lines, line)
			}
		}
		return lines
	}
	plain := run(nil)
	asked := run([]string{"hellinger", "mean_shift"}, rules.Rule{Name: "share-moved", Measure: "tvd", Above: rules.MustLimit("0.9")})
	if len(plain) == 0 || len(plain) != len(asked) {
		t.Fatalf("%d and %d lines", len(plain), len(asked))
	}
	found := map[string]int{}
	for i := range asked {
		all, _ := asked[i]["measurements"].([]any)
		asked[i]["measurements"] = slices.DeleteFunc(all, func(m any) bool {
			name, _ := m.(map[string]any)["name"].(string)
			onRequest := slices.Contains(detectors.StreamMethodsOnRequest(), name)
			if onRequest {
				found[name]++
			}
			return onRequest
		})
		if !reflect.DeepEqual(asked[i], plain[i]) {
			t.Fatalf("line %d: got %+v, want %+v", i, asked[i], plain[i])
		}
	}
	if len(found) != 3 || found["hellinger"] == 0 || found["tvd"] != found["hellinger"] || found["mean_shift"] == 0 {
		t.Errorf("found %v", found)
	}
}

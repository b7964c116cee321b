package event

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// realEvent is a native event as encoding/json reads it.
type realEvent struct {
	ID         string         `json:"id"`
	TS         time.Time      `json:"ts"`
	Model      string         `json:"model"`
	Version    string         `json:"version"`
	Features   map[string]any `json:"features"`
	Prediction struct {
		Label         any                `json:"label"`
		Score         *float64           `json:"score"`
		Value         *float64           `json:"value"`
		Probabilities map[string]float64 `json:"probabilities"`
	} `json:"prediction"`
	Label     any      `json:"label"`
	LatencyMS *float64 `json:"latency_ms"`
}

// Real streams decode without a refusal and say what encoding/json says.
func TestRealStreams(t *testing.T) {
	files, err := filepath.Glob("testdata/streams/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no streams: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl.gz"), func(t *testing.T) {
			topic := "predictions"
			if strings.Contains(file, ".labels.") {
				topic = "labels"
			}
			events, lines := parseStream(t, file)
			o := Options{
				Streams:    func(string) Stream { return map[string]Stream{"predictions": Predictions, "labels": Labels}[topic] },
				Dictionary: &Dictionary{},
				Models:     []string{"elec", "elec2-price-up", "card-type", "car-loan-default", "car-price"},
			}
			for _, e := range events {
				for name := range e.Features {
					o.Dictionary.Add(name)
				}
			}
			d, err := NewDecoder(o)
			if err != nil {
				t.Fatal(err)
			}
			var b Batch
			for i, line := range lines {
				if reason := d.Decode(on(topic, line), &b); reason != Accepted {
					t.Fatalf("line %d: %s: %s", i+1, reason, line)
				}
			}
			if b.Unexpected != 0 || len(b.Predictions)+len(b.Labels) != len(lines) {
				t.Fatalf("%d unexpected features, %d predictions, %d labels from %d lines", b.Unexpected, len(b.Predictions), len(b.Labels), len(lines))
			}
			for i := range b.Labels {
				compareLabel(t, &b.Labels[i], events[i])
			}
			for row := range b.Predictions {
				comparePrediction(t, d, &b, row, events[row])
			}
		})
	}
}

func parseStream(t *testing.T, path string) (events []realEvent, lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(unzipped); scanner.Scan(); {
		var e realEvent
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events, lines = append(events, e), append(lines, scanner.Text())
	}
	return events, lines
}

func compareLabel(t *testing.T, l *Label, want realEvent) {
	t.Helper()
	if string(l.ID) != want.ID || l.Time != profile.InstantOf(want.TS) || l.Model != anyModel || !l.Truth.Present {
		t.Errorf("got %+v, want %+v", l, want)
	}
	if x, numeric := want.Label.(float64); numeric && l.Truth.Number != x || !numeric && string(l.Truth.Class) != want.Label {
		t.Errorf("%s: truth %s (%v), want %v", l.ID, l.Truth.Class, l.Truth.Number, want.Label)
	}
}

func comparePrediction(t *testing.T, d *Decoder, b *Batch, row int, want realEvent) {
	t.Helper()
	p := b.Predictions[row]
	if string(p.ID) != want.ID || p.Time != profile.InstantOf(want.TS) || d.options.Models[p.Model] != want.Model || p.Version != want.Version {
		t.Errorf("got %+v, want %+v", p, want)
	}
	o, said := p.Output, want.Prediction
	if o.HasScore != (said.Score != nil) || o.HasScore && o.Score != *said.Score || o.HasValue != (said.Value != nil) || o.HasValue && o.Value != *said.Value {
		t.Errorf("%s: output %+v, want %+v", p.ID, o, said)
	}
	if x, numeric := said.Label.(float64); numeric && string(o.Class) != map[float64]string{0: "0", 1: "1"}[x] || o.HasClass != (said.Label != nil) {
		t.Errorf("%s: class %s, want %v", p.ID, o.Class, said.Label)
	} else if s, isText := said.Label.(string); isText && string(o.Class) != s {
		t.Errorf("%s: class %s, want %v", p.ID, o.Class, s)
	}
	if entries := b.Probabilities[o.FirstProbability:o.EndProbability]; len(entries) != len(said.Probabilities) {
		t.Errorf("%s: probabilities %v, want %v", p.ID, entries, said.Probabilities)
	} else {
		for _, e := range entries {
			if e.Probability != said.Probabilities[string(e.Class)] {
				t.Errorf("%s: probability of %s %v, want %v", p.ID, e.Class, e.Probability, said.Probabilities)
			}
		}
	}
	if p.Label.Present != (want.Label != nil) || math.IsNaN(p.LatencyMS) != (want.LatencyMS == nil) {
		t.Errorf("%s: label %+v, latency %v, want %+v", p.ID, p.Label, p.LatencyMS, want)
	}
	cells := 0
	for i, column := range b.Features {
		for _, c := range column {
			if int(c.Row) == row {
				cells++
				compareCell(t, c, d.options.Dictionary.Name(i), want.Features)
			}
		}
	}
	if cells != len(want.Features) {
		t.Errorf("%s: %d cells for %d features", p.ID, cells, len(want.Features))
	}
}

func compareCell(t *testing.T, c Cell, name string, features map[string]any) {
	t.Helper()
	ok := false
	switch want := features[name].(type) {
	case nil:
		_, there := features[name]
		ok = there && c.Kind == Missing
	case float64:
		ok = c.Kind == Number && math.Float64bits(c.Number) == math.Float64bits(want)
	case string:
		ok = c.Kind == String && string(c.Text) == want
	case bool:
		ok = c.Kind == Bool && (string(c.Text) == "true") == want && (c.Number == 1) == want
	}
	if !ok {
		t.Errorf("%s: got %+v, want %v", name, c, features[name])
	}
}

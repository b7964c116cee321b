package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func buildBaseline(r io.Reader, source string, window time.Duration, positive string, now time.Time) (*baseline.Baseline, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	b := baseline.NewBuilder()
	lines := bufio.NewScanner(unzipped)
	version := ""
	for lines.Scan() {
		var e struct {
			TS         time.Time
			Version    string
			Features   map[string]float64
			Prediction struct {
				Label string
				Score float64
			}
			Label string
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		version = e.Version
		b.Row(profile.InstantOf(e.TS))
		for name, x := range e.Features {
			b.Column(name).Number(x)
		}
		b.Answer(performance.Answer{Class: []byte(e.Prediction.Label), HasClass: true, Score: e.Prediction.Score, HasScore: true})
		b.Label(performance.Truth{Class: []byte(e.Label)}, profile.Dawn)
	}
	return b.Build(baseline.Options{
		Model: "elec", Version: version, Created: now, Source: source, Answers: performance.Overrides{Positive: positive}, Window: window,
		Compare: func(ref, cur *profile.Set) []detectors.Measurement {
			return detectors.CompareSets(ref, cur, detectors.Options{})
		},
	})
}

// Package sinktest is what every sink is tested with: reports of all kinds, the conformance suite, and a sink that
// remembers.
package sinktest

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// Start is where the windows of Reports begin.
var Start = profile.InstantOf(time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC))

// Report returns an hour's report of model fraud, version 3, at the given phase.
func Report(phase detectors.Phase) detectors.Report {
	end := Start.Add(time.Hour)
	return detectors.Report{
		Key:   profile.Key{Model: "fraud", Version: "3", Window: "1h", Start: Start, End: end},
		Phase: phase, Judged: phase != detectors.Closed, AsOf: end.Add(10 * time.Minute), Complete: true,
		Samples: 1200, Labeled: 900,
		Measurements: []detectors.Measurement{
			{Name: "psi", Column: "income", Value: 0.31, N: 1200, M: 5000, Threshold: new(0.2), Drifted: new(true), Status: detectors.OK},
			{Name: "psi", Column: "age", Value: 0.05, N: 1200, M: 5000, Threshold: new(0.1), Drifted: new(false), Status: detectors.OK},
			{Name: "psi", Column: profile.ScoreColumn, Value: 0.12, N: 1200, M: 5000, Threshold: new(0.2), Drifted: new(false), Status: detectors.OK},
			{Name: "missing_rate", Column: "age", Value: 0.25, N: 1200, Status: detectors.OK},
			{Name: "accuracy", Value: 0.91, Lower: new(0.88), Upper: new(0.93), N: 900, NEff: new(90.0), Baseline: new(0.93), Status: detectors.OK},
			{Name: "recall", Value: 0, N: 900, Status: detectors.Undefined},
		},
	}
}

// Reports returns one report of each phase and those that are hard to swallow: empty, of a segment, with hostile names,
// with numbers that should not be there, at the ends of time.
func Reports() map[string]detectors.Report {
	segment := Report(detectors.Drift)
	segment.Key.Segment = profile.Segment{Name: "country", Value: "DE"}
	hostile := Report(detectors.Drift)
	hostile.Key.Model = "a|b\n\xff\"><script>"
	hostile.Measurements[0].Column = strings.Repeat("\x00x", 500)
	broken := Report(detectors.Performance)
	broken.Measurements[0].Value = math.NaN()
	broken.Measurements[0].PValue = new(math.Inf(1))
	ended := Report(detectors.Final)
	ended.AsOf = profile.Dusk
	return map[string]detectors.Report{
		"closed": Report(detectors.Closed), "drift": Report(detectors.Drift),
		"performance": Report(detectors.Performance), "final": Report(detectors.Final),
		"empty": {}, "segment": segment, "hostile names": hostile, "not a number": broken, "end of input": ended,
	}
}

// Suite holds a sink to the contract of sinks.Sink: it takes every report, changes none, and bears being told twice.
func Suite(t *testing.T, open func(t *testing.T) sinks.Sink) {
	t.Helper()
	for name, report := range Reports() {
		t.Run(name, func(t *testing.T) {
			sink := open(t)
			before := fingerprint(t, report)
			for range 2 {
				if err := sink.Write(t.Context(), report); err != nil {
					t.Fatalf("Write: %v", err)
				}
			}
			if after := fingerprint(t, report); after != before {
				t.Errorf("Write changed the report:\n%s\n%s", before, after)
			}
		})
	}
	t.Run("after the context has ended", func(t *testing.T) {
		sink := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = sink.Write(ctx, Report(detectors.Drift)) // an error or none: only hanging is wrong
		}()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Error("Write hangs on an ended context")
		}
	})
}

// fingerprint is the report's content; the line stands in because it can hold every report of Reports.
func fingerprint(t *testing.T, report detectors.Report) string {
	t.Helper()
	line, err := json.Marshal(sinks.NewWindow(report))
	if err != nil {
		t.Fatalf("fingerprint: %v", err)
	}
	return string(line)
}

// Recorder is a sink that remembers what it was given. The zero value is ready; it may be used by several goroutines.
type Recorder struct {
	mu      sync.Mutex
	reports []detectors.Report
}

// Write remembers the report.
func (r *Recorder) Write(_ context.Context, report detectors.Report) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reports = append(r.reports, report)
	return nil
}

// Reports returns what was written so far, oldest first.
func (r *Recorder) Reports() []detectors.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]detectors.Report(nil), r.reports...)
}

var _ sinks.Sink = (*Recorder)(nil)

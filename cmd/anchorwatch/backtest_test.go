package main

import (
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// A date is its midnight in UTC.
func TestInstant(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-11-21": time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), "2026-11-21T07:00:00+01:00": time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC),
	} {
		var got instant
		if err := got.Set(text); err != nil || got != instant(profile.InstantOf(want)) {
			t.Errorf("%s: %s, %v", text, &got, err)
		}
	}
}

func TestSummary(t *testing.T) {
	var out strings.Builder
	printSummary(&out, &agent.Summary{Records: 3, Refused: map[string]uint64{"bad_json": 2, "bad_id": 1}})
	printSummary(&out, &agent.Summary{Fires: map[string]int{"b": 2, "a": 1}, Retrains: 1})
	if want := `3 records, 0 predictions in 0 windows
refused: 1 record, bad_id
refused: 2 records, bad_json
fired: nothing; retrain requests: 0
0 records, 0 predictions in 0 windows
fired: a 1×, b 2×; retrain requests: 1
`; out.String() != want {
		t.Errorf("%swant\n%s", out.String(), want)
	}
}

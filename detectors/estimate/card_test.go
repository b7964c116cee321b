package estimate

import (
	"math"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

func repeated(x float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = x
	}
	return all
}

func TestGrades(t *testing.T) {
	scattered := []float64{-0.05, 0.06, -0.04, 0.05, -0.06, 0.05, -0.04}
	for name, c := range map[string]struct {
		reference, current marks
		chunks             int
		reason             string // a part of it; empty if trusted
	}{
		"good": {marks{}, marks{scattered, 7}, 7, ""},
		"within its wide bounds, but always too high": {marks{}, marks{repeated(0.05, 7), 7}, 7, "0.05 too high on average over 7 chunks"},
		"always too low, by less than matters":        {marks{}, marks{repeated(-0.015, 7), 7}, 7, ""},
		"out of bounds too often":                     {marks{}, marks{scattered, 6}, 7, "out of its bounds in 1 of 7 chunks"},
		"out of bounds rarely":                        {marks{}, marks{append(scattered, scattered...), 13}, 14, ""},
		"too few chunks":                              {marks{}, marks{scattered[:5], 5}, 5, "only 5 chunks"},
		"the reference stands in":                     {marks{scattered, 7}, marks{scattered[:5], 5}, 12, ""},
		"and hides nothing when it need not":          {marks{repeated(0, 100), 100}, marks{scattered, 3}, 7, "in 4 of 7 chunks"},
	} {
		g := grade(key{measure: "accuracy"}, &c.reference, &c.current)
		if g.Chunks != c.chunks || g.Trusted != (c.reason == "") || !strings.Contains(g.Reason, c.reason) {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestVerdictNamesTheWorst(t *testing.T) {
	if trusted, reason := Verdict(nil); trusted || reason == "" {
		t.Errorf("nothing known: trusted %v, %q", trusted, reason)
	}
	grades := []Grade{{Measure: "f1", Bias: -0.1, Reason: "low"}, {Measure: "recall", Bias: 0.2, Reason: "high"}, {Measure: "accuracy", Bias: 0.5, Trusted: true}}
	if trusted, reason := Verdict(grades); trusted || reason != "estimated_recall: high" {
		t.Errorf("trusted %v, %q", trusted, reason)
	}
	if trusted, reason := Verdict(grades[2:]); !trusted || reason != "" {
		t.Errorf("trusted %v, %q", trusted, reason)
	}
}

// TestCardSkipsSmallChunks: of 29 rows one learns nothing.
func TestCardSkipsSmallChunks(t *testing.T) {
	var rows []performance.Outcome
	for i := range leastLabels {
		rows = append(rows, performance.Outcome{Predicted: i % 2, Actual: i % 2, Score: float64(i%2)*0.6 + 0.2, HasScore: true})
	}
	e := fit(t, schemas()[0], rows)
	for n, want := range map[int]int{leastLabels - 1: 0, leastLabels: 1} {
		byLabels := e.NewState()
		for _, o := range rows[:n] {
			byLabels.ObserveTruth(o)
		}
		var card Card
		card.Observe(e.of(rows[:n]), byLabels, 1, false)
		for _, g := range card.Grades() {
			if g.Chunks != want || g.Measure == "accuracy" && math.Abs(g.Bias+0.2) > 1e-9 { // 0.8 is estimated, all are right
				t.Errorf("%d rows: %+v", n, g)
			}
		}
		if got := min(len(card.Grades()), 1); got != want {
			t.Errorf("%d rows: %d grades", n, len(card.Grades()))
		}
	}
}

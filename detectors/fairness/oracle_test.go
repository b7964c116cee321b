package fairness

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// oracle is testdata/oracle/fairness.json; null is what fairlearn has no number for.
type oracle struct {
	Cases []struct {
		Name              string   `json:"name"`
		Group             []string `json:"group"`
		Actual, Predicted []int
		Want              struct {
			Groups  map[string]map[string]*float64 `json:"groups"`
			Overall map[string]*float64            `json:"overall"`
		} `json:"want"`
	} `json:"cases"`
}

func TestFairnessEqualsFairlearn(t *testing.T) {
	text, err := os.ReadFile("testdata/oracle/fairness.json")
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	for _, c := range o.Cases {
		t.Run(c.Name, func(t *testing.T) {
			tally := New(1)
			for i, group := range c.Group {
				tally.Observe(group, performance.Outcome{Predicted: c.Predicted[i], Actual: c.Actual[i]}, true)
			}
			report := tally.Report(Options{Minimum: 1})
			if len(report) != len(c.Want.Groups)+1 {
				t.Fatalf("%d groups, want %d and %s", len(report), len(c.Want.Groups), Overall)
			}
			for _, group := range report {
				want := c.Want.Groups[group.Name]
				if group.Name == Overall {
					want = c.Want.Overall
				}
				check(t, group, want)
			}
		})
	}
}

func check(t *testing.T, group Group, want map[string]*float64) {
	t.Helper()
	if len(group.Measurements) != len(want) {
		t.Errorf("%s has %d measurements, want %d", group.Name, len(group.Measurements), len(want))
	}
	for _, m := range group.Measurements {
		expected, known := want[m.Name]
		switch {
		case !known:
			t.Errorf("%s: %s is not fairlearn's", group.Name, m.Name)
		case expected == nil:
			if m.Status != detectors.Undefined || m.Value != 0 {
				t.Errorf("%s: %s is %v, %s, want undefined", group.Name, m.Name, m.Value, m.Status)
			}
		case math.Abs(m.Value-*expected) > 1e-12:
			t.Errorf("%s: %s is %v, want %v", group.Name, m.Name, m.Value, *expected)
		}
	}
}

// TestBoundsOfDifferences holds an example of Newcombe's paper: 56 of 70 against 48 of 80.
func TestBoundsOfDifferences(t *testing.T) {
	d := rate{56, 70}.bounded(1).minus(rate{48, 80}.bounded(1))
	if math.Abs(d.value-0.2) > 1e-12 || math.Abs(d.lower-0.0524) > 5e-5 || math.Abs(d.upper-0.3339) > 5e-5 {
		t.Errorf("got %+v, want 0.2 within 0.0524 to 0.3339", d)
	}
}

// TestBoundsCoverTheTruth draws two groups again and again: 95 % bounds of their difference and ratio hold the true ones
// in about 95 % of the draws.
func TestBoundsCoverTheTruth(t *testing.T) {
	const n, p, q = 60, 0.25, 0.6
	pmf := func(p float64) []float64 {
		all := make([]float64, n+1)
		for k := range all {
			choose, _ := math.Lgamma(n + 1)
			a, _ := math.Lgamma(float64(k) + 1)
			b, _ := math.Lgamma(float64(n-k) + 1)
			all[k] = math.Exp(choose - a - b + float64(k)*math.Log(p) + float64(n-k)*math.Log(1-p))
		}
		return all
	}
	differences, ratios := 0.0, 0.0
	low, high := pmf(p), pmf(q)
	for i, a := range low {
		for j, b := range high {
			x, y := rate{uint64(i), n}.bounded(1), rate{uint64(j), n}.bounded(1)
			if d := y.minus(x); d.lower <= q-p && q-p <= d.upper {
				differences += a * b
			}
			if r := x.over(y); j > 0 && r.lower <= p/q && p/q <= r.upper {
				ratios += a * b
			}
		}
	}
	if differences < 0.94 || differences > 0.96 || ratios < 0.94 || ratios > 0.96 {
		t.Errorf("differences are covered in %.3f of the draws, ratios in %.3f", differences, ratios)
	}
}

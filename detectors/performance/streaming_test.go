package performance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// closeToExact holds a stream's measures of scores against the exact ones. Only ROC AUC is promised to be within 0.001;
// average precision is furthest off where a heavy score shares its cell, whose rows are taken as mixed rather than tied.
func closeToExact(t *testing.T, name string, stream, exact *Tally) {
	t.Helper()
	o := Options{Derived: true}
	got, want := stream.Measurements(o), exact.Measurements(o)
	for _, w := range want {
		g := find(got, w.Name, w.Class)
		if g == nil {
			t.Errorf("%s: no %s %s", name, w.Name, w.Class)
			continue
		}
		off := math.Abs(g.Value - w.Value)
		limit := map[string]float64{"roc_auc": 0.001, "gini": 0.002, "average_precision": 0.003, "ks_separation": 0.002, "calibration_error": 0.002}[w.Name]
		if off > limit+1e-9*math.Abs(w.Value) {
			t.Errorf("%s: %s %s is %v, exactly %v: off by %v", name, w.Name, w.Class, g.Value, w.Value, off)
		}
		if g.CertifiedLower == nil {
			if entry, _ := detectors.Lookup(w.Name); entry.Stream == detectors.Certified && off > 1e-12 {
				t.Errorf("%s: %s is off by %v without certified bounds", name, w.Name, off)
			}
			continue
		}
		if *g.CertifiedLower > w.Value+1e-12 || *g.CertifiedUpper < w.Value-1e-12 {
			t.Errorf("%s: %s %s in [%v, %v] misses %v", name, w.Name, w.Class, *g.CertifiedLower, *g.CertifiedUpper, w.Value)
		}
		t.Logf("%s: %s %s off by %.2g, certified within %.2g", name, w.Name, w.Class, off, *g.CertifiedUpper-*g.CertifiedLower)
	}
}

// The scores of real models: Elec2's have more than 4,096 distinct values, the others' few, with many ties. A bound of
// 1,024 cells makes more of them fold.
func TestStreamOfRealScoresIsCloseToExact(t *testing.T) {
	for _, stream := range streams {
		if stream.schema.Task == Regression {
			continue
		}
		bounded, tight, exact := New(stream.schema), New(stream.schema), newExact(stream.schema)
		for i := range tight.rankings {
			tight.rankings[i].limit = 1024
		}
		for _, row := range table(t, stream.name+".csv.gz") {
			x := example(t, row, stream.schema)
			if o, ok := stream.schema.Interpret(x.Answer, nil); ok && stream.schema.Label(&o, x.Truth) {
				bounded.Observe(o)
				tight.Observe(o)
				exact.Observe(o)
			}
		}
		closeToExact(t, stream.name, bounded, exact)
		closeToExact(t, stream.name+" in 1,024 cells", tight, exact)
	}
}

// Scores that are hard to keep in few cells.
func TestStreamOfNastyScoresIsCloseToExact(t *testing.T) {
	t.Parallel()
	logistic := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	shapes := map[string]struct {
		rows  int
		share float64
		score func(r *rand.Rand, positive float64) float64
	}{
		"a million distinct":          {1_000_000, 0.3, func(r *rand.Rand, p float64) float64 { return logistic(r.NormFloat64() + p) }},
		"crowded at both ends":        {100_000, 0.5, func(r *rand.Rand, p float64) float64 { return logistic(8*r.NormFloat64() + 6*p) }},
		"crowded at 0, rare":          {200_000, 0.005, func(r *rand.Rand, p float64) float64 { return 1e-4 * r.ExpFloat64() * (1 + 4*p) }},
		"crowded at 1":                {100_000, 0.9, func(r *rand.Rand, p float64) float64 { return max(1-1e-5*r.ExpFloat64()*(3-2*p), 0) }},
		"few distinct":                {50_000, 0.4, func(r *rand.Rand, p float64) float64 { return float64(r.IntN(5)+int(p)) / 5 }},
		"one heavy score, rest apart": {100_000, 0.2, func(r *rand.Rand, p float64) float64 { return []float64{0.3, logistic(r.NormFloat64() + p)}[r.IntN(2)] }},
		"all within a thousandth":     {100_000, 0.5, func(r *rand.Rand, p float64) float64 { return 0.5 + 1e-4*(r.NormFloat64()+p) }},
		"one score":                   {1_000, 0.5, func(*rand.Rand, float64) float64 { return 0.7 }},
		"worse than chance":           {50_000, 0.5, func(r *rand.Rand, p float64) float64 { return logistic(r.NormFloat64() - p) }},
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(3, 4))
			stream, exact := New(binarySchema()), newExact(binarySchema())
			for range shape.rows {
				o := Outcome{HasScore: true}
				positive := 0.0
				if r.Float64() < shape.share {
					positive, o.Actual = 1, 1
				}
				o.Score = min(shape.score(r, positive), 1)
				stream.Observe(o)
				exact.Observe(o)
			}
			if cells := len(stream.rankings[0].cells); cells > exactScores {
				t.Errorf("%d cells", cells)
			}
			closeToExact(t, fmt.Sprintf("%s, level %d", name, stream.rankings[0].level), stream, exact)
		})
	}
}

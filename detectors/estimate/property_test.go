package estimate

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

func schemas() []*performance.Schema {
	return []*performance.Schema{schemaOf([]string{"no", "yes"}, "yes"), schemaOf([]string{"a", "b", "c"}, "")}
}

// outcomes draws rows of a schema: unknown classes, missing, improper and infinite scores, ties and extremes included.
func outcomes(schema *performance.Schema, proper bool) *rapid.Generator[performance.Outcome] {
	score := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 0.5, 1e-300, 5e-324, 0.25}))
	if !proper {
		score = rapid.OneOf(score, rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300}))
	}
	return rapid.Custom(func(t *rapid.T) performance.Outcome {
		class := rapid.IntRange(performance.Unknown, len(schema.Classes)-1)
		o := performance.Outcome{Predicted: class.Draw(t, "predicted"), Actual: class.Draw(t, "actual")}
		if schema.Task == performance.Binary {
			o.Score, o.HasScore = score.Draw(t, "score"), proper || rapid.Bool().Draw(t, "scored")
		} else if proper || rapid.Bool().Draw(t, "scored") {
			o.Probabilities = rapid.SliceOfN(score, len(schema.Classes), len(schema.Classes)).Draw(t, "probabilities")
		}
		return o
	})
}

// TestEstimatesAreNumbers: whatever the rows are, there is no panic, no NaN, and nothing outside 0 and 1.
func TestEstimatesAreNumbers(t *testing.T) {
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := outcomes(schema, false)
			r := NewReference(schema)
			for _, o := range rapid.SliceOfN(rows, 0, 60).Draw(t, "reference") {
				r.Observe(o)
			}
			e, err := r.Fit()
			if err != nil {
				if !errors.Is(err, ErrNoScores) && !errors.Is(err, ErrNoProbabilities) {
					t.Fatal(err)
				}
				return
			}
			var card Card
			for range 7 {
				current := rapid.SliceOfN(rows, 0, 40).Draw(t, "current")
				byLabels := e.NewState()
				for _, o := range current {
					byLabels.ObserveTruth(o)
				}
				byScores := e.of(current)
				for _, m := range append(byScores.Estimates(), byLabels.Estimates()...) {
					sound(t, m)
				}
				card.Observe(byScores, byLabels, 1, false)
			}
			for _, g := range card.Grades() {
				if g.Bias-g.Bias != 0 || !(g.Coverage >= 0 && g.Coverage <= 1) || g.Trusted == (g.Reason != "") ||
					g.Lower != nil && (*g.Lower > g.Bias || *g.Upper < g.Bias) {
					t.Errorf("%+v", g)
				}
			}
		})
	}
}

func sound(t *rapid.T, e Estimate) {
	if !(e.Value >= 0 && e.Value <= 1) || e.Status != detectors.OK && (e.Value != 0 || e.Lower != nil) {
		t.Errorf("%+v", e.Measurement)
	}
	if e.Lower != nil && !(*e.Lower >= 0 && *e.Lower <= e.Value && e.Value <= *e.Upper && *e.Upper <= 1 && *e.SamplingError >= 0) {
		t.Errorf("%s: %v within %v and %v", e.Name, e.Value, *e.Lower, *e.Upper)
	}
}

// TestStatesMerge: pieces in any order and grouping give the estimates of all rows at once.
func TestStatesMerge(t *testing.T) {
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := outcomes(schema, true)
			r := NewReference(schema)
			for _, o := range rapid.SliceOfN(rows, 40, 80).Draw(t, "reference") {
				r.Observe(o)
			}
			e, err := r.Fit()
			if err != nil {
				t.Skip(err)
			}
			all := rapid.SliceOfN(rows, 1, 60).Draw(t, "current")
			whole := e.of(all)
			i, j := rapid.IntRange(0, len(all)).Draw(t, "i"), rapid.IntRange(0, len(all)).Draw(t, "j")
			i, j = min(i, j), max(i, j)
			left, right := e.of(all[j:]), e.of(all[i:j])
			right.Merge(e.of(all[:i]))
			left.Estimates() // puts the scores in order, which must not matter
			left.Merge(right)
			want := whole.Estimates()
			for k, got := range left.Estimates() {
				if got.Status != want[k].Status || math.Abs(got.Value-want[k].Value) > 1e-9 || got.N != want[k].N {
					t.Errorf("%s: merged %v (%s), at once %v (%s)", got.Name, got.Value, got.Status, want[k].Value, want[k].Status)
				}
			}
		})
	}
}

func TestIsotonicIsMonotoneAndNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		x := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-3, 3), rapid.SampledFrom([]float64{0, 1, 2})), n, n).Draw(t, "x")
		y := rapid.SliceOfN(rapid.Float64Range(0, 1), n, n).Draw(t, "y")
		f := fitIsotonic(x, y)
		squares := func(g func(int) float64) float64 {
			sum := 0.0
			for i := range x {
				sum += (g(i) - y[i]) * (g(i) - y[i])
			}
			return sum
		}
		if a, b := rapid.Float64Range(-4, 4).Draw(t, "a"), rapid.Float64Range(-4, 4).Draw(t, "b"); f.at(min(a, b)) > f.at(max(a, b))+1e-15 {
			t.Errorf("falls from %v to %v", f.at(min(a, b)), f.at(max(a, b)))
		}
		best := squares(func(i int) float64 { return f.at(x[i]) })
		slope, at := rapid.Float64Range(0, 1).Draw(t, "slope"), rapid.Float64Range(-3, 3).Draw(t, "at")
		other := squares(func(i int) float64 { // a step or a slope more is as monotone, and no nearer
			if x[i] > at {
				return f.at(x[i]) + slope
			}
			return f.at(x[i])
		})
		if other < best-1e-12 {
			t.Errorf("%v is nearer than %v", other, best)
		}
	})
}

func TestIsotonicAtTheEndsOfFloat64(t *testing.T) {
	tiny, huge := fitIsotonic([]float64{0, 5e-324}, []float64{0, 1}), fitIsotonic([]float64{-1e308, 1e308}, []float64{0, 1})
	if a, b := tiny.at(5e-324), huge.at(0); a != 1 || b != 0.5 {
		t.Errorf("got %v and %v, want 1 and 0.5", a, b)
	}
	for _, x := range []float64{math.NaN(), math.Inf(-1), math.Inf(1), -1e308, 1e300, 5e-324} {
		if y := huge.at(x); !(y >= 0 && y <= 1) {
			t.Errorf("%v at %v", y, x)
		}
	}
}

// TestReferenceWithoutUse: what nothing can be learnt from is refused, or taken as it is.
func TestReferenceWithoutUse(t *testing.T) {
	schema := schemas()[0]
	if _, err := NewReference(schema).Fit(); !errors.Is(err, ErrNoScores) {
		t.Errorf("empty: %v", err)
	}
	if _, err := NewReference(&performance.Schema{Task: performance.Regression}).Fit(); !errors.Is(err, ErrNoScores) {
		t.Errorf("regression: %v", err)
	}
	odds := NewReference(schema)
	odds.Observe(performance.Outcome{Predicted: 1, Actual: 1, Score: 7, HasScore: true})
	if _, err := odds.Fit(); !errors.Is(err, ErrNoProbabilities) {
		t.Errorf("one score of 7: %v", err)
	}
	var oneClass []performance.Outcome
	for i := range 100 {
		oneClass = append(oneClass, performance.Outcome{Predicted: 1, Actual: 1, Score: float64(i) / 100, HasScore: true})
	}
	e := fit(t, schema, oneClass)
	if e.Calibrated() {
		t.Error("calibrated on one class")
	}
	for _, m := range e.of(oneClass).Estimates() {
		if m.Measure == "roc_auc" && m.SamplingError != nil {
			t.Errorf("roc_auc of one class has the sampling error %v", *m.SamplingError)
		}
	}
	for i := range oneClass { // perfectly told apart, and far from calibrated
		oneClass[i].Actual = i / 50
		oneClass[i].Score = 0.4 + 0.1*float64(i/50)
	}
	if fit(t, schema, oneClass).Calibrated() {
		t.Error("calibrated though the ROC AUC is 1")
	}
}

// TestScoresThatRankOnly: scores that are no probabilities become some where labels tell what they mean.
func TestScoresThatRankOnly(t *testing.T) {
	var rows []performance.Outcome
	for i := range 400 {
		o := performance.Outcome{Score: float64(i) - 200, HasScore: true}
		if i >= 200 {
			o.Predicted = 1
		}
		if i%4 != 0 == (i >= 200) { // three of four are right
			o.Actual = 1
		}
		rows = append(rows, o)
	}
	e := fit(t, schemas()[0], rows)
	if got := e.of(rows).Estimates()[0].Value; !e.Calibrated() || math.Abs(got-0.75) > 0.01 {
		t.Errorf("calibrated %v, accuracy %v, want 0.75", e.Calibrated(), got)
	}
}

func BenchmarkFitAndEstimate10000(b *testing.B) {
	schema, reference, _ := realData(b, "elec2")
	rows := labelled(reference)[:10000]
	for b.Loop() {
		fit(b, schema, rows).of(rows).Estimates()
	}
}

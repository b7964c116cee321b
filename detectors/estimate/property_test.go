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

// TestStatesIgnoreOrder: rows in any order, and put in order now or later, give the same estimates.
func TestStatesIgnoreOrder(t *testing.T) {
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := outcomes(schema, true)
			r := NewReference(schema)
			for _, o := range rapid.SliceOfN(rows, 40, 80).Draw(t, "reference") {
				r.Observe(o)
			}
			e, err := r.Fit()
			if err != nil {
				t.Skip(err) // a draw whose labels are all of one class: rapid draws another, and fails if it finds too few
			}
			all := rapid.SliceOfN(rows, 1, 60).Draw(t, "current")
			shuffled, cut := rapid.Permutation(all).Draw(t, "shuffled"), rapid.IntRange(0, len(all)).Draw(t, "cut")
			state := e.of(shuffled[:cut])
			state.Estimates() // puts the scores in order, which must not matter
			for _, o := range shuffled[cut:] {
				state.Observe(o)
			}
			want := e.of(all).Estimates()
			for k, got := range state.Estimates() {
				if got.Status != want[k].Status || math.Abs(got.Value-want[k].Value) > 1e-9 || got.N != want[k].N {
					t.Errorf("%s: shuffled %v (%s), in order %v (%s)", got.Name, got.Value, got.Status, want[k].Value, want[k].Status)
				}
			}
		})
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

// TestCalibrationWantsTwentyRows: fewer say nothing about it, however far off the scores are.
func TestCalibrationWantsTwentyRows(t *testing.T) {
	var rows []performance.Outcome
	for i := range leastRows {
		rows = append(rows, performance.Outcome{Predicted: 1, Actual: i % 2, Score: 0.8 + 0.05*float64(i%3), HasScore: true})
	}
	few, enough := fit(t, schemas()[0], rows[1:]), fit(t, schemas()[0], rows)
	if few.Calibrated() || !enough.Calibrated() {
		t.Errorf("calibrated on %d rows: %v, on %d: %v", len(rows)-1, few.Calibrated(), len(rows), enough.Calibrated())
	}
}

// TestCalibrationErrorOfTies: which rows of one score a bin holds is chance; its distance is the mean over all orders.
func TestCalibrationErrorOfTies(t *testing.T) {
	var rows []tested
	for i := range 40 {
		rows = append(rows, tested{0.5, float64(i % 2)})
	}
	// Ten bins of four rows, k of which are positive by the hypergeometric distribution: the mean of |k − 2|/4.
	want := (2*2*4845 + 2*1*20*1140) / 91390.0 / 4
	if got := calibrationError(rows); math.Abs(got-want) > 0.1*want {
		t.Errorf("got %v, want about %v", got, want)
	}
}

// TestRoundingIsNoRow: what rounding leaves of negative rows gives no specificity.
func TestRoundingIsNoRow(t *testing.T) {
	row := performance.Outcome{Predicted: 1, Actual: 1, Score: math.Nextafter(1, 0), HasScore: true}
	if m := fit(t, schemas()[0], []performance.Outcome{row}).of([]performance.Outcome{row}).Estimates()[4]; m.Measure != "specificity" || m.Status != detectors.Undefined {
		t.Errorf("%+v", m)
	}
}

// TestNoProbabilityAtAll: where a row gives every class 0, all are as likely.
func TestNoProbabilityAtAll(t *testing.T) {
	row := performance.Outcome{Predicted: 1, Actual: 2, Probabilities: []float64{0, 0, 0}}
	if got := fit(t, schemas()[1], []performance.Outcome{row}).of([]performance.Outcome{row}).Estimates()[0]; math.Abs(got.Value-1.0/3) > 1e-12 {
		t.Errorf("accuracy %v, want a third", got.Value)
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

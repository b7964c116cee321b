package performance

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestIntervalsRestOnEffectiveRows(t *testing.T) {
	schema := binarySchema()
	tally, baseline := New(schema), New(schema)
	for i := range 400 {
		o := Outcome{Predicted: i % 2, Actual: i / 2 % 2, Score: float64(i%7) / 7, HasScore: true}
		tally.Observe(o)
		baseline.Observe(Outcome{Predicted: o.Actual, Actual: o.Actual})
	}
	all := tally.Measurements(Options{DesignEffect: 4, Baseline: baseline, BaselineDesignEffect: 8})
	accuracy := find(all, "accuracy", "")
	lower, upper := wilson(0.5, 100)
	if accuracy.N != 400 || *accuracy.NEff != 100 || *accuracy.Lower != lower || *accuracy.Upper != upper {
		t.Errorf("accuracy %+v, want bounds [%v, %v] on 100 rows", accuracy, lower, upper)
	}
	if *accuracy.Baseline != 1 || *accuracy.BaselineNEff != 50 || accuracy.M != 400 {
		t.Errorf("baseline accuracy %v on %v of %d rows, want 1 on 50 of 400", *accuracy.Baseline, *accuracy.BaselineNEff, accuracy.M)
	}
	if recall := find(all, "recall", ""); recall.N != 400 || *recall.NEff != 50 {
		t.Errorf("recall rests on %v of %d rows, want 50 of 400", *recall.NEff, recall.N)
	}
	if auc := find(all, "roc_auc", ""); auc.Baseline != nil || auc.M != 0 {
		t.Error("the baseline has no scores, but a ROC AUC")
	}
}

// What has no error, or squares beyond float64, does not claim to be certain.
func TestNoBoundsWithoutEvidence(t *testing.T) {
	perfect, huge, single := newRanking(1), new(regression), new(regression)
	single.add(1, 3)
	if m := find(single.measurements(1), "mae", ""); m.Value != 2 || m.Lower != nil {
		t.Errorf("one row: mae %v, bounds from %v", m.Value, m.Lower)
	}
	for i := range 20 {
		perfect.add(float64(i), i >= 10)
		huge.add(1e100*float64(1-min(i, 1)), 0)
	}
	if m := measureRanking(&perfect)[0]; m.Value != 1 || m.Lower != nil {
		t.Errorf("a ranking without an error: %v from %v", m.Value, m.Lower)
	}
	if m := find(huge.measurements(1), "mse", ""); !close64(m.Value, 5e198) || m.Lower != nil {
		t.Errorf("one error of 1e100 in 20: mse %v, bounds from %v", m.Value, m.Lower)
	}
}

// Averages over the classes: micro's specificity counts each row several times and has no bounds; macro's certified bounds
// are the mean of the classes'.
func TestAveragesKeepTheirBounds(t *testing.T) {
	schema := schemas()[1]
	tally, r := tallyOf(schema, 4), rand.New(rand.NewPCG(9, 10))
	for i := range 60 {
		tally.Observe(Outcome{Predicted: r.IntN(3), Actual: i % 3, Probabilities: []float64{r.Float64(), r.Float64(), r.Float64()}})
	}
	all := tally.measure(1, complete)
	if m := find(all, "specificity", Micro); m.Lower != nil || *m.NEff != 60 {
		t.Errorf("%+v", m)
	}
	lower, upper := 0.0, 0.0
	for _, class := range schema.Classes {
		m := find(all, "roc_auc", class)
		lower, upper = lower+*m.CertifiedLower/3, upper+*m.CertifiedUpper/3
	}
	if m := find(all, "roc_auc", Macro); !close64(*m.CertifiedLower, lower) || !close64(*m.CertifiedUpper, upper) || upper-lower < 0.01 {
		t.Errorf("macro in [%v, %v], want [%v, %v]", *m.CertifiedLower, *m.CertifiedUpper, lower, upper)
	}
}

// "95 %" bounds of the mean and of ROC AUC cover the truth about so often on independent rows. Seeds are fixed.
func TestIntervalsCover(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const runs, rows = 400, 300
	// Normal scores one standard deviation apart: AUC = Φ(1/√2).
	trueAUC := 0.5 * math.Erfc(-1/math.Sqrt2/math.Sqrt2)
	trueMAE := math.Sqrt(2 / math.Pi)
	var coversAUC, coversMAE int
	for range runs {
		ranked, valued := newRanking(1), new(regression)
		for i := range rows {
			score := r.NormFloat64()
			if i%3 == 0 {
				score++
			}
			ranked.add(score, i%3 == 0)
			valued.add(r.NormFloat64(), 0)
		}
		if m := measureRanking(&ranked)[0]; *m.Lower <= trueAUC && trueAUC <= *m.Upper {
			coversAUC++
		}
		if m := valued.measurements(1)[0]; *m.Lower <= trueMAE && trueMAE <= *m.Upper {
			coversMAE++
		}
	}
	// 380 of 400 expected, standard deviation 4.4.
	for name, got := range map[string]int{"roc_auc": coversAUC, "mae": coversMAE} {
		if got < 363 || got > 396 {
			t.Errorf("%s covered %d times in %d", name, got, runs)
		}
	}
}

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

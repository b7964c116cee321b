package performance

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// On blocks of one size the estimator is the formula of its comment.
func TestDesignEffectOfEqualBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const size, n = 48, 200
	blocks := make([]Block, n)
	var means []float64
	wrong := 0.0
	for i := range blocks {
		p, sum := 0.1+0.3*r.Float64(), 0.0
		for range size {
			if r.Float64() < p {
				blocks[i].Observe(1)
				sum++
			} else {
				blocks[i].Observe(0)
			}
		}
		means = append(means, sum/size)
		wrong += sum
	}
	p, variance := wrong/(n*size), 0.0
	for _, m := range means {
		variance += (m - p) * (m - p) / (n - 1)
	}
	want := variance / (p * (1 - p) / size)
	if got, assumed := DesignEffect(blocks, 24*time.Hour); assumed || !close64(got, want) || want < 2 {
		t.Errorf("got %v, assumed %v; want %v", got, assumed, want)
	}
}

func TestDesignEffectIsAssumedOrAtLeastOne(t *testing.T) {
	block := func(errors, rows int) Block {
		var b Block
		for i := range rows {
			if i < errors {
				b.Observe(1)
			} else {
				b.Observe(0)
			}
		}
		return b
	}
	repeat := func(n int, b Block) []Block {
		all := make([]Block, n)
		for i := range all {
			all[i] = b
		}
		return all
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		name    string
		blocks  []Block
		length  time.Duration
		want    float64
		assumed bool
	}{
		{"none", nil, day, 10, true},
		{"eleven", repeat(11, block(1, 4)), day, 10, true},
		{"twelve, one of them empty", append(repeat(11, block(1, 4)), Block{}), day, 10, true},
		{"twelve", repeat(12, block(1, 4)), day, 1, false}, // all alike: less than chance gives
		{"too short", repeat(12, block(1, 4)), time.Hour, 10, true},
		{"no errors", repeat(20, block(0, 4)), day, 10, true},
		{"only errors", repeat(20, block(4, 4)), day, 10, true},
		{"whole days right or wrong", append(repeat(10, block(0, 10)), repeat(10, block(10, 10))...), day, 20.0 / 19 * 10, false},
	} {
		if got, assumed := DesignEffect(c.blocks, c.length); !close64(got, c.want) || assumed != c.assumed {
			t.Errorf("%s: got %v, assumed %v; want %v, %v", c.name, got, assumed, c.want, c.assumed)
		}
	}
}

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

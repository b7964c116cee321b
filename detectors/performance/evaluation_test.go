package performance

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func evaluate(schema *Schema, o EvaluationOptions, rows ...Outcome) *Evaluation {
	e := NewEvaluation(schema, o)
	for _, row := range rows {
		e.Observe(row, profile.Dawn)
	}
	return e
}

// Random and edge cases, computed by generate.py.
func TestEvaluationAgreesWithScikitLearn(t *testing.T) {
	f, err := os.Open("testdata/oracle/evaluations.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Task        string
		Classes           []string
		Actual, Predicted []float64
		Scores            []float64
		Probabilities     [][]float64
		Want              map[string]*float64
	}
	if err := json.NewDecoder(unzipped).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Task+" "+c.Name, func(t *testing.T) {
			schema := &Schema{Classes: c.Classes}
			options := EvaluationOptions{Quantile: 0.9}
			if err := schema.Task.UnmarshalText([]byte(c.Task)); err != nil {
				t.Fatal(err)
			}
			if schema.Task == Binary {
				schema = binarySchema()
				options.Costs, err = Costs{{"yes", "no", 5}, {"no", "yes", 1.5}}.Matrix(schema)
				if err != nil {
					t.Fatal(err)
				}
			}
			e := NewEvaluation(schema, options)
			for i := range c.Actual {
				o := Outcome{Truth: c.Actual[i], Value: c.Predicted[i]}
				if schema.Task != Regression {
					o.Actual, o.Predicted = int(c.Actual[i]), int(c.Predicted[i])
				}
				if c.Scores != nil {
					o.Score, o.HasScore = c.Scores[i], true
				}
				if c.Probabilities != nil {
					o.Probabilities = c.Probabilities[i]
				}
				e.Observe(o, profile.Dawn)
			}
			all := e.Measurements()
			for key, want := range c.Want {
				bound, name, bounded := strings.Cut(key, " of ")
				class := ""
				if !bounded {
					name, class, _ = strings.Cut(key, " ")
				}
				m := find(all, name, class)
				if m != nil && bounded && m.Lower == nil {
					t.Errorf("%s has no bounds", name)
					continue
				}
				if m != nil && bounded {
					m = &detectors.Measurement{Value: *map[string]*float64{"lower": m.Lower, "upper": m.Upper}[bound]}
				}
				switch {
				case m == nil:
					t.Errorf("no %s", key)
				case want == nil && (m.Status != detectors.Undefined || m.Value != 0):
					t.Errorf("%s is %v, %s; want it undefined", key, m.Value, m.Status)
				case want != nil && math.Abs(m.Value-*want) > tolerance*math.Abs(*want)+1e-12:
					t.Errorf("%s is %v, want %v", key, m.Value, *want)
				}
			}
			checkBounds(t, all)
		})
	}
}

func checkBounds(t interface {
	Helper()
	Fatalf(string, ...any)
}, all []detectors.Measurement,
) {
	t.Helper()
	for _, m := range all {
		entry, ok := detectors.Lookup(m.Name)
		if !ok {
			t.Fatalf("%s is in no catalogue", m.Name)
		}
		if m.Name == "brier" {
			entry.High = math.Inf(1) // of probabilities that do not sum to 1
		}
		if m.Value-m.Value != 0 || m.Value < entry.Low-1e-12 || m.Value > entry.High+1e-12 {
			t.Fatalf("%s %s is %v, outside [%v, %v]", m.Name, m.Class, m.Value, entry.Low, entry.High)
		}
		if m.Lower == nil {
			continue
		}
		if *m.Lower < entry.Low-1e-12 || *m.Upper > entry.High+1e-12 {
			t.Fatalf("%s %s in [%v, %v], outside [%v, %v]", m.Name, m.Class, *m.Lower, *m.Upper, entry.Low, entry.High)
		}
		slack := 1e-9*math.Abs(m.Value) + 1e-12
		if !(*m.Lower <= m.Value+slack && m.Value <= *m.Upper+slack) || *m.Lower-*m.Lower != 0 || *m.Upper-*m.Upper != 0 {
			t.Fatalf("%s %s is %v in [%v, %v]", m.Name, m.Class, m.Value, *m.Lower, *m.Upper)
		}
	}
}

// Whatever the rows: finite values within the catalogue's range, bounds around them, a matrix that adds up.
func TestEvaluationOfAnyRows(t *testing.T) {
	for _, schema := range append(schemas(), &Schema{Task: Multiclass, Classes: []string{"only"}}) {
		rapid.Check(t, func(t *rapid.T) {
			rows := rapid.SliceOfN(outcomes(schema), 0, 60).Draw(t, "rows")
			options := EvaluationOptions{
				DesignEffect: rapid.SampledFrom([]float64{0, 1, 7.5, math.NaN(), math.Inf(1)}).Draw(t, "deff"),
				TopK:         rapid.IntRange(-1, 5).Draw(t, "k"), TopShare: rapid.Float64().Draw(t, "share"), Quantile: rapid.Float64().Draw(t, "quantile"),
			}
			if schema.Task != Regression {
				options.Costs = CostMatrix{{0, 0}: rapid.Float64().Draw(t, "cost"), {0, Unknown}: 3}
			}
			e := NewEvaluation(schema, options)
			for _, o := range rows {
				at := rapid.SampledFrom([]profile.Instant{profile.Dawn, 0, 1 << 40, profile.Dusk, -1 << 50}).Draw(t, "at")
				e.Observe(o, at)
			}
			all := e.Measurements()
			checkBounds(t, all)
			again := evaluateLike(e, schema, options, rows)
			if a, b := mustJSON(t, all), mustJSON(t, again); a != b {
				t.Fatalf("once %s, then %s", a, b)
			}
			cells, left := e.Confusion()
			n := uint64(0)
			for _, cell := range cells {
				n += cell.N
			}
			if schema.Task != Regression && (n != e.N() || left != 0) {
				t.Fatalf("%d rows in the matrix, %d cells left out; want %d, 0", n, left, e.N())
			}
			for _, r := range e.Reliability() {
				for _, b := range r.Bins {
					if b.N == 0 || b.MeanScore < b.From-1e-9 || b.MeanScore > b.To+1e-9 || b.Lower > b.Observed+1e-12 || b.Upper < b.Observed-1e-12 {
						t.Fatalf("bin %+v", b)
					}
				}
			}
		})
	}
}

func evaluateLike(e *Evaluation, schema *Schema, o EvaluationOptions, rows []Outcome) []detectors.Measurement {
	again, i := NewEvaluation(schema, o), 0
	for _, row := range rows {
		at := profile.Dawn
		if i < len(e.at) {
			at = e.at[i]
		}
		before := again.N()
		again.Observe(row, at)
		if again.N() > before {
			i++
		}
	}
	return again.Measurements()
}

func mustJSON(t *rapid.T, x any) string {
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lift must not depend on the order of rows, nor does anything but the bootstrap bounds.
func TestValuesDoNotDependOnOrder(t *testing.T) {
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := rapid.SliceOfN(outcomes(schema), 1, 40).Draw(t, "rows")
			shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
			a := evaluate(schema, EvaluationOptions{}, rows...).Measurements()
			b := evaluate(schema, EvaluationOptions{}, shuffled...).Measurements()
			for i := range a {
				if math.Abs(a[i].Value-b[i].Value) > 1e-12*max(1, math.Abs(a[i].Value)) {
					t.Fatalf("%s %s is %v, in another order %v", a[i].Name, a[i].Class, a[i].Value, b[i].Value)
				}
			}
		})
	}
}

// What the agent measures is what a batch measures, as long as every score is kept apart.
func TestStreamAndBatchAgree(t *testing.T) {
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := rapid.SliceOfN(outcomes(schema), 1, 40).Draw(t, "rows")
			batch := evaluate(schema, EvaluationOptions{}, rows...).Measurements()
			stream := tallyOf(schema, exactScores, rows...).Measurements(Options{Derived: true})
			for _, m := range stream {
				b := find(batch, m.Name, m.Class)
				if b == nil || b.Value != m.Value || b.Status != m.Status || b.N != m.N {
					t.Fatalf("stream %+v, batch %+v", m, b)
				}
				if entry, _ := detectors.Lookup(m.Name); entry.Stream == detectors.Absent {
					t.Fatalf("%s is not said to be in the stream", m.Name)
				}
			}
		})
	}
}

func TestCosts(t *testing.T) {
	schema := &Schema{Task: Multiclass, Classes: []string{"a", "b"}}
	for want, costs := range map[string]Costs{
		`no class "c"`:        {{"a", "c", 1}},
		"named twice":         {{"a", "b", 1}, {"a", "b", 2}},
		"use a finite number": {{"a", "b", math.Inf(1)}},
		"":                    {{"a", "b", -1}},
	} {
		if _, err := costs.Matrix(schema); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", costs, err, want)
		}
	}
	if _, err := (Costs{{"a", "b", 1}}).Matrix(&Schema{Task: Regression}); err == nil {
		t.Error("a regression has costs")
	}
	matrix := CostMatrix{{0, 1}: 4}
	all := evaluate(schema, EvaluationOptions{Costs: matrix}, Outcome{Actual: 0, Predicted: 1}, Outcome{Actual: 1, Predicted: 1}, Outcome{Actual: Unknown, Predicted: 1}).Measurements()
	if m := find(all, "cost", ""); m.Value != 2 || m.N != 2 {
		t.Errorf("cost %+v, want 2 of 2 rows: nobody knows what the third costs", m)
	}
	// Costs of 4 and 0: their variance is 8, and on 2/2 rows so is that of their mean.
	m := matrix.measurement(confusion{{0, 1}: 1, {1, 1}: 1}, 2)
	if half := detectors.Normal95 * math.Sqrt(8); !close64(*m.Lower, 2-half) || !close64(*m.Upper, 2+half) {
		t.Errorf("cost in [%v, %v], want 2 ± %v", *m.Lower, *m.Upper, half)
	}
	// Neither squares nor sums of large numbers overflow.
	huge := CostMatrix{{0, 1}: 1e300}.measurement(confusion{{0, 1}: 1, {1, 1}: 1}, 2)
	if !close64(huge.Value, 5e299) || huge.Upper == nil || !close64(*huge.Upper/1e300, *m.Upper/4) {
		t.Errorf("cost %v up to %v", huge.Value, huge.Upper)
	}
	far := evaluate(&Schema{Task: Regression}, EvaluationOptions{}, Outcome{Value: 1.7e308, Truth: 0.9e308}).Measurements()
	if m := find(far, "smape", ""); !close64(m.Value, 2*0.8/2.6) {
		t.Errorf("smape of 1.7e308 for 0.9e308 is %v", m.Value)
	}
}

// The bounds of a bin rest on its rows over the design effect.
func TestReliabilityRestsOnEffectiveRows(t *testing.T) {
	rows := []Outcome{{Score: 0.5, HasScore: true}, {Score: 0.5, HasScore: true, Actual: 1}}
	bin := evaluate(binarySchema(), EvaluationOptions{DesignEffect: 4}, rows...).Reliability()[0].Bins[0]
	if lower, upper := detectors.Wilson(0.25, 0.5); bin.N != 2 || bin.Observed != 0.5 || bin.Lower != lower || bin.Upper != upper {
		t.Errorf("%+v, want bounds [%v, %v]", bin, lower, upper)
	}
}

func TestConfusionIsBounded(t *testing.T) {
	schema := &Schema{Task: Multiclass}
	for i := range 40 {
		schema.Classes = append(schema.Classes, string(rune('A'+i)))
	}
	slices.Sort(schema.Classes)
	e := NewEvaluation(schema, EvaluationOptions{})
	for i := range 40 {
		for j := range 40 {
			for range 1 + (i+j)%3 {
				e.Observe(Outcome{Actual: i, Predicted: j}, profile.Dawn)
			}
		}
	}
	cells, left := e.Confusion()
	if len(cells) != MostConfusionCells || left != 1500 || cells[0].N != 3 || cells[99].N != 3 {
		t.Errorf("%d cells, %d left out, from %d to %d rows", len(cells), left, cells[0].N, cells[99].N)
	}
}

// scikit-learn 1.9.1: top_k_accuracy_score([1], [[.4, .4, .2]], k=1) is 1, of [0] it is 0; k=2 of three equals leaves out
// the first class.
func TestTopKOfEqualProbabilities(t *testing.T) {
	for _, c := range []struct {
		k, actual     int
		probabilities []float64
		want          uint64
	}{
		{1, 1, []float64{0.4, 0.4, 0.2}, 1},
		{1, 0, []float64{0.4, 0.4, 0.2}, 0},
		{2, 0, []float64{0.3, 0.3, 0.3}, 0},
		{2, 1, []float64{0.3, 0.3, 0.3}, 1},
		{2, Unknown, []float64{0.3, 0.3, 0.3}, 0},
	} {
		top := topK{k: c.k}
		if top.add(c.probabilities, c.actual); top.hits != c.want {
			t.Errorf("top %d of %v for class %d: %d hits, want %d", c.k, c.probabilities, c.actual, top.hits, c.want)
		}
	}
}

// 0.07 of 100 rows are 7 rows, although the product is a little more.
func TestLiftCutsAtWholeRows(t *testing.T) {
	var rows []Outcome
	for i := range 100 {
		o := Outcome{Score: float64(i) / 100, HasScore: true}
		if i >= 93 || i < 3 {
			o.Actual = 1
		}
		rows = append(rows, o)
	}
	m := find(evaluate(binarySchema(), EvaluationOptions{TopShare: 0.07}, rows...).Measurements(), "lift", "")
	if m.Value != 10 {
		t.Errorf("lift %v, want 10: all of the top seven are positive, a tenth of all", m.Value)
	}
}

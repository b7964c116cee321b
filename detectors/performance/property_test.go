package performance

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func binarySchema() *Schema {
	return &Schema{Task: Binary, Classes: []string{"no", "yes"}, Positive: "yes", Threshold: 0.5}
}

func schemas() []*Schema {
	return []*Schema{
		binarySchema(),
		{Task: Multiclass, Classes: []string{"a", "b", "c"}},
		{Task: Regression},
	}
}

// outcomes draws rows of a schema: unknown classes, missing and improper scores, ties and extremes included.
func outcomes(schema *Schema) *rapid.Generator[Outcome] {
	score := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, 0.5, 1e-300, 0.25}), rapid.Float64())
	return rapid.Custom(func(t *rapid.T) Outcome {
		class := rapid.IntRange(Unknown, max(len(schema.Classes)-1, 0))
		o := Outcome{Predicted: class.Draw(t, "predicted"), Actual: class.Draw(t, "actual")}
		switch schema.Task {
		case Binary:
			o.Score, o.HasScore = score.Draw(t, "score"), rapid.Bool().Draw(t, "scored")
		case Multiclass:
			if rapid.Bool().Draw(t, "scored") {
				o.Probabilities = rapid.SliceOfN(score, len(schema.Classes), len(schema.Classes)).Draw(t, "probabilities")
			}
		case Regression:
			o.Value, o.Truth = rapid.Float64().Draw(t, "value"), rapid.Float64().Draw(t, "truth")
		}
		return o
	})
}

func tallyOf(schema *Schema, limit int, rows ...Outcome) *Tally {
	t := New(schema)
	for i := range t.rankings {
		t.rankings[i].limit = limit
	}
	for _, o := range rows {
		t.Observe(o)
	}
	return t
}

// A small limit makes rankings fold after a few rows.
func TestTallyIgnoresOrderAndGrouping(t *testing.T) {
	for _, schema := range schemas() {
		for _, limit := range []int{3, exactScores} {
			t.Run(fmt.Sprint(schema.Task, limit), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					rows := rapid.SliceOfN(outcomes(schema), 0, 30).Draw(t, "rows")
					whole := tallyOf(schema, limit, rows...)
					shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
					first := rapid.IntRange(0, len(rows)).Draw(t, "first")
					second := rapid.IntRange(first, len(rows)).Draw(t, "second")
					merged := tallyOf(schema, limit, shuffled[second:]...)
					merged.Merge(tallyOf(schema, limit, shuffled[:first]...))
					merged.Merge(tallyOf(schema, limit, shuffled[first:second]...))
					if a, b := whole.AppendBinary(nil), merged.AppendBinary(nil); !slices.Equal(a, b) {
						t.Fatalf("all at once %x, merged %x", a, b)
					}
					options := Options{DesignEffect: 3, Baseline: whole}
					if a, b := whole.Measurements(options), merged.Measurements(options); !reflect.DeepEqual(a, b) {
						t.Fatalf("all at once %+v, merged %+v", a, b)
					}
				})
			})
		}
	}
}

func TestTallySurvivesItsEncoding(t *testing.T) {
	for _, schema := range schemas() {
		for _, limit := range []int{leastCell, exactScores} {
			rapid.Check(t, func(t *rapid.T) {
				rows := rapid.SliceOfN(outcomes(schema), 0, 200).Draw(t, "rows")
				tally := tallyOf(schema, limit, rows...)
				encoded := tally.AppendBinary(nil)
				r := profile.NewReader(append(slices.Clone(encoded), 7))
				read, err := Read(r, schema)
				if err != nil || len(r.Rest()) != 1 {
					t.Fatalf("read: %v, %d bytes left, want 1", err, len(r.Rest()))
				}
				if again := read.AppendBinary(nil); !slices.Equal(again, encoded) {
					t.Fatalf("encoded %x, then %x", encoded, again)
				}
				if !reflect.DeepEqual(read.Measurements(Options{}), tally.Measurements(Options{})) {
					t.Fatal("measurements differ")
				}
			})
		}
	}
}

// Cells of an encoding are in order, and apart.
func TestReadRefusesCellsOutOfOrder(t *testing.T) {
	for second, want := range map[float64]bool{0.25: false, 0.5: false, 0.75: true} {
		encoded := []byte{0, 2}
		for _, score := range []float64{0.5, second} {
			encoded = append(profile.AppendFloat(encoded, score), 1, 0)
		}
		r := newRanking(1)
		if got := r.read(profile.NewReader(encoded), 2); got != want {
			t.Errorf("0.5, then %v: %v, want %v", second, got, want)
		}
	}
}

// Measures count in float64: what claims more rows than that counts one by one is damaged.
func TestReadRefusesMoreRowsThanFloat64Counts(t *testing.T) {
	for n, want := range map[uint64]error{1 << 53: nil, 1<<53 + 1: errDamaged} {
		tally := New(binarySchema())
		tally.n, tally.confusion = n, confusion{{0, 1}: n}
		if _, err := Read(profile.NewReader(tally.AppendBinary(nil)), binarySchema()); !errors.Is(err, want) {
			t.Errorf("%d rows: %v, want %v", n, err, want)
		}
	}
}

// Values and bounds are finite and in order, shares lie in [0, 1], whatever the rows.
func TestMeasurementsKeepTheirBounds(t *testing.T) {
	unbounded := map[string]bool{"mae": true, "mse": true, "rmse": true, "mean_error": true, "r2": true, "log_loss": true, "brier": true}
	for _, schema := range schemas() {
		rapid.Check(t, func(t *rapid.T) {
			rows := rapid.SliceOfN(outcomes(schema), 0, 60).Draw(t, "rows")
			deff := rapid.SampledFrom([]float64{0, 1, 7.5, math.NaN(), math.Inf(1), -3}).Draw(t, "deff")
			for _, m := range tallyOf(schema, 5, rows...).Measurements(Options{DesignEffect: deff}) {
				if m.Value-m.Value != 0 || !unbounded[m.Name] && (m.Value < 0 || m.Value > 1) {
					t.Fatalf("%s %s is %v", m.Name, m.Class, m.Value)
				}
				for _, bounds := range [][2]*float64{{m.Lower, m.Upper}, {m.CertifiedLower, m.CertifiedUpper}} {
					lower, upper := bounds[0], bounds[1]
					if lower == nil {
						continue
					}
					if slack := 1e-9 * math.Abs(m.Value); !(*lower <= m.Value+slack+1e-12 && m.Value <= *upper+slack+1e-12) {
						t.Fatalf("%s %s is %v in [%v, %v]", m.Name, m.Class, m.Value, *lower, *upper)
					}
				}
			}
		})
	}
}

func measureRanking(r *ranking) []detectors.Measurement {
	return r.ascending().measurements("", 1)
}

// The exact values are computed by a ranking without a limit; its own oracle is scikit-learn.
func TestFoldedRankingsStayClose(t *testing.T) {
	const n = 60_000
	shapes := map[string]func(r *rand.Rand, positive bool) float64{
		"uniform": func(r *rand.Rand, _ bool) float64 { return r.Float64() },
		"logistic": func(r *rand.Rand, positive bool) float64 {
			z := r.NormFloat64()
			if positive {
				z++
			}
			return 1 / (1 + math.Exp(-z))
		},
		"crowded at 0, as for a rare class": func(r *rand.Rand, positive bool) float64 {
			x := r.ExpFloat64() * 1e-4
			if positive {
				x *= 5
			}
			return min(x, 1)
		},
		"crowded at 1": func(r *rand.Rand, positive bool) float64 {
			x := r.ExpFloat64() * 1e-6
			if !positive {
				x *= 3
			}
			return 1 - min(x, 1)
		},
		"margins without bounds": func(r *rand.Rand, positive bool) float64 {
			if positive {
				return 100 + 50*r.NormFloat64()
			}
			return 50 * r.NormFloat64()
		},
		"one heavy score": func(r *rand.Rand, positive bool) float64 {
			if r.Float64() < 0.2 {
				return 0.3
			}
			return min(max(0.5+0.2*r.NormFloat64(), 0), 1)
		},
	}
	for name, shape := range shapes {
		for _, share := range []float64{0.5, 0.02} {
			r := rand.New(rand.NewPCG(1, 2))
			folded, exact := newRanking(1), ranking{limit: math.MaxInt}
			for range n {
				positive := r.Float64() < share
				score := shape(r, positive)
				folded.add(score, positive)
				exact.add(score, positive)
			}
			if folded.level == 0 || len(folded.cells) > exactScores {
				t.Errorf("%s: %d cells on level %d", name, len(folded.cells), folded.level)
			}
			got, want := measureRanking(&folded), measureRanking(&exact)
			for i, m := range got {
				t.Logf("%s, %v positive: %s %.6f in [%.6f, %.6f], exactly %.6f", name, share, m.Name, m.Value, *m.CertifiedLower, *m.CertifiedUpper, want[i].Value)
				if math.Abs(m.Value-want[i].Value) > 0.001 {
					t.Errorf("%s: %s is %v, want %v within 0.001", name, m.Name, m.Value, want[i].Value)
				}
				if *m.CertifiedLower > want[i].Value || *m.CertifiedUpper < want[i].Value {
					t.Errorf("%s: %s in [%v, %v] misses %v", name, m.Name, *m.CertifiedLower, *m.CertifiedUpper, want[i].Value)
				}
			}
		}
	}
}

func TestCertifiedBoundsHoldTheExactValue(t *testing.T) {
	score := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0.1, 0.2, 0.3}), rapid.Float64())
	rapid.Check(t, func(t *rapid.T) {
		folded, exact := ranking{limit: 4}, ranking{limit: math.MaxInt}
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			x, positive := score.Draw(t, "score"), rapid.Bool().Draw(t, "positive")
			folded.add(x, positive)
			exact.add(x, positive)
		}
		want := measureRanking(&exact)
		for i, m := range measureRanking(&folded) {
			if m.CertifiedLower == nil {
				if m.Value != want[i].Value {
					t.Fatalf("%s is %v, want %v", m.Name, m.Value, want[i].Value)
				}
			} else if *m.CertifiedLower > want[i].Value+1e-12 || *m.CertifiedUpper < want[i].Value-1e-12 {
				t.Fatalf("%s in [%v, %v] misses %v", m.Name, *m.CertifiedLower, *m.CertifiedUpper, want[i].Value)
			}
		}
	})
}

// position keeps order everywhere, which is what makes cells intervals of scores.
func TestPositionKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1)).Draw(t, "x")
		if y := math.Nextafter(x, math.Inf(1)); position(x) > position(y) || ordinal(x) >= ordinal(y) && x+0 != y+0 {
			t.Fatalf("%v at %d, %v at %d", x, position(x), y, position(y))
		}
	})
	if position(0.25)+position(0.75) != ordinal(0.5) || position(1e-6)+position(1-1e-6)-ordinal(0.5) > 1<<30 {
		t.Error("cells near 1 are not those near 0, mirrored")
	}
	edges := []float64{-math.MaxFloat64, -1, 0, 5e-324, 0.5, math.Nextafter(0.5, 1), 1, math.Nextafter(1, 2), 2, math.MaxFloat64}
	for i := 1; i < len(edges); i++ {
		if position(edges[i-1]) > position(edges[i]) {
			t.Errorf("%v lies behind %v", edges[i-1], edges[i])
		}
	}
}

// R² of labels far from 0: a textbook sum of squares would lose every digit here.
func TestR2SurvivesAnOffset(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var near, far regression
	const offset = 1 << 40
	for range 1000 {
		y := math.Round(r.NormFloat64()*1024) / 1024 // so that adding the offset is exact
		prediction := y + math.Round(r.NormFloat64()*256)/1024
		near.add(prediction, y)
		far.add(prediction+offset, y+offset)
	}
	a, b := near.measurements(1), far.measurements(1)
	if !close64(a[4].Value, b[4].Value) {
		t.Errorf("r2 is %v, with an offset %v", a[4].Value, b[4].Value)
	}
}

func FuzzRead(f *testing.F) {
	for i, schema := range schemas() {
		tally := tallyOf(schema, exactScores, Outcome{HasScore: true, Score: 0.25, Probabilities: []float64{0.5, 0.25, 0.25}, Value: 3, Truth: 4})
		f.Add(tally.AppendBinary(nil), i)
		f.Add(New(schema).AppendBinary(nil), i)
	}
	f.Fuzz(func(t *testing.T, b []byte, which int) {
		schema := schemas()[uint(which)%3]
		tally, err := Read(profile.NewReader(b), schema)
		if err != nil {
			return
		}
		for _, m := range tally.Measurements(Options{DesignEffect: 2, Baseline: tally}) {
			if m.Value-m.Value != 0 {
				t.Fatalf("%s is %v", m.Name, m.Value)
			}
		}
		again, err := Read(profile.NewReader(tally.AppendBinary(nil)), schema)
		if err != nil || !slices.Equal(again.AppendBinary(nil), tally.AppendBinary(nil)) {
			t.Fatalf("does not survive its own encoding: %v", err)
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, schema := range schemas() {
		rows := make([]Outcome, 4096)
		for i := range rows {
			rows[i] = Outcome{Predicted: r.IntN(2), Actual: r.IntN(2), Score: r.Float64(), HasScore: true, Value: r.NormFloat64(), Truth: r.NormFloat64()}
			if schema.Task == Multiclass {
				rows[i].Probabilities = []float64{r.Float64(), r.Float64(), r.Float64()}
			}
		}
		b.Run(schema.Task.String(), func(b *testing.B) {
			tally := tallyOf(schema, exactScores, rows...)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				tally.Observe(rows[i%len(rows)])
			}
			b.ReportMetric(float64(len(tally.AppendBinary(nil))), "encoded-bytes")
		})
	}
}

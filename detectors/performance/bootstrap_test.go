package performance

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The bounds of a figure that chance enlarges reach down by as much; one that most draws have not, or that did not vary, gives none.
func TestBoundsOfFigures(t *testing.T) {
	b := newBootstrap(20)
	b.index[[2]string{"f1"}] = &figure{n: 200, mean: 0.6, m2: 0.5}
	b.index[[2]string{"calibration_error"}] = &figure{n: 200, mean: 0.6, m2: 0.5}
	b.index[[2]string{"mcc"}] = &figure{n: replicates*9/10 - 1, mean: 0.5, m2: 0.5}
	b.index[[2]string{"kappa"}] = &figure{n: 200, mean: 0.5}
	all := make([]detectors.Measurement, 4)
	for i, name := range []string{"f1", "calibration_error", "mcc", "kappa"} {
		all[i] = measured(name, "", 0.5, 100, 100)
	}
	b.bound(all)
	const student = 2.0930240544083087 // SciPy 1.17.1: t.ppf(0.975, 19)
	half := student * math.Sqrt(0.5/199*20/19)
	if f1 := all[0]; !close64(*f1.Lower, 0.5-half) || !close64(*f1.Upper, 0.5+half) {
		t.Errorf("f1 in [%v, %v], want 0.5 ± %v", *f1.Lower, *f1.Upper, half)
	}
	if e := all[1]; !close64(*e.Lower, 0.4-half) || !close64(*e.Upper, 0.5+half) {
		t.Errorf("calibration_error in [%v, %v], want 0.1 less below", *e.Lower, *e.Upper)
	}
	if all[2].Lower != nil || all[3].Lower != nil {
		t.Error("bounds without evidence")
	}
}

// Of blocks drawn once each the figures are the measures of the rows.
func TestDrawnOnceAreTheRows(t *testing.T) {
	const blocks = 4
	for _, schema := range schemas()[:2] {
		rapid.Check(t, func(t *rapid.T) {
			rows := rapid.SliceOfN(outcomes(schema), 1, 40).Draw(t, "rows")
			e := evaluate(schema, EvaluationOptions{}, rows...)
			r := newResampledClasses(schema, blocks)
			for i := range e.rows {
				r.blocks[i%blocks].add(e.rows[i].pair, 1)
			}
			b := newBootstrap(blocks)
			r.observe([]float64{1, 1, 1, 1}, b)
			all := e.Measurements()
			for name, f := range b.index {
				m := find(all, name[0], name[1])
				if m != nil && m.Status == detectors.OK && (f.n != 1 || !close64(f.mean, m.Value)) || m != nil && m.Status != detectors.OK && f.mean != 0 {
					t.Fatalf("%s is %v, resampled %v", name, m, f.mean)
				}
			}
		})
	}
}

func TestBlocks(t *testing.T) {
	const day = profile.Instant(24 * time.Hour / time.Millisecond)
	times := func(n int, every profile.Instant) []profile.Instant {
		all := make([]profile.Instant, n)
		for i := range all {
			all[i] = profile.Instant(i) * every
		}
		return all
	}
	gap := times(500, day)
	gap[17] = profile.Dawn
	for _, c := range []struct {
		name   string
		at     []profile.Instant
		blocks int
	}{
		{"none", nil, 0},
		{"too few rows", times(7, 1), 0},
		{"few rows", times(8, 1), 8},
		{"rows of one day", times(1000, 1), 20},
		{"eleven days", times(11, day), 11},
		{"twelve days of four rows", times(48, day/4), 12},
		{"many days", times(1000, day), 48},
		{"a row without a time", gap, 20},
	} {
		index, blocks := cutBlocks(c.at)
		if blocks != c.blocks {
			t.Errorf("%s: %d blocks, want %d", c.name, blocks, c.blocks)
		}
		used := make(map[int]int)
		for i, b := range index {
			used[b]++
			if i > 0 && b < index[i-1] {
				t.Errorf("%s: row %d is in block %d, the one before in %d", c.name, i, b, index[i-1])
			}
		}
		if blocks > 0 && len(used) != blocks {
			t.Errorf("%s: %d of %d blocks have rows", c.name, len(used), blocks)
		}
	}
}

// course draws a model's rows: p is what the score says, drift what the world adds to it, which neighbours share if the
// rows are alike in time.
func course(r *rand.Rand, n int, alike float64) []Outcome {
	rows := make([]Outcome, n)
	shared := r.NormFloat64()
	for i := range rows {
		shared = alike*shared + math.Sqrt(1-alike*alike)*r.NormFloat64()
		z := r.NormFloat64() * 1.5
		world := z
		if alike > 0 {
			world += shared
		}
		positive := r.Float64() < 1/(1+math.Exp(-world+0.4))
		o := Outcome{Score: 1 / (1 + math.Exp(-z)), HasScore: true}
		if o.Score >= 0.5 {
			o.Predicted = 1
		}
		if positive {
			o.Actual = 1
		}
		o.Truth = world + r.NormFloat64()*math.Exp(0.3*r.NormFloat64())
		o.Value = z
		rows[i] = o
	}
	return rows
}

// "95 %" bounds cover the value of endlessly many rows in 90 to 98 % of the runs, on independent rows and on rows whose
// errors are alike in time. Seeds are fixed. calibration_error is let cover more: its bounds reach down for the bias.
func TestBootstrapCovers(t *testing.T) {
	t.Parallel()
	const runs, n = 400, 1500
	for name, alike := range map[string]float64{"independent": 0, "alike in time": 0.9} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			binary, valued := binarySchema(), &Schema{Task: Regression}
			names := map[string]*Schema{
				"f1": binary, "f2": binary, "f0.5": binary, "balanced_accuracy": binary, "mcc": binary, "kappa": binary, "average_precision": binary,
				"ks_separation": binary, "lift": binary, "calibration_error": binary, "r2": valued, "median_absolute_error": valued,
			}
			r := rand.New(rand.NewPCG(11, 12))
			truth := make(map[string]float64)
			endless := course(r, 500_000, alike)
			for _, schema := range []*Schema{binary, valued} {
				all := evaluate(schema, EvaluationOptions{}, endless...).Measurements()
				for name, of := range names {
					if of == schema {
						truth[name] = find(all, name, "").Value
					}
				}
			}
			covered := make(map[string]int)
			for range runs {
				rows := course(r, n, alike)
				reports := map[*Schema][]detectors.Measurement{
					binary: evaluate(binary, EvaluationOptions{}, rows...).Measurements(),
					valued: evaluate(valued, EvaluationOptions{}, rows...).Measurements(),
				}
				for name, schema := range names {
					m := find(reports[schema], name, "")
					if m.Lower == nil {
						t.Fatalf("no bounds of %s", name)
					}
					if *m.Lower <= truth[name] && truth[name] <= *m.Upper {
						covered[name]++
					}
				}
			}
			for name := range names {
				share := float64(covered[name]) / runs
				t.Logf("%s, %s: %.3f", name, map[bool]string{true: "alike", false: "independent"}[alike > 0], share)
				if share < 0.90 || share > 0.98 && name != "calibration_error" {
					t.Errorf("%s is covered in %.3f of the runs", name, share)
				}
			}
		})
	}
}

// The same bounds on every run.
func TestBootstrapIsDeterministic(t *testing.T) {
	rows := course(rand.New(rand.NewPCG(1, 2)), 500, 0)
	a, b := evaluate(binarySchema(), EvaluationOptions{}, rows...).Measurements(), evaluate(binarySchema(), EvaluationOptions{}, rows...).Measurements()
	for i := range a {
		if a[i].Lower != nil && (*a[i].Lower != *b[i].Lower || *a[i].Upper != *b[i].Upper) {
			t.Errorf("%s: %v to %v, then %v to %v", a[i].Name, *a[i].Lower, *a[i].Upper, *b[i].Lower, *b[i].Upper)
		}
	}
}

func BenchmarkEvaluation(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	rows := course(r, 10_000, 0)
	for i := range rows {
		p := r.Float64()
		rows[i].Probabilities = []float64{p, (1 - p) / 3, 2 * (1 - p) / 3}
	}
	for _, schema := range schemas() {
		b.Run(schema.Task.String(), func(b *testing.B) {
			for b.Loop() {
				e := evaluate(schema, EvaluationOptions{}, rows...)
				e.Measurements()
				e.Reliability()
				e.Confusion()
			}
		})
	}
}

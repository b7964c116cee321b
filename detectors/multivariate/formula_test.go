package multivariate

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestWeightedChiSquared compares with distributions known in closed form: equal weights are χ² times the weight, pairs
// of distinct weights a mixture of exponentials. The saddlepoint promises a relative error below a per cent for many
// weights of a size and below a tenth for few, however far out.
func TestWeightedChiSquared(t *testing.T) {
	for _, k := range []int{1, 2, 5, 40} {
		weights := make([]float64, k)
		for i := range weights {
			weights[i] = 0.25
		}
		d, _ := newWeightedChiSquared(weights)
		exact := distuv.ChiSquared{K: float64(k)}
		for _, x := range []float64{0.1, 0.5, 0.99, 1, 1.01, 2, 5, 20} {
			x *= float64(k) * 0.25
			want, tolerance := exact.Survival(x/0.25), 0.01
			if k < 5 {
				tolerance = 0.1
			}
			if want < 1e-12 { // gonum's is a difference there
				continue
			}
			if got := d.survival(x); math.Abs(got-want) > tolerance*want {
				t.Errorf("%d equal weights: P(X > %g) = %g, want %g", k, x, got, want)
			}
		}
	}
	d, _ := newWeightedChiSquared([]float64{3, 3, 1, 1})
	for _, x := range []float64{1, 4, 8, 20, 60, 300, 3000} {
		want := (3*math.Exp(-x/6) - math.Exp(-x/2)) / 2
		if got := d.survival(x); math.Abs(got-want) > 0.1*want {
			t.Errorf("P(X > %g) = %g, want %g", x, got, want)
		}
	}
	for _, alpha := range []float64{0.5, 0.1, 0.01 / 3, 1e-8} {
		if got := d.survival(d.quantile(alpha)); math.Abs(got-alpha) > 1e-6*alpha {
			t.Errorf("P(X > quantile(%g)) = %g", alpha, got)
		}
	}
}

// TestAreaUnder compares with scikit-learn's roc_auc_score and with DeLong's variance written out over all pairs.
func TestAreaUnder(t *testing.T) {
	if c := areaUnder([]float64{0.1, 0.4}, []float64{0.35, 0.8}); c.area != 0.75 { // sklearn's own example
		t.Errorf("area %v, want 0.75", c.area)
	}
	if c := areaUnder([]float64{1, 1, 1}, []float64{1, 1}); c.area != 0.5 || c.null != 0 || c.pValue() != 1 {
		t.Errorf("all tied: %+v", c)
	}
	if c := areaUnder([]float64{1, 2, 3}, []float64{4, 5}); c.area != 1 || c.std != 0 {
		t.Errorf("apart: %+v", c)
	} else if lower, upper := c.bounds(3, 2); upper != 1 || math.Abs(lower*lower-0.025) > 1e-12 {
		t.Errorf("apart: bounds %v, %v", lower, upper)
	}
	r := rand.New(rand.NewPCG(2, 3))
	ref, cur := make([]float64, 40), make([]float64, 25)
	for i := range ref {
		ref[i] = math.Round(r.NormFloat64() * 4)
	}
	for i := range cur {
		cur[i] = math.Round(r.NormFloat64()*4 + 2)
	}
	below, above := make([]float64, len(cur)), make([]float64, len(ref))
	for i, x := range cur {
		for j, y := range ref {
			win := 0.0
			if x > y {
				win = 1
			} else if x == y {
				win = 0.5
			}
			below[i] += win / float64(len(ref))
			above[j] += win / float64(len(cur))
		}
	}
	area, v := meanVariance(below)
	_, w := meanVariance(above)
	want := math.Sqrt(v/25 + w/40)
	if c := areaUnder(ref, cur); math.Abs(c.area-area) > 1e-12 || math.Abs(c.std-want) > 1e-12 {
		t.Errorf("got %+v, want %v ± %v", c, area, want)
	}
}

// TestDiscrepancyIsUnbiasedMMD compares with the definition over all pairs of rows, for the kernel that the features
// define, and wants that kernel to be near the Gaussian.
func TestDiscrepancyIsUnbiasedMMD(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	ref, cur := normals(r, 3, 60), normals(r, 3, 50)
	for row := range cur[0].Values {
		cur[0].Values[row] += 1
	}
	reference := Fit(ref)
	d := reference.discrepancy
	phi := func(table Table) (all [][width]float64) {
		for row := range table.rows() {
			var next [width]float64
			d.features.of(&next, table, row)
			all = append(all, next)
		}
		return all
	}
	x, y := phi(ref), phi(cur)
	mean := func(a, b [][width]float64, same bool) float64 {
		var sum, n float64
		for i := range a {
			for j := range b {
				if same && i == j {
					continue
				}
				n++
				for k := range width {
					sum += a[i][k] * b[j][k]
				}
			}
		}
		return sum / n
	}
	want := mean(x, x, true) + mean(y, y, true) - 2*mean(x, y, false)
	got := reference.Compare(cur, firstRows(50))[1]
	if math.Abs(got.Value-want) > 1e-8 {
		t.Errorf("MMD² = %v, want %v", got.Value, want)
	}
	var worst, bandwidth float64
	bandwidth = d.features.bandwidth(ref, firstRows(60))
	for i := range x {
		for j := range i {
			var k float64
			for at := range width {
				k += x[i][at] * x[j][at]
			}
			gauss := math.Exp(-d.features.distance(ref, i, j) / (2 * bandwidth * bandwidth))
			worst = max(worst, math.Abs(k-gauss))
		}
	}
	if worst > 0.5 {
		t.Errorf("the kernel is %v away from the Gaussian", worst)
	}
}

package detectors

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// What is called detectable is found about four times in five, and hardly ever where nothing has changed: normal values
// whose mean is shifted by as much as makes the effect size the detectable one, and categories of which two trade shares.
// ks is on the safe side and finds 97 in a hundred, give or take one of standard deviation. Each measure has samples of its
// own: the order in which a map is walked would deal out others in every run.
func TestDetectableShiftsAreDetected(t *testing.T) {
	const runs, level = 300, 0.01
	// The standard normal shift whose effect size, on the test's own scale, is the given one.
	shifts := map[string]func(effect float64) float64{
		"welch_t":          func(d float64) float64 { return d },
		"ks":               func(d float64) float64 { return 2 * math.Sqrt2 * math.Erfinv(d) }, // D = 2Φ(δ/2) − 1
		"mann_whitney":     func(r float64) float64 { return 2 * math.Erfinv(r) },              // r = 2Φ(δ/√2) − 1
		"cramer_von_mises": func(gap float64) float64 { return invert(rootMeanSquareGap, gap) },
	}
	sample := func(r *rand.Rand, n int, shift float64) *Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = r.NormFloat64() + shift
		}
		return sampleOf(values)
	}
	for name, shift := range shifts {
		r := rand.New(rand.NewPCG(7, 11))
		most := 0.97
		if name == "ks" {
			most = 0.99 // it finds 0.97
		}
		var found, wrong, by float64
		for range runs {
			ref := sample(r, 300, 0)
			layout := ref.Layout("x", profile.Feature, profile.Numeric, 1)
			still := new(Comparer).Column([]string{name}, layout, ref, sample(r, 200, 0), Options{Alpha: level})[0]
			if *still.PValue < level {
				wrong++
			}
			if by == 0 {
				by = shift(*still.DetectableShift)
			}
			moved := new(Comparer).Column([]string{name}, layout, ref, sample(r, 200, by), Options{Alpha: level})[0]
			if *moved.PValue < level {
				found++
			}
		}
		if found/runs < 0.74 || found/runs > most || wrong/runs > 0.03 {
			t.Errorf("%s: found %.2f of shifts of the detectable size, and %.3f where there was none", name, found/runs, wrong/runs)
		}
	}
}

// rootMeanSquareGap is √∫(F − G)² dH of two normal distributions a shift apart, H being their mean.
func rootMeanSquareGap(shift float64) float64 {
	var sum float64
	const step = 0.01
	for x := -8.0; x < 8+shift; x += step {
		cdf := func(y float64) float64 { return math.Erfc(-y/math.Sqrt2) / 2 }
		density := func(y float64) float64 { return math.Exp(-y*y/2) / math.Sqrt(2*math.Pi) }
		d := cdf(x) - cdf(x-shift)
		sum += d * d * (density(x) + density(x-shift)) / 2 * step
	}
	return math.Sqrt(sum)
}

func invert(f func(float64) float64, want float64) float64 {
	low, high := 0.0, 5.0
	for range 40 {
		if middle := (low + high) / 2; f(middle) < want {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

func TestDetectableTableIsDetected(t *testing.T) {
	const runs, level = 400, 0.01
	r := rand.New(rand.NewPCG(3, 5))
	draw := func(n int, shares []float64) *Sample {
		counts := map[string]uint64{}
		for range n {
			u, k := r.Float64(), 0
			for k < len(shares)-1 && u >= shares[k] {
				u -= shares[k]
				k++
			}
			counts[strconv.Itoa(k)]++
		}
		return NewCategories(counts)
	}
	var found float64
	for range runs {
		ref := draw(800, []float64{0.25, 0.25, 0.25, 0.25})
		layout := ref.Layout("c", profile.Feature, profile.Categorical, 1)
		w := *new(Comparer).Column([]string{"chi2"}, layout, ref, draw(400, []float64{0.25, 0.25, 0.25, 0.25}), Options{Alpha: level})[0].DetectableShift
		// χ²/N = m·n/N²·Σ(q − p)²/p about here: two shares that move by d give 8d²·2/9.
		d := w / math.Sqrt(16.0/9)
		if *new(Comparer).Column([]string{"chi2"}, layout, ref, draw(400, []float64{0.25 + d, 0.25 - d, 0.25, 0.25}), Options{Alpha: level})[0].PValue < level {
			found++
		}
	}
	if found/runs < 0.74 || found/runs > 0.86 {
		t.Errorf("found %.2f of shifts of the detectable size", found/runs)
	}
}

// The noncentrality is that of SciPy: scipy.optimize.brentq(lambda l: ncx2.sf(chi2.ppf(1-level, dof), dof, l) - .8, …).
func TestNoncentralityEqualsSciPy(t *testing.T) {
	for _, c := range []struct {
		dof         int
		level, want float64
	}{{1, 0.05, 7.848861}, {1, 0.01, 11.678968}, {3, 0.0004, 23.883553}, {7, 0.01, 19.787411}, {40, 0.001, 47.436272}, {300, 0.0001, 128.038614}, {1500, 0.01, 181.940341}} {
		if got := noncentrality(c.dof, c.level); math.Abs(got-c.want) > 2e-3*c.want {
			t.Errorf("%d, %v: got %v, want %v", c.dof, c.level, got, c.want)
		}
	}
}

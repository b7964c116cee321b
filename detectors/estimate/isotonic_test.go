package estimate

import (
	"math"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// fitIsotonic fits points in any order; those of one x count as their mean.
func fitIsotonic(x, y []float64) *isotonic {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return x[order[a]] < x[order[b]] })
	var distinct, weights, sums []float64
	for i, row := range order {
		if i == 0 || x[row] != x[order[i-1]] {
			distinct, weights, sums = append(distinct, x[row]), append(weights, 0), append(sums, 0)
		}
		last := len(distinct) - 1
		weights[last]++
		sums[last] += y[row]
	}
	return pool(distinct, weights, sums)
}

func TestIsotonicEqualsScikitLearn(t *testing.T) {
	for i, c := range readOracle(t).Isotonic {
		f := fitIsotonic(c.X, c.Y)
		for j, x := range c.At {
			if got := f.at(x); math.Abs(got-c.Want[j]) > 1e-9*max(1, math.Abs(c.Want[j])) {
				t.Errorf("case %d at %v: got %v, want %v", i, x, got, c.Want[j])
			}
		}
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

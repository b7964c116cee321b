package estimate

import (
	"math"
	"sort"
)

// Isotonic is a non-decreasing function: linear between its knots, constant beyond the outermost. It equals
// scikit-learn's IsotonicRegression(out_of_bounds="clip").
type Isotonic struct{ x, y []float64 }

// FitIsotonic returns the non-decreasing function that is nearest to the points in least squares. Points of one x count
// as their mean. Without points it is 0 everywhere. All numbers must be finite, and there must be as many x as y.
// (Pool adjacent violators: M. Ayer et al., Ann. Math. Stat. 26:641–647, 1955.) O(n log n), O(n) for sorted x.
func FitIsotonic(x, y []float64) *Isotonic {
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

// pool fits sorted, distinct x that stand for so many points each, with the given sums of y. An x without points counts
// for nothing.
func pool(x, weights, sums []float64) *Isotonic {
	type block struct {
		first, last int
		weight, sum float64
	}
	blocks := make([]block, 0, 64)
	for i := range x {
		if weights[i] == 0 {
			continue
		}
		b := block{i, i, weights[i], sums[i]}
		for len(blocks) > 0 {
			before := blocks[len(blocks)-1]
			if before.sum/before.weight < b.sum/b.weight {
				break
			}
			b = block{before.first, b.last, before.weight + b.weight, before.sum + b.sum}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	f := &Isotonic{}
	for _, b := range blocks {
		mean := b.sum / b.weight
		f.x, f.y = append(f.x, x[b.first]), append(f.y, mean)
		if b.last > b.first {
			f.x, f.y = append(f.x, x[b.last]), append(f.y, mean)
		}
	}
	return f
}

// At returns the function's value. O(log n).
func (f *Isotonic) At(x float64) float64 {
	n := len(f.x)
	switch {
	case n == 0:
		return 0
	case !(x > f.x[0]): // NaN too
		return f.y[0]
	case x >= f.x[n-1]:
		return f.y[n-1]
	}
	i := sort.SearchFloat64s(f.x, x) // f.x[i−1] < x ≤ f.x[i]
	if f.y[i] == f.y[i-1] {
		return f.y[i]
	}
	width := f.x[i] - f.x[i-1]
	part := (x - f.x[i-1]) / width
	if math.IsInf(width, 1) { // halves do not overflow
		part = (x/2 - f.x[i-1]/2) / (f.x[i]/2 - f.x[i-1]/2)
	}
	return f.y[i-1] + part*(f.y[i]-f.y[i-1])
}

package estimate

import (
	"math"
	"sort"
)

// isotonic is a non-decreasing function: linear between its knots, constant beyond the outermost. It equals
// scikit-learn's IsotonicRegression(out_of_bounds="clip").
type isotonic struct{ x, y []float64 }

// pool returns the non-decreasing function that is nearest to the points in least squares; without points it is 0 everywhere.
// (Pool adjacent violators: M. Ayer et al., Ann. Math. Stat. 26:641–647, 1955.) O(n). The x are sorted and distinct; each
// stands for so many points, with the given sum of their y. An x without points counts for nothing.
func pool(x, weights, sums []float64) *isotonic {
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
	f := &isotonic{}
	for _, b := range blocks {
		mean := b.sum / b.weight
		f.x, f.y = append(f.x, x[b.first]), append(f.y, mean)
		if b.last > b.first {
			f.x, f.y = append(f.x, x[b.last]), append(f.y, mean)
		}
	}
	return f
}

// at returns the function's value. O(log n).
func (f *isotonic) at(x float64) float64 {
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

package estimate

import "sort"

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

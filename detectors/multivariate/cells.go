package multivariate

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// cells cut the values of one column into few pieces. Numbers are cut at the quantiles 0.01, 0.1, 0.2 … 0.9 and 0.99 of
// rows of the reference, and a value that holds a tenth or more is a cell of its own, so that a constant has one. Of few
// categories each is a cell, and unseen ones are one more; many are thrown into buckets. Missing is the last cell.
type cells struct {
	n       int
	cuts    []float64 // of numbers: cell = number of cuts ≤ x
	buckets []uint8   // by rank, of a column with many categories

	low, median, high, std float64 // of numbers: quantiles 0.1, 0.5, 0.9, and the standard deviation
}

// newCells cuts a column by some of its rows.
func newCells(c *Column, rows []int) cells {
	switch {
	case c.Categorical && c.Levels <= MostLevels:
		return cells{n: c.Levels + 2}
	case c.Categorical:
		return cells{n: MostLevels + 1, buckets: c.Buckets}
	}
	values := make([]float64, 0, len(rows))
	for _, row := range rows {
		if x := c.Values[row]; profile.Finite(x) {
			values = append(values, x)
		}
	}
	if len(values) == 0 {
		return cells{n: 2}
	}
	slices.Sort(values)
	k := cells{low: profile.Quantile(values, 0.1), median: profile.Quantile(values, 0.5), high: profile.Quantile(values, 0.9)}
	if _, variance, unit, ok := momentsOf(values); ok {
		k.std = math.Sqrt(variance) / unit
	}
	for _, q := range []float64{0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99} {
		if cut := profile.Quantile(values, q); profile.Finite(cut) {
			k.cuts = append(k.cuts, cut)
		}
	}
	for from := 0; from < len(values); {
		to := from + 1
		for to < len(values) && values[to] == values[from] {
			to++
		}
		if float64(to-from) >= profile.AtomShare*float64(len(values)) {
			k.cuts = append(k.cuts, values[from], math.Nextafter(values[from], math.Inf(1)))
		}
		from = to
	}
	slices.Sort(k.cuts)
	k.cuts = slices.Compact(k.cuts)
	k.n = len(k.cuts) + 2
	return k
}

// of returns the cell of a value.
func (k *cells) of(c *Column, x float64) int {
	if !profile.Finite(x) {
		return k.n - 1
	}
	if c.Categorical {
		return k.ofCategory(c, x)
	}
	cell := 0 // at most forty comparisons, which the processor foresees; those of a bisection it does not
	for _, cut := range k.cuts {
		if cut > x {
			break
		}
		cell++
	}
	return cell
}

func (k *cells) ofCategory(c *Column, x float64) int {
	level, seen := c.level(x)
	switch {
	case k.buckets == nil && seen:
		return level
	case k.buckets == nil:
		return c.Levels
	case seen && level < len(k.buckets):
		return int(k.buckets[level]) % MostLevels
	}
	return int(max(0, min(-1-x, MostLevels-1)))
}

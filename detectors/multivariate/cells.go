package multivariate

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// mostLevels is how many categories of a column have cells of their own.
	mostLevels = 30
	// leastShare is what a category must hold of the reference for a cell of its own. Rarer ones are one cell with those
	// that the reference never had: a reference of m rows misses many rare ones by chance alone.
	leastShare = 0.01
)

// cells cut the values of one column into few pieces by rows of the reference. Numbers are cut at the quantiles 0.01,
// 0.1, 0.2 … 0.9 and 0.99, and a value that holds a tenth or more is a cell of its own, so that a constant has one. A
// category has a cell of its own if it is frequent. Missing is the last cell.
type cells struct {
	n      int
	cuts   []float64 // cell = number of cuts ≤ x
	levels []uint8   // cell by rank

	low, median, high, std float64 // of numbers: quantiles 0.1, 0.5, 0.9, and the standard deviation
}

// newCells cuts a column by some of its rows.
func newCells(c *Column, rows []int) cells {
	if c.Categorical {
		return levelCells(c, rows)
	}
	values := make([]float64, 0, len(rows))
	for _, row := range rows {
		if x := c.Values[row]; finite(x) {
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
		if cut := profile.Quantile(values, q); finite(cut) {
			k.cuts = append(k.cuts, cut)
		}
	}
	for from := 0; from < len(values); {
		to := from + sort.SearchFloat64s(values[from:], math.Nextafter(values[from], math.Inf(1)))
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

func levelCells(c *Column, rows []int) cells {
	counts := make([]int, c.Levels)
	known := 0
	for _, row := range rows {
		if level, ok := c.level(c.Values[row]); ok {
			counts[level]++
			known++
		}
	}
	order := firstRows(c.Levels)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	k := cells{levels: make([]uint8, c.Levels), n: 1} // cell 0: rare and unseen
	for _, level := range order[:min(len(order), mostLevels)] {
		if float64(counts[level]) >= max(1, leastShare*float64(known)) {
			k.levels[level] = uint8(k.n)
			k.n++
		}
	}
	k.n++ // missing
	return k
}

// of returns the cell of a value.
func (k *cells) of(c *Column, x float64) int {
	if !finite(x) {
		return k.n - 1
	}
	if c.Categorical {
		if level, ok := c.level(x); ok {
			return int(k.levels[level])
		}
		return 0
	}
	low, high := 0, len(k.cuts)
	for low < high {
		middle := (low + high) / 2
		if k.cuts[middle] <= x {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

package detectors

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// comparison puts the reference and the current sample of one column side by side, cell by cell. It is the one form in
// which every measure sees its data, and that makes the exact and the streaming form share their mathematics: values
// held in memory become one cell for every distinct value, counts become one cell for every interval of the layout.
type comparison struct {
	layout   *profile.ColumnLayout
	options  *Options
	ref, cur side
	counted  bool   // from counts: KS is certified, Wasserstein an estimate
	cells    []cell // none is empty on both sides; a numeric column's are ascending and do not overlap

	refBins, curBins []uint64  // buffers of binned
	cuts             []float64 // of which they are the bins, as long as bound
	bound            bool

	apart *gap // nil until it is asked for

	quantiles      []float64 // of χ² at quantilesLevel, by degrees of freedom; 0 where not asked for yet
	quantilesLevel float64

	critical, criticalLevel float64 // Cramér and von Mises's
}

// cell is a piece of the column's domain: the single value low if low == high, the values in [low, high) otherwise. A
// category is a cell without place.
type cell struct {
	low, high float64
	ref, cur  uint64
}

func (c *cell) single() bool { return c.low == c.high }

// side is what one sample says about the column beside its cells.
type side struct {
	n          uint64 // values with a place in the distribution
	rows       uint64
	missing    uint64
	infinite   uint64
	mismatched uint64
	mean, std  float64 // of a numeric column, ddof 0
	spread     bool    // mean and std are known and finite
	average    float64 // NumPy's mean, of values in memory
	shape      *moments
	counts     *profile.Column // where the side is counted
}

// compareSamples lays two samples held in memory side by side; it reuses the memory of an earlier comparison.
func (c *comparison) compareSamples(layout *profile.ColumnLayout, ref, cur *Sample) {
	c.layout, c.bound, c.apart = layout, false, nil
	c.ref, c.cur = ref.side(), cur.side()
	if layout.Kind == profile.Numeric {
		c.cells = appendValues(c.cells[:0], ref.numbers, cur.numbers)
	} else {
		c.cells = categoryCells(ref.categories, cur.categories)
	}
}

func (s *Sample) side() side {
	return side{
		n: s.n, rows: s.Rows(), missing: s.Missing, infinite: s.Infinite, mismatched: s.Mismatched,
		mean: s.mean, std: s.std, spread: s.spread, average: s.average,
	}
}

// appendValues merges two ascending lists into one cell for every distinct value. Which list the next value comes from
// is as good as random, so that is computed, not branched upon.
func appendValues(cells []cell, ref, cur []float64) []cell {
	cells = slices.Grow(cells, len(ref)+len(cur))
	i, j := 0, 0
	for i < len(ref) && j < len(cur) {
		x, y := ref[i], cur[j]
		var a, b int
		if x <= y {
			a = 1
		}
		if y <= x {
			b = 1
		}
		cells = appendValue(cells, min(x, y), uint64(a), uint64(b)) // #nosec G115 -- 0 or 1
		i, j = i+a, j+b
	}
	for ; i < len(ref); i++ {
		cells = appendValue(cells, ref[i], 1, 0)
	}
	for ; j < len(cur); j++ {
		cells = appendValue(cells, cur[j], 0, 1)
	}
	return cells
}

// appendValue adds to the last cell if that is the value's, else it appends one.
func appendValue(cells []cell, x float64, ref, cur uint64) []cell {
	if n := len(cells); n > 0 && cells[n-1].low == x {
		last := &cells[n-1]
		last.ref, last.cur = last.ref+ref, last.cur+cur
		return cells
	}
	return append(cells, cell{low: x, high: x, ref: ref, cur: cur})
}

// categoryCells makes one cell for every category of either side, in name order: sums of floats depend on it.
func categoryCells(ref, cur map[string]uint64) []cell {
	names := make([]string, 0, len(ref)+len(cur))
	for name := range ref {
		names = append(names, name)
	}
	for name := range cur {
		names = append(names, name)
	}
	slices.Sort(names)
	var cells []cell
	for _, name := range slices.Compact(names) {
		if ref[name] > 0 || cur[name] > 0 {
			cells = append(cells, cell{ref: ref[name], cur: cur[name]})
		}
	}
	return cells
}

// compareCounts lays column i of two sets side by side; it reuses the memory of an earlier comparison.
func (c *comparison) compareCounts(ref, cur *profile.Set, i int) {
	c.layout, c.counted, c.bound, c.apart = ref.Layout.Columns[i], true, false, nil
	c.ref, c.cur = countedSide(ref, i), countedSide(cur, i)
	c.cells = c.cells[:0]
	a, b := &ref.Columns[i], &cur.Columns[i]
	if c.layout.Kind == profile.Numeric {
		c.cells = appendIntervals(c.cells, c.layout.Edges, a, b)
	} else {
		c.cells = appendCategories(c.cells, a, b)
	}
}

func countedSide(set *profile.Set, i int) side {
	column, totals := &set.Columns[i], set.Totals(i)
	return side{
		n: totals.N, rows: set.Rows, missing: totals.Missing, infinite: column.Infinite,
		mismatched: column.Mismatched, mean: totals.Mean, std: totals.Std, spread: totals.Spread, counts: column,
	}
}

// appendIntervals appends the intervals that hold anything. The outermost are open; they end at the extremes.
func appendIntervals(cells []cell, edges *profile.Edges, ref, cur *profile.Column) []cell {
	cuts := edges.Cuts()
	for i := range ref.Counts {
		if ref.Counts[i] == 0 && cur.Counts[i] == 0 {
			continue
		}
		next := cell{low: min(ref.Min, cur.Min), high: max(ref.Max, cur.Max), ref: ref.Counts[i], cur: cur.Counts[i]}
		if i > 0 {
			next.low = cuts[i-1]
		}
		if i < len(cuts) {
			next.high = cuts[i]
		}
		if edges.IsAtom(i) {
			next.high = next.low
		}
		cells = append(cells, next)
	}
	return cells
}

// appendCategories appends the layout's categories, then the values that only the current sample has: those that are
// counted one by one in name order, and one cell for all others.
func appendCategories(cells []cell, ref, cur *profile.Column) []cell {
	for i := range ref.Counts {
		if ref.Counts[i] > 0 || cur.Counts[i] > 0 {
			cells = append(cells, cell{ref: ref.Counts[i], cur: cur.Counts[i]})
		}
	}
	if ref.Unseen.Total() == 0 && cur.Unseen.Total() == 0 {
		return cells
	}
	names := append(ref.Unseen.Names(), cur.Unseen.Names()...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		cells = append(cells, cell{ref: ref.Unseen.Count(name), cur: cur.Unseen.Count(name)})
	}
	if ref.Unseen.Other() > 0 || cur.Unseen.Other() > 0 {
		cells = append(cells, cell{ref: ref.Unseen.Other(), cur: cur.Unseen.Other()})
	}
	return cells
}

// empty tells whether one side has no distribution, so that there is nothing to compare.
func (c *comparison) empty() bool { return c.ref.n == 0 || c.cur.n == 0 }

// binned adds the cells up between ascending cuts: bin i holds the values with exactly i cuts ≤ x. Every cut must be a
// boundary of cells, which holds for the cuts of PSI on either form. A categorical column has its cells for bins. The
// slices are good until the next call, and not to be changed: the same cuts give the same slices again.
func (c *comparison) binned(cuts []float64) (ref, cur []uint64) {
	numeric := c.layout.Kind == profile.Numeric
	if c.bound && (!numeric || slices.Equal(cuts, c.cuts)) {
		return c.refBins, c.curBins
	}
	c.bound, c.cuts = true, append(c.cuts[:0], cuts...)
	if !numeric {
		c.refBins, c.curBins = zeroed(c.refBins, len(c.cells)), zeroed(c.curBins, len(c.cells))
		for i := range c.cells {
			c.refBins[i], c.curBins[i] = c.cells[i].ref, c.cells[i].cur
		}
		return c.refBins, c.curBins
	}
	c.refBins, c.curBins = zeroed(c.refBins, len(cuts)+1), zeroed(c.curBins, len(cuts)+1)
	bin := 0
	for i := range c.cells {
		next := &c.cells[i]
		for bin < len(cuts) && cuts[bin] <= next.low {
			bin++
		}
		c.refBins[bin] += next.ref
		c.curBins[bin] += next.cur
	}
	return c.refBins, c.curBins
}

func zeroed(buffer []uint64, n int) []uint64 {
	buffer = slices.Grow(buffer[:0], n)[:n]
	clear(buffer)
	return buffer
}

// chiSquaredQuantile is the function of that name at the comparison's own level. Columns mostly have as many bins as the
// last ones had, and the function costs more than the sum over the bins.
func (c *comparison) chiSquaredQuantile(dof int) float64 {
	const kept = 256
	level := c.options.level()
	if dof < 0 || dof >= kept {
		return chiSquaredQuantile(dof, level)
	}
	if c.quantiles == nil || c.quantilesLevel != level {
		c.quantiles, c.quantilesLevel = make([]float64, kept), level
	}
	if c.quantiles[dof] == 0 {
		c.quantiles[dof] = chiSquaredQuantile(dof, level)
	}
	return c.quantiles[dof]
}

// perRow is 1/n + 1/m times the design effect: the variance scale of a difference of two shares.
func (c *comparison) perRow() float64 {
	return c.options.DesignEffect * (1/float64(c.ref.n) + 1/float64(c.cur.n))
}

// measurement starts a measurement of the distribution: sizes, and status insufficient if a side is empty.
func (c *comparison) measurement(name string) Measurement {
	m := Measurement{Name: name, Column: c.layout.Name, N: c.cur.n, M: c.ref.n, Status: OK}
	m.NEff = new(float64(c.cur.n) / c.options.DesignEffect)
	if c.empty() {
		m.Status = Insufficient
	}
	return m
}

// measurementOfTwo is measurement for what needs two values on either side.
func (c *comparison) measurementOfTwo(name string) Measurement {
	m := c.measurement(name)
	if c.ref.n < 2 || c.cur.n < 2 {
		m.Status = Insufficient
	}
	return m
}

// judge sets the threshold, at least as far as the baseline's own yardstick, and says whether the value has passed it.
func (c *comparison) judge(m *Measurement, threshold float64) {
	if c.options.Yardstick != nil {
		if own, ok := c.options.Yardstick(m.Column, m.Name); ok && profile.Finite(own) {
			threshold = max(threshold, own)
		}
	}
	m.Threshold = new(threshold)
	m.Drifted = new(m.Status == OK && m.Value > threshold)
}

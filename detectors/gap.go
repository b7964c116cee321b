package detectors

import "math"

// gap is how far the two distribution functions of a numeric column are apart: F the reference's, G the current one.
type gap struct {
	// Bounds between which the Kolmogorov–Smirnov statistic sup |F − G| certainly lies. At the boundaries of cells both
	// functions are known, and the largest difference there is the lower bound. Inside a cell of many values each of them
	// rises from one known value to another, so they differ by no more than the one's end and the other's start: the upper
	// bound. The bounds are equal if every cell that both sides share is a single value, which holds for values in memory
	// and for columns with few distinct values.
	lower, upper float64
	// The areas between the functions where F is above G and where it is below. Between cells both are constant; inside a
	// cell of many values both are taken to rise linearly.
	above, below float64
}

// gap walks the two functions over the cells, once a column. Both sides need a value.
func (c *comparison) gap() *gap {
	if c.apart != nil {
		return c.apart
	}
	m, n := float64(c.ref.n), float64(c.cur.n)
	var found gap
	var refSum, curSum uint64
	var f, g, before float64
	for i := range c.cells {
		next := &c.cells[i]
		if i > 0 {
			between := width(c.cells[i-1].high, next.low)
			if before > 0 {
				found.above += before * between
			} else {
				found.below -= before * between
			}
		}
		refSum += next.ref
		curSum += next.cur
		f1, g1 := float64(refSum)/m, float64(curSum)/n
		after := f1 - g1
		if d := math.Abs(after); d > found.lower { // as max, which also minds NaN and −0
			found.lower = d
		}
		if !next.single() {
			found.upper = max(found.upper, f1-g, g1-f)
			inside := width(next.low, next.high)
			found.above += meanPositive(before, after) * inside
			found.below += meanPositive(-before, -after) * inside
		}
		f, g, before = f1, g1, after
	}
	found.upper = max(found.lower, found.upper)
	c.apart = &found
	return c.apart
}

// width returns high − low, bounded: the difference of two finite numbers may be infinite, and a damaged set may have its
// extremes the wrong way round.
func width(low, high float64) float64 {
	switch d := high - low; {
	case d > math.MaxFloat64:
		return math.MaxFloat64
	case d > 0:
		return d
	}
	return 0
}

// meanPositive returns the mean of max(y, 0) where y goes straight from a to b.
func meanPositive(a, b float64) float64 {
	switch {
	case a >= 0 && b >= 0:
		return (a + b) / 2
	case a <= 0 && b <= 0:
		return 0
	}
	top := max(a, b)
	return top * top / (2 * math.Abs(a-b))
}

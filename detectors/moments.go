package detectors

import "math"

// moments are those of one side of a numeric column about a place and in a unit that both sides share, so that
// differences and ratios of them lose no digits to a huge offset, and overflow or vanish for no size of values.
type moments struct {
	mean     float64 // from the common origin, in the common unit
	variance float64 // ddof 0, in the common unit squared
	kurtosis float64 // fourth central moment over the squared variance, 3 for a normal variable; 3 for a constant

	origin, unit float64
}

// off returns the square of how far another mean, given in the column's own unit, is from the exact one: what a variance
// about it has too much. It is 0 for a constant.
func (m *moments) off(mean float64) float64 {
	if m.variance == 0 {
		return 0
	}
	d := (mean-m.origin)/m.unit - m.mean
	return d * d
}

// moments returns those of both sides, false if a side is empty or the range is beyond float64. Values in memory only.
func (c *comparison) moments() (ref, cur moments, ok bool) {
	if c.empty() {
		return ref, cur, false
	}
	origin := c.cells[len(c.cells)/2].low
	unit := max(origin-c.cells[0].low, c.cells[len(c.cells)-1].low-origin)
	if unit == 0 {
		unit = 1
	}
	if math.IsInf(unit, 0) {
		return ref, cur, false
	}
	ref = c.momentsOf(func(x *cell) uint64 { return x.ref }, origin, unit, float64(c.ref.n))
	cur = c.momentsOf(func(x *cell) uint64 { return x.cur }, origin, unit, float64(c.cur.n))
	return ref, cur, true
}

func (c *comparison) momentsOf(count func(*cell) uint64, origin, unit, n float64) moments {
	var sum, squares, fourths float64
	distinct := 0
	for i := range c.cells {
		if w := count(&c.cells[i]); w > 0 {
			sum += float64(w) * ((c.cells[i].low - origin) / unit)
			distinct++
		}
	}
	m := moments{mean: sum / n, kurtosis: 3, origin: origin, unit: unit}
	if distinct == 1 {
		return m // rounding must not give a constant a spread
	}
	for i := range c.cells {
		if w := count(&c.cells[i]); w > 0 {
			d := (c.cells[i].low-origin)/unit - m.mean
			squares += float64(w) * d * d
			fourths += float64(w) * d * d * d * d
		}
	}
	m.variance = squares / n
	if k := fourths / n / m.variance / m.variance; k >= 1 && !math.IsInf(k, 0) {
		m.kurtosis = k
	}
	return m
}

package detectors

import "math"

// moments are those of one side of a numeric column about an origin and in a unit that both sides share, so that
// differences and ratios of them lose no digits to a huge offset, and overflow or vanish for no size of values.
type moments struct {
	mean     float64
	variance float64 // ddof 0; exactly 0 for a constant
	kurtosis float64 // fourth central moment over the squared variance: 3 for a normal variable, and for a constant

	origin, inverse float64 // x is (x − origin)·inverse here
	slack           float64 // how far the variance may be off, from counts
}

// off returns the square of how far another mean, given in the column's own unit, is from the exact one: what a variance
// about it has too much. It is 0 for a constant.
func (m *moments) off(mean float64) float64 {
	if m.variance == 0 {
		return 0
	}
	d := (mean-m.origin)*m.inverse - m.mean
	return d * d
}

// moments returns those of both sides, false if a side is empty or the range is beyond float64; from counts see
// countedMoments. They are found once a column. The origin is the middle cell, which is near the pooled median, and the unit the power of
// two above the greatest distance from it, so that scaling rounds nothing.
func (c *comparison) moments() (ref, cur *moments, ok bool) {
	if c.ref.shape != nil {
		return c.ref.shape, c.cur.shape, true
	}
	if c.empty() {
		return nil, nil, false
	}
	if c.counted {
		return c.countedMoments()
	}
	origin := c.cells[len(c.cells)/2].low
	reach := max(origin-c.cells[0].low, c.cells[len(c.cells)-1].low-origin)
	if math.IsInf(reach, 0) {
		return nil, nil, false
	}
	_, exponent := math.Frexp(reach)
	ref = &moments{kurtosis: 3, origin: origin, inverse: math.Ldexp(1, -max(exponent, -1000))}
	cur = new(*ref)
	// Which side a cell belongs to is as good as random: a side that has none of it adds 0, and nothing is branched upon.
	refDistinct, curDistinct := uint64(0), uint64(0)
	for i := range c.cells {
		cell := &c.cells[i]
		x := (cell.low - origin) * ref.inverse
		ref.mean += float64(int64(cell.ref)) * x // a signed number is converted in one instruction
		cur.mean += float64(int64(cell.cur)) * x
		refDistinct += min(cell.ref, 1)
		curDistinct += min(cell.cur, 1)
	}
	ref.mean /= float64(c.ref.n)
	cur.mean /= float64(c.cur.n)
	var refFourth, curFourth float64
	for i := range c.cells {
		cell := &c.cells[i]
		x := (cell.low - origin) * ref.inverse
		d, w := (x-ref.mean)*(x-ref.mean), float64(int64(cell.ref))
		ref.variance += w * d
		refFourth += w * d * d
		d, w = (x-cur.mean)*(x-cur.mean), float64(int64(cell.cur))
		cur.variance += w * d
		curFourth += w * d * d
	}
	ref.spread(refFourth, float64(c.ref.n), refDistinct)
	cur.spread(curFourth, float64(c.cur.n), curDistinct)
	c.ref.shape, c.cur.shape = ref, cur
	return ref, cur, true
}

// spread turns the sum of squares in variance, and the sum of fourth powers, into variance and kurtosis.
func (m *moments) spread(fourths, n float64, distinct uint64) {
	if distinct == 1 {
		m.variance = 0 // whatever rounding has left of it
		return
	}
	m.variance /= n
	if k := fourths / n / m.variance / m.variance; k >= 1 && !math.IsInf(k, 0) {
		m.kurtosis = k
	}
}

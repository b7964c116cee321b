package faults

import (
	"fmt"
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// trending is the Trend from which a column moves with its rows. What counts or grows leaves its old place every day, and the
// distribution of a stretch of it is that of any other, narrower or wider: a line through the quantiles says nothing.
const trending = 0.5

// moves tells whether a column rises or falls with the order of its rows.
func (c *Column) moves() bool { return c.Trend != nil && c.Trend() > trending }

// line sees values that all lie on a straight line through the old quantiles. A mean that drifts does as much, so the values
// must have left the place where they were, nearly all of them.
func line(quick *undoing) *Finding {
	ref, cur := quick.ref, quick.cur
	if !(ref.quantile(0.95) < cur.quantile(0.05) || ref.quantile(0.05) > cur.quantile(0.95)) ||
		len(cur) < leastExact || len(ref.cuts(fine)) < 16 {
		return nil
	}
	factor, offset, ok := regress(ref, cur)
	if !ok {
		return nil
	}
	c := &change{factor: factor, offset: offset, kind: UnitChange}
	u := newUndoing(ref, cur, fine)
	if changed, left := u.explain(c); changed < 0.97 || left > u.close() {
		return nil
	}
	// Only a change of scale is a change of unit; what kept its spread has moved.
	if size := math.Abs(factor); size < 1.25 && size > 0.8 {
		return nil
	}
	size := math.Abs(cur.quantile(0.5))
	switch power := math.Round(math.Log10(factor)); {
	case power != 0 && math.Abs(math.Log10(factor)-power) < 0.1 && math.Abs(offset) < 0.2*size:
		c.clause = "looks " + times(int(power)) // and drifted besides
	case math.Abs(offset) > 0.05*size:
		sign := "plus"
		if offset < 0 {
			sign = "minus"
		}
		c.clause = fmt.Sprintf("looks like %s times the old value %s %s", Figure(factor), sign, Figure(math.Abs(offset)))
	default:
		c.clause = fmt.Sprintf("looks multiplied by about %s", Figure(factor))
	}
	return c.finding(1)
}

// regress fits the quantiles of cur by those of ref, by least squares over 0.05, 0.10 … 0.95.
func regress(ref, cur ascending) (factor, offset float64, ok bool) {
	const points = 19
	var x, y [points]float64
	var meanX, meanY float64
	for i := range points {
		p := float64(i+1) / (points + 1)
		x[i], y[i] = ref.quantile(p), cur.quantile(p)
		meanX += x[i] / points
		meanY += y[i] / points
	}
	var xx, xy float64
	for i := range points {
		xx += (x[i] - meanX) * (x[i] - meanX)
		xy += (x[i] - meanX) * (y[i] - meanY)
	}
	factor = xy / xx
	offset = meanY - factor*meanX
	return factor, offset, factor > 0 && profile.Finite(factor) && profile.Finite(offset)
}

package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// leastReach and mostReach bound the distances from the layout's Shift whose squares neither vanish nor overflow, nor
	// does the sum of 1e8 of them.
	leastReach, mostReach = 1e-140, 1e150
	// roundings bounds the relative error that rounding x − Shift, its square, the two sums and their quotients leaves in a
	// mean square: less than 15 roundings of 2⁻⁵³.
	roundings = 0x1p-49
	// settling is how far a variance may be off, relative to itself.
	settling = 1e-9
)

// countedMoments are moments from counts. Mean and variance come from the exact sums of x − Shift and of its square, so they
// are the same whatever the order of rows and the grouping of panes. They are not known, false, where one side has squares
// beyond float64: values that are not all one and lie 1e150 or more from the baseline's median, or all within 1e-140 of it.
//
// The variance is the mean square less the square of the mean. That loses digits where a side lies many of its own standard
// deviations from the baseline's median, and slack says how far the variance may be off: 700 standard deviations away it
// is a billionth (see settled). The kurtosis is left to countedKurtosis.
func (c *comparison) countedMoments() (ref, cur *moments, ok bool) {
	ref, cur = c.ref.countedMoments(c.layout.Shift), c.cur.countedMoments(c.layout.Shift)
	if ref == nil || cur == nil {
		return nil, nil, false
	}
	c.ref.shape, c.cur.shape = ref, cur
	return ref, cur, true
}

// countedMoments returns mean, variance and slack of one side; nil if they are not known.
func (s *side) countedMoments(shift float64) *moments {
	low, high := s.counts.Min-shift, s.counts.Max-shift
	m := &moments{kurtosis: 3, origin: shift, inverse: 1}
	if s.counts.Min == s.counts.Max && profile.Finite(low) {
		m.mean = low
		return m
	}
	reach := max(-low, high)
	if !(low < high && reach > leastReach && reach < mostReach) {
		return nil
	}
	n := float64(s.n)
	square := s.counts.Squares.Value() / n
	m.mean = s.counts.Sum.Value() / n
	m.variance = max(math.FMA(-m.mean, m.mean, square), 0)
	m.slack = square * roundings
	if !profile.Finite(m.mean) || !profile.Finite(square) || square <= 0 {
		return nil
	}
	return m
}

// settled tells whether a variance is known to nine digits.
func settled(variance, slack float64) bool { return slack <= settling*variance }

// countedKurtosis sets the kurtosis of both sides. No sum tells it, so each interval's values are taken to stand in its
// middle, or in that of the part between the side's own extremes: an estimate, and a coarse one where many values lie outside
// the baseline's range, which is one interval on either side.
func (c *comparison) countedKurtosis(ref, cur *moments) {
	var a, b powers
	for i := range c.cells {
		cell := &c.cells[i]
		if cell.ref > 0 {
			a.add(cell, &c.ref, ref, float64(cell.ref))
		}
		if cell.cur > 0 {
			b.add(cell, &c.cur, cur, float64(cell.cur))
		}
	}
	ref.kurtosis, cur.kurtosis = a.kurtosis(), b.kurtosis()
}

// powers are the sums of the weights, and of the squares and fourth powers about a mean.
type powers struct{ n, squares, fourths float64 }

func (p *powers) add(cell *cell, s *side, m *moments, w float64) {
	low, high := max(cell.low, s.counts.Min), min(cell.high, s.counts.Max)
	d := low/2 + high/2 - m.origin - m.mean
	p.n += w
	p.squares += w * d * d
	p.fourths += w * d * d * d * d
}

// kurtosis is 3, that of a normal variable, where nothing can be said: of a constant, and beyond float64.
func (p *powers) kurtosis() float64 {
	variance := p.squares / p.n
	if k := p.fourths / p.n / variance / variance; k >= 1 && profile.Finite(k) {
		return k
	}
	return 3
}

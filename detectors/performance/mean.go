package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// mean keeps the exact sums behind the mean of some values and its standard error.
type mean struct {
	n            uint64
	sum, squares profile.ExactSum
}

// add counts a finite x. A square beyond float64 counts as the largest one.
func (m *mean) add(x float64) {
	m.n++
	m.sum.Add(x)
	m.squares.Add(min(x*x, math.MaxFloat64))
}

func (m *mean) merge(o *mean) {
	m.n += o.n
	m.sum.Merge(&o.sum)
	m.squares.Merge(&o.squares)
}

// within tells whether the sums can be those of values from 0 to a most, apart from rounding.
func (m *mean) within(most float64) bool {
	n := float64(m.n) * (1 + 1e-9)
	sum, squares := m.sum.Value(), m.squares.Value()
	return sum >= 0 && sum <= n*most && squares >= 0 && squares <= n*most*most
}

// value is the mean, 0 without values.
func (m *mean) value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum.Value() / float64(m.n)
}

// variance is the unbiased variance of the values, 0 for less than two.
func (m *mean) variance() float64 {
	if m.n < 2 {
		return 0
	}
	n := float64(m.n)
	return max(m.squares.Value()/n-m.value()*m.value(), 0) * n / (n - 1)
}

// bounds are the normal approximation's: mean ± z·s/√(n/deff).
func (m *mean) bounds(deff float64) (lower, upper float64) {
	half := detectors.Normal95 * math.Sqrt(m.variance()*deff/float64(m.n))
	return m.value() - half, m.value() + half
}

// measurement names the mean and bounds it, if there are two values or more and their squares are within float64; least is
// the smallest value it can have.
func (m *mean) measurement(name string, deff, least float64) detectors.Measurement {
	out := measured(name, "", m.value(), m.n, float64(m.n)/deff)
	if m.n >= 2 && m.squares.Value() < math.MaxFloat64 {
		lower, upper := m.bounds(deff)
		out.Lower, out.Upper = new(max(lower, least)), new(upper)
	}
	return out
}

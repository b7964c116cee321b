package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// andersonDarling returns Scholz and Stephens's statistic of two samples, A²akN with midranks, less its mean 1, over its
// standard deviation without drift: SciPy's anderson_ksamp([reference, current], variant="midrank"). False if it does not
// exist: all values equal, or fewer than four of them. It costs a pass over the cells and one over the whole numbers up to
// m+n. (F. W. Scholz and M. A. Stephens, JASA 82, 1987.)
func (c *comparison) andersonDarling() (statistic, deviation float64, ok bool) {
	m, n := float64(c.ref.n), float64(c.cur.n)
	all := m + n
	if all < 4 || len(c.cells) < 2 {
		return 0, 0, false
	}
	var below, refBelow, sum float64
	for i := range c.cells {
		ref := float64(c.cells[i].ref)
		both := ref + float64(c.cells[i].cur)
		middle := below + both/2
		// Both samples together: they differ from their share of all by the same number of values.
		d := all*(refBelow+ref/2) - middle*m
		sum += both / all * d * d / (middle*(all-middle) - all*both/4)
		below += both
		refBelow += ref
	}
	sum *= (1/m + 1/n) * (all - 1) / all
	deviation = andersonDarlingDeviation(m, n)
	return (sum - 1) / deviation, deviation, deviation > 0
}

// andersonDarlingDeviation returns the standard deviation of the statistic of two samples without drift; 0 where the
// formula gives none.
func andersonDarlingDeviation(m, n float64) float64 {
	all := m + n
	inverse := 1/m + 1/n
	var h, g float64
	for i := 1.0; i < all-1; i++ {
		h += 1 / (all - i)
		g += h / (i + 1)
	}
	h++
	a := (4*g - 6) + (10-6*g)*inverse
	b := (2*g-4)*4 + 16*h + (2*g-14*h-4)*inverse - 8*h + 4*g - 6
	c := (6*h+2*g-2)*4 + (4*h-4*g+6)*2 + (2*h-6)*inverse + 4*h
	d := (2*h+6)*4 - 8*h
	variance := (((a*all+b)*all+c)*all + d) / ((all - 1) * (all - 2) * (all - 3))
	return math.Sqrt(max(variance, 0))
}

// Scholz and Stephens tabulate critical values of two samples at seven levels from 0.25 to 0.001; SciPy draws a parabola
// through their logarithms (numpy.polyfit of degree 2, its coefficients here) and goes no further on either side.
const (
	andersonLow, andersonHigh = 0.325, 6.546
	andersonTop, andersonEnd  = 0.25, 0.001
	andersonSquare            = 0.01819809457411147
	andersonSlope             = -1.0082265644652515
	andersonOrigin            = -1.077770279820484
)

// andersonDarlingP returns SciPy's p-value of the standardised statistic: never above 0.25 nor below 0.001.
func andersonDarlingP(statistic float64) float64 {
	switch {
	case statistic < andersonLow:
		return andersonTop
	case statistic > andersonHigh:
		return andersonEnd
	}
	return math.Exp((andersonSquare*statistic+andersonSlope)*statistic + andersonOrigin)
}

// andersonDarlingQuantile is its inverse; levels outside the table are taken for the table's ends.
func andersonDarlingQuantile(level float64) float64 {
	level = min(max(level, andersonEnd), andersonTop)
	root := math.Sqrt(andersonSlope*andersonSlope - 4*andersonSquare*(andersonOrigin-math.Log(level)))
	return min(max((-andersonSlope-root)/(2*andersonSquare), andersonLow), andersonHigh)
}

// measureAndersonDarling measures anderson_darling; undefined if all values are equal, insufficient for fewer than four.
// The limit is the critical value at α over the number of columns, but at 0.001 at least, where the table ends.
func measureAndersonDarling(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	statistic, deviation, ok := c.andersonDarling()
	if !ok || !profile.Finite(statistic) {
		m.Status = Undefined
		if c.ref.n+c.cur.n < 4 {
			m.Status = Insufficient
		}
		return m
	}
	m.Value = statistic
	m.PValue = new(andersonDarlingP(statistic))
	// The design effect multiplies A², which is 1 + deviation·statistic.
	deff := c.options.DesignEffect
	limit := deff*andersonDarlingQuantile(c.options.level()) + (deff-1)/deviation
	c.judge(&m, limit)
	scale := c.harmonicRoot()
	c.sized(&m, math.Sqrt(max(1+deviation*statistic, 0))*scale,
		(math.Sqrt(1+deviation*limit)+normal80*math.Sqrt(deff/2))*scale)
	return m
}

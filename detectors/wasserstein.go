package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// wasserstein returns the first Wasserstein distance ∫ |F − G|: the mean way a value must be moved to turn one distribution
// into the other, in the column's own unit. It is exact for values in memory, as SciPy's wasserstein_distance, and at most
// the largest float64; from counts it is an estimate. The estimate rests on
// ∫ |F − G| = |∫ (F − G)| + 2·(the smaller of the areas above and below zero): the first part is the difference of the two
// means, which the columns' sums give exactly, so only the smaller area is estimated, and where one distribution
// lies wholly above the other the result is exact.
func (c *comparison) wasserstein() float64 {
	above, below := c.gap().above, c.gap().below
	shift := c.cur.mean - c.ref.mean
	switch {
	case !c.counted || !c.ref.spread || !c.cur.spread || math.IsInf(shift, 0):
		return min(above+below, math.MaxFloat64)
	case shift > 0:
		return min(shift+2*below, math.MaxFloat64)
	}
	return min(2*above-shift, math.MaxFloat64)
}

// measureWasserstein measures wasserstein, which has no limit because its unit is the column's own, and
// wasserstein_normalized, which divides by the reference's standard deviation (ddof 0) and is undefined where that is
// zero. Chance alone moves the mean, and with it the normalised distance, by about √(deff·(1/m + s²/n)) times a normal
// quantile, s² being 1 or, of values that spread more widely now than in the reference, as many times its variance: of a heavy
// tail one half of the rows may have drawn the outlier. Of counts s² is 1.
func measureWasserstein(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	m.Value = c.wasserstein()
	if name == "wasserstein" {
		return m
	}
	if !c.ref.spread || c.ref.std == 0 {
		m.Value, m.Status = 0, Undefined
		return m
	}
	m.Value = min(m.Value/c.ref.std, math.MaxFloat64)
	perRow := c.perRow()
	if !c.counted {
		if ref, cur, ok := c.moments(); ok && ref.variance > 0 && profile.Finite(cur.variance/ref.variance) {
			perRow = c.options.DesignEffect * (1/float64(c.ref.n) + max(cur.variance/ref.variance, 1)/float64(c.cur.n))
		}
	}
	c.judge(&m, max(c.options.Tolerance, normalQuantile(c.options.level()/2)*math.Sqrt(perRow)))
	return m
}

package detectors

import "math"

// mannWhitney returns Mann and Whitney's U of the reference (pairs in which the reference's value is the greater, equal
// ones counted half) and its standard deviation without drift, corrected for ties; 0 if all values are equal.
func (c *comparison) mannWhitney() (u, deviation float64) {
	m, n := float64(c.ref.n), float64(c.cur.n)
	var below, ties float64
	for i := range c.cells {
		ref, cur := float64(c.cells[i].ref), float64(c.cells[i].cur)
		u += ref * (below + cur/2)
		below += cur
		both := ref + cur
		ties += both * (both - 1) * (both + 1)
	}
	if len(c.cells) < 2 {
		return u, 0
	}
	return u, math.Sqrt(m / 12 * n * ((m + n + 1) - ties/((m+n)*(m+n-1))))
}

// measureMannWhitney measures mann_whitney: U of the reference and the two-sided p of the normal approximation with
// corrections for ties and continuity. (SciPy: mannwhitneyu(reference, current, method="asymptotic").) Threshold is the
// limit of the larger of U and mn − U, at α over the number of columns. If all values are equal, U is mn/2 and p is 1.
func measureMannWhitney(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	u, deviation := c.mannWhitney()
	middle := float64(c.ref.n) / 2 * float64(c.cur.n)
	m.Value = u
	away := math.Abs(u - middle)
	if deviation > 0 {
		m.PValue = new(min(math.Erfc((away-0.5)/deviation/math.Sqrt2), 1))
	} else {
		m.PValue = new(1.0)
	}
	limit := 0.5 + deviation*math.Sqrt(c.options.DesignEffect)*normalQuantile(c.options.level()/2)
	c.judge(&m, middle+limit)
	m.Drifted = new(middle+away > *m.Threshold)
	pairs := 2 * middle
	detectable := limit + normal80*deviation*math.Sqrt(c.options.DesignEffect)
	c.sized(&m, 2*u/pairs-1, 2*detectable/pairs)
	return m
}

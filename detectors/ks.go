package detectors

import "math"

// harmonicSize returns nm/(n+m), rounded half to even.
func (c *comparison) harmonicSize() int {
	m, n := float64(c.ref.n), float64(c.cur.n)
	return int(math.RoundToEven(m / (m + n) * n))
}

// measureKS measures the two-sample Kolmogorov–Smirnov distance sup |F − G|, ties included, with the two-sided asymptotic
// p-value: the distribution of the one-sample statistic of round(nm/(n+m)) values, as SciPy's ks_2samp(method="asymp"); none
// where that size rounds to 0. Value and p-value are those of the certified lower bound, so coarse counts never exaggerate;
// values in memory are exact and carry no bounds.
//
// A p-value below some α is no reason to act: at a million rows everything is significant. Drift is a distance above
// the tolerance that chance does not reach either, √(ln(2d/α)/2 · deff·(1/n + 1/m)).
func measureKS(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	lower, upper := c.gap().lower, c.gap().upper
	m.Value = lower
	if c.counted {
		m.CertifiedLower, m.CertifiedUpper = new(lower), new(upper)
	}
	if size := c.harmonicSize(); size > 0 {
		m.PValue = new(KolmogorovSurvival(size, lower))
	}
	chance := math.Sqrt(math.Log(2/c.options.level()) / 2 * c.perRow())
	c.judge(&m, min(max(c.options.Tolerance, chance), 1))
	c.sized(&m, lower, chance+normal80/2*math.Sqrt(c.perRow()))
	return m
}

package detectors

import "math"

// CramersV returns √(χ²/N) of a 2×k table, N being all rows of both samples: the strength of the association between a
// row's category and the sample it is in, 0 for equal shares and 1 if no category occurs in both. It is Cohen's w as
// well, and has no correction for bias: what chance leaves of it is about √(dof/N). It is 0 with an empty side or a
// single category.
func CramersV(ref, cur []uint64) float64 {
	statistic, dof := ChiSquared(ref, cur)
	if dof == 0 {
		return 0
	}
	return min(math.Sqrt(statistic/(total(ref)+total(cur))), 1)
}

// measureCramersV measures cramers_v; undefined with a single category. Chance alone reaches the root of chi2's critical
// value over N.
func measureCramersV(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur := c.binned(nil)
	bins := occupied(ref, cur)
	if bins < 2 {
		m.Status = Undefined
		return m
	}
	m.Value = CramersV(ref, cur)
	rows := float64(c.ref.n) + float64(c.cur.n)
	chance := math.Sqrt(c.options.DesignEffect * c.chiSquaredQuantile(bins-1) / rows)
	c.judge(&m, min(max(c.options.Tolerance, chance), 1))
	return m
}

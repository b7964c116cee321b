package detectors

import "math"

// JensenShannon returns the Jensen–Shannon distance between two aligned vectors of counts: the square root of the
// divergence with logarithms to base 2, so that it is a metric between 0 (equal shares) and 1 (no bin in common). It is
// symmetric, and 0 if a side is empty. (SciPy: distance.jensenshannon(p, q, base=2).)
func JensenShannon(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var sum float64
	for i := range ref {
		p, q := float64(ref[i])/m, float64(cur[i])/n
		if p == q {
			continue
		}
		// p·ln(p/μ) + q·ln(q/μ) with μ = (p+q)/2, written in d = (q−p)/(p+q): no digits are lost where p ≈ q.
		d := (q - p) / (p + q)
		sum += (p + q) / 2 * (xlog1p(1+d, d) + xlog1p(1-d, -d))
	}
	return math.Sqrt(min(max(sum, 0)/(2*math.Ln2), 1))
}

// xlog1p returns x·ln(1+y), and 0 for x = 0.
func xlog1p(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log1p(y)
}

// measureJensenShannon measures over the bins of psi (numeric) or the union of categories, without a floor.
//
// For small shifts the divergence in nats is an eighth of PSI, so the distance that chance alone reaches is
// √(T / (8 ln 2)), with the T of psi.
func measureJensenShannon(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur := c.binned(psiCuts("psi", c.layout))
	m.Value = JensenShannon(ref, cur)
	chance := c.perRow() * c.chiSquaredQuantile(occupied(ref, cur)-1) / (8 * math.Ln2)
	c.judge(&m, min(max(c.options.Tolerance, math.Sqrt(chance)), 1))
	return m
}

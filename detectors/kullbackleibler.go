package detectors

import "math"

// KullbackLeibler returns the divergence Σ p·ln(p/q), in nats, of the current shares q from the reference's p over two
// aligned vectors of counts. An empty bin would make it infinite, so shares are floored at 1e-4 as for PSI, and then
// scaled to sum to 1 again, without which the sum could be negative. It is 0 for equal shares and if a side is empty, at
// most 9.22, and not symmetric. (SciPy: entropy(p, q) of the floored shares; Evidently's kl_div is the same over
// categories of which none holds less than 1e-4.)
func KullbackLeibler(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var refSum, curSum float64
	for i := range ref {
		if ref[i] > 0 || cur[i] > 0 {
			refSum += max(float64(ref[i])/m, psiFloor)
			curSum += max(float64(cur[i])/n, psiFloor)
		}
	}
	var sum float64
	for i := range ref {
		if ref[i] > 0 || cur[i] > 0 {
			p := max(float64(ref[i])/m, psiFloor) / refSum
			q := max(float64(cur[i])/n, psiFloor) / curSum
			// Each term p·ln(p/q) − p + q is 0 or more, and the additions cancel in the sum.
			d := (q - p) / p
			sum += p * (d - math.Log1p(d))
		}
	}
	return max(sum, 0)
}

// measureKullbackLeibler measures over the bins of psi (numeric) or the union of categories; bins that are empty on both
// sides do not count. For small shifts the divergence is half of PSI, and so is what chance reaches.
func measureKullbackLeibler(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur := c.binned(psiCuts("psi", c.layout))
	m.Value = KullbackLeibler(ref, cur)
	c.judge(&m, max(c.options.Tolerance, c.chance(ref, cur)/2))
	return m
}

package detectors

import "math"

// Hellinger returns the Hellinger distance √(½ Σ (√p − √q)²) between the shares p and q of two aligned vectors of counts:
// 0 for equal shares, 1 without a bin in common, 0 if a side is empty. No floor is needed: empty bins are as good as
// others. (NannyML, whylogs and Frouros write it so; √(1 − Σ√(pq)) is the same number with fewer digits.)
func Hellinger(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var sum float64
	for i := range ref {
		d := math.Sqrt(float64(ref[i])/m) - math.Sqrt(float64(cur[i])/n)
		sum += d * d
	}
	return min(math.Sqrt(sum/2), 1)
}

// measureHellinger measures overBins. For small shifts the squared distance is an eighth of PSI, so chance alone reaches
// √(T/8), with the T of psi.
func measureHellinger(c *comparison, name string) Measurement {
	return c.overBins(name, Hellinger, func(ref, cur []uint64) float64 { return math.Sqrt(c.chance(ref, cur) / 8) })
}

// overBins measures a distance from 0 to 1 over the bins of psi (numeric) or the union of categories. The limit is the
// tolerance, or what chance alone reaches if that is more.
func (c *comparison) overBins(name string, distance, chance func(ref, cur []uint64) float64) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur := c.binned(psiCuts("psi", c.layout))
	m.Value = distance(ref, cur)
	c.judge(&m, min(max(c.options.Tolerance, chance(ref, cur)), 1))
	return m
}

// chance returns T = deff·(1/n + 1/m)·χ²₍B−1, 1−α/d₎, what chance alone reaches of Σ (q − p)²/p over the B bins that hold
// anything.
func (c *comparison) chance(ref, cur []uint64) float64 {
	return c.perRow() * c.chiSquaredQuantile(occupied(ref, cur)-1)
}

package detectors

import "math"

// TotalVariation returns the total variation distance ½ Σ |p − q| between the shares of two aligned vectors of counts:
// the part of all rows that would have to change its bin. It is 0 for equal shares, 1 without a bin in common, and 0 if
// a side is empty.
func TotalVariation(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var sum float64
	for i := range ref {
		sum += math.Abs(float64(ref[i])/m - float64(cur[i])/n)
	}
	return min(sum/2, 1)
}

// measureTotalVariation measures overBins. By Cauchy and Schwarz the distance is at most half the root of Σ (q − p)²/p, so
// chance alone stays below √T/2, with the T of psi.
func measureTotalVariation(c *comparison, name string) Measurement {
	return c.overBins(name, TotalVariation, func(ref, cur []uint64) float64 { return math.Sqrt(c.chance(ref, cur)) / 2 })
}

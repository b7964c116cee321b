package detectors

import "math"

// LInfinity returns the largest difference of the shares of one bin, max |p − q|, between two aligned vectors of counts:
// 0 for equal shares, at most 1, and 0 if a side is empty.
func LInfinity(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var largest float64
	for i := range ref {
		largest = max(largest, math.Abs(float64(ref[i])/m-float64(cur[i])/n))
	}
	return largest
}

// measureLInfinity measures overBins. A share varies by at most ½·√(deff·(1/n + 1/m)), and chance has as many tries as there
// are bins.
func measureLInfinity(c *comparison, name string) Measurement {
	return c.overBins(name, LInfinity, func(ref, cur []uint64) float64 {
		return normalQuantile(c.options.level()/float64(2*occupied(ref, cur))) / 2 * math.Sqrt(c.perRow())
	})
}

package faults

import "math"

// surge tells whether a share of the current rows is above the reference's by more than the tolerance and by more than
// chance: two proportions, normal approximation with the pooled share, and a correction for small counts.
func surge(hits, n, refHits, m uint64, tolerance float64, o Options) bool {
	if n == 0 || m == 0 || hits == 0 {
		return false
	}
	hits, refHits = min(hits, n), min(refHits, m)
	now, before := float64(hits)/float64(n), float64(refHits)/float64(m)
	pooled := (float64(hits) + float64(refHits)) / (float64(n) + float64(m))
	chance := z(o.level())*math.Sqrt(pooled*(1-pooled)*(1/float64(n)+1/float64(m))) + 1/float64(n)
	return now-before > max(tolerance, chance) && hits >= leastHits
}

// leastHits is the least number of rows that make a fault: fewer are an accident.
const leastHits = 5

// z returns what a standard normal variable exceeds with the given probability.
func z(level float64) float64 { return math.Sqrt2 * math.Erfcinv(2*level) }

// share returns hits/n within [0, 1]; 0 for n = 0.
func share(hits, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return min(float64(hits)/float64(n), 1)
}

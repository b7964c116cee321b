package faults

import "math"

// Onset tells whether a fault began inside a stretch of n rows, given that it shows in hits of them, the first at position
// first, counted from 0: if it had been there from the start, the chance of so many rows without it would be below 1 in
// 10,000.
func Onset(first, hits, n int) bool {
	if first <= 0 || hits <= 0 || hits > n-first {
		return false
	}
	rate := float64(hits) / float64(n-first)
	return rate >= 1 || float64(first)*math.Log1p(-rate) < math.Log(1e-4)
}

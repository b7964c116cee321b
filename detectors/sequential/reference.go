package sequential

import (
	"math"
	"slices"
)

// meanAbove returns what the mean of a distribution on [0, 1] does not exceed with the given confidence, if n
// independent values have the mean p: the largest q with n·kl(p, q) ≤ ln(1/(1 − confidence)), kl being their divergence
// as Bernoulli distributions (W. Hoeffding 1963, Chernoff's bound). It is 1 for n = 0. 60 halvings.
func meanAbove(p, n, confidence float64) float64 {
	allowed := -math.Log(1-confidence) / n
	low, high := p, 1.0
	for range 60 {
		if q := (low + high) / 2; divergence(p, q) <= allowed {
			low = q
		} else {
			high = q
		}
	}
	return high
}

// divergence is that of Kullback and Leibler of two Bernoulli distributions, p·ln(p/q) + (1 − p)·ln((1 − p)/(1 − q)),
// 0·ln 0 being 0.
func divergence(p, q float64) (sum float64) {
	if p > 0 {
		sum += p * math.Log(p/q)
	}
	if p < 1 {
		sum += (1 - p) * math.Log((1-p)/(1-q))
	}
	return sum
}

// distanceAbove returns what the total variation distance of n independent values' shares of so many bins from the true ones
// does not exceed with the given confidence: its mean is at most ½·√((bins − 1)/n), and one value moves it by 1/n at most
// (McDiarmid). The bins must not come from the same values.
func distanceAbove(bins, n int, confidence float64) float64 {
	return math.Sqrt(float64(bins-1)/float64(n))/2 + math.Sqrt(-math.Log(1-confidence)/float64(2*n))
}

// quantileCuts returns cuts between bins of about equal numbers of values, without repetition; bins are [a, b), the
// outer ones open. A value that holds at least the share of one bin gets a bin [v, v] of its own, so that a stream that
// was constant shows when it is no longer. It sorts the values.
func quantileCuts(values []float64, bins int) (cuts []float64) {
	slices.Sort(values)
	n := len(values)
	for i := 1; i < bins; i++ {
		v := values[i*n/bins]
		cuts = append(cuts, v)
		first, _ := slices.BinarySearch(values, v)
		next := math.Nextafter(v, math.Inf(1))
		last, _ := slices.BinarySearch(values, next)
		if (last-first)*bins >= n {
			cuts = append(cuts, next)
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

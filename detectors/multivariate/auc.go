package multivariate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// curve is the area under a ROC curve and how sure it is.
type curve struct {
	area float64
	std  float64 // DeLong's
	null float64 // standard deviation without a difference, for scores that do not depend on the sides
}

// areaUnder returns the probability that a random score of cur is above one of ref, ties counted half, by midranks;
// DeLong, DeLong and Clarke-Pearson (1988) for its variance, and the variance of the Mann–Whitney statistic, corrected
// for ties, for that without a difference. O(N log N). Both sides need a value.
func areaUnder(ref, cur []float64) curve {
	type scored struct {
		score float64
		at    int
	}
	all := make([]scored, 0, len(ref)+len(cur))
	for i, x := range ref {
		all = append(all, scored{x, i})
	}
	for i, x := range cur {
		all = append(all, scored{x, len(ref) + i})
	}
	slices.SortFunc(all, func(a, b scored) int {
		switch {
		case a.score < b.score:
			return -1
		case a.score > b.score:
			return 1
		}
		return 0
	})
	m, n := float64(len(ref)), float64(len(cur))
	size := m + n
	// placements: of each score of cur the share of ref below it, and of each of ref the share of cur above it
	placements := make([]float64, len(all))
	var ties, below, above float64 // below: scores of ref passed; above: scores of cur passed
	for from := 0; from < len(all); {
		to, refs := from, 0.0
		for ; to < len(all) && all[to].score == all[from].score; to++ {
			if all[to].at < len(ref) {
				refs++
			}
		}
		curs := float64(to-from) - refs
		for _, s := range all[from:to] {
			if s.at < len(ref) {
				placements[s.at] = 1 - (above+curs/2)/n
			} else {
				placements[s.at] = (below + refs/2) / m
			}
		}
		tied := float64(to - from)
		ties += tied * (tied*tied - 1)
		below, above, from = below+refs, above+curs, to
	}
	area, _ := meanVariance(placements[len(ref):])
	_, varianceRef := meanVariance(placements[:len(ref)])
	_, varianceCur := meanVariance(placements[len(ref):])
	c := curve{area: area, std: math.Sqrt(varianceRef/m + varianceCur/n)}
	if size > 1 {
		c.null = math.Sqrt(max(0, (size+1)-ties/(size*(size-1))) / (12 * m * n))
	}
	return c
}

// meanVariance returns mean and variance with ddof 1, 0 of one value.
func meanVariance(values []float64) (mean, variance float64) {
	for _, x := range values {
		mean += x
	}
	mean /= float64(len(values))
	for _, x := range values {
		variance += (x - mean) * (x - mean)
	}
	return mean, variance / max(1, float64(len(values)-1))
}

// bounds returns 95 % confidence bounds. If the sides do not overlap at all, DeLong's variance is 0: the lower bound is
// then the area A for which as many independent pairs as the smaller side has rows all win with probability A^min.
func (c curve) bounds(n, m int) (lower, upper float64) {
	const z, tail = detectors.Normal95, 0.025
	lower, upper = c.area-z*c.std, c.area+z*c.std
	if c.std == 0 && c.area == 1 {
		lower = math.Pow(tail, 1/float64(min(n, m)))
	}
	return max(0, lower), min(1, upper)
}

// outOfFold is how much more the area under the curve of a cross-validated classifier varies without a difference than
// that of scores that know nothing of the sides. To first order such an area is a quadratic form Σ kᵢⱼ·yᵢ·yⱼ of the
// sides y: row i was scored by what row j taught and j by what i taught, equally, so that each pair counts twice, and
// twice the same has twice the variance of two that are independent.
const outOfFold = math.Sqrt2

// pValue returns the probability of so large an area without a difference, one-sided.
func (c curve) pValue() float64 {
	if c.null == 0 {
		return 1
	}
	return normalSurvival((c.area - 0.5) / (outOfFold * c.null))
}

// chance returns the area that is exceeded without a difference with probability alpha.
func (c curve) chance(alpha float64) float64 {
	return 0.5 + distuv.UnitNormal.Quantile(1-alpha)*outOfFold*c.null
}

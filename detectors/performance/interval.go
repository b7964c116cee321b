package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// z95 is the 97.5 % quantile of the normal distribution: two-sided 95 % bounds.
const z95 = 1.959963984540054

// Wilson returns the 95 % score bounds of a proportion p observed on n cases (E. B. Wilson, JASA 22:209–212, 1927). n
// may be a fraction: an effective size. Without cases the bounds are 0 and 1.
func Wilson(p, n float64) (lower, upper float64) {
	return detectors.Wilson(p*n, n)
}

// atLeastOne returns the design effect to divide by: one that is not known, or below 1, counts as 1. A value below 1
// would claim more certainty than independent rows give.
func atLeastOne(deff float64) float64 {
	if deff > 1 && !math.IsInf(deff, 1) {
		return deff
	}
	return 1
}

package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// wilson is detectors.Wilson for a proportion p observed on n cases.
func wilson(p, n float64) (lower, upper float64) {
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

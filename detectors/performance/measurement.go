package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// measured is a measurement that could be taken: n rows, of which neff independent cases stand behind its uncertainty.
func measured(name, class string, value float64, n uint64, neff float64) detectors.Measurement {
	return detectors.Measurement{Name: name, Class: class, Value: value, N: n, NEff: new(neff), Status: detectors.OK}
}

// undefined is a measurement with a zero denominator: 0, as scikit-learn has it.
func undefined(name, class string, n uint64) detectors.Measurement {
	return detectors.Measurement{Name: name, Class: class, N: n, NEff: new(0.0), Status: detectors.Undefined}
}

// proportion measures hits out of cases, n being the rows they were taken from, with Wilson's bounds.
func proportion(name, class string, hits, cases, n uint64, deff float64) detectors.Measurement {
	if cases == 0 {
		return undefined(name, class, n)
	}
	p, neff := float64(hits)/float64(cases), float64(cases)/deff
	out := measured(name, class, p, n, neff)
	lower, upper := wilson(p, neff)
	out.Lower, out.Upper = new(lower), new(upper)
	return out
}

// wilson is detectors.Wilson for a proportion p observed on n cases.
func wilson(p, n float64) (lower, upper float64) {
	return detectors.Wilson(p*n, n)
}

// AtLeastOne returns the design effect to divide by: one that is not known, or below 1, counts as 1. A value below 1
// would claim more certainty than independent rows give.
func AtLeastOne(deff float64) float64 {
	if deff > 1 && !math.IsInf(deff, 1) {
		return deff
	}
	return 1
}

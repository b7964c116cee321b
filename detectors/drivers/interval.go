package drivers

import (
	"math"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Label writes a bin as people do: the category; or the interval as "< 10", "10 to 20" (10 ≤ x < 20), "≥ 20", "= 5", "above 0 to 5",
// "> 0", and "any" without bounds. Bounds have four digits.
func Label(b detectors.Bin, numeric bool) string {
	if !numeric {
		return b.Category
	}
	below, above := math.IsInf(b.Low, -1), math.IsInf(b.High, 1)
	switch {
	case below && above:
		return "any"
	case b.Low == b.High:
		return "= " + bound(b.Low)
	case below:
		return "< " + bound(b.High)
	case above && b.Low == math.SmallestNonzeroFloat64: // beside zeros that have a bin of their own
		return "> 0"
	case above:
		return "≥ " + bound(b.Low)
	}
	if b.Low == math.SmallestNonzeroFloat64 {
		return "above 0 to " + bound(b.High)
	}
	return bound(b.Low) + " to " + bound(b.High)
}

// bound writes a number with four digits: whole numbers below ten million as they are.
func bound(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e7 {
		return strconv.FormatFloat(x+0, 'f', 0, 64)
	}
	if a := math.Abs(x); a >= 1e4 && a < 1e7 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

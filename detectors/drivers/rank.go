package drivers

import (
	"cmp"
	"slices"
)

// Driver is one column and how far it moved.
type Driver struct {
	Column string
	// Distance is the Jensen–Shannon distance in [0, 1].
	Distance float64
	// Correlation with the change of performance; nil if it is not known.
	Correlation *float64
}

// Rank sorts columns by their distance, the farthest first; columns equally far stand by their correlation, the highest
// first, then by name.
func Rank(all []Driver) {
	slices.SortStableFunc(all, func(a, b Driver) int {
		return cmp.Or(cmp.Compare(b.Distance, a.Distance), cmp.Compare(correlation(b), correlation(a)), cmp.Compare(a.Column, b.Column))
	})
}

// correlation orders what is not known below everything else.
func correlation(d Driver) float64 {
	if d.Correlation == nil {
		return -2
	}
	return *d.Correlation
}

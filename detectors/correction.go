package detectors

import (
	"math"
	"slices"
)

// Correction is a way to judge many p-values together: the more tests there are, the more of them are small by chance.
type Correction string

// The corrections. Bonferroni and Holm bound the probability of a single false alarm in the family by α, whatever the
// dependence of the tests, and Holm never rejects less. BenjaminiHochberg bounds the share of false alarms among the
// alarms, for tests that are independent or positively dependent.
const (
	Bonferroni        Correction = "bonferroni"
	Holm              Correction = "holm"
	BenjaminiHochberg Correction = "bh"
)

// Corrections lists them all.
func Corrections() []Correction { return []Correction{Bonferroni, Holm, BenjaminiHochberg} }

// Adjust returns the adjusted p-values of one family, in the order given: a test rejects at α, the family taken into
// account, if its adjusted p is at most α. They are at least as large as the plain ones and at most 1; NaN counts as 1. An
// unknown correction leaves them as they are. It costs a sort. (statsmodels: multipletests(p, method="bonferroni", "holm"
// or "fdr_bh"). S. Holm, Scandinavian Journal of Statistics 6, 1979; Y. Benjamini and Y. Hochberg, JRSS B 57, 1995.)
func (k Correction) Adjust(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	for i, x := range p {
		adjusted[i] = x
		if !(x <= 1) {
			adjusted[i] = 1
		}
	}
	n := len(p)
	order := make([]int, n) // from the smallest p to the largest
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case adjusted[a] < adjusted[b]:
			return -1
		case adjusted[a] > adjusted[b]:
			return 1
		}
		return 0
	})
	switch k {
	case Bonferroni:
		for i := range adjusted {
			adjusted[i] = math.Min(adjusted[i]*float64(n), 1)
		}
	case Holm:
		var least float64 // an adjusted p is no smaller than that of a smaller p
		for rank, i := range order {
			least = max(least, min(adjusted[i]*float64(n-rank), 1))
			adjusted[i] = least
		}
	case BenjaminiHochberg:
		most := 1.0 // nor larger than that of a larger one
		for rank, i := range slices.Backward(order) {
			most = min(most, max(adjusted[i]*float64(n)/float64(rank+1), adjusted[i])) // ·n/n may round down
			adjusted[i] = most
		}
	}
	return adjusted
}

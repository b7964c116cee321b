package detectors

import (
	"maps"
	"math"
	"slices"
	"sort"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Bin is one bin of the measure psi with what both sides have in it.
type Bin struct {
	// Low and High bound a numeric bin: Low ≤ x < High, infinite at the outer ends. Low and High are the same for a bin of
	// one value.
	Low, High float64
	// Category is the value of a categorical bin.
	Category string
	// Ref and Cur count the values of the reference and of the current sample.
	Ref, Cur uint64
}

// Bins lays two samples side by side in the bins of the measure psi, so that PSI and JensenShannon over them are the
// measures of that name: the cuts of the layout for a numeric column, ascending, else the union of categories by name.
// The layout is ref's own. Bins that are empty on both sides are there for numbers. A text column has none.
func Bins(layout *profile.ColumnLayout, ref, cur *Sample) []Bin {
	switch layout.Kind {
	case profile.Numeric:
		return numericBins(psiCuts("psi", layout), ref.numbers, cur.numbers)
	case profile.Categorical, profile.Boolean:
		return categoryBins(ref.categories, cur.categories)
	case profile.Text:
	}
	return nil
}

// numericBins counts by binary search for each cut, not for each value.
func numericBins(cuts, ref, cur []float64) []Bin {
	bins := make([]Bin, len(cuts)+1)
	low, below := math.Inf(-1), [2]int{}
	for i := range bins {
		high, upTo := math.Inf(1), [2]int{len(ref), len(cur)}
		if i < len(cuts) {
			high = cuts[i]
			upTo = [2]int{sort.SearchFloat64s(ref, high), sort.SearchFloat64s(cur, high)}
		}
		bins[i] = Bin{Low: low, High: high, Ref: uint64(upTo[0] - below[0]), Cur: uint64(upTo[1] - below[1])}
		if high == math.Nextafter(low, math.Inf(1)) {
			bins[i].High = low
		}
		low, below = high, upTo
	}
	return bins
}

func categoryBins(ref, cur map[string]uint64) []Bin {
	names := slices.AppendSeq(slices.Collect(maps.Keys(ref)), maps.Keys(cur))
	slices.Sort(names)
	var bins []Bin
	for _, name := range slices.Compact(names) {
		if ref[name] > 0 || cur[name] > 0 {
			bins = append(bins, Bin{Category: name, Ref: ref[name], Cur: cur[name]})
		}
	}
	return bins
}

package faults

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Schema names the columns that are gone from the current rows and those that are new. A new one with the distribution of
// one that is gone, and of no other, is taken for the same column under another name.
func Schema(gone, added []*Column) []Finding {
	fits := make([][]int, len(gone))
	suitors := make([]int, len(added))
	for i, old := range gone {
		for j, fresh := range added {
			if sameDistribution(old, fresh) {
				fits[i] = append(fits[i], j)
				suitors[j]++
			}
		}
	}
	var all []Finding
	taken := make([]bool, len(added))
	for i, old := range gone {
		if len(fits[i]) == 1 && suitors[fits[i][0]] == 1 {
			taken[fits[i][0]] = true
			all = append(all, Finding{
				Column: old.Name, Kind: ColumnRenamed, Share: 1,
				Clause: "seems to be called " + Quote(added[fits[i][0]].Name) + " now", Detail: "same distribution",
			})
			continue
		}
		all = append(all, Finding{Column: old.Name, Kind: ColumnMissing, Share: 1, Clause: "is gone: no row has this column"})
	}
	for j, fresh := range added {
		if !taken[j] {
			all = append(all, Finding{Column: fresh.Name, Kind: ColumnAdded, Share: 1, Clause: "is a new column: the reference never had it"})
		}
	}
	return all
}

// renameDistance is how far apart two columns may be beyond chance to count as one.
const renameDistance = 0.03

// sameDistribution tells whether two columns hold the same, as far as can be seen. Columns that nearly always say one thing
// are not told apart by it, so they are not the same.
func sameDistribution(a, b *Column) bool {
	if a.Kind != b.Kind || math.Abs(share(a.Missing, a.Rows)-share(b.Missing, b.Rows)) > renameDistance {
		return false
	}
	n, m := b.values(), a.values()
	if n < leastValues || m < leastValues {
		return false
	}
	within := alikeWithin(a, b)
	if a.Kind == profile.Numeric {
		// The gap at the median is known at once, and most pairs of columns end here: it is at most 1/fine above that at the cuts.
		if newUndoing(a.Numbers, b.Numbers, 1).distance > within+1.0/fine {
			return false
		}
		return len(ascending(a.Numbers).cuts(fine)) > 0 && apart(a, b) <= within
	}
	return len(a.Categories) > 1 && apart(a, b) <= within
}

// alikeWithin is how far apart two columns of one distribution may be.
func alikeWithin(a, b *Column) float64 {
	return 1.63*math.Sqrt(1/float64(a.values())+1/float64(b.values())) + renameDistance
}

// apart returns how far the distributions of two columns of one kind are from each other: the largest gap at the cuts of either,
// or half the sum of the gaps of all categories.
func apart(a, b *Column) float64 {
	if a.Kind == profile.Numeric {
		return max(newUndoing(a.Numbers, b.Numbers, fine).distance, newUndoing(b.Numbers, a.Numbers, fine).distance)
	}
	n, m := b.values(), a.values()
	var gaps float64
	for name, count := range a.Categories {
		gaps += math.Abs(share(count, m) - share(b.Categories[name], n))
	}
	for name, count := range b.Categories {
		if a.Categories[name] == 0 {
			gaps += share(count, n)
		}
	}
	return gaps / 2
}

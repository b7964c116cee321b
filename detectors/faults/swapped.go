package faults

// How far apart two columns must have been for it to be seen that they changed places: so far, and so many times what still
// counts as one distribution, lest two neighbours drift past each other.
const (
	leastApart  = 0.25
	timesAlike  = 4
	leastUnlike = 0.9 // far enough, whatever the rows
)

// Swapped names the columns that hold each other's values. Both lists are of the same columns in the same order, before and now;
// those that are not to be looked at are nil in either. A column changes places with one other, each having left its own
// distribution for the other's, and with no third: of several alike it cannot be told which. The findings are by place in the
// lists, nil where there is none.
func Swapped(before, now []*Column) []*Finding {
	found := make([]*Finding, min(len(before), len(now)))
	var moved []int
	for i := range found {
		if before[i] != nil && now[i] != nil && !sameDistribution(before[i], now[i]) {
			moved = append(moved, i)
		}
	}
	partners := make(map[int][]int)
	for _, i := range moved {
		for _, j := range moved {
			if i != j && sameDistribution(before[j], now[i]) {
				partners[i] = append(partners[i], j)
			}
		}
	}
	for _, i := range moved {
		if len(partners[i]) != 1 {
			continue
		}
		if j := partners[i][0]; len(partners[j]) == 1 && partners[j][0] == i && unlike(before[i], before[j]) {
			found[i] = &Finding{
				Column: now[i].Name, Kind: ColumnsSwapped, Share: 1,
				Clause: "holds the values of " + Quote(now[j].Name), Detail: "the two columns have changed places",
			}
		}
	}
	return found
}

// unlike tells whether two columns are too far apart to be taken for each other.
func unlike(a, b *Column) bool {
	return apart(a, b) > min(max(leastApart, timesAlike*alikeWithin(a, b)), leastUnlike)
}

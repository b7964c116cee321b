package performance

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The blocks that a bootstrap draws from.
const (
	leastDayBlocks = 12 // with fewer days, rows are cut instead
	mostBlocks     = 48 // more days than that are put together
	rowBlocks      = 20
	leastRowBlocks = 8 // without so many rows there are no bounds
)

// cutBlocks puts rows into blocks of consecutive ones, so that rows that are alike because they are close stay together:
// UTC days if every row has a time and there are 12 days or more (neighbouring days share a block if there are more
// than 48), else 20 blocks of as many rows, in order. Index is the block of each row; blocks is 0 for less than 8 rows.
func cutBlocks(at []profile.Instant) (index []int, blocks int) {
	index = make([]int, len(at))
	days := make([]int64, 0, mostBlocks)
	for _, t := range at {
		if t == profile.Dawn {
			days = nil
			break
		}
		if d := t.Index(day); len(days) == 0 || days[len(days)-1] != d {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	if len(days) >= leastDayBlocks {
		blocks = min(len(days), mostBlocks)
		for i, t := range at {
			d, _ := slices.BinarySearch(days, t.Index(day))
			index[i] = d * blocks / len(days)
		}
		return index, blocks
	}
	if len(at) < leastRowBlocks {
		return index, 0
	}
	blocks = min(rowBlocks, len(at))
	for i := range at {
		index[i] = i * blocks / len(at)
	}
	return index, blocks
}

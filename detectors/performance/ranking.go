package performance

import (
	"math"
	"slices"
	"sort"
)

// ranking holds the scores of one class against all others, for measures that only ask for their order.
//
// Up to limit distinct scores are kept as they are, and ROC AUC and average precision are exact. Beyond that, scores
// share cells: level 0 has a cell for every float64, each level more makes cells twice as wide, and the ranking is on
// the lowest level at which its scores fill no more than limit cells. That level depends on the set of scores alone, so
// neither order nor grouping shows. Cells are narrow near 0 and near 1 (see position), as the scores of rare classes
// crowd there.
type ranking struct {
	limit int
	level uint8
	cells map[int64]scoreCell
	exact *exactRanking // in place of cells, without a limit
}

// scoreCell counts the rows of one cell. Low and high are its extreme scores: if they are the same, the rows are truly
// tied; else their order is lost.
type scoreCell struct {
	low, high          float64
	negative, positive uint64
}

const (
	// exactScores is how many distinct scores of one class are kept apart.
	exactScores = 4096
	// maxCells bounds the cells of all classes of a tally; a cell takes 40 bytes and its share of the map's slack, at
	// worst about 100 bytes, so that a tally stays below 7 MB (0.4 MB for a binary model).
	maxCells  = 16 * exactScores
	leastCell = 64
	maxLevel  = 63 // at which any scores fill three cells at most
)

// newRanking returns the empty ranking of one of so many classes.
func newRanking(classes int) ranking {
	return ranking{limit: min(exactScores, max(maxCells/max(classes, 1), leastCell))}
}

// ordinal maps finite float64 to int64 so that both compare alike, 0 to 0.
func ordinal(x float64) int64 {
	b := int64(math.Float64bits(x + 0))
	if b < 0 {
		return -(b & math.MaxInt64)
	}
	return b
}

// position maps scores to integers in order, half as fine as float64. Neighbouring positions are as close to each other
// as they are to the nearer one of 0 and 1: a score of 0.9999 is told from 0.9998 as 0.0001 is from 0.0002.
func position(x float64) int64 {
	switch half := ordinal(0.5); {
	case x <= 0.5:
		return ordinal(x) >> 1
	case x <= 1:
		return half - ordinal(1-x)>>1 // 1 − x is exact here
	default:
		return half + (ordinal(x)-ordinal(1))>>1
	}
}

// cellOf returns the cell of a score. Cells of a level are unions of those of the level before.
func cellOf(score float64, level uint8) int64 {
	if level == 0 {
		return ordinal(score)
	}
	return position(score) >> (level - 1)
}

// add counts a row with a finite score.
func (r *ranking) add(score float64, positive bool) {
	if r.exact != nil {
		r.exact.add(score, positive)
		return
	}
	row := scoreCell{low: score + 0, high: score + 0} // −0 and 0 are one score
	if positive {
		row.positive = 1
	} else {
		row.negative = 1
	}
	r.put(row)
	if len(r.cells) > r.limit {
		r.fold()
	}
}

// put adds rows whose scores share a cell.
func (r *ranking) put(rows scoreCell) {
	if r.cells == nil {
		r.cells = make(map[int64]scoreCell)
	}
	key := cellOf(rows.low, r.level)
	if cell, ok := r.cells[key]; ok {
		rows.low, rows.high = min(rows.low, cell.low), max(rows.high, cell.high)
		rows.negative += cell.negative
		rows.positive += cell.positive
	}
	r.cells[key] = rows
}

// raise puts all rows into the cells of a higher level.
func (r *ranking) raise(level uint8) {
	cells := r.cells
	r.cells, r.level = make(map[int64]scoreCell, len(cells)), level
	for _, cell := range cells {
		r.put(cell)
	}
}

// fold goes up to the lowest level that has room.
func (r *ranking) fold() {
	positions := make([]int64, 0, len(r.cells))
	for _, cell := range r.cells {
		positions = append(positions, position(cell.low))
	}
	slices.Sort(positions)
	filled := func(level int) int {
		n := 1
		for i := 1; i < len(positions); i++ {
			if positions[i]>>(level-1) != positions[i-1]>>(level-1) {
				n++
			}
		}
		return n
	}
	first := int(r.level) + 1
	up := sort.Search(maxLevel-first, func(i int) bool { return filled(first+i) <= r.limit })
	r.raise(uint8(first + up)) // at most maxLevel
}

func (r *ranking) merge(o *ranking) {
	if o.level > r.level {
		r.raise(o.level)
	}
	for _, cell := range o.cells {
		r.put(cell)
	}
	if len(r.cells) > r.limit {
		r.fold()
	}
}

package performance

import (
	"math"
	"slices"
	"sort"

	"github.com/anchorwatch/anchorwatch/detectors"
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

// ascending returns the cells in order of their scores, and the rows in them. They must not be changed.
func (r *ranking) ascending() (cells []scoreCell, positives, negatives float64) {
	if r.exact != nil {
		return r.exact.ascending(), float64(len(r.exact.positive)), float64(len(r.exact.negative))
	}
	cells = make([]scoreCell, 0, len(r.cells))
	for _, cell := range r.cells {
		cells = append(cells, cell)
		positives += float64(cell.positive)
		negatives += float64(cell.negative)
	}
	slices.SortFunc(cells, func(a, b scoreCell) int {
		if a.low < b.low {
			return -1
		}
		return 1
	})
	return cells, positives, negatives
}

// measurements are ROC AUC and average precision of what ascending returned, nothing without scores.
func (r *ranking) measurements(cells []scoreCell, positives, negatives float64, class string, deff float64) []detectors.Measurement {
	if len(cells) == 0 {
		return nil
	}
	return []detectors.Measurement{
		r.rocAUC(cells, positives, negatives, class, deff),
		r.averagePrecision(cells, positives, negatives, class, deff),
	}
}

// rocAUC is the share of pairs of a positive and a negative row that the scores order rightly, ties counted half. Its
// bounds are DeLong's (Biometrics 44:837–845, 1988), widened by the design effect; a ranking without any error gives
// none. Where scores share cells, pairs in one cell are counted half too, and the certified bounds say what it would be
// if they were all right or all wrong. With labels of one class only it is undefined.
func (r *ranking) rocAUC(cells []scoreCell, positives, negatives float64, class string, deff float64) detectors.Measurement {
	n := uint64(positives + negatives)
	if positives == 0 || negatives == 0 {
		return undefined("roc_auc", class, n)
	}
	var right, unsure, squares10, squares01 float64
	below, above := 0.0, positives // negatives below the cell, positives in it and above
	for _, cell := range cells {
		p, q := float64(cell.positive), float64(cell.negative)
		above -= p
		right += p * (below + q/2)
		if cell.low != cell.high {
			unsure += p * q / 2
		}
		v10, v01 := (below+q/2)/negatives, (above+p/2)/positives
		squares10 += p * v10 * v10
		squares01 += q * v01 * v01
		below += q
	}
	pairs := positives * negatives
	auc := right / pairs
	out := measured("roc_auc", class, auc, n, float64(n)/deff)
	if positives > 1 && negatives > 1 {
		variance := max(squares10-positives*auc*auc, 0)/(positives-1)/positives +
			max(squares01-negatives*auc*auc, 0)/(negatives-1)/negatives
		if half := detectors.Normal95 * math.Sqrt(variance*deff); variance > 1e-15 {
			out.Lower, out.Upper = new(max(auc-half, 0)), new(min(auc+half, 1))
		}
	}
	if r.level > 0 {
		out.CertifiedLower, out.CertifiedUpper = new(max((right-unsure)/pairs, 0)), new(min((right+unsure)/pairs, 1))
	}
	return out
}

// averagePrecision is Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from the highest down. Where scores share a cell, its
// rows are taken as evenly mixed, and the certified bounds put the positive rows all first or all last. Without
// positive rows it is undefined.
func (r *ranking) averagePrecision(cells []scoreCell, positives, negatives float64, class string, deff float64) detectors.Measurement {
	n := uint64(positives + negatives)
	if positives == 0 {
		return undefined("average_precision", class, n)
	}
	var value, lower, upper float64
	hits, misses := 0.0, 0.0 // positive and negative rows of higher scores
	for _, cell := range slices.Backward(cells) {
		p, q := float64(cell.positive), float64(cell.negative)
		last := (hits + p) / (hits + p + misses + q)
		switch {
		case p == 0:
		case cell.low == cell.high:
			value, lower, upper = value+p*last, lower+p*last, upper+p*last
		default:
			middle := hits + (p+1)/2
			value += p * middle / (middle + misses + q/2)
			// The precision of the positive rows one by one is concave, so its mean is above that of both ends.
			lower += p * ((hits+1)/(hits+1+misses+q) + last) / 2
			upper += p * (hits + p) / (hits + p + misses)
		}
		hits, misses = hits+p, misses+q
	}
	out := measured("average_precision", class, min(value/positives, 1), n, float64(n)/deff)
	if r.level > 0 {
		out.CertifiedLower, out.CertifiedUpper = new(lower/positives), new(min(upper/positives, 1))
	}
	return out
}

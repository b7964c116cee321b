package performance

import "slices"

// exactRanking holds all scores of one class against all others, for batches. It sorts them once, when they are asked
// for, which is several times faster than finding a cell for each.
type exactRanking struct {
	negative, positive []float64
	cells              []scoreCell // of the scores so far; nil if scores were added since
}

func (e *exactRanking) add(score float64, positive bool) {
	e.cells = nil
	if positive {
		e.positive = append(e.positive, score)
		return
	}
	e.negative = append(e.negative, score)
}

// ascending returns a cell for each distinct score, in order.
func (e *exactRanking) ascending() []scoreCell {
	if e.cells != nil {
		return e.cells
	}
	slices.Sort(e.negative)
	slices.Sort(e.positive)
	negative, positive := e.negative, e.positive
	e.cells = make([]scoreCell, 0, len(negative)+len(positive))
	for len(negative)+len(positive) > 0 {
		var score float64
		if len(positive) == 0 || len(negative) > 0 && negative[0] < positive[0] {
			score = negative[0]
		} else {
			score = positive[0]
		}
		score += 0 // −0 and 0 are one score
		n, p := countLeading(negative, score), countLeading(positive, score)
		e.cells = append(e.cells, scoreCell{low: score, high: score, negative: uint64(n), positive: uint64(p)})
		negative, positive = negative[n:], positive[p:]
	}
	return e.cells
}

// countLeading returns how many of the first values are x.
func countLeading(values []float64, x float64) int {
	n := 0
	for n < len(values) && values[n] == x {
		n++
	}
	return n
}

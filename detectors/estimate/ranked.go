package estimate

import "slices"

// ranked holds the rows of one class against all others in ascending order of their scores, equal scores as one step.
type ranked struct {
	scores               []float64 // distinct, ascending
	positives, negatives []float64 // rows of each score
	step                 []int32   // of every row, in the order in which the rows came
	positive             []bool    // of every row
	p, q                 float64   // all positive and all negative rows
}

// rank sorts rows by their finite scores: O(n log n).
func rank(scores []float64, positive []bool) *ranked {
	order := make([]int32, len(scores))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return lower(scores[a], scores[b]) })
	r := &ranked{step: make([]int32, len(scores)), positive: positive}
	for i, row := range order {
		if i == 0 || scores[row] != scores[order[i-1]] {
			r.scores = append(r.scores, scores[row])
			r.positives, r.negatives = append(r.positives, 0), append(r.negatives, 0)
		}
		last := len(r.scores) - 1
		r.step[row] = int32(last)
		if positive[row] {
			r.positives[last]++
			r.p++
		} else {
			r.negatives[last]++
			r.q++
		}
	}
	return r
}

// lower orders finite scores, in half the time that cmp.Compare takes, which cares for NaN.
func lower(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// rocAUC is the share of pairs of a positive and a negative row that the scores order rightly, ties counted half. It
// wants rows of both classes.
func (r *ranked) rocAUC() float64 {
	below, right := 0.0, 0.0
	for i, q := range r.negatives {
		right += r.positives[i] * (below + q/2)
		below += q
	}
	return right / (r.p * r.q)
}

package estimate

import "slices"

// The rules of calibration, NannyML's.
const (
	splits       = 10
	splitSeed    = 42
	errorBins    = 10
	perfectAUC   = 0.999 // scores that tell the classes apart so well leave nothing to calibrate on
	leastRows    = 20    // and fewer rows than these say nothing about calibration
	leastOfClass = 2
)

// calibrate returns the function that turns scores into probabilities, nil where they are as good as they are. It is
// fitted on all rows, and used only if in cross-validation it lowers the calibration error. O(n log n).
func calibrate(r *ranked) *isotonic {
	if r.p < leastOfClass || r.q < leastOfClass || r.p+r.q < leastRows || r.rocAUC() > perfectAUC || !r.calibrationHelps() {
		return nil
	}
	weights := make([]float64, len(r.scores))
	for i := range weights {
		weights[i] = r.positives[i] + r.negatives[i]
	}
	return pool(r.scores, weights, r.positives)
}

// tested is a row that was held back: what its score became, and the truth.
type tested struct{ score, truth float64 }

// calibrationHelps compares the calibration error of raw and of calibrated scores on rows that the calibration has not
// seen, pooled over ten splits.
func (r *ranked) calibrationHelps() bool {
	var raw, calibrated []tested
	random := newTwister(splitSeed)
	var negative, positive []int32
	for row, yes := range r.positive {
		if yes {
			positive = append(positive, int32(row))
		} else {
			negative = append(negative, int32(row))
		}
	}
	weights, sums := make([]float64, len(r.scores)), make([]float64, len(r.scores))
	for range splits {
		train, test := random.stratified(negative, positive)
		clear(weights)
		clear(sums)
		for _, row := range train {
			weights[r.step[row]]++
			if r.positive[row] {
				sums[r.step[row]]++
			}
		}
		f := pool(r.scores, weights, sums)
		for _, row := range test {
			score, truth := r.scores[r.step[row]], 0.0
			if r.positive[row] {
				truth = 1
			}
			raw = append(raw, tested{score, truth})
			calibrated = append(calibrated, tested{f.at(score), truth})
		}
	}
	return calibrationError(raw) > calibrationError(calibrated)
}

// calibrationError is the mean distance of mean score and share of positives over bins of equally many rows: ten, or
// some more where the rows do not divide evenly. Where a bin ends among rows of equal score, which of them it holds is
// chance: there the distance is its expectation over all orders. NannyML takes the order that its sort leaves, so where
// the error before and after calibration is nearly the same, the two may decide differently. It sorts the rows.
func calibrationError(rows []tested) float64 {
	slices.SortFunc(rows, func(a, b tested) int { return lower(a.score, b.score) })
	bins := errorBins
	if len(rows) <= 2*bins {
		bins = max(len(rows)/2, 1)
	}
	width := max(len(rows)/bins, 1)
	whole := len(rows) / width // bins; the last takes the remainder
	sum, bin := 0.0, 0
	end := func() int {
		if bin == whole-1 {
			return len(rows)
		}
		return (bin + 1) * width
	}
	difference := 0.0              // of score less truth, summed over the bin, the truth of drawn rows left out
	var first, last hypergeometric // rows of the bin that are drawn from those of a score: its lowest, and its highest
	for from := 0; from < len(rows); {
		to, positives := from+1, int(rows[from].truth)
		for ; to < len(rows) && rows[to].score == rows[from].score; to++ {
			positives += int(rows[to].truth)
		}
		all := to - from
		for from < to {
			n := min(to, end()) - from
			difference += float64(n) * rows[from].score
			if n == all {
				difference -= float64(positives)
			} else {
				first, last = last, hypergeometric{n, all, positives}
			}
			if from += n; from == end() {
				sum += meanDistance(difference, first, last)
				difference, first, last = 0, hypergeometric{}, hypergeometric{}
				bin++
			}
		}
	}
	return sum / float64(len(rows))
}

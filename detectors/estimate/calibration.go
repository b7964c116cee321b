package estimate

import (
	"cmp"
	"math"
	"slices"
)

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
func calibrate(r *ranked) *Isotonic {
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
type tested struct {
	score, truth float64
	place        int32 // among the tested rows, the order of rows with equal scores
}

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
			place := int32(len(raw))
			raw = append(raw, tested{score, truth, place})
			calibrated = append(calibrated, tested{f.At(score), truth, place})
		}
	}
	return calibrationError(raw) > calibrationError(calibrated)
}

// calibrationError is the mean distance of mean score and share of positives over bins of equally many rows: ten, or
// some more where the rows do not divide evenly. It sorts the rows.
func calibrationError(rows []tested) float64 {
	slices.SortFunc(rows, func(a, b tested) int {
		if a.score != b.score {
			return cmp.Compare(a.score, b.score)
		}
		return int(a.place - b.place)
	})
	bins := errorBins
	if len(rows) <= 2*bins {
		bins = max(len(rows)/2, 1)
	}
	width := max(len(rows)/bins, 1)
	whole := len(rows) / width // bins; the last takes the remainder
	sum := 0.0
	for i := range whole {
		end := (i + 1) * width
		if i == whole-1 {
			end = len(rows)
		}
		difference := 0.0
		for _, row := range rows[i*width : end] {
			difference += row.score - row.truth
		}
		sum += math.Abs(difference)
	}
	return sum / float64(len(rows))
}

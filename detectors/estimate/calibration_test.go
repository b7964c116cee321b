package estimate

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// errorInOrder is NannyML's calibration error of rows that are sorted already: here the order of equal scores matters.
func errorInOrder(rows []tested) float64 {
	width := len(rows) / min(errorBins, len(rows)/2)
	sum := 0.0
	for from := 0; from+width <= len(rows); from += width {
		to := from + width
		if to+width > len(rows) {
			to = len(rows)
		}
		difference := 0.0
		for _, row := range rows[from:to] {
			difference += row.score - row.truth
		}
		sum += math.Abs(difference)
	}
	return sum / float64(len(rows))
}

// overOrders returns the mean calibration error over all orders of rows, and how many there are.
func overOrders(rows []tested, k int) (sum float64, orders int) {
	if k == len(rows) {
		sorted := slices.Clone(rows)
		slices.SortStableFunc(sorted, func(a, b tested) int { return lower(a.score, b.score) })
		return errorInOrder(sorted), 1
	}
	for i := k; i < len(rows); i++ {
		rows[k], rows[i] = rows[i], rows[k]
		s, n := overOrders(rows, k+1)
		sum, orders = sum+s, orders+n
		rows[k], rows[i] = rows[i], rows[k]
	}
	return sum, orders
}

// TestCalibrationErrorIsItsExpectation: where equal scores lie across the end of a bin, the error is the mean over all
// orders of theirs.
func TestCalibrationErrorIsItsExpectation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) tested {
			return tested{rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}).Draw(t, "score"), float64(rapid.IntRange(0, 1).Draw(t, "truth"))}
		}), 4, 7).Draw(t, "rows")
		sum, orders := overOrders(rows, 0)
		if got, want := calibrationError(rows), sum/float64(orders); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: %v, want %v", rows, got, want)
		}
	})
}

// TestRareTruthsOfOneScore: whichever bin the three positives among rows of score 0 are in, they are missed.
func TestRareTruthsOfOneScore(t *testing.T) {
	rows := make([]tested, 10000)
	for i := range 3 {
		rows[i].truth = 1
	}
	if got := calibrationError(rows); math.Abs(got-0.0003) > 1e-15 {
		t.Errorf("%v, want 0.0003", got)
	}
}

package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// calibrationBins is how many bins of equal width the scores from 0 to 1 are put in. A score p is in bin ⌊15p⌋, 1 in
// the last.
const calibrationBins = 15

// calibration keeps what its bins say of probabilities and how often they came true.
type calibration [calibrationBins]calibrationBin

// calibrationBin counts rows and those of them that came true, and sums the probabilities given.
type calibrationBin struct{ n, hits, sum float64 }

// calibrationBinOf returns the bin of a probability.
func calibrationBinOf(p float64) int { return min(int(calibrationBins*p), calibrationBins-1) }

// add counts rows that were all given the probability p.
func (c *calibration) add(p, rows, hits float64) {
	b := &c[calibrationBinOf(p)]
	b.n += rows
	b.hits += hits
	b.sum += p * rows
}

// calibration puts scores into bins. Those that share a cell all count as the middle of it, which is exact where cells
// hold one score each.
func (r ranked) calibration() *calibration {
	c := &calibration{}
	for _, cell := range r.cells {
		c.add(cell.low+(cell.high-cell.low)/2, float64(cell.positive+cell.negative), float64(cell.positive))
	}
	return c
}

// rows counts all bins' rows.
func (c *calibration) rows() float64 {
	n := 0.0
	for i := range c {
		n += c[i].n
	}
	return n
}

// errors are the expected calibration error Σ nᵦ/n·|share that came true − mean probability| (M. Pakdaman Naeini and
// others, AAAI 2015) and the largest of those differences.
func (c *calibration) errors() (expected, most float64) {
	for i := range c {
		if b := &c[i]; b.n > 0 {
			off := math.Abs(b.hits - b.sum)
			expected += off
			most = max(most, off/b.n)
		}
	}
	return min(expected/c.rows(), 1), min(most, 1)
}

// measurements are calibration_error and max_calibration_error, nothing without rows. Chance alone makes both larger
// than 0, the second one above all: a bin with few rows is off by much.
func (c *calibration) measurements(deff float64) []detectors.Measurement {
	n := c.rows()
	if n == 0 {
		return nil
	}
	expected, most := c.errors()
	return []detectors.Measurement{
		measured("calibration_error", "", expected, uint64(n), n/deff),
		measured("max_calibration_error", "", most, uint64(n), n/deff),
	}
}

package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// boundValues resamples r2 and the median of a regression's rows.
func (e *Evaluation) boundValues(all []detectors.Measurement, index []int, blocks int) {
	if blocks == 0 {
		return
	}
	centre := e.tally.regression.truths.Value() / float64(len(e.rows))
	median := e.valued.quantileOf(0.5)
	// Of each block: rows, Σ e², Σ (y − centre), Σ (y − centre)², rows with an error up to the median.
	sums := make([][5]float64, blocks)
	for i := range e.rows {
		row, s := &e.rows[i], &sums[index[i]]
		off, d := row.value-row.truth, row.truth-centre
		s[0]++
		s[1] += off * off
		s[2] += d
		s[3] += d * d
		if math.Abs(off) <= median {
			s[4]++
		}
	}
	const upToMedian = "share up to the median"
	b := resample(blocks, func(drawn []float64, b *bootstrap) {
		var t [5]float64
		for i, times := range drawn {
			for j := range t {
				t[j] += times * sums[i][j]
			}
		}
		r2 := math.NaN()
		if spread := t[3] - t[2]*t[2]/t[0]; spread > 0 {
			r2 = 1 - t[1]/spread
		}
		b.observe("", named{"r2", r2}, named{upToMedian, t[4] / t[0]})
	})
	b.bound(all)
	// The median's bounds are the quantiles between which the share of rows up to it may lie (R. S. Woodruff, JASA
	// 47:635–646, 1952): a resampled median itself would jump from row to row.
	half := b.half(b.index[[2]string{upToMedian}])
	for i := range all {
		if m := &all[i]; m.Name == "median_absolute_error" && half > 0 {
			m.Lower = new(min(e.valued.quantileOf(max(0.5-half, 0)), m.Value))
			m.Upper = new(max(e.valued.quantileOf(min(0.5+half, 1)), m.Value))
		}
	}
}

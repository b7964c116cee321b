package drivers

import "math"

// LeastChunks is the least number of chunks from which a correlation is told: fewer agree by accident.
const LeastChunks = 5

// Correlate returns Pearson's correlation of a column's distances with |performance − reference| over the same chunks: the
// absolute change, so that a measure may be of those that rise or of those that fall. It is false with fewer than
// LeastChunks chunks, and where one of the two never changes. (NannyML 0.13.1, CorrelationRanker; it takes the mean over
// the reference's chunks for the reference's performance.)
func Correlate(distances, performance []float64, reference float64) (r float64, ok bool) {
	if len(distances) != len(performance) || len(distances) < LeastChunks {
		return 0, false
	}
	n := float64(len(distances))
	var meanX, meanY float64
	for i := range distances {
		meanX += distances[i] / n
		meanY += math.Abs(performance[i]-reference) / n
	}
	var xx, yy, xy float64
	for i := range distances {
		x, y := distances[i]-meanX, math.Abs(performance[i]-reference)-meanY
		xx, yy, xy = xx+x*x, yy+y*y, xy+x*y
	}
	// A constant leaves a rounding error: its spread is nothing beside its size.
	const nothing = 1e-26
	if !(xx > nothing*n*meanX*meanX) || !(yy > nothing*n*meanY*meanY) || xx*yy == 0 {
		return 0, false
	}
	r = xy / math.Sqrt(xx) / math.Sqrt(yy)
	return min(max(r, -1), 1), r == r
}

package performance

import (
	"cmp"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Pair is one cell of the confusion matrix: class indices, or Unknown for the row or column "other".
type Pair struct {
	Actual, Predicted int16
}

// comparePairs orders pairs by label, then by prediction.
func comparePairs(x, y Pair) int {
	return cmp.Or(cmp.Compare(x.Actual, y.Actual), cmp.Compare(x.Predicted, y.Predicted))
}

// confusion counts classes against classes. It is sparse: there are no more cells than rows, however many classes.
type confusion map[Pair]uint64

// versus is the confusion of one class against all others.
type versus struct {
	truePositive, falsePositive, falseNegative, trueNegative uint64
}

// seen tells whether the class occurs in labels or predictions.
func (v versus) seen() bool { return v.truePositive+v.falsePositive+v.falseNegative > 0 }

// labels is the number of rows whose label is the class.
func (v versus) labels() uint64 { return v.truePositive + v.falseNegative }

// measurements are precision, recall, F1 and specificity, and F2 and F0.5 if all are wanted. Wilson's bounds rest on what
// each divides by: the rows predicted as the class, those labelled so, those labelled otherwise. F is no proportion and
// has no bounds.
func (v versus) measurements(class string, n uint64, deff float64, d detail) []detectors.Measurement {
	all := []detectors.Measurement{
		proportion("precision", class, v.truePositive, v.truePositive+v.falsePositive, n, deff),
		proportion("recall", class, v.truePositive, v.labels(), n, deff),
		v.f(0, class, n, deff),
		proportion("specificity", class, v.trueNegative, v.trueNegative+v.falsePositive, n, deff),
	}
	if d == complete {
		all = append(all, v.f(1, class, n, deff), v.f(2, class, n, deff))
	}
	return all
}

// f measures one of fScores.
func (v versus) f(which int, class string, n uint64, deff float64) detectors.Measurement {
	score := fScores[which]
	value, ok := fBeta(score.beta, float64(v.truePositive), float64(v.labels()), float64(v.truePositive+v.falsePositive))
	if !ok {
		return undefined(score.name, class, n)
	}
	return measured(score.name, class, value, n, float64(n)/deff)
}

package estimate

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// Prefix stands before the name of the measure that is estimated.
const Prefix = "estimated_"

// band is how many sampling errors the bounds lie from the value, as in NannyML.
const band = 3

// Estimate is one estimated measure. Lower and Upper are the value ± band sampling errors, within 0 and 1: they are
// wider than 95 % bounds, and take rows as independent. Both are absent where the reference cannot tell.
type Estimate struct {
	detectors.Measurement
	// Measure is the name of what is estimated.
	Measure string
	// SamplingError of a chunk of N rows; nil where Lower and Upper are.
	SamplingError *float64
}

// Estimates returns accuracy, precision, recall, F1, specificity, ROC AUC and average precision of the rows, as if they
// had labels; nothing without rows. A model of several classes has the unweighted mean over all its classes (class
// performance.Macro), and the accuracy of the whole. Zero denominators give 0, and the status undefined if that leaves
// nothing else. O(k log k) for k distinct scores.
func (s *State) Estimates() []Estimate {
	if s.n == 0 {
		return nil
	}
	n, right := float64(s.n), 0.0
	for i := range s.classes {
		right += s.classes[i].right
	}
	macro := performance.Macro
	if s.estimator.schema.Task == performance.Binary {
		macro = ""
		c := &s.classes[0]
		right += (n - float64(c.called)) - (c.positive - c.right)
	}
	return []Estimate{
		s.estimate("accuracy", "", func(*mass) (float64, bool) { return right / n, true }),
		s.estimate("precision", macro, func(m *mass) (float64, bool) { return quotient(m.right, float64(m.called)) }),
		s.estimate("recall", macro, func(m *mass) (float64, bool) { return quotient(m.right, m.positive) }),
		s.estimate("f1", macro, func(m *mass) (float64, bool) { return quotient(2*m.right, float64(m.called)+m.positive) }),
		s.estimate("specificity", macro, func(m *mass) (float64, bool) {
			negative := n - m.positive
			return quotient(negative-(float64(m.called)-m.right), negative)
		}),
		s.ranking("roc_auc", macro, rocAUC),
		s.ranking("average_precision", macro, averagePrecision),
	}
}

// estimate is the mean over the classes.
func (s *State) estimate(measure, class string, of func(*mass) (float64, bool)) Estimate {
	sum, defined := 0.0, 0
	for i := range s.classes {
		if value, ok := of(&s.classes[i]); ok {
			sum += value
			defined++
		}
	}
	return s.named(measure, class, sum, defined > 0)
}

// ranking is the mean over the classes of a measure that does not exist for all unless it exists for each.
func (s *State) ranking(measure, class string, of func([]step) (float64, bool)) Estimate {
	sum := 0.0
	for i := range s.classes {
		s.classes[i].sort()
		value, ok := of(s.classes[i].steps)
		if !ok {
			return s.named(measure, class, 0, false)
		}
		sum += value
	}
	return s.named(measure, class, sum, true)
}

func (s *State) named(measure, class string, sum float64, defined bool) Estimate {
	e := Estimate{Measure: measure, Measurement: detectors.Measurement{
		Name: Prefix + measure, Class: class, N: s.n, Status: detectors.Undefined,
	}}
	if !defined {
		return e
	}
	e.Status, e.Value = detectors.OK, min(max(sum/float64(len(s.classes)), 0), 1) // rounding must not leave the range
	if row, ok := s.estimator.errors[measure]; ok {
		deviation := row / math.Sqrt(float64(s.n))
		e.SamplingError = new(deviation)
		e.Lower, e.Upper = new(max(e.Value-band*deviation, 0)), new(min(e.Value+band*deviation, 1))
	}
	return e
}

// The masses of rows that count as no row: for a quotient what rounding may leave of a difference, for a curve what
// NannyML rounds to 0.
const (
	noQuotient = 1e-9
	noCurve    = 5e-6
)

func quotient(a, b float64) (float64, bool) {
	if b < noQuotient {
		return 0, false
	}
	return a / b, true
}

// rocAUC is the area under the expected curve, one straight piece for each score. NannyML has one for each row, which is
// the same where rows of one score have one probability; where they have not (several classes) its value depends on the
// order of the rows, and this one is the mean over all orders.
func rocAUC(ascending []step) (float64, bool) {
	var tp, fp, area float64
	for _, s := range slices.Backward(ascending) {
		negative := s.rows - s.positive
		area += negative * (tp + s.positive/2)
		tp += s.positive
		fp += negative
	}
	if tp < noCurve || fp < noCurve {
		return 0, false
	}
	return area / tp / fp, true
}

// averagePrecision is Σ (Rₖ − Rₖ₋₁)·Pₖ over the rows from the highest score down, rows of one score having their mean
// probability. O(rows).
func averagePrecision(ascending []step) (float64, bool) {
	var tp, rows, sum float64
	for _, s := range slices.Backward(ascending) {
		p := s.positive / s.rows
		for range int(s.rows) {
			tp += p
			rows++
			sum += p * tp / rows
		}
	}
	if tp < noCurve {
		return 0, false
	}
	return sum / tp, true
}

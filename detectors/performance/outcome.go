package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Unknown is the index of a class outside the schema.
const Unknown = -1

// Outcome is one prediction next to its truth, in the schema's terms.
type Outcome struct {
	// Predicted and Actual are indices into Schema.Classes, or Unknown. An Unknown prediction is wrong whatever the
	// truth is, two Unknowns included: nobody can say whether they are the same class.
	Predicted, Actual int
	// Score of the positive class, binary models only.
	Score    float64
	HasScore bool
	// Probabilities by class, multiclass models only; nil if the model gave none.
	Probabilities []float64
	// Value and Truth of a regression.
	Value, Truth float64
}

// Truth is what a label says.
type Truth struct {
	// Class as text: strings as they are, whole numbers without a point ("1"), booleans "true" and "false"; nil if
	// there is no label.
	Class []byte
	// Number is the same as a number; NaN if it is none.
	Number float64
}

// Label completes the outcome by its truth. It is false if there is no label, or if it is no number where the task is a
// regression.
func (s *Schema) Label(o *Outcome, truth Truth) bool {
	if s.Task == Regression {
		o.Truth = truth.Number
		return profile.Finite(o.Truth)
	}
	if truth.Class == nil {
		return false
	}
	o.Actual = s.Class(truth.Class)
	return true
}

// Error returns how wrong a complete outcome is: 1 or 0 for a class, |value − truth| for a regression. It is false if
// the value or the truth of a regression is not finite.
func (s *Schema) Error(o Outcome) (float64, bool) {
	if s.Task == Regression {
		e := math.Abs(o.Value - o.Truth)
		return e, profile.Finite(e)
	}
	if o.Predicted == o.Actual && o.Actual != Unknown {
		return 0, true
	}
	return 1, true
}

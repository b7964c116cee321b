package estimate

import (
	"errors"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The reasons why a reference gives no estimator.
var (
	// ErrNoScores is for a model that gives no scores, a regression, or a reference without labels.
	ErrNoScores = errors.New("no labelled row has scores")
	// ErrNoProbabilities is for scores outside [0, 1] that calibration does not make probabilities of.
	ErrNoProbabilities = errors.New("scores are no probabilities, and too few labels tell what they mean")
)

// Reference gathers labelled rows, from a time when the model's scores were good. It keeps every score: 8 bytes a class
// and row.
type Reference struct {
	schema            *performance.Schema
	classes           []int // the classes with scores: of a binary model the positive one alone
	predicted, actual []int32
	scores            [][]float64 // by place in classes, then by row
}

// NewReference returns an empty reference for a valid schema.
func NewReference(schema *performance.Schema) *Reference {
	r := &Reference{schema: schema, classes: scored(schema)}
	r.scores = make([][]float64, len(r.classes))
	return r
}

// scored returns the classes whose scores an outcome holds.
func scored(schema *performance.Schema) []int {
	switch schema.Task {
	case performance.Binary:
		return []int{slices.Index(schema.Classes, schema.Positive)}
	case performance.Multiclass:
		classes := make([]int, len(schema.Classes))
		for i := range classes {
			classes[i] = i
		}
		return classes
	case performance.Regression:
	}
	return nil
}

// usable tells whether an outcome says all that an estimate needs: every score, finite, and in a binary model one of
// the two classes.
func usable(o performance.Outcome, schema *performance.Schema) bool {
	switch schema.Task {
	case performance.Binary:
		return o.HasScore && profile.Finite(o.Score) && o.Predicted >= 0 && o.Predicted < len(schema.Classes)
	case performance.Multiclass:
		return len(o.Probabilities) == len(schema.Classes) &&
			!slices.ContainsFunc(o.Probabilities, func(p float64) bool { return !profile.Finite(p) })
	case performance.Regression:
	}
	return false
}

// score returns the score of the class at a place in classes.
func score(o performance.Outcome, place int) float64 {
	if o.Probabilities != nil {
		return o.Probabilities[place]
	}
	return o.Score
}

// Observe adds an outcome that has its truth. One without scores is left out.
func (r *Reference) Observe(o performance.Outcome) {
	if !usable(o, r.schema) {
		return
	}
	r.predicted, r.actual = append(r.predicted, int32(o.Predicted)), append(r.actual, int32(o.Actual))
	for place := range r.classes {
		r.scores[place] = append(r.scores[place], score(o, place))
	}
}

// Fit returns the estimator for chunks of rows like these. O(n log n) for each class.
func (r *Reference) Fit() (*Estimator, error) {
	if len(r.predicted) == 0 {
		return nil, ErrNoScores
	}
	e := &Estimator{schema: r.schema, classes: r.classes, curves: make([]*isotonic, len(r.classes))}
	classes := make([]variance, len(r.classes))
	for place, class := range r.classes {
		ranked := rank(r.scores[place], equal(r.actual, class))
		e.curves[place] = calibrate(ranked)
		improper := ranked.scores[0] < 0 || ranked.scores[len(ranked.scores)-1] > 1
		if improper && e.curves[place] == nil {
			return nil, ErrNoProbabilities
		}
		classes[place] = variances(ranked, equal(r.predicted, class), r.schema.Task == performance.Binary)
	}
	e.errors = rowErrors(classes, r.accuracy())
	return e, nil
}

func equal(of []int32, class int) []bool {
	is := make([]bool, len(of))
	for row, c := range of {
		is[row] = int(c) == class
	}
	return is
}

func (r *Reference) accuracy() float64 {
	right := 0
	for row, class := range r.actual {
		if class == r.predicted[row] && class != performance.Unknown {
			right++
		}
	}
	return float64(right) / float64(len(r.actual))
}

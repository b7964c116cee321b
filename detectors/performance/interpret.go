package performance

import (
	"math"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Answer is what a model answered, before anybody knows what it means. Every part is optional.
type Answer struct {
	// Class as text, written as in Truth.
	Class []byte
	// Score of the positive class.
	Score float64
	// Value is a bare number in the prediction's place: a score, a class's name or a regression's value.
	Value float64
	// Probabilities by class name, or by position where Class is nil: the order of Schema.Classes.
	Probabilities []ClassProbability

	HasClass, HasScore, HasValue bool
}

// ClassProbability is one entry of an answer's probabilities.
type ClassProbability struct {
	Class       []byte
	Probability float64
}

// Interpret reads an answer. The class is, in this order: the one the answer names; the positive one if the score (or
// the bare number) reaches the threshold, else the other; the most probable one, the first of equals. A binary model
// that gives probabilities and no score has that of the positive class as its score. A regression's value is the bare
// number, else the score, else a class that is a number.
//
// The outcome has no truth yet (Schema.Label). Its Probabilities use scratch's memory if that is large enough. The
// answer is false if it says nothing the task can use.
func (s *Schema) Interpret(a Answer, scratch []float64) (Outcome, bool) {
	o := Outcome{Predicted: Unknown, Actual: Unknown}
	switch s.Task {
	case Regression:
		o.Value = a.number()
		return o, profile.Finite(o.Value)
	case Binary:
		return s.interpretBinary(a, o, scratch)
	case Multiclass:
		return s.interpretMulticlass(a, o, scratch)
	}
	return o, false
}

// number returns the answer as a regression's value, NaN if it has none.
func (a Answer) number() float64 {
	switch {
	case a.HasValue:
		return a.Value
	case a.HasScore:
		return a.Score
	case a.HasClass:
		if x, err := strconv.ParseFloat(string(a.Class), 64); err == nil {
			return x
		}
	}
	return math.NaN()
}

func (s *Schema) interpretBinary(a Answer, o Outcome, scratch []float64) (Outcome, bool) {
	probabilities, best := s.probabilities(a, scratch)
	positive := s.positive()
	argmax := false
	switch {
	case a.HasScore:
		o.Score, o.HasScore = a.Score, true
	case a.HasValue && !s.NumberIsClass:
		o.Score, o.HasScore = a.Value, true
	case probabilities != nil && positive >= 0:
		o.Score, o.HasScore = probabilities[positive], true
		argmax = s.Threshold == DefaultThreshold // the same, but for the tie of 0.5 and 0.5
	}
	if !profile.Finite(o.Score) {
		o.Score, o.HasScore = 0, false
	}
	switch {
	case a.HasClass:
		o.Predicted = s.Class(a.Class)
	case a.HasValue && s.NumberIsClass:
		o.Predicted = s.classOf(a.Value)
	case argmax:
		o.Predicted = best
	case !o.HasScore:
		return o, false
	case o.Score >= s.Threshold:
		o.Predicted = positive
	default:
		o.Predicted = 1 - positive
	}
	return o, true
}

func (s *Schema) interpretMulticlass(a Answer, o Outcome, scratch []float64) (Outcome, bool) {
	probabilities, best := s.probabilities(a, scratch)
	o.Probabilities = probabilities
	switch {
	case a.HasClass:
		o.Predicted = s.Class(a.Class)
	case a.HasValue:
		o.Predicted = s.classOf(a.Value)
	case probabilities != nil:
		o.Predicted = best
	default:
		return o, false
	}
	return o, true
}

// classOf returns the class that a bare number names.
func (s *Schema) classOf(x float64) int {
	var text [32]byte
	return s.Class(strconv.AppendFloat(text[:0], x, 'f', -1, 64))
}

// probabilities orders an answer's probabilities by class; classes that it leaves out have 0, or the rest of 1 in a
// binary model. Best is the most probable class: the first of equals, Unknown only if that class is more probable than
// any other. Nil if there are none, if one is not a number, or if a list by position has another length than Classes
// (but one number alone is a binary model's probability of the positive class).
func (s *Schema) probabilities(a Answer, scratch []float64) (byClass []float64, best int) {
	if len(a.Probabilities) == 0 {
		return nil, Unknown
	}
	if cap(scratch) < len(s.Classes) {
		scratch = make([]float64, len(s.Classes))
	}
	byClass = scratch[:len(s.Classes)]
	clear(byClass)
	byPosition := a.Probabilities[0].Class == nil
	alone := s.Task == Binary && len(a.Probabilities) == 1
	if byPosition && len(a.Probabilities) != len(s.Classes) && !alone {
		return nil, Unknown
	}
	outside := 0.0
	for i, entry := range a.Probabilities {
		if !profile.Finite(entry.Probability) {
			return nil, Unknown
		}
		class := i
		switch {
		case !byPosition:
			class = s.Class(entry.Class)
		case alone:
			class = s.positive()
		}
		if class == Unknown {
			outside = max(outside, entry.Probability)
			continue
		}
		byClass[class] = entry.Probability
		if alone && len(byClass) == 2 {
			byClass[1-class] = 1 - entry.Probability
		}
	}
	best = 0
	for class, p := range byClass {
		if p > byClass[best] {
			best = class
		}
	}
	if outside > byClass[best] {
		best = Unknown
	}
	return byClass, best
}

package estimate

import "github.com/anchorwatch/anchorwatch/detectors/performance"

// Estimator knows what the scores of a reference were worth. It does not change, and does not grow with the reference
// but by the calibration's knots.
type Estimator struct {
	schema  *performance.Schema
	classes []int              // the classes with scores: of a binary model the positive one alone
	curves  []*isotonic        // by place in classes; nil where the score itself is the probability
	errors  map[string]float64 // sampling error of one row by measure
}

// Calibrated tells whether any class's scores are calibrated.
func (e *Estimator) Calibrated() bool {
	for _, curve := range e.curves {
		if curve != nil {
			return true
		}
	}
	return false
}

// probability returns what a score of the class at that place is worth. Scores of several classes are then divided by
// their sum.
func (e *Estimator) probability(place int, score float64) float64 {
	if curve := e.curves[place]; curve != nil {
		return curve.at(score)
	}
	return min(max(score, 0), 1)
}

// probabilities writes those of an outcome's classes to scratch. If all are 0, all classes are as likely.
func (e *Estimator) probabilities(o performance.Outcome, scratch []float64) []float64 {
	scratch = scratch[:0]
	sum := 0.0
	for place := range e.curves {
		p := e.probability(place, score(o, place))
		scratch = append(scratch, p)
		sum += p
	}
	if e.schema.Task != performance.Multiclass {
		return scratch
	}
	for place := range scratch {
		if sum > 0 {
			scratch[place] /= sum
		} else {
			scratch[place] = 1 / float64(len(scratch))
		}
	}
	return scratch
}

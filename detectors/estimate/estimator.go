package estimate

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// Estimator knows what the scores of a reference were worth. It does not change, and does not grow with the reference
// but by the calibration's knots.
type Estimator struct {
	schema  *performance.Schema
	classes []int              // the classes with scores: of a binary model the positive one alone
	curves  []*isotonic        // by place in classes; nil where the score itself is the probability
	errors  map[string]float64 // sampling error of one row by measure
}

// rowErrors are the sampling errors of one row. A mean over classes takes their errors as independent; for ROC AUC of
// several classes NannyML found that to be a fifth too small.
func rowErrors(classes []variance, accuracy float64) map[string]float64 {
	widened := 1.0
	if len(classes) > 1 {
		widened = 1.2
	}
	all := map[string]float64{
		"accuracy":          math.Sqrt(accuracy * (1 - accuracy)),
		"precision":         macroError(classes, func(v variance) float64 { return v.precision }),
		"recall":            macroError(classes, func(v variance) float64 { return v.recall }),
		"f1":                macroError(classes, func(v variance) float64 { return v.f1 }),
		"specificity":       macroError(classes, func(v variance) float64 { return v.specificity }),
		"roc_auc":           macroError(classes, func(v variance) float64 { return v.rocAUC }) * widened,
		"average_precision": macroError(classes, func(v variance) float64 { return v.averagePrecision }) * math.Sqrt(float64(len(classes))),
	}
	for name, e := range all {
		if e-e != 0 {
			delete(all, name)
		}
	}
	return all
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

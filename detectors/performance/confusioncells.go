package performance

import (
	"cmp"
	"slices"
)

// ConfusionCell is one cell of the confusion matrix. A class that is left out is one outside the schema.
type ConfusionCell struct {
	Actual    string `json:"actual,omitempty"`
	Predicted string `json:"predicted,omitempty"`
	N         uint64 `json:"n"`
	// Share is that of the rows with this label that were predicted so, Lower and Upper are Wilson's bounds of it on
	// rows divided by the design effect.
	Share float64 `json:"share"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
}

// MostConfusionCells is how many cells of a confusion matrix are told.
const MostConfusionCells = 100

// Confusion returns the confusion matrix, ordered by label and prediction. All cells of labels that occur are there, those
// without rows included, as long as that makes no more than MostConfusionCells; else the fullest cells, and left says
// how many that have rows were left out.
func (e *Evaluation) Confusion() (cells []ConfusionCell, left int) {
	counts := e.tally.confusion
	labels := make(map[int16]float64)
	predicted := make(map[int16]bool)
	for class := range e.schema.Classes {
		predicted[int16(class)] = true // at most MaxClasses
	}
	for pair, n := range counts {
		labels[pair.Actual] += float64(n)
		predicted[pair.Predicted] = true
	}
	var pairs []Pair
	if len(labels)*len(predicted) <= MostConfusionCells {
		for actual := range labels {
			for prediction := range predicted {
				pairs = append(pairs, Pair{Actual: actual, Predicted: prediction})
			}
		}
	} else {
		for pair := range counts {
			pairs = append(pairs, pair)
		}
		slices.SortFunc(pairs, func(x, y Pair) int { return cmp.Or(cmp.Compare(counts[y], counts[x]), comparePairs(x, y)) })
		left = max(len(pairs)-MostConfusionCells, 0)
		pairs = pairs[:len(pairs)-left]
	}
	slices.SortFunc(pairs, comparePairs)
	for _, pair := range pairs {
		of := labels[pair.Actual]
		cell := ConfusionCell{Actual: e.name(pair.Actual), Predicted: e.name(pair.Predicted), N: counts[pair], Share: float64(counts[pair]) / of}
		cell.Lower, cell.Upper = wilson(cell.Share, of/e.options.DesignEffect)
		cells = append(cells, cell)
	}
	return cells, left
}

func (e *Evaluation) name(class int16) string {
	if class == Unknown {
		return ""
	}
	return e.schema.Classes[class]
}

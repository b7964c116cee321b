package performance

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Cost is what one kind of answer costs: rows labelled Actual that were predicted as Predicted. A negative cost is a
// gain.
type Cost struct {
	Actual, Predicted string
	Cost              float64
}

// Costs are the cells of a cost matrix; pairs that are not among them cost nothing.
type Costs []Cost

// CostMatrix is what each pair of label and prediction costs.
type CostMatrix map[Pair]float64

// Matrix finds the classes that the costs name; nil without costs. It refuses names that are no class of the model's,
// pairs that are named twice, and costs that are not finite.
func (c Costs) Matrix(schema *Schema) (CostMatrix, error) {
	if len(c) == 0 {
		return nil, nil
	}
	if schema.Task == Regression {
		return nil, errors.New("costs: a regression has no classes")
	}
	matrix := make(CostMatrix, len(c))
	for _, entry := range c {
		var indices [2]int16
		for i, name := range []string{entry.Actual, entry.Predicted} {
			class := schema.Class([]byte(name))
			if class == Unknown {
				return nil, fmt.Errorf("costs: no class %q: the model's are %q", name, schema.Classes)
			}
			indices[i] = int16(class) // at most MaxClasses
		}
		pair := Pair{Actual: indices[0], Predicted: indices[1]}
		switch _, twice := matrix[pair]; {
		case twice:
			return nil, fmt.Errorf("costs: %s:%s is named twice", entry.Actual, entry.Predicted)
		case !profile.Finite(entry.Cost):
			return nil, fmt.Errorf("costs: %s:%s costs %v: use a finite number", entry.Actual, entry.Predicted, entry.Cost)
		}
		matrix[pair] = entry.Cost
	}
	return matrix, nil
}

// measurement is the mean cost of a row, with the normal approximation's bounds. Rows with a label or a prediction
// outside the classes are left out: nobody has said what they cost.
func (m CostMatrix) measurement(c confusion, deff float64) detectors.Measurement {
	var n, sum, squares float64
	scale := 1.0 // so that squares stay within float64
	for _, cost := range m {
		scale = max(scale, math.Abs(cost))
	}
	pairs := make([]Pair, 0, len(c))
	for pair := range c {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, comparePairs) // one order of addition: every run gives the same bits
	for _, pair := range pairs {
		if pair.Actual == Unknown || pair.Predicted == Unknown {
			continue
		}
		rows, cost := float64(c[pair]), m[pair]/scale
		n += rows
		sum += rows * cost
		squares += rows * cost * cost
	}
	if n == 0 {
		return undefined("cost", "", 0)
	}
	mean := sum / n
	out := measured("cost", "", mean*scale, uint64(n), n/deff)
	if n > 1 {
		variance := max(squares/n-mean*mean, 0) * n / (n - 1)
		lower, upper := mean-detectors.Normal95*math.Sqrt(variance*deff/n), mean+detectors.Normal95*math.Sqrt(variance*deff/n)
		if lower, upper = lower*scale, upper*scale; variance > 0 && upper-lower < math.Inf(1) {
			out.Lower, out.Upper = new(lower), new(upper)
		}
	}
	return out
}

package dataset

import (
	"fmt"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/multivariate"
)

// Threshold says how the limits of one measure came about.
type Threshold struct {
	Measure string `json:"measure"`
	// Formula is that of the limit; n and m are the values of CUR and REF, d the columns, B the bins that hold anything.
	Formula string `json:"formula"`
	// Derivation is the same in a sentence, with the numbers put in.
	Derivation string `json:"derivation"`
	// Alpha is the chance of a false alarm that all Columns share, Level what is left for each of them.
	Alpha   *float64 `json:"alpha,omitempty"`
	Columns int      `json:"columns,omitempty"`
	Level   *float64 `json:"level,omitempty"`
	// Tolerance is the distance that does not matter even if it is real.
	Tolerance *float64 `json:"tolerance,omitempty"`
	// Lowest and Highest are the least and the greatest limit of all columns and chunks.
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
}

// thresholds explains the limits of all measures that have one, in printing order: of columns, then of all features.
func thresholds(chunks []Chunk, columns int) []Threshold {
	all := []Threshold{}
	for _, measure := range detectors.ColumnMethods() {
		limit, ok := detectors.LimitOf(measure, detectors.Options{Columns: columns})
		if !ok {
			continue
		}
		t := Threshold{Measure: measure, Formula: limit.Formula, Derivation: limit.Derivation, Tolerance: limit.Tolerance}
		if limit.Level != nil {
			t.Alpha, t.Columns, t.Level = limit.Alpha, columns, limit.Level
		}
		all = t.append(all, chunks)
	}
	for _, measure := range []string{multivariate.ReconstructionError, multivariate.MMD, multivariate.DomainClassifierAUC} {
		formula, derivation := multivariate.Limit(measure)
		t := Threshold{Measure: measure, Formula: formula, Derivation: measure + " is drift above " + derivation + "."}
		t.Alpha, t.Level = new(3*multivariate.Level), new(multivariate.Level)
		all = t.append(all, chunks)
	}
	return all
}

// append adds the limits that came of it, and itself to all, if there were any.
func (t *Threshold) append(all []Threshold, chunks []Chunk) []Threshold {
	var ok bool
	if t.Lowest, t.Highest, ok = limits(chunks, t.Measure); !ok {
		return all
	}
	if t.Lowest == t.Highest {
		t.Derivation += fmt.Sprintf(" Here the limit is %s.", short(t.Lowest))
	} else {
		t.Derivation += fmt.Sprintf(" Here the limits are %s to %s.", short(t.Lowest), short(t.Highest))
	}
	return append(all, *t)
}

// limits returns the least and the greatest threshold of a measure, false without any.
func limits(chunks []Chunk, measure string) (lowest, highest float64, ok bool) {
	consider := func(m *Measure) {
		if m == nil || m.Name != measure || m.Threshold == nil {
			return
		}
		if !ok {
			lowest, highest, ok = *m.Threshold, *m.Threshold, true
		}
		lowest, highest = min(lowest, *m.Threshold), max(highest, *m.Threshold)
	}
	for i := range chunks {
		for j := range chunks[i].Columns {
			consider(chunks[i].Columns[j].Measure(measure))
		}
		for j := range chunks[i].Multivariate {
			consider(&chunks[i].Multivariate[j])
		}
	}
	return lowest, highest, ok
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

package dataset

import (
	"fmt"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors"
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

// thresholds explains the limits of all measures that have one, in printing order.
func thresholds(chunks []Chunk, columns int) []Threshold {
	all := []Threshold{}
	for _, measure := range detectors.ColumnMethods() {
		lowest, highest, ok := limits(chunks, measure)
		if !ok {
			continue
		}
		limit, ok := detectors.LimitOf(measure, detectors.Options{Columns: columns})
		if !ok {
			continue
		}
		t := Threshold{
			Measure: measure, Formula: limit.Formula, Derivation: limit.Derivation, Lowest: lowest, Highest: highest,
			Tolerance: limit.Tolerance,
		}
		if limit.Level != nil {
			t.Alpha, t.Columns, t.Level = limit.Alpha, columns, limit.Level
		}
		if lowest == highest {
			t.Derivation += fmt.Sprintf(" Here the limit is %s.", short(lowest))
		} else {
			t.Derivation += fmt.Sprintf(" Here the limits are %s to %s.", short(lowest), short(highest))
		}
		all = append(all, t)
	}
	return all
}

// limits returns the least and the greatest threshold of a measure, false without any.
func limits(chunks []Chunk, measure string) (lowest, highest float64, ok bool) {
	for i := range chunks {
		for j := range chunks[i].Columns {
			m := chunks[i].Columns[j].Measure(measure)
			if m == nil || m.Threshold == nil {
				continue
			}
			if !ok {
				lowest, highest, ok = *m.Threshold, *m.Threshold, true
			}
			lowest, highest = min(lowest, *m.Threshold), max(highest, *m.Threshold)
		}
	}
	return lowest, highest, ok
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

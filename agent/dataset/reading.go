package dataset

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// reading reads the cells of a column as names of classes and as numbers, each distinct value once: to spell a number and to
// tell what it names costs more than all else in a row.
type reading struct {
	dataset *Dataset
	column  *Column // nil holds nothing

	texts   []performance.Truth           // by code; no Number yet where Class is nil
	numbers map[float64]performance.Truth // of the first few
}

// mostRemembered is how many numbers are remembered: classes are few, and values of a regression do not come again.
const mostRemembered = 1000

// of returns what a cell says; no class and NaN if it holds nothing.
func (r *reading) of(row int) performance.Truth {
	c := r.column
	switch {
	case c == nil || c.at(row) == missing || c.at(row) == other:
		return performance.Truth{Number: math.NaN()}
	case c.codes[row] > 0:
		if r.texts == nil {
			r.texts = make([]performance.Truth, len(c.texts))
		}
		known := &r.texts[c.codes[row]]
		if known.Class == nil {
			*known = r.read(row)
		}
		return *known
	case c.kinds[row] == truth:
		return r.read(row)
	}
	known, ok := r.numbers[c.numbers[row]]
	if !ok {
		known = r.read(row)
		if r.numbers == nil {
			r.numbers = make(map[float64]performance.Truth)
		}
		if len(r.numbers) < mostRemembered {
			r.numbers[c.numbers[row]] = known
		}
	}
	return known
}

func (r *reading) read(row int) performance.Truth {
	spelling, _ := r.column.spelling(row)
	return performance.Truth{Class: r.dataset.class(className(spelling)), Number: asNumber(spelling)}
}

package multivariate

import "math"

// Table is the columns of a file or window, all of one length.
type Table []Column

// Column holds one feature of all rows, eight bytes a row.
type Column struct {
	Name string
	// Categorical tells that Values are ranks: 0 … Levels−1, the places of the categories among those of the reference
	// in the order of their names. Every other number is a category that the reference never had.
	Categorical bool
	Levels      int
	// Values of the rows. NaN and infinities are missing.
	Values []float64
}

// Unseen is the rank of a category that the reference never had.
const Unseen = -1

// rows returns how many rows the table has, 0 without columns.
func (t Table) rows() int {
	if len(t) == 0 {
		return 0
	}
	return len(t[0].Values)
}

// level returns the rank of a category, false if it is missing or unseen.
func (c *Column) level(x float64) (int, bool) {
	if c.Categorical && x >= 0 && x < float64(c.Levels) {
		return int(x), true
	}
	return 0, false
}

// known tells whether the reference may learn from a value: a finite number, or a category that it has.
func (c *Column) known(x float64) bool {
	if c.Categorical {
		_, ok := c.level(x)
		return ok
	}
	return finite(x)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

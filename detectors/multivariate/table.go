package multivariate

import (
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Table is the columns of a file or window, all of one length.
type Table []Column

// Column holds one feature of all rows, eight bytes a row.
type Column struct {
	Name string
	// Categorical tells that Values are ranks: 0 … Levels−1, the places of the categories among those of the reference
	// in the order of their names. A category that the reference never had is Unseen of its name.
	Categorical bool
	Levels      int
	// Buckets of the reference's categories by rank; needed where there are more than MostLevels.
	Buckets []uint8
	// Values of the rows. NaN and infinities are missing.
	Values []float64
}

// MostLevels is how many categories a column may have for each to be a cell of its own. More are thrown into as many
// buckets by their names: to keep the frequent ones would pick those that are frequent in the reference by chance, and
// every window would differ from it.
const MostLevels = 30

// Bucket returns the bucket of a category's name, 0 … MostLevels−1: FNV-1a of its bytes.
func Bucket(name string) uint8 {
	hash := uint32(2166136261)
	for i := range len(name) {
		hash = (hash ^ uint32(name[i])) * 16777619
	}
	return uint8(hash % MostLevels)
}

// Unseen returns the value of a category that the reference never had: below 0, and telling its bucket.
func Unseen(name string) float64 { return -1 - float64(Bucket(name)) }

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
	return profile.Finite(x)
}

// finite tells whether a value is a number and no infinity: of all others the difference with themselves is NaN.

package profile

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Role says where a column comes from: a feature goes into the model, an output comes out of it.
type Role uint8

// The roles of a column.
const (
	Feature Role = iota
	Output
)

// The names of the output columns: the answered class (or value, for regression) and the score of the positive class.
const (
	PredictionColumn = "prediction"
	ScoreColumn      = "score"
)

// ColumnLayout is the frozen shape of one column.
type ColumnLayout struct {
	Name string
	Role Role
	Kind Kind

	// Numeric columns.
	Edges   *Edges
	Deciles []float64 // linear quantiles 0, 0.1 … 1 of the baseline's finite values: 11 of them, or none without values
	Atoms   []float64 // ascending; values that hold at least a tenth of the baseline's finite values
	Shift   float64   // about the middle of the data; sums are kept of x − Shift, which spares them cancellation

	// Categorical and boolean columns: every value of the baseline, ascending.
	Categories []string

	ids map[string]int
}

// AtomShare is the share of the baseline's values from which one single value counts as an atom and gets bins of its
// own.
const AtomShare = 0.1

// mostEdges keeps the cuts, up to three for every edge, well under what Edges can hold.
const mostEdges = 16384

// NewNumeric lays out a numeric column for the given baseline values, which it sorts in place; NaN and infinities must
// have been taken out. At most about maxEdges quantiles become cuts, and each heavy value two (see Edges); maxEdges is
// taken into [1, 16384]. Without any value the column has no cuts: all that comes later falls into one interval.
func NewNumeric(name string, role Role, values []float64, maxEdges int) *ColumnLayout {
	for i := range values {
		values[i] += 0 // −0 and 0 are one value
	}
	slices.Sort(values)
	c := &ColumnLayout{Name: name, Role: role, Kind: Numeric}
	if len(values) == 0 {
		c.Edges = newEdges(nil)
		return c
	}
	c.Deciles = make([]float64, 11)
	for i := range c.Deciles {
		c.Deciles[i] = Quantile(values, float64(i)*0.1)
	}
	c.Deciles[10] = values[len(values)-1] // 10·0.1 is 1, but 9·0.1 and others are not what they look like
	c.Atoms = heavy(values, int(math.Ceil(AtomShare*float64(len(values))-1e-9)))
	c.Shift = values[len(values)/2]
	c.Edges = newEdges(quantileCuts(values, min(max(maxEdges, 1), mostEdges), c.Deciles))
	return c
}

// NewCategorical lays out a categorical (or boolean, or text) column with these baseline values, in any order.
func NewCategorical(name string, role Role, kind Kind, categories []string) *ColumnLayout {
	c := &ColumnLayout{Name: name, Role: role, Kind: kind, Categories: slices.Clone(categories)}
	slices.Sort(c.Categories)
	c.Categories = slices.Compact(c.Categories)
	c.index()
	return c
}

func (c *ColumnLayout) index() {
	c.ids = make(map[string]int, len(c.Categories))
	for i, name := range c.Categories {
		c.ids[name] = i
	}
}

// Category returns the id of a categorical value, and false for one the baseline never had. It does not allocate.
func (c *ColumnLayout) Category(value []byte) (int, bool) {
	id, ok := c.ids[string(value)]
	return id, ok
}

// Range returns the smallest and largest baseline value of a numeric column; false if it had none.
func (c *ColumnLayout) Range() (low, high float64, ok bool) {
	if len(c.Deciles) == 0 {
		return 0, 0, false
	}
	return c.Deciles[0], c.Deciles[10], true
}

// Cells returns how many counts a Column of this layout holds.
func (c *ColumnLayout) Cells() int {
	switch c.Kind {
	case Numeric:
		return len(c.Edges.cuts) + 1
	case Categorical, Boolean:
		return len(c.Categories)
	case Text:
	}
	return 0
}

// Layout is the frozen shape of all columns of one model version: features in name order, then outputs. It is shared
// by all Sets of the version and never changes.
type Layout struct{ Columns []*ColumnLayout }

// NewLayout orders the columns: features by name, then outputs by name. Two columns of the same role and name are a
// mistake of the caller and panic.
func NewLayout(columns []*ColumnLayout) *Layout {
	l := &Layout{Columns: slices.Clone(columns)}
	slices.SortStableFunc(l.Columns, func(a, b *ColumnLayout) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Name, b.Name))
	})
	for i, c := range l.Columns {
		if i > 0 && l.Columns[i-1].Role == c.Role && l.Columns[i-1].Name == c.Name {
			panic(fmt.Sprintf("profile: two columns named %q", c.Name))
		}
	}
	return l
}

// Output returns the index of the output column with that name, or -1.
func (l *Layout) Output(name string) int {
	for i := len(l.Columns) - 1; i >= 0 && l.Columns[i].Role == Output; i-- {
		if l.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

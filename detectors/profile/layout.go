package profile

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Kind says how a column's values are to be read.
type Kind uint8

// The kinds of column. Text columns are only checked for presence: they have no distribution here.
const (
	Numeric Kind = iota
	Categorical
	Boolean // categorical with the values "false" and "true"
	Text
)

// leastTexts is the number of distinct values that a column of text exceeds; they are also more than half of all.
const leastTexts = 1000

// InferKind infers a column's kind from how many numbers, booleans and texts it holds, and how many distinct texts: numeric
// if all values are numbers, boolean if all are booleans, text if nearly every row has a value of its own, else
// categorical. It is false for a column without any value, which counts as numeric.
func InferKind(numbers, booleans, texts, distinct int) (kind Kind, ok bool) {
	present := numbers + booleans + texts
	switch {
	case present == 0:
		return Numeric, false
	case numbers == present:
		return Numeric, true
	case booleans == present:
		return Boolean, true
	case distinct > leastTexts && 2*distinct > present:
		return Text, true
	}
	return Categorical, true
}

var kindNames = [...]string{"numeric", "categorical", "boolean", "text"}

// String returns the kind's name as configuration and JSON write it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText writes what String prints.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("kind %q: use numeric, categorical, boolean or text", text)
	}
	*k = Kind(i)
	return nil
}

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
		c.Edges = NewEdges(nil)
		return c
	}
	c.Deciles = make([]float64, 11)
	for i := range c.Deciles {
		c.Deciles[i] = Quantile(values, float64(i)*0.1)
	}
	c.Deciles[10] = values[len(values)-1] // 10·0.1 is 1, but 9·0.1 and others are not what they look like
	c.Atoms = heavy(values, int(math.Ceil(AtomShare*float64(len(values))-1e-9)))
	c.Shift = values[len(values)/2]
	c.Edges = NewEdges(quantileCuts(values, min(max(maxEdges, 1), mostEdges), c.Deciles))
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
		return c.Edges.Intervals()
	case Categorical, Boolean:
		return len(c.Categories)
	case Text:
	}
	return 0
}

// Layout is the frozen shape of all columns of one model version: features in name order, then outputs. It is shared
// by all Sets of the version and never changes.
type Layout struct {
	Columns []*ColumnLayout

	byName map[string]int
}

// NewLayout orders the columns: features by name, then outputs by name. Two columns of the same role and name are a
// mistake of the caller and panic.
func NewLayout(columns []*ColumnLayout) *Layout {
	l := &Layout{Columns: slices.Clone(columns)}
	sort.SliceStable(l.Columns, func(i, j int) bool {
		a, b := l.Columns[i], l.Columns[j]
		if a.Role != b.Role {
			return a.Role < b.Role
		}
		return a.Name < b.Name
	})
	l.byName = make(map[string]int, len(columns))
	for i, c := range l.Columns {
		if i > 0 && l.Columns[i-1].Role == c.Role && l.Columns[i-1].Name == c.Name {
			panic(fmt.Sprintf("profile: two columns named %q", c.Name))
		}
		if _, ok := l.byName[c.Name]; !ok { // a feature named like an output comes first
			l.byName[c.Name] = i
		}
	}
	return l
}

// Feature returns the index of the feature with that name, or -1.
func (l *Layout) Feature(name string) int {
	if i, ok := l.byName[name]; ok && l.Columns[i].Role == Feature {
		return i
	}
	return -1
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

// Quantile returns the q-quantile of ascending values by linear interpolation, numpy's default (Hyndman and Fan, type
// 7): at position q·(n−1). Values must not be empty, q lies in [0, 1].
func Quantile(sorted []float64, q float64) float64 {
	position := q * float64(len(sorted)-1)
	low := int(position)
	if low >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[low], sorted[low+1], position-float64(low)
	diff := b - a
	// As numpy: from the nearer end, so that both ends are hit exactly. The conversions keep every machine from fusing
	// multiplication and addition, which would move a cut by one bit.
	switch {
	case math.IsInf(diff, 0):
		return float64(a*(1-t)) + float64(b*t)
	case t < 0.5:
		return a + float64(diff*t)
	}
	return b - float64(diff*(1-t))
}

// heavy returns the values that occur at least least times, ascending: each of them stands at one of every least places.
func heavy(sorted []float64, least int) []float64 {
	var atoms []float64
	for i := least - 1; i < len(sorted); i += least {
		v := sorted[i]
		first := sort.SearchFloat64s(sorted, v)
		known := len(atoms) > 0 && atoms[len(atoms)-1] == v
		if end := first + least; !known && end <= len(sorted) && sorted[end-1] == v {
			atoms = append(atoms, v)
		}
	}
	return atoms
}

package profile

// Set profiles all columns of one model version over the time its Key names: a window, a pane of one, or a baseline.
type Set struct {
	Key     Key
	Layout  *Layout
	Rows    uint64   // predictions
	Columns []Column // as Layout.Columns
}

// NewSet returns an empty set over layout; a nil layout (no baseline) has no columns and only counts rows.
func NewSet(key Key, layout *Layout) *Set {
	s := &Set{Key: key, Layout: layout}
	if layout != nil {
		s.Columns = make([]Column, len(layout.Columns))
		cells := 0
		for _, c := range layout.Columns {
			cells += c.Cells()
		}
		counts := make([]uint64, cells) // in one piece, which wastes less than a piece for each column
		for i, c := range layout.Columns {
			n := c.Cells()
			s.Columns[i] = columnOver(counts[:n:n])
			counts = counts[n:]
		}
	}
	return s
}

// Missing returns how many rows have no value in column i: the key was absent, null or NaN.
func (s *Set) Missing(i int) uint64 { return s.missing(i, s.Columns[i].N()) }

func (s *Set) missing(i int, n uint64) uint64 {
	c := &s.Columns[i]
	if present := n + c.Missing + c.Infinite + c.Mismatched; present < s.Rows {
		return c.Missing + s.Rows - present
	}
	return c.Missing
}

// Totals are what a column's counts come to.
type Totals struct {
	// N is Column.N and Missing is Set.Missing.
	N, Missing uint64
	// Mean and Std, the population's (ddof 0), are those of a numeric column's finite values; Spread tells whether they
	// exist: not without values, nor if the squares are beyond float64.
	Mean, Std float64
	Spread    bool
}

// Totals sums up column i, going over its counts once.
func (s *Set) Totals(i int) Totals {
	t := Totals{N: s.Columns[i].N()}
	t.Missing = s.missing(i, t.N)
	t.Mean, t.Std, t.Spread = s.Columns[i].meanStd(s.Layout.Columns[i], t.N)
	return t
}

// Merge adds all that o holds. Both must share one layout: sets of different baselines cannot be added, which is the
// caller's mistake and panics.
func (s *Set) Merge(o *Set) {
	if s.Layout != o.Layout {
		panic("profile: merging sets of different layouts")
	}
	s.Rows += o.Rows
	for i := range s.Columns {
		s.Columns[i].Merge(&o.Columns[i])
	}
}

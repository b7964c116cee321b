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
		for i, c := range layout.Columns {
			s.Columns[i] = newColumn(c)
		}
	}
	return s
}

// Missing returns how many rows have no value in column i: the key was absent, null or NaN.
func (s *Set) Missing(i int) uint64 {
	c := &s.Columns[i]
	if present := c.present(); present < s.Rows {
		return c.Missing + s.Rows - present
	}
	return c.Missing
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

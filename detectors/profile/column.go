package profile

import "math"

// Column counts the values of one column over the cells of its layout.
type Column struct {
	// Counts has one entry an interval of Edges (numeric) or a category (categorical, boolean); text has none.
	Counts []uint64
	// Text counts the values of a text column, whatever they are.
	Text uint64
	// Missing counts nulls and NaN. Absent keys are not counted here: Set.Missing adds them.
	Missing uint64
	// Infinite counts ±Inf in a numeric column: in no interval, no sum, no range.
	Infinite uint64
	// Mismatched counts values of another type, such as a string in a numeric column.
	Mismatched uint64
	// Unseen counts categorical values that the baseline never had.
	Unseen Unseen
	// Min and Max of the finite values; Min > Max as long as there are none.
	Min, Max float64
	// Sum and Squares are Σ(x − Shift) and Σ(x − Shift)² over the finite values, Shift being the layout's.
	Sum, Squares ExactSum
}

func columnOver(counts []uint64) Column {
	return Column{Counts: counts, Min: math.Inf(1), Max: math.Inf(-1)}
}

// Finite tells whether x has a place in a distribution: it is neither NaN nor an infinity.
func Finite(x float64) bool { return x-x == 0 }

// ObserveNumber counts x in a numeric column: NaN as missing, infinities apart.
func (c *Column) ObserveNumber(layout *ColumnLayout, x float64) {
	if !Finite(x) {
		if x != x {
			c.Missing++
		} else {
			c.Infinite++
		}
		return
	}
	c.Counts[layout.Edges.Interval(x)]++
	c.Min, c.Max = min(c.Min, x), max(c.Max, x)
	d := x - layout.Shift
	c.Sum.Add(d)
	c.Squares.Add(min(d*d, math.MaxFloat64))
}

// ObserveCategory counts a value of a categorical, boolean or text column.
func (c *Column) ObserveCategory(layout *ColumnLayout, value []byte) {
	if layout.Kind == Text {
		c.Text++
		return
	}
	if id, ok := layout.Category(value); ok {
		c.Counts[id]++
		return
	}
	c.Unseen.Add(value, 1)
}

// N returns how many values have a place in the column's distribution: finite numbers, or all categorical values,
// unseen ones included.
func (c *Column) N() uint64 {
	n := c.Text + c.Unseen.Total()
	for _, count := range c.Counts {
		n += count
	}
	return n
}

// meanStd returns what Totals has of count values.
func (c *Column) meanStd(layout *ColumnLayout, count uint64) (mean, std float64, ok bool) {
	n := float64(count)
	if n == 0 || layout.Kind != Numeric {
		return 0, 0, false
	}
	d, squares := c.Sum.Value()/n, c.Squares.Value()
	if mean = layout.Shift + d; math.IsInf(mean, 0) || squares >= math.MaxFloat64 || math.IsInf(d*d, 0) {
		return 0, 0, false
	}
	return mean, math.Sqrt(max(squares/n-d*d, 0)), true
}

// Merge adds all that o, a column of the same layout, holds.
func (c *Column) Merge(o *Column) {
	for i, n := range o.Counts {
		c.Counts[i] += n
	}
	c.Text += o.Text
	c.Missing += o.Missing
	c.Infinite += o.Infinite
	c.Mismatched += o.Mismatched
	c.Unseen.Merge(&o.Unseen)
	c.Min, c.Max = min(c.Min, o.Min), max(c.Max, o.Max)
	c.Sum.Merge(&o.Sum)
	c.Squares.Merge(&o.Squares)
}

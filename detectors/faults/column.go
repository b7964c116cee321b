package faults

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// Column is what some rows hold in one column. Its counts need not agree with each other: nothing here panics on it.
type Column struct {
	Name string
	Kind profile.Kind
	// Rows is how many rows there are, Missing how many of them have no value.
	Rows, Missing uint64
	// Cells counts the values by type, whatever the column's kind.
	Cells Cells
	// Numbers are the finite values of a numeric column, ascending.
	Numbers []float64
	// Categories are the values of a categorical or boolean column and how often each occurs.
	Categories map[string]uint64
	// Aliens are the texts in a numeric column, and how often each occurs.
	Aliens map[string]uint64
	// Run is the longest stretch of equal values in the order of the rows.
	Run Run
	// Trend returns how straight the numbers of a column rise or fall with the order of the rows: Pearson's |r| of value and
	// place, in [0, 1]. A counter has 1. Nil if the order of rows is not known.
	Trend func() float64
	// Ends returns the medians of the first and of the last numbers in the order of the rows. Nil if that is not known.
	Ends func() (first, last float64)
	// Step returns the median size of the steps by which the numbers of a column come, in the order of the rows, to those that
	// are looked for from one that is not, and how often they do. Nil if the order of rows is not known.
	Step func(to func(Value) bool) (size float64, times int)
	// Heaped returns the largest share that one value has of any stretch of so many rows: in a reference, how far values
	// persist without being stuck. Nil if the order of rows is not known.
	Heaped func(rows uint64) float64
	// Output tells a column that the model answered. Its values are nobody's input: they may be missing, of another type, or
	// stuck.
	Output bool
}

// persisting is how many times its largest share of a stretch a value must hold to be more than persistent.
const persisting = 1.5

// usual tells whether as much of one value in so many rows is nothing new to the reference.
func (c *Column) usual(share float64, rows uint64) bool {
	return c.Heaped != nil && share <= persisting*c.Heaped(rows)
}

// Cells counts values by type. Others are lists, objects and the like.
type Cells struct{ Numbers, Truths, Texts, Others uint64 }

// present counts all values.
func (c Cells) present() uint64 { return c.Numbers + c.Truths + c.Texts + c.Others }

// Run is the longest stretch of equal values: its length, where it starts (counted from the first of the rows), which value
// it has, and how many stretches the column has in all. The zero value means that the order of rows is not known.
type Run struct {
	Length, Start, Stretches uint64
	Number                   float64
	Category                 string
}

// Options say how sure a finding must be.
type Options struct {
	// Tests is among how many columns and chunks one false alarm in a hundred is shared; default 1.
	Tests int
}

// A test of a rate is wrong once in 100,000 times at most, where the normal approximation holds, and all together once
// in a hundred.
const (
	alone    = 1e-5
	together = 0.01
)

// level returns the chance of a false alarm that one test may use up.
func (o Options) level() float64 { return min(alone, together/float64(max(o.Tests, 1))) }

package drivers

// Segment is a slice of the rows in which performance fell more than in the others.
type Segment struct {
	// Conditions that rows of the segment meet, one or two.
	Conditions []Condition
	// Rows and Reference count the labelled rows inside, now and in the reference; Share is that of the current rows.
	Rows, Reference int
	Share           float64
	// Error and ErrorBefore are the mean error inside, ErrorOutside and ErrorOutsideBefore that of all other rows. A segment
	// the reference has too few rows of takes the mean error of all for ErrorBefore.
	Error, ErrorBefore               float64
	ErrorOutside, ErrorOutsideBefore float64
	// Explained is the part of the excess error that lies inside, in [0, 1].
	Explained float64
	// Alone tells that the error of all other rows did not rise beyond chance (one-sided, 5 %).
	Alone bool
	// PValue that the segment changed as the others did, multiplied by the number of slices looked at.
	PValue float64
}

// Condition is one bin of one column, or the range from one bin to another of an ordered one.
type Condition struct {
	// Column is an index into the searched columns, First and Last are bins of it, both included.
	Column, First, Last int
}

// Column is one column to slice by: the bin of every labelled row.
type Column struct {
	// Bins is how many there are; Now and Before hold a bin for each labelled row, −1 for none.
	Bins        int
	Now, Before []int32
	// Ordered bins can be taken together as ranges from either end.
	Ordered bool
}

// holds tells whether a bin meets the condition.
func (c *Condition) holds(bin int32) bool { return int(bin) >= c.First && int(bin) <= c.Last }

// Days counts the different days of the rows inside, each row's day given in the order of the columns' bins.
func (g *Segment) Days(columns []Column, days []int64) int {
	different := make(map[int64]struct{})
	for i, day := range days {
		inside := true
		for _, k := range g.Conditions {
			inside = inside && k.holds(columns[k.Column].Now[i])
		}
		if inside {
			different[day] = struct{}{}
		}
	}
	return len(different)
}

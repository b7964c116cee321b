package faults

import "fmt"

// Finding is one fault of one column.
type Finding struct {
	// Column is empty for duplicated rows.
	Column string
	Kind   Kind
	// Share of the current rows that the fault touches, in [0, 1].
	Share float64
	// Clause says what is wrong with the column without naming it, as a verb phrase: "looks a thousand times larger". It is
	// at most 120 bytes.
	Clause string
	// Detail gives the figures, as what could follow in brackets; it may be empty.
	Detail string

	// start is in which of the rows, counted from 0, a run of them begins; 0 if there is none or it is not known.
	start uint64
	// before is the share of the reference that shows the same.
	before float64
	// factor is that of a change of unit; 0 of other faults.
	factor float64
	hit    func(Value) bool
}

// Value is one cell, for Finding.Hits.
type Value struct {
	Missing bool
	// IsNumber tells a number or boolean (as 0 and 1) from a text.
	IsNumber bool
	Number   float64
	// Text of the value as a category is called.
	Text string
}

// Traceable tells whether the fault shows in single values, so that Hits says something.
func (f *Finding) Traceable() bool { return f.hit != nil }

// Hits tells whether a value shows the fault; false if the fault is not Traceable.
func (f *Finding) Hits(v Value) bool { return f.hit != nil && f.hit(v) }

// Start returns in which of the rows, counted from 0, the fault begins, if it is a run of rows; 0 if not.
func (f *Finding) Start() uint64 { return f.start }

// Distinct tells whether values that were different still are: a factor keeps them apart, a stuck value does not.
func (f *Finding) Distinct() bool {
	switch f.Kind {
	case UnitChange, SignFlip, CaseChange, WhitespaceChange, EncodingChange, NewCategory, ColumnsSwapped:
		return true
	default:
		return false
	}
}

// Sentence names the column, what is wrong, in how many rows and by which figures. Where is added behind the share, such as
// " since row 120"; it may be empty.
func (f *Finding) Sentence(where string) string {
	subject := "The input"
	if f.Column != "" {
		subject = Quote(f.Column)
	}
	rows := ""
	switch f.Kind {
	case ColumnMissing, ColumnAdded, ColumnRenamed, ColumnsSwapped: // a matter of the column, not of its rows
	default:
		rows = " in " + Portion(f.Share) + " rows"
	}
	detail := ""
	if f.Detail != "" {
		detail = " (" + f.Detail + ")"
	}
	return fmt.Sprintf("%s %s%s%s%s.", subject, f.Clause, rows, where, detail)
}

// NullRate is how often the fault is named in one column of one chunk without it: the upper 95 % bound of what
// TestNullRates counts on simulated columns that have no fault.
func (f *Finding) NullRate() float64 { return nullRates[f.Kind] }

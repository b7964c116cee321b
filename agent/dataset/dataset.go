package dataset

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Dataset is a file's rows by column. Its slices with an entry a row are all Rows long.
type Dataset struct {
	// Path is what the caller called the input.
	Path string
	Rows int
	// Header holds the names of all columns of a table; nil for native events.
	Header []string
	// Columns to compare, features and outputs, in the file's order; in NDJSON the outputs come last.
	Columns []*Column
	// Times of the rows, Dawn where a row has none.
	Times []profile.Instant
	// Answers of the model and the truth about them; a truth without a class is not known.
	Answers []performance.Answer
	Truths  []performance.Truth
	// Arrived says when the label came, Dawn where that is not known.
	Arrived []profile.Instant
	// Served says how long each answer took and whether it failed.
	Served []Served
	// IDs join labels to rows; empty where a row has none.
	IDs []string
	// Models and Versions that the events name, in order of appearance.
	Models, Versions []string
	// Notes say in a sentence each how the file was understood.
	Notes []string

	texts map[string][]byte // one copy of each class name
}

// Served is how one request was served: its latency in milliseconds, NaN if unknown, and whether the model failed.
type Served struct {
	LatencyMS float64
	Failed    bool
}

// Options say how to read a file. Names of columns concern CSV: native events have names of their own.
type Options struct {
	ID, Timestamp, Prediction, Score, Label string
	// ProbabilityPrefix is what stands before the class in the names of probability columns.
	ProbabilityPrefix string
	// Ignore names columns that are not compared. By their name alone they have no role either.
	Ignore []string
}

// Column returns the column with that name, nil if there is none.
func (d *Dataset) Column(name string) *Column {
	i := slices.IndexFunc(d.Columns, func(c *Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return d.Columns[i]
}

// output returns the column that holds that part of the model's answers, nil if there is none.
func (d *Dataset) output(part Part) *Column {
	i := slices.IndexFunc(d.Columns, func(c *Column) bool { return c.Part == part })
	if i < 0 {
		return nil
	}
	return d.Columns[i]
}

// Labeled counts the rows whose truth is known.
func (d *Dataset) Labeled() int {
	n := 0
	for i := range d.Truths {
		if d.Truths[i].Class != nil {
			n++
		}
	}
	return n
}

// answered tells whether the model has answered anything.
func (d *Dataset) answered() bool {
	return slices.ContainsFunc(d.Answers, func(a performance.Answer) bool {
		return a.HasClass || a.HasScore || a.HasValue || len(a.Probabilities) > 0
	})
}

// reserve makes room for about so many rows.
func (d *Dataset) reserve(rows int) {
	d.Times, d.Arrived = slices.Grow(d.Times, rows), slices.Grow(d.Arrived, rows)
	d.Served, d.IDs = slices.Grow(d.Served, rows), slices.Grow(d.IDs, rows)
}

// class returns a copy of a class's name that equal ones share.
func (d *Dataset) class(name []byte) []byte {
	kept, ok := d.texts[string(name)]
	if !ok {
		if d.texts == nil {
			d.texts = make(map[string][]byte)
		}
		kept = append([]byte{}, name...)
		d.texts[string(kept)] = kept
	}
	return kept
}

package dataset

import (
	"iter"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// outcomes are a file's rows in the schema's terms: read once, as every section of a comparison asks for them. Nobody changes
// them.
type outcomes struct {
	rows []performance.Outcome
	said []said
}

// said tells what of a row's outcome is known.
type said uint8

const (
	nothing said = iota
	answerAlone
	answerAndLabel
)

// interpret reads what both files say.
func (s *scorer) interpret(ref, cur *Dataset) {
	files := []*Dataset{ref, cur}
	read := make([]*outcomes, len(files))
	inParallel(len(files), func(numbers iter.Seq[int]) {
		for i := range numbers {
			read[i] = newOutcomes(s.schema, files[i])
		}
	})
	s.read = map[*Dataset]*outcomes{ref: read[0], cur: read[1]}
}

func newOutcomes(schema *performance.Schema, d *Dataset) *outcomes {
	of := &outcomes{rows: make([]performance.Outcome, d.Rows), said: make([]said, d.Rows)}
	scratch := make([]float64, len(schema.Classes))
	for row := range of.rows {
		o, ok := schema.Interpret(d.Answers[row], scratch)
		if !ok {
			continue
		}
		of.said[row] = answerAlone
		if schema.Label(&o, d.Truths[row]) {
			of.said[row] = answerAndLabel
		}
		of.rows[row] = o
		if o.Probabilities != nil {
			scratch = make([]float64, len(schema.Classes)) // the outcome keeps the other
		}
	}
	return of
}

// labelled calls each with every labelled row's outcome.
func (s *scorer) labelled(d *Dataset, rows []int, each func(row int, o performance.Outcome)) {
	of := s.read[d]
	for _, row := range rows {
		if of.said[row] == answerAndLabel {
			each(row, of.rows[row])
		}
	}
}

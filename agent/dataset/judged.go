package dataset

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// Judged is what a chunk's labels say beside its measurements of performance.
type Judged struct {
	// Confusion is the confusion matrix of a classification, Reliability how often probabilities came true.
	Confusion   []performance.ConfusionCell `json:"confusion,omitempty"`
	Reliability []performance.Reliability   `json:"reliability,omitempty"`

	cellsLeft int
}

// judge scores a chunk's rows.
func (s *scorer) judge(d *Dataset, rows []int) ([]Performance, Judged) {
	all, e := s.score(d, rows)
	if len(all) == 0 {
		return all, Judged{}
	}
	j := Judged{Reliability: e.Reliability()}
	j.Confusion, j.cellsLeft = e.Confusion()
	return all, j
}

// noteOfCells says what confusion matrices leave out; empty if nothing.
func noteOfCells(chunks []Chunk) string {
	most := 0
	for i := range chunks {
		most = max(most, chunks[i].cellsLeft)
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf("confusion matrices show their %d fullest cells; up to %d with fewer rows are left out", performance.MostConfusionCells, most)
}

package dataset

import (
	"errors"

	"github.com/anchorwatch/anchorwatch/detectors/estimate"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// Estimates are the report card of the performance that was estimated without labels.
type Estimates struct {
	// Calibrated tells that the reference's labels made probabilities of the scores.
	Calibrated bool `json:"calibrated"`
	Trusted    bool `json:"trusted"`
	// Reason says in a sentence why the estimates are not trusted.
	Reason   string          `json:"reason,omitempty"`
	Measures []EstimateGrade `json:"measures"`
}

// EstimateGrade sets one estimated measure beside what came true.
type EstimateGrade struct {
	Name  string `json:"name"`
	Class string `json:"class,omitempty"`
	// Chunks with labels were compared; ReferenceChunks of them are pieces of the reference.
	Chunks          int      `json:"chunks"`
	ReferenceChunks int      `json:"reference_chunks"`
	Bias            float64  `json:"bias"`
	BiasLower       *float64 `json:"bias_lower,omitempty"`
	BiasUpper       *float64 `json:"bias_upper,omitempty"`
	Coverage        float64  `json:"coverage"`
	Trusted         bool     `json:"trusted"`
	Reason          string   `json:"reason,omitempty"`
}

// fitEstimator learns from the reference's labels what its scores are worth. Without labels or scores there is nothing
// to learn; that labels do not make probabilities of the scores is said in a note.
func (s *scorer) fitEstimator(ref *Dataset) (notes []string) {
	if s == nil {
		return nil
	}
	r := estimate.NewReference(s.schema)
	s.labelled(ref, ref.all(), func(_ int, o performance.Outcome) { r.Observe(o) })
	var err error
	if s.estimator, err = r.Fit(); errors.Is(err, estimate.ErrNoProbabilities) {
		notes = append(notes, "performance is not estimated: "+err.Error())
	}
	return notes
}

// estimates scores some rows by their answers alone; nothing without an estimator.
func (s *scorer) estimates(d *Dataset, rows []int) []Performance {
	if s.estimator == nil {
		return nil
	}
	state := s.estimator.NewState()
	of := s.read[d]
	for _, row := range rows {
		if of.said[row] != nothing {
			state.Observe(of.rows[row])
		}
	}
	var all []Performance
	for _, e := range state.Estimates() {
		all = append(all, newPerformance(e.Measurement))
	}
	return all
}

// reportCard compares estimates with what the labels say, over the chunks of both files; nil without an estimator. Rows
// without a label have no part in it.
func (s *scorer) reportCard(ref, cur *Dataset, c Chunking) *Estimates {
	if s == nil || s.estimator == nil {
		return nil
	}
	var card estimate.Card
	for _, d := range []*Dataset{ref, cur} {
		for _, p := range d.pieces(c) {
			byScores, byLabels := s.estimator.NewState(), s.estimator.NewState()
			s.labelled(d, p.rows, func(_ int, o performance.Outcome) {
				byScores.Observe(o)
				byLabels.ObserveTruth(o)
			})
			card.Observe(byScores, byLabels, s.options.DesignEffect, d == ref)
		}
	}
	grades := card.Grades()
	out := &Estimates{Calibrated: s.estimator.Calibrated(), Measures: []EstimateGrade{}}
	out.Trusted, out.Reason = estimate.Verdict(grades)
	for _, g := range grades {
		out.Measures = append(out.Measures, EstimateGrade{
			Name: estimate.Prefix + g.Measure, Class: g.Class, Chunks: g.Chunks, ReferenceChunks: g.Reference,
			Bias: g.Bias, BiasLower: g.Lower, BiasUpper: g.Upper, Coverage: g.Coverage, Trusted: g.Trusted, Reason: g.Reason,
		})
	}
	return out
}

// pieces cuts a file for the report card: as the user wants it cut, or into ten where that gives too few to judge by.
func (d *Dataset) pieces(c Chunking) []piece {
	all, _, err := d.cut(c)
	if err != nil || len(all) < estimate.LeastChunks {
		const ten = 10
		all = d.cutByRows(max((d.Rows+ten-1)/ten, 1))
	}
	return all
}

package estimate

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// State adds up the rows of one chunk by their probabilities: what is needed to estimate every measure. The order of rows
// changes no more than the last bits. Adding a row is O(classes) and now and then a sort; memory is 24 bytes for each
// class and distinct score, or up to three times that for some thousand rows.
type State struct {
	estimator *Estimator
	n         uint64
	classes   []mass
	scratch   []float64
}

// mass is one class against all others: expected counts, which need not be whole.
type mass struct {
	called   uint64  // rows answered with the class
	right    float64 // how many of them are of the class
	positive float64 // how many of all rows are
	steps    []step
	sorted   int // so many of the steps are in order, each of a score of its own
}

// step is the rows of one score.
type step struct{ score, rows, positive float64 }

// unsorted is how many steps may wait at least before they are put in order.
const unsorted = 4096

// NewState returns the state of an empty chunk.
func (e *Estimator) NewState() *State {
	return &State{estimator: e, classes: make([]mass, len(e.curves))}
}

// N returns how many rows were counted.
func (s *State) N() uint64 { return s.n }

// Observe counts a row by its answer alone; whether it has a truth does not matter. A row without scores is left out.
func (s *State) Observe(o performance.Outcome) {
	if usable(o, s.estimator.schema) {
		s.scratch = s.estimator.probabilities(o, s.scratch)
		s.add(o)
	}
}

// ObserveTruth counts a row by its label: the class that is true has the probability 1. So a state measures what has
// come true by the formulas of the estimate. A row without scores is left out, that both count the same rows.
func (s *State) ObserveTruth(o performance.Outcome) {
	if !usable(o, s.estimator.schema) {
		return
	}
	s.scratch = s.scratch[:0]
	for _, class := range s.estimator.classes {
		p := 0.0
		if class == o.Actual {
			p = 1
		}
		s.scratch = append(s.scratch, p)
	}
	s.add(o)
}

// add counts a row whose probabilities are in scratch.
func (s *State) add(o performance.Outcome) {
	s.n++
	for place, p := range s.scratch {
		c := &s.classes[place]
		c.positive += p
		if s.estimator.classes[place] == o.Predicted {
			c.called++
			c.right += p
		}
		c.put(step{score(o, place), 1, p})
	}
}

func (m *mass) put(rows step) {
	m.steps = append(m.steps, rows)
	if len(m.steps) > 2*m.sorted+unsorted {
		m.sort()
	}
}

// sort puts steps in ascending order of their scores, equal scores as one.
func (m *mass) sort() {
	if m.sorted == len(m.steps) {
		return
	}
	slices.SortFunc(m.steps, func(a, b step) int { return lower(a.score, b.score) })
	merged := m.steps[:1]
	for _, rows := range m.steps[1:] {
		if last := &merged[len(merged)-1]; last.score == rows.score {
			last.rows += rows.rows
			last.positive += rows.positive
		} else {
			merged = append(merged, rows)
		}
	}
	m.steps, m.sorted = merged, len(merged)
}

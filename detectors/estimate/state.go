package estimate

import (
	"maps"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// State adds up the unlabelled rows of one chunk: what is needed to estimate every measure. States of one estimator
// merge; order and grouping change no more than the last bits. Adding a row is O(classes). Memory is 40 bytes and the
// map's slack for each class and distinct score.
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
	steps    map[float64]step
}

// step is the rows of one score.
type step struct {
	rows     uint64
	positive float64
}

// NewState returns the state of an empty chunk.
func (e *Estimator) NewState() *State {
	s := &State{estimator: e, classes: make([]mass, len(e.curves))}
	for i := range s.classes {
		s.classes[i].steps = make(map[float64]step)
	}
	return s
}

// N returns how many rows were counted.
func (s *State) N() uint64 { return s.n }

// Observe counts a row by its answer alone; whether it has a truth does not matter. A row without scores is left out.
func (s *State) Observe(o performance.Outcome) {
	if !usable(o, s.estimator.schema) {
		return
	}
	s.n++
	s.scratch = s.estimator.probabilities(o, s.scratch)
	called := o.Predicted
	if s.estimator.schema.Task == performance.Binary {
		called = 1 // a place in classes: the positive class has the only one
		if s.estimator.schema.Classes[o.Predicted] == s.estimator.schema.Positive {
			called = 0
		}
	}
	for place, p := range s.scratch {
		c := &s.classes[place]
		c.positive += p
		if place == called {
			c.called++
			c.right += p
		}
		at := score(o, place) + 0 // −0 and 0 are one score
		rows := c.steps[at]
		c.steps[at] = step{rows.rows + 1, rows.positive + p}
	}
}

// Merge adds all that o holds. Both must be of one estimator.
func (s *State) Merge(o *State) {
	s.n += o.n
	for place := range s.classes {
		c, from := &s.classes[place], &o.classes[place]
		c.called += from.called
		c.right += from.right
		c.positive += from.positive
		for score, more := range from.steps {
			rows := c.steps[score]
			c.steps[score] = step{rows.rows + more.rows, rows.positive + more.positive}
		}
	}
}

// descending returns the steps from the highest score down.
func (m *mass) descending() []step {
	scores := slices.Sorted(maps.Keys(m.steps))
	all := make([]step, 0, len(scores))
	for _, score := range slices.Backward(scores) {
		all = append(all, m.steps[score])
	}
	return all
}

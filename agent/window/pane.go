package window

import (
	"maps"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// pane is the smallest slice of event time of a series.
type pane struct {
	// set is nil in a segment, which has no baseline to compare with, and once every window over the pane has had its
	// distributions judged.
	set     *profile.Set
	rows    uint64
	traffic performance.Traffic
	// spoken tells that some prediction was on time: what comes late cannot undo that a version was silent.
	spoken bool
	// labels holds what became known in each step of label time, by its number; a single entry once no step matters.
	labels map[int64]*arrivals
	// unjoined counts predictions that the join had no room for: their labels are not among the tallies.
	unjoined uint64
}

// arrivals are the labels that became known in one step of time, for the predictions of one pane.
type arrivals struct {
	tally  *performance.Tally
	delays performance.Delays
}

// count adds one prediction, without its columns.
func (p *pane) count(prediction *event.Prediction, unjoined bool) {
	p.rows++
	if p.set != nil {
		p.set.Rows++
	}
	p.traffic.Observe(prediction.LatencyMS, prediction.Error)
	if unjoined {
		p.unjoined++
	}
}

// arriving returns the labels of a step, none yet if it is new.
func (p *pane) arriving(step int64, schema *performance.Schema) *arrivals {
	a := p.labels[step]
	if a == nil {
		a = &arrivals{tally: performance.New(schema)}
		p.labels[step] = a
	}
	return a
}

// steps returns the numbers of the label steps in order.
func (p *pane) steps() []int64 { return slices.Sorted(maps.Keys(p.labels)) }

// fold puts all labels under the last step, once no judgement will tell the steps apart any more.
func (p *pane) fold() {
	if len(p.labels) < 2 {
		return
	}
	steps := p.steps()
	last := steps[len(steps)-1]
	all := p.labels[last]
	for _, step := range steps[:len(steps)-1] {
		all.tally.Merge(p.labels[step].tally)
		all.delays.Merge(&p.labels[step].delays)
	}
	p.labels = map[int64]*arrivals{last: all}
}

// lift moves the labels of a folded pane up to a step, if that is later, and returns the step they are under.
func (p *pane) lift(step int64) int64 {
	for last, all := range p.labels {
		delete(p.labels, last)
		step = max(step, last)
		p.labels[step] = all
		break
	}
	return step
}

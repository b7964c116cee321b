package window

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// pane is the smallest slice of event time of a series.
type pane struct {
	set     *profile.Set // nil once every window over the pane has had its distributions judged
	rows    uint64
	traffic performance.Traffic
	// labels holds what became known in each step of label time, by its number.
	labels map[int64]*arrivals
	// unjoined counts predictions that the join had no room for: their labels are not among the tallies.
	unjoined uint64
	// incomplete is set when input for this time is known to be missing.
	incomplete bool
}

// arrivals are the labels that became known in one step of time, for the predictions of one pane.
type arrivals struct {
	tally  *performance.Tally // nil if the version's answers cannot be scored
	delays performance.Delays
}

func newPane(set *profile.Set) *pane {
	return &pane{set: set, labels: map[int64]*arrivals{}}
}

// steps returns the numbers of the label steps in order.
func (p *pane) steps() []int64 {
	steps := make([]int64, 0, len(p.labels))
	for step := range p.labels {
		steps = append(steps, step)
	}
	slices.Sort(steps)
	return steps
}

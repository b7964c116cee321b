package fairness

import "github.com/anchorwatch/anchorwatch/detectors/performance"

// Tally counts answers and labels by group. Memory is 80 bytes and the name for each group.
type Tally struct {
	positive int
	groups   map[string]*counts
	labelled uint64
}

// counts of one group. The first two are about all rows, the others about those with a label.
type counts struct {
	rows, selected                                           uint64
	labelled, right                                          uint64
	truePositive, falsePositive, falseNegative, trueNegative uint64
}

// New returns an empty tally. Positive is the index of the class that it is good or bad to be given, the positive one of
// a binary model; any other is "not selected". With performance.Unknown there is no such class, and only accuracy can be
// compared.
func New(positive int) *Tally {
	return &Tally{positive: positive, groups: make(map[string]*counts)}
}

// Observe counts an answer of one group; labelled tells whether its truth is known.
func (t *Tally) Observe(group string, o performance.Outcome, labelled bool) {
	c := t.groups[group]
	if c == nil {
		c = &counts{}
		t.groups[group] = c
	}
	c.rows++
	selected := o.Predicted == t.positive && t.positive != performance.Unknown
	if selected {
		c.selected++
	}
	if !labelled {
		return
	}
	t.labelled++
	c.labelled++
	if o.Predicted == o.Actual && o.Actual != performance.Unknown {
		c.right++
	}
	switch positive := o.Actual == t.positive; {
	case selected && positive:
		c.truePositive++
	case selected:
		c.falsePositive++
	case positive:
		c.falseNegative++
	default:
		c.trueNegative++
	}
}

func (c *counts) add(o *counts) {
	c.rows += o.rows
	c.selected += o.selected
	c.labelled += o.labelled
	c.right += o.right
	c.truePositive += o.truePositive
	c.falsePositive += o.falsePositive
	c.falseNegative += o.falseNegative
	c.trueNegative += o.trueNegative
}

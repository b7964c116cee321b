package dataset

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/fairness"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// MaxGroups is how many values a protected attribute may have: beyond that, groups are too small to compare and too many
// to read.
const MaxGroups = 50

// MissingGroup is the group of rows without a value.
const MissingGroup = "<missing>"

// Fairness is one group of one protected attribute; the group fairness.Overall is all of them.
type Fairness struct {
	Attribute    string         `json:"attribute"`
	Group        string         `json:"group"`
	Measurements []FairnessRate `json:"measurements"`
}

// FairnessRate is one rate of a group, or a difference or ratio between groups.
type FairnessRate struct {
	Name   string           `json:"name"`
	Value  float64          `json:"value"`
	Lower  *float64         `json:"lower,omitempty"`
	Upper  *float64         `json:"upper,omitempty"`
	N      uint64           `json:"n"`
	NEff   *float64         `json:"n_eff,omitempty"`
	Status detectors.Status `json:"status"`
}

// protection compares groups of the protected attributes. A nil one compares nothing.
type protection struct {
	scores     *scorer
	attributes []string
	positive   int
	minimum    uint64
}

// newProtection checks the attributes. It is nil if there are none.
func newProtection(ref, cur *Dataset, scores *scorer, o CompareOptions) (*protection, []string, error) {
	if len(o.Protected) == 0 {
		return nil, nil, nil
	}
	if scores == nil || scores.schema.Task == performance.Regression {
		return nil, nil, fmt.Errorf("fairness by %q: no model that answers classes", o.Protected)
	}
	for _, name := range o.Protected {
		if err := checkAttribute(name, ref, cur); err != nil {
			return nil, nil, err
		}
	}
	p := &protection{scores: scores, attributes: o.Protected, minimum: o.MinimumGroup}
	if p.minimum == 0 {
		p.minimum = fairness.DefaultMinimum
	}
	positive := o.Answers.Positive
	if scores.schema.Task == performance.Binary {
		positive = scores.schema.Positive
	}
	p.positive = scores.schema.Class([]byte(positive))
	switch {
	case p.positive == performance.Unknown && positive != "":
		return nil, nil, fmt.Errorf("positive class %q is none of %q", positive, scores.schema.Classes)
	case p.positive == performance.Unknown:
		return p, []string{"fairness: only accuracy is compared; a positive class says what else to compare"}, nil
	}
	return p, nil, nil
}

// checkAttribute refuses a column that does not exist, or has more values than make groups.
func checkAttribute(name string, files ...*Dataset) error {
	found := false
	groups := make(map[string]bool)
	for _, d := range files {
		c := d.Column(name)
		found = found || c != nil
		for row := 0; c != nil && row < d.Rows; row++ {
			group := c.group(row)
			if groups[group] = true; len(groups) > MaxGroups {
				return fmt.Errorf("protected attribute %q has more than %d values: put them into groups of a column of its own", name, MaxGroups)
			}
		}
	}
	if !found {
		return fmt.Errorf("no column %q to compare groups by", name)
	}
	return nil
}

// group names the group of a row.
func (c *Column) group(row int) string {
	if name, ok := c.spelling(row); ok {
		return name
	}
	return MissingGroup
}

// measure compares the groups among some rows.
func (p *protection) measure(d *Dataset, rows []int) []Fairness {
	if p == nil {
		return nil
	}
	var all []Fairness
	of := p.scores.read[d]
	for _, name := range p.attributes {
		column, tally := d.Column(name), fairness.New(p.positive)
		for _, row := range rows {
			if of.said[row] != nothing {
				tally.Observe(column.group(row), of.rows[row], of.said[row] == answerAndLabel)
			}
		}
		for _, group := range tally.Report(fairness.Options{DesignEffect: p.scores.options.DesignEffect, Minimum: p.minimum}) {
			f := Fairness{Attribute: name, Group: group.Name, Measurements: []FairnessRate{}}
			for _, m := range group.Measurements {
				f.Measurements = append(f.Measurements, FairnessRate{m.Name, m.Value, m.Lower, m.Upper, m.N, m.NEff, m.Status})
			}
			all = append(all, f)
		}
	}
	return all
}

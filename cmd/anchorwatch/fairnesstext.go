package main

import (
	"fmt"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/fairness"
)

// fairnessTables show the groups of each protected attribute in the last chunk, then what lies between them there and
// in the reference; nil without any.
func fairnessTables(c *dataset.Comparison) []*table {
	if len(c.Chunks) == 0 || len(c.Chunks[len(c.Chunks)-1].Fairness) == 0 {
		return nil
	}
	last := c.Chunks[len(c.Chunks)-1].Fairness
	groups, between := &table{left: 2}, &table{left: 2}
	names := []string{"selection_rate", "accuracy", "true_positive_rate", "false_positive_rate", "precision"}
	title := "fairness"
	if len(c.Chunks) > 1 {
		title += fmt.Sprintf(" in chunk %d", c.Chunks[len(c.Chunks)-1].Index)
	}
	groups.head(append([]string{title, "group"}, names...)...)
	between.head("between groups", "", "reference", "now")
	for _, f := range last {
		row := []cell{{text: f.Attribute}, {text: f.Group}}
		for _, name := range names {
			row = append(row, rateCell(rateOf(f.Measurements, name)))
		}
		groups.add(row...)
		if f.Group != fairness.Overall {
			continue
		}
		i := slices.IndexFunc(c.ReferenceFairness, func(r dataset.Fairness) bool { return r.Attribute == f.Attribute && r.Group == f.Group })
		for _, m := range f.Measurements {
			if fairness.IsRate(m.Name) {
				continue
			}
			then := cell{"–", faint}
			if i >= 0 {
				then = rateCell(rateOf(c.ReferenceFairness[i].Measurements, m.Name))
			}
			between.add(cell{text: f.Attribute}, cell{text: m.Name}, then, rateCell(&m))
		}
	}
	return []*table{groups, between}
}

func rateOf(all []dataset.FairnessRate, name string) *dataset.FairnessRate {
	i := slices.IndexFunc(all, func(m dataset.FairnessRate) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func rateCell(m *dataset.FairnessRate) cell {
	switch {
	case m == nil:
		return cell{"–", faint}
	case m.Status != detectors.OK:
		return cell{string(m.Status), faint}
	}
	return cell{text: figure(m.Value) + within(m.Lower, m.Upper)}
}

package report

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/fairness"
)

// maxRates is how many rates of a group stand side by side.
const maxRates = 6

// newFairness sets the groups of each protected attribute in the last chunk side by side, and what lies between them
// beside the reference's.
func newFairness(c *dataset.Comparison) (all []attribute) {
	if len(c.Chunks) == 0 {
		return nil
	}
	for _, g := range c.Chunks[len(c.Chunks)-1].Fairness {
		if len(all) == 0 || all[len(all)-1].Name != g.Attribute {
			all = append(all, attribute{Name: g.Attribute})
		}
		a := &all[len(all)-1]
		for _, r := range g.Measurements {
			if fairness.IsRate(r.Name) && !slices.Contains(a.Columns, r.Name) && len(a.Columns) < maxRates {
				a.Columns = append(a.Columns, r.Name)
			}
			if !fairness.IsRate(r.Name) {
				then := newRate(rateOf(c.ReferenceFairness, g.Attribute, g.Group, r.Name))
				now := newRate(&r)
				a.Overall = append(a.Overall, overall{r.Name, then.Value, now.Value, now.Bounds, now.Status})
			}
		}
		a.Groups = append(a.Groups, newGroup(g, a.Columns))
	}
	return all
}

func newGroup(g dataset.Fairness, columns []string) group {
	out := group{Name: g.Group, Small: true}
	if g.Group == fairness.Overall {
		out.Name = "all groups"
	}
	var most uint64
	for _, name := range columns {
		i := slices.IndexFunc(g.Measurements, func(r dataset.FairnessRate) bool { return r.Name == name })
		if i < 0 {
			out.Cells = append(out.Cells, cell{Value: "–"})
			continue
		}
		r := &g.Measurements[i]
		most, out.Small = max(most, r.N), out.Small && r.Status != detectors.OK
		out.Cells = append(out.Cells, newRate(r))
	}
	out.Size = count(most)
	return out
}

func rateOf(all []dataset.Fairness, attribute, group, name string) *dataset.FairnessRate {
	for i := range all {
		for j := range all[i].Measurements {
			if r := &all[i].Measurements[j]; all[i].Attribute == attribute && all[i].Group == group && r.Name == name {
				return r
			}
		}
	}
	return nil
}

func newRate(r *dataset.FairnessRate) cell {
	if r == nil || r.Status == detectors.Undefined {
		return cell{Value: "–"}
	}
	out := cell{Value: figure(r.Value), Bounds: within(r.Lower, r.Upper), Size: "n " + count(r.N)}
	if r.Status != detectors.OK {
		out.Status = string(r.Status)
	}
	return out
}

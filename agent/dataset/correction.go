package dataset

import (
	"cmp"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// family is a set of p-values that are judged together: those of one test over all features of one chunk, or over all
// outputs. KS of numbers and χ² of categories ask the same of each column and are one family.
type family struct {
	test   string
	output bool
}

// correct sets PAdjusted beside every p-value of the chunk. The pairs are those of its columns, in their order.
func (c *Chunk) correct(correction detectors.Correction, pairs []*pair) {
	families := make(map[family][]*Measure)
	for i := range c.Columns {
		for j := range c.Columns[i].Measurements {
			m := &c.Columns[i].Measurements[j]
			if m.PValue == nil {
				continue
			}
			f := family{test: m.Name, output: cmp.Or(pairs[i].ref, pairs[i].cur).Part != Feature}
			if m.Name == "chi2" {
				f.test = "ks"
			}
			families[f] = append(families[f], m)
		}
	}
	for _, members := range families {
		plain := make([]float64, len(members))
		for i, m := range members {
			plain[i] = *m.PValue
		}
		for i, adjusted := range cmp.Or(correction, detectors.Holm).Adjust(plain) {
			members[i].PAdjusted = new(adjusted)
		}
	}
}

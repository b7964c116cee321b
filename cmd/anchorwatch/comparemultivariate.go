package main

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

// multivariateTable shows the measures of all features together: their values, or their course over many chunks; nil
// without any.
func multivariateTable(c *dataset.Comparison) *table {
	if len(c.Chunks) == 0 || len(c.Chunks[0].Multivariate) == 0 {
		return nil
	}
	t := &table{left: 2}
	if len(c.Chunks) > 1 {
		t.left = 3
		t.head("", "all features", "over chunks", "drifted in", "lowest", "highest", "last")
	} else {
		t.head("", "all features", "value", "limit")
	}
	for i, first := range c.Chunks[0].Multivariate {
		var values []float64
		drifted := 0
		for _, chunk := range c.Chunks {
			m := chunk.Multivariate[i]
			if m.Status == detectors.OK {
				values = append(values, m.Value)
			}
			if m.Past() {
				drifted++
			}
		}
		switch {
		case len(c.Chunks) == 1:
			limit := cell{}
			if first.Threshold != nil {
				limit.text = figure(*first.Threshold)
			}
			t.add(mark(drifted > 0), cell{text: first.Name}, measureCell(&first), limit)
		case len(values) == 0:
			t.add(mark(false), cell{text: first.Name})
		default:
			row := []cell{mark(drifted > 0), {text: first.Name}, {text: sparkline(values, 0)}, {text: fmt.Sprintf("%d of %d", drifted, len(c.Chunks))}}
			t.add(append(row, extremes(values)...)...)
		}
	}
	return t
}

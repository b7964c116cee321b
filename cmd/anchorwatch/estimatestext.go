package main

import (
	"fmt"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/estimate"
)

// estimateTable shows what performance would be by the scores alone, and how far off that was where labels came; nil
// without estimates.
func estimateTable(c *dataset.Comparison) *table {
	if c.Estimates == nil || len(c.Chunks) == 0 {
		return nil
	}
	t := &table{left: 2}
	if len(c.Chunks) > 1 {
		t.left = 3
		t.head("estimated without labels", "class", "over chunks", "last", "bias", "covered", "")
	} else {
		t.head("estimated without labels", "class", "now", "bias", "covered", "")
	}
	last := c.Chunks[len(c.Chunks)-1]
	for _, p := range last.Performance {
		if !isEstimate(p) {
			continue
		}
		row := []cell{{text: strings.TrimPrefix(p.Name, estimate.Prefix)}, {text: p.Class}}
		if len(c.Chunks) > 1 {
			row = append(row, cell{text: sparkline(course(c, p.Name, p.Class), 0)})
		}
		t.add(append(append(row, scoreCell(&p)), gradeCells(c.Estimates, p)...)...)
	}
	return t
}

func isEstimate(p dataset.Performance) bool { return strings.HasPrefix(p.Name, estimate.Prefix) }

// gradeCells are bias, coverage and verdict.
func gradeCells(estimates *dataset.Estimates, p dataset.Performance) []cell {
	for _, g := range estimates.Measures {
		if g.Name != p.Name || g.Class != p.Class {
			continue
		}
		verdict := cell{}
		if !g.Trusted {
			verdict = cell{"not trusted", alarm}
		}
		return []cell{{text: signed(g.Bias)}, {text: fmt.Sprintf("%.0f %% of %d", 100*g.Coverage, g.Chunks)}, verdict}
	}
	return []cell{{"–", faint}, {"–", faint}, {}}
}

func signed(x float64) string {
	if x > 0 {
		return "+" + figure(x)
	}
	return figure(x)
}

// verdict says in a sentence whether the estimates are to be believed; empty without any.
func verdict(e *dataset.Estimates) string {
	switch {
	case e == nil:
		return ""
	case e.Trusted:
		return "the estimates are trusted: they agreed with the labels that came"
	}
	return "the estimates are not trusted: " + e.Reason
}

package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

const (
	maxMatrix        = 12 // classes
	maxReliabilities = 4
)

// newMatrix draws a confusion matrix of the most frequent classes.
func newMatrix(title string, cells []performance.ConfusionCell) *matrix {
	if len(cells) == 0 {
		return nil
	}
	size := make(map[string]uint64)
	byPair := make(map[[2]string]performance.ConfusionCell)
	for _, c := range cells {
		size[c.Actual] += c.N
		size[c.Predicted] += c.N
		byPair[[2]string{c.Actual, c.Predicted}] = c
	}
	classes := slices.SortedFunc(maps.Keys(size), func(a, b string) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b)) })
	m := &matrix{Title: title}
	if len(classes) > maxMatrix {
		m.LeftOut = fmt.Sprintf("Of %d classes these are the %d most frequent.", len(classes), maxMatrix) // the JSON has them all
		classes = classes[:maxMatrix]
	}
	slices.Sort(classes)
	m.Classes = classes
	for _, actual := range classes {
		row := matrixRow{Class: actual}
		for _, predicted := range classes {
			c, ok := byPair[[2]string{actual, predicted}]
			drawn := matrixCell{Count: count(c.N), Share: percent(c.Share), Heat: depth(c.Share), Right: actual == predicted}
			if ok {
				drawn.Bounds = percent(c.Lower) + " – " + percent(c.Upper)
			}
			row.Cells = append(row.Cells, drawn)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// newMatrices draws what the last chunk's labels say beside the measures.
func newMatrices(c *dataset.Comparison, names []string) (matrices []matrix, diagrams []reliability) {
	if len(c.Chunks) == 0 {
		return nil, nil
	}
	last := &c.Chunks[len(c.Chunks)-1]
	where := "Now"
	if len(c.Chunks) > 1 {
		where = fmt.Sprintf("The last, %s", names[len(names)-1])
	}
	if m := newMatrix(where, last.Confusion); m != nil {
		matrices = append(matrices, *m)
	}
	for _, r := range last.Reliability[:min(len(last.Reliability), maxReliabilities)] {
		var now []promise
		for i := range r.Bins {
			b := &r.Bins[i]
			now = append(now, promise{b.MeanScore, interval{&b.Observed, &b.Lower, &b.Upper}, b.N})
		}
		title := where + ": how far scores are probabilities"
		if r.Class != "" {
			title += " of " + clip(24, r.Class)
		}
		if drawn := newReliability(title, now); drawn != nil {
			diagrams = append(diagrams, *drawn)
		}
	}
	return matrices, diagrams
}

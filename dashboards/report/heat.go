package report

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

const (
	heatLevels   = 6
	heatCells    = 60 // beyond, neighbouring chunks share a cell, which shows the largest
	stripWidth   = 420
	stripHeight  = 16
	underline    = 3
	overviewRows = 40
)

// strip is one column's distance over the chunks as cells, deeper for more, and underlined where it counts as drift.
type strip struct {
	Width, Height int
	Cells         [heatLevels]string // a path for each depth
	Lines         string
	Label         string
}

// newStrip draws distances from 0 to 1 (or NaN-free anything: they are cut off there); nil with fewer than two chunks.
func newStrip(name string, distances []float64, drifted []bool) *strip {
	if len(distances) < 2 {
		return nil
	}
	s := &strip{Width: stripWidth, Height: stripHeight}
	n := min(len(distances), heatCells)
	var cells [heatLevels]path
	var lines path
	width := float64(stripWidth) / float64(n)
	times := 0
	for i := range n {
		largest, any := 0.0, false
		for j := i * len(distances) / n; j < (i+1)*len(distances)/n; j++ {
			largest, any = max(largest, distances[j]), any || drifted[j]
		}
		x := float64(i) * width
		cells[depth(largest)].box(x, 0, max(width-1, 0.5), stripHeight-underline-1)
		if any {
			lines.box(x, stripHeight-underline, max(width-1, 0.5), underline)
		}
	}
	for _, d := range drifted {
		if d {
			times++
		}
	}
	for i, c := range cells {
		s.Cells[i] = string(c)
	}
	s.Lines = string(lines)
	s.Label = fmt.Sprintf("%s: drifted in %d of %s", clip(60, name), times, plural(len(distances), "chunk"))
	return s
}

// depth is how deep a distance is coloured.
func depth(distance float64) int {
	for i, limit := range []float64{0.02, 0.05, 0.1, 0.2, 0.4} {
		if !(distance >= limit) {
			return i
		}
	}
	return heatLevels - 1
}

// overview is the columns over the chunks: which, and when.
type overview struct {
	Rows        []overviewRow
	First, Last string
	LeftOut     string
}

type overviewRow struct {
	Name    string
	Strip   *strip
	Drifted bool
	Largest string
	In      string
}

// newOverview shows the columns over the chunks; nil for one chunk.
func newOverview(all []dataset.History, names []string) *overview {
	if len(names) < 2 || len(all) == 0 {
		return nil
	}
	v := &overview{First: names[0], Last: names[len(names)-1]}
	for i, t := range all {
		if i == overviewRows {
			v.LeftOut = plural(len(all)-i, "more column") + " below."
			break
		}
		v.Rows = append(v.Rows, overviewRow{
			Name: t.Name, Strip: newStrip(t.Name, t.Distance, t.Moved), Drifted: t.Drifted > 0,
			Largest: figure(t.Distance[t.Largest]), In: fmt.Sprintf("%d of %d", t.Drifted, len(t.Reports)),
		})
	}
	return v
}

package report

import (
	"cmp"
	"fmt"
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

const (
	histogramWidth, histogramHeight = 460, 150
	histogramTop, histogramFoot     = 8, 24
	histogramMargin                 = 14
)

// histogram is two distributions over the same axis, as shares: the reference filled, the current one as a line.
type histogram struct {
	Width, Height      int
	Reference, Current string // paths
	Floor              string // y of the axis
	Ticks              []tick
	Tails              string // what lies beyond the axis
	Label              string // the plot in words
}

type tick struct{ At, Text, Anchor string }

// newHistogram draws numbers; nil if there is nothing to draw. The counts are aligned with it.
func newHistogram(name string, axis *detectors.Axis, ref, cur detectors.Histogram) *histogram {
	if axis == nil || len(ref.Counts)+len(cur.Counts) == 0 || axis.Categories != nil {
		return nil
	}
	n := len(axis.Values) + max(len(axis.Edges)-1, 0)
	before, after := shares(ref, n), shares(cur, n)
	var top float64
	for i := range n {
		top = max(top, before[i], after[i])
	}
	x := scale{0, float64(n), histogramMargin, histogramWidth - histogramMargin}
	y := scale{0, top, histogramHeight - histogramFoot, histogramTop}
	if top == 0 {
		return nil
	}
	var filled, line path
	floor := y.at(0)
	line.to('M', x.at(0), floor)
	for i := range n {
		left, right := x.at(float64(i)), x.at(float64(i+1))
		inset := 0.0
		if axis.Values != nil {
			inset = (right - left) / 6 // values stand apart, ranges touch
		}
		if before[i] > 0 {
			filled.box(left+inset, y.at(before[i]), right-left-2*inset, floor-y.at(before[i]))
		}
		if inset > 0 {
			line.to('L', left+2*inset, floor)
		}
		line.to('L', left+2*inset, y.at(after[i]))
		line.to('L', right-2*inset, y.at(after[i]))
		if inset > 0 {
			line.to('L', right-2*inset, floor)
		}
	}
	line.to('L', x.at(float64(n)), floor)
	if cur.N == 0 {
		line = nil
	}
	h := &histogram{
		Width: histogramWidth, Height: histogramHeight, Reference: string(filled), Current: string(line), Floor: pixel(floor),
		Tails: tails(axis, ref, cur), Label: fmt.Sprintf("Distribution of %s, reference filled, current as a line", clip(60, name)),
	}
	if axis.Log {
		h.Label += ", logarithmic axis"
	}
	h.ticks(axis, x)
	return h
}

// ticks labels five edges, or the values as far as there is room.
func (h *histogram) ticks(axis *detectors.Axis, x scale) {
	const most = 5
	labels, offset := axis.Edges, 0.0
	if axis.Values != nil {
		labels, offset = axis.Values, 0.5
	}
	last := len(labels) - 1
	pieces := min(last, most-1)
	if offset > 0 && last < 12 {
		pieces = last
	}
	for i := 0; i <= pieces; i++ {
		at := 0
		if pieces > 0 {
			at = int(math.Round(float64(i) * float64(last) / float64(pieces)))
		}
		anchor := "middle"
		if offset == 0 && i == 0 {
			anchor = "start"
		} else if offset == 0 && i == pieces {
			anchor = "end"
		}
		h.Ticks = append(h.Ticks, tick{x.pixel(float64(at) + offset), short(labels[at]), anchor})
	}
}

// shares returns n shares; zeros for an empty histogram.
func shares(h detectors.Histogram, n int) []float64 {
	all := make([]float64, n)
	for i := range h.Counts {
		if h.N > 0 && i < n {
			all[i] = float64(h.Counts[i]) / float64(h.N)
		}
	}
	return all
}

// tails says how much lies beyond the plot.
func tails(axis *detectors.Axis, ref, cur detectors.Histogram) string {
	if len(axis.Edges) == 0 || ref.Below+ref.Above+cur.Below+cur.Above == 0 {
		return ""
	}
	share := func(h detectors.Histogram) string {
		return percent(float64(h.Below+h.Above) / float64(max(h.N, 1)))
	}
	return fmt.Sprintf("Beyond the plot: %s of the reference, %s now.", share(ref), share(cur))
}

// categories sets the shares of values side by side, and says how many are not shown.
func categories(axis *detectors.Axis, ref, cur detectors.Histogram) (rows []category) {
	if axis == nil || axis.Categories == nil {
		return nil
	}
	row := func(name string, before, after uint64) category {
		b, a := float64(before)/float64(max(ref.N, 1)), float64(after)/float64(max(cur.N, 1))
		return category{
			Name: name, Before: percent(b), After: percent(a), BeforeBar: pixel(100 * b), AfterBar: pixel(100 * a),
			Unseen: before == 0 && after > 0 && ref.N > 0, Gone: after == 0 && before > 0 && cur.N > 0,
		}
	}
	for i, name := range axis.Categories {
		rows = append(rows, row(cmp.Or(name, "(empty)"), ref.Counts[i], cur.Counts[i]))
	}
	if ref.Other+cur.Other > 0 {
		rest := row("all others", ref.Other, cur.Other)
		rest.Unseen, rest.Gone = false, false
		rows = append(rows, rest)
	}
	return rows
}

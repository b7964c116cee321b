package web

import (
	"fmt"
	"math"
	"strings"
)

// Sizes of the plots, in SVG units.
const (
	sparkWidth, sparkHeight, sparkMargin = 320, 72, 8
	barWidth                             = 200
)

// spark is a line through the values of successive windows, with the baseline's value as a level.
type spark struct {
	Width, Height int
	Points        string // of the polyline
	Area          string // of the polygon under it
	BaselineY     string // empty without a baseline
	LastX, LastY  string
	Label         string // the plot in words
}

// newSpark draws values, oldest first; with fewer than two there is nothing to draw. baseline may be nil.
func newSpark(measure string, values []float64, baseline *float64) *spark {
	if len(values) < 2 {
		return nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	if baseline != nil {
		low, high = min(low, *baseline), max(high, *baseline)
	}
	if high == low {
		low, high = low-0.5, high+0.5
	}
	y := func(v float64) string {
		return coordinate(sparkMargin + (high-v)/(high-low)*(sparkHeight-2*sparkMargin))
	}
	x := func(i int) string {
		return coordinate(sparkMargin + float64(i)/float64(len(values)-1)*(sparkWidth-2*sparkMargin))
	}
	var points strings.Builder
	for i, v := range values {
		fmt.Fprintf(&points, "%s,%s ", x(i), y(v))
	}
	last := len(values) - 1
	s := &spark{
		Width: sparkWidth, Height: sparkHeight, Points: strings.TrimSpace(points.String()), LastX: x(last), LastY: y(values[last]),
		Label: fmt.Sprintf("%s over %d judged windows: lowest %.3f, highest %.3f, newest %.3f", measure, len(values), lowest(values), highest(values), values[last]),
	}
	s.Area = fmt.Sprintf("%s,%d %s %s,%d", x(0), sparkHeight, s.Points, x(last), sparkHeight)
	if baseline != nil {
		s.BaselineY = y(*baseline)
		s.Label += fmt.Sprintf(", baseline %.3f", *baseline)
	}
	return s
}

func coordinate(v float64) string { return fmt.Sprintf("%.1f", v) }

func lowest(values []float64) float64 {
	low := math.Inf(1)
	for _, v := range values {
		low = min(low, v)
	}
	return low
}

func highest(values []float64) float64 {
	high := math.Inf(-1)
	for _, v := range values {
		high = max(high, v)
	}
	return high
}

// bar is a value beside its threshold, which stands at half of the width: what is beyond twice the threshold fills it.
type bar struct {
	Width            int
	Length, Limit    string
	Beyond, Overflow bool // past the threshold; past the plot
}

// newBar draws value / threshold; without a threshold, or with one that says nothing, there is no bar.
func newBar(value float64, threshold *float64) *bar {
	if threshold == nil || !(*threshold > 0) || math.IsNaN(value) {
		return nil
	}
	ratio := max(0, value / *threshold)
	return &bar{
		Width: barWidth, Length: coordinate(min(ratio, 2) / 2 * barWidth), Limit: coordinate(barWidth / 2),
		Beyond: ratio > 1, Overflow: ratio > 2,
	}
}

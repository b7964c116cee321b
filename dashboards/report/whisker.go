package report

import (
	"fmt"
	"strings"
)

const whiskerWidth, whiskerHeight = 200, 28

// whisker is two values with their intervals over one axis: the reference hollow and above, now filled and below.
type whisker struct {
	Width, Height int
	Before, After mark
	Label         string
}

// mark is a dot, and its interval if it has one.
type mark struct {
	Y, Dot      string // no dot without a value
	Left, Right string
}

// interval is what a whisker draws: nil pointers for what does not exist.
type interval struct{ value, lower, upper *float64 }

// newWhisker draws one or both; nil if neither has a value.
func newWhisker(name string, before, after interval) *whisker {
	if before.value == nil && after.value == nil {
		return nil
	}
	s := newSpan()
	s.takeBounds(before.value, before.lower, before.upper, after.value, after.lower, after.upper)
	x := scale{s.low, s.high, 8, whiskerWidth - 8}
	var label strings.Builder
	label.WriteString(name + ":")
	for i, side := range []interval{before, after} {
		if side.value != nil {
			fmt.Fprintf(&label, " %s %s", []string{"reference", "now"}[i], figure(*side.value))
			if bounds := within(side.lower, side.upper); bounds != "" {
				label.WriteString(" (" + bounds + ")")
			}
		}
	}
	return &whisker{whiskerWidth, whiskerHeight, newMark(before, x, 8), newMark(after, x, 20), label.String()}
}

func newMark(i interval, x scale, y float64) mark {
	m := mark{Y: pixel(y)}
	if i.value != nil {
		m.Dot = x.pixel(*i.value)
	}
	if i.lower != nil && i.upper != nil {
		m.Left, m.Right = x.pixel(*i.lower), x.pixel(*i.upper)
	}
	return m
}

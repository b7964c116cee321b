package report

import (
	"fmt"
	"slices"
)

const (
	courseWidth, courseHeight = 340, 120
	courseLeft, courseRight   = 52, 8
	courseTop, courseFoot     = 10, 20
)

// course is one number over the chunks: a line with the band of its intervals and the reference as a level.
type course struct {
	Name, Class   string
	Width, Height int
	Band, Line    string // paths
	Dots          string // path of filled dots
	Level         string // y of the reference; empty without
	LevelBand     [2]string
	High, Low     string // what the axis ends at
	HighY, LowY   string
	First, Last   string // chunks
	Label         string
}

// point is one chunk's value; value is nil where there is none.
type point struct {
	interval
	chunk string
}

// newCourse draws at least two points; nil with fewer values.
func newCourse(name, class string, level interval, points []point) *course {
	s := newSpan()
	known := 0
	for _, p := range points {
		if p.value != nil {
			known++
			s.takeBounds(p.value, p.lower, p.upper)
		}
	}
	if known < 2 {
		return nil
	}
	worst := newSpan()
	for _, p := range points {
		worst.takeBounds(p.value)
	}
	s.takeBounds(level.value, level.lower, level.upper)
	x := scale{0, float64(len(points) - 1), courseLeft, courseWidth - courseRight}
	y := scale{s.low, s.high, courseHeight - courseFoot, courseTop}
	c := &course{
		Name: name, Class: class, Width: courseWidth, Height: courseHeight,
		High: figure(s.high), Low: figure(s.low), HighY: y.pixel(s.high), LowY: y.pixel(s.low),
		First: points[0].chunk, Last: points[len(points)-1].chunk,
		Label: fmt.Sprintf("%s over %s: lowest %s, highest %s", name, plural(len(points), "chunk"), figure(worst.low), figure(worst.high)),
	}
	c.draw(points, x, y)
	if level.value != nil {
		c.Level = y.pixel(*level.value)
		c.Label += ", reference " + figure(*level.value)
	}
	return c
}

// draw makes the line, with gaps where a chunk has no value, the dots, and the band as one piece for each run of chunks
// that have bounds.
func (c *course) draw(points []point, x, y scale) {
	var line, dots, band path
	pen := byte('M')
	var run []int
	flush := func() {
		for i, at := range run {
			command := byte('L')
			if i == 0 {
				command = 'M'
			}
			band.to(command, x.at(float64(at)), y.at(*points[at].upper))
		}
		for _, at := range slices.Backward(run) {
			band.to('L', x.at(float64(at)), y.at(*points[at].lower))
		}
		if len(run) > 0 {
			band = append(band, 'z')
		}
		run = run[:0]
	}
	const radius = 2.2
	for i, p := range points {
		if p.value == nil {
			pen = 'M'
			flush()
			continue
		}
		at, height := x.at(float64(i)), y.at(*p.value)
		line.to(pen, at, height)
		pen = 'L'
		if len(points) <= 60 {
			dots.to('M', at-radius, height)
			dots = append(dots, "a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0z"...)
		}
		if p.lower == nil || p.upper == nil {
			flush()
		} else {
			run = append(run, i)
		}
	}
	flush()
	c.Line, c.Dots, c.Band = string(line), string(dots), string(band)
}

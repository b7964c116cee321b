package report

import (
	"math"
	"strconv"
)

// scale maps values onto pixels. It takes whatever is no range, and values beyond it, without a NaN: what lies outside
// is drawn at the edge.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if !(s.high > s.low) {
		return (s.from + s.to) / 2
	}
	t := (v/2 - s.low/2) / (s.high/2 - s.low/2) // halved: the range of float64 does not fit into a float64
	if math.IsNaN(t) {
		t = 0
	}
	return s.from + min(max(t, 0), 1)*(s.to-s.from)
}

// pixel prints a coordinate.
func (s scale) pixel(v float64) string { return pixel(s.at(v)) }

func pixel(x float64) string { return string(appendPixel(nil, x)) }

// appendPixel writes a tenth of a pixel: nobody sees more, and pages get long by it.
func appendPixel(b []byte, x float64) []byte {
	return strconv.AppendFloat(b, math.Round(x*10)/10, 'f', -1, 64)
}

// path collects an SVG path.
type path []byte

func (p *path) to(command byte, x, y float64) {
	*p = appendPixel(append(appendPixel(append(*p, command), x), ' '), y)
}

func (p *path) box(x, y, width, height float64) {
	p.to('M', x, y)
	*p = appendPixel(append(*p, 'h'), width)
	*p = appendPixel(append(*p, 'v'), height)
	*p = appendPixel(append(*p, 'h'), -width)
	*p = append(*p, 'z')
}

// span widens a range to take in values; it starts with none.
type span struct{ low, high float64 }

func newSpan() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) take(values ...float64) {
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
	}
}

func (s *span) takeBounds(bounds ...*float64) {
	for _, b := range bounds {
		if b != nil {
			s.take(*b)
		}
	}
}

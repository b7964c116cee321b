package window

import (
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// OtherSegment is the value under which all segment values are counted that neither the configuration nor the baseline
// names.
const OtherSegment = "other"

// SegmentSpec slices a model's traffic by one value of its events.
type SegmentSpec struct {
	Name   string
	Values []string // of which there are at most 65,535; all others are OtherSegment
}

// slicer turns the values of one segment name into numbers: 0 is other.
type slicer struct {
	name    string
	column  int // of the decoder's dictionary, -1 if no feature has this name
	values  []string
	numbers map[string]uint16
}

func newSlicer(spec SegmentSpec, dictionary *event.Dictionary) *slicer {
	s := &slicer{name: spec.Name, column: dictionary.Add(spec.Name), values: []string{OtherSegment}}
	s.numbers = make(map[string]uint16, len(spec.Values))
	for _, value := range spec.Values {
		if _, ok := s.numbers[value]; !ok && value != OtherSegment {
			s.numbers[value] = uint16(len(s.values))
			s.values = append(s.values, value)
		}
	}
	return s
}

func (s *slicer) number(value []byte) uint16 { return s.numbers[string(value)] }

// segment names value number n.
func (s *slicer) segment(n uint16) profile.Segment {
	value := OtherSegment
	if int(n) < len(s.values) {
		value = s.values[n]
	}
	return profile.Segment{Name: s.name, Value: value}
}

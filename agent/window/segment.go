package window

import (
	"math"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// OtherSegment is the value under which all segment values are counted that neither the configuration nor the baseline
// names.
const OtherSegment = "other"

// SegmentSpec slices a model's traffic by one value of its events. Of a segment, windows count traffic and performance;
// its distributions are not compared, because a baseline profiles the whole model only.
type SegmentSpec struct {
	Name string
	// Values that have a segment of their own; none: the categories that the baselines of the model's versions have
	// for the feature of this name.
	Values []string
	// Max bounds the values; 0: no more than join.Answer can tell apart.
	Max int
}

// slicer turns the values of one segment name into numbers: 0 is other.
type slicer struct {
	spec    SegmentSpec
	column  int // of the decoder's dictionary
	values  []string
	numbers map[string]uint16
}

func newSlicer(spec SegmentSpec, dictionary *event.Dictionary) *slicer {
	s := &slicer{spec: spec, column: dictionary.Add(spec.Name), values: []string{OtherSegment}, numbers: map[string]uint16{}}
	if s.spec.Max <= 0 || s.spec.Max > math.MaxUint16 {
		s.spec.Max = math.MaxUint16
	}
	s.add(spec.Values)
	return s
}

// add gives values numbers of their own, as long as there is room.
func (s *slicer) add(values []string) {
	for _, value := range values {
		if _, ok := s.numbers[value]; !ok && value != OtherSegment && len(s.values) <= s.spec.Max {
			s.numbers[value] = uint16(len(s.values)) // #nosec G115 -- at most Max
			s.values = append(s.values, value)
		}
	}
}

// learn takes the values from a baseline, if the configuration names none.
func (s *slicer) learn(layout *profile.Layout) {
	if len(s.spec.Values) > 0 {
		return
	}
	for _, c := range layout.Columns {
		if c.Role == profile.Feature && c.Name == s.spec.Name {
			s.add(c.Categories)
		}
	}
}

func (s *slicer) number(value []byte) uint16 { return s.numbers[string(value)] }

// segment names value number n.
func (s *slicer) segment(n uint16) profile.Segment {
	value := OtherSegment
	if int(n) < len(s.values) {
		value = s.values[n]
	}
	return profile.Segment{Name: s.spec.Name, Value: value}
}

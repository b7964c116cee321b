package detectors

// Numbers returns the finite values of a numeric sample, ascending; nil for a categorical one. They are the sample's own:
// read them only.
func (s *Sample) Numbers() []float64 { return s.numbers }

// Categories returns how often each value of a categorical sample occurs; nil for a numeric one. The map is the sample's
// own: read it only.
func (s *Sample) Categories() map[string]uint64 { return s.categories }

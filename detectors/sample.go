package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Sample is one column's values held in memory: the exact form that the batch command compares. The streaming form is
// a profile.Column. A Sample is either numeric or categorical; boolean and text columns count as categorical.
type Sample struct {
	// Missing counts nulls and NaN. NewSample counts the NaN; the caller adds what it knows of nulls and absent keys.
	Missing uint64
	// Infinite counts ±Inf of a numeric column, which have no place in its distribution.
	Infinite uint64
	// Mismatched counts values of another type, which only the caller can see.
	Mismatched uint64

	numbers    []float64 // ascending, finite
	average    float64   // their mean as numpy.mean has it, which depends on the order they came in
	mean, std  float64   // as meanStd has them; spread tells whether they are known
	spread     bool
	categories map[string]uint64
	n          uint64
}

// NewSample makes the sample of a numeric column: NaN counts as missing, ±Inf is counted apart, −0 is 0. It keeps the slice
// and changes it.
func NewSample(values []float64) *Sample {
	s := &Sample{numbers: values[:0]}
	for _, x := range values {
		switch {
		case math.IsNaN(x):
			s.Missing++
		case math.IsInf(x, 0):
			s.Infinite++
		default:
			s.numbers = append(s.numbers, x+0)
		}
	}
	s.n = uint64(len(s.numbers))
	if s.n > 0 {
		s.average = pairwiseSum(s.numbers) / float64(s.n)
	}
	sortNumbers(s.numbers)
	s.mean, s.std, s.spread = s.meanStd() // once: a reference is compared with many windows
	return s
}

// NewCategories makes the sample of a categorical, boolean or text column from the occurrences of each value. It keeps
// the map.
func NewCategories(counts map[string]uint64) *Sample {
	s := &Sample{categories: counts}
	for _, n := range counts {
		s.n += n
	}
	return s
}

// N returns how many values have a place in the distribution: finite numbers, or categorical values.
func (s *Sample) N() uint64 { return s.n }

// Rows returns how many rows the sample stands for, whatever was in them.
func (s *Sample) Rows() uint64 { return s.n + s.Missing + s.Infinite + s.Mismatched }

// Unseen returns how many categorical values are not among those of ref; a numeric sample has none.
func (s *Sample) Unseen(ref *Sample) uint64 {
	var unseen uint64
	for name, n := range s.categories {
		if ref.categories[name] == 0 {
			unseen += n
		}
	}
	return unseen
}

// Layout freezes the shape of a column whose reference is s. At most about maxEdges quantiles become cuts of a numeric
// column; the exact measures of a Comparer need none of them, so 1 will do there. It must not be called while s is
// used elsewhere.
func (s *Sample) Layout(name string, role profile.Role, kind profile.Kind, maxEdges int) *profile.ColumnLayout {
	if kind == profile.Numeric {
		return profile.NewNumeric(name, role, s.numbers, maxEdges) // which sorts them, and they are
	}
	names := make([]string, 0, len(s.categories))
	for name := range s.categories {
		names = append(names, name)
	}
	return profile.NewCategorical(name, role, kind, names)
}

// meanStd returns the mean and the population standard deviation (ddof 0) of a numeric sample, false if it is empty or
// its range is beyond float64. It reckons in a power of two near the range, so that squares of no size of values overflow or
// vanish, and nothing is rounded for it.
func (s *Sample) meanStd() (mean, std float64, ok bool) {
	if len(s.numbers) == 0 {
		return 0, 0, false
	}
	n := float64(len(s.numbers))
	origin := s.numbers[len(s.numbers)/2] // near the mean, so that a huge common offset costs no digits
	reach := max(origin-s.numbers[0], s.numbers[len(s.numbers)-1]-origin)
	if math.IsInf(reach, 0) {
		return 0, 0, false
	}
	_, exponent := math.Frexp(reach)
	exponent = max(exponent, -1000)
	inverse := math.Ldexp(1, -exponent)
	var sum float64
	for _, x := range s.numbers {
		sum += (x - origin) * inverse
	}
	mean = sum / n
	var squares float64
	for _, x := range s.numbers {
		d := (x-origin)*inverse - mean
		squares += d * d
	}
	return origin + math.Ldexp(mean, exponent), math.Ldexp(math.Sqrt(squares/n), exponent), true
}

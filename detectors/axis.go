package detectors

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
)

// How many pieces a person can read at once.
const (
	maxPlotBins       = 32
	maxPlotValues     = 24 // as many distinct numbers are shown one by one
	maxPlotCategories = 12
	// plotTail is the share of a sample that may lie beyond either end of its plot: one value at 1e9 must not press all
	// others into one bin.
	plotTail = 0.005
	// A positive column is cut by its logarithm if on an even axis three quarters of a side would lie in its first
	// twentieth.
	plotSqueezed = 0.75
	plotSqueeze  = 0.05
)

// Axis is the common pieces into which several samples of one column are cut so that people can see them side by side.
// No measure rests on them. Exactly one of Edges, Values and Categories is set, none if there was no value at all.
type Axis struct {
	// Edges of a numeric column, ascending, at round numbers: bins are [a, b), the last one [a, b].
	Edges []float64
	// Log tells that the edges are evenly spaced by their logarithm.
	Log bool
	// Values of a numeric column that has but few distinct ones, ascending.
	Values []float64
	// Categories, those with the largest share in any sample first; those beyond the limit are counted as Other.
	Categories []string
}

// Histogram is how often a sample's values fall onto an Axis.
type Histogram struct {
	// Counts by bin, value or category.
	Counts []uint64
	// Below and Above count numbers beyond the outer edges; Other counts categories that have no bin of their own.
	Below, Above, Other uint64
	// N is the sum of all counts. Rows are N and the three kinds of rows without a place in the distribution.
	N, Rows, Missing, Infinite, Mismatched uint64
	// Median of a numeric sample: the mean of the two in the middle of an even number; nil without values.
	Median *float64
}

// NewAxis cuts a column: each distinct number if there are at most 24, else about 32 pieces between the
// lowest 0.5 % and the highest 99.5 % quantile of either side; the twelve categories that are largest anywhere. The
// current side may come in chunks, which count together. Samples without values do not count. It costs O(log n) a numeric
// sample and a look at its tails, O(k log k) for k categories.
func NewAxis(reference *Sample, current ...*Sample) *Axis {
	var sides [][]*Sample
	for _, side := range [][]*Sample{{reference}, current} {
		if side = slices.DeleteFunc(slices.Clone(side), func(s *Sample) bool { return s.n == 0 }); len(side) > 0 {
			sides = append(sides, side)
		}
	}
	filled := slices.Concat(sides...)
	if len(filled) == 0 {
		return &Axis{}
	}
	if slices.ContainsFunc(filled, func(s *Sample) bool { return s.categories != nil }) {
		return &Axis{Categories: largestCategories(filled)}
	}
	if values := distinctValues(filled); values != nil {
		return &Axis{Values: values}
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, side := range sides {
		from, to := inner(side)
		low, high = min(low, from), max(high, to)
	}
	if low == high { // nearly all values are one: the tails are all there is to see
		for _, s := range filled {
			low, high = min(low, s.numbers[0]), max(high, s.numbers[len(s.numbers)-1])
		}
	}
	if low > 0 && slices.ContainsFunc(sides, func(side []*Sample) bool { return squeezed(side, low, high) }) {
		return &Axis{Edges: logEdges(low, high), Log: true}
	}
	return &Axis{Edges: roundEdges(low, high)}
}

// inner returns the range of the samples' numbers, taken together, without their tails.
func inner(samples []*Sample) (low, high float64) {
	n := 0
	for _, s := range samples {
		n += len(s.numbers)
	}
	tail := int(plotTail * float64(n))
	var lowest, highest []float64
	for _, s := range samples {
		k := min(tail+1, len(s.numbers))
		lowest, highest = append(lowest, s.numbers[:k]...), append(highest, s.numbers[len(s.numbers)-k:]...)
	}
	slices.Sort(lowest)
	slices.Sort(highest)
	return lowest[tail], highest[len(highest)-1-tail]
}

// squeezed tells whether an even axis would press most of the samples' numbers into its first part.
func squeezed(samples []*Sample, low, high float64) bool {
	n, pressed := 0, 0
	for _, s := range samples {
		n += len(s.numbers)
		pressed += s.upTo(low + (high-low)*plotSqueeze)
	}
	return float64(pressed) > plotSqueezed*float64(n)
}

// Count sorts a sample into the pieces: exact, in O(k log n) for k of them.
func (a *Axis) Count(s *Sample) Histogram {
	h := Histogram{N: s.n, Rows: s.Rows(), Missing: s.Missing, Infinite: s.Infinite, Mismatched: s.Mismatched}
	if n := len(s.numbers); n > 0 {
		h.Median = new(between(s.numbers[(n-1)/2], s.numbers[n/2]))
	}
	switch {
	case a.Categories != nil:
		h.Other = s.n
		for _, name := range a.Categories {
			h.Counts = append(h.Counts, s.categories[name])
			h.Other -= s.categories[name]
		}
	case a.Values != nil:
		for _, x := range a.Values {
			h.Counts = append(h.Counts, uint64(s.upTo(x)-s.below(x)))
		}
	case a.Edges != nil:
		last := len(a.Edges) - 1
		from := s.below(a.Edges[0])
		h.Below = uint64(from)
		for _, edge := range a.Edges[1:] {
			to := s.below(edge)
			h.Counts = append(h.Counts, uint64(to-from))
			from = to
		}
		end := s.upTo(a.Edges[last])
		h.Counts[last-1] += uint64(end - from)
		h.Above = uint64(len(s.numbers) - end)
	}
	return h
}

// between returns the mean of two numbers. Halving them first is right where their sum overflows, and wrong for the
// smallest numbers there are.
func between(a, b float64) float64 {
	if sum := a + b; !math.IsInf(sum, 0) {
		return sum / 2
	}
	return a/2 + b/2
}

// below returns how many numbers are less than x, upTo how many are not greater.
func (s *Sample) below(x float64) int { return sort.SearchFloat64s(s.numbers, x) }

func (s *Sample) upTo(x float64) int {
	return sort.Search(len(s.numbers), func(i int) bool { return s.numbers[i] > x })
}

// distinctValues returns the distinct numbers of all samples, nil if there are too many.
func distinctValues(samples []*Sample) []float64 {
	var all []float64
	for _, s := range samples {
		distinct := 0
		for i := 0; i < len(s.numbers); i = s.upTo(s.numbers[i]) {
			if distinct++; distinct > maxPlotValues {
				return nil
			}
			all = append(all, s.numbers[i])
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) > maxPlotValues {
		return nil
	}
	return all
}

// largestCategories returns the categories by their largest share in any sample, then by name.
func largestCategories(samples []*Sample) []string {
	share := make(map[string]float64)
	for _, s := range samples {
		for name, n := range s.categories {
			share[name] = max(share[name], float64(n)/float64(s.n))
		}
	}
	names := slices.SortedFunc(maps.Keys(share), func(a, b string) int {
		return cmp.Or(cmp.Compare(share[b], share[a]), cmp.Compare(a, b))
	})
	return names[:min(len(names), maxPlotCategories)]
}

// roundEdges covers [low, high] by steps of 1, 2 or 5 times a power of ten. Steps of 2.5 would give whole numbers a comb.
// Each edge is the float64 nearest to its decimal, so that the value 0.3 lies at the edge 0.3 and not beside it.
func roundEdges(low, high float64) []float64 {
	width := high/maxPlotBins - low/maxPlotBins // not (high-low)/…, which may overflow
	exponent := math.Floor(math.Log10(width))
	if !(width > 0) || math.Abs(exponent) > 300 {
		return evenEdges(low, high)
	}
	multiple := 10.0
	for _, m := range []float64{5, 2, 1} {
		if m*math.Pow(10, exponent) >= width {
			multiple = m
		}
	}
	decimal := func(i float64) float64 {
		if exponent < 0 {
			return i * multiple / math.Pow(10, -exponent)
		}
		return i * multiple * math.Pow(10, exponent)
	}
	first := math.Floor(low / decimal(1))
	if !(math.Abs(first) < 1e15) { // an offset so large that the steps drown in it
		return evenEdges(low, high)
	}
	edges := []float64{decimal(first)}
	for i := first + 1; edges[len(edges)-1] < high; i++ {
		edges = append(edges, decimal(i))
	}
	return edges
}

// evenEdges cuts what has no round steps: ranges near the ends of float64.
func evenEdges(low, high float64) []float64 {
	const pieces = 16
	edges := []float64{low}
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		if edge := low*(1-t) + high*t; edge > edges[len(edges)-1] && edge <= high {
			edges = append(edges, edge)
		}
	}
	if len(edges) == 1 || edges[len(edges)-1] < high {
		edges = append(edges, max(high, math.Nextafter(low, math.Inf(1))))
	}
	return edges
}

// logEdges covers [low, high] by equal steps of the decimal logarithm; both are positive.
func logEdges(low, high float64) []float64 {
	from, to := math.Log10(low), math.Log10(high)
	step := 0.1
	for _, wider := range []float64{0.2, 0.25, 0.5, 1, 2, 5, 10, 20} {
		if (to-from)/step <= maxPlotBins {
			break
		}
		step = wider
	}
	var edges []float64
	for i := math.Floor(from / step); ; i++ {
		edge := threeDigits(math.Pow(10, i*step))
		if edge <= low {
			edges = edges[:0]
		} else if len(edges) == 0 {
			edges = append(edges, low) // rounding may lift the first edge above the lowest value
		}
		if len(edges) == 0 || edge > edges[len(edges)-1] {
			edges = append(edges, edge)
		}
		if edge >= high {
			return edges
		}
	}
}

// threeDigits rounds a positive number to what a person reads of it; what rounding would take beyond float64 stays.
func threeDigits(x float64) float64 {
	x = min(x, math.MaxFloat64)
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 2, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

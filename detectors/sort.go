package detectors

import (
	"math"
	"slices"
	"sync"
)

const (
	digitBits  = 11
	digits     = 3                     // the upper ones, 33 of 64 bits
	lowest     = 64 - digits*digitBits // bit of the lowest of them
	digitMask  = 1<<digitBits - 1
	leastRadix = 1024
)

// sortNumbers sorts finite numbers in place, as slices.Sort does, but among −0 and 0. Long lists are ordered by the upper
// three digits of 11 bits of their order-preserving integer keys, the last digit first; those have the sign, the exponent
// and 21 bits of the mantissa, so hardly a number is out of its place then, and insertion finishes: 10,000 numbers
// take a sixth of the time of comparing them. Where many agree in the upper digits, comparison does finish. It needs a
// second list of the same length meanwhile, and one sort hands it on to the next: fresh memory costs more than the sort.
func sortNumbers(values []float64) {
	if len(values) < leastRadix || slices.IsSorted(values) {
		slices.Sort(values)
		return
	}
	s := sorters.Get().(*sorter)
	defer sorters.Put(s)
	counts := &s.counts
	clear(counts[:])
	for _, x := range values {
		k := sortKey(x) >> lowest
		counts[0][k&digitMask]++
		counts[1][k>>digitBits&digitMask]++
		counts[2][k>>(2*digitBits)]++
	}
	s.list = slices.Grow(s.list[:0], len(values))
	from, to := values, s.list[:len(values)]
	for d := range counts {
		distribute(to, from, &counts[d], lowest+d*digitBits)
		from, to = to, from
	}
	copy(values, from) // three times moved: it lies in the second list
	if !insertionSort(values, 4*len(values)) {
		slices.Sort(values)
	}
}

// sorter is the memory of a sort.
type sorter struct {
	counts [digits][1 << digitBits]int
	list   []float64
}

var sorters = sync.Pool{New: func() any { return new(sorter) }}

// distribute moves the numbers to their places by one digit, of which there are so many of each.
func distribute(to, from []float64, counts *[1 << digitBits]int, shift int) {
	before := 0
	for i, n := range counts {
		counts[i], before = before, before+n
	}
	for _, x := range from {
		place := &counts[sortKey(x)>>shift&digitMask]
		to[*place] = x
		*place++
	}
}

// insertionSort sorts a list that nearly is; it gives up after so many moves.
func insertionSort(values []float64, moves int) bool {
	for i := 1; i < len(values); i++ {
		x, j := values[i], i
		for ; j > 0 && values[j-1] > x; j-- {
			values[j] = values[j-1]
		}
		values[j] = x
		if moves -= i - j; moves < 0 {
			return false
		}
	}
	return true
}

// sortKey maps numbers to integers that compare alike; −0 lies just below 0.
func sortKey(x float64) uint64 {
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

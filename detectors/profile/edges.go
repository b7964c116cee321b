package profile

import (
	"math"
	"math/bits"
)

// Edges are the frozen cuts of a numeric column. Interval i holds the values x with exactly i cuts ≤ x: the first is
// open to −∞, the last to +∞, all others are [cut, next cut). A heavy value v has two cuts, v and the next float64
// after it, so that the interval between them holds v alone.
//
// The lookup is a grid over the values' order-preserving integer keys, 7–10 ns whatever the number of cuts: a cell says
// how many cuts lie before it, and the few inside it are compared without a branch.
type Edges struct {
	cuts []float64
	keys []uint64 // ordered integer keys of cuts, then four that no value reaches
	lo   []uint16 // per grid cell: number of cuts in earlier cells

	linear    bool
	origin    float64 // linear grid: cell = (x − origin)·scale
	scale     float64
	keyOrigin uint64 // bit grid: cell = (key − keyOrigin) >> shift
	shift     uint
	cells     int
}

const (
	maxCuts      = 1<<16 - 8
	cellsPerEdge = 4
	scanLimit    = 2
)

// newEdges builds the lookup for ascending, distinct, finite cuts, at most 65,528 of them; it keeps the slice.
func newEdges(cuts []float64) *Edges {
	if len(cuts) > maxCuts {
		panic("profile: too many cuts")
	}
	e := &Edges{cuts: cuts, keys: make([]uint64, len(cuts), len(cuts)+4)}
	for i, c := range cuts {
		e.keys[i] = orderedKey(c)
	}
	e.keys = append(e.keys, math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64)
	e.buildGrid()
	return e
}

// orderedKey maps float64 to uint64 so that both compare alike. −0 becomes +0 first.
func orderedKey(x float64) uint64 {
	b := math.Float64bits(x + 0)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func (e *Edges) buildGrid() {
	e.cells = max(1, cellsPerEdge*len(e.cuts))
	if len(e.cuts) == 0 {
		e.lo = make([]uint16, e.cells+2)
		return
	}
	// The grid spans the middle 99 % of the cuts; what lies outside shares the outermost cells.
	low := e.cuts[len(e.cuts)/200]
	high := e.cuts[len(e.cuts)-1-len(e.cuts)/200]
	e.keyOrigin = orderedKey(low)
	e.shift = uint(max(0, bits.Len64((orderedKey(high)-e.keyOrigin)/uint64(e.cells))))
	e.origin, e.scale = low, float64(e.cells)/(high-low)
	bitCost := e.gridCost()
	e.linear = true
	if math.IsInf(e.scale, 0) || math.IsNaN(e.scale) || e.scale == 0 || e.gridCost() >= bitCost {
		e.linear = false
	}
	e.lo = make([]uint16, e.cells+2)
	for _, c := range e.cuts {
		e.lo[e.cell(c, orderedKey(c))+1]++
	}
	for i := 1; i < len(e.lo); i++ {
		e.lo[i] += e.lo[i-1]
	}
}

// gridCost is the expected number of comparisons, up to a factor: Σ (cuts in a cell)².
func (e *Edges) gridCost() int {
	counts := make([]int, e.cells+1)
	for _, c := range e.cuts {
		counts[e.cell(c, orderedKey(c))]++
	}
	cost := 0
	for _, n := range counts {
		cost += n * n
	}
	return cost
}

// cell returns the grid cell of x, between 0 and cells.
func (e *Edges) cell(x float64, key uint64) int {
	if e.linear {
		position := (x - e.origin) * e.scale
		if !(position > 0) {
			return 0
		}
		if position >= float64(e.cells) {
			return e.cells
		}
		return int(position)
	}
	if key <= e.keyOrigin {
		return 0
	}
	return int(min((key-e.keyOrigin)>>e.shift, uint64(e.cells)))
}

// Interval returns how many cuts are ≤ x. x must be finite; −0 counts as 0.
func (e *Edges) Interval(x float64) int {
	key := orderedKey(x)
	cell := e.cell(x, key)
	first, end := int(e.lo[cell]), int(e.lo[cell+1])
	for end-first > scanLimit {
		middle := int(uint(first+end) >> 1)
		if e.keys[middle] <= key {
			first = middle + 1
		} else {
			end = middle
		}
	}
	// At most two cuts are left; a borrow means key < cut.
	_, below0 := bits.Sub64(key, e.keys[first], 0)
	_, below1 := bits.Sub64(key, e.keys[first+1], 0)
	if end-first < scanLimit {
		below1 = 1
		if end == first {
			below0 = 1
		}
	}
	return first + scanLimit - int(below0) - int(below1)
}

// Cuts returns the cuts, ascending. The slice is shared: do not change it.
func (e *Edges) Cuts() []float64 { return e.cuts }

// IsAtom tells whether interval i holds one single value: the one of the cut before it. The keys of neighbouring floats
// are one apart, except below 0, where that of −0 lies between.
func (e *Edges) IsAtom(i int) bool {
	if i <= 0 || i >= len(e.cuts) {
		return false
	}
	apart := e.keys[i] - e.keys[i-1]
	return apart == 1 || apart == 2 && e.cuts[i] == 0
}

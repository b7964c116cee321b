package detectors

import "math"

// The named variants of other tools bin numbers as NumPy does, and a value that changes its bin changes the third digit of
// the result. So bins have NumPy's edges to the last bit, and are [a, b) but for the last, which is [a, b]. (NumPy 2.4.6,
// histogram, histogram_bin_edges, linspace.)

// linspace returns n+1 edges from low to high, as numpy.linspace(low, high, n+1); the last is high itself.
func linspace(low, high float64, n int) []float64 {
	edges := make([]float64, n+1)
	step := (high - low) / float64(n)
	for i := range edges {
		edges[i] = float64(float64(i)*step) + low // the conversion keeps the compiler from a fused, more exact step
		if step == 0 {
			edges[i] = float64(float64(i)/float64(n)*(high-low)) + low
		}
	}
	edges[n] = high
	return edges
}

// equalWidths returns the edges of n bins from low to high, half a unit on either side of a single value. Nil if the bins
// would be too narrow for float64, where NumPy refuses too.
func equalWidths(low, high float64, n int) []float64 {
	if low == high {
		low, high = low-0.5, high+0.5
	}
	edges := linspace(low, high, n)
	for i := range n {
		if !(edges[i] < edges[i+1]) {
			return nil
		}
	}
	return edges
}

// sturgesEdges returns the edges of bins="sturges" over n values from low to high: ⌈log₂ n + 1⌉ bins. Whole numbers have
// bins at least 1 wide.
func sturgesEdges(low, high, n float64, whole bool) []float64 {
	width := (high - low) / (math.Log2(n) + 1)
	if whole && width > 0 && width < 1 {
		width = 1
	}
	return widthEdges(low, high, width)
}

func widthEdges(low, high, width float64) []float64 {
	bins := 1
	if width > 0 {
		bins = int(min(math.Ceil((high-low)/width), math.MaxInt32))
	}
	if math.IsInf(high-low, 0) || bins < 1 || bins > 1<<20 {
		return nil
	}
	return equalWidths(low, high, bins)
}

// doaneEdges returns the edges of bins="doane" over the reference: Sturges's number of bins and more of them the more
// skewed the values are. (D. P. Doane, The American Statistician 30, 1976.)
func (c *comparison) doaneEdges() []float64 {
	low, high, ok := c.refRange()
	if !ok {
		return nil
	}
	n := float64(c.ref.n)
	width := 0.0
	if skew, ok := c.refSkew(); ok && n > 2 {
		deviation := math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))
		width = (high - low) / (1 + math.Log2(n) + math.Log2(1+math.Abs(skew)/deviation))
	}
	return widthEdges(low, high, width)
}

// refRange returns the reference's extremes, false if it is empty.
func (c *comparison) refRange() (low, high float64, ok bool) {
	for i := range c.cells {
		if c.cells[i].ref > 0 {
			if !ok {
				low, ok = c.cells[i].low, true
			}
			high = c.cells[i].high
		}
	}
	return low, high, ok
}

// refSkew returns the mean cube of the reference's standardised values, false for a constant.
func (c *comparison) refSkew() (float64, bool) {
	if !c.ref.spread || c.ref.std == 0 {
		return 0, false
	}
	var cubes float64
	for i := range c.cells {
		d := (c.cells[i].low - c.ref.mean) / c.ref.std
		cubes += float64(c.cells[i].ref) * (d * d * d)
	}
	return cubes / float64(c.ref.n), true
}

// histogram counts both sides between ascending edges, and the current values below the first: numpy.histogram(values,
// edges).
func (c *comparison) histogram(edges []float64) (ref, cur []uint64, below uint64) {
	ref, cur = make([]uint64, len(edges)-1), make([]uint64, len(edges)-1)
	last := len(edges) - 1
	bin := -1 // edges up to this one are ≤ x
	for i := range c.cells {
		next := &c.cells[i]
		for bin < last && edges[bin+1] <= next.low {
			bin++
		}
		switch {
		case bin < 0:
			below += next.cur
		case next.low <= edges[last]:
			at := min(bin, last-1)
			ref[at], cur[at] = ref[at]+next.ref, cur[at]+next.cur
		}
	}
	return ref, cur, below
}

// pairwiseSum adds as numpy.sum does, so that 1 − sum leaves NumPy's very rounding error and not another.
func pairwiseSum(values []float64) float64 {
	n := len(values)
	if n < 8 {
		var sum float64
		for _, x := range values {
			sum += x
		}
		return sum
	}
	if n > 128 {
		half := n / 2
		half -= half % 8
		return pairwiseSum(values[:half]) + pairwiseSum(values[half:])
	}
	var r [8]float64
	copy(r[:], values)
	i := 8
	for ; i+8 <= n; i += 8 {
		for j := range r {
			r[j] += values[i+j]
		}
	}
	sum := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	for ; i < n; i++ {
		sum += values[i]
	}
	return sum
}

// shares divides counts by n.
func shares(counts []uint64, n uint64) []float64 {
	all := make([]float64, len(counts))
	for i, count := range counts {
		all[i] = float64(count) / float64(n)
	}
	return all
}

// shannonDistance is scipy.spatial.distance.jensenshannon: the root of the divergence in nats over divisor. Unlike
// JensenShannon it takes shares that do not quite sum to 1, and has SciPy's rounding errors.
func shannonDistance(p, q []float64, divisor float64) float64 {
	pSum, qSum := pairwiseSum(p), pairwiseSum(q)
	left, right := make([]float64, len(p)), make([]float64, len(p))
	for i := range p {
		a, b := p[i]/pSum, q[i]/qSum
		middle := (a + b) / 2
		left[i], right[i] = relativeEntropy(a, middle), relativeEntropy(b, middle)
	}
	sum := (pairwiseSum(left) + pairwiseSum(right)) / divisor
	return math.Sqrt(max(sum, 0) / 2)
}

// relativeEntropy returns x·ln(x/y), and 0 for x = 0: scipy.special.rel_entr.
func relativeEntropy(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	if ratio := x / y; ratio > 0.5 && ratio < 2 {
		return x * math.Log1p((x-y)/y)
	}
	return x * math.Log(x/y)
}

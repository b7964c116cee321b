package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The variants @nannyml are those of NannyML 0.13 (nannyml.drift.univariate.methods), missing values left out. Its bins
// are the reference's alone; what a window has outside them, or in categories that the reference never had, is one more
// bin. NannyML's limits come from the reference's own chunks, which two files do not have, so these have none.

// nannyShares returns the shares of the bins, the last one what lies outside them; false where NumPy would refuse to make
// bins.
func (c *comparison) nannyShares() (ref, cur []float64, ok bool) {
	var a, b []uint64
	if c.layout.Kind == profile.Numeric {
		edges := c.doaneEdges()
		if edges == nil {
			return nil, nil, false
		}
		a, b, _ = c.histogram(edges)
	} else {
		for i := range c.cells {
			if c.cells[i].ref > 0 {
				a, b = append(a, c.cells[i].ref), append(b, c.cells[i].cur)
			}
		}
	}
	ref, cur = shares(a, c.ref.n), shares(b, c.cur.n)
	if outside := 1 - pairwiseSum(cur); outside > 0 { // even if it is a rounding error: NannyML has it too
		ref, cur = append(ref, 0), append(cur, outside)
	}
	return ref, cur, true
}

// measureNannyJensenShannon measures jensen_shannon@nannyml: the distance (square root) to base 2 over Doane's bins of the
// reference, or over categories.
func measureNannyJensenShannon(c *comparison, name string) Measurement {
	return c.nanny(name, func(ref, cur []float64) float64 { return shannonDistance(ref, cur, math.Ln2) })
}

// measureNannyHellinger measures hellinger@nannyml over the same bins.
func measureNannyHellinger(c *comparison, name string) Measurement {
	return c.nanny(name, func(ref, cur []float64) float64 {
		squares := make([]float64, len(ref))
		for i := range ref {
			d := math.Sqrt(ref[i]) - math.Sqrt(cur[i])
			squares[i] = d * d
		}
		return math.Sqrt(pairwiseSum(squares)) / math.Sqrt2
	})
}

func (c *comparison) nanny(name string, distance func(ref, cur []float64) float64) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur, ok := c.nannyShares()
	if !ok {
		m.Status = Undefined
		return m
	}
	m.Value = min(distance(ref, cur), 1)
	return m
}

const (
	// nannyLarge is the reference's size from which NannyML bins.
	nannyLarge = 10000
	// nannyBins is how many bins it then makes.
	nannyBins = 10000
)

// measureNannyKS measures ks@nannyml: the exact D below 10,000 values of the reference, else the largest gap at the ends
// of 10,000 equal widths between the reference's extremes, which may be less.
func measureNannyKS(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	if c.ref.n < nannyLarge {
		m.Value = c.gap().lower
		return m
	}
	low, high, _ := c.refRange()
	if math.IsInf(high-low, 0) {
		m.Status = Undefined
		return m
	}
	ref, cur, below := c.histogram(linspace(low, high, nannyBins))
	before := float64(below) / float64(c.cur.n)
	var f, g float64
	for i := range ref {
		f += float64(ref[i]) / float64(c.ref.n)
		g += float64(cur[i]) / float64(c.cur.n)
		m.Value = max(m.Value, math.Abs(f-(before+g)))
	}
	return m
}

// measureNannyWasserstein measures wasserstein@nannyml: the exact distance below 10,000 values of the reference, else the
// area between the distribution functions taken at the ends of 10,000 equal widths, and what lies outside the reference's
// range. There NannyML counts one value too many on either side, (count + 1)/n, which adds a small bias; so do we.
func measureNannyWasserstein(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	if c.ref.n < nannyLarge {
		m.Value = c.wasserstein()
		return m
	}
	low, high, _ := c.refRange()
	edges := equalWidths(low, high, nannyBins)
	if edges == nil || math.IsInf(high-low, 0) {
		m.Status = Undefined
		return m
	}
	ref, cur, below := c.histogram(edges)
	n := float64(c.cur.n)
	before := 0.0
	if below > 0 {
		before = float64(below+1) / n
	}
	var f, g, within float64
	bin := edges[1] - edges[0]
	for i := range ref {
		f += float64(ref[i]) / float64(c.ref.n)
		g += float64(cur[i]) / n
		within += math.Abs(f-(g+before)) * bin
	}
	m.Value = min(within+c.outside(edges[0], edges[len(edges)-1])/n, math.MaxFloat64)
	return m
}

// outside adds up how far the current values below low and above high are from them.
func (c *comparison) outside(low, high float64) float64 {
	var sum float64
	for i := range c.cells {
		sum += float64(c.cells[i].cur) * (width(c.cells[i].low, low) + width(high, c.cells[i].low))
	}
	return sum
}

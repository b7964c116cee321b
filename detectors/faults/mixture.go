package faults

import "math"

// ascending is a sample as its empirical distribution.
type ascending []float64

// upTo returns the share of values ≤ x.
func (a ascending) upTo(x float64) float64 { return float64(above(a, x)) / float64(len(a)) }

// outside returns the share of values < low or > high.
func (a ascending) outside(low, high float64) float64 {
	return 1 - a.upTo(high) + a.upTo(math.Nextafter(low, math.Inf(-1)))
}

// quantile returns the value of the lower rank at a share in [0, 1].
func (a ascending) quantile(p float64) float64 {
	return a[min(max(int(p*float64(len(a))), 0), len(a)-1)]
}

// cuts returns places between neighbouring values, at up to n quantiles. No value lies on one, so that rounding, when a
// factor is undone, moves none across. It is empty for a constant sample.
func (a ascending) cuts(n int) []float64 {
	var cuts []float64
	for i := range n {
		rank := (2*i + 1) * len(a) / (2 * n)
		next := above(a, a[rank])
		if next == len(a) {
			break
		}
		low, high := a[next-1], a[next]
		cut := low + (high-low)*0.38 // no round part of a step: images of cuts should fall on no value either
		if cut > low && cut < high && (len(cuts) == 0 || cut > cuts[len(cuts)-1]) {
			cuts = append(cuts, cut)
		}
	}
	return cuts
}

// undoing is a pair of samples, and what is needed to ask whether a change of unit explains the difference.
type undoing struct {
	ref, cur ascending
	cuts     []float64
	below    []float64 // share of ref below each cut
	gap      []float64 // share of cur less that of ref
	inner    float64   // the largest gap at a cut
	distance float64   // the largest gap anywhere: values may all have left for beyond the ends
	chance   float64   // what the distance of two samples of one source stays under, 99 times of 100
	moves    bool      // ref rises or falls with its rows, so that a stretch of it is narrower
}

func newUndoing(ref, cur ascending, cuts int) *undoing {
	u := &undoing{ref: ref, cur: cur, cuts: ref.cuts(cuts)}
	u.chance = 1.63 * math.Sqrt(1/float64(len(ref))+1/float64(len(cur)))
	for _, cut := range u.cuts {
		below := ref.upTo(cut)
		gap := cur.upTo(cut) - below
		u.below, u.gap = append(u.below, below), append(u.gap, gap)
		u.inner = max(u.inner, math.Abs(gap))
	}
	low, high := ref[0], ref[len(ref)-1]
	u.distance = max(u.inner, cur.upTo(math.Nextafter(low, math.Inf(-1))), 1-cur.upTo(high))
	return u
}

// explain fits cur by a mixture of ref and changed ref: the least-squares share of changed rows, and the largest gap that
// is left between the distributions at the cuts and at their images.
func (u *undoing) explain(c *change) (changed, left float64) {
	at := make([]float64, 0, 4*len(u.cuts)) // pairs: gap of cur, gap of the changed ref
	for i, cut := range u.cuts {
		at = append(at, u.gap[i], u.image((cut-c.offset)/c.factor, c.factor)-u.below[i])
		image := c.factor*cut + c.offset
		ref, hit := u.ref.upTo(image), u.below[i]
		if c.factor < 0 {
			hit = 1 - hit
		}
		at = append(at, u.cur.upTo(image)-ref, hit-ref)
	}
	var product, squares float64
	for i := 0; i < len(at); i += 2 {
		product += at[i] * at[i+1]
		squares += at[i+1] * at[i+1]
	}
	if !(squares > 0) {
		return 0, u.distance
	}
	changed = min(max(product/squares, 0), 1)
	for i := 0; i < len(at); i += 2 {
		left = max(left, math.Abs(at[i]-changed*at[i+1]))
	}
	return changed, left
}

// image returns the share of changed ref below a place whose original is x.
func (u *undoing) image(x, factor float64) float64 {
	if factor < 0 {
		return 1 - u.ref.upTo(x)
	}
	return u.ref.upTo(x)
}

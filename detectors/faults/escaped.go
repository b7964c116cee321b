package faults

import (
	"math"
	"slices"
)

// farFactor is how many times beyond the reach of the reference a value must lie to be far, and farShare the least share of
// such values.
const (
	farFactor = 3
	farShare  = 0.05
	// leastReach is how many rows each side must have for its reach to be known: of fewer a half per cent is not one.
	leastReach = 200
	// leastReachFar is the same for a factor of a thousand or more, which groups of unlike size do not show.
	leastReachFar = 100
	// mostSpread is how many times as widely spread, in logarithms, as others a part of the values may be that a power of ten
	// brings back. Those on their way through zero pass all sizes.
	mostSpread = 2.5
)

// reach returns between which absolute values the reference lies, but for a half per cent at each end.
func reach(ref ascending) (low, high float64) {
	sizes := absolutes(ref)
	return sizes.quantile(0.005), sizes.quantile(0.995)
}

// absolutes returns the absolute values of ascending ones, ascending: those below zero, backwards, merged with the others.
// They are not to be changed: without any below zero they are the values themselves.
func absolutes(values ascending) ascending {
	negative := above(values, math.Nextafter(0, -1))
	if negative == 0 {
		return values
	}
	sizes := make(ascending, 0, len(values))
	others := values[negative:]
	for i := negative - 1; i >= 0; i-- {
		size := -values[i]
		for len(others) > 0 && others[0] < size {
			sizes, others = append(sizes, others[0]), others[1:]
		}
		sizes = append(sizes, size)
	}
	return append(sizes, others...)
}

// outside counts the values far above high, and far below low unless that is 0.
func outside(values ascending, low, high float64) float64 {
	far := 0
	for _, x := range values {
		if a := math.Abs(x); a > farFactor*high || a > 0 && a < low/farFactor {
			far++
		}
	}
	return float64(far)
}

func farther(low, high float64, larger bool) func(Value) bool {
	return func(v Value) bool {
		a := math.Abs(v.Number)
		return v.IsNumber && (larger && a > farFactor*high || !larger && a > 0 && a < low/farFactor)
	}
}

// ejected is escaped where the distribution has hardly moved otherwise: values may leave it at both ends alike. It looks
// closer only if enough lie far beyond both extremes.
func ejected(u *undoing) *Finding {
	edge := farFactor * max(-u.ref[0], u.ref[len(u.ref)-1])
	if float64(len(u.cur)-above(u.cur, edge)+above(u.cur, -edge)) < farShare*float64(len(u.cur)) {
		return nil
	}
	return escaped(u)
}

// flipped sees values of the sign that the reference never had, as large and as widely spread as the others.
func flipped(u *undoing) *Finding {
	ref, cur := u.ref, u.cur
	var far []float64
	switch {
	case ref[0] >= 0:
		far = cur[:above(cur, math.Nextafter(0, -1))]
	case ref[len(ref)-1] <= 0:
		far = cur[above(cur, 0):]
	}
	if float64(len(far)) < farShare*float64(len(cur)) || len(far) < leastValues {
		return nil
	}
	sizes, origin := absolutes(far), without(absolutes(ref), 0)
	low, high := reach(ref)
	if ratio := sizes.quantile(0.5) / origin.quantile(0.5); !(ratio > 0.5 && ratio < 2) || !alike(sizes, origin, 1, low, high, false) {
		return nil
	}
	negative := ref[0] >= 0
	f := &Finding{Kind: SignFlip, Share: float64(len(far)) / float64(len(cur)), Clause: "has the opposite sign"}
	f.hit = func(v Value) bool { return v.IsNumber && v.Number != 0 && (v.Number < 0) == negative }
	return f
}

// escaped sees values that lie far outside the reference's reach and that one power of ten brings back: to where the other
// values are, and as widely spread as they. Zeros are left out, since a factor leaves them where they are.
func escaped(u *undoing) *Finding {
	ref, cur := u.ref, u.cur
	low, high := reach(ref)
	rows := min(len(ref), len(cur))
	if !(high > 0) || rows < leastReachFar || outside(cur, low, high) < farShare*float64(len(cur)) {
		return nil
	}
	var larger, smaller, near []float64
	for _, x := range cur {
		switch a := math.Abs(x); {
		case a > farFactor*high:
			larger = append(larger, a)
		case a > 0 && a < low/farFactor:
			smaller = append(smaller, a)
		case a > 0:
			near = append(near, x)
		}
	}
	far := larger
	if len(smaller) > len(larger) {
		far = smaller
	}
	if float64(len(far)) < farShare*float64(len(cur)) || len(far) < leastValues {
		return nil
	}
	slices.Sort(far)
	origin := without(absolutes(ref), 0)
	usual, most := origin.spread(), math.Inf(1)
	if len(near) >= leastValues && 10*len(near) >= len(cur) {
		origin = absolutes(near) // the same source on the same day
		most = mostSpread * min(usual, origin.spread())
	}
	power := math.Round(math.Log10(ascending(far).quantile(0.5) / origin.quantile(0.5)))
	if power == 0 || math.Abs(power) > 12 || math.IsNaN(power) || rows < leastReach && math.Abs(power) < 3 {
		return nil
	}
	back := math.Pow(10, -power)
	if !alike(far, origin, back, low, high, u.moves) || ascending(far).spread() > most {
		return nil
	}
	c := powerOfTen(int(power))
	f := c.finding(float64(len(far)) / float64(len(cur)))
	f.hit = farther(low, high, power > 0)
	return f
}

// spread returns the logarithm of how many times as large the large positive values are as the small ones; 0 of none.
func (a ascending) spread() float64 {
	if len(a) == 0 {
		return 0
	}
	return math.Log(a.quantile(0.9) / a.quantile(0.1))
}

// alike tells whether far values times back lie in reach, as widely spread as their origin, or as narrowly as a stretch of a
// column that moves. Equal values are not: they are heaped, not multiplied, unless all were equal before and back hits them.
func alike(far, origin ascending, back, low, high float64, moves bool) bool {
	inside := above(far, 2*high/back) - above(far, low/2/back)
	if 10*inside < 9*len(far) || len(origin) == 0 {
		return false
	}
	spread, usual := far.spread(), origin.spread()
	if usual == 0 {
		was, is := origin.quantile(0.5), far.quantile(0.5)*back
		return spread < 1e-9 && math.Abs(is-was) <= 1e-9*was
	}
	return spread > 0 && (moves || spread >= usual/4) && spread <= 4*usual
}

package faults

import (
	"fmt"
	"math"
	"slices"
)

const (
	// leastValues is how many values each side must have for their distributions to be told apart.
	leastValues = 30
	// leastExact is how many the current side must have where a good fit is the only evidence: fewer are fitted by anything.
	leastExact = 1000
	// luck is the part of the distance reached by chance, once in a hundred, under which most fits stay that are true.
	luck = 0.75
	// clarity is how many times the gap left by a fit the distance explained by it must be.
	clarity = 8
	// coarse and fine are the numbers of cuts with which the list is searched and the best of it is tested.
	coarse, fine = 12, 64
)

// unitChange sees values that were multiplied, or moved along a straight line: undoing that gives the reference's
// distribution back. First the list of units, on all rows or a part of them; then any straight line, if the
// values moved altogether; then signs and powers of ten of values that lie far outside, which may have drifted besides.
func unitChange(ref, cur *Column, o Options) *Finding {
	n, m := len(cur.Numbers), len(ref.Numbers)
	if n < leastValues || m < leastValues {
		return nil
	}
	quick := newUndoing(ref.Numbers, cur.Numbers, coarse)
	var f *Finding
	switch {
	case len(quick.cuts) == 0:
		f = constantUnit(ref.Numbers, cur.Numbers)
	case quick.distance < max(0.04, 2*quick.chance):
		f = ejected(quick)
	default:
		for _, test := range []func(*undoing) *Finding{listed, line, flipped, escaped} {
			if f = test(quick); f != nil {
				break
			}
		}
	}
	if f != nil {
		f.Share *= float64(n) / float64(cur.Rows)
		f.Detail = fmt.Sprintf("median %s, was %s", Figure(ascending(cur.Numbers).quantile(0.5)), Figure(ascending(ref.Numbers).quantile(0.5)))
	}
	return f
}

// constantUnit compares two constants.
func constantUnit(ref, cur ascending) *Finding {
	was, is := ref[0], cur[0]
	if is != cur[len(cur)-1] || was == 0 {
		return nil
	}
	for i := range changes {
		if c := &changes[i]; math.Abs(c.factor*was+c.offset-is) <= 1e-9*math.Abs(is) {
			return c.finding(1)
		}
	}
	return nil
}

func (c *change) finding(share float64) *Finding {
	f := &Finding{Kind: c.kind, Share: share, Clause: c.clause}
	if share >= 0.97 {
		f.Share = 1
		f.hit = func(v Value) bool { return v.IsNumber }
	}
	return f
}

// listed searches the list of units for the one that leaves the smallest gap.
func listed(quick *undoing) *Finding {
	var best *change
	least := math.Inf(1)
	for i := range changes {
		if _, left := quick.explain(&changes[i]); left < least {
			best, least = &changes[i], left
		}
	}
	if best == nil || least > 0.5*quick.distance {
		return nil
	}
	exact := newUndoing(quick.ref, quick.cur, fine)
	changed, left := exact.explain(best)
	if !best.fits(exact, changed, left) {
		return nil
	}
	f := best.finding(changed)
	if low, high := reach(exact.ref); f.hit == nil && best.power && best.factor > 1 && outside(exact.cur, 0, high) >= 0.7*changed*float64(len(exact.cur)) {
		f.hit = farther(low, high, true)
	}
	return f
}

// fits tells whether a change explains what has happened. Powers of ten are told by their size; other factors could be
// drift, so the fit must be as good as chance allows, and on values that are many enough to show it.
func (c *change) fits(u *undoing, changed, left float64) bool {
	if c.power {
		return changed >= 0.04 && left <= u.distance/3 && left <= max(1.2*u.chance, 0.2*u.distance)
	}
	return changed >= 0.15 && len(u.cur) >= leastExact && len(u.cuts) >= 8 && u.distance >= max(0.12, 3*u.chance) &&
		left <= u.distance/clarity && left <= max(luck*u.chance, 0.015)
}

// farFactor is how many times beyond the reach of the reference a value must lie to be far, and farShare the least share of
// such values.
const (
	farFactor = 3
	farShare  = 0.1
)

// reach returns between which absolute values the reference lies, but for a half per cent at each end.
func reach(ref ascending) (low, high float64) {
	sizes := absolutes(ref)
	return sizes.quantile(0.005), sizes.quantile(0.995)
}

func absolutes(values []float64) ascending {
	sizes := make(ascending, len(values))
	for i, x := range values {
		sizes[i] = math.Abs(x)
	}
	slices.Sort(sizes)
	return sizes
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
	sizes, origin := absolutes(far), absolutes(ref)
	low, high := reach(ref)
	if ratio := sizes.quantile(0.5) / origin.quantile(0.5); !(ratio > 0.5 && ratio < 2) || !alike(sizes, origin, 1, low, high) {
		return nil
	}
	negative := ref[0] >= 0
	f := &Finding{Kind: SignFlip, Share: float64(len(far)) / float64(len(cur)), Clause: "has the opposite sign"}
	f.hit = func(v Value) bool { return v.IsNumber && v.Number != 0 && (v.Number < 0) == negative }
	return f
}

// escaped sees values that lie far outside the reference's reach and that one power of ten brings back: to where the other
// values are, and as widely spread as they.
func escaped(u *undoing) *Finding {
	ref, cur := u.ref, u.cur
	low, high := reach(ref)
	if !(high > 0) || outside(cur, low, high) < farShare*float64(len(cur)) {
		return nil
	}
	var larger, smaller, near []float64
	for _, x := range cur {
		switch a := math.Abs(x); {
		case a > farFactor*high:
			larger = append(larger, a)
		case a > 0 && a < low/farFactor:
			smaller = append(smaller, a)
		default:
			near = append(near, a)
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
	origin := absolutes(ref)
	if len(near) >= leastValues && 10*len(near) >= len(cur) {
		origin = absolutes(near) // the same source on the same day
	}
	power := math.Round(math.Log10(ascending(far).quantile(0.5) / origin.quantile(0.5)))
	if power == 0 || math.Abs(power) > 12 || math.IsNaN(power) {
		return nil
	}
	back := math.Pow(10, -power)
	if !alike(far, origin, back, low, high) {
		return nil
	}
	c := powerOfTen(int(power))
	f := c.finding(float64(len(far)) / float64(len(cur)))
	f.hit = farther(low, high, power > 0)
	return f
}

// alike tells whether far values times back lie in reach, as widely spread as their origin. Equal values are not: they are
// heaped, not multiplied.
func alike(far, origin ascending, back, low, high float64) bool {
	inside := above(far, 2*high/back) - above(far, low/2/back)
	if 10*inside < 9*len(far) {
		return false
	}
	spread := math.Log(far.quantile(0.9) / far.quantile(0.1))
	usual := math.Log(origin.quantile(0.9) / max(origin.quantile(0.1), low))
	if !(usual > 0) {
		return spread < 1e-9
	}
	return spread >= usual/4 && spread <= 4*usual
}

// line sees values that all lie on a straight line through the old quantiles. A mean that drifts does as much, so the values
// must have left the place where they were, nearly all of them.
func line(quick *undoing) *Finding {
	ref, cur := quick.ref, quick.cur
	if !(ref.quantile(0.95) < cur.quantile(0.05) || ref.quantile(0.05) > cur.quantile(0.95)) ||
		len(cur) < leastExact || len(ref.cuts(fine)) < 16 {
		return nil
	}
	factor, offset, ok := regress(ref, cur)
	if !ok {
		return nil
	}
	c := &change{factor: factor, offset: offset, kind: UnitChange}
	u := newUndoing(ref, cur, fine)
	if changed, left := u.explain(c); changed < 0.97 || left > max(luck*u.chance, 0.015) {
		return nil
	}
	// Only a change of scale is a change of unit; what kept its spread has moved.
	if size := math.Abs(factor); size < 1.25 && size > 0.8 {
		return nil
	}
	size := math.Abs(cur.quantile(0.5))
	switch power := math.Round(math.Log10(factor)); {
	case power != 0 && math.Abs(math.Log10(factor)-power) < 0.1 && math.Abs(offset) < 0.2*size:
		c.clause = "looks " + times(int(power)) // and drifted besides
	case math.Abs(offset) > 0.05*size:
		sign := "plus"
		if offset < 0 {
			sign = "minus"
		}
		c.clause = fmt.Sprintf("looks like %s times the old value %s %s", Figure(factor), sign, Figure(math.Abs(offset)))
	default:
		c.clause = fmt.Sprintf("looks multiplied by about %s", Figure(factor))
	}
	return c.finding(1)
}

// regress fits the quantiles of cur by those of ref, by least squares over 0.05, 0.10 … 0.95.
func regress(ref, cur ascending) (factor, offset float64, ok bool) {
	const points = 19
	var x, y [points]float64
	var meanX, meanY float64
	for i := range points {
		p := float64(i+1) / (points + 1)
		x[i], y[i] = ref.quantile(p), cur.quantile(p)
		meanX += x[i] / points
		meanY += y[i] / points
	}
	var xx, xy float64
	for i := range points {
		xx += (x[i] - meanX) * (x[i] - meanX)
		xy += (x[i] - meanX) * (y[i] - meanY)
	}
	factor = xy / xx
	offset = meanY - factor*meanX
	return factor, offset, factor > 0 && factor-factor == 0 && offset-offset == 0
}

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
	// leastPart is the largest distance by chance at which a part of the rows is told apart, about 270 on each side. Fewer
	// rows of some groups, one of which is ten times as large as another, show the same.
	leastPart = 0.14
	// luck is the part of the distance reached by chance, once in a hundred, under which most fits stay that are true.
	luck = 0.75
	// leftAt is the distance from which values have left where they were: about that of means one deviation apart.
	leftAt = 0.4
	// leastGap is what any number of rows may leave of a good fit: values are rounded, and drift a little besides.
	leastGap = 0.015
	// clarity is how many times the gap left by a fit the distance explained by it must be.
	clarity = 8
	// coarse and fine are the numbers of cuts with which the list is searched and the best of it is tested.
	coarse, fine = 12, 64
)

// unitChange sees values that were multiplied, or moved along a straight line: undoing that gives the reference's
// distribution back. First the list of units, on all rows or a part of them; then any straight line, if the
// values moved altogether; then signs and powers of ten of values that lie far outside, which may have drifted besides. Of a
// column that is mostly 0 the other values are looked at first.
func unitChange(ref, cur *Column, o Options) *Finding {
	n, m := len(cur.Numbers), len(ref.Numbers)
	if n < leastValues || m < leastValues {
		return nil
	}
	quick := newUndoing(ref.Numbers, cur.Numbers, coarse)
	quick.moves = ref.moves()
	f := beyondZero(ref.Numbers, cur.Numbers)
	switch {
	case f != nil:
	case len(quick.cuts) == 0:
		f = constantUnit(ref.Numbers, cur.Numbers)
	case quick.distance < max(0.04, 2*quick.chance):
		f = ejected(quick)
	default:
		straight := func(u *undoing) *Finding {
			if f := line(u); f != nil && !ref.moves() && !cur.moves() {
				return f
			}
			return nil
		}
		for _, test := range []func(*undoing) *Finding{listed, straight, flipped, escaped} {
			if f = test(quick); f != nil {
				break
			}
		}
	}
	if f != nil {
		step, times := stride(cur, f)
		gradual, jump := times > 1 && step < mostGradual, times == 1 && step > leastJump
		if gradual || !jump && grown(ref, cur, f.factor) {
			return nil
		}
	}
	if f != nil {
		f.Share *= float64(n) / float64(cur.Rows)
		f.Detail = fmt.Sprintf("median %s, was %s", Figure(ascending(cur.Numbers).quantile(0.5)), Figure(ascending(ref.Numbers).quantile(0.5)))
	}
	return f
}

// mostGrowth is the largest factor by which a column that rises or falls with its rows may go on to.
const mostGrowth = 100

// grown tells whether a column that rises or falls with its rows, such as a price over decades, may have come to so many times
// its size without a fault: its values go on where they had ended.
func grown(ref, cur *Column, factor float64) bool {
	if !ref.moves() || ref.Ends == nil || cur.Ends == nil || factor <= 0 || max(factor, 1/factor) > mostGrowth*(1+1e-9) {
		return false
	}
	_, end := ref.Ends()
	begin, _ := cur.Ends()
	step := math.Abs(math.Log(begin / end))
	return step < math.Abs(math.Log(factor))/2
}

// Steps in parts of the size of the values they lead to: smaller ones than mostGradual wander, as temperatures do below zero
// and back (one alone may be small by chance), and one that is larger than leastJump, and is not taken back, is a factor's,
// even in a column that grows.
const (
	mostGradual = 0.25
	leastJump   = 0.75
)

// stride returns the step by which the current rows come to the values that a fault changed, in parts of the size of these, and
// how often they do: 0 if that cannot be seen.
func stride(cur *Column, f *Finding) (step float64, times int) {
	if cur.Step == nil || f.hit == nil {
		return 0, 0
	}
	step, times = cur.Step(f.hit)
	var sizes []float64
	for _, x := range cur.Numbers {
		if f.hit(Value{IsNumber: true, Number: x}) {
			sizes = append(sizes, math.Abs(x))
		}
	}
	if times == 0 || len(sizes) == 0 {
		return 0, 0
	}
	slices.Sort(sizes)
	return step / sizes[len(sizes)/2], times
}

// manyZeros is the share of zeros that hides what happens to the other values.
const manyZeros = 0.3

// beyondZero looks at the values other than 0 of a column that is mostly 0, such as claims or rain: a factor leaves
// zeros where they are. Share is still that of all values.
func beyondZero(ref, cur ascending) *Finding {
	if share(countOf(ref, 0), uint64(len(ref))) < manyZeros {
		return nil
	}
	some, now := without(ref, 0), without(cur, 0)
	if len(some) < leastReach || len(now) < leastReach {
		return nil
	}
	quick := newUndoing(some, now, coarse)
	if len(quick.cuts) == 0 || quick.distance < max(0.04, 2*quick.chance) {
		return nil
	}
	for _, test := range []func(*undoing) *Finding{listed, flipped, escaped} {
		if f := test(quick); f != nil {
			f.Share *= float64(len(now)) / float64(len(cur))
			return f
		}
	}
	return nil
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
	f := &Finding{Kind: c.kind, Share: share, Clause: c.clause, factor: c.factor}
	if share >= 0.97 {
		f.Share = 1
		f.hit = func(v Value) bool { return v.IsNumber }
	}
	return f
}

// listed searches the list of units for the one that leaves the smallest gap. By chance a neighbour of a power of ten, 1024
// of 1000, may leave a smaller one: the best power is named if it fits as well as chance allows, or, of all rows, if the
// neighbour does not fit.
func listed(quick *undoing) *Finding {
	var best, power *change
	least, leastPower := math.Inf(1), math.Inf(1)
	for i := range changes {
		c := &changes[i]
		_, left := quick.explain(c)
		if left < least {
			best, least = c, left
		}
		if c.power && left < leastPower {
			power, leastPower = c, left
		}
	}
	if best == nil || least > 0.5*quick.distance {
		return nil
	}
	exact := newUndoing(quick.ref, quick.cur, fine)
	if best.power || leastPower > 0.5*quick.distance {
		return best.tested(exact)
	}
	changed, left := exact.explain(power)
	if left <= max(exact.chance, leastGap) {
		if f := power.tested(exact); f != nil {
			return f
		}
	}
	if f := best.tested(exact); f != nil || changed < exact.all() {
		return f
	}
	return power.tested(exact)
}

// close returns the gap that most fits leave which are true, however many the rows.
func (u *undoing) close() float64 { return max(luck*u.chance, leastGap) }

// all returns the share of changed rows from which they may be all: on few rows it is known but roughly.
func (u *undoing) all() float64 { return min(0.97, 1-u.chance/2) }

// tested names a change that explains what has happened; nil if it does not.
func (c *change) tested(exact *undoing) *Finding {
	changed, left := exact.explain(c)
	if !c.fits(exact, changed, left) || !c.arrived(exact, changed) {
		return nil
	}
	f := c.finding(changed)
	if low, high := reach(exact.ref); f.hit == nil && c.power && c.factor > 1 && outside(exact.cur, 0, high) >= 0.7*changed*float64(len(exact.cur)) {
		f.hit = farther(low, high, true)
	}
	return f
}

// fits tells whether a change explains what has happened. Powers of ten are told by their size; other factors could be
// drift, so the fit must be as good as chance allows, on values that are many enough to show it, and of all rows they must
// have left where they were.
func (c *change) fits(u *undoing, changed, left float64) bool {
	if c.power {
		if changed < u.all() && u.chance > leastPart {
			return false
		}
		return changed >= 0.04 && left <= u.distance/3 && left <= max(1.2*u.chance, 0.2*u.distance)
	}
	return changed >= 0.15 && len(u.cur) >= leastExact && len(u.cuts) >= 8 && u.inner >= max(0.12, 3*u.chance) &&
		left <= u.inner/clarity && left <= u.close() && (changed >= 0.97 && u.distance >= leftAt || changed < 0.97 && !u.scaled())
}

// scaled tells whether all values times one factor, whatever it is, explain the difference. Prices that rose by half look much
// like prices of which two thirds were converted.
func (u *undoing) scaled() bool {
	factor := u.cur.quantile(0.5) / u.ref.quantile(0.5)
	if !(factor > 0) || math.IsInf(factor, 0) {
		return false
	}
	changed, left := u.explain(&change{factor: factor})
	return changed >= 0.9 && left <= max(u.chance, 0.02)
}

// arrived tells whether values lie where the change would have put them: outside the reference's range at least half as many
// as a changed reference has there. Where the shares of a few codes drift, a factor may fit the codes' shares, but nothing is
// found at its products.
func (c *change) arrived(u *undoing, changed float64) bool {
	low, high := u.ref[0], u.ref[len(u.ref)-1]
	from, to := (low-c.offset)/c.factor, (high-c.offset)/c.factor
	if from > to {
		from, to = to, from
	}
	expected := changed * u.ref.outside(from, to)
	return u.cur.outside(low, high) >= expected/2
}

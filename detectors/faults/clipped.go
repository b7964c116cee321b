package faults

import (
	"fmt"
	"math"
	"sort"
)

// clipShare is the least share of rows that must lie on the bound.
const clipShare = 0.05

// clipped sees a distribution whose end is heaped on one value: what lay beyond it before lies on it now, and what lies
// inside is as it was.
func clipped(ref, cur *Column, o Options) *Finding {
	if len(ref.Numbers) < leastValues || len(cur.Numbers) < leastValues {
		return nil
	}
	last := len(cur.Numbers) - 1
	if f := clippedAt(ref, cur, cur.Numbers[last], true, o); f != nil {
		return f
	}
	return clippedAt(ref, cur, cur.Numbers[0], false, o)
}

func clippedAt(ref, cur *Column, bound float64, upper bool, o Options) *Finding {
	n, m := uint64(len(cur.Numbers)), uint64(len(ref.Numbers))
	on, onBefore := countOf(cur.Numbers, bound), countOf(ref.Numbers, bound)
	if on == n || on < leastValues || !surge(on, n, onBefore, m, clipShare, o) {
		return nil
	}
	before := uint64(above(ref.Numbers, bound)) // on the bound or beyond it
	inside, insideBefore := ascending(cur.Numbers[on:]), ascending(ref.Numbers[min(before, m):])
	if upper {
		first := sort.SearchFloat64s(ref.Numbers, bound)
		before = m - uint64(first)
		inside, insideBefore = cur.Numbers[:n-on], ref.Numbers[:first]
	}
	now, was := share(on, n), share(before, m)
	spread := 3 * math.Sqrt(was*(1-was)*(1/float64(n)+1/float64(m)))
	if 4*onBefore > before || math.Abs(now-was) > max(0.02, spread) || len(inside) < leastValues || len(insideBefore) < leastValues ||
		ref.usual(now, cur.Rows) { // last: it reads all of the reference's rows
		return nil
	}
	if rest := newUndoing(insideBefore, inside, fine); len(rest.cuts) < 8 || rest.distance > max(rest.chance, 0.03) {
		return nil
	}
	end := "below"
	if upper {
		end = "above"
	}
	return &Finding{
		Kind: Clipped, Share: share(on, cur.Rows), Clause: fmt.Sprintf("is cut off at %s", Figure(bound)),
		Detail: fmt.Sprintf("%s of values lay %s before", Percent(was), end),
		hit:    func(v Value) bool { return v.IsNumber && v.Number == bound },
	}
}

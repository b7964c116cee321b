package faults

import (
	"fmt"
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The rules of what is stuck.
const (
	// leastConstant is how many equal values make a constant.
	leastConstant = 20
	// runFactor is how many times as long as the longest of the reference a run must be.
	runFactor = 3
	// leastRun is the shortest run that is told, and runShare the least share of rows it must be.
	leastRun = 10
	runShare = 0.05
	// heapShare is by how much the share of one value must grow.
	heapShare = 0.1
	// manyValues make a column continuous: no value of it is expected twice, or not often.
	manyValues = 100
)

// top returns the most frequent value, how often it occurs, and how often it did before.
func top(ref, cur *Column) (v Value, n, refN uint64) {
	if ref.Kind == profile.Numeric {
		v.IsNumber = true
		for i := 0; i < len(cur.Numbers); {
			next := i + 1
			for next < len(cur.Numbers) && cur.Numbers[next] == cur.Numbers[i] {
				next++
			}
			if count := uint64(next - i); count > n {
				v.Number, n = cur.Numbers[i], count
			}
			i = next
		}
		return v, n, countOf(ref.Numbers, v.Number)
	}
	for name, count := range cur.Categories {
		if count > n || count == n && name < v.Text {
			v.Text, n = name, count
		}
	}
	return v, n, ref.Categories[v.Text]
}

// distinct counts the different values of a distribution.
func (c *Column) distinct() (n uint64) {
	if c.Kind != profile.Numeric {
		return uint64(len(c.Categories))
	}
	for i, x := range c.Numbers {
		if i == 0 || x != c.Numbers[i-1] {
			n++
		}
	}
	return n
}

func (v Value) String() string {
	if v.IsNumber {
		return Figure(v.Number)
	}
	return shown(v.Text)
}

// values counts the values with a place in the distribution.
func (c *Column) values() uint64 {
	if c.Kind == profile.Numeric {
		return uint64(len(c.Numbers))
	}
	return total(c.Categories)
}

// constant sees a column that has one value where it had several, over more rows than it ever kept one.
func constant(ref, cur *Column, o Options) *Finding {
	if ref.Kind == profile.Numeric && (len(cur.Numbers) == 0 || cur.Numbers[0] != cur.Numbers[len(cur.Numbers)-1]) {
		return nil
	}
	v, n, refN := top(ref, cur)
	all, m := cur.values(), ref.values()
	if n != all || n < leastConstant || m == 0 || refN == m {
		return nil
	}
	// The chance of so many equal values in a row of independent ones; a value never seen counts as seen half a time.
	chance := float64(n) * math.Log(max(float64(refN), 0.5)/float64(m))
	if chance > math.Log(o.level()) || all <= runFactor*ref.Run.Length {
		return nil
	}
	return &Finding{
		Kind: Stuck, Share: share(n, cur.Rows), Clause: fmt.Sprintf("is stuck at %s", v),
		Detail: Percent(share(refN, m)) + " of rows before", hit: v.same,
	}
}

// same tells whether another value is this one.
func (v Value) same(other Value) bool {
	if v.IsNumber {
		return other.IsNumber && other.Number == v.Number
	}
	return !other.Missing && other.Text == v.Text
}

// frozen sees a run of one value in the order of rows: three times as long as any in the reference, longer than the value's
// frequency in the other rows explains, and not because the rows are sorted.
func frozen(ref, cur *Column, o Options) *Finding {
	run := cur.Run
	all, m := cur.values(), ref.values()
	if run.Length < leastRun || ref.Run.Length == 0 || run.Length <= runFactor*ref.Run.Length || float64(run.Length) < runShare*float64(all) || m == 0 {
		return nil
	}
	v := Value{IsNumber: ref.Kind == profile.Numeric, Number: run.Number, Text: run.Category}
	n, refN := cur.Categories[run.Category], ref.Categories[run.Category]
	if v.IsNumber {
		n, refN = countOf(cur.Numbers, run.Number), countOf(ref.Numbers, run.Number)
	}
	distinct := cur.distinct()
	sorted := run.Stretches <= 2*distinct && distinct < all/4
	// Rows sorted by another column make runs too: the value must be commoner than before, by more than chance.
	if sorted || n < run.Length || !surge(n, all, refN, m, runShare, o) {
		return nil
	}
	elsewhere := (float64(n-run.Length) + 0.5) / (float64(all-min(all, run.Length)) + 1)
	if math.Log(float64(all))+float64(run.Length)*math.Log(min(elsewhere, 1)) > math.Log(o.level()) {
		return nil
	}
	return &Finding{
		Kind: Stuck, Share: share(run.Length, cur.Rows), Clause: fmt.Sprintf("is stuck at %s", v),
		Detail: fmt.Sprintf("%d rows in a row, at most %d before", run.Length, ref.Run.Length), start: run.Start,
	}
}

// heaped sees one number far more often than before, wherever its rows stand. In a column of few values that is drift,
// unless all others kept their shares among each other.
func heaped(ref, cur *Column, o Options) *Finding {
	if !ascending(cur.Numbers).hasHeap() {
		return nil
	}
	v, n, refN := top(ref, cur)
	all, m := cur.values(), ref.values()
	if all < leastValues || m < leastValues || !surge(n, all, refN, m, heapShare, o) {
		return nil
	}
	distinct := ref.distinct()
	now, before := share(n, all), share(refN, m)
	switch {
	case ref.usual(now, cur.Rows), distinct < 8, before > max(0.05, 2/float64(distinct)):
		return nil
	case distinct < manyValues:
		grown := (now - before) / (1 - before)
		rest := newUndoing(without(ref.Numbers, v.Number), without(cur.Numbers, v.Number), fine)
		if grown < 0.15 || len(rest.cur) < leastExact || rest.distance > luck*rest.chance {
			return nil
		}
	}
	return &Finding{
		Kind: Stuck, Share: share(n, cur.Rows), Clause: fmt.Sprintf("is stuck at %s", v),
		Detail: Percent(before) + " of rows before", hit: v.same,
	}
}

// hasHeap tells whether any value may hold as much as heapShare: such a one fills two neighbouring places of every
// twentieth.
func (a ascending) hasHeap() bool {
	step := max(int(float64(len(a))*heapShare/2), 1)
	for i := 0; i+step < len(a); i += step {
		if a[i] == a[i+step] {
			return true
		}
	}
	return false
}

// without returns ascending values but one.
func without(values ascending, v float64) ascending {
	n := uint64(above(values, v))
	rest := make(ascending, 0, len(values))
	rest = append(rest, values[:n-countOf(values, v)]...)
	return append(rest, values[n:]...)
}

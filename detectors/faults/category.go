package faults

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// categoryTolerance is the share of rows from which new categories count.
const categoryTolerance = 0.003

// unseen sees categories that the reference never had. A window of the same source has some too: by Good and Turing as
// large a share as that of the values the reference had only once; half as much again is allowed, because names come and
// go in time.
func unseen(ref, cur *Column, o Options) *Finding {
	var n, once uint64
	var novel []string
	for name, count := range cur.Categories {
		if ref.Categories[name] == 0 {
			n += count
			novel = append(novel, name)
		}
	}
	for _, count := range ref.Categories {
		if count == 1 {
			once++
		}
	}
	all, m := total(cur.Categories), total(ref.Categories)
	tolerance := max(categoryTolerance, share(once, m)/2)
	if !surge(n, all, once, m, tolerance, o) {
		return nil
	}
	slices.SortFunc(novel, func(a, b string) int {
		return cmp.Or(cmp.Compare(cur.Categories[b], cur.Categories[a]), cmp.Compare(a, b))
	})
	f := &Finding{Kind: NewCategory, Share: share(n, cur.Rows), Clause: "has values never seen before"}
	// A value of a handful of rows may name a person: it is not repeated.
	if top := novel[0]; cur.Categories[top] >= 2*leastHits {
		f.Clause = fmt.Sprintf("has values never seen before, such as %s,", Quote(top))
		if len(novel) == 1 {
			f.Clause = fmt.Sprintf("has a value never seen before, %s,", Quote(top))
		}
	}
	known := maps.Clone(ref.Categories)
	f.hit = func(v Value) bool { return !v.Missing && known[v.Text] == 0 }
	return f
}

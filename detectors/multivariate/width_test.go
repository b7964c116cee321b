package multivariate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Of many columns an even choice is looked at, which does not depend on their values.
func TestManyColumns(t *testing.T) {
	const columns, rows = 451, 60
	table := normals(rand.New(rand.NewPCG(1, 2)), columns, rows)
	for row := range rows {
		table[0].Values[row] = math.NaN() // is not known, and counts for none
	}
	r := Fit(table)
	if looked, known := r.Columns(); looked != mostColumns || known != columns-1 {
		t.Fatalf("%d of %d columns", looked, known)
	}
	if r.columns[0] != 1 || r.columns[1] != 3 || r.columns[mostColumns-1] < columns-4 || !slices.IsSorted(r.columns) {
		t.Fatalf("uneven: %d", r.columns)
	}
	for _, m := range r.Compare(table, firstRows(rows)) {
		if m.Status != "ok" || m.Value-m.Value != 0 {
			t.Errorf("%s: %v, %s", m.Name, m.Value, m.Status)
		}
	}
	few := Fit(table[:mostColumns+1])
	if looked, known := few.Columns(); looked != mostColumns || known != mostColumns {
		t.Errorf("%d of %d columns, all are wanted", looked, known)
	}
}

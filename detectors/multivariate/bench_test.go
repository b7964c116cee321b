package multivariate

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// normals returns a table of independent standard normal numbers.
func normals(r *rand.Rand, columns, rows int) Table {
	t := make(Table, columns)
	for i := range t {
		t[i].Name = fmt.Sprint("x", i)
		for range rows {
			t[i].Values = append(t[i].Values, r.NormFloat64())
		}
	}
	return t
}

// BenchmarkMultivariate fits and compares 10,000 rows of 25 columns: "all" is what compare pays for this section.
func BenchmarkMultivariate(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	ref, cur := normals(r, 25, 10000), normals(r, 25, 10000)
	fitted, rows := Fit(ref), firstRows(10000)
	var cut []cells
	picked := spread(rows, 1000)
	for i := range ref {
		cut = append(cut, newCells(&ref[i], picked))
	}
	for name, f := range map[string]func(){
		"all":                    func() { Fit(ref).Compare(cur, rows) },
		"fit/reconstruction":     func() { newReconstruction(ref) },
		"fit/discrepancy":        func() { newDiscrepancy(ref, cut, picked) },
		"fit/domain":             func() { newDomain(ref, cut, picked) },
		"compare/reconstruction": func() { fitted.reconstructed(cur, rows) },
		"compare/discrepancy":    func() { fitted.discrepant(cur, rows) },
		"compare/domain":         func() { fitted.classified(cur, rows) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

// BenchmarkObserve is what 256 rows of 25 columns cost a stream.
func BenchmarkObserve(b *testing.B) {
	t := normals(rand.New(rand.NewPCG(1, 2)), 25, 1000)
	reference, rows := Fit(t), firstRows(256)
	b.Run("error", func(b *testing.B) {
		var sum ErrorSum
		for b.Loop() {
			reference.reconstruction.Observe(&sum, t, rows)
		}
	})
	b.Run("features", func(b *testing.B) {
		var sum FeatureSum
		for b.Loop() {
			reference.discrepancy.Observe(&sum, t, rows)
		}
	})
}

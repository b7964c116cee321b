package detectors

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// BenchmarkCompareSets closes a window of 10,000 rows against a baseline of 20,000 over 1,024 edges: all measures of the
// stream, once without drift and once with every feature shifted by half a standard deviation; and with those on request.
func BenchmarkCompareSets(b *testing.B) {
	for _, features := range []int{25, 100} {
		for name, shift := range map[string]float64{"still": 0, "drifted": 0.5} {
			r := rand.New(rand.NewPCG(1, 2))
			var columns []*profile.ColumnLayout
			values := make([][]float64, features)
			for i := range values {
				values[i] = make([]float64, 20000)
				for j := range values[i] {
					values[i][j] = r.NormFloat64()
				}
				columns = append(columns, profile.NewNumeric(fmt.Sprintf("f%03d", i), profile.Feature, append([]float64(nil), values[i]...), 1024))
			}
			layout := profile.NewLayout(columns)
			ref, cur := profile.NewSet(profile.Key{}, layout), profile.NewSet(profile.Key{}, layout)
			ref.Rows, cur.Rows = 20000, 10000
			for i := range columns {
				for j, x := range values[i] {
					ref.Columns[i].ObserveNumber(layout.Columns[i], x)
					if j < 10000 {
						cur.Columns[i].ObserveNumber(layout.Columns[i], r.NormFloat64()+shift)
					}
				}
			}
			for _, measures := range []struct {
				named string
				names []string
			}{{"", nil}, {"/on request too", StreamMethodsOnRequest()}} {
				b.Run(fmt.Sprintf("%s/%d%s", name, features, measures.named), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						CompareSets(ref, cur, Options{DesignEffect: 4, Measures: measures.names})
					}
				})
			}
		}
	}
}

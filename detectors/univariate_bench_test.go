package detectors

import (
	"math/rand/v2"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// BenchmarkColumn compares 10,000 values with 10,000: the default measures, with those for machines, and all.
func BenchmarkColumn(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	samples := [2]*Sample{}
	for i := range samples {
		values := make([]float64, 10000)
		for j := range values {
			values[j] = r.NormFloat64() + 0.05*float64(i)
		}
		samples[i] = sampleOf(values)
	}
	layout := samples[0].Layout("x", profile.Feature, profile.Numeric, 1)
	for _, set := range []struct {
		name    string
		methods []string
	}{{"usual", BatchMethods()}, {"broad", BroadMethods()}, {"all", ColumnMethods()}} {
		b.Run(set.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				new(Comparer).Column(set.methods, layout, samples[0], samples[1], Options{Columns: 25})
			}
		})
	}
}

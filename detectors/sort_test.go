package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSortNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(
			rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), rapid.Float64Range(-1, 1),
			rapid.Float64Range(1e6, 1e6+1e-6), // alike in their upper digits
			rapid.SampledFrom([]float64{0, 1, -1, 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64}),
		)
		got := rapid.SliceOfN(number, 0, 2*leastRadix).Draw(t, "numbers")
		for len(got) > 0 && len(got) < leastRadix+1 { // long enough for the radix, which rapid's own lists rarely are
			got = append(got, got...)
		}
		for i := range got {
			got[i] += 0 // as NewSample does
		}
		want := slices.Clone(got)
		slices.Sort(want)
		if sortNumbers(got); !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func BenchmarkSortNumbers(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 1_000_000} {
		values := make([]float64, n)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range values {
			values[i] = r.NormFloat64()
		}
		scratch := make([]float64, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				copy(scratch, values)
				sortNumbers(scratch)
			}
		})
		b.Run(fmt.Sprint(n, "/slices"), func(b *testing.B) {
			for b.Loop() {
				copy(scratch, values)
				slices.Sort(scratch)
			}
		})
	}
}

package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// The grid is only a faster way to search: for adversarial cuts and values it finds what binary search finds.
func TestIntervalEqualsSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cuts := distinctCuts(rapid.SliceOfN(tied(), 0, 60).Draw(t, "cuts"))
		edges := newEdges(cuts)
		values := rapid.SliceOfN(tied(), 1, 20).Draw(t, "values")
		for _, c := range cuts {
			values = append(values, c, math.Nextafter(c, math.Inf(1)), math.Nextafter(c, math.Inf(-1)))
		}
		for _, x := range values {
			if x-x != 0 {
				continue
			}
			want := sort.Search(len(cuts), func(i int) bool { return cuts[i] > x })
			if got := edges.Interval(x); got != want {
				t.Fatalf("interval of %v is %d, want %d in %v", x, got, want, cuts)
			}
		}
	})
}

func distinctCuts(cuts []float64) []float64 {
	for i := range cuts {
		cuts[i] += 0
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// shapes are distributions for which one of the two grids, or neither, is a good one.
var shapes = map[string]func(r *rand.Rand) float64{
	"normal":    func(r *rand.Rand) float64 { return r.NormFloat64() },
	"lognormal": func(r *rand.Rand) float64 { return math.Exp(2 * r.NormFloat64()) },
	"integers":  func(r *rand.Rand) float64 { return float64(r.IntN(100)) },
	"two scales": func(r *rand.Rand) float64 {
		return []float64{1e-9, 1e6}[r.IntN(2)] * r.NormFloat64()
	},
}

func TestIntervalEqualsSearchOnLargeLayouts(t *testing.T) {
	for name, draw := range shapes {
		for _, size := range []int{100, 1024, mostEdges} {
			r := rand.New(rand.NewPCG(1, 2))
			values := make([]float64, 40000)
			for i := range values {
				values[i] = draw(r)
			}
			edges := NewNumeric("x", Feature, values, size).Edges
			cuts := edges.Cuts()
			for range 20000 {
				x := draw(r) * 1.5
				want := sort.Search(len(cuts), func(i int) bool { return cuts[i] > x })
				if got := edges.Interval(x); got != want {
					t.Fatalf("%s: interval of %v is %d, want %d", name, x, got, want)
				}
			}
		}
	}
}

func BenchmarkInterval(b *testing.B) {
	for name, draw := range shapes {
		for _, size := range []int{32, 1024} {
			r := rand.New(rand.NewPCG(1, 2))
			values := make([]float64, 20000)
			for i := range values {
				values[i] = draw(r)
			}
			edges := NewNumeric("x", Feature, slices.Clone(values), size).Edges
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				i, sum := 0, 0
				for b.Loop() {
					sum += edges.Interval(values[i&8191])
					i++
				}
				if sum < 0 {
					b.Fatal("impossible")
				}
			})
		}
	}
}

func BenchmarkObserveNumber(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, 20000)
	for i := range values {
		values[i] = r.NormFloat64()
	}
	layout := NewNumeric("x", Feature, slices.Clone(values), 1024)
	column := newColumn(layout)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		column.ObserveNumber(layout, values[i&8191])
		i++
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	numbers := NewNumeric("x", Feature, []float64{1, 2, 3}, 16)
	names := NewCategorical("c", Feature, Categorical, []string{"red", "green"})
	a, b, red := newColumn(numbers), newColumn(names), []byte("red")
	if n := testing.AllocsPerRun(100, func() {
		a.ObserveNumber(numbers, 2.5)
		b.ObserveCategory(names, red)
	}); n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}

// Heavy values are those that counting finds, wherever in the list they stand.
func TestHeavy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Map(rapid.IntRange(0, 8), func(i int) float64 { return float64(i) })).Draw(t, "values")
		least := rapid.IntRange(1, 10).Draw(t, "least")
		slices.Sort(values)
		counts := make(map[float64]int)
		var want []float64
		for _, x := range values {
			if counts[x]++; counts[x] == least {
				want = append(want, x)
			}
		}
		if got := heavy(values, least); !slices.Equal(got, want) {
			t.Fatalf("%v at least %d times: %v, want %v", values, least, got, want)
		}
	})
}

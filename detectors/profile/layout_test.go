package profile

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestQuantileAndMomentsEqualNumPy(t *testing.T) {
	b, err := os.ReadFile("testdata/oracle/quantiles_moments.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		X         []float64
		Q         []float64
		Quantiles struct{ Linear []float64 }
		Mean      float64
		Std       float64 `json:"std_ddof0"`
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	near := func(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance*math.Abs(want) }
	for _, c := range cases {
		sorted := slices.Sorted(slices.Values(c.X))
		for i, q := range c.Q {
			if got := Quantile(sorted, q); !near(got, c.Quantiles.Linear[i], 4e-16) {
				t.Errorf("%s: quantile %v is %v, want %v", c.Name, q, got, c.Quantiles.Linear[i])
			}
		}
		layout := NewNumeric("x", Feature, sorted, 64)
		column := newColumn(layout)
		for _, x := range c.X {
			column.ObserveNumber(layout, x)
		}
		mean, std, ok := column.meanStd(layout, column.N())
		if !ok || !near(mean, c.Mean, 1e-9) || !near(std, c.Std, 1e-9) {
			t.Errorf("%s: mean %v, std %v, %v; want %v, %v", c.Name, mean, std, ok, c.Mean, c.Std)
		}
	}
}

// Where the square of a value is beyond float64 there is no spread to tell, rather than a small one.
func TestSpreadOfHugeValues(t *testing.T) {
	column := NewNumeric("x", Feature, []float64{0, 1}, 8)
	set := NewSet(Key{}, NewLayout([]*ColumnLayout{column}))
	for i := range 1000 {
		set.Columns[0].ObserveNumber(column, 1e155*float64(i/999))
	}
	if sums := set.Totals(0); sums.Spread {
		t.Errorf("one value of 1e155 in 1000: %+v", sums)
	}
}

func TestQuantileOfHugeValues(t *testing.T) {
	values := []float64{-math.MaxFloat64, math.MaxFloat64}
	for q, want := range map[float64]float64{0: -math.MaxFloat64, 0.5: 0, 1: math.MaxFloat64} {
		if got := Quantile(values, q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}

// Whatever finite values the baseline had, its layout is sound: finite ascending cuts, the deciles and both cuts of every
// atom among them, minimum
// and maximum each in an interval of its own, and atoms exactly the values that hold a tenth.
func TestLayoutIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(tied(), 1, 200).Draw(t, "values")
		counts := map[float64]int{}
		for _, x := range values {
			counts[x+0]++
		}
		c := NewNumeric("x", Feature, slices.Clone(values), rapid.IntRange(-1, 300).Draw(t, "edges"))
		cuts := c.Edges.Cuts()
		if !ascending(cuts) {
			t.Fatalf("cuts %v", cuts)
		}
		for _, x := range append(slices.Clone(c.Deciles), c.Atoms...) {
			if !slices.Contains(cuts, x) || x == 0 && math.Signbit(x) {
				t.Fatalf("%v is not among the cuts %v", x, cuts)
			}
		}
		for _, x := range append(slices.Clone(c.Atoms), slices.Min(values), slices.Max(values)) {
			next := math.Nextafter(x, math.Inf(1))
			if !math.IsInf(next, 1) && !c.Edges.IsAtom(c.Edges.Interval(x)) {
				t.Fatalf("%v has no interval of its own in %v", x, cuts)
			}
		}
		for x, n := range counts {
			if heavy := 10*n >= len(values); heavy != slices.Contains(c.Atoms, x) {
				t.Fatalf("%v occurs %d times in %d, atoms %v", x, n, len(values), c.Atoms)
			}
		}
	})
}

// tied draws finite values that often repeat: small whole numbers, a few oddities, or anything.
func tied() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) }),
		rapid.SampledFrom([]float64{
			math.Copysign(0, -1), 0, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1e-310, math.MaxFloat64,
			-math.MaxFloat64, 1e9, math.Nextafter(1e9, 2e9), 1, math.Nextafter(1, 2), 0.1, 1e-9,
		}),
		finite(),
	)
}

func TestKindNames(t *testing.T) {
	for _, kind := range []Kind{Numeric, Categorical, Boolean, Text} {
		text, _ := kind.MarshalText()
		var back Kind
		if err := back.UnmarshalText(text); err != nil || back != kind {
			t.Errorf("%s comes back as %s, error %v", kind, back, err)
		}
	}
	var kind Kind
	if err := kind.UnmarshalText([]byte("number")); err == nil {
		t.Error("kind \"number\" is accepted")
	}
}

func newColumn(layout *ColumnLayout) Column { return columnOver(make([]uint64, layout.Cells())) }

package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The sums of a stream say what values say of mean, spread and Welch's t: value, p, bounds, limit, status, sizes. Only the
// kurtosis is an estimate, and with it the bounds and limit of std_shift. Values are of one magnitude, and as far from zero
// as one likes.
func TestCountedMomentsEqualValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.SampledFrom([]float64{0, 1, -1e6, 1e12}).Draw(t, "offset")
		unit := rapid.SampledFrom([]float64{0.25, 1, 1024}).Draw(t, "unit")
		value := rapid.Map(rapid.IntRange(-300, 300), func(i int) float64 { return offset + unit*float64(i) })
		few := rapid.Map(rapid.IntRange(0, 1), func(i int) float64 { return offset + unit*float64(i) })
		either := rapid.OneOf(rapid.Just(math.NaN()), value, value, value, value)
		a := rapid.OneOf(rapid.SliceOfN(either, 0, 100), rapid.SliceOfN(few, 0, 4)).Draw(t, "reference")
		b := rapid.OneOf(rapid.SliceOfN(either, 0, 100), rapid.SliceOfN(few, 0, 4)).Draw(t, "current")
		options := Options{Measures: ofMoments, DesignEffect: 2, Columns: rapid.IntRange(1, 9).Draw(t, "columns")}
		ref, cur := sampleOf(a), sampleOf(b)
		column := ref.Layout("x", profile.Feature, profile.Numeric, rapid.SampledFrom([]int{1, 8, 1024}).Draw(t, "edges"))
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		exact := byName(new(Comparer).Column(ofMoments, column, ref, cur, options))
		streamed := byName(CompareSets(counted(layout, a), counted(layout, b), options))
		for _, name := range ofMoments {
			got, want := streamed[name], exact[name]
			sound(t, got)
			if name == "welch_t" && (offset >= 1e12 || offset <= -1e6) && want.Status == OK {
				// NumPy's means have few digits there; the exact ones are those without the offset.
				want = byName(new(Comparer).Column(ofMoments, column, without(a, offset), without(b, offset), options))[name]
			}
			if got.Status != want.Status || got.N != want.N || got.M != want.M || !alike(&got.Value, &want.Value) || !alike(got.PValue, want.PValue) {
				t.Fatalf("%s: got %+v, want %+v", name, got, want)
			}
			if name != "std_shift" && (!alike(got.Threshold, want.Threshold) || !alike(got.Lower, want.Lower) || !alike(got.Upper, want.Upper)) {
				t.Fatalf("%s: got %+v, want %+v", name, got, want)
			}
		}
	})
}

func without(values []float64, offset float64) *Sample {
	moved := slices.Clone(values)
	for i := range moved {
		moved[i] -= offset
	}
	return sampleOf(moved)
}

// Where sums of squares say nothing, nothing is said: values beyond float64's root, or too far from the baseline for their
// spread. The mean is known in the latter case.
func TestCountedMomentsUnsettled(t *testing.T) {
	normal := []float64{-2, -1, 0, 1, 2}
	for _, c := range []struct {
		name     string
		ref, cur []float64
		want     map[string]Status
	}{
		{"squares overflow", normal, []float64{1e200, 2e200}, map[string]Status{"mean_shift": Undefined, "std_shift": Undefined, "welch_t": Undefined}},
		{"one square overflows", normal, []float64{0, 1, 2, 1e200}, map[string]Status{"mean_shift": Undefined, "std_shift": Undefined, "welch_t": Undefined}},
		{"the baseline's too", []float64{-1e200, 0, 1e200}, normal, map[string]Status{"mean_shift": Undefined, "std_shift": Undefined, "welch_t": Undefined}},
		{"squares vanish", normal, []float64{-1e-160, 1e-160}, map[string]Status{"mean_shift": Undefined, "std_shift": Undefined}},
		{"a far constant", normal, []float64{1e200, 1e200}, map[string]Status{"mean_shift": OK, "std_shift": OK, "welch_t": OK}},
		{"600 deviations away", normal, []float64{599, 600, 601, 602}, map[string]Status{"mean_shift": OK, "std_shift": OK, "welch_t": OK}},
		{"a million away", normal, []float64{1e6, 1e6 + 1, 1e6 + 2}, map[string]Status{"mean_shift": OK, "std_shift": Undefined, "welch_t": Undefined}},
		{"beyond the integers", []float64{-1e18, 0, 1e18}, []float64{1, 2, 3}, map[string]Status{"mean_shift": OK}},
		{"rounded to one", []float64{1e18, 1e18 + 1024, 1e18 + 2048}, []float64{1, 2, 3}, map[string]Status{"std_shift": Undefined}},
		{"constants apart", []float64{5, 5, 5}, []float64{6, 6, 6}, map[string]Status{"mean_shift": Undefined, "std_shift": Undefined, "welch_t": Undefined}},
		{"one value", normal, []float64{1}, map[string]Status{"mean_shift": OK, "std_shift": OK, "welch_t": Insufficient}},
		{"nothing", normal, nil, map[string]Status{"mean_shift": Insufficient, "std_shift": Insufficient, "welch_t": Insufficient}},
	} {
		column := sampleOf(c.ref).Layout("x", profile.Feature, profile.Numeric, 64)
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		got := byName(CompareSets(counted(layout, c.ref), counted(layout, c.cur), Options{Measures: ofMoments}))
		for name, want := range c.want {
			if got[name].Status != want {
				t.Errorf("%s: %+v, want %s", c.name, got[name], want)
			}
		}
		if c.name == "constants apart" && (got["welch_t"].PValue == nil || *got["welch_t"].PValue != 0) {
			t.Errorf("%s: p %v, want 0", c.name, got["welch_t"].PValue)
		}
	}
}

// Two constants in one interval of a layout made for others differ all the same: Welch's t is infinite, its p 0.
func TestConstantsInOneInterval(t *testing.T) {
	column := sampleOf([]float64{0, 10}).Layout("x", profile.Feature, profile.Numeric, 1)
	layout := profile.NewLayout([]*profile.ColumnLayout{column})
	got := CompareSets(counted(layout, []float64{8, 8, 8}), counted(layout, []float64{8.5, 8.5}), Options{Measures: []string{"welch_t"}})
	if m := byName(got)["welch_t"]; m.Status != Undefined || m.PValue == nil || *m.PValue != 0 {
		t.Errorf("%+v", m)
	}
}

// The kurtosis of counts is near that of values, so that std_shift has nearly the same limit and bounds.
func TestCountedKurtosis(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand) float64{
		"normal": (*rand.Rand).NormFloat64, "exponential": (*rand.Rand).ExpFloat64, "even": (*rand.Rand).Float64,
	} {
		r := rand.New(rand.NewPCG(1, 2))
		a, b := make([]float64, 5000), make([]float64, 3000)
		for i := range a {
			a[i] = draw(r)
		}
		for i := range b {
			b[i] = 0.05 + 0.9*draw(r)
		}
		column := sampleOf(a).Layout("x", profile.Feature, profile.Numeric, 1024)
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		options := Options{Measures: []string{"std_shift"}, Tolerance: 1e-9}
		got := byName(CompareSets(counted(layout, a), counted(layout, b), options))["std_shift"]
		want := new(Comparer).Column([]string{"std_shift"}, column, sampleOf(a), sampleOf(b), options)[0]
		if math.Abs(*got.Threshold/(*want.Threshold)-1) > 0.03 || math.Abs(*got.Upper-*want.Upper) > 0.003 || math.Abs(*got.Lower-*want.Lower) > 0.003 {
			t.Errorf("%s: limit %v, bounds %v to %v, want %v, %v to %v", name, *got.Threshold, *got.Lower, *got.Upper, *want.Threshold, *want.Lower, *want.Upper)
		}
	}
}

// Distance is that of the threshold: the same way from no change whether values grow or shrink, narrow or widen.
func TestDistance(t *testing.T) {
	for _, c := range []struct {
		name        string
		value, want float64
	}{
		{"psi", 0.3, 0.3},
		{"mean_shift", 0.5, 0.5},
		{"mean_shift", -0.5, 0.5},
		{"welch_t", -7, 7},
		{"std_shift", 1, 1},
		{"std_shift", -0.5, 1},
		{"std_shift", -1, math.MaxFloat64},
		{"std_shift", 0, 0},
	} {
		if got := (&Measurement{Name: c.name, Value: c.value}).Distance(); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.name, c.value, got, c.want)
		}
	}
}

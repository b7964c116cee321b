package detectors

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// number draws any finite float64, often one that repeats.
func number() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-4, 4), func(i int) float64 { return float64(i) }),
		rapid.Float64Range(-3, 3),
		rapid.SampledFrom([]float64{
			math.Copysign(0, -1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, math.MaxFloat64,
			-math.MaxFloat64, 1e300, 1e9, math.Nextafter(1e9, 2e9),
		}),
	)
}

// anyNumber draws what a JSON event can carry: missing and infinite values too.
func anyNumber() *rapid.Generator[float64] {
	return rapid.OneOf(number(), number(), number(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))
}

// counted profiles values in a set of one column.
func counted(layout *profile.Layout, values []float64) *profile.Set {
	set := profile.NewSet(profile.Key{}, layout)
	for _, x := range values {
		set.Rows++
		set.Columns[0].ObserveNumber(layout.Columns[0], x)
	}
	return set
}

// sampleOf is NewSample of a copy, for tests that need the values again.
func sampleOf(values []float64) *Sample { return NewSample(slices.Clone(values)) }

func categoriesOf(names []string) *Sample {
	counts := map[string]uint64{}
	for _, name := range names {
		counts[name]++
	}
	return NewCategories(counts)
}

// Counts say what values say: the same PSI in all variants, the same JS and rates, an interval that holds the exact D, and
// nothing that is not a number, whatever the values and however coarse the edges.
func TestCountsEqualValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(anyNumber(), 0, 120).Draw(t, "reference")
		b := rapid.SliceOfN(anyNumber(), 0, 120).Draw(t, "current")
		ref, cur := sampleOf(a), sampleOf(b)
		column := ref.Layout("x", profile.Feature, profile.Numeric, rapid.SampledFrom([]int{1, 3, 8, 1024}).Draw(t, "edges"))
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		exact := byName(new(Comparer).Column(ColumnMethods(), column, ref, cur, Options{}))
		streamed := byName(CompareSets(counted(layout, a), counted(layout, b), Options{Measures: StreamMethodsOnRequest()}))
		for _, m := range exact {
			sound(t, m)
		}
		for name, got := range streamed {
			want := exact[name]
			sound(t, got)
			sound(t, want)
			if slices.Contains(ofMoments, name) {
				continue // see TestCountedMomentsEqualValues: these values are too far apart for sums of squares
			}
			if got.N != want.N || got.M != want.M || (got.Status != want.Status && name != "wasserstein_normalized") {
				t.Fatalf("%s: got %+v, want %+v", name, got, want)
			}
			switch name {
			case "ks":
				if got.Status == OK && (*got.CertifiedLower > want.Value || want.Value > *got.CertifiedUpper) {
					t.Fatalf("exact %v outside [%v, %v]", want.Value, *got.CertifiedLower, *got.CertifiedUpper)
				}
			case "wasserstein_normalized":
			case "mismatch_rate": // not measured of values
			default:
				if math.Abs(got.Value-want.Value) > 1e-12 || !alike(got.Threshold, want.Threshold) {
					t.Fatalf("%s: got %+v, want %+v", name, got, want)
				}
			}
		}
	})
}

// ofMoments are the measures that rest on sums of values, not on counts.
var ofMoments = []string{"welch_t", "mean_shift", "std_shift"}

// alike tells whether two numbers that may be absent agree to nine digits.
func alike(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return math.Abs(*a-*b) <= 1e-9*max(1, math.Abs(*b))
}

// Panes may be merged in any order and grouping: every measure of a stream has the same bits.
func TestPanesMergeToTheSameBits(t *testing.T) {
	options := Options{Measures: StreamMethodsOnRequest(), DesignEffect: 3}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(anyNumber(), 1, 60).Draw(t, "reference")
		names := rapid.SliceOfN(rapid.StringN(0, 2, 4), 1, 30).Draw(t, "names")
		layout := profile.NewLayout([]*profile.ColumnLayout{
			sampleOf(a).Layout("a", profile.Feature, profile.Numeric, rapid.IntRange(1, 20).Draw(t, "edges")),
			categoriesOf(names).Layout("b", profile.Feature, profile.Categorical, 1),
		})
		observe := func(set *profile.Set, x float64, name string) {
			set.Rows++
			set.Columns[0].ObserveNumber(layout.Columns[0], x)
			set.Columns[1].ObserveCategory(layout.Columns[1], []byte(name))
		}
		ref, whole := profile.NewSet(profile.Key{}, layout), profile.NewSet(profile.Key{}, layout)
		for i, x := range a {
			observe(ref, x, names[i%len(names)])
		}
		var panes []*profile.Set
		for range rapid.IntRange(1, 6).Draw(t, "panes") {
			panes = append(panes, profile.NewSet(profile.Key{}, layout))
		}
		for range rapid.IntRange(0, 80).Draw(t, "rows") {
			x, name := anyNumber().Draw(t, "x"), rapid.StringN(0, 2, 4).Draw(t, "name")
			observe(whole, x, name)
			observe(panes[rapid.IntRange(0, len(panes)-1).Draw(t, "pane")], x, name)
		}
		for len(panes) > 1 {
			i := rapid.IntRange(1, len(panes)-1).Draw(t, "merged")
			panes[i-1].Merge(panes[i])
			panes = slices.Delete(panes, i, i+1)
		}
		for _, m := range CompareSets(ref, whole, Options{}) {
			if slices.Contains(StreamMethodsOnRequest(), m.Name) {
				t.Fatalf("%s was not asked for", m.Name)
			}
		}
		got, want := CompareSets(ref, panes[0], options), CompareSets(ref, whole, options)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// sound checks what every measurement promises: finite numbers, values and bounds within the catalogue's range, bounds
// around the value.
func sound(t *rapid.T, m Measurement) {
	t.Helper()
	entry, ok := Lookup(m.Name)
	if !ok || m.Value > entry.High || m.Value < entry.Low {
		t.Fatalf("%s: %v is not within %v and %v", m.Name, m.Value, entry.Low, entry.High)
	}
	for _, x := range []*float64{
		&m.Value, m.PValue, m.Lower, m.Upper, m.CertifiedLower, m.CertifiedUpper, m.NEff, m.Baseline, m.Threshold, m.DetectableShift,
	} {
		if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0) || *x < min(entry.Low, 0)) {
			t.Fatalf("%s: %v in %+v", m.Name, *x, m)
		}
	}
	if m.EffectSize != nil && (math.IsNaN(*m.EffectSize) || math.IsInf(*m.EffectSize, 0) || !(*m.DetectableShift > 0)) {
		t.Fatalf("unsound effect in %+v", m)
	}
	if m.PValue != nil && *m.PValue > 1 || m.Lower != nil && (m.Value < *m.Lower-1e-12 || m.Value > *m.Upper+1e-12) {
		t.Fatalf("unsound %+v", m)
	}
	if m.Status != OK && m.Drifted != nil && *m.Drifted {
		t.Fatalf("drifted though %s: %+v", m.Status, m)
	}
}

// With an atom for every distinct value of the baseline the interval closes: D is exact, ties included.
func TestCertifiedIntervalClosesOnFewValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Map(rapid.IntRange(0, 12), func(i int) float64 { return float64(i) / 2 })
		a := rapid.SliceOfN(small, 1, 200).Draw(t, "reference")
		b := rapid.SliceOfN(number(), 1, 200).Draw(t, "current")
		column := sampleOf(a).Layout("x", profile.Feature, profile.Numeric, 64)
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		got := byName(CompareSets(counted(layout, a), counted(layout, b), Options{}))["ks"]
		d := new(Comparer).Column([]string{"ks"}, column, sampleOf(a), sampleOf(b), Options{})[0].Value
		if got.Value != d || *got.CertifiedUpper != d {
			t.Fatalf("got [%v, %v], want %v", got.Value, *got.CertifiedUpper, d)
		}
	})
}

// The exact measures against their definitions, word by word.
func TestMeasuresEqualDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Map(rapid.IntRange(-2, 2), func(i int) float64 { return float64(i) })), 1, 80).Draw(t, "reference")
		b := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-3, 3), rapid.Map(rapid.IntRange(-2, 2), func(i int) float64 { return float64(i) })), 1, 80).Draw(t, "current")
		ref, cur := sampleOf(a), sampleOf(b)
		got := byName(new(Comparer).Column(nil, ref.Layout("x", profile.Feature, profile.Numeric, 1), ref, cur, Options{}))
		close := func(name string, want float64) {
			if math.Abs(got[name].Value-want) > 1e-9 {
				t.Fatalf("%s: got %v, want %v", name, got[name].Value, want)
			}
		}
		share := func(values []float64, in func(x float64) bool) float64 {
			n := 0
			for _, x := range values {
				if in(x) {
					n++
				}
			}
			return float64(n) / float64(len(values))
		}
		pooled := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
		var ks, wasserstein float64
		for i, x := range pooled {
			d := math.Abs(share(a, func(y float64) bool { return y <= x }) - share(b, func(y float64) bool { return y <= x }))
			ks = max(ks, d)
			if i+1 < len(pooled) {
				wasserstein += d * (pooled[i+1] - x)
			}
		}
		close("ks", ks)
		close("wasserstein", wasserstein)
		close("psi", psiByDefinition(a, b, share))
		low, high := slices.Min(a), slices.Max(a)
		close("out_of_range_rate", share(b, func(x float64) bool { return x < low || x > high }))
	})
}

// psiByDefinition bins as the definition says it: atoms have a bin of their own, and the deciles split what is left.
func psiByDefinition(a, b []float64, share func([]float64, func(float64) bool) float64) float64 {
	sorted := slices.Sorted(slices.Values(a))
	atom := func(v float64) bool { return 10*share(a, func(x float64) bool { return x == v }) >= 1-1e-9 }
	var deciles []float64
	for i := 1; i <= 9; i++ {
		deciles = append(deciles, profile.Quantile(sorted, float64(i)*0.1))
	}
	bin := func(x float64) string {
		if atom(x) {
			return fmt.Sprint("atom ", x+0) // −0 is 0
		}
		below, atoms := map[float64]bool{}, map[float64]bool{}
		for _, d := range deciles {
			if d <= x {
				below[d] = true
			}
		}
		for _, v := range a {
			if v < x && atom(v) {
				atoms[v] = true
				delete(below, v) // the atom's own cuts take the decile's place
			}
		}
		return fmt.Sprint(len(below), " deciles and ", len(atoms), " atoms below")
	}
	bins := map[string]bool{}
	for _, x := range append(slices.Clone(a), b...) {
		bins[bin(x)] = true
	}
	var psi float64
	for name := range bins {
		p := max(share(a, func(x float64) bool { return bin(x) == name }), 1e-4)
		q := max(share(b, func(x float64) bool { return bin(x) == name }), 1e-4)
		psi += (q - p) * math.Log(q/p)
	}
	return psi
}

// Nothing has moved: every distance is 0, no p-value is small, nothing has drifted.
func TestSameIsZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(number(), 1, 100).Draw(t, "values")
		s := sampleOf(values)
		c := categoriesOf(rapid.SliceOfN(rapid.StringN(0, 2, 4), 1, 60).Draw(t, "names"))
		measurements := append(
			new(Comparer).Column(ColumnMethods(), s.Layout("x", profile.Feature, profile.Numeric, 1), s, s, Options{}),
			new(Comparer).Column(ColumnMethods(), c.Layout("c", profile.Feature, profile.Categorical, 1), c, c, Options{})...)
		for _, m := range measurements {
			switch m.Name {
			case "mann_whitney", "anderson_darling", "cramer_von_mises": // their zero is elsewhere, or not exact
			case "jensen_shannon@nannyml", "hellinger@nannyml": // the root of a rounding error
				if m.Value > 1e-7 {
					t.Fatalf("%+v", m)
				}
			default:
				if m.Value != 0 || m.PValue != nil && *m.PValue < 1 {
					t.Fatalf("%+v", m)
				}
			}
			if m.Drifted != nil && *m.Drifted {
				t.Fatalf("%+v", m)
			}
		}
	})
}

func TestSymmetryAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(1, 30).Draw(t, "bins")
		counts := rapid.SliceOfN(rapid.Uint64Range(0, 1000), bins, bins)
		a, b := counts.Draw(t, "a"), counts.Draw(t, "b")
		if ab, ba := JensenShannon(a, b), JensenShannon(b, a); math.Abs(ab-ba) > 1e-12 || ab < 0 || ab > 1 {
			t.Fatalf("JS %v and %v", ab, ba)
		}
		if ab, ba := PSI(a, b), PSI(b, a); math.Abs(ab-ba) > 1e-9 || ab < 0 {
			t.Fatalf("PSI %v and %v", ab, ba)
		}
		chi, dof := ChiSquared(a, b)
		if back, _ := ChiSquared(b, a); math.Abs(chi-back) > 1e-9*max(1, chi) || dof < 0 || dof >= bins {
			t.Fatalf("χ² %v and %v, dof %d", chi, back, dof)
		}
		x, y := sampleOf(rapid.SliceOfN(number(), 1, 50).Draw(t, "x")), sampleOf(rapid.SliceOfN(number(), 1, 50).Draw(t, "y"))
		wasserstein := func(ref, cur *Sample) float64 {
			return new(Comparer).Column([]string{"wasserstein"}, ref.Layout("x", profile.Feature, profile.Numeric, 1), ref, cur, Options{})[0].Value
		}
		if xy, yx := wasserstein(x, y), wasserstein(y, x); math.Abs(xy-yx) > 1e-9*xy {
			t.Fatalf("W1 %v and %v", xy, yx)
		}
	})
}

// A stream counts unseen values one by one up to 64: within that, categorical counts equal values in every measure.
func TestCategoricalCountsEqualValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.Map(rapid.IntRange(0, 40), func(i int) string { return fmt.Sprint("c", i) })
		a := rapid.SliceOfN(name, 0, 100).Draw(t, "reference")
		b := rapid.SliceOfN(name, 0, 100).Draw(t, "current")
		ref, cur := categoriesOf(a), categoriesOf(b)
		column := ref.Layout("c", profile.Feature, profile.Categorical, 1)
		layout := profile.NewLayout([]*profile.ColumnLayout{column})
		sets := [2]*profile.Set{profile.NewSet(profile.Key{}, layout), profile.NewSet(profile.Key{}, layout)}
		for i, names := range [][]string{a, b} {
			for _, name := range names {
				sets[i].Rows++
				sets[i].Columns[0].ObserveCategory(column, []byte(name))
			}
		}
		exact := byName(new(Comparer).Column(ColumnMethods(), column, ref, cur, Options{}))
		streamed := CompareSets(sets[0], sets[1], Options{Measures: StreamMethodsOnRequest()})
		if len(streamed) != 16 {
			t.Fatalf("%d measures", len(streamed))
		}
		for _, got := range streamed {
			sound(t, got)
			want := exact[got.Name]
			if got.Name == "mismatch_rate" {
				want = got // not measured of values
			}
			if math.Abs(got.Value-want.Value) > 1e-9*max(1, want.Value) || got.Status != want.Status || got.N != want.N || got.M != want.M ||
				!alike(got.Threshold, want.Threshold) || !alike(got.PValue, want.PValue) {
				t.Fatalf("got %+v, want %+v", got, want)
			}
		}
	})
}

package detectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// compareNumbers measures a numeric column exactly.
func compareNumbers(ref, cur []float64, options Options) map[string]Measurement {
	a, b := sampleOf(ref), sampleOf(cur)
	return byName(new(Comparer).Column(ColumnMethods(), a.Layout("x", profile.Feature, profile.Numeric, 1), a, b, options))
}

func repeat(value float64, n int) []float64 { return slices.Repeat([]float64{value}, n) }

// The two examples of psiCuts.
func TestAtomsHaveBinsOfTheirOwn(t *testing.T) {
	half := compareNumbers(repeat(5, 1000), append(repeat(5, 500), repeat(6, 500)...), Options{})
	want := (0.5-1)*math.Log(0.5) + (0.5-1e-4)*math.Log(0.5/1e-4)
	if got := half["psi"].Value; !near(got, want, formula) || half["psi@deciles"].Value != 0 {
		t.Errorf("constant baseline: psi %v, want %v; psi@deciles %v, want 0", got, want, half["psi@deciles"].Value)
	}

	inflated := repeat(0, 500)
	for i := range 500 {
		inflated = append(inflated, 1+99*float64(i)/499)
	}
	moved := append(repeat(0.25, 500), inflated[500:]...)
	got := compareNumbers(inflated, moved, Options{})
	want = 2 * (0.5 - 1e-4) * math.Log(0.5/1e-4)
	if !near(got["psi"].Value, want, formula) || got["psi@inner"].Value != 0 {
		t.Errorf("zeros moved to ¼: psi %v, want %v; psi@inner %v, want 0", got["psi"].Value, want, got["psi@inner"].Value)
	}
	cuts := psiCuts("psi", sampleOf(inflated).Layout("x", profile.Feature, profile.Numeric, 1))
	wantCuts := []float64{0, math.SmallestNonzeroFloat64, 0.5, 20.7, 40.5, 60.4, 80.2}
	if !slices.EqualFunc(cuts, wantCuts, func(a, b float64) bool { return math.Abs(a-b) < 0.05 }) || cuts[1] == 0 {
		t.Errorf("cuts %v, want %v", cuts, wantCuts)
	}
}

func TestNothingToCompareIsInsufficient(t *testing.T) {
	nan := math.NaN()
	for name, sides := range map[string][2][]float64{
		"both empty":        {nil, nil},
		"empty reference":   {nil, {1, 2}},
		"empty window":      {{1, 2}, nil},
		"all missing":       {{1, 2}, {nan, nan}},
		"all infinite":      {{1, 2}, {math.Inf(1)}},
		"missing reference": {{nan}, {1}},
	} {
		for method, m := range compareNumbers(sides[0], sides[1], Options{}) {
			rows := method == "missing_rate" || method == "mismatch_rate" // these count more than numbers
			if !rows && (m.Status != Insufficient || m.Value != 0 || m.Drifted != nil) {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
	if got := compareNumbers([]float64{1, 2}, []float64{nan, 1}, Options{})["missing_rate"]; got.Value != 0.5 || got.N != 2 {
		t.Errorf("%+v", got)
	}
}

func TestInfinitiesAreCountedApart(t *testing.T) {
	s := sampleOf([]float64{1, math.Inf(1), math.Inf(-1), math.NaN(), math.Copysign(0, -1)})
	if s.N() != 2 || s.Infinite != 2 || s.Missing != 1 || s.Rows() != 5 || math.Signbit(s.numbers[0]) {
		t.Errorf("%+v", s)
	}
}

func TestConstantReferenceHasNoNormalizedDistance(t *testing.T) {
	got := compareNumbers(repeat(0.1, 50), repeat(0.3, 50), Options{})["wasserstein_normalized"]
	if got.Status != Undefined || got.Value != 0 || got.Drifted != nil {
		t.Errorf("%+v", got)
	}
}

// Below 20 rows a bin psi keeps its value but says so; its variants have no minimum.
func TestPSINeedsTwentyRowsABin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = r.NormFloat64() + float64(i%2)*9*float64(n%2)
		}
		return values
	}
	ref := draw(5000)
	for n, want := range map[int]Status{199: Insufficient, 200: OK} {
		got := compareNumbers(ref, draw(n), Options{})
		if m := got["psi"]; m.Status != want || m.Value == 0 || m.Threshold == nil || want != OK && *m.Drifted {
			t.Errorf("n %d: %+v", n, m)
		}
		if m := got["psi@deciles"]; m.Status != OK || m.Value != got["psi"].Value {
			t.Errorf("n %d: %+v", n, m)
		}
	}
}

func TestThresholds(t *testing.T) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = float64(i)
	}
	threshold := func(options Options, name string) float64 {
		return *compareNumbers(values, values[:200], options)[name].Threshold
	}
	// T = (1/1000 + 1/200)·χ²₉ quantile: 21.666 at 1 %, 27.877 at 0.1 %.
	for _, c := range []struct {
		options Options
		name    string
		want    float64
	}{
		{Options{}, "psi", 0.006 * 21.665994},
		{Options{Columns: 10}, "psi", 0.006 * 27.877165},
		{Options{DesignEffect: 5}, "psi", 0.03 * 21.665994},
		{Options{Tolerance: 0.9}, "psi", 0.9},
		{Options{Tolerance: 0.9}, "ks", 0.9},
		{Options{Yardstick: func(column, measure string) (float64, bool) { return 2.5, column == "x" && measure == "psi" }}, "psi", 2.5},
		{Options{Yardstick: func(string, string) (float64, bool) { return math.NaN(), true }}, "ks", math.Sqrt(math.Log(200) / 2 * 0.006)},
		{Options{Alpha: -3, Columns: -1, DesignEffect: math.NaN(), Tolerance: math.Inf(1)}, "psi", 0.006 * 21.665994},
		{Options{}, "missing_rate", 0.02},
		{Options{}, "out_of_range_rate", 2.0/1001 + 0.02},
	} {
		if got := threshold(c.options, c.name); !near(got, c.want, 1e-6) {
			t.Errorf("%s, %+v: got %v, want %v", c.name, c.options, got, c.want)
		}
	}
}

func TestRatesKnowWhatToExpect(t *testing.T) {
	ref := NewCategories(map[string]uint64{"a": 90, "b": 8, "once": 1, "and once": 1})
	cur := NewCategories(map[string]uint64{"a": 60, "new": 30, "newer": 10})
	cur.Missing = 100
	got := byName(new(Comparer).Column(nil, ref.Layout("c", profile.Feature, profile.Categorical, 1), ref, cur, Options{}))
	unseen := got["unseen_rate"]
	if unseen.Value != 0.4 || *unseen.Baseline != 0.02 || !*unseen.Drifted || unseen.N != 100 || unseen.M != 100 {
		t.Errorf("%+v", unseen)
	}
	// Wilson's interval of 100 in 200: 0.5 ± 0.0688 (statsmodels proportion_confint(method="wilson")).
	missing := got["missing_rate"]
	if missing.Value != 0.5 || !near(*missing.Lower, 0.4313609, 1e-6) || !near(*missing.Upper, 0.5686391, 1e-6) {
		t.Errorf("%+v: %v, %v", missing, *missing.Lower, *missing.Upper)
	}
	if cur.Unseen(ref) != 40 {
		t.Errorf("unseen %d", cur.Unseen(ref))
	}
}

// With many rows everything is significant: p is tiny, and yet a distance of 0.01 is no drift.
func TestSignificanceAloneIsNoDrift(t *testing.T) {
	a, b := make([]float64, 200000), make([]float64, 200000)
	for i := range a {
		a[i], b[i] = float64(i), float64(i)+2000
	}
	m := compareNumbers(a, b, Options{})["ks"]
	if *m.Drifted || *m.PValue > 1e-8 || *m.PValue == 0 || !near(m.Value, 0.01, formula) {
		t.Errorf("%+v, p %v", m, *m.PValue)
	}
}

func TestMethodsByKind(t *testing.T) {
	numbers, names := sampleOf([]float64{1, 2}), NewCategories(map[string]uint64{"a": 2})
	for _, c := range []struct {
		sample *Sample
		kind   profile.Kind
		want   []string
	}{
		{numbers, profile.Numeric, []string{"psi", "ks", "jensen_shannon", "wasserstein", "wasserstein_normalized", "missing_rate", "out_of_range_rate"}},
		{names, profile.Categorical, []string{"psi", "chi2", "jensen_shannon", "missing_rate", "unseen_rate"}},
		{names, profile.Boolean, []string{"psi", "chi2", "jensen_shannon", "missing_rate", "unseen_rate"}},
		{names, profile.Text, []string{"missing_rate"}},
	} {
		layout := c.sample.Layout("x", profile.Feature, c.kind, 1)
		if got := namesOf(new(Comparer).Column(nil, layout, c.sample, c.sample, Options{})); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.kind, got, c.want)
		}
	}
	layout := numbers.Layout("x", profile.Feature, profile.Numeric, 1)
	got := namesOf(new(Comparer).Column([]string{"ks", "psi", "ks", "chi2", "astrology"}, layout, numbers, numbers, Options{}))
	if !slices.Equal(got, []string{"psi", "ks"}) {
		t.Errorf("got %v", got)
	}
}

func namesOf(measurements []Measurement) []string {
	var names []string
	for _, m := range measurements {
		names = append(names, m.Name)
	}
	return names
}

func TestCompareSetsNeedsOneLayout(t *testing.T) {
	layout := func() *profile.Layout {
		return profile.NewLayout([]*profile.ColumnLayout{profile.NewNumeric("x", profile.Feature, []float64{1, 2}, 8)})
	}
	a := profile.NewSet(profile.Key{}, layout())
	for name, other := range map[string]*profile.Set{
		"none": nil, "without layout": profile.NewSet(profile.Key{}, nil), "of another layout": profile.NewSet(profile.Key{}, layout()),
	} {
		if got := CompareSets(a, other, Options{}); got != nil {
			t.Errorf("a set %s: %v", name, got)
		}
	}
	if got := CompareSets(a, a, Options{}); len(got) == 0 || got[0].Status != Insufficient {
		t.Errorf("an empty set: %v", got)
	}
}

func TestCatalogueKnowsEveryMethod(t *testing.T) {
	for _, name := range append(ColumnMethods(), "accuracy", "latency_p99", "label_delay_p50") {
		if entry, ok := Lookup(name); !ok || entry.Name != name {
			t.Errorf("%s is not in the catalogue", name)
		}
	}
	seen := map[string]bool{}
	for _, entry := range catalogue {
		if seen[entry.Name] || entry.Meaning == "" || entry.AppliesTo == "" || entry.Baseline == "" || entry.Low >= entry.High {
			t.Errorf("unsound entry %+v", entry)
		}
		seen[entry.Name] = true
	}
	if _, ok := Lookup("astrology"); ok {
		t.Error("the catalogue knows astrology")
	}
}

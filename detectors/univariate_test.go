package detectors

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// peerCase is one case of testdata/oracle/univariate.json.gz.
type peerCase struct {
	Name      string
	Reference []float64
	Current   []float64
	Expect    map[string]float64
}

func readPeers(t *testing.T) (numeric, categorical []peerCase) {
	t.Helper()
	var cases struct{ Numeric, Categorical []peerCase }
	file, err := os.Open("testdata/oracle/univariate.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(unzipped).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	return cases.Numeric, cases.Categorical
}

// notCompared are the expectations that rest on a rounding error or an overflow of NumPy's, by case and name: our own
// measures of shift are exact at any offset, and Welch's degrees of freedom do not overflow.
var notCompared = map[string][]string{
	"huge offset":  {"mean_shift", "std_shift"},
	"large offset": {"mean_shift"},
	"huge":         {"welch_t p"},
}

func TestMeasuresEqualPeers(t *testing.T) {
	numeric, categorical := readPeers(t)
	for _, c := range numeric {
		t.Run("numeric/"+c.Name, func(t *testing.T) {
			ref, cur := sampleOf(c.Reference), sampleOf(c.Current)
			checkPeers(t, &c, ref.Layout("x", profile.Feature, profile.Numeric, 1), ref, cur)
		})
	}
	for _, c := range categorical {
		t.Run("categorical/"+c.Name, func(t *testing.T) {
			ref, cur := NewCategories(counts(c.Reference)), NewCategories(counts(c.Current))
			checkPeers(t, &c, ref.Layout("x", profile.Feature, profile.Categorical, 1), ref, cur)
		})
	}
}

func counts(values []float64) map[string]uint64 {
	all := make(map[string]uint64)
	for i, n := range values {
		all[fmt.Sprintf("c%03d", i)] = uint64(n)
	}
	return all
}

func checkPeers(t *testing.T, c *peerCase, layout *profile.ColumnLayout, ref, cur *Sample) {
	t.Helper()
	got := byName(new(Comparer).Column(ColumnMethods(), layout, ref, cur, Options{}))
	for name, want := range c.Expect {
		if slices.Contains(notCompared[c.Name], name) {
			continue
		}
		measure, isP := strings.CutSuffix(name, " p")
		m := got[measure]
		value, tolerance := m.Value, formula
		if isP {
			if m.PValue == nil {
				t.Errorf("%s: none (%s), want %v", name, m.Status, want)
				continue
			}
			value, tolerance = *m.PValue, probability
		} else if m.Status != OK && m.Name != "psi" {
			t.Errorf("%s is %s, want %v", name, m.Status, want)
			continue
		}
		if math.Abs(value-want) > tolerance*math.Abs(want) && math.Abs(value-want) > 1e-12 {
			t.Errorf("%s: got %v, want %v", name, value, want)
		}
	}
}

// A constant has no spread, whatever rounding makes of its mean: ten times 0.1 do not sum to 1. The p-values are SciPy's
// ttest_ind([0.1] * 10, [0.1, 0.2, 0.4], equal_var=False).
func TestConstants(t *testing.T) {
	constant := func(x float64, n int) *Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = x
		}
		return sampleOf(values)
	}
	varied := sampleOf([]float64{0.1, 0.2, 0.4})
	for _, c := range []struct {
		name     string
		ref, cur *Sample
		status   map[string]Status
		p        any // of welch_t
	}{
		{"the same", constant(0.1, 10), constant(0.1, 7), map[string]Status{
			"welch_t": Undefined, "mean_shift": Undefined, "std_shift": Undefined, "anderson_darling": Undefined, "mann_whitney": OK,
		}, nil},
		{"apart", constant(0.1, 10), constant(0.3, 7), map[string]Status{
			"welch_t": Undefined, "mean_shift": Undefined, "std_shift": Undefined, "anderson_darling": OK, "mann_whitney": OK,
		}, 0.0},
		{"reference", constant(0.1, 10), varied, map[string]Status{"welch_t": OK, "mean_shift": Undefined, "std_shift": Undefined}, 0.26970325665977846},
		{"current", varied, constant(0.1, 10), map[string]Status{"welch_t": OK, "mean_shift": OK, "std_shift": OK}, 0.26970325665977846},
		{"current, rounded", sampleOf([]float64{0.15, 0.2, 0.4, 0.5}), constant(0.1, 3), map[string]Status{"std_shift": OK}, 0.0823062398288389},
		{"one value", constant(0.1, 1), varied, map[string]Status{"welch_t": Insufficient, "cramer_von_mises": Insufficient, "anderson_darling": OK}, nil},
		{"two of one value", constant(0.1, 1), constant(0.2, 1), map[string]Status{"anderson_darling": Insufficient, "energy_distance": OK}, nil},
	} {
		got := byName(new(Comparer).Column(ColumnMethods(), c.ref.Layout("x", profile.Feature, profile.Numeric, 1), c.ref, c.cur, Options{}))
		for name, want := range c.status {
			if got[name].Status != want {
				t.Errorf("%s, %s: %+v, want %s", c.name, name, got[name], want)
			}
		}
		p := got["welch_t"].PValue
		if want, ok := c.p.(float64); ok != (p != nil) || ok && math.Abs(*p-want) > 1e-12 {
			t.Errorf("%s: p of welch_t is %v, want %v", c.name, p, c.p)
		}
		if strings.HasPrefix(c.name, "current") && got["std_shift"].Value != -1 {
			t.Errorf("std_shift of a constant: %v", got["std_shift"].Value)
		}
	}
}

// What the measures owe to their definitions: turned round they are the same, or the opposite; another unit or a shift of
// all values changes none but energy_distance, whose square has the unit. Measures over bins are left out, since cuts are
// rounded otherwise elsewhere.
func TestUnivariateLaws(t *testing.T) {
	same := []string{"energy_distance", "anderson_darling", "cramer_von_mises", "ks"}
	rapid.Check(t, func(t *rapid.T) {
		// Quarters, so that scaling by 4 and shifting by 8 are exact.
		value := rapid.Map(rapid.IntRange(-40, 40), func(i int) float64 { return float64(i) / 4 })
		a := rapid.SliceOfN(value, 2, 60).Draw(t, "reference")
		b := rapid.SliceOfN(value, 2, 60).Draw(t, "current")
		compare := func(a, b []float64) map[string]Measurement {
			ref, cur := sampleOf(a), sampleOf(b)
			names := append([]string{"welch_t", "mann_whitney", "mean_shift", "std_shift"}, same...)
			return byName(new(Comparer).Column(names, ref.Layout("x", profile.Feature, profile.Numeric, 1), ref, cur, Options{}))
		}
		close := func(what string, x, y float64) {
			if math.Abs(x-y) > 1e-9*max(1, math.Abs(x)) {
				t.Fatalf("%s: %v and %v", what, x, y)
			}
		}
		there, back := compare(a, b), compare(b, a)
		for _, name := range same {
			close(name, there[name].Value, back[name].Value)
		}
		close("welch_t", there["welch_t"].Value, -back["welch_t"].Value)
		close("mann_whitney", there["mann_whitney"].Value+back["mann_whitney"].Value, float64(len(a)*len(b)))
		close("p of mann_whitney", *there["mann_whitney"].PValue, *back["mann_whitney"].PValue)

		moved := func(values []float64) []float64 {
			all := make([]float64, len(values))
			for i, x := range values {
				all[i] = 4*x + 8
			}
			return all
		}
		elsewhere := compare(moved(a), moved(b))
		for name, want := range there {
			got := elsewhere[name]
			if name == "energy_distance" {
				want.Value *= 2
			}
			if got.Status != want.Status {
				t.Fatalf("%s: %+v, was %+v", name, got, want)
			}
			close(name, got.Value, want.Value)
		}
	})
}

// Quantiles of SciPy 1.17.1, stats.t.isf(level/2, dof).
func TestStudentQuantile(t *testing.T) {
	for _, c := range []struct{ dof, level, want, within float64 }{
		{1, 0.05, 12.706204736174705, 1e-12},
		{2.5, 1e-6, 290.523061599015, 1e-12},
		{7, 0.05, 2.3646242515927844, 1e-12},
		{47, 0.05, 2.011740513729766, 1e-12},
		{365, 1e-8, 5.8662537427887, 1e-12},
		{1e4, 0.05, 1.9602012398906263, 1e-6},
		{1e6, 1e-8, 5.7307773523516525, 1e-6},
	} {
		if got := StudentQuantile(c.dof, c.level); math.Abs(got-c.want) > c.within*c.want {
			t.Errorf("%v degrees of freedom, %v: %v, want %v", c.dof, c.level, got, c.want)
		}
	}
}

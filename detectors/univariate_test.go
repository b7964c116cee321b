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
			ref, cur := NewSample(c.Reference), NewSample(c.Current)
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
	got := byName(CompareColumn(ColumnMethods(), layout, ref, cur, Options{}))
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

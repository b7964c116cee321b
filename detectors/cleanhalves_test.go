package detectors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// TestCleanHalves holds the limits to their promise where the normal approximation is far off. It cuts columns into halves
// at random: of names that hardly repeat, and of a tail so heavy that one row has
// most of the variance, neither half has moved from the other. What did move is still told.
func TestCleanHalves(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 1))
	names := func(n, of int, prefix string) *Sample {
		counts := make(map[string]uint64)
		for range n {
			counts[fmt.Sprint(prefix, int(float64(of)*math.Pow(random.Float64(), 2)))]++
		}
		return NewCategories(counts)
	}
	tail := func(n int, shift float64) *Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = shift + math.Pow(1-random.Float64(), -1/1.1)
		}
		return sampleOf(values)
	}
	drifted := func(kind profile.Kind, ref, cur *Sample, measure string) bool {
		column := ref.Layout("x", profile.Feature, kind, 1)
		m := new(Comparer).Column([]string{measure}, column, ref, cur, Options{Columns: 10})[0]
		return m.Drifted != nil && *m.Drifted
	}
	alarms := map[string]int{}
	const tries = 300
	for range tries {
		for _, of := range []int{100, 1000, 1e9} {
			if drifted(profile.Categorical, names(300, of, "n"), names(200, of, "n"), "jensen_shannon") {
				alarms[fmt.Sprint("jensen_shannon of ", of)]++
			}
		}
		if drifted(profile.Numeric, tail(300, 0), tail(300, 0), "wasserstein_normalized") {
			alarms["wasserstein_normalized"]++
		}
	}
	for name, n := range alarms {
		if n > tries/50 {
			t.Errorf("%s: %d false alarms in %d", name, n, tries)
		}
	}
	if !drifted(profile.Categorical, names(300, 100, "n"), names(200, 100, "m"), "jensen_shannon") {
		t.Error("new names are not told")
	}
	if !drifted(profile.Numeric, tail(300, 0), tail(300, 60), "wasserstein_normalized") {
		t.Error("a tail that moved is not told")
	}
}

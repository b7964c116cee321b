package detectors

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCorrectionsEqualStatsmodels(t *testing.T) {
	var cases []struct {
		Name   string
		P      []float64
		Expect map[string]struct {
			Adjusted []float64 `json:"p_adjusted"`
		}
	}
	readOracle(t, "multiple_testing", &cases)
	theirs := map[Correction]string{Bonferroni: "bonferroni", Holm: "holm", BenjaminiHochberg: "fdr_bh"}
	for _, c := range cases {
		for correction, name := range theirs {
			for i, got := range correction.Adjust(c.P) {
				if want := c.Expect[name].Adjusted[i]; math.Abs(got-want) > 1e-12*want {
					t.Errorf("%s, %s of %v: got %v, want %v", c.Name, correction, c.P[i], got, want)
				}
			}
		}
	}
}

// Adjusted p-values keep the order, are at least the plain ones and at most 1, do not depend on the order of the tests,
// and BH ≤ Holm ≤ Bonferroni.
func TestCorrectionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, 0.5, 1e-300, math.NaN(), 7, math.Inf(1)}))).Draw(t, "p")
		turned := slices.Clone(p)
		slices.Reverse(turned)
		bonferroni, holm, bh := Bonferroni.Adjust(p), Holm.Adjust(p), BenjaminiHochberg.Adjust(p)
		for _, k := range Corrections() {
			adjusted, back := k.Adjust(p), k.Adjust(turned)
			for i := range p {
				if !(adjusted[i] <= 1) || p[i] <= 1 && adjusted[i] < p[i] || adjusted[i] != back[len(p)-1-i] {
					t.Fatalf("%s of %v: %v", k, p, adjusted)
				}
				for j := range p {
					if p[i] < p[j] && adjusted[i] > adjusted[j] {
						t.Fatalf("%s of %v: %v", k, p, adjusted)
					}
				}
			}
		}
		for i := range p {
			if bh[i] > holm[i]*(1+1e-12) || holm[i] > bonferroni[i] {
				t.Fatalf("%v: %v, %v, %v", p, bh, holm, bonferroni)
			}
		}
	})
}

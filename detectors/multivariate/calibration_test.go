package multivariate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestFalseAlarms draws reference and window from one population, over and over: the p-value must be at most α about a
// share α of the times (as often for mmd, no oftener for the others, whose tests are on the safe side), and next to
// nothing may drift. The bounds are 3.3 standard deviations of a binomial share; seeds are fixed.
func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	const draws = 100
	for _, kind := range kinds {
		for _, size := range []struct{ columns, m, n int }{{3, 400, 150}, {12, 300, 300}} {
			t.Run(fmt.Sprintf("%s/%d", kind, size.columns), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(11, uint64(size.columns)))
				below := map[string]*[4]float64{ReconstructionError: {}, MMD: {}, DomainClassifierAUC: {}}
				drifted := 0
				levels := []float64{0.01, 0.05, 0.1, 0.5}
				for range draws {
					reference := Fit(population(kind, r, size.columns, size.m))
					for _, m := range reference.Compare(population(kind, r, size.columns, size.n), firstRows(size.n)) {
						for i, level := range levels {
							if *m.PValue <= level {
								below[m.Name][i] += 1.0 / draws
							}
						}
						if *m.Drifted {
							drifted++
						}
					}
				}
				for i, level := range levels {
					slack := 3.3 * math.Sqrt(level*(1-level)/draws)
					for name, shares := range below {
						if shares[i] > level+slack || name == MMD && shares[i] < level-slack {
							t.Errorf("%s: p ≤ %g in a share %.3f of the draws", name, level, shares[i])
						}
					}
				}
				if drifted > 5 { // expected: at most 0.01·draws
					t.Errorf("%d of %d draws drifted", drifted, draws)
				}
			})
		}
	}
}

// correlatedPair are columns in pairs of correlation rho: each column by itself is the same for any rho.
func correlatedPairs(r *rand.Rand, columns, rows int, rho float64) Table {
	t := normals(r, columns, rows)
	for i := 1; i < columns; i += 2 {
		for row := range rows {
			t[i].Values[row] = rho*t[i-1].Values[row] + math.Sqrt(1-rho*rho)*t[i].Values[row]
		}
	}
	return t
}

// TestSeesChangeOfCorrelation: the correlation of pairs of columns goes from 0.8 to 0 while every column keeps its
// distribution. The first two measures see it nearly always. The classifier has no interactions and cannot, as Domain
// says.
func TestSeesChangeOfCorrelation(t *testing.T) {
	const draws = 30
	r := rand.New(rand.NewPCG(5, 6))
	found := make(map[string]int)
	for range draws {
		reference := Fit(correlatedPairs(r, 6, 1000, 0.8))
		for _, m := range reference.Compare(correlatedPairs(r, 6, 500, 0), firstRows(500)) {
			if *m.Drifted {
				found[m.Name]++
			}
		}
	}
	if found[ReconstructionError] < 28 || found[MMD] < 28 || found[DomainClassifierAUC] > 2 {
		t.Errorf("found in %d draws: %v", draws, found)
	}
}

// TestSeesSmallShifts: ten of twenty columns move by a fifth of a standard deviation.
func TestSeesSmallShifts(t *testing.T) {
	const draws = 20
	r := rand.New(rand.NewPCG(7, 8))
	found := make(map[string]int)
	for range draws {
		reference, window := Fit(normals(r, 20, 1000)), normals(r, 20, 1000)
		for i := range window[:10] {
			for row := range window[i].Values {
				window[i].Values[row] += 0.2
			}
		}
		for _, m := range reference.Compare(window, firstRows(1000)) {
			if *m.Drifted {
				found[m.Name]++
			}
		}
	}
	if found[MMD] < 18 || found[DomainClassifierAUC] < 18 {
		t.Errorf("found in %d draws: %v", draws, found)
	}
}

package detectors

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// readOracle reads testdata/oracle/<name>.json.
func readOracle(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/oracle/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// near tells whether got is want within a relative tolerance, or both are below 1e-300.
func near(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want) || math.Abs(got-want) < 1e-300
}

func TestKolmogorovSurvivalEqualsSciPy(t *testing.T) {
	var oracle struct {
		Kstwo [][3]float64 `json:"kstwo_sf"`
	}
	readOracle(t, "special_functions", &oracle)
	for _, row := range oracle.Kstwo {
		d, n, want := row[0], int(row[1]), row[2]
		got := KolmogorovSurvival(n, d)
		if !near(got, want, 1e-8) {
			t.Errorf("n %d, d %v: got %v, want %v", n, d, got, want)
		}
	}
}

// The expansion takes over from the exact matrix at n = 141.
func TestPelzGoodNearDurbin(t *testing.T) {
	for n, tolerance := range map[int]float64{141: 4e-6, 500: 3e-7, 1000: 7e-8} {
		for z := 0.1; z*z < 2.2; z += 0.05 {
			d := z / math.Sqrt(float64(n))
			if got, want := pelzGood(n, d), durbin(n, d); math.Abs(got-want) > tolerance {
				t.Errorf("n %d, z %v: got %v, want %v", n, z, got, want)
			}
		}
	}
}

// Every step-th term of Smirnov's sum is enough.
func TestSmirnovStepsEqualWholeSum(t *testing.T) {
	for _, n := range []float64{1000, 5000, 100000} {
		for _, z := range []float64{1.483, 2, 3, 5, 10, 18} {
			d := z / math.Sqrt(n)
			var want float64
			for j := 0.0; j < n*(1-d); j++ {
				want += math.Exp(math.Log(d) + logFactorial(n) - logFactorial(j) - logFactorial(n-j) +
					(j-1)*math.Log(d+j/n) + (n-j)*math.Log(1-d-j/n))
			}
			if got := smirnovSurvival(int(n), d); !near(got, want, 1e-9) {
				t.Errorf("n %v, z %v: got %v, want %v", n, z, got, want)
			}
		}
	}
}

func TestKolmogorovSurvivalEdges(t *testing.T) {
	for _, c := range []struct {
		n    int
		d    float64
		want float64
	}{
		{0, 0.5, 1},
		{-3, 0.5, 1},
		{10, 0, 1},
		{10, -1, 1},
		{10, math.NaN(), 1},
		{10, 1, 0},
		{10, math.Inf(1), 0},
		{1, 0.75, 0.5},
		{2, 0.5, 0.5},
		{10, 0.05, 1},
		{1 << 40, 1e-13, 1},
	} {
		if got := KolmogorovSurvival(c.n, c.d); !near(got, c.want, 1e-12) {
			t.Errorf("n %d, d %v: got %v, want %v", c.n, c.d, got, c.want)
		}
	}
}

// The pieces must meet: the probability never rises with d.
func TestKolmogorovSurvivalFalls(t *testing.T) {
	for _, n := range []int{1, 2, 5, 20, 139, 140, 141, 499, 501, 3000, 1000000} {
		before := 1.0
		for i := range 400 {
			d := math.Pow(float64(i)/400, 2)
			p := KolmogorovSurvival(n, d)
			if p > before*(1+1e-5) || p < 0 {
				t.Fatalf("n %d, d %v: %v after %v", n, d, p, before)
			}
			before = p
		}
	}
}

func BenchmarkKS(b *testing.B) {
	for _, c := range []struct {
		n int
		d float64
	}{{140, .16}, {5000, .004}, {5000, .02}, {5000, .05}, {1000000, .003}} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			for b.Loop() {
				KolmogorovSurvival(c.n, c.d)
			}
		})
	}
	b.Run("chiq", func(b *testing.B) {
		for b.Loop() {
			chiSquaredQuantile(9, 1e-4)
		}
	})
}

package multivariate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

func population(kind string, r *rand.Rand, d, rows int) Table {
	t := make(Table, d)
	for i := range t {
		t[i].Values = make([]float64, rows)
		if kind == "mixed" && i%2 == 1 || kind == "rare" || kind == "zipf" {
			t[i].Categorical, t[i].Levels = true, 4
			if kind == "rare" {
				t[i].Levels = 300
				for l := range 300 {
					t[i].Buckets = append(t[i].Buckets, Bucket(fmt.Sprint(l)))
				}
			}
		}
	}
	for k := range rows {
		common := r.NormFloat64()
		for i := range t {
			z := r.NormFloat64()
			switch {
			case kind == "zipf":
				z = math.Floor(4 * math.Pow(r.Float64(), 8))
			case kind == "rare":
				z = math.Floor(300 * math.Pow(r.Float64(), 3))
			case kind == "mixed" && i%2 == 1:
				z = math.Floor(4 * math.Pow(r.Float64(), 2))
			case kind == "mixed" && r.Float64() < 0.1:
				z = math.NaN()
			case kind == "correlated":
				z = 0.8*common + 0.6*z
			case kind == "heavy":
				z = z / math.Sqrt((sq(r)+sq(r)+sq(r))/3)
			case kind == "cauchy":
				z = z / math.Abs(r.NormFloat64())
			case kind == "lognormal":
				z = math.Exp(z)
			}
			t[i].Values[k] = z
		}
	}
	return t
}

func sq(r *rand.Rand) float64 { z := r.NormFloat64(); return z * z }

func TestSim(t *testing.T) {
	if os.Getenv("SIM") == "" {
		t.Skip()
	}
	for _, kind := range []string{"heavy", "cauchy", "lognormal"} {
		for _, s := range []struct{ d, m, n int }{{3, 1000, 200}, {25, 1000, 1000}, {8, 200, 200}, {25, 200, 1000}, {60, 1000, 500}} {
			if kind == "rare" && s.d > 25 {
				continue
			}
			r := rand.New(rand.NewPCG(7, uint64(s.d*s.m+s.n)))
			reps := 100
			count := map[string]*[5]float64{}
			for range reps {
				fitted := Fit(population(kind, r, s.d, s.m))
				for _, m := range fitted.Compare(population(kind, r, s.d, s.n), firstRows(s.n)) {
					c := count[m.Name]
					if c == nil {
						c = new([5]float64)
						count[m.Name] = c
					}
					if m.PValue == nil {
						continue
					}
					for i, a := range []float64{0.01, 0.05, 0.1, 0.5} {
						if *m.PValue <= a {
							c[i]++
						}
					}
					if m.Drifted != nil && *m.Drifted {
						c[4]++
					}
				}
			}
			for _, name := range []string{ReconstructionError, MMD, DomainClassifierAUC} {
				c := count[name]
				for i := range c {
					c[i] /= float64(reps)
				}
				fmt.Printf("%-11s d%-3d m%-5d n%-5d %-26s .01:%.3f .05:%.3f .1:%.3f .5:%.3f drift:%.3f\n", kind, s.d, s.m, s.n, name, c[0], c[1], c[2], c[3], c[4])
			}
		}
	}
}

package multivariate

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// population draws a table of rows whose columns have the same joint distribution every time.
func population(kind string, r *rand.Rand, columns, rows int) Table {
	t := make(Table, columns)
	for i := range t {
		t[i].Values = make([]float64, rows)
		switch {
		case kind == "categories", kind == "mixed" && i%2 == 1:
			t[i].Categorical, t[i].Levels = true, 4
		case kind == "many categories":
			t[i].Categorical, t[i].Levels = true, 300
			for level := range t[i].Levels {
				t[i].Buckets = append(t[i].Buckets, Bucket(strconv.Itoa(level)))
			}
		}
	}
	for row := range rows {
		common := r.NormFloat64()
		for i := range t {
			z := r.NormFloat64()
			switch {
			case t[i].Categorical: // the first is the most frequent
				z = math.Floor(float64(t[i].Levels) * math.Pow(r.Float64(), 3))
			case kind == "mixed" && r.Float64() < 0.1:
				z = math.NaN()
			case kind == "correlated":
				z = 0.8*common + 0.6*z
			case kind == "heavy tails": // Student's t with one degree of freedom
				z /= math.Abs(r.NormFloat64())
			case kind == "skewed":
				z = math.Exp(z)
			}
			t[i].Values[row] = z
		}
	}
	return t
}

var kinds = []string{"normal", "correlated", "mixed", "many categories", "heavy tails", "skewed"}

package multivariate

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// coding turns the values of one column into standardised numbers, as the reference had them: missing values become the
// mean, or the most frequent category (of several the first by name); a category becomes its share of the reference's
// rows, after that; unseen ones 0. Then the mean is subtracted and the standard deviation divided out.
//
// This is scikit-learn's SimpleImputer, category_encoders' CountEncoder(normalize=True) and StandardScaler in a row.
type coding struct {
	shares      []float64 // by rank; nil for numbers
	fill        float64   // of a missing value, before standardisation
	mean, scale float64
}

// farthest bounds standardised values, so that no square or sum of them overflows.
const farthest = 1e140

// newCoding learns from a reference's column. It is false if the column has no known value.
func newCoding(c *Column) (coding, bool) {
	if c.Categorical {
		return categoryCoding(c)
	}
	mean, variance, unit, ok := momentsOf(c.Values)
	if !ok {
		return coding{}, false
	}
	k := coding{fill: mean / unit, mean: mean / unit, scale: 1}
	if !constant(mean, variance, float64(len(c.Values))) {
		k.scale = math.Sqrt(variance) / unit
	}
	return k, true
}

// momentsOf returns mean and variance (ddof 0) of a column, missing values counting as the mean, after multiplication by
// unit: 1, or less if the squares would overflow. The two passes are about the mean, so a huge offset costs no digits.
func momentsOf(values []float64) (mean, variance, unit float64, ok bool) {
	largest, n := 0.0, 0
	for _, x := range values {
		if profile.Finite(x) {
			largest = max(largest, math.Abs(x))
			n++
		}
	}
	if n == 0 {
		return 0, 0, 1, false
	}
	unit = 1
	if largest > 1e140 {
		unit = 0x1p-600
	}
	var sum, rest, squares float64
	for _, x := range values {
		if profile.Finite(x) {
			sum += x * unit
		}
	}
	mean = sum / float64(n)
	for _, x := range values {
		if profile.Finite(x) {
			d := x*unit - mean
			rest += d
			squares += d * d
		}
	}
	squares -= rest * rest / float64(n)
	return mean + rest/float64(n), max(squares, 0) / float64(len(values)), unit, true
}

// constant tells whether a variance is no more than the rounding errors of n equal values, by the bound of
// scikit-learn's StandardScaler: such a column is centred and not scaled.
func constant(mean, variance, n float64) bool {
	const epsilon = 0x1p-52
	return variance <= n*epsilon*variance+(n*mean*epsilon)*(n*mean*epsilon)
}

func categoryCoding(c *Column) (coding, bool) {
	counts := make([]float64, c.Levels)
	rows, known := float64(len(c.Values)), 0.0
	for _, x := range c.Values {
		if level, ok := c.level(x); ok {
			counts[level]++
			known++
		}
	}
	if known == 0 {
		return coding{}, false
	}
	mode := 0
	for level, n := range counts {
		if n > counts[mode] {
			mode = level
		}
	}
	counts[mode] += rows - known
	k := coding{shares: counts, scale: 1}
	var variance float64
	for level, n := range counts {
		k.shares[level] = n / rows
		k.mean += k.shares[level] * k.shares[level]
	}
	for _, share := range k.shares {
		variance += share * (share - k.mean) * (share - k.mean)
	}
	k.fill = k.shares[mode]
	if !constant(k.mean, variance, rows) {
		k.scale = math.Sqrt(variance)
	}
	return k, true
}

// apply standardises a value.
func (k *coding) apply(c *Column, x float64) float64 {
	switch level, ok := c.level(x); {
	case !profile.Finite(x):
		x = k.fill
	case ok:
		x = k.shares[level]
	case c.Categorical:
		x = 0
	}
	return k.standard(x)
}

// standard standardises a number. (The built-in min and max also mind the sign of zero, which takes longer.)
func (k *coding) standard(x float64) float64 {
	z := (x - k.mean) / k.scale
	if z > farthest {
		return farthest
	}
	if z < -farthest {
		return -farthest
	}
	return z
}

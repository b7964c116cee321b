package multivariate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Discrepancy knows the mean random Fourier features of a reference and how they vary. Two samples have the same mean
// features if they have the same joint distribution, as far as the kernel sees; the squared distance of the means is the
// squared maximum mean discrepancy (MMD²) of the kernel that the features define.
//
// A row costs O(d·48) multiplications and 48 sines and cosines: 2 µs at 25 columns.
type Discrepancy struct {
	features *features
	sum      FeatureSum
	// The covariance of a row's features, in the reference.
	covariance *mat.SymDense
	spread     weightedChiSquared // of n times the squared length of a mean of n rows
	square     float64            // tr Σ²
}

// newDiscrepancy fits rows of a reference; nil if they do not vary.
func newDiscrepancy(t Table, cut []cells, rows []int) *Discrepancy {
	d := &Discrepancy{features: newFeatures(t, cut, rows)}
	var phi [width]float64
	flat := make([]float64, 0, len(rows)*width)
	for _, row := range rows {
		d.features.of(&phi, t, row)
		d.sum.observe(&phi)
		flat = append(flat, phi[:]...)
	}
	mean := d.sum.means()
	for i := range flat {
		flat[i] -= mean[i%width]
	}
	d.covariance = mat.NewSymDense(width, nil)
	d.covariance.SymOuterK(1/float64(len(rows)-1), mat.NewDense(len(rows), width, flat).T())
	var eigen mat.EigenSym
	if !eigen.Factorize(d.covariance, false) {
		return nil
	}
	values := eigen.Values(nil) // ascending
	if values[width-1] < 1e-15 {
		return nil // what rounding leaves of equal rows
	}
	for _, v := range values {
		d.square += v * v
	}
	var ok bool
	if d.spread, ok = newWeightedChiSquared(values); !ok {
		return nil
	}
	return d
}

// Observe adds rows to a state.
func (d *Discrepancy) Observe(into *FeatureSum, t Table, rows []int) {
	var phi [width]float64
	for _, row := range rows {
		d.features.of(&phi, t, row)
		into.observe(&phi)
	}
}

// measured is the outcome of comparing a state with the reference.
type measured struct {
	value, std, p float64
	threshold     float64
}

// compare returns the unbiased estimate of MMD², its standard deviation, its p-value without drift, and what chance
// reaches with probability alpha. Both sides need two rows.
//
// Each side's part of the squared distance is tr Σ/n in the mean, which the unbiased estimate takes off; without drift
// what is left is (1/n + 1/m)·(Σ λᵢ·χ²₁ − tr Σ) with the eigenvalues λ of the features' covariance in the reference.
// With drift the variance has a second part, 4·δᵀΣδ·(1/n + 1/m), δ being the difference of the means.
func (d *Discrepancy) compare(s *FeatureSum, alpha float64) measured {
	n, m := float64(s.n), float64(d.sum.n)
	ref, cur := d.sum.means(), s.means()
	difference := make([]float64, width)
	var squared, lengthRef, lengthCur float64
	for i := range difference {
		difference[i] = cur[i] - ref[i]
		squared += difference[i] * difference[i]
		lengthRef += ref[i] * ref[i]
		lengthCur += cur[i] * cur[i]
	}
	share := 1/n + 1/m
	delta := mat.NewVecDense(width, difference)
	return measured{
		// a row's features have length 1, so 1 − ‖mean‖² is the trace of the covariance (ddof 0)
		value:     squared - max(0, 1-lengthCur)/(n-1) - max(0, 1-lengthRef)/(m-1),
		std:       math.Sqrt(share * (4*max(0, mat.Inner(delta, d.covariance, delta)) + 2*d.square*share)),
		p:         d.spread.survival(squared / share),
		threshold: share * (d.spread.quantile(alpha) - d.spread.mean),
	}
}

// FeatureSum is the state of a stream: how many rows, and the sums of their features as integers, 776 bytes. Features
// are rounded to 2⁻³², so that sums are exact up to 2³¹ rows and the same rows give the same bits in any order and under
// any grouping.
type FeatureSum struct {
	n    uint64
	sums [width]int64
}

func (s *FeatureSum) observe(phi *[width]float64) {
	s.n++
	for i, x := range phi {
		s.sums[i] += int64(math.RoundToEven(x * (1 << 32)))
	}
}

// Merge adds all that o holds.
func (s *FeatureSum) Merge(o *FeatureSum) {
	s.n += o.n
	for i, x := range o.sums {
		s.sums[i] += x
	}
}

// N returns how many rows were observed.
func (s *FeatureSum) N() uint64 { return s.n }

// means returns the mean features, zeros of no row.
func (s *FeatureSum) means() *[width]float64 {
	var mean [width]float64
	if s.n > 0 {
		for i, x := range s.sums {
			mean[i] = float64(x) / (1 << 32) / float64(s.n)
		}
	}
	return &mean
}

package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// regression keeps the sums behind a regression's measures.
type regression struct {
	absolute, signed, squared mean // of the error, prediction − label
	// truths is Σ y and truthSquares Σ y², without any rounding: R² is a small difference of large sums when labels lie
	// far from 0.
	truths, truthSquares profile.ExactSum
}

// add counts a row whose error is finite.
func (r *regression) add(value, truth float64) {
	e := value - truth
	r.absolute.add(math.Abs(e))
	r.signed.add(e)
	r.squared.add(min(e*e, math.MaxFloat64))
	r.truths.Add(truth)
	addProduct(&r.truthSquares, truth, truth)
}

func (r *regression) merge(o *regression) {
	r.absolute.merge(&o.absolute)
	r.signed.merge(&o.signed)
	r.squared.merge(&o.squared)
	r.truths.Merge(&o.truths)
	r.truthSquares.Merge(&o.truthSquares)
}

// addProduct adds a·b to the sum without rounding it first: the product and, by a fused multiply-add, what rounding
// takes from it. A product beyond float64 counts as the largest one.
func addProduct(sum *profile.ExactSum, a, b float64) {
	product := a * b
	if math.IsInf(product, 0) {
		sum.Add(math.Copysign(math.MaxFloat64, product))
		return
	}
	sum.Add(product)
	sum.Add(math.FMA(a, b, -product))
}

// spread is Σ (y − ȳ)², rounded once: Σ y² − 2mΣy + n·m² for the mean m as float64 has it, all in exact sums.
// Labels so large that their squares are beyond float64 have none: 0.
func (r *regression) spread() float64 {
	if r.truthSquares.Value() >= math.MaxFloat64 || math.IsInf(r.truths.Value(), 0) {
		return 0
	}
	n := float64(r.signed.n)
	m := r.truths.Value() / n
	sum, rest := r.truthSquares, r.truths
	for part := rest.Value(); part != 0; part = rest.Value() {
		addProduct(&sum, -2*m, part)
		rest.Add(-part)
	}
	square := m * m
	addProduct(&sum, n, square)
	addProduct(&sum, n, math.FMA(m, m, -square))
	return max(sum.Value(), 0)
}

// measurements are mae, mse, rmse, mean_error and r2. The bounds are the normal approximation's, those of rmse the
// roots of those of mse. A label that never changes leaves r2 undefined. What is beyond float64 is absent.
func (r *regression) measurements(deff float64) []detectors.Measurement {
	n := r.signed.n
	if n == 0 {
		return nil
	}
	mse := r.squared.measurement("mse", deff, 0)
	rmse := measured("rmse", "", math.Sqrt(mse.Value), n, float64(n)/deff)
	if mse.Lower != nil {
		rmse.Lower, rmse.Upper = new(math.Sqrt(*mse.Lower)), new(math.Sqrt(*mse.Upper))
	}
	r2 := undefined("r2", "", n)
	if spread := r.spread(); spread > 0 && n > 1 {
		r2 = measured("r2", "", 1-r.squared.sum.Value()/spread, n, float64(n)/deff)
	}
	all := []detectors.Measurement{
		r.absolute.measurement("mae", deff, 0), mse, rmse,
		r.signed.measurement("mean_error", deff, math.Inf(-1)), r2,
	}
	return finite(all)
}

// finite drops measurements beyond float64, and bounds beyond it.
func finite(all []detectors.Measurement) []detectors.Measurement {
	kept := all[:0]
	for _, m := range all {
		if !profile.Finite(m.Value) {
			continue
		}
		if m.Lower != nil && (!profile.Finite(*m.Lower) || !profile.Finite(*m.Upper)) {
			m.Lower, m.Upper = nil, nil
		}
		kept = append(kept, m)
	}
	return kept
}

package performance

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Tolerance is how wrong a regression may be and still count as right: |error| ≤ Size, or ≤ Size·|label| if it is
// relative.
type Tolerance struct {
	Size     float64
	Relative bool
}

// holds tells whether an error is within the tolerance.
func (t Tolerance) holds(e, truth float64) bool {
	if t.Relative {
		return math.Abs(e) <= t.Size*math.Abs(truth)
	}
	return math.Abs(e) <= t.Size
}

// valuedErrors gathers what is measured of a regression's rows beside the Tally's sums.
type valuedErrors struct {
	tolerance                 Tolerance
	quantile                  float64
	percentage, symmetric     mean
	logarithmic, pinball      mean
	within, unlogarithmicable uint64
	absolute                  []float64
}

// add counts a row whose error is finite.
func (v *valuedErrors) add(value, truth float64) {
	e := math.Abs(value - truth)
	v.absolute = append(v.absolute, e)
	// scikit-learn divides by 2.22e-16 at least: one label of 0 makes the mean absurdly large, and so it says there.
	v.percentage.add(min(e/max(math.Abs(truth), 0x1p-52), math.MaxFloat64))
	symmetric := 0.0
	if size := math.Abs(value)/2 + math.Abs(truth)/2; size > 0 { // halved first, so that no sum overflows
		symmetric = min(e/size, 2)
	}
	v.symmetric.add(symmetric)
	if value > -1 && truth > -1 {
		d := math.Log1p(value) - math.Log1p(truth)
		v.logarithmic.add(d * d)
	} else {
		v.unlogarithmicable++
	}
	if truth >= value {
		v.pinball.add(v.quantile * e)
	} else {
		v.pinball.add((1 - v.quantile) * e)
	}
	if v.tolerance.holds(e, truth) {
		v.within++
	}
}

// quantileOf is a quantile of the rows' errors.
func (v *valuedErrors) quantileOf(share float64) float64 {
	if !slices.IsSorted(v.absolute) {
		slices.Sort(v.absolute)
	}
	return profile.Quantile(v.absolute, share)
}

// measurements are median_absolute_error, mape, smape, rmsle, quantile_loss and within_tolerance.
//
//   - mape is the mean of |e|/max(|y|, 2.22e-16), smape that of 2|e|/(|y| + |ŷ|), where 0 and 0 are no error;
//   - rmsle is the root of the mean squared difference of ln(1 + y), undefined if a value or a label is −1 or less;
//   - quantile_loss is the pinball loss, the mean of α·(y − ŷ) where the label is higher, else (1 − α)·(ŷ − y).
//
// They are scikit-learn's, except smape and within_tolerance, which it does not have. Bounds are the normal
// approximation's, within_tolerance has Wilson's, and the median's are drawn elsewhere.
func (v *valuedErrors) measurements(deff float64) []detectors.Measurement {
	n := uint64(len(v.absolute))
	if n == 0 {
		return nil
	}
	rmsle := undefined("rmsle", "", n)
	if v.unlogarithmicable == 0 {
		rmsle = v.logarithmic.measurement("rmsle", deff, 0)
		rmsle.Value = math.Sqrt(rmsle.Value)
		if rmsle.Lower != nil {
			rmsle.Lower, rmsle.Upper = new(math.Sqrt(*rmsle.Lower)), new(math.Sqrt(*rmsle.Upper))
		}
	}
	smape := v.symmetric.measurement("smape", deff, 0)
	if smape.Upper != nil {
		smape.Upper = new(min(*smape.Upper, 2))
	}
	return finite([]detectors.Measurement{
		measured("median_absolute_error", "", v.quantileOf(0.5), n, float64(n)/deff),
		v.percentage.measurement("mape", deff, 0), smape, rmsle,
		v.pinball.measurement("quantile_loss", deff, 0),
		proportion("within_tolerance", "", v.within, n, n, deff),
	})
}

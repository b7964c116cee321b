package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// measureMeanShift measures how far the mean has moved, in standard deviations of the reference (ddof 0): (current −
// reference)/std. It is undefined for a constant reference. Lower and Upper are 95 % bounds by the normal distribution.
// Drift is a shift either way above the tolerance that chance does not reach either.
func measureMeanShift(c *comparison, name string) Measurement {
	m, ref, cur := c.shifted(name)
	if m.Status != OK {
		return m
	}
	std := math.Sqrt(ref.variance)
	m.Value = (cur.mean - ref.mean) / std
	// Both variances, since a window may spread otherwise than its baseline.
	deviation := math.Sqrt(c.options.DesignEffect * (1/float64(c.ref.n) + cur.variance/ref.variance/float64(c.cur.n)))
	if !profile.Finite(m.Value) || !profile.Finite(deviation) {
		m.Value, m.Status = 0, Undefined
		return m
	}
	m.Lower, m.Upper = new(m.Value-Normal95*deviation), new(m.Value+Normal95*deviation)
	c.judgeEitherWay(&m, max(c.options.Tolerance, normalQuantile(c.options.level()/2)*deviation))
	return m
}

// measureStdShift measures how much wider the values spread, relative to the reference: std(current)/std(reference) − 1,
// so 0 is no change, 1 twice as wide, and −1 a constant. It is undefined for a constant reference. The bounds are those
// of the logarithm of the ratio, whose variance is (kurtosis − 1)/4n a side. Drift is a change of the logarithm either
// way, above ln(1 + tolerance) and above chance; Threshold is the limit on the wider side. From counts the value is as exact,
// while the kurtosis, and with it the bounds and the part of chance in the limit, is an estimate.
func measureStdShift(c *comparison, name string) Measurement {
	m, ref, cur := c.shifted(name)
	if m.Status != OK {
		return m
	}
	if !settled(cur.variance, cur.slack) {
		m.Status = Undefined
		return m
	}
	if c.counted {
		c.countedKurtosis(ref, cur)
	}
	ratio := math.Sqrt(cur.variance / ref.variance)
	deviation := math.Sqrt(c.options.DesignEffect / 4 * ((ref.kurtosis-1)/float64(c.ref.n) + (cur.kurtosis-1)/float64(c.cur.n)))
	limit := math.Expm1(min(max(math.Log1p(c.options.Tolerance), normalQuantile(c.options.level()/2)*deviation), 700))
	if !profile.Finite(ratio) || !profile.Finite(deviation) {
		m.Status = Undefined
		return m
	}
	m.Value = ratio - 1
	m.Lower = new(ratio*math.Exp(-Normal95*deviation) - 1)
	m.Upper = new(min(ratio*math.Exp(min(Normal95*deviation, 700)), math.MaxFloat64) - 1)
	c.judge(&m, limit)
	m.Drifted = new(m.Value > *m.Threshold || ratio*(1+*m.Threshold) < 1)
	return m
}

// shifted starts a measurement in units of the reference's spread, which must not be 0, with the moments of both sides.
func (c *comparison) shifted(name string) (m Measurement, ref, cur *moments) {
	m = c.measurement(name)
	if m.Status != OK {
		return m, nil, nil
	}
	ref, cur, ok := c.moments()
	if !ok || ref.variance == 0 || !settled(ref.variance, ref.slack) {
		m.Status = Undefined
	}
	return m, ref, cur
}

// judgeEitherWay is judge for a value with a sign.
func (c *comparison) judgeEitherWay(m *Measurement, threshold float64) {
	c.judge(m, threshold)
	m.Drifted = new(m.Status == OK && math.Abs(m.Value) > *m.Threshold)
}

// Distance returns how far the value is from no change, on the scale of the threshold: the value itself, without its sign
// for mean_shift and welch_t, and for a std_shift below 0 what the spread has shrunk by: of −½, half as wide, it is 1.
func (m *Measurement) Distance() float64 {
	switch m.Name {
	case "mean_shift", "welch_t":
		return math.Abs(m.Value)
	case "std_shift":
		if m.Value < 0 {
			return min(-m.Value/(1+m.Value), math.MaxFloat64)
		}
	}
	return m.Value
}

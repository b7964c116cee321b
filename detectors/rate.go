package detectors

import "math"

// rate measures hits among trials where a fraction null of the baseline's m rows leads one to expect as many again.
// Baseline is that fraction: the rate of the baseline itself, every row judged by the others. It warns above
// null + max(rate tolerance, z·√(deff·p(1−p)(1/n + 1/m))), p being the pooled rate and z the normal quantile at α over the
// number of columns; only more than expected is drift. Lower and Upper are Wilson's 95 % bounds at n/deff. Without trials
// on either side it is insufficient.
func (c *comparison) rate(name string, hits, trials uint64, null float64, m uint64) Measurement {
	r := Measurement{Name: name, Column: c.layout.Name, N: trials, M: m, Status: OK}
	effective := float64(trials) / c.options.DesignEffect
	r.NEff = new(effective)
	if trials == 0 || m == 0 {
		r.Status = Insufficient
		return r
	}
	hits = min(hits, trials) // a row that names a column twice counts it twice
	r.Value = float64(hits) / float64(trials)
	lower, upper := Wilson(r.Value*effective, effective)
	r.Lower, r.Upper = new(lower), new(upper)
	r.Baseline, r.BaselineNEff = new(null), new(float64(m)/c.options.DesignEffect)

	pooled := (float64(hits) + null*float64(m)) / (float64(trials) + float64(m))
	perRow := c.options.DesignEffect * (1/float64(trials) + 1/float64(m))
	chance := normalQuantile(c.options.level()) * math.Sqrt(max(pooled*(1-pooled), 0)*perRow)
	c.judge(&r, min(null+max(c.options.RateTolerance, chance), 1))
	return r
}

// Wilson returns the 95 % score interval of a proportion of hits among n trials, which need not be whole numbers; 0 and
// 1 without trials. (E. B. Wilson, JASA 22, 1927.)
func Wilson(hits, n float64) (lower, upper float64) {
	if !(n > 0) {
		return 0, 1
	}
	const z = Normal95
	p := min(max(hits/n, 0), 1)
	// Rounding must not keep the bounds from the ends that the formula has exactly.
	if p == 0 {
		return 0, z * z / (n + z*z)
	}
	if p == 1 {
		return n / (n + z*z), 1
	}
	centre := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return max((centre-half)/scale, 0), min((centre+half)/scale, 1)
}

// Normal95 is what a standard normal variable exceeds on either side with a probability of 5 %: that of 95 % bounds.
const Normal95 = 1.959963984540054

// normalQuantile returns what a standard normal variable exceeds with the given probability.
func normalQuantile(level float64) float64 {
	return math.Sqrt2 * math.Erfcinv(2*level)
}

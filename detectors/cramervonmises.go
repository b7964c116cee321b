package detectors

import "math"

// cramerVonMises returns the two-sample statistic T = U/(mn(m+n)) − (4mn−1)/(6(m+n)), U = m Σ (rᵢ−i)² + n Σ (sⱼ−j)² over
// the midranks r and s of the ordered values (T. W. Anderson, Annals of Mathematical Statistics 33, 1962). That formula
// holds for values without ties. SciPy puts midranks into it all the same, and so do we, to be the same number; with many
// ties T and p are not to be relied on, and T may even be negative.
func (c *comparison) cramerVonMises() float64 {
	m, n := float64(c.ref.n), float64(c.cur.n)
	var refSum, curSum, ref, cur float64
	for i := range c.cells {
		a, b := float64(c.cells[i].ref), float64(c.cells[i].cur)
		rank := refSum + curSum + (a+b+1)/2
		ref += squaresFrom(rank-refSum-1, a)
		cur += squaresFrom(rank-curSum-1, b)
		refSum += a
		curSum += b
	}
	return ref/(n*(m+n)) + cur/(m*(m+n)) - (4*m*n-1)/(6*(m+n))
}

// squaresFrom returns x² + (x−1)² + … over count terms.
func squaresFrom(x, count float64) float64 {
	if count == 1 {
		return x * x
	}
	// About the terms' mean, whose squares are exact, and the variance of whole numbers in a row.
	mean := x - (count-1)/2
	return count * (mean*mean + (count-1)*(count+1)/12)
}

// cramerVonMisesEnd is the least p that the test's series can be trusted with.
const cramerVonMisesEnd = 1e-6

// measureCramerVonMises measures cramer_von_mises: T and its asymptotic p. (SciPy: cramervonmises_2samp(reference,
// current, method="asymptotic").) With fewer than two values on a side it is insufficient. The limit is the critical value
// at α over the number of columns, but at 1e-6 at least, where p ends; a design effect multiplies it.
func measureCramerVonMises(c *comparison, name string) Measurement {
	m := c.measurementOfTwo(name)
	if m.Status != OK {
		return m
	}
	m.Value = c.cramerVonMises()
	mean, scale := c.cramerVonMisesMoments()
	m.PValue = new(cramerVonMisesSurvival(1.0/6 + (m.Value-mean)/scale))
	limit := mean + scale*(c.cramerVonMisesCritical()-1.0/6)
	deff := c.options.DesignEffect
	c.judge(&m, deff*limit)
	scale = c.harmonicRoot()
	c.sized(&m, math.Sqrt(max(m.Value, 0))*scale, (math.Sqrt(deff*limit)+normal80*math.Sqrt(deff)/math.Pi)*scale)
	return m
}

// cramerVonMisesMoments returns the mean of T without drift, and its standard deviation in that of the limiting
// distribution, √(1/45).
func (c *comparison) cramerVonMisesMoments() (mean, scale float64) {
	m, n := float64(c.ref.n), float64(c.cur.n)
	all, product := m+n, m*n
	variance := (all + 1) * (4*product*all - 3*(m*m+n*n) - 2*product) / (45 * all * all * 4 * product)
	return (1 + 1/all) / 6, math.Sqrt(45 * variance)
}

// cramerVonMisesSurvival returns the probability that the limiting distribution of Cramér and von Mises exceeds x, as
// SciPy has it: 1 less the series of S. Csörgő and J. J. Faraway, JRSS B 58, 1996,
//
//	Σ Γ(k+½)/(k!·π^(3/2)·√x) · √(4k+1) · e^(−q) · K_¼(q),  q = (4k+1)²/(16x)
//
// up to its first term below 1e-7. What it leaves out makes p up to 2e-8 too large, so a p below about 1e-7 says no more
// than that: it is kept because a number that SciPy would also give is worth more than one nobody can check.
func cramerVonMisesSurvival(x float64) float64 {
	if !(x >= 0.003) {
		return 1
	}
	if x > 1e6 {
		return 0
	}
	var sum float64
	for k := 0.0; ; k++ {
		odd := 4*k + 1
		q := odd * odd / (16 * x)
		above, _ := math.Lgamma(k + 0.5)
		below, _ := math.Lgamma(k + 1)
		term := math.Exp(above-below) / (math.Pow(math.Pi, 1.5) * math.Sqrt(x)) * math.Sqrt(odd) * math.Exp(-q) * besselKQuarter(q)
		sum += term
		if !(term >= 1e-7) {
			return clampProbability(1 - sum)
		}
	}
}

// besselKQuarter returns the modified Bessel function K of order ¼ at q > 0 from its integral ∫ e^(−q·cosh t)·cosh(t/4) dt
// over t ≥ 0, which the trapezoidal rule takes to the last digit with 32 steps a unit.
func besselKQuarter(q float64) float64 {
	const step = 1.0 / 32
	sum := math.Exp(-q) / 2
	for t := step; ; t += step {
		term := math.Exp(-q*math.Cosh(t)) * math.Cosh(t/4)
		sum += term
		if term <= sum*1e-18 {
			return sum * step
		}
	}
}

// cramerVonMisesCritical is the critical value at the comparison's own level, which takes thirty times as long to find as the
// statistic does: columns have it in common.
func (c *comparison) cramerVonMisesCritical() float64 {
	if level := max(c.options.level(), cramerVonMisesEnd); c.criticalLevel != level {
		c.critical, c.criticalLevel = cramerVonMisesQuantile(level), level
	}
	return c.critical
}

// cramerVonMisesQuantile returns what the limiting distribution exceeds with the given probability.
func cramerVonMisesQuantile(level float64) float64 {
	low, high := 0.003, 5.0
	for range 40 {
		middle := (low + high) / 2
		if cramerVonMisesSurvival(middle) > level {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

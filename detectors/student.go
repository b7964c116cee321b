package detectors

import "math"

// StudentTwoSided returns the probability that a variable with Student's t distribution of dof degrees of freedom, which
// need not be whole, is further from 0 than t: twice SciPy's t.sf(|t|, dof). It keeps its relative accuracy down to the
// smallest float64. It is 1 for t = 0, NaN, and dof ≤ 0.
//
// The probability is the regularised incomplete beta function I_x(dof/2, ½) at x = dof/(dof + t²), by its continued
// fraction (W. H. Press and others, Numerical Recipes, 6.4), with the factor before it taken in logarithms.
func StudentTwoSided(dof, t float64) float64 {
	t = math.Abs(t)
	if !(dof > 0) || !(t > 0) {
		return 1
	}
	if math.IsInf(t, 1) {
		return 0
	}
	ratio := t / math.Sqrt(dof)
	log1p := math.Log1p(ratio * ratio) // ln(1 + t²/dof) = −ln x
	if ratio > 1e8 {
		log1p = 2 * math.Log(ratio)
	}
	a := dof / 2
	// ln(x^a · √(1−x) / B(a, ½))
	factor := -a*log1p + math.Log(ratio) - log1p/2 - logBetaHalf(a)
	x, rest := math.Exp(-log1p), -math.Expm1(-log1p)
	if x < (a+1)/(a+2.5) {
		return min(math.Exp(factor)/a*betaFraction(a, 0.5, x), 1)
	}
	return clampProbability(1 - math.Exp(factor)*2*betaFraction(0.5, a, rest))
}

// logBetaHalf returns ln B(a, ½) = ln(Γ(a)·√π/Γ(a+½)); for large a by a series, since the difference of two large
// logarithms has few digits.
func logBetaHalf(a float64) float64 {
	const logRootPi = 0.5723649429247001
	if a < 100 {
		above, _ := math.Lgamma(a + 0.5)
		below, _ := math.Lgamma(a)
		return logRootPi + below - above
	}
	i := 1 / a
	return logRootPi - math.Log(a)/2 - math.Log1p(i*(-1.0/8+i*(1.0/128+i*(5.0/1024-i*21.0/32768))))
}

// betaFraction evaluates the continued fraction of the incomplete beta function by Lentz's method. It converges in about
// √max(a, b) steps for x below (a+1)/(a+b+2).
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 100000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/away(1+even*d), away(1+even/c)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/away(1+odd*d), away(1+odd/c)
		f *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return f
}

// StudentQuantile returns what |t| exceeds with the given probability: SciPy's t.isf(level/2, dof), to 12 digits up to a
// thousand degrees of freedom, then to 6.
func StudentQuantile(dof, level float64) float64 {
	z := normalQuantile(level / 2)
	if dof > 1000 {
		return z + (z*z*z+z)/(4*dof) // Cornish and Fisher's first term; the next is below 1e-5 of z
	}
	low, high := z, 2*z
	for StudentTwoSided(dof, high) > level && high < 1e300 {
		low, high = high, high*high+1
	}
	for range 60 {
		middle := math.Sqrt(low) * math.Sqrt(high)
		if StudentTwoSided(dof, middle) > level {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

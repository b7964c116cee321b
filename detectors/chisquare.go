package detectors

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ChiSquared returns the statistic of Pearson's test of homogeneity on the 2×k table of two aligned vectors of counts,
// without Yates's correction, and its degrees of freedom: categories that occur on either side, less one. With an empty
// side or a single category both are 0. (SciPy: contingency.chi2_contingency(table, correction=False).)
func ChiSquared(ref, cur []uint64) (statistic float64, dof int) {
	m, n := total(ref), total(cur)
	categories := occupied(ref, cur)
	if m == 0 || n == 0 || categories < 2 {
		return 0, 0
	}
	for i := range ref {
		both := float64(ref[i]) + float64(cur[i])
		if both == 0 {
			continue
		}
		// Both rows of the column together: (O−E)²·(1/E₁ + 1/E₂), with |O−E| alike in both.
		d := (float64(ref[i])*n - float64(cur[i])*m) / (m + n)
		statistic += d / m * d / n * (m + n) * (m + n) / both
	}
	return statistic, categories - 1
}

// ChiSquaredSurvival returns the probability that a χ² variable of dof degrees of freedom exceeds x: the regularised
// upper incomplete gamma function, accurate in the far tail down to the smallest float64. It is 1 for dof or x ≤ 0.
func ChiSquaredSurvival(dof int, x float64) float64 {
	if dof <= 0 || !(x > 0) {
		return 1
	}
	if math.IsInf(x, 1) {
		return 0
	}
	return mathext.GammaIncRegComp(float64(dof)/2, x/2)
}

// chiSquaredQuantile returns what a χ² variable exceeds with the given probability; 0 without degrees of freedom.
func chiSquaredQuantile(dof int, level float64) float64 {
	if dof <= 0 {
		return 0
	}
	return 2 * mathext.GammaIncRegCompInv(float64(dof)/2, level)
}

// measureChiSquared tests whether two samples of a categorical column come from one distribution.
func measureChiSquared(c *comparison, name string) Measurement {
	statistic, dof := ChiSquared(c.binned(nil))
	return c.homogeneity(name, statistic, dof)
}

// homogeneity judges a statistic that has a χ² distribution where two samples of categories come from one. The limit is the
// critical value at α over the number of columns, times the design effect; the p-value is the plain one. With one single
// category there is nothing to test: undefined.
func (c *comparison) homogeneity(name string, statistic float64, dof int) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	if dof == 0 {
		m.Status = Undefined
		return m
	}
	m.Value = statistic
	m.PValue = new(ChiSquaredSurvival(dof, statistic))
	c.judge(&m, c.options.DesignEffect*c.chiSquaredQuantile(dof))
	c.sizedTable(&m, dof, float64(c.ref.n)+float64(c.cur.n))
	return m
}

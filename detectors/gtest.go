package detectors

import "math"

// GTest returns the statistic of the likelihood-ratio test of homogeneity on the 2×k table of two aligned vectors of
// counts, G = 2 Σ O·ln(O/E) over all cells, and its degrees of freedom: categories that occur on either side, less one.
// With an empty side or a single category both are 0. (SciPy: contingency.chi2_contingency(table, correction=False,
// lambda_="log-likelihood").)
func GTest(ref, cur []uint64) (statistic float64, dof int) {
	m, n := total(ref), total(cur)
	categories := occupied(ref, cur)
	if m == 0 || n == 0 || categories < 2 {
		return 0, 0
	}
	for i := range ref {
		both := float64(ref[i]) + float64(cur[i])
		if both > 0 {
			d := (float64(ref[i])*n - float64(cur[i])*m) / both // the reference's O/E is 1 + d/m, the current one 1 − d/n
			statistic += 2 * both / (m + n) * (m*likelihood(d/m) + n*likelihood(-d/n))
		}
	}
	return statistic, categories - 1
}

// likelihood returns (1+d)·ln(1+d) − d, d being O/E − 1. The sum of O·ln(O/E) over a table is that of E times this, since
// what is added cancels; but here no term is negative, and no digits are lost where O is close to E.
func likelihood(d float64) float64 {
	d = max(d, -1)
	return max(xlog1p(1+d, d)-d, 0)
}

// measureGTest is chi2's twin, with the same limit: see measureChiSquared.
func measureGTest(c *comparison, name string) Measurement {
	ref, cur := c.binned(nil)
	statistic, dof := GTest(ref, cur)
	return c.homogeneity(name, statistic, dof)
}

// measureYates measures chi2@yates.
func measureYates(c *comparison, name string) Measurement {
	ref, cur := c.binned(nil)
	statistic, dof := ChiSquaredYates(ref, cur)
	return c.homogeneity(name, statistic, dof)
}

// ChiSquaredYates is ChiSquared with Yates's continuity correction where there are two categories: every |O − E| is
// lessened by ½, or by itself if it is less. With more categories the two are the same. (SciPy:
// contingency.chi2_contingency(table).)
func ChiSquaredYates(ref, cur []uint64) (statistic float64, dof int) {
	statistic, dof = ChiSquared(ref, cur)
	if dof != 1 {
		return statistic, dof
	}
	m, n := total(ref), total(cur)
	statistic = 0
	for i := range ref {
		both := float64(ref[i]) + float64(cur[i])
		if both == 0 {
			continue
		}
		d := max(math.Abs(float64(ref[i])*n-float64(cur[i])*m)/(m+n)-0.5, 0)
		statistic += d / m * d / n * (m + n) * (m + n) / both
	}
	return statistic, dof
}

package detectors

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// A p-value mixes two things: how strong a difference is, and how many rows there are to see it. So values in memory
// carry, beside p, the strength alone (EffectSize), and the least strength that a test of these sizes finds four times in
// five at its level, α over the number of columns (DetectableShift). An effect far below what is detectable and a large p
// together say "I cannot know", not "nothing has changed".
//
//	test                            effect size                                        detectable
//	ks                              D                                                  critical D + z·½·√(1/n + 1/m): no share varies more
//	chi2, chi2@yates, g_test        Cohen's w, the root of statistic/N                 √(λ/N), λ the noncentrality of that power
//	chi2@evidently                  the same with N = n                                the same
//	welch_t                         Cohen's d, over the root of the mean variance      by the normal distribution
//	mann_whitney                    rank-biserial correlation 2U/(mn) − 1              by the normal distribution, ties as they are
//	cramer_von_mises                √(T·N/(mn)), the root mean square gap of F and G   (√critical T + z/π)·√(N/(mn))
//	anderson_darling                the same, gaps weighted by 1/(H(1−H))              (√critical A² + z/√2)·√(N/(mn))
//
// An effect that cannot be above 1 and a detectable shift that is mean that so few rows find nothing four times in five.
// z = 0.84 is what a normal variable stays below with probability 0.8. ks and the last two are on the safe side, and find
// more: no share varies by more than that, nor does the direction in which samples differ vary by more than the largest
// eigenvalue of the limiting process, 1/π² and ½.

// normal80 is what a standard normal variable stays below with a probability of 80 %.
const normal80 = 0.8416212335729143

// sized sets effect size and detectable shift, of values in memory and where they are numbers.
func (c *comparison) sized(m *Measurement, effect, detectable float64) {
	if !c.counted && m.Status == OK && profile.Finite(effect) && profile.Finite(detectable) {
		m.EffectSize, m.DetectableShift = new(effect), new(detectable)
	}
}

// harmonicRoot returns √(N/(mn)) = √(1/n + 1/m), the scale of a gap between two distribution functions.
func (c *comparison) harmonicRoot() float64 {
	return math.Sqrt(1/float64(c.ref.n) + 1/float64(c.cur.n))
}

// sizedTable is sized for a χ² statistic of a table of so many rows.
func (c *comparison) sizedTable(m *Measurement, dof int, rows float64) {
	if c.counted || m.Status != OK {
		return
	}
	noncentral := noncentrality(dof, c.options.level())
	c.sized(m, math.Sqrt(m.Value/rows), math.Sqrt(c.options.DesignEffect*noncentral/rows))
}

// noncentrality returns the λ for which a noncentral χ² variable of dof degrees of freedom exceeds the central one's
// critical value at level with a probability of 0.8, to four digits.
func noncentrality(dof int, level float64) float64 {
	critical := chiSquaredQuantile(dof, level)
	low, high := 0.0, 8.0
	for noncentralPower(dof, high, critical) < 0.8 && high < 1e12 {
		low, high = high, 2*high
	}
	for high-low > 1e-4*high {
		middle := (low + high) / 2
		if noncentralPower(dof, middle, critical) < 0.8 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// noncentralPower returns the probability that a noncentral χ² variable exceeds x: a mixture of central ones whose degrees
// of freedom grow by twos, with Poisson's weights. Above 1,000 degrees, where the weights are many, it is taken for normal.
func noncentralPower(dof int, lambda, x float64) float64 {
	if dof > 1000 || lambda > 1000 {
		return math.Erfc((x-float64(dof)-lambda)/math.Sqrt(4*(float64(dof)+2*lambda))) / 2
	}
	a, half := float64(dof)/2, x/2
	gamma, _ := math.Lgamma(a + 1)
	step := math.Exp(a*math.Log(half) - half - gamma) // what the tail gains as a grows by one
	tail := mathext.GammaIncRegComp(a, half)
	weight := math.Exp(-lambda / 2)
	var sum, weights float64
	for j := 1.0; weights < 1-1e-9 && j < 2000; j++ {
		sum += weight * tail
		weights += weight
		weight *= lambda / 2 / j
		tail = min(tail+step, 1)
		step *= half / (a + j)
	}
	return sum
}

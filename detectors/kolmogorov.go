package detectors

import (
	"math"

	"gonum.org/v1/gonum/blas/gonum"
)

// KolmogorovSurvival returns P(Dₙ > d) for the two-sided one-sample Kolmogorov–Smirnov statistic of n values: SciPy's
// kstwo.sf(d, n), from which its two-sample p-values come. It is the distribution for finite n, not the limiting series,
// and keeps its relative accuracy in the upper tail down to the smallest float64. It is 1 for n < 1 and d ≤ 0.
//
// The method is chosen as in R. Simard and P. L'Ecuyer, Computing the two-sided Kolmogorov–Smirnov distribution, Journal
// of Statistical Software 39(11), 2011:
//
//	d ≤ 1/n, d ≥ 1 − 1/n        closed forms of Ruben and Gambino
//	d ≥ ½, or n·d² > 4 or 2.2   twice the one-sided probability: both sides at once hardly ever happen (2e-6 of p)
//	n ≤ 140, or n ≤ 500 and     Durbin's exact matrix
//	n·d^(3/2) ≤ 1.4
//	else                        the expansion of Pelz and Good, to n^(−3/2): off by 3e-6 at n = 141, 3e-7 at 500, 6e-8
//	                            at 1000, and by 2e-5 of p at n = 141 and n·d² = 2.2
func KolmogorovSurvival(n int, d float64) float64 {
	t := float64(n) * d
	switch {
	case n < 1 || !(d > 0) || t <= 0.5:
		return 1
	case d >= 1:
		return 0
	case t <= 1:
		return 1 - math.Exp(logFactorial(float64(n))+float64(n)*math.Log((2*t-1)/float64(n)))
	case t >= float64(n)-1:
		return 2 * math.Pow(1-d, float64(n))
	case d >= 0.5, n <= 140 && t*d > 4, n > 140 && t*d >= 2.2:
		return min(2*smirnovSurvival(n, d), 1)
	case n <= 140, n <= 500 && t*math.Sqrt(d) <= 1.4:
		return clampProbability(1 - durbin(n, d))
	}
	return clampProbability(1 - pelzGood(n, d))
}

func clampProbability(p float64) float64 { return min(max(p, 0), 1) }

func logFactorial(n float64) float64 {
	log, _ := math.Lgamma(n + 1)
	return log
}

// smirnovTerms is the most terms of Smirnov's sum that are computed.
const smirnovTerms = 120

// smirnovSurvival returns P(Dₙ⁺ ≥ d), the one-sided probability, by Smirnov's sum of positive terms
//
//	d · Σⱼ C(n, j) · (d + j/n)^(j−1) · (1 − d − j/n)^(n−j),  0 ≤ j ≤ n(1−d)
//
// in logarithms, so that nothing underflows. For large n the terms are samples of one smooth bell that vanishes at both
// ends, so every step-th of them times step is the same sum (the trapezoidal rule converges geometrically there; the
// tests compare it with the whole sum).
func smirnovSurvival(n int, d float64) float64 {
	size := float64(n)
	last := math.Floor(size * (1 - d))
	step := max(1, math.Floor(last/smirnovTerms))
	whole := logFactorial(size)
	var sum float64
	for j := 0.0; j <= last; j += step {
		below, above := d+j/size, 1-d-j/size
		if above <= 0 {
			break // the last term: 0, or 1 in the power 0 which the closed form d ≥ 1 − 1/n has taken
		}
		log := whole - logFactorial(j) - logFactorial(size-j) + (j-1)*math.Log(below) + (size-j)*math.Log(above)
		sum += math.Exp(log + math.Log(d*step))
	}
	return sum
}

// durbin returns P(Dₙ < d) exactly: n!/nⁿ times the middle element of the n-th power of a matrix H of order 2k − 1, with
// k = ⌈n·d⌉ (J. Durbin 1973; G. Marsaglia, W. W. Tsang and J. Wang, Journal of Statistical Software 8(18), 2003). Only
// one element is wanted, so one row is multiplied n times instead of raising the matrix: order n·k² steps.
func durbin(n int, d float64) float64 {
	k := int(math.Ceil(float64(n) * d))
	h := float64(k) - float64(n)*d
	matrix := durbinMatrix(2*k-1, h)
	row, next := make([]float64, 2*k-1), make([]float64, 2*k-1)
	row[k-1] = 1
	var vectors gonum.Implementation // adds rows with vector instructions, in the same order
	for step := 1; step <= n; step++ {
		clear(next)
		for i, x := range row {
			x *= float64(step) / float64(n) // n!/nⁿ on the way, so that nothing overflows
			vectors.Daxpy(min(i+2, len(row)), x, matrix[i], 1, next, 1)
		}
		row, next = next, row
	}
	return row[k-1]
}

// durbinMatrix returns H: 1/(i−j+1)! on and below the superdiagonal, corrected in the first column and the last row.
func durbinMatrix(order int, h float64) [][]float64 {
	matrix := make([][]float64, order)
	powers := make([]float64, order+1) // h^i / i!
	factor := 1.0
	inverse := make([]float64, order+1) // 1 / i!
	for i := range powers {
		if i > 0 {
			factor /= float64(i)
		}
		inverse[i] = factor
		powers[i] = math.Pow(h, float64(i)) * factor
	}
	for i := range matrix {
		matrix[i] = make([]float64, order)
		for j := 0; j < order && j <= i+1; j++ {
			matrix[i][j] = inverse[i-j+1]
		}
	}
	for i := range matrix {
		matrix[i][0] -= powers[i+1]
		matrix[order-1][order-1-i] -= powers[i+1]
	}
	if corner := 2*h - 1; corner > 0 {
		matrix[order-1][0] += math.Pow(corner, float64(order)) * inverse[order]
	}
	return matrix
}

// pelzGood returns P(Dₙ < d) by the expansion K₀(z) + K₁(z)/√n + K₂(z)/n + K₃(z)/n^(3/2) in z = d√n, its sums turned
// by Jacobi's theta functions into quickly converging ones (W. Pelz and I. J. Good, JRSS B 38, 1976).
func pelzGood(n int, d float64) float64 {
	z := math.Sqrt(float64(n)) * d
	const (
		pi2 = math.Pi * math.Pi
		pi4 = pi2 * pi2
		pi6 = pi4 * pi2
	)
	z2 := z * z
	z3, z4, z6, z7, z8, z10 := z2*z, z2*z2, z2*z2*z2, z2*z2*z2*z, z2*z2*z2*z2, z2*z2*z2*z2*z2
	var k0, k1, k2, k3 float64
	for k := math.Ceil(16 * z / math.Pi); k >= 1; k-- { // smallest terms first
		odd := (2*k - 1) * (2*k - 1)
		q := math.Exp(-pi2 / 8 / z2 * odd)
		k0 += q
		k1 += q * (pi2/4*odd - z2)
		k2 += q * (6*z6 + 2*z4 + (2*z4-5*z2)*pi2/4*odd + pi4*(1-2*z2)/16*odd*odd)
		k3 += q * (-30*z6 - 90*z8 + pi2*(135*z4-96*z6)/4*odd + pi4*(212*z4-60*z2)/16*odd*odd +
			pi6*(5-30*z2)/64*odd*odd*odd)
	}
	k0 /= z
	k1 /= 6 * z4
	k2 /= 72 * z7
	k3 /= 6480 * z10
	for k := math.Ceil(16 * z / math.Pi); k >= 1; k-- {
		even := k * k * math.Exp(-pi2/2/z2*k*k)
		k2 -= even * pi2 / (36 * z3)
		k3 += even * (3*z2 - pi2*k*k) * pi2 / (216 * z6)
	}
	root := math.Sqrt(float64(n))
	sum := k3/(float64(n)*root) + k2/float64(n) + k1/root + k0
	return math.Sqrt(2*math.Pi) * sum
}

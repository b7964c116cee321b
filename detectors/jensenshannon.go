package detectors

import "math"

// JensenShannon returns the Jensen–Shannon distance between two aligned vectors of counts: the square root of the
// divergence with logarithms to base 2, so that it is a metric between 0 (equal shares) and 1 (no bin in common). It is
// symmetric, and 0 if a side is empty. (SciPy: distance.jensenshannon(p, q, base=2).)
func JensenShannon(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var sum float64
	for i := range ref {
		p, q := float64(ref[i])/m, float64(cur[i])/n
		if p == q {
			continue
		}
		// p·ln(p/μ) + q·ln(q/μ) with μ = (p+q)/2, written in d = (q−p)/(p+q): no digits are lost where p ≈ q.
		d := (q - p) / (p + q)
		sum += (p + q) / 2 * (xlog1p(1+d, d) + xlog1p(1-d, -d))
	}
	return math.Sqrt(min(max(sum, 0)/(2*math.Ln2), 1))
}

// xlog1p returns x·ln(1+y), and 0 for x = 0.
func xlog1p(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log1p(y)
}

// measureJensenShannon measures overBins, without a floor.
//
// For small shifts the divergence in nats is an eighth of PSI, so the distance that chance alone reaches is
// √(T / (8 ln 2)), with the T of psi. The χ² of T expects one of each bin; of bins of few rows, such as names that occur once,
// the distance expects more, which is added.
func measureJensenShannon(c *comparison, name string) Measurement {
	return c.overBins(name, JensenShannon, func(ref, cur []uint64) float64 {
		return math.Sqrt(c.perRow() * (c.chiSquaredQuantile(occupied(ref, cur)-1) + sparseExcess(ref, cur)) / (8 * math.Ln2))
	})
}

// fewRows is up to how many rows of both sides a bin is sparse.
const fewRows = 20

// sparseExcess returns by how much chance makes the squared distance greater than χ² expects, in χ²'s scale, over the sparse bins. Of
// the t rows of a bin a binomial number is the reference's, so what it adds to the distance is known exactly.
func sparseExcess(ref, cur []uint64) float64 {
	var bins [fewRows + 1]int
	for i := range ref {
		if t := ref[i] + cur[i]; t <= fewRows && t >= ref[i] {
			bins[t]++
		}
	}
	m, n := total(ref), total(cur)
	scale := 8 * math.Ln2 / (1/n + 1/m)
	var excess float64
	for t := 1; t <= fewRows; t++ {
		if bins[t] == 0 {
			continue
		}
		chance, expected := math.Pow(n/(n+m), float64(t)), 0.0 // that none of them is the reference's
		for k := 0; k <= t; k++ {
			p, q := float64(k)/m, float64(t-k)/n
			divergence := 0.0
			for _, share := range []float64{p, q} {
				if share > 0 {
					divergence += share / 2 * math.Log2(2*share/(p+q))
				}
			}
			expected += chance * divergence
			chance *= float64(t-k) / float64(k+1) * m / n
		}
		excess += float64(bins[t]) * max(expected*scale-1, 0)
	}
	return excess
}

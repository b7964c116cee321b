package multivariate

import "math"

// weightedChiSquared is the distribution of Σ λᵢ·χ²₁ with weights λᵢ > 0: what the squared length of a normal vector
// with covariance eigenvalues λ follows.
//
// Its upper tail is found by the saddlepoint of its cumulant generating function K(t) = −½ Σ ln(1 − 2λᵢt) (Kuonen 1999,
// Biometrika 86), in Barndorff-Nielsen's form. Its relative error is below a per cent for many weights of a size, and
// below a tenth for one or two, however far out: a match of moments fails there, and a permutation never gets there.
type weightedChiSquared struct {
	weights []float64
	largest float64
	mean    float64
}

// newWeightedChiSquared drops weights that are nothing beside the largest; false if none is left.
func newWeightedChiSquared(weights []float64) (weightedChiSquared, bool) {
	var d weightedChiSquared
	for _, w := range weights {
		d.largest = max(d.largest, w)
	}
	if !(d.largest > 0) {
		return d, false
	}
	for _, w := range weights {
		if w > 1e-12*d.largest {
			d.weights = append(d.weights, w)
			d.mean += w
		}
	}
	return d, true
}

// cumulants returns K(t) and its first two derivatives, t < 1/(2·largest).
func (d *weightedChiSquared) cumulants(t float64) (k, k1, k2 float64) {
	for _, w := range d.weights {
		u := w / (1 - 2*w*t)
		k -= 0.5 * math.Log1p(-2*w*t)
		k1 += u
		k2 += 2 * u * u
	}
	return k, k1, k2
}

// survivalAt returns P(X > x) for the x that has the saddlepoint t, and that x.
func (d *weightedChiSquared) survivalAt(t float64) (p, x float64) {
	k, x, k2 := d.cumulants(t)
	w := math.Copysign(math.Sqrt(max(0, 2*(t*x-k))), t)
	if math.Abs(w) < 1e-3 { // both below vanish at the mean: their limit
		var k3 float64
		for _, weight := range d.weights {
			u := weight / (1 - 2*weight*t)
			k3 += 8 * u * u * u
		}
		return normalSurvival(w + k3/(6*k2*math.Sqrt(k2))), x
	}
	v := t * math.Sqrt(k2)
	return normalSurvival(w + math.Log(v/w)/w), x
}

// survival returns P(X > x): 1 for x ≤ 0. It solves K'(t) = x by bisection, about 60 times the cost of a cumulant.
func (d *weightedChiSquared) survival(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	// K'(t) ≤ Σλ/(1−2·largest·t) above the mean, and ≥ largest/(1−2·largest·t): both bound the saddlepoint.
	low, high := (1-d.mean/x)/(2*d.largest), (1-d.largest/x)/(2*d.largest)
	if x < d.mean {
		low, high = -float64(len(d.weights))/(2*x), 0
	} else {
		low = max(low, 0)
	}
	for range 200 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		if _, k1, _ := d.cumulants(middle); k1 < x {
			low = middle
		} else {
			high = middle
		}
		if high-low <= 1e-12*math.Abs(high) {
			break
		}
	}
	p, _ := d.survivalAt(low + (high-low)/2)
	return p
}

// quantile returns the x that is exceeded with probability alpha, alpha up to a half: the saddlepoint is what is
// searched, so that no x has to be solved for on the way.
func (d *weightedChiSquared) quantile(alpha float64) float64 {
	low, high := -1/d.largest, 1/(2*d.largest)
	for range 60 {
		middle := low + (high-low)/2
		if p, _ := d.survivalAt(middle); p > alpha {
			low = middle
		} else {
			high = middle
		}
	}
	_, x := d.survivalAt(low)
	return x
}

// normalSurvival returns P(Z > z) of a standard normal variable, right down to 1e-300, where gonum's is a difference of
// nearly equal numbers.
func normalSurvival(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

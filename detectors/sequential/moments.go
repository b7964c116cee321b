package sequential

// mean is a running mean, in the order of arithmetic that river's detectors have.
type mean struct{ n, value float64 }

func (m *mean) add(x float64) {
	m.n++
	m.value += float64((1 / m.n) * (x - m.value))
}

// variance is a running mean with the sum of squared deviations from it (Welford 1962).
type variance struct {
	mean
	squares float64
}

func (v *variance) add(x float64) {
	before := v.value
	v.mean.add(x)
	v.squares += float64((x - before) * (x - v.value))
}

// sample returns the variance with n − 1 in its denominator; 0 for fewer than two values.
func (v *variance) sample() float64 {
	if v.n <= 1 {
		return 0
	}
	return v.squares / (v.n - 1)
}

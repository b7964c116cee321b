package detectors

import (
	"math"
	"testing"
)

// TestSpreadOfAnySize: the standard deviation of values near either end of float64 is that of the same values near 1.
func TestSpreadOfAnySize(t *testing.T) {
	values := []float64{-0.75, 0.25, 0.5, 0.625, 0.875}
	_, want, _ := sampleOf(values).meanStd()
	for _, exponent := range []int{-1060, -600, 0, 600, 1023} {
		scaled := make([]float64, len(values))
		for i, x := range values {
			scaled[i] = math.Ldexp(x, exponent)
		}
		mean, std, ok := sampleOf(scaled).meanStd()
		if got := math.Ldexp(std, -exponent); !ok || math.Abs(got-want) > want*1e-4 || math.Abs(math.Ldexp(mean, -exponent)-0.3) > 1e-4 {
			t.Errorf("at 2^%d: %v of mean %v (%t), want %v of 0.3", exponent, got, math.Ldexp(mean, -exponent), ok, want)
		}
	}
	if _, _, ok := sampleOf([]float64{-math.MaxFloat64, math.MaxFloat64}).meanStd(); ok {
		t.Error("a range beyond float64 has a spread")
	}
}

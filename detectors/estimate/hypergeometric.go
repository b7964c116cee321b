package estimate

import (
	"math"
	"slices"
)

// hypergeometric is how many of the drawn rows are positive, if so many are drawn at random from all.
type hypergeometric struct{ drawn, all, positives int }

// chances returns the probabilities of least, least+1, … positives among the drawn rows, without the outcomes that are too
// improbable to count: outwards from the mode each is a multiple of the one before.
func (h hypergeometric) chances() (least int, chances []float64) {
	lowest, highest := max(0, h.drawn+h.positives-h.all), min(h.drawn, h.positives)
	n, k, others := float64(h.drawn), float64(h.positives), float64(h.all-h.positives)
	mode := min(max(int((n+1)*(k+1)/(k+others+2)), lowest), highest)
	var below, above []float64
	for x, p := mode, 1.0; x > lowest; x-- {
		if p *= float64(x) * (others - n + float64(x)) / ((k - float64(x) + 1) * (n - float64(x) + 1)); p < negligible {
			break
		}
		below = append(below, p)
	}
	for x, p := mode, 1.0; x < highest; x++ {
		if p *= (k - float64(x)) * (n - float64(x)) / ((float64(x) + 1) * (others - n + float64(x) + 1)); p < negligible {
			break
		}
		above = append(above, p)
	}
	slices.Reverse(below)
	chances = append(append(below, 1), above...)
	sum := 0.0
	for _, p := range chances {
		sum += p
	}
	for i := range chances {
		chances[i] /= sum
	}
	return mode - len(below), chances
}

// negligible is a probability, relative to the most probable outcome's, that changes no digit of an expectation.
const negligible = 1e-18

// meanDistance is the expected distance of x from the sum of both draws' positives.
func meanDistance(x float64, a, b hypergeometric) float64 {
	leastOfA, ofA := a.chances()
	leastOfB, ofB := b.chances()
	sum := 0.0
	for i, p := range ofA {
		for j, q := range ofB {
			sum += p * q * math.Abs(x-float64(leastOfA+i)-float64(leastOfB+j))
		}
	}
	return sum
}

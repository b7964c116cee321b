package sequential

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// kswin keeps the newest windowSize values and, once it has them, tests at every value whether the last statSize of
// them and as many drawn from those before come from one distribution: the two-sample Kolmogorov–Smirnov test with its
// exact p-value. It alarms if p ≤ α and D > 0.1. With windowSize = 2·statSize nothing is left to chance and the alarms
// are river's; otherwise the draw is ours (PCG, seeded anew at each reset, so equal streams give equal alarms) and
// river's differs.
//
// D is a count over statSize, and p falls as D rises, so the least count that alarms is found once and an update only sorts:
// O(statSize·log statSize). Source: C. Raab, M. Heusinger and F.-M. Schleif, Reactive soft prototype computing for concept
// drift streams, Neurocomputing 2020; D > 0.1 is river's own.
type kswin struct {
	alpha                      float64
	windowSize, statSize, seed int

	window        ring
	critical      int   // least gap of the distribution functions that alarms, in counts; above statSize if none does
	order         []int // positions to draw from
	older, recent []float64
	random        *rand.Rand
	detected      bool
}

func (d *kswin) parameters() []parameter {
	return []parameter{
		{name: "alpha", meaning: "p-value that alarms", field: &d.alpha, allowed: share},
		{name: "window_size", meaning: "values that are kept", field: &d.windowSize, allowed: windowLength},
		{name: "stat_size", meaning: "values on either side of the test; at most half the window", field: &d.statSize, allowed: windowLength},
		{name: "seed", meaning: "what the random draw starts from", field: &d.seed, allowed: countFrom0},
	}
}

func (d *kswin) check() error {
	if d.windowSize < 2*d.statSize {
		return fmt.Errorf("window_size: %d is too few: use twice stat_size, %d, or more", d.windowSize, 2*d.statSize)
	}
	return nil
}

func (d *kswin) reset() {
	if d.order == nil {
		d.window = newRing(d.windowSize)
		d.order = make([]int, d.windowSize-d.statSize)
		d.older, d.recent = make([]float64, d.statSize), make([]float64, d.statSize)
		d.critical = criticalGap(d.statSize, d.alpha)
	}
	for i := range d.order {
		d.order[i] = i
	}
	d.window.clear()
	d.random = rand.New(rand.NewPCG(uint64(d.seed), 0)) // #nosec G404 -- a subsample, no secret
	d.detected = false
}

func (d *kswin) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	d.window.push(x)
	if !d.window.full() {
		return signal{}
	}
	if len(d.order) > d.statSize {
		d.draw()
	}
	for i := range d.statSize {
		d.older[i] = d.window.at(d.order[i])
		d.recent[i] = d.window.at(d.windowSize - d.statSize + i)
	}
	slices.Sort(d.older)
	slices.Sort(d.recent)
	d.detected = widestGap(d.older, d.recent) >= d.critical
	return signal{alarm: d.detected}
}

// draw puts a random choice of positions first.
func (d *kswin) draw() {
	for i := range d.statSize {
		j := i + d.random.IntN(len(d.order)-i)
		d.order[i], d.order[j] = d.order[j], d.order[i]
	}
}

// widestGap returns the largest difference of the numbers of values ≤ v, over all v, of two sorted slices of one length.
func widestGap(a, b []float64) (gap int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		v := min(a[i], b[j])
		for i < len(a) && a[i] <= v {
			i++
		}
		for j < len(b) && b[j] <= v {
			j++
		}
		gap = max(gap, i-j, j-i)
	}
	return gap
}

// criticalGap returns the least gap whose p-value is at most alpha and that is more than a tenth of n; n+1 if there is none.
func criticalGap(n int, alpha float64) int {
	low, high := 1, n+1
	for low < high {
		if middle := (low + high) / 2; gapProbability(n, middle) <= alpha && float64(middle)/float64(n) > 0.1 {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// gapProbability returns the probability that two samples of n values from one continuous distribution have a gap of h
// or more, h ≥ 1: 2·Σₖ (−1)^(k−1)·C(2n, n − kh) / C(2n, n), k = 1 … n/h (B. V. Gnedenko and V. S. Korolyuk 1951),
// summed from its end by Horner's rule. It is exact up to rounding and is SciPy's ks_2samp(method="exact"). O(n).
func gapProbability(n, h int) float64 {
	sum := 0.0
	for k := n / h; k >= 1; k-- {
		ratio := 1.0 // of the k-th binomial coefficient to the one before
		for j := range h {
			below := (k-1)*h + j
			ratio *= float64(n-below) / float64(n+below+1)
		}
		sum = float64(ratio * (1 - sum))
	}
	return min(2*sum, 1)
}

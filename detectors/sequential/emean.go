package sequential

import (
	"errors"
	"fmt"
	"math"
)

// eMean is the e-detector for the mean of bounded values: it alarms when the evidence that the mean is beyond mean +
// tolerance (below mean − tolerance, downwards) reaches arl, and as long as it is not, alarms are at least arl values
// apart on average, whatever the distribution (wager.go). Needed is only that each value's mean, given the past, is
// within the tolerance; values that are alike in time break that, and block makes one bet on the mean of so many values
// instead.
//
// Without a mean it learns one from the first values (reference of them), and bets only against means beyond what these
// admit with the given confidence. The promise then holds with that confidence; after an alarm a new mean is learned,
// so that a lasting change alarms once. With a given mean it alarms again and again while the change lasts.
type eMean struct {
	arl                                 float64
	mean                                *float64
	reference, block                    int
	confidence, tolerance, lower, upper float64
	mode                                string

	known           bool
	learned         mean
	rises, falls    wager
	highest, lowest float64 // what the mean of x, and of 1 − x, is claimed not to exceed; x scaled to [0, 1]
	sum             float64 // of the block
	count           int
	detected        bool
}

func (d *eMean) parameters() []parameter {
	return []parameter{
		{name: "arl", meaning: "least average number of values between false alarms", field: &d.arl, allowed: span{low: 1, high: 1e15}},
		{name: "mean", meaning: "the mean without drift; none by default: learned", field: &d.mean, allowed: anyNumber},
		{name: "reference", meaning: "values to learn the mean from", field: &d.reference, allowed: countFrom1},
		{name: "confidence", meaning: "how sure the learned mean's margin is", field: &d.confidence, allowed: properShare},
		{name: "tolerance", meaning: "distance from the mean that does not matter, in the unit of the values", field: &d.tolerance, allowed: zeroOrMore},
		{name: "lower", meaning: "least possible value", field: &d.lower, allowed: anyNumber},
		{name: "upper", meaning: "greatest possible value", field: &d.upper, allowed: anyNumber},
		{name: "mode", meaning: "the direction that is watched", field: &d.mode, words: modes},
		{name: "block", meaning: "values that make one bet: as many as are alike in time", field: &d.block, allowed: countFrom1},
	}
}

func (d *eMean) check() error {
	width := d.upper - d.lower
	if !(width > 0) || math.IsInf(width, 0) {
		return fmt.Errorf("upper: %v is not above lower, %v, by a finite width", d.upper, d.lower)
	}
	if d.arl < float64(d.block) {
		return errors.New("arl: less than one block: no bet could be made")
	}
	if d.mean == nil {
		return nil
	}
	if *d.mean < d.lower || *d.mean > d.upper {
		return fmt.Errorf("mean: %v is outside [lower, upper], [%v, %v]", *d.mean, d.lower, d.upper)
	}
	d.claim(d.scaled(*d.mean))
	if d.mode != "down" && winnable(d.highest) || d.mode != "up" && winnable(d.lowest) {
		return nil
	}
	return fmt.Errorf("tolerance: %v around the mean %v: no value beyond is in [lower, upper], or the claim is 0: nothing could alarm", d.tolerance, *d.mean)
}

// winnable tells whether a claim on a mean is one that values in [0, 1] could contradict.
func winnable(claim float64) bool { return claim > 0 && claim < 1 }

func (d *eMean) domain() (low, high float64) { return d.lower, d.upper }

func (d *eMean) learning() bool { return !d.known }

func (d *eMean) scaled(x float64) float64 { return (x - d.lower) / (d.upper - d.lower) }

func (d *eMean) reset() {
	d.known, d.learned = d.mean != nil, mean{}
	if d.known {
		d.claim(d.scaled(*d.mean))
	}
	d.rises, d.falls, d.sum, d.count, d.detected = wager{}, wager{}, 0, 0, false
}

// claim sets what is bet against, for a mean in [0, 1].
func (d *eMean) claim(level float64) {
	tolerance := d.tolerance / (d.upper - d.lower)
	d.highest, d.lowest = level+tolerance, 1-level+tolerance
}

// learn takes a value of the reference.
func (d *eMean) learn(x float64) {
	if d.learned.add(x); d.learned.n < float64(d.reference) {
		return
	}
	d.known = true
	d.claim(d.learned.value)
	confidence := d.confidence
	if d.mode == "both" {
		confidence = (1 + confidence) / 2 // what may go wrong is halved
	}
	d.highest += meanAbove(d.learned.value, d.learned.n, confidence) - d.learned.value
	d.lowest += meanAbove(1-d.learned.value, d.learned.n, confidence) - (1 - d.learned.value)
}

func (d *eMean) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	x = min(max(d.scaled(x), 0), 1)
	if !d.known {
		d.learn(x)
		return signal{}
	}
	d.sum += x
	if d.count++; d.count == d.block {
		x = d.sum / float64(d.block)
		d.sum, d.count = 0, 0
		d.detected = d.evidence(x)*float64(d.block) >= d.arl
	}
	return signal{alarm: d.detected}
}

// evidence bets on the next value and returns what the e-detector has. In both directions it is the mean of two.
func (d *eMean) evidence(x float64) (sum float64) {
	if d.mode != "down" && winnable(d.highest) {
		sum += d.rises.bet(x / d.highest)
	}
	if d.mode != "up" && winnable(d.lowest) {
		sum += d.falls.bet((1 - x) / d.lowest)
	}
	if d.mode == "both" {
		sum /= 2
	}
	return sum
}

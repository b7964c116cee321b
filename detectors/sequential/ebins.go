package sequential

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// eBins is the e-detector for a whole distribution: it counts values in bins, and bets that their shares are more than
// tolerance away from the reference's in total variation, that is that some set of bins has a share more than tolerance
// above its own. As long as none has, alarms are at least arl values apart on average. The set is chosen from the
// values before: the bins that came more often than they should (by more than a standard error) among about the last
// memory values, so the bet on the next value is fair (wager.go): r = 1/(share of the set + tolerance) if the value
// falls into it, else 0.
//
// A likelihood ratio over the bins, the usual multinomial e-process, loses its promise once there are many more values
// than the reference had, because small errors of the reference's shares add up; and divided by what the tolerance
// could make of it, it loses most of its power.
//
// Without cuts the bins are quantiles of the first fifth of the reference, heavy values in bins of their own; without
// shares they are counted in the rest, or in the whole if cuts are given, and the tolerance grows by what these counts
// may be off with the given confidence. The promise then holds with that confidence, for independent values. After an
// alarm what was learned is learned anew.
type eBins struct {
	arl                     float64
	bins, reference, memory int
	confidence, tolerance   float64
	cuts, shares            []float64 // as given
	edges, expected         []float64 // in force
	sample                  []float64 // of the reference, for the cuts
	seen                    int       // values of the reference
	slack                   float64   // tolerance, and the margin of what was learned
	counts                  []float64
	total                   float64
	evidence                wager
	detected                bool
}

func (d *eBins) parameters() []parameter {
	return []parameter{
		{name: "arl", meaning: "least average number of values between false alarms", field: &d.arl, allowed: span{low: 1, high: 1e15}},
		{name: "bins", meaning: "bins, of equal shares in the reference", field: &d.bins, allowed: span{low: 2, high: 1000}},
		{name: "reference", meaning: "values to learn bins and shares from", field: &d.reference, allowed: windowLength},
		{name: "confidence", meaning: "how sure the learned shares' margin is", field: &d.confidence, allowed: properShare},
		{name: "tolerance", meaning: "total variation distance that does not matter", field: &d.tolerance, allowed: share},
		{name: "memory", meaning: "values that the choice of the bet looks back on, about", field: &d.memory, allowed: countFrom1},
		{name: "cuts", meaning: "bounds between bins, rising, with commas; none by default: learned", field: &d.cuts, allowed: anyNumber},
		{name: "shares", meaning: "shares of the bins without drift, one more than cuts; none by default: learned", field: &d.shares, allowed: share},
	}
}

func (d *eBins) check() error {
	if d.shares != nil {
		sum := 0.0
		for _, s := range d.shares {
			sum += s
		}
		switch {
		case len(d.shares) != len(d.cuts)+1:
			return fmt.Errorf("shares: %d for %d cuts: want %d, one for each bin", len(d.shares), len(d.cuts), len(d.cuts)+1)
		case math.Abs(sum-1) > 1e-6:
			return fmt.Errorf("shares: their sum is %v, want 1", sum)
		}
	}
	for i := 1; i < len(d.cuts); i++ {
		if d.cuts[i] <= d.cuts[i-1] {
			return fmt.Errorf("cuts: %v after %v: they must rise", d.cuts[i], d.cuts[i-1])
		}
	}
	if d.shares == nil && d.reference < 10*d.bins {
		return fmt.Errorf("reference: %d is too few: use 10 a bin, %d, or more", d.reference, 10*d.bins)
	}
	if d.tolerance >= 1 {
		return errors.New("tolerance: no distance is more than 1: nothing could alarm")
	}
	return nil
}

func (d *eBins) learning() bool { return d.expected == nil }

func (d *eBins) reset() {
	d.edges, d.expected, d.sample, d.seen, d.slack = d.cuts, d.shares, nil, 0, d.tolerance
	d.evidence, d.detected = wager{}, false
	if d.cuts != nil {
		d.start()
	}
}

// start empties the counts once the bins are known.
func (d *eBins) start() { d.counts, d.total = make([]float64, len(d.edges)+1), 0 }

// bin returns the bin of a value: the number of cuts that are not above it.
func (d *eBins) bin(x float64) int {
	i, found := slices.BinarySearch(d.edges, x)
	if found {
		i++
	}
	return i
}

// learn takes a value of the reference.
func (d *eBins) learn(x float64) {
	d.seen++
	if d.counts == nil || d.edges == nil {
		if d.sample = append(d.sample, x); d.seen == max(d.reference/5, 1) {
			d.edges = quantileCuts(d.sample, d.bins)
			d.sample = nil
			d.start()
		}
		return
	}
	d.counts[d.bin(x)]++
	d.total++
	if d.seen < d.reference {
		return
	}
	d.expected = make([]float64, len(d.counts))
	for i, n := range d.counts {
		d.expected[i] = n / d.total
	}
	d.slack += distanceAbove(len(d.counts), int(d.total), d.confidence)
	d.start()
}

func (d *eBins) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	if d.learning() {
		d.learn(x)
		return signal{}
	}
	bin := d.bin(x)
	if share, hit := d.chosen(bin); share+d.slack < 1 && share >= 0 {
		ratio := 0.0
		if hit {
			ratio = 1 / (share + d.slack)
		}
		d.detected = d.evidence.bet(ratio) >= d.arl
	}
	left := 1 - 1/float64(d.memory)
	for i := range d.counts {
		d.counts[i] *= left
	}
	d.counts[bin]++
	d.total = float64(d.total*left) + 1
	return signal{alarm: d.detected}
}

// chosen returns the share that the reference gives to the bins that come too often, −1 if there are none, and whether
// the given bin is one of them.
func (d *eBins) chosen(bin int) (share float64, hit bool) {
	none := true
	for i, n := range d.counts {
		usual := d.total * d.expected[i]
		if excess := n - usual; excess > 0 && excess*excess > usual {
			share += d.expected[i]
			none = false
			hit = hit || i == bin
		}
	}
	if none {
		return -1, false
	}
	return share, hit
}

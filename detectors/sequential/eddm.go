package sequential

import (
	"fmt"
	"math"
)

// eddm is the early drift detection method: it looks at the distance between errors, its mean p and its standard deviation s
// (ddof 1), and compares p + 2s with its maximum, at errors only, after more than warmStart of them:
//
//	level = (p + 2s) / max(p + 2s);  alarm if level < β, warning if level < α
//
// Only the value 1 is an error. A warning lasts until an error lifts it; a new maximum leaves it as it is. The maximum
// is sought from the value warmStart + 1 on. It alarms often where nothing changes (docs/detectors.md). Source: M.
// Baena-García et al., Early drift detection method, IWKDDS 2006.
type eddm struct {
	warmStart   int
	alpha, beta float64

	distances       variance
	n, last         float64 // values, and the number of the last error among them
	greatest        float64
	warns, detected bool
}

func (d *eddm) parameters() []parameter {
	return []parameter{
		{name: "warm_start", meaning: "errors before the first comparison", field: &d.warmStart, allowed: countFrom0},
		{name: "alpha", meaning: "share of the maximum below which it warns", field: &d.alpha, allowed: share},
		{name: "beta", meaning: "share of the maximum below which it alarms", field: &d.beta, allowed: share},
	}
}

func (d *eddm) check() error {
	if d.alpha < d.beta {
		return fmt.Errorf("alpha: %v is less than beta, %v: it must warn before it alarms", d.alpha, d.beta)
	}
	return nil
}

func (d *eddm) reset() {
	d.distances, d.n, d.last, d.greatest = variance{}, 0, 0, -1
	d.warns, d.detected = false, false
}

func (d *eddm) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	if d.n++; x == 1 {
		d.distances.add(d.n - d.last)
		d.last = d.n
		d.compare()
	}
	return signal{alarm: d.detected, warning: d.warns}
}

func (d *eddm) compare() {
	if d.n <= float64(d.warmStart) {
		return
	}
	reach := d.distances.value + float64(2*math.Sqrt(d.distances.sample()))
	if reach > d.greatest {
		d.greatest = reach
		return
	}
	if d.distances.n <= float64(d.warmStart) {
		return
	}
	level := reach / d.greatest
	if d.detected = level < d.beta; !d.detected {
		d.warns = level < d.alpha
	}
}

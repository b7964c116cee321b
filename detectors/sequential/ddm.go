package sequential

import "math"

// ddm is the drift detection method: the error rate p with its standard deviation s = √(p(1−p)/n), and the pair at which
// p + s was least, are compared after more than warmStart values:
//
//	warning if p + s > p_min + w·s_min,  alarm if p + s > p_min + d·s_min
//
// A value that alarms does not warn. Source: J. Gama, P. Medas, G. Castillo and P. Rodrigues, Learning with drift
// detection, SBIA 2004.
type ddm struct {
	warmStart                        int
	warningThreshold, driftThreshold float64

	rate            mean
	least, spread   float64 // p_min and s_min
	warns, detected bool
}

func (d *ddm) parameters() []parameter {
	return []parameter{
		{name: "warm_start", meaning: "values before the first comparison", field: &d.warmStart, allowed: countFrom0},
		{name: "warning_threshold", meaning: "standard deviations above the minimum that warn", field: &d.warningThreshold, allowed: anyNumber},
		{name: "drift_threshold", meaning: "standard deviations above the minimum that alarm", field: &d.driftThreshold, allowed: anyNumber},
	}
}

func (d *ddm) domain() (low, high float64) { return 0, 1 }

func (d *ddm) reset() {
	d.rate = mean{}
	d.least, d.spread = math.Inf(1), 0
	d.warns, d.detected = false, false
}

func (d *ddm) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	d.rate.add(x)
	p := d.rate.value
	s := math.Sqrt(p * (1 - p) / d.rate.n)
	if d.rate.n > float64(d.warmStart) {
		if p+s <= d.least+d.spread {
			d.least, d.spread = p, s
		}
		d.detected = p+s > d.least+float64(d.driftThreshold*d.spread)
		d.warns = !d.detected && p+s > d.least+float64(d.warningThreshold*d.spread)
	}
	return signal{alarm: d.detected, warning: d.warns}
}

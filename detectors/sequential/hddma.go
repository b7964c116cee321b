package sequential

import "math"

// hddmA compares the mean z of all n values with the best mean x so far, that of the first n_x, by Hoeffding's inequality:
//
//	alarm if z − x ≥ √((n − n_x)/(n_x·n)/2·ln(2/α))
//
// The best mean is the one with the least upper bound x + √(ln(1/α)/(2·n_x)). With twoSided a fall below the mean with the
// greatest lower bound alarms too. The bound supposes values in [0, 1]; others are compared all the same, as in river.
// Source: I. Frías-Blanco et al., Online and non-parametric drift detection methods based on Hoeffding's bounds, IEEE
// TKDE 27(3), 2014; ln(2/α) instead of its ln(1/α) is MOA's and river's.
type hddmA struct {
	driftConfidence, warningConfidence float64
	twoSided                           bool

	all, lowest, highest mean
	logDrift             float64 // ln(1/driftConfidence)
	now                  signal
}

func (d *hddmA) parameters() []parameter {
	return []parameter{
		{name: "drift_confidence", meaning: "chance of a false alarm at one look", field: &d.driftConfidence, allowed: chance},
		{name: "warning_confidence", meaning: "chance of a false warning at one look", field: &d.warningConfidence, allowed: chance},
		{name: "two_sided_test", meaning: "watch for falls too", field: &d.twoSided},
	}
}

func (d *hddmA) reset() {
	d.all, d.lowest, d.highest, d.now = mean{}, mean{}, mean{}, signal{}
	d.logDrift = math.Log(1 / d.driftConfidence)
}

func (d *hddmA) update(x float64) signal {
	if d.now.alarm {
		d.reset()
	}
	d.all.add(x)
	if d.all.n == 1 {
		d.lowest, d.highest = d.all, d.all
	}
	d.keepBest()
	d.now = signal{alarm: d.rose(d.driftConfidence)}
	d.now.warning = !d.now.alarm && d.rose(d.warningConfidence)
	if d.twoSided {
		if d.fell(d.driftConfidence) {
			d.now.alarm = true
		} else if d.fell(d.warningConfidence) {
			d.now.warning = true
		}
	}
	return d.now
}

func (d *hddmA) keepBest() {
	margin := d.margin(d.all.n)
	if d.lowest.value+d.margin(d.lowest.n) >= d.all.value+margin {
		d.lowest = d.all
	}
	if d.highest.value-d.margin(d.highest.n) <= d.all.value-margin {
		d.highest = d.all
	}
}

func (d *hddmA) margin(n float64) float64 { return math.Sqrt(1 / (2 * n) * d.logDrift) }

func (d *hddmA) rose(confidence float64) bool {
	return d.lowest.n < d.all.n && d.all.value-d.lowest.value >= d.gap(d.lowest.n, confidence)
}

func (d *hddmA) fell(confidence float64) bool {
	return d.highest.n < d.all.n && d.highest.value-d.all.value >= d.gap(d.highest.n, confidence)
}

// gap is how far the mean of the first n values and that of all may be apart by chance.
func (d *hddmA) gap(n, confidence float64) float64 {
	m := (d.all.n - n) / n * (1 / d.all.n)
	return math.Sqrt(m / 2 * math.Log(2/confidence))
}

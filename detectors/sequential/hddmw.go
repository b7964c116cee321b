package sequential

import "math"

// hddmW does what hddmA does with exponentially weighted means, so that it forgets, by McDiarmid's inequality. The
// values up to the one where ewma + √(ibc·ln(1/α)/2) was least are one sample, those since then the other; it alarms if
// the second ewma is above the first by more than √((ibc₁ + ibc₂)·ln(1/α)/2). An ibc, the sum of the squared weights,
// starts at 1 and becomes λ² + (1−λ)²·ibc with every value. With twoSided falls alarm too. Values are meant to be in
// [0, 1]. Source: I. Frías-Blanco et al., IEEE TKDE 27(3), 2014.
type hddmW struct {
	driftConfidence, warningConfidence, lambda float64
	twoSided                                   bool

	all                   weighted
	beforeUp, sinceUp     weighted
	beforeDown, sinceDown weighted
	least, greatest       float64 // the bounds at the two cuts
	logDrift, logWarning  float64
	now                   signal
}

// weighted is an exponentially weighted mean.
type weighted struct {
	value, squares float64
	seen           bool
}

func (w *weighted) add(x, lambda float64) {
	if w.seen {
		w.value = float64(lambda*x) + float64((1-lambda)*w.value)
	} else {
		w.value, w.seen = x, true
	}
	w.squares = float64(lambda*lambda) + float64((1-lambda)*(1-lambda)*w.squares)
}

func (d *hddmW) parameters() []parameter {
	return []parameter{
		{name: "drift_confidence", meaning: "chance of a false alarm at one look", field: &d.driftConfidence, allowed: chance},
		{name: "warning_confidence", meaning: "chance of a false warning at one look", field: &d.warningConfidence, allowed: chance},
		{name: "lambda_val", aliases: []string{"lambda_"}, meaning: "weight of the newest value", field: &d.lambda, allowed: share},
		{name: "two_sided_test", meaning: "watch for falls too", field: &d.twoSided},
	}
}

func (d *hddmW) reset() {
	nothing := weighted{squares: 1}
	d.all, d.beforeUp, d.sinceUp, d.beforeDown, d.sinceDown = nothing, nothing, nothing, nothing, nothing
	d.least, d.greatest, d.now = math.Inf(1), math.Inf(-1), signal{}
	d.logDrift, d.logWarning = math.Log(1/d.driftConfidence), math.Log(1/d.warningConfidence)
}

func (d *hddmW) update(x float64) signal {
	if d.now.alarm {
		d.reset()
	}
	d.all.add(x, d.lambda)
	d.split(x)
	d.now = signal{alarm: apart(&d.beforeUp, &d.sinceUp, d.logDrift)}
	d.now.warning = !d.now.alarm && apart(&d.beforeUp, &d.sinceUp, d.logWarning)
	if d.twoSided {
		if apart(&d.sinceDown, &d.beforeDown, d.logDrift) {
			d.now.alarm = true
		} else if apart(&d.sinceDown, &d.beforeDown, d.logWarning) {
			d.now.warning = true
		}
	}
	return d.now
}

// split moves the cuts, or adds the value to what came since.
func (d *hddmW) split(x float64) {
	margin := mcDiarmid(d.all.squares, d.logDrift)
	if bound := d.all.value + margin; bound < d.least {
		d.least, d.beforeUp, d.sinceUp = bound, d.all, weighted{squares: 1}
	} else {
		d.sinceUp.add(x, d.lambda)
	}
	if bound := d.all.value - margin; bound > d.greatest {
		d.greatest, d.beforeDown, d.sinceDown = bound, d.all, weighted{squares: 1}
	} else {
		d.sinceDown.add(x, d.lambda)
	}
}

// apart tells whether the second mean is above the first by more than chance.
func apart(low, high *weighted, log float64) bool {
	return low.seen && high.seen && high.value-low.value > mcDiarmid(low.squares+high.squares, log)
}

func mcDiarmid(squares, log float64) float64 { return math.Sqrt(squares * log / 2) }

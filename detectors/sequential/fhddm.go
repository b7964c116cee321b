package sequential

import (
	"fmt"
	"math"
)

// fhddm compares the mean u of the newest windowSize values with the greatest it has been:
//
//	alarm if max u − u > √(ln(1/confidence)/(2·windowSize))
//
// It alarms when the mean falls: its paper watches successes. river's own text says errors, and so a rising error rate
// goes unseen there as here until it falls again. With shortWindow the newest values of that window are compared in the
// same way beside the long one (stacking). An update costs a step for each value of the short window. Source: A.
// Pesaranghader and H. L. Viktor, Fast Hoeffding drift detection method for evolving data streams, ECML-PKDD 2016.
type fhddm struct {
	windowSize  int
	confidence  float64
	shortWindow *int

	window                  ring
	sum                     float64
	greatest, greatestShort float64
	limit, limitShort       float64
	detected                bool
}

func (d *fhddm) parameters() []parameter {
	return []parameter{
		{name: "sliding_window_size", meaning: "values in the window", field: &d.windowSize, allowed: windowLength},
		{name: "confidence_level", meaning: "chance of a false alarm at one look", field: &d.confidence, allowed: chance},
		{name: "short_window_size", meaning: "values in a second, shorter window; none by default", field: &d.shortWindow, allowed: windowLength},
	}
}

func (d *fhddm) check() error {
	if d.shortWindow != nil && *d.shortWindow > d.windowSize {
		return fmt.Errorf("short_window_size: %d is more than sliding_window_size, %d", *d.shortWindow, d.windowSize)
	}
	return nil
}

func (d *fhddm) reset() {
	if cap(d.window.values) == 0 {
		d.window = newRing(d.windowSize)
		d.limit = d.hoeffding(d.windowSize)
		if d.shortWindow != nil {
			d.limitShort = d.hoeffding(*d.shortWindow)
		}
	}
	d.window.clear()
	d.sum, d.greatest, d.greatestShort, d.detected = 0, 0, 0, false
}

func (d *fhddm) hoeffding(n int) float64 {
	return math.Sqrt(math.Log(1/d.confidence) / float64(2*n))
}

func (d *fhddm) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	if d.window.full() {
		d.sum -= d.window.at(0) // before x comes, as river leaves it after the update before
	}
	d.window.push(x)
	d.sum += x
	if d.window.full() {
		u := d.sum / float64(d.windowSize)
		d.greatest = max(d.greatest, u)
		d.detected = d.greatest-u > d.limit
		d.compareShort()
	}
	return signal{alarm: d.detected}
}

func (d *fhddm) compareShort() {
	if d.shortWindow == nil {
		return
	}
	sum := 0.0
	for i := d.windowSize - *d.shortWindow; i < d.windowSize; i++ {
		sum += d.window.at(i)
	}
	u := sum / float64(*d.shortWindow)
	d.greatestShort = max(d.greatestShort, u)
	d.detected = d.detected || d.greatestShort-u > d.limitShort
}

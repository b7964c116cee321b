package performance

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Delays counts how long labels came after their predictions. The zero value is empty.
type Delays struct {
	histogram histogram // milliseconds
}

// Observe counts a delay; a label stamped before its prediction counts as no delay.
func (d *Delays) Observe(delay time.Duration) {
	d.histogram.observe(float64(delay.Milliseconds()))
}

// N returns how many delays were counted.
func (d *Delays) N() uint64 { return d.histogram.n }

// Merge adds all that o holds.
func (d *Delays) Merge(o *Delays) { d.histogram.merge(&o.histogram) }

// Quantile estimates the q-quantile within 0.8 %, in whole milliseconds, rounded up; false if there are no delays. The
// 0.9-quantile is the default label horizon.
func (d *Delays) Quantile(q float64) (time.Duration, bool) {
	ms, ok := d.histogram.quantile(q)
	if !ok {
		return 0, false
	}
	const longest = math.MaxInt64 / int64(time.Millisecond)
	if ms >= float64(longest) {
		return time.Duration(math.MaxInt64), true
	}
	return time.Duration(math.Ceil(ms)) * time.Millisecond, true
}

// Measurements returns label_delay_p50 in seconds, nothing without delays.
func (d *Delays) Measurements() []detectors.Measurement {
	ms, ok := d.histogram.quantile(0.5)
	if !ok {
		return nil
	}
	return []detectors.Measurement{{Name: "label_delay_p50", Value: ms / 1000, N: d.N(), Status: detectors.OK}}
}

// AppendBinary appends the delays.
func (d *Delays) AppendBinary(b []byte) []byte { return d.histogram.appendBinary(b) }

// ReadDelays reads what Delays.AppendBinary wrote.
func ReadDelays(r *profile.Reader) (Delays, error) {
	h, err := readHistogram(r)
	return Delays{histogram: h}, err
}

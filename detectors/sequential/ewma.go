package sequential

import (
	"fmt"
	"math"
)

// ewma is a control chart of the moving average z = λ·x + (1−λ)·z, against the mean p of all values so far:
//
//	alarm if z − p > L·σ_z,  warning if z − p > w·L·σ_z,  σ_z² = σ²·λ/(2−λ)·(1 − (1−λ)^(2n))
//
// Without controlLimit it is ECDD, for errors: σ² = p(1−p), z starts at 0, and L is a polynomial in p that was fitted
// so that false alarms are averageRunLength values apart (λ = 0.2, p up to about ½); this is Frouros 0.9.0's ECDDWT,
// whose names lambda_ and min_num_instances are understood. With controlLimit L is that number, σ² the variance of the
// values so far (ddof 1) and z starts at the first value: a chart for any numbers. Downwards it is the same of −x.
//
// Sources: S. W. Roberts, Control chart tests based on geometric moving averages, Technometrics 1(3), 1959; G. J. Ross
// et al., Exponentially weighted moving average charts for detecting concept drift, Pattern Recognition Letters 33(2),
// 2012.
type ewma struct {
	lambda, warningLevel           float64
	averageRunLength, minInstances int
	controlLimit                   *float64
	mode                           string

	n, mean, squares, z float64
	now                 signal
}

// runLengths are the coefficients of L by the run length: of 1, p, p³, p⁵ and p⁷ (Ross et al., table 1).
var runLengths = map[int][5]float64{
	100:  {2.76, -6.23, 18.12, -312.45, 1002.18},
	400:  {3.97, -6.56, 48.73, -330.13, 848.18},
	1000: {1.17, 7.56, -21.24, 112.12, -987.23},
}

func (d *ewma) parameters() []parameter {
	return []parameter{
		{name: "lambda_val", aliases: []string{"lambda_"}, meaning: "weight of the newest value", field: &d.lambda, allowed: share},
		{name: "average_run_length", meaning: "values between false alarms: 100, 400 or 1000; not used with control_limit", field: &d.averageRunLength, allowed: countFrom1},
		{name: "warning_level", meaning: "share of the limit that warns", field: &d.warningLevel, allowed: share},
		{name: "min_instances", aliases: []string{"min_num_instances"}, meaning: "values before the first alarm", field: &d.minInstances, allowed: countFrom0},
		{name: "control_limit", meaning: "standard deviations of the average that alarm, such as 3; none by default: the limit for errors by average_run_length", field: &d.controlLimit, allowed: aboveZero},
		{name: "mode", meaning: "the direction that is watched", field: &d.mode, words: modes},
	}
}

func (d *ewma) check() error {
	if _, ok := runLengths[d.averageRunLength]; !ok {
		return fmt.Errorf("average_run_length: %d is none of 100, 400, 1000: for others give control_limit", d.averageRunLength)
	}
	return nil
}

func (d *ewma) domain() (low, high float64) {
	if d.controlLimit != nil {
		return math.Inf(-1), math.Inf(1)
	}
	return 0, 1
}

func (d *ewma) reset() { d.n, d.mean, d.squares, d.z, d.now = 0, 0, 0, 0, signal{} }

func (d *ewma) update(x float64) signal {
	if d.now.alarm {
		d.reset()
	}
	d.n++
	before := d.mean
	d.mean += (x - d.mean) / d.n
	d.squares += float64((x - before) * (x - d.mean))
	if d.n == 1 && d.controlLimit != nil {
		d.z = x
	} else {
		d.z = float64(d.lambda*x) + float64((1-d.lambda)*d.z)
	}
	d.now = signal{}
	if d.n >= float64(d.minInstances) {
		limit, sigma := d.limit()
		d.now.alarm = d.beyond(float64(limit * sigma))
		d.now.warning = !d.now.alarm && d.beyond(float64(d.warningLevel*limit*sigma))
	}
	return d.now
}

func (d *ewma) beyond(margin float64) bool {
	rose := d.mode != "down" && d.z > d.mean+margin
	fell := d.mode != "up" && d.z < d.mean-margin
	return rose || fell
}

// limit returns L and σ_z.
func (d *ewma) limit() (limit, sigma float64) {
	weights := d.lambda / (2 - d.lambda) * (1 - math.Pow(1-d.lambda, 2*d.n))
	if d.controlLimit != nil {
		return *d.controlLimit, math.Sqrt(weights * d.squares / max(d.n-1, 1))
	}
	p, c := d.mean, runLengths[d.averageRunLength]
	p3 := p * p * p
	limit = c[0] + float64(c[1]*p) + float64(c[2]*p3) + float64(c[3]*p3*p*p) + float64(c[4]*p3*p3*p)
	return limit, math.Sqrt(weights * (p * (1 - p)))
}

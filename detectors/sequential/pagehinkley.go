package sequential

import "math"

// pageHinkley is the Page–Hinkley test with fading, upwards and downwards. With x̄ the mean so far, the newest value
// included,
//
//	S⁺ = α·S⁺ + (x − x̄) − δ, alarm if S⁺ − min S⁺ > λ;  S⁻ = α·S⁻ + (x − x̄) + δ, alarm if max S⁻ − S⁻ > λ
//
// λ is in the unit of the values, so it must be chosen by their spread. As in river the maximum of S⁻ starts at −1, the
// minimum of S⁺ at ∞. Source: E. S. Page, Continuous inspection schemes, Biometrika 41, 1954.
type pageHinkley struct {
	minInstances            int
	delta, threshold, alpha float64
	mode                    string

	level                     mean
	up, least, down, greatest float64
	detected                  bool
}

func (d *pageHinkley) parameters() []parameter {
	return []parameter{
		{name: "min_instances", meaning: "values before the first alarm", field: &d.minInstances, allowed: countFrom0},
		{name: "delta", meaning: "deviation from the mean that does not matter, in the unit of the values", field: &d.delta, allowed: anyNumber},
		{name: "threshold", aliases: []string{"lambda_"}, meaning: "sum of deviations that alarms, in the unit of the values", field: &d.threshold, allowed: zeroOrMore},
		{name: "alpha", meaning: "share of a sum that is left after each value", field: &d.alpha, allowed: share},
		{name: "mode", meaning: "the direction that is watched", field: &d.mode, words: modes},
	}
}

func (d *pageHinkley) reset() {
	d.level = mean{}
	d.up, d.least, d.down, d.greatest = 0, math.Inf(1), 0, -1
	d.detected = false
}

func (d *pageHinkley) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	d.level.add(x)
	off := x - d.level.value
	d.up = float64(d.alpha*d.up) + off - d.delta
	d.down = float64(d.alpha*d.down) + off + d.delta
	d.least = min(d.least, d.up)
	d.greatest = max(d.greatest, d.down)
	if d.level.n >= float64(d.minInstances) {
		rose := d.mode != "down" && d.up-d.least > d.threshold
		fell := d.mode != "up" && d.greatest-d.down > d.threshold
		d.detected = rose || fell
	}
	return signal{alarm: d.detected}
}

package sequential

// cusum is the cumulative sum with the mean of all values so far, the newest included, in the place of a known one:
//
//	S = max(0, S + x − x̄ − δ), alarm if S > λ after minInstances values
//
// Downwards it is the same of −x. λ is in the unit of the values. The defaults and the mode up are those of Frouros
// 0.9.0, whose names lambda_ and min_num_instances are understood. Source: E. S. Page, Continuous inspection schemes,
// Biometrika 41, 1954.
type cusum struct {
	minInstances     int
	delta, threshold float64
	mode             string

	n, mean  float64
	up, down float64
	detected bool
}

func (d *cusum) parameters() []parameter {
	return []parameter{
		{name: "min_instances", aliases: []string{"min_num_instances"}, meaning: "values before the first alarm", field: &d.minInstances, allowed: countFrom0},
		{name: "delta", meaning: "deviation from the mean that does not matter, in the unit of the values", field: &d.delta, allowed: zeroOrMore},
		{name: "threshold", aliases: []string{"lambda_"}, meaning: "sum of deviations that alarms, in the unit of the values", field: &d.threshold, allowed: zeroOrMore},
		{name: "mode", meaning: "the direction that is watched", field: &d.mode, words: modes},
	}
}

func (d *cusum) reset() { d.n, d.mean, d.up, d.down, d.detected = 0, 0, 0, 0, false }

func (d *cusum) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	d.n++
	d.mean += (x - d.mean) / d.n
	d.up = max(0, d.up+x-d.mean-d.delta)
	d.down = max(0, d.down+d.mean-x-d.delta)
	if d.n >= float64(d.minInstances) {
		rose := d.mode != "down" && d.up > d.threshold
		fell := d.mode != "up" && d.down > d.threshold
		d.detected = rose || fell
	}
	return signal{alarm: d.detected}
}

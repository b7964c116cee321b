package detectors

import "math"

// Options say what a comparison measures and how sure it must be before it calls something drift.
type Options struct {
	// Measures are the StreamMethodsOnRequest that CompareSets takes as well. A Comparer is told its names otherwise.
	Measures []string
	// Alpha is the chance of a false alarm that all columns of one comparison share; default 0.01.
	Alpha float64
	// Columns is the number of columns tested together, among which Alpha is split (Bonferroni). Default: the columns
	// of the layout for CompareSets, 1 for a Comparer.
	Columns int
	// DesignEffect is how many correlated rows count as one independent row; default 1.
	DesignEffect float64
	// Tolerance is the distance that does not matter even if it is real, for psi, ks, jensen_shannon and
	// wasserstein_normalized; default 0.1.
	Tolerance float64
	// RateTolerance is the same for the rates, as an absolute share; default 0.02, two points.
	RateTolerance float64
	// Yardstick returns how far the baseline's own blocks of time are from the rest of it, by column and measurement:
	// seasonal data move that much without drift. Nil, or false: not known.
	Yardstick func(column, measure string) (float64, bool)
}

// withDefaults fills what the caller left out, or wrote nonsense for.
func (o Options) withDefaults(columns int) Options {
	if !(o.Alpha > 0 && o.Alpha < 1) {
		o.Alpha = 0.01
	}
	if o.Columns < 1 {
		o.Columns = max(1, columns)
	}
	if !(o.DesignEffect > 0) || math.IsInf(o.DesignEffect, 1) {
		o.DesignEffect = 1
	}
	if !(o.Tolerance > 0) || math.IsInf(o.Tolerance, 1) {
		o.Tolerance = 0.1
	}
	if !(o.RateTolerance > 0) || math.IsInf(o.RateTolerance, 1) {
		o.RateTolerance = 0.02
	}
	return o
}

// level returns the chance of a false alarm that one test of one column may use up.
func (o *Options) level() float64 { return o.Alpha / float64(o.Columns) }

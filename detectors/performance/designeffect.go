package performance

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Days add up the errors (Schema.Error) of UTC days, by the day's index.
type Days map[int64]*mean

const day = 24 * time.Hour

// Observe counts one row's error into its day.
func (d Days) Observe(at profile.Instant, e float64) {
	index := at.Index(day)
	if d[index] == nil {
		d[index] = new(mean)
	}
	d[index].add(e)
}

// AssumedDesignEffect stands in where the data cannot tell: the upper end of what the Elec2 stream shows (4–10).
const AssumedDesignEffect = 10.0

// leastDays with rows are needed to tell a design effect.
const leastDays = 12

// DesignEffect tells how many rows count as one independent row: the variance of the days' means over what independent
// rows would give, for days of one size
//
//	deff = var(means of days) / (p(1−p) / rows of a day)
//
// and for days of unequal sizes the ratio estimator of cluster sampling, which is the same for equal ones
// (W. G. Cochran, Sampling Techniques, 3rd ed., §9A.1; |error| and its variance take the place of p and p(1−p) in a
// regression). With less than 12 days, or without any variance, it is assumed to be 10. It is never below 1: days that
// are more alike than chance are luck, not information.
func (d Days) DesignEffect() (deff float64, assumed bool) {
	var whole mean
	for _, one := range d {
		whole.merge(one)
	}
	if len(d) < leastDays {
		return AssumedDesignEffect, true
	}
	n, average := float64(whole.n), whole.value()
	variance := whole.squares.Value()/n - average*average
	var between profile.ExactSum
	for _, one := range d {
		off := one.sum.Value() - float64(one.n)*average
		between.Add(min(off*off, math.MaxFloat64))
	}
	k := float64(len(d))
	deff = k / (k - 1) * between.Value() / (n * variance)
	if !(variance > 0) || !profile.Finite(deff) {
		return AssumedDesignEffect, true
	}
	return max(deff, 1), false
}

package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// measureWelch measures welch_t: Welch's t-test that both samples have one mean, whatever their variances. The value is
// t = (mean(reference) − mean(current)) / √(s²/m + s²/n) with variances of ddof 1, so a current mean that has grown makes
// it negative; p is two-sided, by Student's distribution with Welch and Satterthwaite's degrees of freedom. (SciPy:
// ttest_ind(reference, current, equal_var=False).) With fewer than two values on a side it is insufficient; if neither
// side varies, or the range is beyond float64, undefined, with a p of 0 if the two constants differ: t is infinite. The
// limit is the critical value at α over the number of columns, times the root of the design effect; drift is |t| above it.
//
// From counts, means and variances are those of exact sums (countedMoments). Of values in memory, means are NumPy's, rounded
// and in the order of the rows, because t is to be SciPy's: it has few digits where an offset is huge
// (six at 1e9 ± 1), and mean_shift has them all.
func measureWelch(c *comparison, name string) Measurement {
	m := c.measurementOfTwo(name)
	if m.Status != OK {
		return m
	}
	ref, cur, ok := c.moments()
	if !ok {
		m.Status = Undefined
		return m
	}
	difference := (c.ref.average - c.cur.average) * ref.inverse
	a := (ref.variance + ref.off(c.ref.average)) / (float64(c.ref.n) - 1)
	b := (cur.variance + cur.off(c.cur.average)) / (float64(c.cur.n) - 1)
	apart := len(c.cells) > 1
	if c.counted {
		difference = ref.mean - cur.mean
		a, b = ref.variance/(float64(c.ref.n)-1), cur.variance/(float64(c.cur.n)-1)
		apart = difference != 0
		if !settled(a+b, ref.slack/(float64(c.ref.n)-1)+cur.slack/(float64(c.cur.n)-1)) {
			m.Status = Undefined
			return m
		}
	}
	t := difference / math.Sqrt(a+b)
	if a+b == 0 || !profile.Finite(t) {
		m.Status = Undefined
		if a+b == 0 && apart {
			m.PValue = new(0.0)
		}
		return m
	}
	// (a + b)² / (a²/(m−1) + b²/(n−1)) by the share of one side, so that squares cannot vanish.
	share := a / (a + b)
	dof := 1 / (share*share/(float64(c.ref.n)-1) + (1-share)*(1-share)/(float64(c.cur.n)-1))
	m.Value = t
	m.PValue = new(StudentTwoSided(dof, t))
	deff := math.Sqrt(c.options.DesignEffect)
	c.judgeEitherWay(&m, StudentQuantile(dof, c.options.level())*deff)
	// One standard error in units of Cohen's d.
	deviation := math.Sqrt((a + b) / ((a*float64(c.ref.n) + b*float64(c.cur.n)) / 2))
	c.sized(&m, t*deviation, (normalQuantile(c.options.level()/2)+normal80)*deff*deviation)
	return m
}

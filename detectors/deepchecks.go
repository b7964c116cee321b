package detectors

import "math"

// deepchecksFloor is the least share of a category on either side in Deepchecks.
const deepchecksFloor = 0.01

// measureDeepchecksPSI measures psi@deepchecks: PSI over the union of categories with shares floored at 1 %, a hundred
// times psi's own floor. (Deepchecks 0.19, utils.distribution.drift.psi(reference, current); its drift checks first make
// one category of those below 1 % of the reference.) The limit is Deepchecks's own, 0.2.
func measureDeepchecksPSI(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	for i := range c.cells {
		p := max(float64(c.cells[i].ref)/float64(c.ref.n), deepchecksFloor)
		q := max(float64(c.cells[i].cur)/float64(c.cur.n), deepchecksFloor)
		m.Value += (p - q) * math.Log(p/q)
	}
	c.judgeAsPeer(&m, 0.2)
	return m
}

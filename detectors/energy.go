package detectors

import "math"

// energy returns the energy distance √(2 ∫ (F − G)²) of two numeric samples, exact for values in memory: SciPy's
// energy_distance. Its square is in the column's unit. At most the largest float64.
func (c *comparison) energy() float64 {
	m, n := float64(c.ref.n), float64(c.cur.n)
	var refSum, curSum uint64
	var sum float64
	for i := range c.cells {
		if i > 0 {
			d := float64(refSum)/m - float64(curSum)/n
			sum += d * d * width(c.cells[i-1].high, c.cells[i].low)
		}
		refSum += c.cells[i].ref
		curSum += c.cells[i].cur
	}
	return math.Sqrt2 * math.Sqrt(min(sum, math.MaxFloat64))
}

// measureEnergy measures energy_distance, which has no limit: its size is a matter of the column's unit.
func measureEnergy(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status == OK {
		m.Value = c.energy()
	}
	return m
}

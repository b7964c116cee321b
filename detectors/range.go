package detectors

// measureOutOfRange measures the share of finite values outside the reference's [minimum, maximum]. The next value of
// the same continuous distribution falls outside with probability 2/(m+1), by symmetry among m+1 ranks.
func measureOutOfRange(c *comparison, name string) Measurement {
	low, high, ok := c.layout.Range()
	if !ok || c.ref.n == 0 {
		return c.rate(name, 0, c.cur.n, 0, 0)
	}
	var outside uint64
	for i := range c.cells {
		if c.cells[i].low < low || c.cells[i].low > high {
			outside += c.cells[i].cur
		}
	}
	return c.rate(name, outside, c.cur.n, min(2/float64(c.ref.n+1), 1), c.ref.n)
}

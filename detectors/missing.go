package detectors

// measureMissing measures the share of rows without a value: null, NaN, or no such key.
func measureMissing(c *comparison, name string) Measurement {
	var null float64
	if c.ref.rows > 0 {
		null = min(float64(c.ref.missing)/float64(c.ref.rows), 1)
	}
	return c.rate(name, c.cur.missing, c.cur.rows, null, c.ref.rows)
}

package detectors

// measureMismatch measures the share of values of another type among all values that are there, such as strings in a
// numeric column.
func measureMismatch(c *comparison, name string) Measurement {
	present := c.ref.n + c.ref.infinite + c.ref.mismatched
	var null float64
	if present > 0 {
		null = float64(c.ref.mismatched) / float64(present)
	}
	return c.rate(name, c.cur.mismatched, c.cur.n+c.cur.infinite+c.cur.mismatched, null, present)
}

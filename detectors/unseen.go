package detectors

// measureUnseen measures the share of categorical values that the reference never had. A window of the same
// distribution has some too: by Good and Turing as large a share as that of the values the reference had only once,
// singletons/m, which is also the share of its own rows whose value no other row has.
func measureUnseen(c *comparison, name string) Measurement {
	var unseen, singletons uint64
	for i := range c.cells {
		switch c.cells[i].ref {
		case 0:
			unseen += c.cells[i].cur
		case 1:
			singletons++
		}
	}
	var null float64
	if c.ref.n > 0 {
		null = float64(singletons) / float64(c.ref.n)
	}
	return c.rate(name, unseen, c.cur.n, null, c.ref.n)
}

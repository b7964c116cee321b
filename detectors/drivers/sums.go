package drivers

// sums are the rows of a slice and their errors, now and before.
type sums struct {
	n, m        float64
	now, before float64
}

func (s sums) plus(t sums) sums {
	return sums{n: s.n + t.n, m: s.m + t.m, now: s.now + t.now, before: s.before + t.before}
}

func (s sums) minus(t sums) sums {
	return sums{n: s.n - t.n, m: s.m - t.m, now: s.now - t.now, before: s.before - t.before}
}

// mean returns sum/n, 0 for nothing.
func mean(sum, n float64) float64 {
	if n > 0 {
		return sum / n
	}
	return 0
}

// byBin adds a column's rows up by bin.
func (c *Column) byBin(now, before []float64) []sums {
	all := make([]sums, c.Bins)
	for i, bin := range c.Now[:min(len(c.Now), len(now))] {
		if bin >= 0 && int(bin) < c.Bins {
			all[bin].n++
			all[bin].now += now[i]
		}
	}
	for i, bin := range c.Before[:min(len(c.Before), len(before))] {
		if bin >= 0 && int(bin) < c.Bins {
			all[bin].m++
			all[bin].before += before[i]
		}
	}
	return all
}

// both adds up the rows that meet two conditions.
func both(columns []Column, a, b Condition, now, before []float64) sums {
	var s sums
	x, y := &columns[a.Column], &columns[b.Column]
	for i := range now {
		if a.holds(x.Now[i]) && b.holds(y.Now[i]) {
			s.n++
			s.now += now[i]
		}
	}
	for i := range before {
		if a.holds(x.Before[i]) && b.holds(y.Before[i]) {
			s.m++
			s.before += before[i]
		}
	}
	return s
}

// variance of some values (ddof 0); 0 for none.
func variance(values []float64) float64 {
	var sum, squares float64
	for _, x := range values {
		sum += x
	}
	average := mean(sum, float64(len(values)))
	for _, x := range values {
		squares += (x - average) * (x - average)
	}
	return mean(squares, float64(len(values)))
}

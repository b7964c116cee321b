package baseline

import (
	"cmp"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// windows measures each of the baseline's own windows: its columns against all other rows, so that no row is compared
// with itself, and its performance. The cuts are those of the whole baseline, the window included: they are the ones
// that later windows are counted by, and one window moves them little.
func (c *counter) windows(whole *profile.Set, o Options, deff float64) []WindowFigures {
	rows := c.all()
	slices.SortStableFunc(rows, func(i, j int) int { return cmp.Compare(c.rows[i].at, c.rows[j].at) })
	var all []WindowFigures
	for len(rows) > 0 {
		index := c.rows[rows[0]].at.Index(o.Window)
		end := 1
		for end < len(rows) && c.rows[rows[end]].at.Index(o.Window) == index {
			end++
		}
		key := whole.Key
		key.Start = c.rows[rows[0]].at.Floor(o.Window)
		key.End = key.Start.Add(o.Window)
		all = append(all, figures(whole, c.sum(rows[:end], key), o.Compare, deff))
		rows = rows[end:]
	}
	return all
}

func figures(whole *profile.Set, window summary, compare func(ref, cur *profile.Set) []detectors.Measurement, deff float64) WindowFigures {
	w := WindowFigures{Start: window.set.Key.Start, End: window.set.Key.End, Rows: window.set.Rows}
	if rest := without(whole, window.set); compare != nil && rest.Rows > 0 {
		w.Measurements = compare(rest, window.set)
	}
	if window.tally != nil {
		w.Labeled = window.tally.N()
		w.Measurements = append(w.Measurements, window.tally.Measurements(performance.Options{DesignEffect: deff})...)
	}
	return w
}

// without returns the set of all rows of whole that are not in part, a part of it. Least and largest values stay those
// of the whole: extremes cannot be subtracted.
func without(whole, part *profile.Set) *profile.Set {
	rest := profile.NewSet(whole.Key, whole.Layout)
	rest.Rows = whole.Rows - part.Rows
	for i := range rest.Columns {
		r, w, p := &rest.Columns[i], &whole.Columns[i], &part.Columns[i]
		for j := range r.Counts {
			r.Counts[j] = w.Counts[j] - p.Counts[j]
		}
		r.Text = w.Text - p.Text
		r.Missing = w.Missing - p.Missing
		r.Infinite = w.Infinite - p.Infinite
		r.Mismatched = w.Mismatched - p.Mismatched
		for _, name := range w.Unseen.Names() {
			if n := w.Unseen.Count(name) - p.Unseen.Count(name); n > 0 {
				r.Unseen.Add([]byte(name), n)
			}
		}
		r.Min, r.Max = w.Min, w.Max
		r.Sum, r.Squares = difference(w.Sum, p.Sum), difference(w.Squares, p.Squares)
	}
	return rest
}

// difference subtracts b from a without rounding: b comes off in parts that float64 can hold.
func difference(a, b profile.ExactSum) profile.ExactSum {
	for part := b.Value(); part != 0; part = b.Value() {
		part = min(max(part, -math.MaxFloat64), math.MaxFloat64)
		a.Add(-part)
		b.Add(-part)
	}
	return a
}

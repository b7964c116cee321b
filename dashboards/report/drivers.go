package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

const (
	maxDrivers = 8
	maxShifts  = 3
	leastShift = 0.01 // a share that changed by less is not worth a word
)

// newDrivers ranks the columns by Jensen–Shannon distance, which is bounded, and says where their values went.
func newDrivers(all []track, names []string) (drivers []driver, of string) {
	ranked := slices.DeleteFunc(slices.Clone(all), func(t track) bool { return t.measure != "jensen_shannon" || t.part != dataset.Feature })
	for i, t := range ranked {
		if i == maxDrivers || t.distance[t.largest] == 0 {
			break
		}
		distance := t.distance[t.largest]
		drivers = append(drivers, driver{
			Rank: i + 1, Name: t.name, Distance: figure(distance), Length: pixel(100 * min(distance, 1)), Drifted: t.drifted > 0,
			Shifts: shifts(t.reports[t.largest].Distribution),
		})
	}
	if len(names) > 1 {
		of = "Each column in the chunk where it was farthest from the reference."
	}
	return drivers, of
}

// shifts are the pieces of the axis whose share changed most.
func shifts(d *dataset.Distribution) (all []shift) {
	if d == nil || d.Reference.N == 0 || d.Current.N == 0 {
		return nil
	}
	type change struct {
		shift
		size float64
	}
	var changes []change
	add := func(name string, before, after uint64) {
		b, a := float64(before)/float64(d.Reference.N), float64(after)/float64(d.Current.N)
		if math.Abs(b-a) >= leastShift {
			changes = append(changes, change{shift{name, percent(b), percent(a)}, math.Abs(a - b)})
		}
	}
	for _, piece := range pieces(d.Axis) {
		add(piece.name, sum(d.Reference.Counts, piece), sum(d.Current.Counts, piece))
	}
	if edges := d.Axis.Edges; len(edges) > 0 {
		add("below "+short(edges[0]), d.Reference.Below, d.Current.Below)
		add("above "+short(edges[len(edges)-1]), d.Reference.Above, d.Current.Above)
	}
	add("all other categories", d.Reference.Other, d.Current.Other)
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(b.size, a.size) })
	for _, c := range changes[:min(len(changes), maxShifts)] {
		all = append(all, c.shift)
	}
	return all
}

// piece is a run of bins with a name.
type piece struct {
	name     string
	from, to int
}

// pieces cuts an axis into at most eight parts, or takes the values one by one.
func pieces(b *detectors.Axis) (all []piece) {
	for i, name := range b.Categories {
		all = append(all, piece{clip(40, cmp.Or(name, "(empty)")), i, i + 1})
	}
	for i, x := range b.Values {
		all = append(all, piece{short(x), i, i + 1})
	}
	n := max(len(b.Edges)-1, 0)
	step := (n + 7) / 8
	for from := 0; from < n; from += step {
		to := min(from+step, n)
		all = append(all, piece{short(b.Edges[from]) + " to " + short(b.Edges[to]), from, to})
	}
	return all
}

func sum(counts []uint64, p piece) (total uint64) {
	for _, n := range counts[p.from:p.to] {
		total += n
	}
	return total
}

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

const (
	maxDrivers  = 8
	maxShifts   = 3
	maxSegments = 3
	leastShift  = 0.01 // a share that changed by less is not worth a word
)

// newDrivers ranks the inputs by Jensen–Shannon distance, which is bounded, and says where their values went; over many
// chunks each in the one where it was farthest.
func newDrivers(c *dataset.Comparison, all []dataset.History) (drivers []driver, of string) {
	farthest := make(map[string]*dataset.Driver)
	for i := range c.Chunks {
		for j := range c.Chunks[i].Drivers {
			d := &c.Chunks[i].Drivers[j]
			if known := farthest[d.Column]; known == nil || d.JensenShannon > known.JensenShannon {
				farthest[d.Column] = d
			}
		}
	}
	for _, t := range all {
		d := farthest[t.Name]
		if d == nil || d.JensenShannon == 0 {
			continue
		}
		drivers = append(drivers, driver{
			Name: clip(60, t.Name), Distance: figure(d.JensenShannon), Length: pixel(100 * min(d.JensenShannon, 1)), Drifted: t.Drifted > 0,
			Effect: effect(d), Shifts: shifts(d.Bins), distance: d.JensenShannon,
		})
	}
	slices.SortStableFunc(drivers, func(a, b driver) int { return cmp.Compare(b.distance, a.distance) })
	drivers = drivers[:min(len(drivers), maxDrivers)]
	for i := range drivers {
		drivers[i].Rank = i + 1
	}
	if len(c.Chunks) > 1 {
		of = "Each input in the chunk where it was farthest from the reference."
	}
	return drivers, of
}

// effect says what else is known of a driver.
func effect(d *dataset.Driver) string {
	var all []string
	if d.Fault != "" {
		all = append(all, "fault: "+words(string(d.Fault)))
	}
	if r := d.PerformanceCorrelation; r != nil {
		all = append(all, "performance correlation "+signed(*r))
	}
	return strings.Join(all, "; ")
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// shifts are the bins that carry most of the distance.
func shifts(bins []dataset.DriverBin) (all []shift) {
	for _, b := range bins {
		if change := b.Current - b.Reference; len(all) < maxShifts && (change >= leastShift || change <= -leastShift) {
			all = append(all, shift{clip(60, b.Bin), percent(b.Reference), percent(b.Current)})
		}
	}
	return all
}

// newSegments tells the slices of rows that hold most of a rise of the error, those of most chunks first.
func newSegments(c *dataset.Comparison, names []string) (all []string) {
	type slice struct {
		segment *dataset.Segment
		chunk   string
		times   int
	}
	var found []*slice
	for i := range c.Chunks {
		s := c.Chunks[i].Segment
		if s == nil {
			continue
		}
		at := slices.IndexFunc(found, func(f *slice) bool { return f.segment.Name == s.Name })
		if at < 0 {
			found, at = append(found, &slice{segment: s, chunk: names[i]}), len(found)
		}
		f := found[at]
		if f.times++; s.Error > f.segment.Error {
			f.segment, f.chunk = s, names[i]
		}
	}
	slices.SortStableFunc(found, func(a, b *slice) int { return cmp.Compare(b.times, a.times) })
	size := percent
	if dataset.FindPerformance(c.ReferencePerformance, "mae", "") != nil {
		size = figure // errors of a regression are in the label's unit
	}
	for _, f := range found[:min(len(found), maxSegments)] {
		s := f.segment
		text := fmt.Sprintf(
			"%s of the additional error lies where %s: the error there is %s, was %s; elsewhere %s, was %s (%s, p %s).", percent(min(s.Explained, 1)), s.Name,
			size(s.Error), size(s.ErrorBefore), size(s.ErrorOutside), size(s.ErrorOutsideBefore), plural(s.Rows, "row"), equals(chance(&s.PValue)),
		)
		if len(names) > 1 {
			text = strings.ToUpper(f.chunk[:1]) + f.chunk[1:] + ": " + text + fmt.Sprintf(" Found in %d of %d chunks.", f.times, len(names))
		}
		all = append(all, text)
	}
	return all
}

package dataset

import (
	"cmp"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// History is one column over all chunks: what the text and the page of a comparison tell of it.
type History struct {
	Name    string
	Kind    profile.Kind
	Part    Part
	Reports []*ColumnReport // one a chunk, as Distance and Moved are
	// Measure is the name of that by which columns are ranked: of the Jensen–Shannon distance, or, for text, of the missing
	// rate. Distance is its value, 0 where it was not measured, and Largest the chunk where that is largest.
	Measure  string
	Distance []float64
	Largest  int
	// Moved tells in which chunks the column drifted, and Drifted in how many.
	Moved   []bool
	Drifted int
}

// Histories returns the columns: drifted ones first, then by their largest distance, then as in the file.
func (c *Comparison) Histories() []History {
	if len(c.Chunks) == 0 {
		return nil
	}
	all := make([]History, len(c.Chunks[0].Columns))
	for i := range all {
		h, first := &all[i], &c.Chunks[0].Columns[i]
		h.Name, h.Kind, h.Part, h.Measure = first.Name, first.Kind, first.Part, "jensen_shannon"
		if first.Measure(h.Measure) == nil {
			h.Measure = "missing_rate"
		}
		for j := range c.Chunks {
			r := &c.Chunks[j].Columns[i]
			h.Reports, h.Moved = append(h.Reports, r), append(h.Moved, r.Drifted())
			if h.Moved[j] {
				h.Drifted++
			}
			distance := 0.0
			if m := r.Measure(h.Measure); m != nil {
				distance = m.Value
			}
			h.Distance = append(h.Distance, distance)
			if distance > h.Distance[h.Largest] {
				h.Largest = j
			}
		}
	}
	slices.SortStableFunc(all, func(a, b History) int {
		return cmp.Or(cmp.Compare(min(b.Drifted, 1), min(a.Drifted, 1)), cmp.Compare(b.Distance[b.Largest], a.Distance[a.Largest]))
	})
	return all
}

// Measured tells whether some measure of these columns had enough values for a verdict, in any chunk.
func Measured(all []History) bool {
	return slices.ContainsFunc(all, func(h History) bool {
		return slices.ContainsFunc(h.Reports, func(r *ColumnReport) bool {
			return slices.ContainsFunc(r.Measurements, func(m Measure) bool { return m.Drifted != nil })
		})
	})
}

// RepeatedFault is a fault over all chunks, in the words of the one where it touches the largest share of rows.
type RepeatedFault struct {
	*Fault
	Chunks int
}

// Faults returns each fault of a column once, in the order in which they came. Confined to a segment in one chunk and not
// in the next, it is one fault.
func (c *Comparison) Faults() []RepeatedFault {
	var all []RepeatedFault
	for i := range c.Chunks {
		for j := range c.Chunks[i].Faults {
			f := &c.Chunks[i].Faults[j]
			k := slices.IndexFunc(all, func(known RepeatedFault) bool { return known.Column == f.Column && known.Fault.Fault == f.Fault })
			if k < 0 {
				k, all = len(all), append(all, RepeatedFault{Fault: f})
			}
			if all[k].Chunks++; f.Share > all[k].Share {
				all[k].Fault = f
			}
		}
	}
	return all
}

// FindPerformance returns the measurement of that name and class, nil if there is none.
func FindPerformance(all []Performance, name, class string) *Performance {
	i := slices.IndexFunc(all, func(p Performance) bool { return p.Name == name && p.Class == class })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// Scored returns measurements that show what is measured of performance: the reference's, or without any those of the first
// chunk that has some.
func (c *Comparison) Scored() []Performance {
	all := c.ReferencePerformance
	for i := range c.Chunks {
		if len(all) == 0 {
			all = c.Chunks[i].Performance
		}
	}
	return all
}

// Course returns a measure of performance in each chunk, nil where it is not known.
func (c *Comparison) Course(name, class string) []*Performance {
	all := make([]*Performance, len(c.Chunks))
	for i := range c.Chunks {
		if p := FindPerformance(c.Chunks[i].Performance, name, class); p != nil && p.Status == "" {
			all[i] = p
		}
	}
	return all
}

// Outcome is how the model does in one number: its accuracy, or the mean absolute error of a regression.
type Outcome struct {
	Reference *Performance   // nil if it is not known
	Course    []*Performance // one a chunk, nil where it is not known
	Last      int            // the newest chunk where it is known: labels come late
}

// Outcome returns it, nil if no chunk has labels.
func (c *Comparison) Outcome() *Outcome {
	for _, name := range []string{"accuracy", "mae"} {
		course := c.Course(name, "")
		for i, p := range slices.Backward(course) {
			if p == nil {
				continue
			}
			o := &Outcome{Course: course, Last: i}
			if then := FindPerformance(c.ReferencePerformance, name, ""); then != nil && then.Status == "" {
				o.Reference = then
			}
			return o
		}
	}
	return nil
}

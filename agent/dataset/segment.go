package dataset

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/drivers"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Segment is the slice of a chunk's labelled rows that holds most of a rise of the error.
type Segment struct {
	Name string `json:"name"`
	// Rows and Reference are labelled rows; Share is that of the chunk's.
	Rows      int     `json:"rows"`
	Reference int     `json:"reference_rows"`
	Share     float64 `json:"share"`
	// Errors are shares of wrong answers, or mean absolute errors: inside and outside, now and in the reference.
	Error              float64 `json:"error"`
	ErrorBefore        float64 `json:"error_before"`
	ErrorOutside       float64 `json:"error_outside"`
	ErrorOutsideBefore float64 `json:"error_outside_before"`
	// Explained is the part of the excess error that lies inside.
	Explained float64 `json:"explained"`
	// PValue is corrected for the number of slices that were looked at.
	PValue float64 `json:"p_value"`

	alone bool
}

func (s *scorer) regression() bool { return s.schema.Task == performance.Regression }

// maxCategories are sliced by; rows with others belong to no slice of the column.
const maxCategories = 60

// cutting is a column made ready for slicing.
type cutting struct {
	pair   *pair
	bins   []detectors.Bin
	lows   []float64 // of the bins of a number but the first
	column drivers.Column
}

// segment searches for the slice behind a rise of the error. Columns without a fault come first: where one of them does it,
// the fault is what happened there. What is broken only there joins the chunk's faults.
func (x *explainer) segment(c *Chunk, rows []int, now *errorsOf) *Segment {
	broken := make(map[string]bool)
	for _, f := range c.Faults {
		broken[f.Column] = true
	}
	cuts := make([]*cutting, len(x.pairs))
	inParallel(len(cuts), func(numbers iter.Seq[int]) {
		for i := range numbers {
			if p := x.pairs[i]; p.comparable() {
				cuts[i] = x.cutting(p, c.Columns[i].sample, now.at)
			}
		}
	})
	var sound, all []*cutting
	for _, cut := range cuts {
		if cut == nil {
			continue
		}
		all = append(all, cut)
		if !broken[cut.pair.name] {
			sound = append(sound, cut)
		}
	}
	found, names := x.lasting(sound, now)
	if found == nil && len(sound) < len(all) {
		sound = all
		found, names = x.lasting(all, now)
	}
	if found == nil {
		return nil
	}
	s := &Segment{
		Name: names, Rows: found.Rows, Reference: found.Reference, Share: found.Share, Error: found.Error, ErrorBefore: found.ErrorBefore,
		ErrorOutside: found.ErrorOutside, ErrorOutsideBefore: found.ErrorOutsideBefore, Explained: found.Explained, PValue: found.PValue,
		alone: found.Alone,
	}
	x.confine(c, s.Name, rows, func(d *Dataset, row int) bool {
		return !slices.ContainsFunc(found.Conditions, func(k drivers.Condition) bool {
			cut := sound[k.Column]
			column := cut.pair.cur
			if d == x.ref {
				column = cut.pair.ref
			}
			bin := cut.bin(column, row)
			return int(bin) < k.First || int(bin) > k.Last
		})
	})
	return s
}

// leastDays is of how many different days a segment's rows must be, where the labelled rows span as many: one bad Monday is
// one observation, however many rows it has.
const leastDays = 5

// lasting searches for the segment, and does not tell one of too few days.
func (x *explainer) lasting(cuts []*cutting, now *errorsOf) (*drivers.Segment, string) {
	found, names := x.search(cuts, now)
	if found == nil {
		return nil, ""
	}
	if days, span := x.days(now.at); span >= leastDays*day && found.Days(columnsOf(cuts), days) < leastDays {
		return nil, ""
	}
	return found, names
}

const day = 24 * time.Hour

// days returns the day (UTC) of each of some rows, and the time they span: none if any has no time.
func (x *explainer) days(rows []int) (days []int64, span time.Duration) {
	first, last := profile.Dusk, profile.Dawn
	for _, row := range rows {
		at := x.cur.Times[row]
		if at == profile.Dawn {
			return nil, 0
		}
		first, last = min(first, at), max(last, at)
		days = append(days, at.Index(day))
	}
	if len(days) == 0 {
		return nil, 0
	}
	return days, last.Sub(first)
}

func columnsOf(cuts []*cutting) []drivers.Column {
	columns := make([]drivers.Column, len(cuts))
	for i, cut := range cuts {
		columns[i] = cut.column
	}
	return columns
}

func (x *explainer) search(cuts []*cutting, now *errorsOf) (*drivers.Segment, string) {
	found, ok := drivers.Search(columnsOf(cuts), now.errors, x.before.errors, x.scores.options.DesignEffect)
	if !ok {
		return nil, ""
	}
	names := make([]string, len(found.Conditions))
	for i, k := range found.Conditions {
		names[i] = cuts[k.Column].name(k)
	}
	return found, strings.Join(names, " and ")
}

// cutting bins a column's labelled rows; nil for a column of text or of one bin.
func (x *explainer) cutting(p *pair, current *detectors.Sample, now []int) *cutting {
	bins := detectors.Bins(p.layout, p.reference, current)
	if p.kind != profile.Numeric && len(bins) > maxCategories {
		slices.SortStableFunc(bins, func(a, b detectors.Bin) int { return cmp.Compare(b.Ref+b.Cur, a.Ref+a.Cur) })
		bins = bins[:maxCategories]
	}
	if len(bins) < 2 {
		return nil
	}
	cut := &cutting{pair: p, bins: bins}
	for i := range bins[1:] {
		cut.lows = append(cut.lows, bins[i+1].Low)
	}
	cut.column = drivers.Column{Bins: len(bins), Ordered: p.kind == profile.Numeric}
	cut.column.Now, cut.column.Before = cut.all(p.cur, now), cut.all(p.ref, x.before.at)
	return cut
}

func (k *cutting) all(c *Column, rows []int) []int32 {
	bins := make([]int32, len(rows))
	if k.pair.kind == profile.Numeric {
		for i, row := range rows {
			bins[i] = k.bin(c, row)
		}
		return bins
	}
	byName := make(map[string]int32, len(k.bins))
	for i := range k.bins {
		byName[k.bins[i].Category] = int32(i)
	}
	named := func(name string) int32 {
		if bin, ok := byName[name]; ok {
			return bin
		}
		return -1
	}
	coded := make([]int32, len(c.texts)) // each text is looked up once
	for code, name := range c.texts {
		coded[code] = named(name)
	}
	for i, row := range rows {
		if c.at(row) == text {
			bins[i] = coded[c.codes[row]]
			continue
		}
		bins[i] = -1
		if v := c.value(k.pair.kind, row); !v.Missing {
			bins[i] = named(v.Text)
		}
	}
	return bins
}

// bin returns in which bin a row lies, −1 if in none.
func (k *cutting) bin(c *Column, row int) int32 {
	if k.pair.kind == profile.Numeric {
		x, ok := c.finite(row)
		if !ok {
			return -1
		}
		bin := int32(0) // there are some ten, and a value lies in any of them: a bisection would guess
		for _, low := range k.lows {
			if low <= x {
				bin++
			}
		}
		return bin
	}
	v := c.value(k.pair.kind, row)
	if v.Missing {
		return -1
	}
	return int32(slices.IndexFunc(k.bins, func(b detectors.Bin) bool { return b.Category == v.Text }))
}

// name writes a condition: "country = PT", "age < 30".
func (k *cutting) name(c drivers.Condition) string {
	bin := k.bins[c.First]
	bin.High = k.bins[c.Last].High
	if k.pair.kind != profile.Numeric {
		return shownName(k.pair.name) + " = " + shownName(bin.Category)
	}
	return shownName(k.pair.name) + " " + drivers.Label(bin, true)
}

// shownName is a name as it is shown, without the quotes.
func shownName(s string) string { return strings.Trim(faults.Quote(s), "`") }

// confine looks for faults inside and outside the segment: one that is only inside is told as such.
func (x *explainer) confine(c *Chunk, name string, rows []int, holds func(d *Dataset, row int) bool) {
	inside, outside := parted(rows, func(row int) bool { return holds(x.cur, row) })
	before, _ := parted(x.ref.all(), func(row int) bool { return holds(x.ref, row) })
	if len(inside) < leastConfined {
		return
	}
	if len(before) < leastConfined {
		before = x.ref.all()
	}
	for number, p := range x.pairs {
		if !p.comparable() {
			continue
		}
		i := slices.IndexFunc(c.Faults, func(f Fault) bool { return f.Column == p.name })
		if i >= 0 && c.Faults[i].Share >= 0.97 {
			continue // everywhere
		}
		reference := p.ref.survey(p.name, p.kind, p.ref.sample(p.kind, before), before)
		there := x.check(p, reference, p.cur.sample(p.kind, inside), inside)
		if there == nil || i >= 0 && there.Kind != c.Faults[i].Fault || x.check(p, x.surveys[number], p.cur.sample(p.kind, outside), outside) != nil {
			continue
		}
		told := x.tell(*there, p, inside)
		told.Segment = name
		if i < 0 {
			c.Faults = append(c.Faults, told)
			continue
		}
		c.Faults[i] = told
	}
}

// leastConfined is how many rows a segment must have for a fault to be looked for in it.
const leastConfined = 100

// parted splits rows by a condition.
func parted(rows []int, holds func(row int) bool) (yes, no []int) {
	for _, row := range rows {
		if holds(row) {
			yes = append(yes, row)
		} else {
			no = append(no, row)
		}
	}
	return yes, no
}

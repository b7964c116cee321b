package dataset

import (
	"iter"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Fault is one broken column of one chunk.
type Fault struct {
	// Column is absent for duplicated rows.
	Column string      `json:"column,omitempty"`
	Fault  faults.Kind `json:"fault"`
	// Share of the chunk's rows that it touches; of the segment's, if it names one.
	Share float64 `json:"share"`
	// NullRate is how often the fault is named in a column and chunk without it.
	NullRate float64 `json:"null_rate"`
	// Segment is the slice of rows to which the fault is confined.
	Segment string `json:"segment,omitempty"`
	// Since is when it began, and SinceRow the row: of the first of the consecutive chunks that have it.
	Since    string `json:"since,omitempty"`
	SinceRow *int   `json:"since_row,omitempty"`
	Sentence string `json:"sentence"`

	finding faults.Finding
}

// survey describes some rows of a column for a search for faults.
func (c *Column) survey(name string, kind profile.Kind, s *detectors.Sample, rows []int) *faults.Column {
	f := &faults.Column{
		Name: name, Kind: kind, Rows: uint64(len(rows)), Missing: s.Missing, Numbers: s.Numbers(), Categories: s.Categories(),
	}
	if c == nil {
		return f
	}
	f.Output = c.Part != Feature
	f.Heaped = (&heaps{column: c, rows: rows}).largest
	f.Trend = func() float64 { return c.trend(rows) }
	f.Ends = func() (first, last float64) { return c.median(slices.Values(rows)), c.median(backward(rows)) }
	f.Step = func(to func(faults.Value) bool) (float64, int) { return c.step(rows, to) }
	var counts [other + 1]uint64
	var longest faults.Run
	var length, start, stretches uint64 // of the present run
	previous := -1
	for i, row := range rows {
		k := c.at(row)
		counts[k]++
		if k == missing {
			continue
		}
		if previous >= 0 && c.equal(previous, row) {
			length++
		} else {
			length, start = 1, uint64(i)
			stretches++
		}
		if length > longest.Length {
			longest.Length, longest.Start = length, start
		}
		previous = row
	}
	longest.Stretches = stretches
	if longest.Length > 0 {
		v := c.value(kind, rows[longest.Start])
		longest.Number, longest.Category = v.Number, v.Text
	}
	f.Run = longest
	f.Cells = faults.Cells{Numbers: counts[number], Truths: counts[truth], Texts: counts[text], Others: counts[other]}
	if kind == profile.Numeric && counts[text] > 0 {
		f.Aliens = c.aliens(rows)
	}
	return f
}

// trend returns Pearson's |r| of a column's finite numbers with their place among the rows; 0 where it is undefined.
func (c *Column) trend(rows []int) float64 {
	var n, mean, place float64 // of the values so far
	var values, places, products float64
	for i, row := range rows {
		x, ok := c.finite(row)
		if !ok {
			continue
		}
		n++
		off, step := x-mean, float64(i)-place
		mean += off / n
		place += step / n
		values += off * (x - mean)
		places += step * (float64(i) - place)
		products += off * (float64(i) - place)
	}
	r := math.Abs(products) / math.Sqrt(values) / math.Sqrt(places)
	if !profile.Finite(r) {
		return 0
	}
	return min(r, 1)
}

// step returns the median size of the steps from a finite number that is not looked for to the next one if that is,
// and how many there are.
func (c *Column) step(rows []int, to func(faults.Value) bool) (size float64, times int) {
	var sizes []float64
	previous, there := 0.0, true
	for _, row := range rows {
		x, ok := c.finite(row)
		if !ok {
			continue
		}
		hit := to(faults.Value{IsNumber: true, Number: x})
		if hit && !there {
			sizes = append(sizes, math.Abs(x-previous))
		}
		previous, there = x, hit
	}
	if len(sizes) == 0 {
		return 0, 0
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2], len(sizes)
}

// edge is of how many numbers the median tells where a column begins and ends.
const edge = 30

// median returns that of the first finite numbers that rows come to; 0 of none.
func (c *Column) median(rows iter.Seq[int]) float64 {
	var some []float64
	for row := range rows {
		x, ok := c.finite(row)
		if !ok {
			continue
		}
		if some = append(some, x); len(some) == edge {
			break
		}
	}
	if len(some) == 0 {
		return 0
	}
	slices.Sort(some)
	return some[len(some)/2]
}

// backward goes through rows from the last to the first.
func backward(rows []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, row := range slices.Backward(rows) {
			if !yield(row) {
				return
			}
		}
	}
}

// equal tells whether two cells hold the same value.
func (c *Column) equal(a, b int) bool {
	x, y := c.numbers[a], c.numbers[b]
	return (x == y || math.IsNaN(x) && math.IsNaN(y)) && c.kinds[a] == c.kinds[b] && c.codes[a] == c.codes[b]
}

// aliens counts the texts of a numeric column.
func (c *Column) aliens(rows []int) map[string]uint64 {
	counts := make(map[string]uint64)
	for _, row := range rows {
		if c.at(row) == text {
			counts[c.texts[c.codes[row]]]++
		}
	}
	return counts
}

// value returns a cell as faults are looked for in it.
func (c *Column) value(kind profile.Kind, row int) faults.Value {
	switch k := c.at(row); {
	case k == missing:
		return faults.Value{Missing: true}
	case kind == profile.Numeric && (k == number || k == truth):
		return faults.Value{IsNumber: true, Number: c.numbers[row]}
	case kind == profile.Boolean && k == number && (c.numbers[row] == 0 || c.numbers[row] == 1):
		return faults.Value{Text: map[bool]string{true: "true", false: "false"}[c.numbers[row] == 1]}
	}
	spelled, _ := c.spelling(row)
	return faults.Value{Text: spelled}
}

// comparable tells whether both files have the column, and it is a feature.
func (p *pair) comparable() bool { return p.ref != nil && p.cur != nil && p.ref.Part == Feature }

// check names a column's fault among some rows.
func (x *explainer) check(p *pair, reference *faults.Column, current *detectors.Sample, rows []int) *faults.Finding {
	now := p.cur.survey(p.name, p.kind, current, rows)
	return faults.Check(reference, now, faults.Options{Tests: x.tests})
}

// faults lists what is broken in a chunk: whole columns, whole rows, then values, in the order of the
// columns. Rows are compared by their features, but for those that are stuck or
// missing: such make rows alike.
func (x *explainer) faults(c *Chunk, rows []int) []Fault {
	all := []Fault{}
	if len(rows) == 0 {
		return all
	}
	for _, f := range x.schema() {
		all = append(all, x.tell(f, nil, rows))
	}
	found := make([]*faults.Finding, len(x.pairs))
	moved, now := make([]*faults.Column, len(x.pairs)), make([]*faults.Column, len(x.pairs))
	inParallel(len(x.pairs), func(numbers iter.Seq[int]) {
		for i := range numbers {
			p := x.pairs[i]
			if p.ref == nil || p.cur == nil {
				continue
			}
			survey := p.cur.survey(p.name, p.kind, c.Columns[i].sample, rows)
			found[i] = faults.Check(x.surveys[i], survey, faults.Options{Tests: x.tests})
			if p.comparable() && c.Columns[i].Drifted() {
				moved[i], now[i] = x.surveys[i], survey
			}
		}
	})
	for i, f := range faults.Swapped(moved, now) {
		if f != nil {
			found[i] = f // whatever else a column with another's values looks like
		}
	}
	whole := len(all)
	var distinct, before []*Column
	for i, p := range x.pairs {
		f := found[i]
		if f != nil {
			all = append(all, x.tell(*f, p, rows))
		}
		if p.comparable() && (f == nil || f.Distinct()) {
			distinct, before = append(distinct, p.cur), append(before, p.ref)
		}
	}
	hashesBefore := func() []uint64 { return x.hashesBefore(before) }
	if f := faults.Duplicated(hashesBefore, x.cur.rowHashes(distinct, rows), faults.Options{Tests: x.tests}); f != nil {
		all = slices.Insert(all, whole, x.tell(*f, nil, rows))
	}
	return all
}

// hashesBefore hashes the reference's rows by some columns: nearly always by all of them, which is done once.
func (x *explainer) hashesBefore(columns []*Column) []uint64 {
	if slices.Equal(x.hashed, columns) {
		return x.hashes()
	}
	return x.ref.rowHashes(columns, x.ref.all())
}

// tell makes a finding public, with the row since which it is there if it began inside the rows.
func (x *explainer) tell(f faults.Finding, p *pair, rows []int) Fault {
	told := Fault{Column: f.Column, Fault: f.Kind, Share: f.Share, NullRate: f.NullRate(), finding: f}
	if start := f.Start(); start > 0 && start < uint64(len(rows)) {
		x.begin(&told, rows[start])
	}
	if p != nil && f.Traceable() {
		first, hits := -1, 0
		for i, row := range rows {
			if f.Hits(p.cur.value(p.kind, row)) {
				hits++
				if first < 0 {
					first = i
				}
			}
		}
		if faults.Onset(first, hits, len(rows)) {
			x.begin(&told, rows[first])
		}
	}
	return told
}

// begin sets since when a fault is there.
func (x *explainer) begin(f *Fault, row int) {
	f.SinceRow = new(row)
	if at := x.cur.Times[row]; at != profile.Dawn {
		f.Since = at.String()
	}
}

// schema compares the columns that only one file has.
func (x *explainer) schema() []faults.Finding {
	var gone, added []*faults.Column
	for i, p := range x.pairs {
		switch {
		case p.cur == nil:
			gone = append(gone, x.surveys[i])
		case p.ref == nil:
			whole := x.cur.all()
			added = append(added, p.cur.survey(p.name, p.kind, p.cur.sample(p.kind, whole), whole))
		}
	}
	return faults.Schema(gone, added)
}

// rowHashes returns a hash of each row's values in some columns. Equal rows of one file have equal hashes; those of two
// files cannot be compared.
func (d *Dataset) rowHashes(columns []*Column, rows []int) []uint64 {
	const prime = 0x9e3779b97f4a7c15
	hashes := make([]uint64, len(rows))
	for _, c := range columns {
		for i, row := range rows {
			h := hashes[i]
			if k := c.at(row); k != missing {
				h ^= math.Float64bits(c.numbers[row]) + uint64(k)<<1
				if c.texts != nil {
					h ^= uint64(uint32(c.codes[row])) << 32
				}
			}
			h *= prime
			hashes[i] = h ^ h>>29
		}
	}
	return hashes
}

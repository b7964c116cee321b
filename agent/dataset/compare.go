package dataset

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/drivers"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// CompareOptions say what to compare, and in which pieces.
type CompareOptions struct {
	Chunking
	// Methods are the column measures wanted (detectors.ColumnMethods); none means detectors.BatchMethods, and
	// mismatch_rate for columns that hold values of another type.
	Methods []string
	// Kinds of columns whose values mislead, such as codes that look like numbers.
	Kinds map[string]profile.Kind
	// Broad adds to the default Methods what costs little (detectors.BroadMethods).
	Broad bool
	// Correction adjusts p-values in families; none means detectors.Holm.
	Correction detectors.Correction
	// Answers overrides what would be inferred about the model's answers.
	Answers performance.Overrides
	// NoMultivariate leaves out the measures of how features hang together.
	NoMultivariate bool
	// Distributions asks for ColumnReport.Distribution, which keeps all values until the last chunk is measured.
	Distributions bool
	// Scoring sets what measures of performance ask for, Costs what each answer costs.
	Scoring performance.EvaluationOptions
	Costs   performance.Costs
	// Protected are the attributes whose groups are compared, and MinimumGroup the least number of cases that says
	// anything about a group (0: fairness.DefaultMinimum).
	Protected    []string
	MinimumGroup uint64
}

// Comparison is the public JSON object of the command compare; docs/json.md describes it. What does not exist is absent.
type Comparison struct {
	Schema               int           `json:"schema"`
	Reference            Input         `json:"reference"`
	Current              Input         `json:"current"`
	ReferencePerformance []Performance `json:"reference_performance"`
	Chunks               []Chunk       `json:"chunks"`
	Thresholds           []Threshold   `json:"thresholds"`
	// ReferenceFairness compares the groups of the protected attributes in the reference.
	ReferenceFairness []Fairness `json:"reference_fairness,omitempty"`
	// Estimates tell how far estimated performance can be trusted; nil if none could be estimated.
	Estimates *Estimates `json:"estimates,omitempty"`

	// Notes say in a sentence each what was recognised, inferred or left out.
	Notes []string `json:"-"`
}

// Input is one of the two files.
type Input struct {
	Path string `json:"path"`
	Rows int    `json:"rows"`
}

// Chunk is one piece of the current rows beside the whole reference.
type Chunk struct {
	Index int64 `json:"index"`
	// StartRow is the first of the chunk's rows in file order, from 0, and EndRow the one after the last. Rows is how
	// many there are: fewer than lie between if the file is not in order of time.
	StartRow    int            `json:"start_row"`
	EndRow      int            `json:"end_row"`
	Start       string         `json:"start,omitempty"`
	End         string         `json:"end,omitempty"`
	Rows        int            `json:"rows"`
	Columns     []ColumnReport `json:"columns"`
	Performance []Performance  `json:"performance"`
	// Multivariate measures all features together.
	Multivariate []Measure `json:"multivariate,omitempty"`
	Judged
	Fairness []Fairness `json:"fairness,omitempty"`
	// Faults, Drivers, Segment and Story say what is behind the numbers, see explain.go.
	Faults  []Fault  `json:"faults"`
	Drivers []Driver `json:"drivers"`
	Segment *Segment `json:"segment,omitempty"`
	Story   string   `json:"story"`

	// Verdict is what the story says of all rows: whether their error differs from the reference's beyond chance.
	Verdict drivers.Verdict `json:"-"`
}

// ColumnReport is one column of one chunk.
type ColumnReport struct {
	Name    string       `json:"name"`
	Kind    profile.Kind `json:"kind"`
	N       uint64       `json:"n"`
	Missing uint64       `json:"missing"`
	// Unseen counts rows with a category that the reference never had; nil for numbers and text.
	Unseen       *uint64   `json:"unseen,omitempty"`
	Measurements []Measure `json:"measurements"`

	// Part of an event that the column is, and how its values are spread if CompareOptions.Distributions asked for it.
	Part         Part          `json:"-"`
	Distribution *Distribution `json:"-"`

	sample *detectors.Sample // until the distribution is made of it
	broad  bool              // measured more broadly than was asked for
}

// Measure is one measurement of a column.
type Measure struct {
	Name      string   `json:"name"`
	Value     float64  `json:"value"`
	PValue    *float64 `json:"p_value,omitempty"`
	PAdjusted *float64 `json:"p_adjusted,omitempty"`
	Effect    *float64 `json:"effect_size,omitempty"`
	Shift     *float64 `json:"detectable_shift,omitempty"`
	Lower     *float64 `json:"lower,omitempty"`
	Upper     *float64 `json:"upper,omitempty"`
	N         uint64   `json:"n"`
	M         uint64   `json:"m"`
	// Columns is how many columns a measure of all features looked at, if not at all of them.
	Columns   int              `json:"columns,omitempty"`
	Threshold *float64         `json:"threshold,omitempty"`
	Drifted   *bool            `json:"drifted,omitempty"`
	Status    detectors.Status `json:"status"`
}

// Past tells whether the measurement is past its limit.
func (m *Measure) Past() bool { return m.Drifted != nil && *m.Drifted }

// Drifted tells whether the column moved by more than chance explains, and by enough to matter. Tests such as χ² ask only
// the first question, and on many rows say yes to anything, so they do not count; nor do other tools' verdicts, nor what
// CompareOptions.Broad added: more measures would be more false alarms, and the answer would depend on what is printed.
func (c *ColumnReport) Drifted() bool {
	return slices.ContainsFunc(c.Measurements, func(m Measure) bool {
		return m.Past() && detectors.Matters(m.Name) && (!c.broad || !detectors.Supplementary(m.Name))
	})
}

// Measure returns the measurement of that name, nil if there is none.
func (c *ColumnReport) Measure(name string) *Measure {
	i := slices.IndexFunc(c.Measurements, func(m Measure) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &c.Measurements[i]
}

// pair is a column of both files; one side is nil if only the other file has it.
type pair struct {
	name      string
	kind      profile.Kind
	ref, cur  *Column
	layout    *profile.ColumnLayout
	reference *detectors.Sample
}

// Compare measures how far cur has moved from ref, chunk by chunk, and how well the model did.
func Compare(ref, cur *Dataset, o CompareOptions) (*Comparison, error) {
	if o.Rows > 0 && o.Period > 0 {
		return nil, errors.New("chunks of rows and chunks of time exclude each other")
	}
	pieces, note, err := cur.cut(o.Chunking)
	if err != nil {
		return nil, err
	}
	scores, notes, err := newScorer(ref, cur, o.Answers, len(o.Protected) > 0)
	if err != nil {
		return nil, err
	}
	if err := scores.configure(o); err != nil {
		return nil, err
	}
	if note != "" {
		notes = append(notes, note)
	}
	protected, groupNotes, err := newProtection(ref, cur, scores, o)
	if err != nil {
		return nil, err
	}
	var pairs []*pair
	var estimateNotes, moreNotes []string
	atOnce(
		func() { estimateNotes = scores.fitEstimator(ref) },
		func() { pairs, moreNotes, err = pairUp(ref, cur, o, scores) },
	)
	if err != nil {
		return nil, err
	}
	notes = slices.Concat(notes, estimateNotes, groupNotes)
	out := &Comparison{Schema: 1, Reference: Input{ref.Path, ref.Rows}, Current: Input{cur.Path, cur.Rows}}
	for _, d := range []*Dataset{ref, cur} {
		for _, n := range d.Notes {
			out.Notes = append(out.Notes, d.Path+": "+n)
		}
	}
	out.Notes = append(append(out.Notes, notes...), moreNotes...)
	y := &yardsticks{pairs: pairs, scores: scores, protected: protected, options: o}
	y.together = sync.OnceValue(func() *joint {
		if o.NoMultivariate {
			return nil
		}
		return newJoint(ref, cur, pairs)
	})
	go y.together() // it takes longest, and chunks have much to do before they need it
	atOnce(
		func() { out.ReferencePerformance = scores.measure(ref, ref.all()) },
		func() { out.Estimates = scores.reportCard(ref, cur, o.Chunking) },
		func() { out.ReferenceFairness = protected.measure(ref, ref.all()) },
		func() { y.explained = newExplainer(ref, cur, pairs, scores, len(pieces)) },
	)
	out.Chunks = make([]Chunk, len(pieces))
	inParallel(len(pieces), func(numbers iter.Seq[int]) {
		for i := range numbers {
			out.Chunks[i] = y.chunk(i, pieces[i], cur)
		}
	})
	y.explained.finish(out)
	out.Thresholds = thresholds(out.Chunks, len(pairs))
	if o.Distributions {
		distribute(out.Chunks, pairs)
	}
	for _, note := range []string{y.together().note(), noteOfCells(out.Chunks)} {
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
	}
	return out, nil
}

// yardsticks are what every chunk is measured with. They do not change while chunks are measured.
type yardsticks struct {
	pairs     []*pair
	scores    *scorer
	together  func() *joint // nil if it was not asked for
	protected *protection
	explained *explainer
	options   CompareOptions
}

func (d *Dataset) all() []int { return d.piece(0, 0, d.Rows).rows }

// chunk measures one piece. It changes nothing but what it returns: chunks are measured at the same time, and so are
// the sections of a chunk that do not need each other.
func (y *yardsticks) chunk(number int, p piece, cur *Dataset) Chunk {
	c := Chunk{Index: p.index, Rows: len(p.rows), Columns: make([]ColumnReport, len(y.pairs))}
	if len(p.rows) > 0 {
		c.StartRow, c.EndRow = p.rows[0], p.rows[len(p.rows)-1]+1
	}
	if p.start != profile.Dawn {
		c.Start, c.End = p.start.String(), p.end.String()
	}
	atOnce(
		func() {
			c.measureColumns(p.rows, y)
			c.correct(y.options.Correction, y.pairs)
			y.explained.explain(number, &c, p.rows)
		},
		func() { c.Multivariate = y.together().measure(p.rows) },
		func() { c.Performance, c.Judged = y.scores.judge(cur, p.rows) },
		func() { c.Fairness = y.protected.measure(cur, p.rows) },
	)
	if !y.options.Distributions {
		for i := range c.Columns {
			c.Columns[i].sample = nil
		}
	}
	return c
}

// comparers hand the memory of one chunk's comparisons on to the next.
var comparers = sync.Pool{New: func() any { return new(detectors.Comparer) }}

func (c *Chunk) measureColumns(rows []int, y *yardsticks) {
	inParallel(len(y.pairs), func(numbers iter.Seq[int]) {
		comparer := comparers.Get().(*detectors.Comparer)
		defer comparers.Put(comparer)
		for i := range numbers {
			c.Columns[i] = y.pairs[i].report(comparer, rows, &y.options, len(y.pairs))
		}
	})
}

func (p *pair) report(comparer *detectors.Comparer, rows []int, o *CompareOptions, columns int) ColumnReport {
	s := p.cur.sample(p.kind, rows)
	r := ColumnReport{
		Name: p.name, Kind: p.kind, Part: p.part(), N: s.N(), Missing: s.Missing, Measurements: []Measure{}, sample: s,
		broad: o.Broad && len(o.Methods) == 0,
	}
	if p.kind == profile.Categorical || p.kind == profile.Boolean {
		r.Unseen = new(s.Unseen(p.reference))
	}
	methods := o.Methods
	if len(methods) == 0 {
		methods = detectors.BatchMethods()
		if o.Broad {
			methods = detectors.BroadMethods()
		}
		if s.Mismatched > 0 || p.reference.Mismatched > 0 {
			methods = append(methods, "mismatch_rate")
		}
	}
	for _, m := range comparer.Column(methods, p.layout, p.reference, s, detectors.Options{Columns: columns}) {
		r.Measurements = append(r.Measurements, measureOf(m))
	}
	return r
}

func measureOf(m detectors.Measurement) Measure {
	return Measure{
		Name: m.Name, Value: m.Value, PValue: m.PValue, Effect: m.EffectSize, Shift: m.DetectableShift, Lower: m.Lower, Upper: m.Upper, N: m.N, M: m.M,
		Threshold: m.Threshold, Drifted: m.Drifted, Status: m.Status,
	}
}

// pairUp finds each column of the reference in the current file, features by name and outputs by what they are; columns
// that only the current file has come last. Columns of one file alone are compared with nothing.
func pairUp(ref, cur *Dataset, o CompareOptions, scores *scorer) ([]*pair, []string, error) {
	var pairs []*pair
	taken := make(map[*Column]bool)
	for _, c := range ref.Columns {
		p := &pair{name: c.Name, ref: c, cur: cur.counterpart(c)}
		taken[p.cur] = true
		pairs = append(pairs, p)
	}
	for _, c := range cur.Columns {
		if !taken[c] {
			pairs = append(pairs, &pair{name: c.Name, cur: c})
		}
	}
	rows := ref.all()
	inParallel(len(pairs), func(numbers iter.Seq[int]) {
		for i := range numbers {
			p := pairs[i]
			p.kind = p.kindBy(o.Kinds, scores)
			p.reference = p.ref.sample(p.kind, rows)
			p.layout = p.reference.Layout(p.name, profile.Feature, p.kind, 1)
		}
	})
	known := make(map[string]bool)
	var notes []string
	for _, p := range pairs {
		known[p.name] = true
		switch {
		case p.ref == nil:
			notes = append(notes, fmt.Sprintf("column %q is only in %s", p.name, cur.Path))
		case p.cur == nil:
			notes = append(notes, fmt.Sprintf("column %q is only in %s", p.name, ref.Path))
		case p.cur.mismatched(p.kind):
			notes = append(notes, fmt.Sprintf("column %q is %s, but %s has values there that are not: they count as mismatched", p.name, p.kind, cur.Path))
		}
	}
	for name := range o.Kinds {
		if !known[name] {
			return nil, nil, fmt.Errorf("no column %q to set the kind of", name)
		}
	}
	return pairs, notes, nil
}

// counterpart returns the column that is the same as one of the other file.
func (d *Dataset) counterpart(c *Column) *Column {
	if c.Part == Prediction || c.Part == Score {
		return d.output(c.Part)
	}
	if same := d.Column(c.Name); same != nil && same.Part == c.Part {
		return same
	}
	return nil
}

// kindBy is the given kind, that of the model's answers, or what the reference's values show; without any, the current
// file's.
func (p *pair) kindBy(given map[string]profile.Kind, scores *scorer) profile.Kind {
	if kind, ok := given[p.name]; ok {
		return kind
	}
	first := p.ref
	if first == nil {
		first = p.cur
	}
	if first.Part == Prediction && scores.numbersAreClasses() {
		return profile.Categorical
	}
	kind, ok := first.kind()
	if !ok && p.ref != nil && p.cur != nil {
		kind, _ = p.cur.kind()
	}
	return kind
}

// part is that of whichever file has the column.
func (p *pair) part() Part {
	if p.ref != nil {
		return p.ref.Part
	}
	return p.cur.Part
}

// mismatched tells whether a column holds values that are not of the kind.
func (c *Column) mismatched(kind profile.Kind) bool {
	return slices.Contains(c.kinds, other) || kind == profile.Numeric && slices.Contains(c.kinds, text)
}

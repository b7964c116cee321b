package dataset

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/drivers"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Driver is one feature by how far it moved, with the bins in which it did.
type Driver struct {
	Column        string  `json:"column"`
	Rank          int     `json:"rank"`
	JensenShannon float64 `json:"jensen_shannon"`
	// PerformanceCorrelation of the distances with the change of performance, over five chunks or more.
	PerformanceCorrelation *float64    `json:"performance_correlation,omitempty"`
	Bins                   []DriverBin `json:"bins"`
	Fault                  faults.Kind `json:"fault,omitempty"`
}

// DriverBin is one bin of psi: its shares, and its term of the sum.
type DriverBin struct {
	Bin          string  `json:"bin"`
	Reference    float64 `json:"reference"`
	Current      float64 `json:"current"`
	Contribution float64 `json:"contribution"`
}

// How many drivers of a chunk are told, and how many bins of each.
const (
	topDrivers = 10
	topBins    = 5
)

// explainer says of each chunk what is broken, what moved and what it did to performance.
type explainer struct {
	ref, cur *Dataset
	pairs    []*pair
	scores   *scorer
	tests    int // columns and chunks that share one false alarm rate
	chunks   int

	before  *errorsOf        // of the reference
	surveys []*faults.Column // of the reference, by pair
	hashed  []*Column        // the columns of hashes, which are of the reference's rows, made when a chunk asks for them
	hashes  func() []uint64
	told    []account // by chunk
}

// account is what finish needs of one chunk.
type account struct {
	story     drivers.Story
	distances map[string]float64 // of all features
}

func newExplainer(ref, cur *Dataset, pairs []*pair, scores *scorer, chunks int) *explainer {
	x := &explainer{
		ref: ref, cur: cur, pairs: pairs, scores: scores, chunks: max(chunks, 1), tests: max(len(pairs)*chunks, 1),
		before: scores.errors(ref, ref.all()), told: make([]account, chunks), surveys: make([]*faults.Column, len(pairs)),
	}
	rows := ref.all()
	inParallel(len(pairs), func(numbers iter.Seq[int]) {
		for i := range numbers {
			p := pairs[i]
			x.surveys[i] = p.ref.survey(p.name, p.kind, p.reference, rows)
		}
	})
	for _, p := range pairs {
		if p.comparable() {
			x.hashed = append(x.hashed, p.ref)
		}
	}
	x.hashes = sync.OnceValue(func() []uint64 { return ref.rowHashes(x.hashed, rows) })
	return x
}

// explain adds faults, drivers and the segment to the chunk of that number, whose columns have been measured and have
// their samples. Chunks are explained at the same time.
func (x *explainer) explain(number int, c *Chunk, rows []int) {
	c.Faults = x.faults(c, rows)
	x.place(c, rows)
	a := account{distances: make(map[string]float64)}
	c.Drivers = x.drivers(&a, c)
	now := x.scores.errors(x.cur, rows)
	a.story = x.performance(now)
	c.Verdict = a.story.Verdict
	if v := c.Verdict; a.story.Error > a.story.ErrorBefore && v != drivers.NoLabels && v != drivers.TooFewLabels {
		c.Segment = x.segment(c, rows, now)
		if c.Segment != nil && v == drivers.Unclear {
			a.story.Verdict = drivers.Worse // beyond chance there, whatever the mean of all rows can show
		}
	}
	x.recount(&a.story, c, rows)
	x.told[number] = a
}

// drivers ranks the features that both files have.
func (x *explainer) drivers(a *account, c *Chunk) []Driver {
	var ranked []drivers.Driver
	bins := make(map[string][]detectors.Bin)
	numeric := make(map[string]bool)
	for i, p := range x.pairs {
		if !p.comparable() {
			continue
		}
		b := detectors.Bins(p.layout, p.reference, c.Columns[i].sample)
		if b == nil {
			continue
		}
		d := drivers.Driver{Column: p.name, Distance: distance(b)}
		ranked = append(ranked, d)
		a.distances[p.name] = d.Distance
		bins[p.name], numeric[p.name] = b, p.kind == profile.Numeric
	}
	drivers.Rank(ranked)
	all := []Driver{}
	for i, d := range ranked[:min(topDrivers, len(ranked))] {
		told := Driver{Column: d.Column, Rank: i + 1, JensenShannon: d.Distance, Bins: []DriverBin{}}
		for _, b := range drivers.Contributions(bins[d.Column]) {
			if len(told.Bins) == topBins || b.PSI == 0 {
				break
			}
			told.Bins = append(told.Bins, DriverBin{drivers.Label(b.Bin, numeric[d.Column]), b.Reference, b.Current, b.PSI})
		}
		if j := slices.IndexFunc(c.Faults, func(f Fault) bool { return f.Column == d.Column }); j >= 0 {
			told.Fault = c.Faults[j].Fault
		}
		all = append(all, told)
	}
	return all
}

func distance(bins []detectors.Bin) float64 {
	ref, cur := make([]uint64, len(bins)), make([]uint64, len(bins))
	for i, b := range bins {
		ref[i], cur[i] = b.Ref, b.Cur
	}
	return detectors.JensenShannon(ref, cur)
}

// errorsOf are the errors of labelled rows: their place among the rows asked for, and how wrong each is.
type errorsOf struct {
	at     []int
	errors []float64
}

// errors returns those of some rows; none without a scorer.
func (s *scorer) errors(d *Dataset, rows []int) *errorsOf {
	all := &errorsOf{}
	if s == nil {
		return all
	}
	all.at, all.errors = make([]int, 0, len(rows)), make([]float64, 0, len(rows))
	s.labelled(d, rows, func(row int, o performance.Outcome) {
		if e, ok := s.schema.Error(o); ok {
			all.at, all.errors = append(all.at, row), append(all.errors, e)
		}
	})
	return all
}

// mean returns the mean of the errors and the variance of that mean.
func (e *errorsOf) mean(deff float64) (mean, variance float64) {
	n := float64(len(e.errors))
	for _, x := range e.errors {
		mean += x / n
	}
	for _, x := range e.errors {
		variance += (x - mean) * (x - mean) / n
	}
	return mean, variance / n * deff
}

// The rules of what is told as a change of performance.
const (
	leastLabels = 30   // independent ones, on either side
	leastChange = 0.01 // of the share of wrong answers
	leastGrowth = 0.05 // of the error before
)

// performance compares the errors with the reference's, each side's chance counted.
func (x *explainer) performance(now *errorsOf) drivers.Story {
	s := drivers.Story{}
	if x.scores == nil || len(now.errors) == 0 || len(x.before.errors) == 0 {
		return s
	}
	s.Regression = x.scores.regression()
	var a, b float64
	s.Error, a = now.mean(x.scores.options.DesignEffect)
	s.ErrorBefore, b = x.before.mean(x.scores.options.DesignEffect)
	change := s.Error - s.ErrorBefore
	least := leastGrowth * s.ErrorBefore
	if !s.Regression {
		least = max(least, leastChange)
	}
	limit := math.Sqrt2 * math.Erfinv(1-0.01/float64(x.chunks)) * math.Sqrt(a+b)
	switch {
	case !profile.Finite(change):
		s.Error, s.ErrorBefore = 0, 0
	case float64(min(len(now.errors), len(x.before.errors))) < leastLabels*x.scores.options.DesignEffect:
		s.Verdict = drivers.TooFewLabels
	case change > max(limit, least):
		s.Verdict = drivers.Worse
	case -change > max(limit, least):
		s.Verdict = drivers.Better
	case change > max(1.645*math.Sqrt(a+b), least):
		s.Verdict = drivers.Unclear
	default:
		s.Verdict = drivers.AsBefore
	}
	return s
}

// recount puts what was found into the story.
func (x *explainer) recount(s *drivers.Story, c *Chunk, rows []int) {
	if c.Segment != nil {
		s.Segment, s.Explained = c.Segment.Name, c.Segment.Explained
		s.Alone = c.Segment.alone
		s.SegmentError, s.SegmentBefore = c.Segment.Error, c.Segment.ErrorBefore
	}
	broken := make(map[string]bool)
	for _, f := range c.Faults {
		broken[f.Column] = true
		told := drivers.StoryFault{Column: f.Column, Clause: f.finding.Clause, Share: f.finding.Share}
		if told.There = f.Segment != "" && c.Segment != nil && f.Segment == c.Segment.Name; !told.There {
			told.Where = f.Segment
		}
		s.Faults = append(s.Faults, told)
	}
	slices.SortStableFunc(s.Faults, func(a, b drivers.StoryFault) int {
		if a.There != b.There {
			if a.There {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Share, a.Share)
	})
	drifted := make(map[string]bool)
	for i := range c.Columns {
		drifted[c.Columns[i].Name] = c.Columns[i].Drifted()
	}
	for _, p := range x.pairs {
		if p.ref != nil && p.ref.Part != Feature && drifted[p.name] && !broken[p.name] {
			s.Answers = append(s.Answers, p.name)
		}
	}
	for _, d := range c.Drivers {
		if !drifted[d.Column] || broken[d.Column] {
			continue
		}
		if len(s.Moved) == 0 {
			s.How = d.how()
			if x.gradual(d.Column, rows) && s.How != "" {
				s.How += ", more and more"
			}
		}
		s.Moved = append(s.Moved, d.Column)
	}
}

// What it takes for a column to move bit by bit, and not at once: how straight it rises or falls with the rows, which the
// reference did not, and how many rows show it.
const (
	straight  = 0.4
	level     = 0.2
	leastPath = 200
)

// gradual tells whether a column that moved goes on moving through the rows.
func (x *explainer) gradual(name string, rows []int) bool {
	i := slices.IndexFunc(x.pairs, func(p *pair) bool { return p.name == name && p.comparable() })
	if i < 0 || x.pairs[i].kind != profile.Numeric || len(rows) < leastPath {
		return false
	}
	p := x.pairs[i]
	return p.cur.trend(rows) >= straight && p.ref.trend(x.ref.all()) <= level
}

// how says what the bin that moved most did.
func (d *Driver) how() string {
	if len(d.Bins) == 0 {
		return ""
	}
	b := d.Bins[0]
	return faults.Quote(d.Column) + " " + relation(shownName(b.Bin)) + " in " + faults.Percent(b.Current) + " of rows, was " + faults.Percent(b.Reference)
}

// relation puts a sign before a category or an interval that has none.
func relation(bin string) string {
	for _, sign := range []string{"<", "≥", "="} {
		if strings.HasPrefix(bin, sign) {
			return bin
		}
	}
	return "= " + bin
}

// finish tells what only all chunks together say: correlations, and since when.
func (x *explainer) finish(out *Comparison) {
	x.correlate(out)
	for i := range out.Chunks {
		c := &out.Chunks[i]
		for j := range c.Faults {
			f := &c.Faults[j]
			x.date(out, i, f)
			told := x.told[i].story.Faults
			if k := slices.IndexFunc(told, func(t drivers.StoryFault) bool { return t.Column == f.Column }); k >= 0 {
				told[k].Since = f.begun()
			}
		}
		switch {
		case c.Rows == 0:
			c.Story = "there are no rows to compare"
		case x.ref.Rows == 0:
			c.Story = "the reference has no rows to compare with"
		default:
			x.told[i].story.Together = slices.ContainsFunc(c.Multivariate, func(m Measure) bool { return m.Past() })
			c.Story = x.told[i].story.String()
		}
	}
}

// begun is since when a fault is there, as a story tells it; empty if that is not known.
func (f *Fault) begun() string {
	switch {
	case f.Since != "":
		date, _, _ := strings.Cut(f.Since, "T")
		return date
	case f.SinceRow != nil:
		return "row " + faults.Figure(float64(*f.SinceRow))
	}
	return ""
}

// date takes over since when the chunk before had the same fault, and says it.
func (x *explainer) date(out *Comparison, chunk int, f *Fault) {
	if chunk > 0 {
		previous := &out.Chunks[chunk-1]
		k := slices.IndexFunc(previous.Faults, func(p Fault) bool { return p.Column == f.Column && p.Fault == f.Fault })
		switch {
		case k >= 0:
			f.Since, f.SinceRow = previous.Faults[k].Since, previous.Faults[k].SinceRow
		case f.SinceRow == nil:
			f.SinceRow, f.Since = new(out.Chunks[chunk].StartRow), out.Chunks[chunk].Start
		}
	}
	where := ""
	if f.Segment != "" {
		where = " of " + f.Segment
	}
	switch {
	case f.Since != "":
		where += " since " + f.Since
	case f.SinceRow != nil:
		where += " since row " + faults.Figure(float64(*f.SinceRow))
	}
	told := f.finding
	told.Share = f.Share
	f.Sentence = told.Sentence(where)
}

// correlate adds the correlation of each driver's distances with the change of performance.
func (x *explainer) correlate(out *Comparison) {
	var errors []float64
	var with []*account
	for i := range x.told {
		if a := &x.told[i]; a.story.Verdict != drivers.NoLabels {
			errors, with = append(errors, a.story.Error), append(with, a)
		}
	}
	if len(with) < drivers.LeastChunks {
		return
	}
	known := make(map[string]*float64)
	for name := range with[0].distances {
		distances := make([]float64, len(with))
		for i, a := range with {
			distances[i] = a.distances[name]
		}
		if r, ok := drivers.Correlate(distances, errors, with[0].story.ErrorBefore); ok {
			known[name] = new(r)
		}
	}
	for i := range out.Chunks {
		for j := range out.Chunks[i].Drivers {
			d := &out.Chunks[i].Drivers[j]
			d.PerformanceCorrelation = known[d.Column]
		}
	}
}

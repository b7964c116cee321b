package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
)

const (
	maxNotes  = 200
	maxFaults = 30
)

// adapt makes the view of a comparison.
func adapt(c *dataset.Comparison, o Options) page {
	names := chunkNames(c)
	all := c.Histories()
	p := page{
		Reference: source{Path: c.Reference.Path, Rows: plural(c.Reference.Rows, "row")},
		Current:   source{Path: c.Current.Path, Rows: plural(c.Current.Rows, "row"), Period: period(c)},
		Made:      made(o), Command: commandLine(o.Command),
		Performance: newPerformance(c, names), Estimates: newEstimates(c), Overview: newOverview(all, names), Columns: newColumns(all, names),
		Notes: c.Notes[:min(len(c.Notes), maxNotes)],
	}
	p.Drivers, p.DriversOf = newDrivers(c, all)
	p.Segments = newSegments(c, names)
	p.Faults, p.FaultsLeftOut = newFaults(c)
	p.Matrices, p.Reliabilities = newMatrices(c, names)
	p.Fairness, p.Multivariate, p.Thresholds = newFairness(c), newMultivariate(c), newThresholds(c)
	inputs := slices.DeleteFunc(slices.Clone(all), func(t dataset.History) bool { return t.Part != dataset.Feature })
	outputs := slices.DeleteFunc(slices.Clone(all), func(t dataset.History) bool { return t.Part == dataset.Feature })
	p.Verdicts = []verdict{
		movement("Did the inputs move?", "input", inputs, len(c.Chunks)),
		movement("Did the answers move?", "output column", outputs, len(c.Chunks)),
		damage(c, names),
		trust(c.Current.Rows, p.Faults, all),
	}
	p.Headline = headline(c, p.Faults, inputs, p.Verdicts)
	p.Advice = advise(c, p.Faults, inputs, p.Verdicts)
	p.DriversCalm = len(p.Drivers) > 0 && !slices.ContainsFunc(p.Drivers, func(d driver) bool { return d.Drifted })
	p.Stories, p.MoreStories = newStories(c, names)
	return p
}

// headline is the comparison in one sentence.
func headline(c *dataset.Comparison, faults []fault, inputs []dataset.History, verdicts []verdict) string {
	if c.Current.Rows == 0 || len(c.Chunks) == 0 {
		return "There are no rows to compare."
	}
	if told := sentence(c.Chunks[0].Story); len(c.Chunks) == 1 && told != "" {
		return told
	}
	moved := movedOf(inputs)
	sentence := "None of " + plural(len(inputs), "input") + " moved"
	switch {
	case verdicts[0].State == unknown:
		sentence = "Whether the inputs moved cannot be told"
	case len(moved) > 0:
		sentence = fmt.Sprintf("%s of %s moved, most of all %s", count(len(moved)), plural(len(inputs), "input"), listing(moved[:min(3, len(moved))]))
	}
	if len(faults) > 0 {
		sentence += "; " + faulty(faults)
	}
	switch harm := verdicts[2]; {
	case harm.Answer == tooFew:
		sentence += "; too few labels yet to judge the answers"
	case harm.State == unknown:
		sentence += "; without labels nothing can be said about the model's performance"
	case harm.Answer == inPlaces:
		sentence += "; the model got worse in places, all in all " + harm.Figure
	case harm.State == bad:
		sentence += "; the model got worse: " + harm.Figure
	case harm.State == uneasy:
		sentence += "; the model got slightly worse: " + harm.Figure
	default:
		sentence += "; no harm to the model is shown: " + harm.Figure
	}
	return sentence + "."
}

// movedOf names the columns that drifted.
func movedOf(all []dataset.History) (moved []string) {
	for _, t := range all {
		if t.Drifted > 0 {
			moved = append(moved, quoted(t.Name))
		}
	}
	return moved
}

// faulty names what is broken over many chunks in a few words.
func faulty(faults []fault) string {
	var all []string
	for _, f := range faults {
		told := f.Kind
		if f.Column != "" {
			told += " of " + quoted(f.Column)
		}
		if !slices.Contains(all, told) {
			all = append(all, told)
		}
	}
	if len(all) > 3 {
		all = append(all[:3], plural(len(all)-3, "more fault"))
	}
	return "broken input: " + strings.Join(all, ", ")
}

func made(o Options) string {
	var parts []string
	if o.Version != "" {
		parts = append(parts, "anchorwatch "+o.Version)
	}
	if !o.At.IsZero() {
		parts = append(parts, o.At.UTC().Format(time.DateOnly+" 15:04 UTC"))
	}
	return strings.Join(parts, " · ")
}

// commandLine joins words as a shell would have them.
func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool {
			return !strings.ContainsRune("-_./=,:@%+", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
		}) {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		quoted[i] = word
	}
	return strings.Join(quoted, " ")
}

// chunkNames calls each chunk by its index and, if it has one, its time.
func chunkNames(c *dataset.Comparison) []string {
	names := make([]string, len(c.Chunks))
	for i, chunk := range c.Chunks {
		names[i] = fmt.Sprintf("chunk %d", chunk.Index)
		if chunk.Start != "" {
			names[i] = fmt.Sprintf("chunk %d (from %s)", chunk.Index, moment(chunk.Start))
		}
	}
	return names
}

// chunkTicks are the chunks' names where there is little room: their time if they have one.
func chunkTicks(c *dataset.Comparison) []string {
	ticks := make([]string, len(c.Chunks))
	for i, chunk := range c.Chunks {
		ticks[i] = cmp.Or(moment(chunk.Start), fmt.Sprintf("chunk %d", chunk.Index))
	}
	return ticks
}

// period is from the first chunk's start to the last one's end.
func period(c *dataset.Comparison) string {
	if len(c.Chunks) == 0 || c.Chunks[0].Start == "" {
		return ""
	}
	text := moment(c.Chunks[0].Start) + " to " + moment(c.Chunks[len(c.Chunks)-1].End)
	if n := len(c.Chunks); n > 1 {
		text += " in " + plural(n, "chunk")
	}
	return text
}

// newStories tells the one chunk, or of many the worst and the last, and the others to be unfolded.
func newStories(c *dataset.Comparison, names []string) (top, more []story) {
	if len(c.Chunks) == 1 {
		return nil, nil // it is the headline
	}
	worst := -1
	if o := c.Outcome(); o != nil && o.Reference != nil {
		worst = worstOf(o.Course)
	}
	for i := range c.Chunks {
		s := story{Text: sentence(c.Chunks[i].Story)}
		if s.Text == "" {
			continue
		}
		s.Chunk = names[i]
		switch {
		case i == worst && i != len(c.Chunks)-1:
			s.Chunk = "Worst, " + s.Chunk
			top = append(top, s)
		case i == len(c.Chunks)-1:
			s.Chunk = "Last, " + s.Chunk
			top = append(top, s)
		case len(more) < maxNotes:
			more = append(more, s)
		}
	}
	return top, more
}

// sentence gives a clause its capital and its full stop.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(clause)
	clause = string(unicode.ToUpper(first)) + clause[size:]
	if !strings.HasSuffix(clause, ".") {
		clause += "."
	}
	return clause
}

// tried returns in what a fault is looked for: columns, or chunks as a whole.
func tried(kind faults.Kind) string {
	if kind == faults.DuplicatedRows || kind == faults.ColumnRenamed || kind == faults.ColumnsSwapped {
		return "chunk"
	}
	return "column"
}

// newFaults shows each fault of a column once.
func newFaults(c *dataset.Comparison) (all []fault, leftOut string) {
	found := c.Faults()
	for i, f := range found {
		if i == maxFaults {
			leftOut = plural(len(found)-i, "more fault") + " in compare --json."
			break
		}
		drawn := fault{Kind: words(string(f.Fault.Fault)), Column: f.Column, Sentence: f.Sentence}
		if f.NullRate > 0 {
			drawn.Evidence = fmt.Sprintf("In data without it, chance names it in one %s of %s.", tried(f.Fault.Fault), count(int64(math.Round(1/f.NullRate))))
		}
		if len(c.Chunks) > 1 {
			drawn.Chunks = fmt.Sprintf("in %d of %d chunks", f.Chunks, len(c.Chunks))
			if f.Since != "" {
				drawn.Chunks += ", since " + moment(f.Since)
			}
		}
		all = append(all, drawn)
	}
	return all, leftOut
}

// newMultivariate shows the measures of all inputs together: the last chunk's, and their course.
func newMultivariate(c *dataset.Comparison) (all []multivariate) {
	if len(c.Chunks) == 0 {
		return nil
	}
	ticks := chunkTicks(c)
	for _, m := range c.Chunks[len(c.Chunks)-1].Multivariate {
		drawn := multivariate{
			Name: m.Name, Value: figure(m.Value), Bounds: within(m.Lower, m.Upper), P: chance(m.PValue), Threshold: optional(m.Threshold),
			Drifted: m.Past(),
		}
		if m.Status != detectors.OK {
			drawn.Status = string(m.Status)
		}
		if entry, ok := detectors.Lookup(m.Name); ok {
			drawn.Meaning = entry.Meaning
		}
		points := make([]point, len(c.Chunks))
		times := 0
		for i := range c.Chunks {
			points[i].chunk = ticks[i]
			for j := range c.Chunks[i].Multivariate {
				if same := &c.Chunks[i].Multivariate[j]; same.Name == m.Name && same.Status == detectors.OK {
					points[i].interval = interval{&same.Value, same.Lower, same.Upper}
					if same.Past() {
						times++
					}
				}
			}
		}
		if len(c.Chunks) > 1 {
			drawn.In = fmt.Sprintf("%d of %d", times, len(c.Chunks))
		}
		drawn.Course = newCourse(m.Name, "", interval{value: m.Threshold}, points)
		all = append(all, drawn)
	}
	return all
}

// newThresholds says where the limits come from.
func newThresholds(c *dataset.Comparison) (all []threshold) {
	for _, t := range c.Thresholds {
		value := figure(t.Lowest)
		if t.Highest > t.Lowest {
			value += " – " + figure(t.Highest)
		}
		all = append(all, threshold{t.Measure, value, t.Formula, t.Derivation})
	}
	return all
}

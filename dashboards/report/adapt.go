package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

const (
	maxDrivers = 8
	maxShifts  = 3
	leastShift = 0.01 // a share that changed by less is not worth a word
	maxCourses = 12
	maxClasses = 60 // rows of measures by class
	maxNotes   = 200
)

// adapt makes the view of a comparison.
func adapt(c *dataset.Comparison, o Options) page {
	names := chunkNames(c)
	all := tracks(c)
	p := page{
		Reference: source{Path: c.Reference.Path, Rows: plural(c.Reference.Rows, "row")},
		Current:   source{Path: c.Current.Path, Rows: plural(c.Current.Rows, "row"), Period: period(c)},
		Made:      made(o), Command: commandLine(o.Command),
		Performance: newPerformance(c, names), Estimates: newEstimates(c), Overview: newOverview(all, names), Columns: newColumns(all, names),
		Notes: c.Notes[:min(len(c.Notes), maxNotes)],
	}
	p.Drivers, p.DriversOf = newDrivers(all, names)
	inputs := slices.DeleteFunc(slices.Clone(all), func(t track) bool { return t.part != dataset.Feature })
	outputs := slices.DeleteFunc(slices.Clone(all), func(t track) bool { return t.part == dataset.Feature })
	p.Verdicts = []verdict{
		movement("Did the inputs move?", "input", inputs, len(c.Chunks), "drivers"),
		movement("Did the answers move?", "output column", outputs, len(c.Chunks), "columns"),
		damage(c, names),
		trust(p.Faults, false, all),
	}
	p.Headline = headline(c, inputs, p.Verdicts)
	return p
}

// headline is the comparison in one sentence.
func headline(c *dataset.Comparison, inputs []track, verdicts []verdict) string {
	if c.Current.Rows == 0 || len(c.Chunks) == 0 {
		return "There are no rows to compare."
	}
	var moved []string
	for _, t := range inputs {
		if t.drifted > 0 {
			moved = append(moved, t.name)
		}
	}
	sentence := "None of " + plural(len(inputs), "input") + " moved"
	if len(moved) > 0 {
		sentence = fmt.Sprintf("%s of %s moved, most of all %s", count(len(moved)), plural(len(inputs), "input"), listing(moved[:min(3, len(moved))]))
	}
	switch harm := verdicts[2]; harm.State {
	case unknown:
		sentence += "; without labels nothing can be said about the model's performance"
	case bad:
		sentence += "; the model got worse: " + harm.Figure
	case uneasy:
		sentence += "; the model got slightly worse: " + harm.Figure
	default:
		sentence += "; no harm to the model is shown: " + harm.Figure
	}
	return sentence + "."
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
	for _, piece := range pieces(d.Bins) {
		add(piece.name, sum(d.Reference.Counts, piece), sum(d.Current.Counts, piece))
	}
	if edges := d.Bins.Edges; len(edges) > 0 {
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
func pieces(b *detectors.Bins) (all []piece) {
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

// newOverview shows the columns over the chunks; nil for one chunk.
func newOverview(all []track, names []string) *overview {
	if len(names) < 2 || len(all) == 0 {
		return nil
	}
	v := &overview{First: names[0], Last: names[len(names)-1]}
	for i, t := range all {
		if i == overviewRows {
			v.LeftOut = plural(len(all)-i, "more column") + " below."
			break
		}
		v.Rows = append(v.Rows, overviewRow{
			Name: t.name, Strip: newStrip(t.name, t.distance, t.moved), Drifted: t.drifted > 0,
			Largest: figure(t.distance[t.largest]), In: fmt.Sprintf("%d of %d", t.drifted, len(t.reports)),
		})
	}
	return v
}

// newPerformance sets performance beside the reference's own; nil without any.
func newPerformance(c *dataset.Comparison, names []string) *performanceView {
	basis := c.ReferencePerformance
	for i := range c.Chunks {
		if len(basis) == 0 {
			basis = c.Chunks[i].Performance
		}
	}
	if len(basis) == 0 {
		return nil
	}
	v := &performanceView{Chunked: len(c.Chunks) > 1}
	for _, p := range basis {
		if strings.HasPrefix(p.Name, estimated) {
			continue
		}
		s := newScore(c, names, p.Name, p.Class)
		if p.Class == "" || p.Class == "macro" {
			v.Rows = append(v.Rows, s)
		} else if len(v.Hidden) < maxClasses {
			v.Hidden = append(v.Hidden, s)
		} else {
			v.LeftOut = "More classes are in compare --json."
		}
		if (p.Class == "" || p.Class == "macro") && v.Chunked && len(v.Courses) < maxCourses {
			if course := performanceCourse(c, p.Name, p.Class); course != nil {
				v.Courses = append(v.Courses, *course)
			}
		}
	}
	return v
}

// estimated begins the names of what was measured without labels.
const estimated = "estimated_"

// newEstimates sets performance estimated from scores alone beside what labels said; nil without any. Over many chunks
// the numbers are those of the last.
func newEstimates(c *dataset.Comparison) *estimatesView {
	if len(c.Chunks) == 0 {
		return nil
	}
	v := &estimatesView{}
	last := c.Chunks[len(c.Chunks)-1].Performance
	for _, p := range last {
		name, ok := strings.CutPrefix(p.Name, estimated)
		if !ok || len(v.Rows) == maxClasses {
			continue
		}
		e := newCell(&p)
		v.Rows = append(v.Rows, estimate{
			Name: strings.TrimSpace(name + " " + p.Class), Estimated: e.Value, Bounds: e.Bounds, Realised: newCell(find(last, name, p.Class)).Value,
		})
		if course := performanceCourse(c, p.Name, p.Class); course != nil && len(v.Courses) < maxCourses {
			v.Courses = append(v.Courses, *course)
		}
	}
	if len(v.Rows) == 0 {
		return nil
	}
	return v
}

func newScore(c *dataset.Comparison, names []string, name, class string) score {
	s := score{Name: name, Class: class}
	if entry, ok := detectors.Lookup(name); ok {
		s.Meaning = entry.Meaning
	}
	then := find(c.ReferencePerformance, name, class)
	var now, worst *dataset.Performance
	for i := range c.Chunks {
		p := find(c.Chunks[i].Performance, name, class)
		if i == len(c.Chunks)-1 {
			now = p
		}
		if p != nil && p.Status == "" && (worst == nil || loses(worst, p)) {
			worst, s.WorstChunk = p, names[i]
		}
	}
	s.Reference, s.Now, s.Worst = newCell(then), newCell(now), newCell(worst)
	s.Whisker = newWhisker(name, newInterval(then), newInterval(now))
	j := judge(then, now)
	s.Worse, s.Better = j.worse, j.better
	if then != nil && now != nil && then.Status == "" && now.Status == "" {
		s.Change = signed(now.Value - then.Value)
	}
	return s
}

// loses tells whether b is worse than a.
func loses(a, b *dataset.Performance) bool {
	switch {
	case a.Name == "mean_error":
		return math.Abs(b.Value) > math.Abs(a.Value)
	case slices.Contains(lowerIsBetter, a.Name):
		return b.Value > a.Value
	}
	return b.Value < a.Value
}

func signed(x float64) string {
	if text := figure(x); x <= 0 || text == "–" {
		return strings.Replace(text, "-", "−", 1)
	}
	return "+" + figure(x)
}

func newCell(p *dataset.Performance) cell {
	switch {
	case p == nil:
		return cell{Value: "–"}
	case p.Status == detectors.Undefined:
		return cell{Value: "–", Status: string(p.Status), Size: "n " + count(p.N)}
	}
	return cell{figure(p.Value), within(p.Lower, p.Upper), "n " + count(p.N), string(p.Status)}
}

func newInterval(p *dataset.Performance) interval {
	if p == nil || p.Status == detectors.Undefined {
		return interval{}
	}
	return interval{&p.Value, p.Lower, p.Upper}
}

func performanceCourse(c *dataset.Comparison, name, class string) *course {
	points := make([]point, len(c.Chunks))
	for i, tick := range chunkTicks(c) {
		points[i].chunk = tick
		if p := find(c.Chunks[i].Performance, name, class); p != nil && p.Status == "" {
			points[i].interval = newInterval(p)
		}
	}
	return newCourse(name, class, newInterval(find(c.ReferencePerformance, name, class)), points)
}

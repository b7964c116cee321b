package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/estimate"
)

// describeComparison prints a comparison for people: what happened in a sentence, what is broken, the finding in figures,
// what moved most first, then performance and how the files were understood.
func describeComparison(w io.Writer, c *dataset.Comparison, asked []string, colored bool) {
	if story := lastStory(c); story != "" {
		fmt.Fprintln(w, painted(cell{story, bold}, colored))
	}
	describeFaults(w, c, colored)
	fmt.Fprintln(w, finding(c))
	fmt.Fprintf(w, "%s (%s) compared with %s (%s)\n", c.Current.Path, plural(c.Current.Rows, "row"), c.Reference.Path, plural(c.Reference.Rows, "row"))
	for _, part := range append([]*table{columnTable(c, asked), multivariateTable(c), performanceTable(c), estimateTable(c)}, fairnessTables(c)...) {
		if part != nil {
			fmt.Fprintln(w)
			part.write(w, colored)
		}
	}
	fmt.Fprintln(w)
	legend := "! drifted: by more than chance explains and by enough to matter"
	if len(c.Chunks) == 1 {
		legend += "; * the measure that says so; p of ks, or of chi2"
	}
	fmt.Fprintln(w, legend)
	if says := verdict(c.Estimates); says != "" {
		fmt.Fprintln(w, "-", says)
	}
	for _, note := range c.Notes {
		fmt.Fprintln(w, "-", note)
	}
}

// finding says in one sentence what was found.
func finding(c *dataset.Comparison) string {
	if len(c.Chunks) == 0 {
		return "there are no rows to compare"
	}
	var sentence strings.Builder
	columns := c.Histories()
	drifted := 0
	for _, h := range columns {
		drifted += min(h.Drifted, 1)
	}
	last := len(c.Chunks) - 1
	switch {
	case len(columns) > 0 && !dataset.Measured(columns):
		sentence.WriteString("whether columns drifted cannot be told: no measure had enough values")
	case last == 0:
		fmt.Fprintf(&sentence, "%d of %s drifted", drifted, plural(len(columns), "column"))
	default:
		fmt.Fprintf(&sentence, "%d of %s drifted in at least one of %s", drifted, plural(len(columns), "column"), plural(len(c.Chunks), "chunk"))
	}
	o := c.Outcome()
	if o != nil {
		now := o.Course[o.Last]
		fmt.Fprintf(&sentence, "; %s %s%s", now.Name, figure(now.Value), within(now.Lower, now.Upper))
		if last > 0 {
			sentence.WriteString(" in the last chunk")
		}
		if o.Last < last {
			sentence.WriteString(" with labels")
		}
		if o.Reference != nil {
			fmt.Fprintf(&sentence, ", reference %s", figure(o.Reference.Value))
		}
	}
	if e := dataset.FindPerformance(c.Chunks[last].Performance, estimate.Prefix+"accuracy", ""); e != nil && c.Estimates.Trusted && (o == nil || o.Last < last) {
		fmt.Fprintf(&sentence, "; accuracy without labels is estimated at %s%s", figure(e.Value), within(e.Lower, e.Upper))
	}
	return sentence.String()
}

// shownMeasures are those of the table, chosen so that it stays readable; the others stand in JSON and HTML.
var shownMeasures = []string{"psi", "ks", "jensen_shannon", "wasserstein_normalized", "missing_rate"}

// shownColumns is how many columns that did not drift are listed; those that did all are.
const shownColumns = 40

// columnTable lists the columns, drifted ones marked: the measures of a single chunk, or the course over many. Measures
// that were asked for by name are all shown.
func columnTable(c *dataset.Comparison, asked []string) *table {
	if len(c.Chunks) == 0 || len(c.Chunks[0].Columns) == 0 {
		return nil
	}
	if len(c.Chunks) > 1 {
		return courseTable(c)
	}
	columns := c.Histories()
	wanted := asked
	if len(wanted) == 0 {
		wanted = shownMeasures
	}
	var names []string
	for _, name := range detectors.ColumnMethods() {
		if slices.Contains(wanted, name) && slices.ContainsFunc(columns, func(h dataset.History) bool { return telling(h.Reports[0].Measure(name), asked) }) {
			names = append(names, name)
		}
	}
	listed := listedColumns(columns)
	tested, more := false, false
	for _, h := range listed {
		tested = tested || chance(h.Reports[0]) != ""
		more = more || others(h.Reports[0], names) != ""
	}
	t := &table{left: 3}
	titles := append([]string{"", "column", "kind", "n"}, names...)
	if tested {
		titles = append(titles, "p")
	}
	if more {
		titles = append(titles, "also past their limit")
		t.last = true
	}
	t.head(titles...)
	for _, h := range listed {
		r := h.Reports[0]
		row := []cell{mark(r.Drifted()), {text: shortened(h.Name)}, {text: r.Kind.String()}, {text: count(r.N)}}
		for _, name := range names {
			row = append(row, measureCell(r.Measure(name)))
		}
		if tested {
			row = append(row, cell{text: chance(r)})
		}
		if more {
			row = append(row, cell{others(r, names), alarm})
		}
		t.add(row...)
	}
	t.note = leftOut(columns, listed)
	return t
}

// telling is a measurement worth a place in the table; that nothing is missing is not, unless it was asked for.
func telling(m *dataset.Measure, asked []string) bool {
	return m != nil && (len(asked) > 0 || m.Name != "missing_rate" || m.Value > 0)
}

// listedColumns are all that drifted and the first of the others.
func listedColumns(columns []dataset.History) []dataset.History {
	drifted := 0
	for _, h := range columns {
		drifted += min(h.Drifted, 1)
	}
	if len(columns) <= drifted+shownColumns+5 { // a remark takes a line too: a handful more may as well be shown
		return columns
	}
	return columns[:drifted+shownColumns]
}

func leftOut(all, listed []dataset.History) string {
	if len(all) == len(listed) {
		return ""
	}
	return fmt.Sprintf("… and %s more columns, none drifted", count(len(all)-len(listed)))
}

// shortened keeps long names from pushing the numbers off the screen.
func shortened(name string) string {
	const most = 24
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// chance is the p-value of the column's test: that of ks for numbers and of chi2 for categories.
func chance(r *dataset.ColumnReport) string {
	for _, name := range []string{"ks", "chi2"} {
		m := r.Measure(name)
		switch {
		case m == nil || m.PValue == nil || m.Status != detectors.OK:
			continue
		case *m.PValue < 1e-4:
			return "<0.0001"
		default:
			return fmt.Sprintf("%.4f", *m.PValue)
		}
	}
	return ""
}

// others names the rates past their limit that have no place in the table. Further distances would but repeat it.
func others(r *dataset.ColumnReport, shown []string) string {
	var all []string
	for _, m := range r.Measurements {
		if m.Past() && strings.HasSuffix(m.Name, "_rate") && !slices.Contains(shown, m.Name) {
			all = append(all, m.Name+" "+figure(m.Value))
		}
	}
	if len(all) > 1 {
		return all[0] + fmt.Sprintf(" and %d more", len(all)-1)
	}
	return strings.Join(all, "")
}

func mark(drifted bool) cell {
	if drifted {
		return cell{"!", alarm}
	}
	return cell{}
}

func measureCell(m *dataset.Measure) cell {
	switch {
	case m == nil:
		return cell{}
	case m.Status != detectors.OK:
		return cell{"– ", faint}
	case m.Past():
		return cell{figure(m.Value) + "*", alarm}
	}
	return cell{text: figure(m.Value) + " "}
}

// courseTable shows each column's Jensen–Shannon distance over the chunks.
func courseTable(c *dataset.Comparison) *table {
	t := &table{left: 4}
	t.head("", "column", "kind", "jensen_shannon over chunks", "drifted in", "largest", "in chunk")
	columns := c.Histories()
	listed := listedColumns(columns)
	for _, h := range listed {
		largest := h.Distance[h.Largest]
		t.add(
			mark(h.Drifted > 0), cell{text: shortened(h.Name)}, cell{text: h.Reports[0].Kind.String()}, cell{text: sparkline(h.Distance, 0.3)},
			cell{text: fmt.Sprintf("%d of %d", h.Drifted, len(c.Chunks))}, cell{text: figure(largest)}, cell{text: fmt.Sprint(c.Chunks[h.Largest].Index)},
		)
	}
	t.note = leftOut(columns, listed)
	return t
}

// shownByClass is how many measures of single classes are listed.
const shownByClass = 12

// unlisted are measures and averages over classes that say nearly what others in the table say.
var unlisted = []string{"f2", "f0.5", "gini", "micro", "weighted"}

// performanceTable sets performance beside the reference's own; nil without any.
func performanceTable(c *dataset.Comparison) *table {
	basis := c.Scored()
	if len(basis) == 0 {
		return nil
	}
	t := &table{left: 2}
	if len(c.Chunks) > 1 {
		t.left = 3
		t.head("performance", "class", "over chunks", "reference", "lowest", "highest", "last")
	} else {
		t.head("performance", "class", "reference", "now")
	}
	listed, more := listedPerformance(basis)
	for _, p := range listed {
		row := []cell{{text: p.Name}, {text: shortened(p.Class)}}
		then := scoreCell(dataset.FindPerformance(c.ReferencePerformance, p.Name, p.Class))
		switch values := course(c, p.Name, p.Class); {
		case len(c.Chunks) == 0:
			row = append(row, then, cell{})
		case len(c.Chunks) == 1:
			row = append(row, then, scoreCell(dataset.FindPerformance(c.Chunks[0].Performance, p.Name, p.Class)))
		case len(values) == 0:
			row = append(row, cell{}, then)
		default:
			row = append(append(row, cell{text: sparkline(values, 0)}, then), extremes(values)...)
		}
		t.add(row...)
	}
	if more > 0 {
		t.note = fmt.Sprintf("… and %s more, in --json and --html", count(more))
	}
	return t
}

// listedPerformance are the measures that have a row, without estimates, and how many have none.
func listedPerformance(all []dataset.Performance) (listed []dataset.Performance, more int) {
	byClass := 0
	for _, p := range all {
		if isEstimate(p) {
			continue
		}
		repeats := slices.Contains(unlisted, p.Name) || slices.Contains(unlisted, p.Class) && dataset.FindPerformance(all, p.Name, "macro") != nil
		single := !repeats && p.Class != "" && p.Class != "macro"
		if single {
			byClass++
		}
		if repeats || single && byClass > shownByClass {
			more++
			continue
		}
		listed = append(listed, p)
	}
	return listed, more
}

// course returns a measure's values over the chunks that have it.
func course(c *dataset.Comparison, name, class string) []float64 {
	var values []float64
	for _, p := range c.Course(name, class) {
		if p != nil {
			values = append(values, p.Value)
		}
	}
	return values
}

// extremes are the lowest, the highest and the last of some values.
func extremes(values []float64) []cell {
	return []cell{{text: figure(slices.Min(values))}, {text: figure(slices.Max(values))}, {text: figure(values[len(values)-1])}}
}

func scoreCell(p *dataset.Performance) cell {
	switch {
	case p == nil:
		return cell{"–", faint}
	case p.Status != "":
		return cell{string(p.Status), faint}
	}
	return cell{text: figure(p.Value) + within(p.Lower, p.Upper)}
}

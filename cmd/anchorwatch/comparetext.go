package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

// describeComparison prints a comparison for people: what happened in a sentence, what is broken, the finding in figures,
// what moved most first, then performance and how the files were understood.
func describeComparison(w io.Writer, c *dataset.Comparison, colored bool) {
	if story := lastStory(c); story != "" {
		fmt.Fprintln(w, painted(cell{story, bold}, colored))
	}
	describeFaults(w, c, colored)
	fmt.Fprintln(w, finding(c))
	fmt.Fprintf(w, "%s (%s) compared with %s (%s)\n", c.Current.Path, plural(c.Current.Rows, "row"), c.Reference.Path, plural(c.Reference.Rows, "row"))
	for _, part := range []*table{columnTable(c), performanceTable(c)} {
		if part != nil {
			fmt.Fprintln(w)
			part.write(w, colored)
		}
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "! drifted: by more than chance explains and by enough to matter; * the measure that says so")
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
	columns := histories(c)
	drifted := 0
	for _, h := range columns {
		if h.drifted > 0 {
			drifted++
		}
	}
	fmt.Fprintf(&sentence, "%d of %s drifted", drifted, plural(len(columns), "column"))
	if len(c.Chunks) > 1 {
		fmt.Fprintf(&sentence, " in at least one of %s", plural(len(c.Chunks), "chunk"))
	}
	last := c.Chunks[len(c.Chunks)-1]
	for _, name := range []string{"accuracy", "mae"} {
		now, then := scoreOf(last.Performance, name, ""), scoreOf(c.ReferencePerformance, name, "")
		if now == nil {
			continue
		}
		fmt.Fprintf(&sentence, "; %s %s%s", name, figure(now.Value), within(now.Lower, now.Upper))
		if len(c.Chunks) > 1 {
			sentence.WriteString(" in the last chunk")
		}
		if then != nil {
			fmt.Fprintf(&sentence, ", reference %s", figure(then.Value))
		}
	}
	return sentence.String()
}

func scoreOf(all []dataset.Performance, name, class string) *dataset.Performance {
	i := slices.IndexFunc(all, func(p dataset.Performance) bool { return p.Name == name && p.Class == class })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// history is one column over all chunks.
type history struct {
	name     string
	reports  []*dataset.ColumnReport
	drifted  int       // chunks
	distance []float64 // Jensen–Shannon, or the missing rate of a text column
	largest  int       // the chunk of the largest distance
}

// histories returns the columns by their largest distance, descending.
func histories(c *dataset.Comparison) []history {
	all := make([]history, len(c.Chunks[0].Columns))
	for i := range all {
		h := &all[i]
		h.name = c.Chunks[0].Columns[i].Name
		for j := range c.Chunks {
			r := &c.Chunks[j].Columns[i]
			h.reports = append(h.reports, r)
			if r.Drifted() {
				h.drifted++
			}
			distance := 0.0
			if m := cmp.Or(r.Measure("jensen_shannon"), r.Measure("missing_rate")); m != nil {
				distance = m.Value
			}
			h.distance = append(h.distance, distance)
			if distance > h.distance[h.largest] {
				h.largest = j
			}
		}
	}
	slices.SortStableFunc(all, func(a, b history) int {
		return cmp.Compare(b.distance[b.largest], a.distance[a.largest])
	})
	return all
}

// columnTable lists the columns, drifted ones marked: every measure of a single chunk, or the course over many.
func columnTable(c *dataset.Comparison) *table {
	if len(c.Chunks) == 0 || len(c.Chunks[0].Columns) == 0 {
		return nil
	}
	if len(c.Chunks) > 1 {
		return courseTable(c)
	}
	columns := histories(c)
	var names []string
	for _, name := range detectors.ColumnMethods() {
		if slices.ContainsFunc(columns, func(h history) bool { return h.reports[0].Measure(name) != nil }) {
			names = append(names, name)
		}
	}
	t := &table{left: 3}
	t.head(append([]string{"", "column", "kind", "n", "missing"}, names...)...)
	for _, h := range columns {
		r := h.reports[0]
		row := []cell{mark(r.Drifted()), {text: h.name}, {text: r.Kind.String()}, {text: count(r.N)}, {text: count(r.Missing)}}
		for _, name := range names {
			row = append(row, measureCell(r.Measure(name)))
		}
		t.add(row...)
	}
	return t
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
	case m.Drifted != nil && *m.Drifted:
		return cell{figure(m.Value) + "*", alarm}
	}
	return cell{text: figure(m.Value) + " "}
}

// courseTable shows each column's Jensen–Shannon distance over the chunks.
func courseTable(c *dataset.Comparison) *table {
	t := &table{left: 4}
	t.head("", "column", "kind", "jensen_shannon over chunks", "drifted in", "largest", "in chunk")
	for _, h := range histories(c) {
		largest := h.distance[h.largest]
		t.add(
			mark(h.drifted > 0), cell{text: h.name}, cell{text: h.reports[0].Kind.String()}, cell{text: sparkline(h.distance, 0.3)},
			cell{text: fmt.Sprintf("%d of %d", h.drifted, len(c.Chunks))}, cell{text: figure(largest)}, cell{text: fmt.Sprint(c.Chunks[h.largest].Index)},
		)
	}
	return t
}

// performanceTable sets performance beside the reference's own; nil without any.
func performanceTable(c *dataset.Comparison) *table {
	basis := c.ReferencePerformance
	for _, chunk := range c.Chunks {
		if len(basis) == 0 {
			basis = chunk.Performance
		}
	}
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
	for _, p := range basis {
		row := []cell{{text: p.Name}, {text: p.Class}}
		then := scoreCell(scoreOf(c.ReferencePerformance, p.Name, p.Class))
		if len(c.Chunks) <= 1 {
			now := cell{}
			if len(c.Chunks) == 1 {
				now = scoreCell(scoreOf(c.Chunks[0].Performance, p.Name, p.Class))
			}
			t.add(append(row, then, now)...)
			continue
		}
		var values []float64
		for _, chunk := range c.Chunks {
			if now := scoreOf(chunk.Performance, p.Name, p.Class); now != nil && now.Status == "" {
				values = append(values, now.Value)
			}
		}
		if len(values) == 0 {
			t.add(append(row, cell{}, then)...)
			continue
		}
		t.add(append(row,
			cell{text: sparkline(values, 0)}, then, cell{text: figure(slices.Min(values))}, cell{text: figure(slices.Max(values))},
			cell{text: figure(values[len(values)-1])},
		)...)
	}
	return t
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

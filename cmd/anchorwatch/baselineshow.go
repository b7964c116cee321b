package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// baselineShowCommand registers baseline show: what is inside a baseline file.
func baselineShowCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := baselineCommands(app).Command("show", "Show what is inside a baseline file.")
	asJSON := clause.Flag("json", "Print one JSON object (docs/json.md).").Bool()
	path := clause.Arg("FILE", "The baseline file.").Required().String()
	return clause, func(_ context.Context, stdout, _ io.Writer) error {
		file, err := openFile(*path)
		if err != nil {
			return fmt.Errorf("baseline show: %w", err)
		}
		defer func() { _ = file.Close() }() // nothing was written
		b, err := baseline.Read(file)
		if err != nil {
			return fmt.Errorf("baseline show %s: %w", *path, err)
		}
		v := viewBaseline(b)
		if !*asJSON {
			v.describe(stdout, colors(stdout))
			return nil
		}
		return printJSON(stdout, v)
	}
}

// baselineView is the JSON object of baseline show. What does not exist is absent.
type baselineView struct {
	Schema              int                     `json:"schema"`
	ID                  string                  `json:"id"`
	Model               string                  `json:"model"`
	Version             string                  `json:"version"`
	Created             time.Time               `json:"created"`
	Source              string                  `json:"source,omitempty"`
	Rows                uint64                  `json:"rows"`
	Start               string                  `json:"start,omitempty"`
	End                 string                  `json:"end,omitempty"`
	Answers             *performance.Schema     `json:"answers,omitempty"`
	Columns             []baselineColumn        `json:"columns"`
	Labeled             uint64                  `json:"labeled"`
	Performance         []detectors.Measurement `json:"performance"`
	DesignEffect        float64                 `json:"design_effect"`
	DesignEffectAssumed bool                    `json:"design_effect_assumed"`
	WindowSize          string                  `json:"window_size,omitempty"`
	Windows             int                     `json:"windows"`
	Notes               []string                `json:"notes"`
}

type baselineColumn struct {
	Name       string             `json:"name"`
	Role       string             `json:"role"`
	Kind       profile.Kind       `json:"kind"`
	N          uint64             `json:"n"`
	Missing    uint64             `json:"missing"`
	Mismatched uint64             `json:"mismatched,omitempty"`
	Deciles    []float64          `json:"deciles,omitempty"`
	Atoms      []float64          `json:"atoms,omitempty"`
	Distinct   int                `json:"distinct,omitempty"`
	Top        []categoryCount    `json:"top,omitempty"`
	Yardstick  map[string]float64 `json:"yardstick,omitempty"`
}

type categoryCount struct {
	Category string `json:"category"`
	Count    uint64 `json:"count"`
}

// topCategories is how many categories are listed.
const topCategories = 5

func viewBaseline(b *baseline.Baseline) *baselineView {
	v := &baselineView{
		Schema: 1, ID: b.ID(), Model: b.Model, Version: b.Version, Created: b.Created, Source: b.Source, Rows: b.Set.Rows,
		Answers: b.Schema, Columns: []baselineColumn{}, Performance: []detectors.Measurement{},
		DesignEffect: b.DesignEffect, DesignEffectAssumed: b.DesignEffectAssumed,
		Windows: len(b.Windows), Notes: append([]string{}, b.Notes...),
	}
	if key := b.Set.Key; key.Start != key.End {
		v.Start, v.End = key.Start.String(), key.End.String()
	}
	if b.WindowSize > 0 {
		v.WindowSize = b.WindowSize.String()
	}
	if b.Performance != nil {
		v.Labeled = b.Performance.N()
		v.Performance = b.Performance.Measurements(performance.Options{DesignEffect: b.DesignEffect})
	}
	for i := range b.Set.Columns {
		v.Columns = append(v.Columns, viewColumn(b, i))
	}
	return v
}

func viewColumn(b *baseline.Baseline, i int) baselineColumn {
	layout, column := b.Set.Layout.Columns[i], &b.Set.Columns[i]
	c := baselineColumn{
		Name: layout.Name, Role: "feature", Kind: layout.Kind, N: column.N(), Missing: b.Set.Missing(i),
		Mismatched: column.Mismatched, Deciles: layout.Deciles, Atoms: layout.Atoms, Distinct: len(layout.Categories),
	}
	if layout.Role == profile.Output {
		c.Role = "output"
	}
	for j, name := range layout.Categories {
		c.Top = append(c.Top, categoryCount{name, column.Counts[j]})
	}
	slices.SortStableFunc(c.Top, func(x, y categoryCount) int { return cmp.Compare(y.Count, x.Count) })
	c.Top = c.Top[:min(len(c.Top), topCategories)]
	for _, measure := range append(detectors.StreamMethods(), detectors.StreamMethodsOnRequest()...) {
		if largest, ok := b.Yardstick(layout.Name, measure); ok {
			if c.Yardstick == nil {
				c.Yardstick = make(map[string]float64)
			}
			c.Yardstick[measure] = largest
		}
	}
	return c
}

// describe prints the view for people.
func (v *baselineView) describe(w io.Writer, colored bool) {
	fmt.Fprintln(w, painted(cell{fmt.Sprintf("baseline of %s %s", v.Model, v.Version), bold}, colored))
	t := &table{left: 2}
	fact := func(name, value string) {
		if value != "" {
			t.add(cell{name, faint}, cell{text: value})
		}
	}
	fact("id", v.ID)
	fact("created", v.Created.UTC().Format(time.RFC3339))
	fact("built from", v.Source)
	fact("rows", fmt.Sprintf("%s, %s of them labelled", count(v.Rows), count(v.Labeled)))
	if v.Start != "" {
		fact("time", v.Start+" to "+v.End)
	}
	if v.Answers != nil {
		answers := v.Answers.Task.String()
		if len(v.Answers.Classes) > 0 {
			answers += " " + strings.Join(v.Answers.Classes[:min(10, len(v.Answers.Classes))], ", ")
		}
		if v.Answers.Positive != "" {
			answers += fmt.Sprintf("; positive class %s", v.Answers.Positive)
		}
		fact("answers", answers)
	}
	how := "measured on the baseline's days"
	if v.DesignEffectAssumed {
		how = "assumed"
	}
	fact("design effect", fmt.Sprintf("%s, %s", figure(v.DesignEffect), how))
	if v.WindowSize != "" {
		fact("own windows", fmt.Sprintf("%d of %s", v.Windows, v.WindowSize))
	}
	t.write(w, colored)
	for _, part := range []*table{v.columnTable(), v.performanceTable()} {
		if part != nil {
			fmt.Fprintln(w)
			part.write(w, colored)
		}
	}
	if len(v.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, note := range v.Notes {
		fmt.Fprintln(w, "-", note)
	}
}

func (v *baselineView) columnTable() *table {
	t := &table{left: 3}
	t.head("column", "role", "kind", "n", "missing", "min", "median", "max", "largest psi of own windows", "most frequent")
	for _, c := range v.Columns {
		row := []cell{{text: c.Name}, {text: c.Role}, {text: c.Kind.String()}, {text: count(c.N)}, {text: count(c.Missing)}, {}, {}, {}, {}, {}}
		if len(c.Deciles) == 11 {
			row[5], row[6], row[7] = cell{text: figure(c.Deciles[0])}, cell{text: figure(c.Deciles[5])}, cell{text: figure(c.Deciles[10])}
		}
		if psi, ok := c.Yardstick["psi"]; ok {
			row[8] = cell{text: figure(psi)}
		}
		var top []string
		for _, category := range c.Top[:min(3, len(c.Top))] {
			top = append(top, fmt.Sprintf("%s %.0f %%", category.Category, 100*float64(category.Count)/float64(max(c.N, 1))))
		}
		row[9] = cell{text: strings.Join(top, ", ")}
		t.add(row...)
	}
	return t
}

func (v *baselineView) performanceTable() *table {
	if len(v.Performance) == 0 {
		return nil
	}
	t := &table{left: 2}
	t.head("performance", "class", "value")
	for _, m := range v.Performance {
		value := figure(m.Value) + within(m.Lower, m.Upper)
		if m.Status != detectors.OK {
			value = string(m.Status)
		}
		t.add(cell{text: m.Name}, cell{text: m.Class}, cell{text: value})
	}
	return t
}

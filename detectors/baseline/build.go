package baseline

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Options say what the rows cannot.
type Options struct {
	Model, Version, Source string
	Created                time.Time
	// Kinds of columns whose values mislead, such as codes that look like numbers.
	Kinds map[string]profile.Kind
	// MaxEdges is how many quantiles a numeric column keeps; 0 means 1,024, which fits a hundred numeric columns.
	MaxEdges int
	// Answers overrides what would be inferred about the model's answers.
	Answers performance.Overrides
	// Window is the length of the baseline's own windows, counted from 1970; 0 means none. At least a millisecond.
	Window time.Duration
	// Compare measures how far a set lies from a reference; nil leaves windows without column figures.
	Compare func(reference, current *profile.Set) []detectors.Measurement
}

const defaultMaxEdges = 1024

// Build makes the baseline of all rows.
func (b *Builder) Build(o Options) (*Baseline, error) {
	if len(b.rows) == 0 {
		return nil, errors.New("build baseline: there are no rows")
	}
	if o.Window != 0 && o.Window < time.Millisecond {
		return nil, fmt.Errorf("build baseline: a window of %v is shorter than a millisecond", o.Window)
	}
	c, notes, err := b.counter(o)
	if err != nil {
		return nil, fmt.Errorf("build baseline: %w", err)
	}
	whole := c.sum(b.all(), b.span(o))
	out := &Baseline{
		Model: o.Model, Version: o.Version, Created: o.Created, Source: o.Source,
		Set: whole.set, Schema: c.schema, Notes: notes,
	}
	if whole.tally != nil && whole.tally.N() > 0 {
		out.Performance = whole.tally
	}
	for i := range b.rows {
		r := &b.rows[i]
		out.Traffic.Observe(r.latencyMS, r.failed)
		if delay, ok := r.delay(); ok {
			out.Delays.Observe(delay)
		}
	}
	out.DesignEffect, out.DesignEffectAssumed = c.designEffect()
	if o.Window > 0 && b.timed() {
		out.WindowSize = o.Window
		out.Windows = c.windows(whole.set, o, out.DesignEffect)
	}
	return out, nil
}

// counter counts rows over a layout by a schema.
type counter struct {
	*Builder
	layout            *profile.Layout
	features          []*Column // as the layout's features
	schema            *performance.Schema
	prediction, score int // columns of the layout, -1 without
	probabilities     []float64
}

// counter infers kinds and schema and freezes the layout.
func (b *Builder) counter(o Options) (*counter, []string, error) {
	kinds, notes, err := b.inferKinds(o.Kinds)
	if err != nil {
		return nil, nil, err
	}
	c := &counter{Builder: b}
	var guesses []string
	c.schema, guesses, err = performance.Infer(b.examples(), o.Answers)
	switch {
	case errors.Is(err, performance.ErrNoAnswers):
		guesses = []string{"no row holds an answer: outputs and performance are not watched"}
	case err != nil:
		return nil, nil, err
	}
	maxEdges := o.MaxEdges
	if maxEdges <= 0 {
		maxEdges = defaultMaxEdges
	}
	var columns []*profile.ColumnLayout
	for _, name := range b.names() {
		columns = append(columns, b.columns[name].layout(name, kinds[name], maxEdges))
		c.features = append(c.features, b.columns[name])
	}
	columns = append(columns, c.outputs(maxEdges)...)
	c.layout = profile.NewLayout(columns)
	c.prediction, c.score = c.layout.Output(profile.PredictionColumn), c.layout.Output(profile.ScoreColumn)
	return c, append(notes, guesses...), nil
}

// outputs lays out the prediction (a class or a value) and a binary model's score.
func (c *counter) outputs(maxEdges int) []*profile.ColumnLayout {
	if c.schema == nil {
		return nil
	}
	var values, scores []float64
	for i := range c.rows {
		o, ok := c.outcome(i)
		if !ok {
			continue
		}
		values = append(values, o.Value)
		if o.HasScore {
			scores = append(scores, o.Score)
		}
	}
	if c.schema.Task == performance.Regression {
		return []*profile.ColumnLayout{profile.NewNumeric(profile.PredictionColumn, profile.Output, values, maxEdges)}
	}
	columns := []*profile.ColumnLayout{
		profile.NewCategorical(profile.PredictionColumn, profile.Output, profile.Categorical, c.schema.Classes),
	}
	if c.schema.Task == performance.Binary && len(scores) > 0 {
		columns = append(columns, profile.NewNumeric(profile.ScoreColumn, profile.Output, scores, maxEdges))
	}
	return columns
}

// outcome reads a row's answer; false if it has none. The outcome's probabilities are valid until the next call.
func (c *counter) outcome(i int) (performance.Outcome, bool) {
	if cap(c.probabilities) < len(c.schema.Classes) {
		c.probabilities = make([]float64, len(c.schema.Classes))
	}
	return c.schema.Interpret(c.rows[i].example.Answer, c.probabilities)
}

// summary is what some of the rows add up to.
type summary struct {
	set   *profile.Set
	tally *performance.Tally // nil without a schema
}

// sum counts rows, given by their indices.
func (c *counter) sum(rows []int, key profile.Key) summary {
	s := summary{set: profile.NewSet(key, c.layout)}
	if c.schema != nil {
		s.tally = performance.New(c.schema)
	}
	for _, i := range rows {
		s.set.Rows++
		for j, column := range c.features {
			column.count(&s.set.Columns[j], c.layout.Columns[j], i)
		}
		if c.schema != nil {
			c.countOutcome(s, i)
		}
	}
	return s
}

func (c *counter) countOutcome(s summary, i int) {
	o, ok := c.outcome(i)
	if !ok {
		return
	}
	prediction := &s.set.Columns[c.prediction]
	switch {
	case c.schema.Task == performance.Regression:
		prediction.ObserveNumber(c.layout.Columns[c.prediction], o.Value)
	case o.Predicted != performance.Unknown:
		prediction.Counts[o.Predicted]++ // the column's categories are the classes
	default:
		prediction.Unseen.Add(c.rows[i].example.Answer.Class, 1)
	}
	if o.HasScore {
		s.set.Columns[c.score].ObserveNumber(c.layout.Columns[c.score], o.Score)
	}
	if c.schema.Label(&o, c.rows[i].example.Truth) {
		s.tally.Observe(o)
	}
}

// designEffect is taken from daily blocks of errors.
func (c *counter) designEffect() (deff float64, assumed bool) {
	days := performance.Days{}
	if c.schema == nil || !c.timed() {
		return days.DesignEffect()
	}
	for i := range c.rows {
		o, ok := c.outcome(i)
		if !ok || !c.schema.Label(&o, c.rows[i].example.Truth) {
			continue
		}
		if e, ok := c.schema.Error(o); ok {
			days.Observe(c.rows[i].at, e)
		}
	}
	return days.DesignEffect()
}

// names returns the columns' names, ascending: the order of a layout's features.
func (b *Builder) names() []string { return slices.Sorted(maps.Keys(b.columns)) }

func (b *Builder) examples() []performance.Example {
	examples := make([]performance.Example, len(b.rows))
	for i := range b.rows {
		examples[i] = b.rows[i].example
	}
	return examples
}

// all returns the indices of all rows.
func (b *Builder) all() []int {
	all := make([]int, len(b.rows))
	for i := range all {
		all[i] = i
	}
	return all
}

// timed tells whether every row has a time.
func (b *Builder) timed() bool {
	return !slices.ContainsFunc(b.rows, func(r row) bool { return r.at == profile.Dawn })
}

// span returns the key of the whole baseline.
func (b *Builder) span(o Options) profile.Key {
	key := profile.Key{Model: o.Model, Version: o.Version}
	if b.timed() {
		first := func(x, y row) int { return cmp.Compare(x.at, y.at) }
		key.Start = slices.MinFunc(b.rows, first).at
		key.End = slices.MaxFunc(b.rows, first).at.Add(time.Millisecond)
	}
	return key
}

package performance

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// EvaluationOptions say how sure rows make a measurement, and what the measures that ask for it are set to.
type EvaluationOptions struct {
	// DesignEffect divides n, as in Options.
	DesignEffect float64
	// TopK is how many classes top_k_accuracy admits.
	TopK int
	// TopShare is the share of rows that lift looks at.
	TopShare float64
	// Quantile is the α of quantile_loss.
	Quantile float64
	// Tolerance of within_tolerance; nil for a tenth of the label.
	Tolerance *Tolerance
	// Costs of answers, of the schema's classes; without any, cost is not measured.
	Costs CostMatrix
}

// The defaults of EvaluationOptions. The quantile is scikit-learn's: half the mean absolute error.
const (
	DefaultTopK     = 2
	DefaultTopShare = 0.1
	DefaultQuantile = 0.5
)

// withDefaults sets what is not said.
func (o EvaluationOptions) withDefaults() EvaluationOptions {
	o.DesignEffect = AtLeastOne(o.DesignEffect)
	if o.TopK < 1 {
		o.TopK = DefaultTopK
	}
	if !(o.TopShare > 0 && o.TopShare <= 1) {
		o.TopShare = DefaultTopShare
	}
	if !(o.Quantile > 0 && o.Quantile < 1) {
		o.Quantile = DefaultQuantile
	}
	if o.Tolerance == nil {
		o.Tolerance = &Tolerance{Size: 0.1, Relative: true}
	}
	return o
}

// Evaluation scores rows that are all at hand. It has every measure of a Tally, exactly, and those that need the rows
// themselves or their order; and bounds for nearly all of them.
//
// Bounds of proportions are Wilson's, those of ROC AUC DeLong's, those of means the normal approximation's, all on rows
// divided by the design effect. All others come from a block bootstrap (bootstrap.go), which takes no design effect: the
// blocks of these very rows show how alike neighbours are.
//
// It takes some 60 bytes a row, and 8 more for every class if there are no more than mostRankedClasses. 10,000 rows of a
// binary model take about 4 ms.
type Evaluation struct {
	schema  *Schema
	options EvaluationOptions
	tally   *Tally
	topK    topK
	valued  valuedErrors

	rows []evaluated
	at   []profile.Instant
	// scores are those of the positive class, or the probabilities of all classes, by row; none if there are too many.
	scores []float64
	// probable are the most probable class's probability and whether it came true.
	probable calibration
}

// evaluated is one row.
type evaluated struct {
	pair         Pair
	scored       bool    // its scores are in Evaluation.scores
	proper       bool    // they are probabilities
	probability  float64 // of the positive or the most probable class
	hit          bool    // the positive class, or the most probable one, is the label
	value, truth float64
}

// mostRankedClasses bounds what is kept and resampled for ranking measures: with more classes these have DeLong's bounds
// or none, and reliability is told of the most probable class only.
const mostRankedClasses = 10

// NewEvaluation returns an evaluation without rows. The schema must be valid and is not copied.
func NewEvaluation(schema *Schema, o EvaluationOptions) *Evaluation {
	o = o.withDefaults()
	return &Evaluation{
		schema: schema, options: o, tally: newExact(schema),
		topK: topK{k: o.TopK}, valued: valuedErrors{tolerance: *o.Tolerance, quantile: o.Quantile},
	}
}

// Observe counts an outcome that has its truth, at a time or Dawn. Rows come in their order.
func (e *Evaluation) Observe(o Outcome, at profile.Instant) {
	before := e.tally.n
	e.tally.Observe(o)
	if e.tally.n == before {
		return
	}
	row := evaluated{value: o.Value, truth: o.Truth}
	switch e.schema.Task {
	case Regression:
		e.valued.add(o.Value, o.Truth)
	case Binary:
		row.pair = Pair{Actual: e.tally.known(o.Actual), Predicted: e.tally.known(o.Predicted)}
		if o.HasScore && profile.Finite(o.Score) {
			row.scored, row.probability = true, o.Score
			row.proper = o.Score >= 0 && o.Score <= 1
			row.hit = int(row.pair.Actual) == e.schema.positive()
		}
	case Multiclass:
		row.pair = Pair{Actual: e.tally.known(o.Actual), Predicted: e.tally.known(o.Predicted)}
		e.rank(&row, o.Probabilities)
	}
	e.rows = append(e.rows, row)
	e.at = append(e.at, at)
}

// rank takes the probabilities of a multiclass model's row.
func (e *Evaluation) rank(row *evaluated, probabilities []float64) {
	if len(probabilities) != len(e.schema.Classes) {
		return
	}
	best := 0
	row.proper = true
	for class, p := range probabilities {
		if !profile.Finite(p) {
			return
		}
		if p > probabilities[best] {
			best = class
		}
		row.proper = row.proper && p >= 0 && p <= 1
	}
	row.scored, row.probability, row.hit = true, probabilities[best], best == int(row.pair.Actual)
	e.topK.add(probabilities, int(row.pair.Actual))
	if row.proper {
		hit := 0.0
		if row.hit {
			hit = 1
		}
		e.probable.add(row.probability, 1, hit)
	}
	if len(probabilities) <= mostRankedClasses {
		e.scores = append(e.scores, probabilities...)
	}
}

// N returns how many outcomes were counted.
func (e *Evaluation) N() uint64 { return e.tally.n }

// Measurements returns every measure of the task, none without rows. N and NEff are those of Tally.Measurements.
func (e *Evaluation) Measurements() []detectors.Measurement {
	deff := e.options.DesignEffect
	all := e.tally.measure(deff, complete)
	if len(all) == 0 {
		return all
	}
	index, blocks := cutBlocks(e.at)
	if e.schema.Task == Regression {
		all = append(all, e.valued.measurements(deff)...)
		e.boundValues(all, index, blocks)
		return all
	}
	switch {
	case e.schema.Task == Binary:
		if scores := e.tally.rankings[0].ascending(); len(scores.cells) > 0 {
			all = append(all, scores.lift(e.options.TopShare, deff))
		}
	case e.topK.n > 0:
		all = append(all, e.topK.measurement(deff))
		if e.tally.proper() {
			all = append(all, e.probable.measurements(deff)...)
		}
	}
	if e.options.Costs != nil {
		all = append(all, e.options.Costs.measurement(e.tally.confusion, deff))
	}
	e.boundClasses(all, index, blocks)
	if blocks > 0 && len(e.schema.Classes) <= mostRankedClasses {
		e.boundScores(all, index, blocks)
	}
	return all
}

package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Tally adds up outcomes. Tallies of one schema merge; the sum does not depend on order or grouping.
//
// Memory: a regression takes about 5 KB. A class's scores take some 100 bytes for every distinct one up to 4,096, then
// no more; see ranking for the bound.
type Tally struct {
	schema    *Schema
	n         uint64
	confusion confusion
	// improper counts rows with a score outside [0, 1]: such scores rank, but they are no probabilities.
	improper   uint64
	scores     *scores     // nil without proper scores: exact sums are large, and windows keep many small tallies
	rankings   []ranking   // of the positive class, or of every class of a multiclass model
	regression *regression // nil for other tasks
}

// scores keeps what is averaged over rows with proper scores.
type scores struct{ logLoss, brier mean }

// New returns an empty tally of outcomes in the schema's terms. The schema must be valid and is not copied.
func New(schema *Schema) *Tally {
	t := &Tally{schema: schema}
	switch schema.Task {
	case Binary:
		t.rankings = []ranking{newRanking(1)}
	case Multiclass:
		t.rankings = make([]ranking, len(schema.Classes))
		for i := range t.rankings {
			t.rankings[i] = newRanking(len(schema.Classes))
		}
	case Regression:
		t.regression = &regression{}
		return t
	}
	t.confusion = make(confusion)
	return t
}

// newExact returns an empty tally that keeps every score, for batch work that holds all rows anyway: 8 bytes a row and
// class. It is neither merged nor cloned.
func newExact(schema *Schema) *Tally {
	t := New(schema)
	for i := range t.rankings {
		t.rankings[i].exact = &exactRanking{}
	}
	return t
}

// observeProper counts a row whose scores are probabilities.
func (t *Tally) observeProper(logLoss, brier float64) {
	if t.scores == nil {
		t.scores = &scores{}
	}
	t.scores.logLoss.add(logLoss)
	t.scores.brier.add(brier)
}

// N returns how many outcomes were counted.
func (t *Tally) N() uint64 { return t.n }

// Observe counts an outcome that has its truth. A regression's outcome counts only if value, truth and error are
// finite; a score only if it is.
func (t *Tally) Observe(o Outcome) {
	if t.schema.Task == Regression {
		if e := o.Value - o.Truth; profile.Finite(e) {
			t.n++
			t.regression.add(o.Value, o.Truth)
		}
		return
	}
	t.n++
	actual := t.known(o.Actual)
	t.confusion[Pair{Actual: actual, Predicted: t.known(o.Predicted)}]++
	switch {
	case t.schema.Task == Binary && o.HasScore && profile.Finite(o.Score):
		t.observeScore(o.Score, int(actual) == t.schema.positive())
	case t.schema.Task == Multiclass && len(o.Probabilities) == len(t.rankings):
		t.observeProbabilities(o.Probabilities, int(actual))
	}
}

// known returns the index of a class, Unknown if the schema has none of that index.
func (t *Tally) known(class int) int16 {
	if class < 0 || class >= len(t.schema.Classes) {
		return Unknown
	}
	return int16(class) // at most MaxClasses
}

func (t *Tally) observeScore(score float64, positive bool) {
	t.rankings[0].add(score, positive)
	if score < 0 || score > 1 {
		t.improper++
		return
	}
	p, y := score, 0.0
	if positive {
		y = 1
	} else {
		p = 1 - score
	}
	t.observeProper(surprise(p), (score-y)*(score-y))
}

// observeProbabilities counts a row of a multiclass model. A label outside the schema has no probability: it ranks as
// none of the classes, and neither log loss nor Brier score sees it.
func (t *Tally) observeProbabilities(probabilities []float64, actual int) {
	proper, brier := true, 0.0
	for _, p := range probabilities {
		if !profile.Finite(p) {
			return
		}
	}
	for class, p := range probabilities {
		t.rankings[class].add(p, class == actual)
		y := 0.0
		if class == actual {
			y = 1
		}
		brier += (p - y) * (p - y)
		proper = proper && p >= 0 && p <= 1
	}
	switch {
	case !proper:
		t.improper++
	case actual != Unknown:
		t.observeProper(surprise(probabilities[actual]), brier)
	}
}

// surprise is −ln p, p being clipped as scikit-learn does: by the distance from 1 to the next float64, 2.22e-16.
func surprise(p float64) float64 {
	const eps = 0x1p-52
	return -math.Log(min(max(p, eps), 1-eps))
}

// Merge adds all that o holds. Both must count by equal schemas.
func (t *Tally) Merge(o *Tally) {
	t.n += o.n
	for pair, count := range o.confusion {
		t.confusion[pair] += count
	}
	t.improper += o.improper
	if o.scores != nil {
		if t.scores == nil {
			t.scores = &scores{}
		}
		t.scores.logLoss.merge(&o.scores.logLoss)
		t.scores.brier.merge(&o.scores.brier)
	}
	for i := range o.rankings {
		t.rankings[i].merge(&o.rankings[i])
	}
	if o.regression != nil {
		t.regression.merge(o.regression)
	}
}

// Options say how sure rows make a measurement, and what to set it beside.
type Options struct {
	// DesignEffect divides n: rows close in time err together. Below 1, or not known, it counts as 1.
	DesignEffect float64
	// Baseline, if there is one, gives every measurement the baseline's own value, and the size behind that.
	Baseline             *Tally
	BaselineDesignEffect float64
	// Derived adds measures of the whole that follow from what is counted anyway: mcc and kappa, and with a binary
	// model's scores gini, ks_separation and calibration_error.
	Derived bool
}

// detail says which measures are wanted, each detail those of the one before and more.
type detail uint8

const (
	core     detail = iota
	derived         // what Options.Derived adds
	complete        // every F, every average: what a batch has room for
)

func (o Options) detail() detail {
	if o.Derived {
		return derived
	}
	return core
}

// Measurements returns the measures of the task, none for an empty tally. N counts the labelled rows a measure was
// taken from; NEff the independent cases its uncertainty rests on, which for precision, recall and specificity are the
// rows it divides by. M is the baseline's N.
func (t *Tally) Measurements(o Options) []detectors.Measurement {
	all := t.measure(AtLeastOne(o.DesignEffect), o.detail())
	if o.Baseline == nil {
		return all
	}
	type name struct{ measure, class string }
	baseline := make(map[name]detectors.Measurement)
	for _, m := range o.Baseline.measure(AtLeastOne(o.BaselineDesignEffect), o.detail()) {
		baseline[name{m.Name, m.Class}] = m
	}
	for i := range all {
		if b, ok := baseline[name{all[i].Name, all[i].Class}]; ok && b.Status == detectors.OK {
			all[i].Baseline, all[i].BaselineNEff, all[i].M = new(b.Value), b.NEff, b.N
		}
	}
	return all
}

func (t *Tally) measure(deff float64, d detail) []detectors.Measurement {
	switch {
	case t.n == 0:
		return nil
	case t.schema.Task == Regression:
		return t.regression.measurements(deff)
	case t.schema.Task == Binary:
		return t.measureBinary(deff, d)
	}
	return t.measureMulticlass(deff, d)
}

// measureBinary speaks of the positive class.
func (t *Tally) measureBinary(deff float64, d detail) []detectors.Measurement {
	m := t.confusion.margins(len(t.schema.Classes))
	all := []detectors.Measurement{m.accuracy(deff)}
	all = append(all, m.against()[t.schema.positive()].measurements("", t.n, deff, d)...)
	all = append(all, m.measurement("balanced_accuracy", m.meanRecall, deff))
	scores := t.rankings[0].ascending()
	ranks := scores.measurements("", deff)
	all = append(append(all, ranks...), t.probabilistic(deff)...)
	if d < derived {
		return all
	}
	all = append(all, m.agreement(deff)...)
	if len(ranks) == 0 {
		return all
	}
	all = append(all, gini(ranks[0]), scores.ksSeparation(deff))
	if t.proper() {
		calibrated := scores.calibration().measurements(deff)
		if d < complete {
			calibrated = calibrated[:1] // the largest error is mostly noise in a window
		}
		all = append(all, calibrated...)
	}
	return all
}

// measureMulticlass speaks of the whole, then of each class against all others, then of averages over the classes.
func (t *Tally) measureMulticlass(deff float64, d detail) []detectors.Measurement {
	m := t.confusion.margins(len(t.schema.Classes))
	all := []detectors.Measurement{m.accuracy(deff), m.measurement("balanced_accuracy", m.meanRecall, deff)}
	all = append(all, t.probabilistic(deff)...)
	if d >= derived {
		all = append(all, m.agreement(deff)...)
	}
	classes, means := m.against(), classMeans{}
	for i, v := range classes {
		class := v.measurements(t.schema.Classes[i], t.n, deff, d)
		if v.seen() {
			means.add(class, v.labels())
		}
		scores := t.rankings[i].ascending()
		ranks := scores.measurements(t.schema.Classes[i], deff)
		means.add(defined(ranks), uint64(scores.positives))
		all = append(append(all, class...), ranks...)
	}
	all = append(all, means.macro(deff)...)
	if d < complete {
		return all
	}
	return append(append(all, micro(classes, t.n, deff)...), means.weighted(deff)...)
}

// proper tells whether there are scores, and all of them are probabilities.
func (t *Tally) proper() bool { return t.scores != nil && t.improper == 0 }

// probabilistic are log loss and Brier score, nothing without proper scores.
func (t *Tally) probabilistic(deff float64) []detectors.Measurement {
	if !t.proper() {
		return nil
	}
	return []detectors.Measurement{t.scores.logLoss.measurement("log_loss", deff, 0), t.scores.brier.measurement("brier", deff, 0)}
}

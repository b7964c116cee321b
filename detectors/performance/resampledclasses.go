package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// boundClasses resamples what follows from the confusion matrix.
func (e *Evaluation) boundClasses(all []detectors.Measurement, index []int, blocks int) {
	if blocks == 0 || len(e.schema.Classes) > mostResampledClasses {
		return
	}
	r := newResampledClasses(e.schema, blocks)
	for i := range e.rows {
		r.blocks[index[i]].add(e.rows[i].pair, 1)
	}
	resample(blocks, r.observe).bound(all)
}

// resampledClasses are the measures of agreement of resampled rows.
type resampledClasses struct {
	schema *Schema
	blocks []*margins
	sum    *margins
}

// mostResampledClasses bounds the cost: with more classes, what follows from the confusion matrix has no bootstrap bounds.
const mostResampledClasses = 200

func newResampledClasses(schema *Schema, blocks int) *resampledClasses {
	r := &resampledClasses{schema: schema, sum: newMargins(len(schema.Classes))}
	for range blocks {
		r.blocks = append(r.blocks, newMargins(len(schema.Classes)))
	}
	return r
}

// addDrawn adds a block that was drawn so many times.
func (m *margins) addDrawn(o *margins, times float64) {
	m.n += times * o.n
	m.right += times * o.right
	m.otherLabel += times * o.otherLabel
	m.otherPrediction += times * o.otherPrediction
	for k := range m.labels {
		m.labels[k] += times * o.labels[k]
		m.predictions[k] += times * o.predictions[k]
		m.hits[k] += times * o.hits[k]
	}
}

// observe takes the figures of the drawn blocks.
func (r *resampledClasses) observe(drawn []float64, b *bootstrap) {
	m := r.sum
	*m = margins{labels: m.labels, predictions: m.predictions, hits: m.hits}
	clear(m.labels)
	clear(m.predictions)
	clear(m.hits)
	for i, times := range drawn {
		if times > 0 {
			m.addDrawn(r.blocks[i], times)
		}
	}
	b.observe("", named{"balanced_accuracy", orNaN(m.meanRecall())}, named{"mcc", orNaN(m.mcc())}, named{"kappa", orNaN(m.kappa())})
	if r.schema.Task == Binary {
		k := r.schema.positive()
		figures := ofClass(m.n, m.hits[k], m.labels[k], m.predictions[k])
		b.observe("", figures[:]...)
		return
	}
	var macro, weighted classFigures
	seen, labels, predictions := 0.0, 0.0, 0.0
	for k, class := range r.schema.Classes {
		figures := ofClass(m.n, m.hits[k], m.labels[k], m.predictions[k])
		b.observe(class, figures[:]...)
		labels += m.labels[k]
		predictions += m.predictions[k]
		if m.labels[k]+m.predictions[k] > 0 {
			seen++
			for i, f := range figures {
				macro[i].value += f.value
				weighted[i].value += f.value * m.labels[k]
			}
		}
	}
	micro := ofClass(m.n*float64(len(m.labels)), m.right, labels, predictions)
	for i, f := range micro {
		macro[i] = named{f.name, macro[i].value / seen}
		weighted[i] = named{f.name, weighted[i].value / labels}
	}
	b.observe(Macro, macro[:]...)
	b.observe(Micro, micro[:]...)
	b.observe(Weighted, weighted[:]...)
}

// classFigures are the measures of a class. A zero denominator gives 0, as in the measures themselves.
type classFigures [3 + len(fScores)]named

func ofClass(n, hits, labels, predictions float64) classFigures {
	all := classFigures{
		{"precision", share(hits, predictions)},
		{"recall", share(hits, labels)},
		{"specificity", share(n-labels-predictions+hits, n-labels)},
	}
	for i, score := range fScores {
		f, _ := fBeta(score.beta, hits, labels, predictions)
		all[3+i] = named{score.name, f}
	}
	return all
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

func orNaN(x float64, ok bool) float64 {
	if !ok {
		return math.NaN()
	}
	return x
}

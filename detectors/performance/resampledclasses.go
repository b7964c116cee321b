package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// boundClasses resamples what follows from the confusion matrix.
func (e *Evaluation) boundClasses(all []detectors.Measurement, index []int, blocks int) {
	if len(e.schema.Classes) > mostResampledClasses {
		return
	}
	r := newResampledClasses(e.schema, blocks)
	if blocks > 0 {
		for i := range e.rows {
			r.blocks[index[i]].add(e.rows[i].pair, 1)
		}
	}
	resample(blocks, r.names(), r.fill).bound(all)
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

// ofClass are the measures of a class, in the order that classFigures fills in.
var ofClass = [...]string{"precision", "recall", "specificity", "f1", "f2", "f0.5"}

func (r *resampledClasses) names() [][2]string {
	names := [][2]string{{"balanced_accuracy"}, {"mcc"}, {"kappa"}}
	classes := append(append([]string{}, r.schema.Classes...), Macro, Micro, Weighted)
	if r.schema.Task == Binary {
		classes = []string{""}
	}
	for _, class := range classes {
		for _, name := range ofClass {
			names = append(names, [2]string{name, class})
		}
	}
	return names
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

// fill takes the figures of the drawn blocks.
func (r *resampledClasses) fill(drawn, into []float64) {
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
	into[0], into[1], into[2] = orNaN(m.meanRecall()), orNaN(m.mcc()), orNaN(m.kappa())
	rest := into[3:]
	if r.schema.Task == Binary {
		k := r.schema.positive()
		classFigures(rest, m.n, m.hits[k], m.labels[k], m.predictions[k])
		return
	}
	var macro, all, weighted [len(ofClass)]float64
	seen, labels, predictions := 0.0, 0.0, 0.0
	for k := range m.labels {
		classFigures(rest, m.n, m.hits[k], m.labels[k], m.predictions[k])
		labels += m.labels[k]
		predictions += m.predictions[k]
		if m.labels[k]+m.predictions[k] > 0 {
			seen++
			for i, x := range rest[:len(ofClass)] {
				macro[i] += x
				weighted[i] += x * m.labels[k]
			}
		}
		rest = rest[len(ofClass):]
	}
	classFigures(all[:], m.n*float64(len(m.labels)), m.right, labels, predictions)
	for i := range macro {
		rest[i], rest[len(ofClass)+i], rest[2*len(ofClass)+i] = macro[i]/seen, all[i], weighted[i]/labels
	}
}

// classFigures are the measures ofClass. A zero denominator gives 0, as in the measures themselves.
func classFigures(into []float64, n, hits, labels, predictions float64) {
	into[0], into[1], into[2] = share(hits, predictions), share(hits, labels), share(n-labels-predictions+hits, n-labels)
	for i, score := range fScores {
		into[3+i], _ = fBeta(score.beta, hits, labels, predictions)
	}
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

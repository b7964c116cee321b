package multivariate

import "math"

const (
	// folds is how many parts each side is cut into; each part is scored by what was learned from the others.
	folds = 5
	// penalty is λ of the L2 penalty ½·λ·Σ effect², beside which a row of uncertain side weighs a fourth: four rows of
	// the same side are half believed.
	penalty = 1
	// newtonSteps and sweeps bound the fit: a score need not be the optimum to be honest out of fold.
	newtonSteps, sweeps = 2, 1
)

// Domain is a classifier that tries to tell rows of a window from rows of the reference: a logistic regression on the
// cells of all columns, L2-penalised, each side weighing as much as the other whatever their sizes. What it reaches out
// of fold, as the area under the ROC curve, is how far the two can be told apart: 0.5 not at all, 1 always.
//
// It sees every change of a column by itself, and the sum of many small ones, but no interaction: columns that change
// only together (a correlation, with all marginals as they were) leave it at 0.5, where boosted trees would not.
// Nothing can be streamed: a window needs a classifier of its own.
type Domain struct {
	cut  []cells
	rows int
	ref  [][]uint8 // cells of the reference's rows, column by column
}

// newDomain cuts rows of a reference.
func newDomain(t Table, cut []cells, rows []int) *Domain {
	d := &Domain{cut: cut, rows: len(rows)}
	rows = shuffled(rows)
	for i := range t {
		d.ref = append(d.ref, cellsOf(nil, &t[i], &cut[i], rows))
	}
	return d
}

func cellsOf(dst []uint8, c *Column, k *cells, rows []int) []uint8 {
	for _, row := range rows {
		dst = append(dst, uint8(k.of(c, c.Values[row])))
	}
	return dst
}

// Scores returns a score for every row of the reference and of the window, by classifiers that did not see the row: each
// side is cut into five folds at random. O(folds · steps · sweeps · rows · columns).
func (d *Domain) Scores(t Table, rows []int) (ref, cur []float64) {
	rows = shuffled(rows)
	joint := make([][]uint8, len(t))
	for i := range t {
		joint[i] = cellsOf(append(make([]uint8, 0, d.rows+len(rows)), d.ref[i]...), &t[i], &d.cut[i], rows)
	}
	scores := make([]float64, d.rows+len(rows))
	fit := newLogistic(d.cut, len(scores))
	for fold := range folds {
		fit.learn(joint, d.weights(len(rows), fold), d.rows)
		for _, out := range []span{d.fold(d.rows, fold, 0), d.fold(len(rows), fold, d.rows)} {
			copy(scores[out.from:out.to], fit.scores[out.from:out.to])
		}
	}
	return scores[:d.rows], scores[d.rows:]
}

// span is the rows from … to−1.
type span struct{ from, to int }

func (d *Domain) fold(n, fold, offset int) span {
	return span{offset + fold*n/folds, offset + (fold+1)*n/folds}
}

// weights returns the weight of each row in learning: 0 in the fold, and else such that both sides weigh the same and a
// row of both together one.
func (d *Domain) weights(n, fold int) []float64 {
	weights := make([]float64, d.rows+n)
	for _, side := range []struct{ n, offset int }{{d.rows, 0}, {n, d.rows}} {
		out := d.fold(side.n, fold, side.offset)
		weight := float64(len(weights)) / 2 / float64(side.n)
		for i := side.offset; i < side.offset+side.n; i++ {
			if i < out.from || i >= out.to {
				weights[i] = weight
			}
		}
	}
	return weights
}

// logistic is a logistic regression on cells.
type logistic struct {
	effects [][]float64 // by column and cell

	scores   []float64 // of each row, whether it is learned from or not
	gradient []float64 // what is left of the likelihood's derivative, by row
	bend     []float64 // its second derivative, by row
}

func newLogistic(cut []cells, rows int) *logistic {
	l := &logistic{scores: make([]float64, rows), gradient: make([]float64, rows), bend: make([]float64, rows)}
	for i := range cut {
		l.effects = append(l.effects, make([]float64, cut[i].n))
	}
	return l
}

// learn fits the effects from 0, rows from ref on being positives: Newton steps, each solved by sweeps over the columns.
// The cells of one column exclude each other, so a column's part of the Hessian is diagonal and costs no more than a
// gradient (backfitting).
func (l *logistic) learn(joint [][]uint8, weights []float64, ref int) {
	clear(l.scores)
	for i := range l.effects {
		clear(l.effects[i])
	}
	var bends, slopes [256]float64
	for range newtonSteps {
		for i, w := range weights {
			p := 1 / (1 + math.Exp(-l.scores[i]))
			l.gradient[i], l.bend[i] = -w*p, max(w*p*(1-p), w*1e-6)
			if i >= ref {
				l.gradient[i] += w
			}
		}
		for range sweeps {
			l.intercept()
			for c, column := range joint {
				effects := l.effects[c]
				clear(bends[:])
				clear(slopes[:])
				for i, cell := range column {
					slopes[cell] += l.gradient[i]
					bends[cell] += l.bend[i]
				}
				for cell, effect := range effects {
					slopes[cell] = (slopes[cell] - penalty*effect) / (bends[cell] + penalty)
					effects[cell] += slopes[cell]
				}
				for i, cell := range column {
					step := slopes[cell]
					l.gradient[i] -= l.bend[i] * step
					l.scores[i] += step
				}
			}
		}
	}
}

// intercept takes the step that centres the gradient.
func (l *logistic) intercept() {
	var slope, bend float64
	for i, g := range l.gradient {
		slope += g
		bend += l.bend[i]
	}
	step := slope / bend
	for i := range l.scores {
		l.gradient[i] -= l.bend[i] * step
		l.scores[i] += step
	}
}

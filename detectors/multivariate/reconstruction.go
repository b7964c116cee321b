package multivariate

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// blocks is how many stretches the reference is cut into to see how much it differs from itself.
	blocks = 10
	// yardstickRows is how many of the reference's rows, at most, are measured against a basis that did not see them.
	yardstickRows = 2000
	// wide is the number of columns from which a single block, not each, is measured against a basis that was fitted to
	// the others: the eigenvectors cost O(columns³).
	wide = 100
)

// Reconstruction knows how the features of a reference hang together: the directions in which its rows hardly differ.
// A row's distance from the space of the others, its reconstruction error, is small as long as they still hang together
// that way.
//
// Definition (NannyML 0.13.1, DataReconstructionDriftCalculator): columns are imputed, encoded by the share of their
// categories and standardised, all as the reference has them; the principal components that explain more than 0.65 of
// the variance are kept; the error is the Euclidean distance of a row from its projection on them, and the measure the
// mean error of a chunk.
//
// Fitting d columns of m rows costs O(m·d²), a row O(d·(d−k)) with k components kept: 0.3 µs at 25 columns.
type Reconstruction struct {
	codings []coding
	basis   *basis
	// The yardstick: what rows of the reference measure by themselves. Their mean error is too small, because the basis
	// was fitted to them; unseen is what rows measure that it was not fitted to, as far as that is larger.
	mean, unseen float64
	std          float64 // of one row
	between      float64 // variance of the means of blocks beyond what std explains
	rows         float64
}

// newReconstruction fits a reference; nil if its features do not vary, or vary so independently that all components are
// kept.
func newReconstruction(t Table) *Reconstruction {
	r := &Reconstruction{}
	for i := range t {
		k, ok := newCoding(&t[i])
		if !ok {
			return nil
		}
		r.codings = append(r.codings, k)
	}
	n := t.rows()
	all, parts := newMoments(len(t)), make([]*moments, blocks)
	rows, work := firstRows(n), newTile(len(t))
	for b := range parts {
		parts[b] = newMoments(len(t))
		r.each(work, t, rows[b*n/blocks:(b+1)*n/blocks], func() { parts[b].observe(work) })
		all.add(parts[b], 1)
	}
	var ok bool
	if r.basis, ok = newBasis(all, 0); !ok {
		return nil
	}
	r.measureSelf(work, t, rows, all, parts)
	return r
}

// each lays rows into the tile, as many as fit at a time, and calls f for every filling.
func (r *Reconstruction) each(work *tile, t Table, rows []int, f func()) {
	for len(rows) > 0 {
		work.n = min(len(rows), tileRows)
		for i := range t {
			k, c, cells := &r.codings[i], &t[i], work.column(i)
			if k.shares != nil {
				for at, row := range rows[:work.n] {
					cells[at] = k.apply(c, c.Values[row])
				}
				continue
			}
			for at, row := range rows[:work.n] {
				x := c.Values[row]
				if !profile.Finite(x) {
					x = k.fill
				}
				cells[at] = k.standard(x)
			}
		}
		f()
		rows = rows[work.n:]
	}
}

// measureSelf measures how much the blocks of the reference differ from each other, and how much larger errors are for a
// basis that was fitted to the other blocks only. The second is a ratio of mean squares: components of nearly the same
// variance are interchangeable, which changes the mean of the errors, but not that of their squares.
func (r *Reconstruction) measureSelf(work *tile, t Table, rows []int, all *moments, parts []*moments) {
	errors := make([]float64, tileRows)
	var total, within, means, squares, used, seen, unseen float64
	for b, part := range parts {
		block := spread(rows[b*len(rows)/blocks:(b+1)*len(rows)/blocks], yardstickRows/blocks)
		if len(block) < 2 {
			continue
		}
		var sum ErrorSum
		r.each(work, t, block, func() {
			r.basis.errors(errors, work)
			sum.observeAll(errors[:work.n])
		})
		if len(t) < wide || b == blocks-1 {
			all.add(part, -1)
			others, ok := newBasis(all, r.basis.kept)
			all.add(part, 1)
			if ok {
				seen += sum.squares.Value()
				r.each(work, t, block, func() {
					others.errors(errors, work)
					for _, err := range errors[:work.n] {
						unseen += err * err
					}
				})
			}
		}
		n := float64(sum.N())
		mean, std := sum.MeanStd()
		used++
		r.rows += n
		total += n * mean
		within += (n - 1) * std * std
		means += mean
		squares += mean * mean
	}
	if used < 2 || !profile.Finite(within) || !profile.Finite(squares) {
		r.rows = 0
		return
	}
	r.mean = total / r.rows
	r.unseen = r.mean
	if ratio := unseen / seen; ratio > 1 && profile.Finite(ratio) {
		r.unseen *= math.Sqrt(ratio)
	}
	r.std = math.Sqrt(within / (r.rows - used))
	variance := (squares - means*means/used) / (used - 1)
	r.between = max(0, variance-r.std*r.std*used/r.rows)
}

// Observe adds the error of a row: its values in the order of the reference's columns.
func (r *Reconstruction) Observe(into *ErrorSum, t Table, rows []int) {
	work, errors := newTile(len(t)), make([]float64, tileRows)
	r.each(work, t, rows, func() {
		r.basis.errors(errors, work)
		into.observeAll(errors[:work.n])
	})
}

// chance returns the standard deviation of the mean error of n rows without drift: that of the rows, whose own deviation
// std counts if it is larger than the reference's, so that one outlier among them convinces nobody; that of the
// yardstick's own mean; and that from block to block, which does not fade with more rows. It is 0 if it is not known.
func (r *Reconstruction) chance(n, std float64) float64 {
	if r.rows == 0 || n == 0 {
		return 0
	}
	widest := max(r.std, std)
	return math.Sqrt(r.between*(1+1.0/blocks) + widest*widest/n + r.std*r.std/r.rows)
}

// student is what a difference divided by chance exceeds with probability alpha: by Student's t, for its spread was estimated
// from the blocks.
var student = detectors.StudentQuantile(blocks-1, alpha)

// judge returns the mean errors between which nothing has drifted: the reference's own, less and more the larger of
// reconstructionTolerance standard deviations of a row and what chance reaches with probability alpha; and the
// probability of a mean error as far from the reference's own without drift, either way. It is false if nothing is known
// of chance.
func (r *Reconstruction) judge(n, mean, std float64) (lower, upper, p float64, ok bool) {
	chance := r.chance(n, std)
	if !(chance > 0) || !profile.Finite(chance) {
		return 0, 0, 0, false
	}
	width := max(reconstructionTolerance*r.std, student*chance)
	p = detectors.StudentTwoSided(blocks-1, max(r.mean-mean, mean-r.unseen, 0)/chance)
	return r.mean - width, r.unseen + width, p, true
}

// ErrorSum is the state of a stream: number, sum and sum of squares of reconstruction errors, 1.1 kB. Its sums are
// exact, so the same rows give the same bits in any order and under any grouping.
type ErrorSum struct {
	n            uint64
	sum, squares profile.ExactSum
}

// Observe adds the error of one row, some 10 ns beside what finding it costs.
func (s *ErrorSum) Observe(err float64) {
	s.n++
	s.sum.Add(err)
	s.squares.Add(err * err)
}

func (s *ErrorSum) observeAll(errors []float64) {
	for _, err := range errors {
		s.Observe(err)
	}
}

// Merge adds all that o holds.
func (s *ErrorSum) Merge(o *ErrorSum) {
	s.n += o.n
	s.sum.Merge(&o.sum)
	s.squares.Merge(&o.squares)
}

// N returns how many rows were observed.
func (s *ErrorSum) N() uint64 { return s.n }

// MeanStd returns the mean error and the standard deviation of the errors (ddof 1): 0 of no row, and of one.
func (s *ErrorSum) MeanStd() (mean, std float64) {
	if s.n == 0 {
		return 0, 0
	}
	n, sum := float64(s.n), s.sum.Value()
	mean = sum / n
	if s.n > 1 {
		std = math.Sqrt(max(0, s.squares.Value()-sum*mean) / (n - 1))
	}
	return mean, std
}

package performance

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// boundScores resamples what follows from scores: the ranking of each class, its averages over the classes, calibration.
func (e *Evaluation) boundScores(all []detectors.Measurement, index []int, blocks int) {
	if !slices.ContainsFunc(e.rows, func(r evaluated) bool { return r.scored }) {
		return
	}
	r := e.newResampledRankings(blocks)
	scores := e.scores
	for i := range e.rows {
		row := &e.rows[i]
		if !row.scored {
			continue
		}
		if r.binary {
			r.add(index[i], row, []float64{row.probability})
			continue
		}
		r.add(index[i], row, scores[:len(r.classes)])
		scores = scores[len(r.classes):]
	}
	resample(blocks, r.observe).bound(all)
}

// resampledRankings are all measures of the scores of resampled rows.
type resampledRankings struct {
	binary     bool
	classes    []*resampledScores
	calibrated resampledCalibration
}

func (e *Evaluation) newResampledRankings(blocks int) *resampledRankings {
	r := &resampledRankings{binary: e.schema.Task == Binary, calibrated: make(resampledCalibration, blocks)}
	for i := range e.tally.rankings {
		class := ""
		if !r.binary {
			class = e.schema.Classes[i]
		}
		r.classes = append(r.classes, newResampledScores(class, e.options.TopShare, e.tally.rankings[i].ascending().cells, blocks))
	}
	return r
}

// add counts a row of a block, with the scores of the positive class or of all classes.
func (r *resampledRankings) add(block int, row *evaluated, scores []float64) {
	if row.proper {
		hit := 0.0
		if row.hit {
			hit = 1
		}
		r.calibrated[block].add(row.probability, 1, hit)
	}
	for i, score := range scores {
		r.classes[i].add(block, score, r.binary && row.hit || !r.binary && i == int(row.pair.Actual))
	}
}

// observe takes the figures of the drawn blocks. An average is there if every class has its measure; only the first two
// measures of scores have one.
func (r *resampledRankings) observe(drawn []float64, b *bootstrap) {
	var macro, weighted [2]named
	labels := 0.0
	for _, class := range r.classes {
		figures := class.figures(drawn)
		b.observe(class.class, figures[:]...)
		labels += class.positives
		for i := range macro {
			f := figures[i]
			macro[i] = named{f.name, macro[i].value + f.value/float64(len(r.classes))}
			weighted[i] = named{f.name, weighted[i].value + f.value*class.positives}
		}
	}
	for i := range weighted {
		weighted[i].value /= labels
	}
	b.observe(Macro, macro[:]...)
	b.observe(Weighted, weighted[:]...)
	expected, most := r.calibrated.errors(drawn)
	b.observe("", named{"calibration_error", expected}, named{"max_calibration_error", most})
}

// resampledCalibration are the calibration errors of resampled rows.
type resampledCalibration []calibration

func (r resampledCalibration) errors(drawn []float64) (expected, most float64) {
	var sum calibration
	for i, times := range drawn {
		if times == 0 {
			continue
		}
		for bin := range &r[i] {
			b := &r[i][bin]
			sum[bin].n += times * b.n
			sum[bin].hits += times * b.hits
			sum[bin].sum += times * b.sum
		}
	}
	return sum.errors()
}

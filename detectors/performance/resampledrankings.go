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
	resample(blocks, r.names(), r.fill).bound(all)
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

// averaged are the measures that have averages over the classes, the first ones of ofScores.
const averaged = 2

func (r *resampledRankings) names() [][2]string {
	var names [][2]string
	for _, class := range r.classes {
		names = append(names, class.names()...)
	}
	for _, class := range []string{Macro, Weighted} {
		for _, name := range ofScores[:averaged] {
			names = append(names, [2]string{name, class})
		}
	}
	return append(names, [2]string{"calibration_error"}, [2]string{"max_calibration_error"})
}

// fill takes the figures of the drawn blocks. An average is there if every class has its measure.
func (r *resampledRankings) fill(drawn, into []float64) {
	var macro, weighted [averaged]float64
	labels := 0.0
	rest := into
	for _, class := range r.classes {
		class.fill(drawn, rest)
		labels += class.positives
		for j := range macro {
			macro[j] += rest[j] / float64(len(r.classes))
			weighted[j] += rest[j] * class.positives
		}
		rest = rest[len(ofScores):]
	}
	for j := range macro {
		rest[j], rest[averaged+j] = macro[j], weighted[j]/labels
	}
	r.calibrated.fill(drawn, rest[2*averaged:])
}

// resampledCalibration are the calibration errors of resampled rows.
type resampledCalibration []calibration

func (r resampledCalibration) fill(drawn, into []float64) {
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
	into[0], into[1] = sum.errors()
}

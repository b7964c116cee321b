package dataset

import (
	"cmp"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// ranked is a row's score of one class, and whether the row is of that class.
type ranked struct {
	score    float64
	positive bool
}

// rankExactly replaces roc_auc and average_precision where the tally could only certify them: it keeps 4,096 distinct
// scores apart, but here all of them are at hand.
func (s *scorer) rankExactly(measurements []detectors.Measurement, d *Dataset, rows []int) {
	sums, classes := map[string]float64{}, map[string]float64{}
	for i := range measurements {
		m := &measurements[i]
		if m.CertifiedLower != nil && m.Class != performance.Macro {
			scores := s.ranking(d, rows, m.Class)
			if m.Name == "roc_auc" {
				m.Value, m.Lower, m.Upper = rocAUC(scores, s.deff)
			} else {
				m.Value = averagePrecision(scores)
			}
		}
		if m.Class != performance.Macro && m.Status == detectors.OK {
			sums[m.Name] += m.Value
			classes[m.Name]++
		}
	}
	for i := range measurements {
		m := &measurements[i]
		if m.CertifiedLower != nil && m.Class == performance.Macro {
			m.Value = sums[m.Name] / classes[m.Name]
		}
		m.CertifiedLower, m.CertifiedUpper = nil, nil
	}
}

// ranking returns the labelled rows' scores of a class, ascending; without a name, those of a binary model.
func (s *scorer) ranking(d *Dataset, rows []int, class string) []ranked {
	var all []ranked
	name := class
	if s.schema.Task == performance.Binary {
		name = s.schema.Positive
	}
	index := slices.Index(s.schema.Classes, name)
	s.outcomes(d, rows, func(_ int, o performance.Outcome) {
		finite := func(p float64) bool { return p-p == 0 }
		switch {
		case o.HasScore && finite(o.Score):
			all = append(all, ranked{o.Score, o.Actual == index})
		case o.Probabilities != nil && !slices.ContainsFunc(o.Probabilities, func(p float64) bool { return !finite(p) }):
			all = append(all, ranked{o.Probabilities[index], o.Actual == index})
		}
	})
	return sortRanked(all)
}

func sortRanked(scores []ranked) []ranked {
	slices.SortFunc(scores, func(a, b ranked) int { return cmp.Compare(a.score, b.score) })
	return scores
}

// ties calls each with the numbers of positive and negative rows of every distinct score, in the order given.
func ties(scores []ranked, each func(positives, negatives float64)) {
	for len(scores) > 0 {
		var positives, negatives float64
		n := 0
		for n < len(scores) && scores[n].score == scores[0].score {
			if scores[n].positive {
				positives++
			} else {
				negatives++
			}
			n++
		}
		each(positives, negatives)
		scores = scores[n:]
	}
}

// rocAUC is the share of pairs of a positive and a negative row that ascending scores order rightly, ties counted half,
// with DeLong's 95 % bounds (Biometrics 44:837–845, 1988) widened by the design effect. Both kinds of rows must occur.
func rocAUC(scores []ranked, deff float64) (auc float64, lower, upper *float64) {
	var positives, negatives float64
	ties(scores, func(p, q float64) { positives, negatives = positives+p, negatives+q })
	var right, squares10, squares01, below float64
	above := positives
	ties(scores, func(p, q float64) {
		above -= p
		right += p * (below + q/2)
		v10, v01 := (below+q/2)/negatives, (above+p/2)/positives
		squares10 += p * v10 * v10
		squares01 += q * v01 * v01
		below += q
	})
	auc = right / (positives * negatives)
	if positives < 2 || negatives < 2 {
		return auc, nil, nil
	}
	const z95 = 1.959963984540054
	variance := max(squares10-positives*auc*auc, 0)/(positives-1)/positives +
		max(squares01-negatives*auc*auc, 0)/(negatives-1)/negatives
	half := z95 * math.Sqrt(variance*deff)
	return auc, new(max(auc-half, 0)), new(min(auc+half, 1))
}

// averagePrecision is Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from the highest down; the scores ascend.
func averagePrecision(scores []ranked) float64 {
	slices.Reverse(scores)
	var hits, rows, sum float64
	ties(scores, func(p, q float64) {
		hits, rows = hits+p, rows+p+q
		sum += p * hits / rows
	})
	return sum / hits
}

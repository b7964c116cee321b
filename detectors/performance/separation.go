package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// gini is 2·AUC − 1 (Somers' D of score and label), with the bounds that the AUC has.
func gini(auc detectors.Measurement) detectors.Measurement {
	auc.Name = "gini"
	if auc.Status != detectors.OK {
		return auc
	}
	stretch := func(x *float64) *float64 {
		if x == nil {
			return nil
		}
		return new(2**x - 1)
	}
	auc.Value = 2*auc.Value - 1
	auc.Lower, auc.Upper = stretch(auc.Lower), stretch(auc.Upper)
	auc.CertifiedLower, auc.CertifiedUpper = stretch(auc.CertifiedLower), stretch(auc.CertifiedUpper)
	return auc
}

// ksSeparation is the largest TPR − FPR over all thresholds, 0 at least: the Kolmogorov–Smirnov distance between the
// scores of positives and negatives, on the side where positives score higher. Where scores share cells only the
// thresholds between cells are seen, which gives the certified lower bound; the upper one puts the negative rows of a
// cell below its positive ones. With labels of one class it is undefined.
func (r ranked) ksSeparation(deff float64) detectors.Measurement {
	n := r.positives + r.negatives
	if r.positives == 0 || r.negatives == 0 {
		return undefined("ks_separation", "", uint64(n))
	}
	var value, upper, hits, misses float64 // rows below the threshold
	for _, cell := range r.cells {
		p, q := float64(cell.positive), float64(cell.negative)
		if cell.low != cell.high {
			upper = max(upper, (misses+q)/r.negatives-hits/r.positives)
		}
		hits, misses = hits+p, misses+q
		value = max(value, misses/r.negatives-hits/r.positives)
	}
	out := measured("ks_separation", "", min(value, 1), uint64(n), n/deff)
	if r.folded {
		out.CertifiedLower, out.CertifiedUpper = new(out.Value), new(min(max(value, upper), 1))
	}
	return out
}

// lift is the share of positive rows among the highest scores, over that among all. The top is ⌈share·n⌉ rows. Of rows
// with the score at the cut, some in and some out, each counts in part, so that their order does not matter. Without
// positive rows it is undefined.
func (r ranked) lift(share, deff float64) detectors.Measurement {
	n := r.positives + r.negatives
	if r.positives == 0 {
		return undefined("lift", "", uint64(n))
	}
	// 0.07·100 is 7.000000000000001 in float64: the cut must not go a row too far for that.
	top := min(max(math.Ceil(share*n*(1-1e-12)), 1), n)
	var hits float64
	for i, left := len(r.cells)-1, top; i >= 0 && left > 0; i-- {
		p, rows := float64(r.cells[i].positive), float64(r.cells[i].positive+r.cells[i].negative)
		taken := min(rows, left)
		hits += p * (taken / rows)
		left -= taken
	}
	return measured("lift", "", hits/top/(r.positives/n), uint64(n), n/deff)
}

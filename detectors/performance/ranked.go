package performance

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// ranked is a ranking's cells in order of their scores.
type ranked struct {
	cells                []scoreCell // not to be changed
	positives, negatives float64     // rows
	folded               bool        // scores share cells: what rests on their order has certified bounds
}

// ascending sorts the cells.
func (r *ranking) ascending() ranked {
	if r.exact != nil {
		return ranked{cells: r.exact.ascending(), positives: float64(len(r.exact.positive)), negatives: float64(len(r.exact.negative))}
	}
	all := ranked{cells: make([]scoreCell, 0, len(r.cells)), folded: r.level > 0}
	for _, cell := range r.cells {
		all.cells = append(all.cells, cell)
		all.positives += float64(cell.positive)
		all.negatives += float64(cell.negative)
	}
	slices.SortFunc(all.cells, func(a, b scoreCell) int {
		if a.low < b.low {
			return -1
		}
		return 1
	})
	return all
}

// measurements are ROC AUC and average precision, nothing without scores.
func (r ranked) measurements(class string, deff float64) []detectors.Measurement {
	if len(r.cells) == 0 {
		return nil
	}
	return []detectors.Measurement{r.rocAUC(class, deff), r.averagePrecision(class, deff)}
}

// rocAUC is the share of pairs of a positive and a negative row that the scores order rightly, ties counted half. Its
// bounds are DeLong's (Biometrics 44:837–845, 1988), widened by the design effect; a ranking without any error gives
// none. Where scores share cells, pairs in one cell are counted half too, and the certified bounds say what it would be
// if they were all right or all wrong. With labels of one class only it is undefined.
func (r ranked) rocAUC(class string, deff float64) detectors.Measurement {
	positives, negatives := r.positives, r.negatives
	n := uint64(positives + negatives)
	if positives == 0 || negatives == 0 {
		return undefined("roc_auc", class, n)
	}
	var right, unsure, squares10, squares01 float64
	below, above := 0.0, positives // negatives below the cell, positives in it and above
	for _, cell := range r.cells {
		p, q := float64(cell.positive), float64(cell.negative)
		above -= p
		right += p * (below + q/2)
		if cell.low != cell.high {
			unsure += p * q / 2
		}
		v10, v01 := (below+q/2)/negatives, (above+p/2)/positives
		squares10 += p * v10 * v10
		squares01 += q * v01 * v01
		below += q
	}
	pairs := positives * negatives
	auc := right / pairs
	out := measured("roc_auc", class, auc, n, float64(n)/deff)
	if positives > 1 && negatives > 1 {
		variance := max(squares10-positives*auc*auc, 0)/(positives-1)/positives +
			max(squares01-negatives*auc*auc, 0)/(negatives-1)/negatives
		if half := detectors.Normal95 * math.Sqrt(variance*deff); variance > 1e-15 {
			out.Lower, out.Upper = new(max(auc-half, 0)), new(min(auc+half, 1))
		}
	}
	if r.folded {
		out.CertifiedLower, out.CertifiedUpper = new(max((right-unsure)/pairs, 0)), new(min((right+unsure)/pairs, 1))
	}
	return out
}

// averagePrecision is Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from the highest down. Where scores share a cell, its
// rows are taken as evenly mixed, and the certified bounds put the positive rows all first or all last. Without
// positive rows it is undefined.
func (r ranked) averagePrecision(class string, deff float64) detectors.Measurement {
	n := uint64(r.positives + r.negatives)
	if r.positives == 0 {
		return undefined("average_precision", class, n)
	}
	var value, lower, upper float64
	hits, misses := 0.0, 0.0 // positive and negative rows of higher scores
	for _, cell := range slices.Backward(r.cells) {
		p, q := float64(cell.positive), float64(cell.negative)
		last := (hits + p) / (hits + p + misses + q)
		switch {
		case p == 0:
		case cell.low == cell.high:
			value, lower, upper = value+p*last, lower+p*last, upper+p*last
		default:
			middle := hits + (p+1)/2
			value += p * middle / (middle + misses + q/2)
			// The precision of the positive rows one by one is concave, so its mean is above that of both ends.
			lower += p * ((hits+1)/(hits+1+misses+q) + last) / 2
			upper += p * (hits + p) / (hits + p + misses)
		}
		hits, misses = hits+p, misses+q
	}
	out := measured("average_precision", class, min(value/r.positives, 1), n, float64(n)/deff)
	if r.folded {
		out.CertifiedLower, out.CertifiedUpper = new(lower/r.positives), new(min(upper/r.positives, 1))
	}
	return out
}

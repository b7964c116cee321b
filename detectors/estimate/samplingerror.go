package estimate

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// A sampling error is what a measure of a chunk scatters by chance alone. Each is a constant of the reference over the
// root of the chunk's rows, so it is kept as that constant: the error of one row. NaN where the reference cannot tell.

// variance is a measure's variance for one row of the reference.
type variance struct{ precision, recall, specificity, f1, rocAUC, averagePrecision float64 }

// variances of a class against all others. Precision rests on rows called positive, recall on positive rows, specificity
// on negative ones, F1 on all but the true negatives; each is the variance of right and wrong among them over their
// share.
func variances(r *ranked, called []bool, corrected bool) variance {
	var tp, fp float64
	for row, yes := range called {
		switch {
		case yes && r.positive[row]:
			tp++
		case yes:
			fp++
		}
	}
	fn, tn := r.p-tp, r.q-fp
	n := r.p + r.q
	v := variance{
		precision: spread(tp, tp+fp, n), recall: spread(tp, r.p, n), specificity: spread(tn, r.q, n), f1: spread(tp, tp+fp+fn, n),
		rocAUC: r.aucVariance(), averagePrecision: r.averagePrecisionVariance(),
	}
	if corrected {
		factor := (tp + fp + fn) / (tp + (fp+fn)/2)
		v.f1 *= factor * factor
	}
	return v
}

// spread is the variance of hits among cases, over the share of cases among n rows; NaN without cases.
func spread(hits, cases, n float64) float64 {
	share := hits / cases
	return share * (1 - share) / (cases / n)
}

// aucVariance sees ROC AUC as a mean over the rarer class, of the share of the other class that a row beats. Rows of
// equal score stand in random order.
func (r *ranked) aucVariance() float64 {
	rare, common, rows, others := r.positives, r.negatives, r.p, r.q
	if r.p > r.q {
		rare, common, rows, others = r.negatives, r.positives, r.q, r.p
	}
	below, sum, squares := 0.0, 0.0, 0.0
	for i, tied := range common {
		mean := below + tied/2
		sum += rare[i] * mean
		squares += rare[i] * (mean*mean + tied*(tied+2)/12)
		below += tied
	}
	mean := sum / rows
	return max(squares/rows-mean*mean, 0) / (others * others) / (rows / (rows + others))
}

// averagePrecisionVariance is the infinitesimal jackknife's: the sum of the squares of what each row adds. NannyML draws
// 50 bootstrap samples at random instead, whose spread comes to the same.
func (r *ranked) averagePrecisionVariance() float64 {
	steps := len(r.scores)
	above, hits := make([]float64, steps), make([]float64, steps) // rows, and positives, of this score and higher
	rows, positives, value := 0.0, 0.0, 0.0
	for i := steps - 1; i >= 0; i-- {
		rows += r.positives[i] + r.negatives[i]
		positives += r.positives[i]
		above[i], hits[i] = rows, positives
		value += r.positives[i] * positives / rows
	}
	value /= r.p
	var ones, shares, squares float64 // over this score and lower, of 1/rows and precision/rows of each positive
	for i := range steps {
		precision := hits[i] / above[i]
		ones += r.positives[i] / above[i]
		shares += r.positives[i] * precision / above[i]
		positive, negative := precision+ones-shares-value, -shares
		squares += r.positives[i]*positive*positive + r.negatives[i]*negative*negative
	}
	return squares / (r.p * r.p) * (r.p + r.q)
}

// rowErrors are the sampling errors of one row. A mean over classes takes their errors as independent; for ROC AUC of
// several classes NannyML found that to be a fifth too small.
func rowErrors(classes []variance, accuracy float64) map[string]float64 {
	widened := 1.0
	if len(classes) > 1 {
		widened = 1.2
	}
	all := map[string]float64{
		"accuracy":          math.Sqrt(accuracy * (1 - accuracy)),
		"precision":         macroError(classes, func(v variance) float64 { return v.precision }),
		"recall":            macroError(classes, func(v variance) float64 { return v.recall }),
		"f1":                macroError(classes, func(v variance) float64 { return v.f1 }),
		"specificity":       macroError(classes, func(v variance) float64 { return v.specificity }),
		"roc_auc":           macroError(classes, func(v variance) float64 { return v.rocAUC }) * widened,
		"average_precision": macroError(classes, func(v variance) float64 { return v.averagePrecision }) * math.Sqrt(float64(len(classes))),
	}
	for name, e := range all {
		if !profile.Finite(e) {
			delete(all, name)
		}
	}
	return all
}

// macroError is the error of the mean of independent classes.
func macroError(classes []variance, of func(variance) float64) float64 {
	sum := 0.0
	for _, v := range classes {
		sum += of(v)
	}
	return math.Sqrt(sum) / float64(len(classes))
}
